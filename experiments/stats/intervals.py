"""The one interval that all tables and figures state: Student's t, of the mean of independent runs or pairs of runs."""

from __future__ import annotations

from math import sqrt

LEVEL = 0.95


def half_width(spread: float, n: int, level: float = LEVEL) -> float:
    """Half the interval of a mean of ``n`` values, n >= 2, whose standard deviation (divisor n - 1) is ``spread``."""
    from scipy.special import stdtrit

    return float(stdtrit(n - 1, 0.5 + level / 2.0)) * spread / sqrt(n)
