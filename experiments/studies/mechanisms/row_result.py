"""What a row has shown."""

from __future__ import annotations

from dataclasses import dataclass

from kingmaker.experiments.stats.levels import LEVEL, Level
from kingmaker.experiments.studies.mechanisms.row import Row


@dataclass(frozen=True)
class Result:
    """A row's paired difference, high less low: mean, interval (Student's t over seeds), pairs, level."""

    row: Row
    effect: float
    low: float
    high: float
    n: int
    level: Level = LEVEL

    @property
    def holds(self) -> bool:
        """Whether the interval lies on the claimed side of zero, or of the row's margin."""
        return self.low > -self.row.margin if self.row.sign > 0 else self.high < self.row.margin
