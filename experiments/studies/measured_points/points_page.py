"""The page of the fourteen points, and the study behind it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.filing import filed_if
from kingmaker.experiments.results.manifest import kingmaker_version
from kingmaker.experiments.stats.levels import LEVEL, WIDE
from kingmaker.experiments.studies.compare.difference_words import digits
from kingmaker.experiments.studies.measured_points import aims_page
from kingmaker.experiments.studies.measured_points.point_cases import CASES, seen_in
from kingmaker.experiments.studies.measured_points.point_numbers import NUMBERS, PointNumber
from kingmaker.experiments.studies.measured_points.point_table import (
    NOW,
    STATES,
    Point,
    PointLine,
    lines_of,
    read_lines,
    read_points,
    write_lines,
)
from kingmaker.experiments.terminal.telling import say

PAGE, TABLE = "measured-points.md", "measured-points.csv"
SEEDS = 80
NONE = "–"


def page(lines: Sequence[PointLine], points: Sequence[Point]) -> str:
    """The page ``measured-points.md``; ``lines`` are those of now and of the states before."""
    seeds = next(line.seeds for line in lines if line.state == NOW)
    parts = [_head(seeds)]
    for point in points:
        numbers = [number for number in NUMBERS if number.point == point.point]
        parts.append("\n".join([
            f"## {point.point}. {point.title}", "", f"Stated then: {point.stated}", "",
            *(_table(numbers, lines) if numbers else ()),
            f"What changed: {point.changed}",
            *(["", f"**Still at fault**: {point.left}"] if point.left else []),
        ]))  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _head(seeds: int) -> str:
    listed, before = STATES.values()
    return f"""\
# The fourteen measured points

The economy of commitments was built because of fourteen things that were seen and measured on the model before it. Here
each is measured again, by the same code: on the state of the model when the list was written (*listed*, commit
`{listed}`), on the last state before commitments (*before*, commit `{before}`; law, bare numbers and the house of
partnerships were mended between the two), and on the present model (*now*). Made by
`kingmaker measured-points --out docs`; the numbers are in `{TABLE}`.

The model is the baseline at the values of `parameters.csv`, {seeds} seeds ({SEEDS} in the states before). So all
intervals are **over luck at one point**, and say nothing of what parameters leave open
([uncertainty](uncertainty.md)). A number is the median run, in brackets the {WIDE.words} of the runs; of a share of
runs, its {LEVEL.words} (Wilson). Counterfactuals share their seeds with the baseline, pair by pair. Nothing was fitted
to these numbers; the two prices of January 2022 were set so that hardly anybody is short from March on (point 13)."""


def _table(numbers: Sequence[PointNumber], lines: Sequence[PointLine]) -> list[str]:
    found = {(line.state, line.id): line for line in lines}
    rows = [f"| measured | {' | '.join((*STATES, NOW))} |", "|---|---|---|---|"]
    for number in numbers:
        cells = (shown(number, found.get((state, number.id))) for state in (*STATES, NOW))
        rows.append(f"| {number.words} | {' | '.join(cells)} |")
    told = dict.fromkeys(line.how for line in lines if line.how and line.id in {number.id for number in numbers})
    return [*rows, "", *(f"*{how}*\n" for how in told)]


def shown(number: PointNumber, line: PointLine | None) -> str:
    """A number as it stands in a table: ``0.98 (0.97 to 0.99)``."""
    if line is None or not line.n:
        return NONE
    factor = 100.0 if number.share or number.per_cent else 1.0
    value, low, high = (digits(factor * each).replace("-", "−") for each in (line.value, line.low, line.high))
    few = f", {line.n} runs" if line.n < line.seeds else ""
    return f"{value}{few}" if low == high else f"{value} ({low} to {high}{few})"


def run_and_print(seeds: int, out: Path | None, force: bool = False) -> None:
    """Measure the points and the aims on the present model, print them, write pages and tables into ``out``."""
    asked = Asked("measured-points", f"{seeds} seeds", {"seeds": seeds})
    with filed_if(out, (PAGE, TABLE, aims_page.PAGE, aims_page.TABLE), asked, force) as folder:
        cases, aims = seen_in(range(seeds)), aims_page.read_aims()
        now, brought = lines_of(cases, kingmaker_version()), aims_page.aim_lines(cases, aims)
        before = read_lines()
        found = {line.id: line for line in before if line.state == list(STATES)[-1]}
        for number, line in zip(NUMBERS, now, strict=True):
            say(f"{number.point:2} {number.words}: {shown(number, line)}; before {shown(number, found.get(number.id))}")
        say(f"Medians and {WIDE.words} of {seeds} runs, over luck at one point; of shares of runs, {LEVEL.words}s.")
        if folder is not None:
            write_lines([*before, *now], folder / TABLE)
            (folder / PAGE).write_text(page([*before, *now], read_points()), encoding="utf-8")
            write_lines(brought, folder / aims_page.TABLE)
            (folder / aims_page.PAGE).write_text(aims_page.page(brought, aims), encoding="utf-8")


def number_of_runs(seeds: int) -> int:
    """How many runs it takes."""
    return seeds * len(CASES)
