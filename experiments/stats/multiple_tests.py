"""Intervals of means and of paired differences, and the correction for asking many questions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.experiments.stats.intervals import half_width
from kingmaker.experiments.stats.levels import LEVEL, Level


@dataclass(frozen=True)
class Interval:
    """A mean with its interval (Student's t), and the two-sided p value of its being zero."""

    mean: float
    low: float
    high: float
    p: float
    n: int


def interval(values: FloatArray, level: Level = LEVEL) -> Interval:
    """The interval of the mean of ``values``, shape (n,), n >= 2."""
    from scipy import stats

    n, mean, spread = len(values), float(values.mean()), float(values.std(ddof=1))
    if spread == 0.0:
        return Interval(mean, mean, mean, 1.0 if mean == 0.0 else 0.0, n)
    error = spread / np.sqrt(n)
    half = half_width(spread, n, level)
    p = 2.0 * float(stats.t.sf(abs(mean) / error, n - 1))
    return Interval(mean, mean - half, mean + half, p, n)


def holm(p: FloatArray, level: Level = LEVEL) -> BoolArray:
    """Which of many p values stand together at a level, shape as ``p`` (Holm 1979)."""
    order = np.argsort(p, kind="stable")
    bounds = level.alpha / (len(p) - np.arange(len(p)))
    passed = np.cumprod(p[order] <= bounds).astype(bool)
    stands: BoolArray = np.zeros(len(p), dtype=np.bool_)
    stands[order] = passed
    return stands


def variation(values: FloatArray) -> FloatArray:
    """Coefficient of variation over the first 2, 3, ... of ``values`` (n,): shape (n - 1,)."""
    n = np.arange(1, len(values) + 1)
    mean = np.cumsum(values) / n
    square = np.cumsum(values**2) / n
    spread = np.sqrt(np.maximum(square - mean**2, 0.0) * n / np.maximum(n - 1, 1))
    return np.asarray((spread / np.abs(np.where(mean == 0.0, 1.0, mean)))[1:])


def stable_from(values: FloatArray, tolerance: float) -> int | None:
    """The number of runs from which on the coefficient of variation stays within ``tolerance`` of its last value.

    The rule of Lee et al. (2015): the least number of runs beyond which more of them no longer move it. None if it
    moves until the end: the last quarter of the runs must be calm.
    """
    path = variation(values)
    away = np.flatnonzero(np.abs(path - path[-1]) > tolerance)
    first = 2 if len(away) == 0 else int(away[-1]) + 3
    return first if first <= 0.75 * len(values) else None
