"""The table of validation: pattern by pattern target, tolerance, what the model's ensemble says, hit or miss."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kingmaker.agents.calendar import month_label, month_number
from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.types import FloatArray
from kingmaker.environment.inputs.table_rows import SeriesRow
from kingmaker.environment.inputs.tables import Tables
from kingmaker.experiments.measured import STATISTICS
from kingmaker.experiments.measured.trace import LENGTH, TracedEconomy
from kingmaker.experiments.stats.levels import WIDE, Band

PATTERNS = Path(__file__).with_name("patterns.csv")
ROLES = {
    "calibrated": "Calibrated on",
    "input": "Given as input (inside by construction, so no evidence for the model)",
    "window": "Further facts of 2022-24 (no part of the search's score)",
    "commitment": "Of the economy of commitments: orders of magnitude, never fitted",
    "held": "Never fitted: after the calibration window",
    "article": "The source articles' own figures",
}


@dataclass(frozen=True)
class Pattern:
    """A line of the table before the model has run: which fact, in which role."""

    id: str
    pattern: str
    role: str
    why: str
    fact: SeriesRow

    @property
    def low(self) -> float:
        """Lower end of the tolerance."""
        return self.fact.value if self.fact.low is None else self.fact.low

    @property
    def high(self) -> float:
        """Upper end of the tolerance."""
        return self.fact.value if self.fact.high is None else self.fact.high

    @property
    def period(self) -> str:
        """Such as 2023-01 to 2023-12."""
        first, last = month_label(self.fact.period_start), month_label(self.fact.period_end)
        return first if first == last else f"{first} to {last}"


@dataclass(frozen=True)
class Line:
    """A pattern and what the ensemble says: median, and the ends of its band over seeds."""

    pattern: Pattern
    median: float
    lower: float
    upper: float

    @property
    def hit(self) -> bool:
        """Whether the median lies inside the tolerance."""
        return self.pattern.low <= self.median <= self.pattern.high

    @property
    def covered(self) -> bool:
        """Whether the ensemble's band holds the target."""
        return self.lower <= self.pattern.fact.value <= self.upper

    @property
    def error(self) -> float:
        """Distance of the median from the target in tolerances of its side: 1 at the edge, at most 50.

        A logarithm where the tolerance is wide.
        """
        target, low, high = self.pattern.fact.value, self.pattern.low, self.pattern.high
        edge = high if self.median > target else low
        if low > 0.0 and high > 3.0 * low and self.median > 0.0:
            miss, width = np.log(self.median / target), np.log(edge / target)
        else:
            miss, width = self.median - target, edge - target
        return float(min(abs(miss) / max(abs(width), 1e-12), 50.0)) if np.isfinite(miss) else 50.0


def read_patterns(tables: Tables) -> list[Pattern]:
    """The patterns, each with its fact of the data's ``series.csv``.

    Raises:
        KingmakerError: a pattern whose fact or statistic does not exist.
    """
    facts = {(row.series, row.period_start, row.period_end): row for row in tables.series}
    patterns = []
    with PATTERNS.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            fact = facts.get((row["series"], month_number(row["start"]), month_number(row["end"])))
            if fact is None or row["series"] not in STATISTICS or row["role"] not in ROLES:
                raise KingmakerError(
                    f"{PATTERNS.name}, line {line}: no fact, statistic or role for '{row['series']}' from "
                    f"{row['start']} to {row['end']} ({row['role']})."
                )
            if fact.period_end < LENGTH:
                patterns.append(Pattern(row["id"], row["pattern"], row["role"], row["why"], fact))
    return patterns


def lines_of(model: TracedEconomy, patterns: Iterable[Pattern], band: Band = WIDE) -> list[Line]:
    """Each pattern with the ensemble's median and band."""
    lines = []
    for pattern in patterns:
        lines.append(line_of(pattern, values_of(model, pattern), band))
    return lines


def values_of(model: TracedEconomy, pattern: Pattern) -> FloatArray:
    """What the model says of a pattern, shape (worlds,)."""
    fact = pattern.fact
    return STATISTICS[fact.series](model, fact.period_start, fact.period_end)


def line_of(pattern: Pattern, values: FloatArray, band: Band = WIDE) -> Line:
    """A pattern with median and band of its values, shape (seeds,)."""
    lower, median, upper = (float(q) for q in band.of(values))
    return Line(pattern, median, lower, upper)


def hits(lines: Sequence[Line], roles: Sequence[str]) -> dict[str, bool]:
    """By pattern: whether all its lines of these roles are hits."""
    found: dict[str, bool] = {}
    for line in lines:
        if line.pattern.role in roles:
            found[line.pattern.id] = found.get(line.pattern.id, True) and line.hit
    return found


def coverage(lines: Sequence[Line], roles: Sequence[str]) -> tuple[int, int]:
    """How many of the ensemble's bands hold their target, and how many there are."""
    chosen = [line for line in lines if line.pattern.role in roles]
    return sum(line.covered for line in chosen), len(chosen)


def _loss(error: float) -> float:
    return max(error - 0.5, 0.0) ** 2 if error < 1.0 else 0.25 + float(np.log(error))


def score(lines: Sequence[Line]) -> float:
    """Mean over the calibrated patterns of the mean loss of their lines; 0 is every line well inside its tolerance.

    A target is met inside its tolerance (categorical calibration: Grimm & Railsback 2012), so the loss begins at half
    of it, to keep clear of the edge; it is the square of what is beyond, and outside the tolerance it grows with the
    logarithm only, so that a pattern that the model cannot meet does not outweigh those that it can (a robust loss:
    Huber 1964).
    """
    errors: dict[str, list[float]] = {}
    for line in lines:
        if line.pattern.role == "calibrated":
            errors.setdefault(line.pattern.id, []).append(_loss(line.error))
    return float(np.mean([np.mean(found) for found in errors.values()]))
