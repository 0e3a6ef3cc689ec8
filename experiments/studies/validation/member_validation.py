"""``kingmaker validate --over posterior``: the patterns with intervals over members, beside those of fresh seeds.

Fresh seeds run the baseline's own values, and no fit has seen them: what their interval lacks against that over members
is what is not known of the parameters.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.measured.trace import TracedEconomy, run_traced, run_worlds
from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.filing import filed_if
from kingmaker.experiments.stats.levels import WIDE, Band, Level, level_asked, level_record
from kingmaker.experiments.stats.member_effects import middle_of
from kingmaker.experiments.studies.validation.table import (
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
from kingmaker.experiments.studies.validation.validation_report import FILES, in_force_line, shown
from kingmaker.experiments.terminal.telling import say

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

FRESH, SEEDS = 1001, 40  # the first of the fresh seeds, and how many
COLUMNS = (
    "id", "pattern", "period", "role", "unit", "target", "low", "high", "members_median", "members_low", "members_high",
    "seeds_median", "seeds_low", "seeds_high", "hit", "hit_by_seeds", "covered", "covered_by_seeds", "facts", "why",
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A pattern over the members and over fresh seeds."""

    members: Line
    seeds: Line


def validate_members(
    over: Replicates, pins: Mapping[str, Any], out: Path | None, force: bool = False, level: Level = WIDE.level
) -> bool:
    """Hold members and fresh seeds against the facts, print and write the table; whether every pattern is a hit.

    Hits are of the median over members; ``level`` is the share of the runs in the bands.
    """
    held = "".join(f", {key} = {value:g}" for key, value in sorted(pins.items()))
    words = f"the baseline{held}, {over.words}{level_asked(level, WIDE.level)}"
    facts = {"seeds": list(over.seeds), "pins": dict(pins)} | over.record | level_record(level, WIDE.level)
    with filed_if(out, FILES, Asked("validate", words, facts), force) as folder:
        model, pairs = pairs_of(over, pins, level)
        _print(pairs, over, level)
        for sentence in sentences(pairs, over, level):
            say(sentence)
        if folder is not None:
            _write(model, pairs, over, folder, level)
    return all(hits([pair.members for pair in pairs], ("calibrated", "held")).values())


def pairs_of(over: Replicates, pins: Mapping[str, Any], level: Level) -> tuple[TracedEconomy, list[Pair]]:
    """The model of the members, and each pattern over them and over fresh seeds."""
    drawn = over.drawn_under(load_scenario("baseline"), but=pins)
    worlds = [{"scenario": "baseline", **over.held(k, drawn), **pins, "rng": seed} for k, seed in enumerate(over.seeds)]
    model = run_worlds(worlds)
    fresh = run_traced(range(FRESH, FRESH + SEEDS), pins)
    found = []
    for pattern in read_patterns(model.tables):
        members = member_line(pattern, values_of(model, pattern), over.weights, level)
        found.append(Pair(members, line_of(pattern, values_of(fresh, pattern), Band(level))))
    return model, found


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
    return [*said, f"Score {score(members):.3f} over members, {score(seeds):.3f} over fresh seeds (0 is best)."]


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


def _write(model: TracedEconomy, pairs: Sequence[Pair], over: Replicates, folder: Path, level: Level) -> None:
    from kingmaker.experiments.figures.figure_files import FigureFolder
    from kingmaker.experiments.figures.style import styled
    from kingmaker.experiments.studies.validation.figure import draw_bands

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "validation.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_row(pair) for pair in pairs)
    (folder / "validation.md").write_text(member_page(pairs, over, in_force_line(model), level), encoding="utf-8")
    (folder / "figures").mkdir(exist_ok=True)
    with styled():
        FigureFolder(folder / "figures").save(draw_bands(model, len(over), Band(level), over), "validation")


def _row(pair: Pair) -> tuple[object, ...]:
    p, one, other = pair.members.pattern, pair.members, pair.seeds
    ends = (one.median, one.lower, one.upper, other.median, other.lower, other.upper)
    numbers = (f"{value:.6g}" for value in (p.fact.value, p.low, p.high, *ends))
    verdicts = (one.hit, other.hit, one.covered, other.covered)
    why = "" if one.hit else p.why
    return (p.id, p.pattern, p.period, p.role, p.fact.unit, *numbers, *verdicts, " ".join(p.fact.fact_id), why)


def member_page(pairs: Sequence[Pair], over: Replicates, held: str, level: Level) -> str:
    """The table as Markdown; ``held`` says what is in force."""
    text = [
        "# Validation", "",
        f"The baseline held against the facts: median and the middle {level.per_cent} % of the runs, over "
        f"{over.words}, and beside it over luck at one point ({SEEDS} fresh seeds, which no fit has seen). A hit is a "
        "median inside the tolerance; *target outside* says that the band does not hold the target. A pattern with "
        "several lines counts as one hit if all of them hit. Made by `kingmaker validate --out docs`.", "",
        *(f"- {sentence}" for sentence in sentences(pairs, over, level)), "", held, "",
        "![Model and facts](figures/validation.png)", "",
    ]  # fmt: skip
    for role, title in ROLES.items():
        rows = [pair for pair in pairs if pair.members.pattern.role == role]
        if not rows:
            continue
        text += [f"## {title}", "", "| " + " | ".join(HEADS) + " |", "|---|---|---|--:|--:|--:|---|--:|---|"]
        text += [f"| {' | '.join(_cells(pair))} |" for pair in rows]
        missed = [pair.members for pair in rows if not pair.members.hit and pair.members.pattern.why]
        if missed:
            text += ["", "Reasons for the misses:", ""]
            text += [f"- **{line.pattern.id}, {line.pattern.pattern}**: {line.pattern.why}" for line in missed]
        text.append("")
    return "\n".join(text)
