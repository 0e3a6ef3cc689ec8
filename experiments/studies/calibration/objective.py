"""How far an ensemble lies from the calibrated patterns, for many candidates at once: one stack of worlds."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.types import FloatArray
from kingmaker.environment.inputs.parameters import DECLARATIONS, check
from kingmaker.environment.inputs.tables import read_tables
from kingmaker.experiments.measured import STATISTICS
from kingmaker.experiments.measured.trace import run_worlds
from kingmaker.experiments.stats.levels import COVERAGE
from kingmaker.experiments.studies.validation.pattern_table import Pattern, line_of, read_patterns, score

FITTED = Path(__file__).with_name("fitted.csv")
WORST = 25.0  # what a candidate scores whose run does not end well


@dataclass(frozen=True)
class Fitted:
    """A parameter that is fitted: where the search starts and its bounds; a log scale suits what spans decades."""

    key: str
    start: float
    low: float
    high: float
    log: bool
    why: str

    def at(self, unit: float) -> float:
        """The value at a place in 0-1 between the bounds, to five digits (so that it can be written down exactly)."""
        width = self.high - self.low
        value = self.low * (self.high / self.low) ** unit if self.log else self.low + width * unit
        return float(f"{min(max(value, self.low), self.high):.5g}")

    def place(self, value: float) -> float:
        """Where a value lies between the bounds, 0-1."""
        inside = min(max(value, self.low), self.high)
        if self.log:
            return float(np.log(inside / self.low) / np.log(self.high / self.low))
        return (inside - self.low) / (self.high - self.low)


def read_fitted(path: Path = FITTED) -> list[Fitted]:
    """The fitted parameters.

    Raises:
        KingmakerError: an unknown parameter, bounds outside the declared range, or a start outside the bounds.
    """
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            start, low, high = float(row["start"]), float(row["low"]), float(row["high"])
            for value in (start, low, high):
                check(row["key"], value, f"{path.name}, line {line}")
            if not low <= start <= high or low == high:
                raise KingmakerError(
                    f"{path.name}, line {line}: start {start:g} must lie from low {low:g} to a higher high {high:g}."
                )
            found.append(Fitted(row["key"], start, low, high, row["scale"] == "log", row["why"]))
    return found


def present(fitted: Sequence[Fitted]) -> dict[str, float]:
    """The values that the baseline has now."""
    return {f.key: float(DECLARATIONS[f.key].default) for f in fitted}


def calibrated_patterns() -> list[Pattern]:
    """The patterns that parameters may be fitted to; those of validation are never among them."""
    return [pattern for pattern in read_patterns(read_tables()) if pattern.role == "calibrated"]


def scores(candidates: Sequence[Mapping[str, float]], seeds: Sequence[int], patterns: Sequence[Pattern]) -> FloatArray:
    """The score of each candidate, shape (candidates,): all run side by side on the same seeds.

    See :func:`kingmaker.experiments.studies.validation.pattern_table.score`; a stack that raises is run one candidate
    after the other, and a candidate that raises alone scores :data:`WORST`.
    """
    worlds = [{"rng": seed, **candidate} for candidate in candidates for seed in seeds]
    try:
        with np.errstate(all="ignore"):
            model = run_worlds(worlds)
    except (KingmakerError, RuntimeError, FloatingPointError):
        if len(candidates) == 1:
            return np.array([WORST])
        return np.concatenate([scores([candidate], seeds, patterns) for candidate in candidates])
    values = {
        pattern: STATISTICS[pattern.fact.series](model, pattern.fact.period_start, pattern.fact.period_end).reshape(
            len(candidates), len(seeds)
        )
        for pattern in patterns
    }
    return np.array(
        [
            score([line_of(pattern, values[pattern][k], COVERAGE) for pattern in patterns])
            for k in range(len(candidates))
        ]
    )
