"""Means over independent runs, pairs of runs or points with their intervals (Student's t), for the figures.

A mean that cannot pass a bound (a share lies between 0 and 1) has its interval cut there: what is cut off holds no
value that the mean can have, so that the interval covers it as often as before. Differences have no bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.experiments.stats.intervals import half_width
from kingmaker.experiments.stats.levels import LEVEL, Band, Level, MemberLevel

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

FEWEST = 3  # values below which an interval says nothing: of two, half of it is nine times their distance or more
Bounds = tuple[float, float]
FREE: Bounds = (-np.inf, np.inf)
ROUNDING = 1e-12  # relative to the level: a difference below it is arithmetic, not economics


@dataclass(frozen=True)
class Interval:
    """Mean of ``n`` values, half-width of its interval (NaN if they are fewer than :data:`FEWEST`), and its bounds."""

    mean: float
    half: float
    n: int
    bounds: Bounds = FREE
    quantiles: tuple[float, float] | None = None  # the ends, where they are those of members

    @property
    def below(self) -> float:
        """From the mean down to the lower end, NaN if there is no interval."""
        if self.quantiles is not None:
            return self.mean - self.quantiles[0]
        return min(self.half, self.mean - self.bounds[0]) if np.isfinite(self.half) else float("nan")

    @property
    def above(self) -> float:
        """From the mean up to the upper end, NaN if there is no interval."""
        if self.quantiles is not None:
            return self.quantiles[1] - self.mean
        return min(self.half, self.bounds[1] - self.mean) if np.isfinite(self.half) else float("nan")


def interval(values: FloatArray, bounds: Bounds = FREE, level: Level = LEVEL) -> Interval:
    """The mean of independent values, with its interval; missing values are left out.

    Args:
        values: one a run, a pair of runs with one seed, or a point of a sample.
        bounds: what the mean cannot pass.
        level: of the interval.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    n = len(known)
    if n == 0:
        return Interval(float("nan"), float("nan"), 0)
    half = float("nan")
    if isinstance(level, MemberLevel) and n >= FEWEST:
        low, middle, high = (float(end) for end in Band(level).of(known))
        return Interval(middle, (high - low) / 2.0, n, FREE, (low, high))
    if n >= FEWEST:
        half = half_width(float(known.std(ddof=1)), n, level)
    mean = float(known.mean())
    kept = bounds if bounds[0] <= float(known.min()) and float(known.max()) <= bounds[1] else FREE
    return Interval(mean, half, n, kept)


def ends(found: Sequence[Interval]) -> FloatArray:
    """Distances from the means down and up to the ends of their intervals, shape (2, intervals), 0 where none is."""
    distances = np.array([[each.below for each in found], [each.above for each in found]], dtype=np.float64)
    return np.asarray(np.nan_to_num(distances))


def complete(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """The runs of those seeds that have been run at every point: only these are common to what is compared.

    If there is no such seed (a sweep that has hardly begun), all runs.
    """
    import pandas as pd

    known = frame[np.isfinite(frame[column].to_numpy(dtype=np.float64))]
    points = known["point"].nunique()
    full = known.groupby("seed")["point"].nunique()
    everywhere = full[full == points].index.tolist()
    kept = pd.DataFrame(known[known["seed"].isin(everywhere)])
    return kept if len(kept) else pd.DataFrame(known)


def seeds_by_value(frame: pd.DataFrame, key: str, column: str) -> dict[float, FloatArray]:
    """For each value of a parameter the outcome of each seed, averaged over what else a design varies."""
    per_seed = frame.groupby([key, "seed"])[column].mean()
    values = sorted(per_seed.index.get_level_values(0).unique())
    return {float(value): per_seed.loc[value].to_numpy() for value in values}


def combined(terms: Sequence[tuple[float, FloatArray]]) -> FloatArray:
    """The sum of terms with their signs, seed by seed; what is mere rounding is exactly zero."""
    found = np.sum([sign * values for sign, values in terms], axis=0)
    level = np.max([np.abs(values) for _, values in terms], axis=0)
    return np.asarray(np.where(np.abs(found) <= ROUNDING * level, 0.0, found), dtype=np.float64)


def differs(frame: FloatArray, reference: FloatArray, level: Level = LEVEL) -> bool:
    """Whether there is an interval of the paired differences and it excludes zero."""
    found = interval(frame - reference, level=level)
    if found.quantiles is not None:
        return found.quantiles[0] > 0.0 or found.quantiles[1] < 0.0
    return bool(abs(found.mean) > found.half)


def counted(numbers: Sequence[int], what: str) -> str:
    """How many there are, such as ``n = 8 seeds`` or ``n = 6 to 8 seeds``."""
    low, high = min(numbers, default=0), max(numbers, default=0)
    words = what.removesuffix("s") if high == 1 else what
    return f"n = {low} {words}" if low == high else f"n = {low} to {high} {words}"
