"""Rank correlations with their intervals: how an outcome goes with parameters that were drawn, whatever their law.

Fisher's transformation with the variance of Fieller, Hartley & Pearson (1957).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import atanh, sqrt, tanh

from kingmaker.agents.types import FloatArray
from kingmaker.experiments.stats.levels import LEVEL, Level
from kingmaker.experiments.stats.turning import rank_correlations

FIELLER = 1.06  # over n - 3: the variance of the transformed coefficient
FEWEST = 10  # members below which nothing is told


def rank_indices(
    y: FloatArray, columns: Mapping[str, FloatArray], level: Level = LEVEL
) -> list[tuple[str, float, float, float, float]]:
    """Parameter, Spearman's correlation with ``y`` (members,), ends of its interval, Holm's adjusted p value."""
    n = len(y)
    if n < FEWEST:
        raise ValueError(f"{n} members; rank correlations need at least {FEWEST}")
    found = [(key, rho, *ends_of(rho, n, level), p) for key, (rho, p) in rank_correlations(y, columns).items()]
    return sorted(found, key=lambda row: -abs(row[1]))


def least_named(n: int, questions: int) -> float:
    """The weakest rank correlation over ``n`` members that stands alone among so many questions (Bonferroni)."""
    from scipy.special import ndtri

    return tanh(float(ndtri(1.0 - LEVEL.alpha / (2.0 * questions))) * sqrt(FIELLER / (n - 3)))


def ends_of(rho: float, n: int, level: Level = LEVEL) -> tuple[float, float]:
    """The ends of the interval of a rank correlation over ``n`` members."""
    from scipy.special import ndtri

    half = float(ndtri(1.0 - level.alpha / 2.0)) * sqrt(FIELLER / (n - 3))
    middle = atanh(max(min(rho, 1.0 - 1e-12), -1.0 + 1e-12))
    return tanh(middle - half), tanh(middle + half)
