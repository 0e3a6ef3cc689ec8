"""``kingmaker validate --over posterior``: lines with errors and patterns over members, beside luck at one point.

Fresh seeds run the baseline's own values, and no fit has seen them: what their interval lacks against that over members
is what is not known of the parameters. Members with fresh luck have their parameters and seeds that no fit has seen.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.measured.trace import TracedEconomy, run_traced, run_worlds
from kingmaker.experiments.posterior.fitting import FRESH as FRESH_LUCK
from kingmaker.experiments.posterior.lines import WINDOW
from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.filing import filed_if
from kingmaker.experiments.stats.levels import WIDE, Band, Level, level_asked, level_record
from kingmaker.experiments.stats.member_effects import middle_of
from kingmaker.experiments.studies.validation.line_coverage import (
    Held,
    held_lines,
    line_page,
    line_sentences,
    write_lines,
)
from kingmaker.experiments.studies.validation.pattern_table import (
    ROLES,
    Line,
    Pattern,
    coverage,
    hits,
    line_of,
    read_patterns,
    score,
    values_of,
)
from kingmaker.experiments.studies.validation.validation_report import (
    FILES,
    NOTES,
    UNEXPLAINED,
    WHY,
    in_force_line,
    shown,
)
from kingmaker.experiments.terminal.telling import say

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

FRESH, SEEDS = 1001, 40  # the first of the fresh seeds, and how many
LINES = "validation_lines.csv"
MEMBER_FILES = (*FILES, LINES)
LEFT_OPEN = "the data leave it open (the members' band holds the target)"
COLUMNS = (
    "id", "pattern", "period", "role", "unit", "target", "low", "high", "members_median", "members_low", "members_high",
    "seeds_median", "seeds_low", "seeds_high", "hit", "hit_by_seeds", "covered", "covered_by_seeds", "facts", "why",
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A pattern over the members and over fresh seeds."""

    members: Line
    seeds: Line

    @property
    def why(self) -> str:
        """Why the members' median misses; empty if it does not, or if nothing is known.

        The reason on file was written of the one point: it is given where that misses on the same side, and where
        what is not known of the parameters does not explain the miss.
        """
        line = self.members
        if line.hit:
            return ""
        same = not self.seeds.hit and (self.seeds.median > line.pattern.high) == (line.median > line.pattern.high)
        reasons = [line.pattern.why] if line.pattern.why and (same or not line.covered) else []
        return "; ".join([*reasons, LEFT_OPEN] if line.covered else reasons)


@dataclass(frozen=True)
class Validated:
    """All that is held against the facts: patterns over members and fresh seeds, lines over all ensembles."""

    model: TracedEconomy
    pairs: Sequence[Pair]
    lines: Sequence[Held]


def question(over: Replicates, pins: Mapping[str, Any], level: Level = WIDE.level) -> Asked:
    """What such a validation answers: over which members, with which parameters held, at which level."""
    held = "".join(f", {key} = {value:g}" for key, value in sorted(pins.items()))
    words = f"the baseline{held}, {over.words}{level_asked(level, WIDE.level)}"
    facts = {"seeds": list(over.seeds), "pins": dict(pins)} | over.record | level_record(level, WIDE.level)
    return Asked("validate", words, facts)


def validate_members(
    over: Replicates, pins: Mapping[str, Any], out: Path | None, force: bool = False, level: Level = WIDE.level,
    discrepancy: Mapping[str, float] | None = None,
) -> bool:  # fmt: skip
    """Hold members and fresh seeds against the facts, print and write the tables; whether every pattern is a hit.

    Hits are of the median over members; ``level`` is the share of the runs in the bands of patterns. ``discrepancy``
    has the size of the model's own error by block of lines, if it is known.
    """
    with filed_if(out, MEMBER_FILES, question(over, pins, level), force) as folder:
        found = validated(over, pins, level, discrepancy or {})
        _print(found.pairs, over, level)
        for sentence in (*line_sentences(found.lines), *sentences(found.pairs, over, level)):
            say(sentence)
        if folder is not None:
            _write(found, over, folder, level)
    return all(hits([pair.members for pair in found.pairs], ("calibrated", "held")).values())


def validated(over: Replicates, pins: Mapping[str, Any], level: Level, discrepancy: Mapping[str, float]) -> Validated:
    """The members, the same with fresh luck, and fresh seeds at one point, held against lines and patterns."""
    drawn = over.drawn_under(load_scenario("baseline"), but=pins)
    worlds = [{"scenario": "baseline", **over.held(k, drawn), **pins, "rng": seed} for k, seed in enumerate(over.seeds)]
    model = run_worlds(worlds)
    other_luck = run_worlds([{**world, "rng": world["rng"] + FRESH_LUCK} for world in worlds], WINDOW)
    fresh = run_traced(range(FRESH, FRESH + SEEDS), pins)
    pairs = []
    for pattern in read_patterns(model.tables):
        members = member_line(pattern, values_of(model, pattern), over.weights, level)
        pairs.append(Pair(members, line_of(pattern, values_of(fresh, pattern), Band(level))))
    lines = [
        *held_lines("members", model, over.weights, discrepancy),
        *held_lines("members with fresh luck", other_luck, over.weights, discrepancy),
        *held_lines("fresh seeds at one point", fresh, np.full(SEEDS, 1.0 / SEEDS), {}),
    ]
    return Validated(model, pairs, lines)


def member_line(pattern: Pattern, values: FloatArray, weights: FloatArray, level: Level) -> Line:
    """A pattern with median and band of its values, shape (members,)."""
    low, middle, high = (float(end) for end in middle_of(values, weights, level))
    return Line(pattern, middle, low, high)


def sentences(pairs: Sequence[Pair], over: Replicates, level: Level) -> list[str]:
    """Block by block how many patterns are inside, and how many targets both kinds of bands hold."""
    members, seeds = [pair.members for pair in pairs], [pair.seeds for pair in pairs]
    said = [
        f"Bands hold {level.per_cent} % of the runs: over {over.words}; beside it over luck at one point, {SEEDS} "
        f"fresh seeds ({FRESH} to {FRESH + SEEDS - 1})."
    ]
    for role, title in ROLES.items():
        (held, n), (held_by_seeds, _) = coverage(members, (role,)), coverage(seeds, (role,))
        if n:
            inside, by_seeds = hits(members, (role,)), sum(hits(seeds, (role,)).values())
            said.append(
                f"{title}: {sum(inside.values())} of {len(inside)} patterns inside by the members' median, {by_seeds} "
                f"by that of fresh seeds; {held} of {n} targets in the members' band, {held_by_seeds} in the seeds'."
            )
    said += [_told_of_held(pair, level) for pair in pairs if pair.members.pattern.role == "held"]
    return [*said, f"Score {score(members):.3f} over members, {score(seeds):.3f} over fresh seeds (0 is best)."]


def _told_of_held(pair: Pair, level: Level) -> str:
    """A pattern that was never fitted, in a sentence."""
    line = pair.members
    inside = "inside" if line.hit else "outside"
    join = "and" if line.hit == line.covered else "but"
    holds = "holds the target" if line.covered else "does not hold the target"
    return (
        f"{line.pattern.id}, {line.pattern.pattern}: target {shown(line.pattern.fact.value)}, members "
        f"{shown(line.median)} ({shown(line.lower)} to {shown(line.upper)}); the median lies {inside} "
        f"the tolerance, {join} the {level.per_cent} % band {holds}."
    )


def _cells(pair: Pair) -> tuple[str, ...]:
    p, one, other = pair.members.pattern, pair.members, pair.seeds
    return (
        p.id, f"{p.pattern} ({p.fact.unit})", p.period, shown(p.fact.value), f"{shown(p.low)} to {shown(p.high)}",
        *(cell for line in (one, other) for cell in (
            f"{shown(line.median)} ({shown(line.lower)} to {shown(line.upper)})",
            ("hit" if line.hit else "miss") + ("" if line.covered else ", target outside"),
        )),
    )  # fmt: skip


HEADS = ("id", "pattern (unit)", "period", "target", "allowed", "over members", "", "over fresh seeds", "")


def _print(pairs: Sequence[Pair], over: Replicates, level: Level) -> None:
    from rich.table import Table

    from kingmaker.experiments.terminal.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=150)
    for role, title in ROLES.items():
        table = Table(title=f"{title}; {level.per_cent} % of the runs, {over.words}", title_justify="left", box=None)
        for k, name in enumerate(HEADS):
            if name != "period":
                table.add_column(name, overflow="fold", justify="right" if k in (3, 4, 5, 7) else "left")
        for pair in pairs:
            if pair.members.pattern.role == role:
                table.add_row(*(cell for k, cell in enumerate(_cells(pair)) if HEADS[k] != "period"))
        if table.row_count:
            console.print(table)


def _write(found: Validated, over: Replicates, folder: Path, level: Level) -> None:
    from kingmaker.experiments.figures.figure_files import FigureFolder
    from kingmaker.experiments.figures.style import styled
    from kingmaker.experiments.studies.validation.figure import draw_bands

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "validation.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_row(pair) for pair in found.pairs)
    write_lines(found.lines, folder / LINES)
    (folder / "validation.md").write_text(member_page(found, over, level), encoding="utf-8")
    (folder / "figures").mkdir(exist_ok=True)
    with styled():
        FigureFolder(folder / "figures").save(draw_bands(found.model, len(over), Band(level), over), "validation")


def _row(pair: Pair) -> tuple[object, ...]:
    p, one, other = pair.members.pattern, pair.members, pair.seeds
    ends = (one.median, one.lower, one.upper, other.median, other.lower, other.upper)
    numbers = (f"{value:.6g}" for value in (p.fact.value, p.low, p.high, *ends))
    verdicts = (one.hit, other.hit, one.covered, other.covered)
    return (p.id, p.pattern, p.period, p.role, p.fact.unit, *numbers, *verdicts, " ".join(p.fact.fact_id), pair.why)


def member_page(found: Validated, over: Replicates, level: Level) -> str:
    """The tables as Markdown."""
    pairs = found.pairs
    text = [
        "# Validation", "",
        f"The baseline held against the facts over {over.words}, and beside it over luck at one point ({SEEDS} fresh "
        "seeds, which no fit has seen). First the lines of data with errors, to which the posterior is fitted but for "
        "those kept out; then the older view, patterns with a tolerance. Made by `kingmaker validate --out docs`.", "",
        *(f"- {sentence}" for sentence in (*line_sentences(found.lines), *sentences(pairs, over, level))), "",
        in_force_line(found.model), "",
        "![Model and facts](figures/validation.png)", "",
        *line_page(found.lines),
        "## Patterns with a tolerance", "",
        f"Median and the middle {level.per_cent} % of the runs. A hit is a median inside the tolerance; *target "
        "outside* says that the band does not hold the target. A pattern with several lines counts as one hit if all "
        "of them hit. A tolerance is no error: it says what was aimed at, not what is known.", "",
    ]  # fmt: skip
    for role, title in ROLES.items():
        rows = [pair for pair in pairs if pair.members.pattern.role == role]
        if not rows:
            continue
        text += [f"### {title}", "", *NOTES.get(role, ()), "| " + " | ".join(HEADS) + " |"]
        text += ["|---|---|---|--:|--:|--:|---|--:|---|"]
        text += [f"| {' | '.join(_cells(pair))} |" for pair in rows]
        missed = [pair for pair in rows if not pair.members.hit]
        if missed:
            text += ["", WHY, "", *(_reason(pair) for pair in missed)]
        text.append("")
    return "\n".join(text)


def _reason(pair: Pair) -> str:
    """A line of the list of misses."""
    line = pair.members
    side = "above" if line.median > line.pattern.high else "below"
    return f"- **{line.pattern.id}, {line.pattern.pattern}** ({line.error:.2f} {side}): {pair.why or UNEXPLAINED}"
