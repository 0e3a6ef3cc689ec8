"""``kingmaker posterior show``: figures of the members, and a page that says what they have learned and what not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.figures.figure_files import FigureFolder
from kingmaker.experiments.figures.style import styled
from kingmaker.experiments.measured.trace import LENGTH, run_worlds
from kingmaker.experiments.posterior.fit_files import in_words
from kingmaker.experiments.posterior.fitting import SMALL_WORLDS, FitPlan
from kingmaker.experiments.posterior.known_truth import LEARNED
from kingmaker.experiments.posterior.lines import DataLine, read_lines
from kingmaker.experiments.posterior.members import Members, load_members
from kingmaker.experiments.posterior.posterior_figures import draw_learned, draw_paths, draw_shrinkage
from kingmaker.experiments.posterior.priors import Priors, member_seeds
from kingmaker.experiments.posterior.rechecking import plan_of
from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.filing import filed
from kingmaker.experiments.stats.levels import COVERAGE
from kingmaker.experiments.sweep.engines import inline_engine, local_engine
from kingmaker.experiments.terminal.safe_text import for_markdown
from kingmaker.experiments.terminal.telling import say

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

PAGE = "posterior.md"
FIGURES = ("learned", "shrinkage", "paths")
PATHS = 64  # members whose paths are drawn
LISTED = 20  # parameters in the page's table
PANELS = (  # measure, title, unit, series of lines, whether their value is a sum over months
    ("leader_revenue_musd", "Leader's data-centre sales", "M$ a month", "leader_revenue_musd", True),
    ("capex_musd", "Capital spending of the big four", "M$ a month", "capex_bigfour_musd", True),
    ("lead_time_weeks", "Lead time", "weeks", "lead_time_weeks", False),
    ("rent_market_usd_per_hour", "Market rent", "$ an hour", "rent_market_usd_per_hour", False),
    ("venture_musd", "Venture money for AI", "M$ a month", "venture_ai_musd", True),
    ("leading_lab_revenue_musd", "Sales of the leading lab", "M$ a month", "openai_revenue_musd", True),
)


def show_members(path: Path | None, out: Path, workers: int, force: bool) -> None:
    """Draw and write.

    Raises:
        MembersError: the file cannot be used.
        OutputError: the folder cannot be written, or holds the answer to another question.
    """
    members = load_members(path)
    plan = plan_of(members)
    digest = members.source.get("digest", "")
    asked = Asked("posterior", f"what the members of {members.source.get('date', '')} say", {"members": digest})
    names = (PAGE, *(f"{name}{ending}" for name in FIGURES for ending in (".png", ".pdf")))
    with filed(out, names, asked, force) as folder:
        drawn = _prior(members, plan)
        priors = priors_of(members)
        left = priors.places(members.values).std(axis=1) / priors.places(drawn.values).std(axis=1)
        footer = f"{len(members)} members, {plan.steps} steps, {members.source.get('date', '')}"
        panels = _panels(_paths(drawn, plan, workers), _paths(members, plan, workers), read_lines())
        with styled():
            files = FigureFolder(folder)
            files.save(draw_learned(members.keys, drawn.values, members.values, left, footer), FIGURES[0])
            files.save(draw_shrinkage(members.keys, left, footer), FIGURES[1])
            files.save(draw_paths(panels, footer), FIGURES[2])
        (folder / PAGE).write_text(page(members, drawn, left), encoding="utf-8")
    say(f"figures and page written to {out / PAGE}")


def _prior(members: Members, plan: FitPlan) -> Members:
    """As many draws from the prior, of the parameters that the members have."""
    priors = priors_of(members)
    number = len(members)
    values = priors.values(priors.draw(number, plan.seed))
    return Members(priors.keys, values, member_seeds(number, plan.seed), np.full(number, 1.0 / number))


def priors_of(members: Members) -> Priors:
    """The priors of the parameters that the members have.

    Raises:
        KingmakerError: one of them has no prior any more.
    """
    return Priors(members.keys, DECLARATIONS)


def run_paths(worlds: Sequence[dict[str, Any]]) -> FloatArray:
    """The measures of :data:`PANELS` by month, shape (panels, months, worlds)."""
    model = run_worlds(worlds, LENGTH)
    return np.array([model.measures.array(name) for name, *_ in PANELS])


def _paths(members: Members, plan: FitPlan, workers: int) -> FloatArray:
    pins = SMALL_WORLDS if plan.quick else {}
    worlds = members.first(min(PATHS, len(members))).worlds(**pins)
    halves = [worlds[: len(worlds) // 2], worlds[len(worlds) // 2 :]]
    with inline_engine() if workers == 1 else local_engine(workers) as engine:
        found: list[Future[FloatArray]] = [engine.executor.submit(run_paths, half) for half in halves if half]
        return np.concatenate([future.result() for future in found], axis=2)


Panel = tuple[str, str, "FloatArray", "FloatArray", list[tuple[DataLine, float]]]


def _panels(before: FloatArray, after: FloatArray, lines: Sequence[DataLine]) -> list[Panel]:
    found: list[Panel] = []
    for k, (_, title, unit, series, summed) in enumerate(PANELS):
        facts = [
            (line, 1.0 / (line.last - line.first + 1) if summed else 1.0) for line in lines if line.series == series
        ]
        found.append((title, unit, before[k], after[k], facts))
    return found


def page(members: Members, drawn: Members, left: FloatArray) -> str:
    """What the members have learned, in Markdown."""
    source = members.source
    order = np.argsort(left, kind="stable")
    untaught = int((left > LEARNED).sum())
    text = [
        "# The posterior", "",
        f"{len(members)} members over {len(members.keys)} parameters, each with its own luck. Made by "
        f"`kingmaker posterior show` from the result of `{source.get('command', '')}` of {source.get('date', '')}.", "",
        "## How well it says what was observed", "",
        *(f"- {line}." for line in in_words(json.loads(source.get("scores", "{}")))), "",
        "*Fresh* are the same parameters with luck that no fit has seen. *With discrepancy* adds the error of the "
        f"model itself, by block, from lines that were left out: {_blocks(source)}.", "",
        "![Members' paths over the facts](paths.png)", "",
        "## What the data have taught", "",
        f"Of {len(left)} parameters, {untaught} have kept more than nine tenths of the spread of their prior: of these "
        "the data say next to nothing, and what hangs on them is as open as the prior leaves it.", "",
        "![Prior and posterior](learned.png)", "", "![What is left of the priors' spread](shrinkage.png)", "",
        f"| parameter | left of the spread | prior: {COVERAGE.words} and median | posterior: the same |",
        "|---|---|---|---|",
    ]  # fmt: skip
    for k in order[:LISTED]:
        before, after = (COVERAGE.of(values[:, k]) for values in (drawn.values, members.values))
        cells = (" / ".join(f"{q:.3g}" for q in three) for three in (before, after))
        text.append(f"| `{for_markdown(members.keys[k])}` | {left[k]:.2f} | {' | '.join(cells)} |")
    return "\n".join(text) + "\n"


def _blocks(source: Any) -> str:
    found = json.loads(source.get("discrepancy", "{}"))
    return ", ".join(f"{block or 'all'} {100.0 * size:.1f} %" for block, size in found.items()) or "none"
