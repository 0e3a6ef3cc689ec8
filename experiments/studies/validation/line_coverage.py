"""Lines with errors held against ensembles: how many the predictive bands hold, of those fitted and those kept out.

A predictive band has the error of the line in it, and where it is asked for the discrepancy of the model. Patterns with
a tolerance, the older view, stand in :mod:`kingmaker.experiments.studies.validation.pattern_table`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.experiments.measured.trace import TracedEconomy
from kingmaker.experiments.posterior.fit_files import seen
from kingmaker.experiments.posterior.lines import DataLine, raw_statistics, read_lines, scaled, window
from kingmaker.experiments.posterior.scoring import LineScore, score, summary
from kingmaker.experiments.stats.levels import COVERAGE

FITTED, KEPT_OUT = "fitted", "kept out"
ROLES = (FITTED, KEPT_OUT)
COLUMNS = (
    "id", "series", "period", "block", "role", "source", "ensemble", "observed", "median", "low", "high", "covered",
    "rank", "misfit", "crps",
)  # fmt: skip
HEADS = (
    "ensemble", "lines", "in the band", "share", "median misfit (squared errors)", "mean CRPS (errors)"
)  # fmt: skip


@dataclass(frozen=True)
class Held:
    """What an ensemble says of the lines.

    Attributes:
        name: such as ``members`` or ``members, with discrepancy``.
        scores: a line each.
    """

    name: str
    scores: tuple[LineScore, ...]

    def of(self, role: str) -> list[LineScore]:
        """The lines that were fitted, or those that were kept out."""
        return [one for one in self.scores if one.line.kept_out is (role == KEPT_OUT)]


def held_lines(name: str, model: TracedEconomy, weights: FloatArray, blocks: Mapping[str, float]) -> list[Held]:
    """The lines held against an ensemble, without discrepancy and, where ``blocks`` have its sizes, with it.

    Args:
        name: what the ensemble is called.
        model: its worlds, which have run over the window.
        weights: of its worlds, shape (worlds,), sum 1.
        blocks: the relative discrepancy of each block of lines; empty if none is known.
    """
    lines = window(read_lines())
    said = scaled(raw_statistics(model, lines), lines)[:, _equal(weights)]
    said = said[:, np.isfinite(said).all(axis=0)]
    found = [Held(name, tuple(score(lines, seen(lines, said, None))))]
    if blocks:
        found.append(Held(f"{name}, with discrepancy", tuple(score(lines, seen(lines, said, dict(blocks))))))
    return found


def _equal(weights: FloatArray) -> list[int]:
    """As many worlds as there are, of equal weight: systematic resampling, which leaves equal weights as they are."""
    n = len(weights)
    places = np.searchsorted(np.cumsum(weights), (np.arange(n) + 0.5) / n * weights.sum())
    return [int(place) for place in np.minimum(places, n - 1)]


def line_sentences(found: Sequence[Held]) -> list[str]:
    """How many lines the bands of each ensemble hold."""
    told = []
    for role in ROLES:
        each = "; ".join(f"{held.name} {summary(held.of(role)).words}" for held in found)
        told.append(f"Lines that were {role}, in predictive {COVERAGE.level.words}s: {each}.")
    return told


def line_page(found: Sequence[Held]) -> list[str]:
    """The section of the page: coverage by ensemble, then by block over the first of them."""
    text = [
        "## Lines of data with errors", "",
        f"Each line is one observation of 2022 to January 2025 with its error ([how](uncertainty.md)); a predictive "
        f"{COVERAGE.level.words} has that error in it. A third of the lines, chosen by a hash, is kept out of every "
        "fit. *With discrepancy* adds the error of the model itself, by block. Bands that hold as many "
        "lines as they say are as wide as errors have been. Line by line: `validation_lines.csv`.", "",
    ]  # fmt: skip
    for role in ROLES:
        text += [f"**Lines that were {role}**", "", *_table([(held.name, held.of(role)) for held in found]), ""]
    first = found[0]
    blocks = dict.fromkeys(one.line.block for one in first.scores)
    rows = [
        (f"{block}, {role}", mine)
        for block in blocks
        for role in ROLES
        if (mine := [one for one in first.of(role) if one.line.block == block])
    ]
    text += [f"**By block of lines**, {first.name}", "", *_table(rows, "block"), ""]
    missed = [f"{one.line.id} ({one.line.series}, {one.line.period})" for one in first.scores if not one.covered]
    return [*text, f"Outside the band of the {first.name}: {', '.join(missed) or 'none'}.", ""]


def _table(rows: Sequence[tuple[str, Sequence[LineScore]]], first: str = HEADS[0]) -> list[str]:
    text = [f"| {' | '.join((first, *HEADS[1:]))} |", "|---|--:|--:|--:|--:|--:|"]
    for name, scores in rows:
        total = summary(scores)
        text.append(
            f"| {name} | {total.lines} | {total.covered} | {100.0 * total.coverage:.0f} % | {total.misfit:.2f} "
            f"| {total.crps:.2f} |"
        )
    return text


def write_lines(found: Sequence[Held], path: Path) -> None:
    """A row a line and ensemble, in the data's unit."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_row(held.name, one) for held in found for one in held.scores)


def _row(name: str, one: LineScore) -> tuple[object, ...]:
    line: DataLine = one.line
    ends = line.back(np.array([one.middle, one.low, one.high]))
    numbers = (f"{value:.6g}" for value in (line.value, *ends))
    role = KEPT_OUT if line.kept_out else FITTED
    told = (one.covered, f"{one.rank:.4f}", f"{one.misfit:.4g}", f"{one.crps:.4g}")
    return (line.id, line.series, line.period, line.block, role, line.source, name, *numbers, *told)
