"""Means over seeds with their 95 % intervals (Student's t), for the figures of sweeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from experiments.intervals import half_width

if TYPE_CHECKING:
    import pandas as pd

    from agents.types import FloatArray


@dataclass(frozen=True)
class Interval:
    """Mean and half-width of its interval; the half-width of a single seed is not known (NaN)."""

    mean: float
    half: float
    n: int


def interval(values: FloatArray) -> Interval:
    """The mean of values from independent seeds, with its interval; missing values are left out."""
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    n = len(known)
    if n == 0:
        return Interval(float("nan"), float("nan"), 0)
    half = float("nan")
    if n > 1:
        half = half_width(float(known.std(ddof=1)), n)
    return Interval(float(known.mean()), half, n)


def by_value(frame: pd.DataFrame, key: str, column: str) -> dict[float, Interval]:
    """For each value of a parameter the interval over seeds; what else a design varies is averaged within a seed."""
    per_seed = frame.groupby([key, "seed"])[column].mean()
    values = sorted(per_seed.index.get_level_values(0).unique())
    return {float(value): interval(per_seed.loc[value].to_numpy()) for value in values}


def differs(frame: FloatArray, reference: FloatArray) -> bool:
    """Whether the interval of the paired differences excludes zero."""
    found = interval(frame - reference)
    return bool(abs(found.mean) > found.half)
