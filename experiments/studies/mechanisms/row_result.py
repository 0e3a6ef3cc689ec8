"""What a row has shown."""

from __future__ import annotations

from dataclasses import dataclass

from kingmaker.agents.arithmetic import ROUNDING
from kingmaker.experiments.stats.levels import LEVEL, SHOWN, Level
from kingmaker.experiments.studies.mechanisms.row import Row


def is_shown(share: float) -> bool:
    """Whether a claim that holds in this ``share`` of the members counts as shown; weights sum with rounding."""
    return share >= SHOWN.share - ROUNDING


@dataclass(frozen=True)
class Result:
    """A row's paired difference, high less low: mean, interval (Student's t over seeds), pairs, level.

    Over a posterior: median, interval over members, members, and the ``share`` of them in which the claim holds; where
    that is too small to count as shown, the ``regime`` in which it holds, if one can be told from chance.
    """

    row: Row
    effect: float
    low: float
    high: float
    n: int
    level: Level = LEVEL
    share: float | None = None
    regime: str = ""

    @property
    def holds(self) -> bool:
        """Whether the interval lies on the claimed side of zero, or of the row's margin; over members, enough do."""
        if self.share is not None:
            return is_shown(self.share)
        return self.low > -self.row.margin if self.row.sign > 0 else self.high < self.row.margin
