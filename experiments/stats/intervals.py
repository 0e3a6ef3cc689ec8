"""The one interval that all tables and figures state: Student's t, of the mean of independent runs or pairs of runs."""

from __future__ import annotations

from math import sqrt

from kingmaker.experiments.stats.levels import LEVEL, Level


def half_width(spread: float, n: int, level: Level = LEVEL) -> float:
    """Half the interval of a mean of ``n`` values, n >= 2, whose standard deviation (divisor n - 1) is ``spread``."""
    from scipy.special import stdtrit

    return float(stdtrit(n - 1, 0.5 + level.share / 2.0)) * spread / sqrt(n)
