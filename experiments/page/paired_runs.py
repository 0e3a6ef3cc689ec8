"""Two policies on the same luck: differences seed by seed, with intervals; a winner only where the interval allows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kingmaker.experiments.page.records import Band
from kingmaker.experiments.stats.intervals import half_width

LAST = 36  # months over which an outcome is averaged, at the end of the run


@dataclass(frozen=True)
class Difference:
    """B less A, in the model's unit."""

    name: str
    a: float
    b: float
    mean: float
    low: float
    high: float
    n: int

    @property
    def verdict(self) -> str:
        """``up`` or ``down`` if the interval excludes zero, else ``unclear``."""
        return "up" if self.low > 0.0 else "down" if self.high < 0.0 else "unclear"


def window(months: int) -> tuple[int, int]:
    """First month and end of the months that are averaged: the last three years, or the second half of a short run."""
    return max(months - LAST, months // 2), months


def difference(a: Band, b: Band, name: str, months: tuple[int, int]) -> Difference:
    """The paired difference of one measure, with the interval of Student's t over the seeds."""
    first, end = months
    means = [band.series[name][:, first:end].astype(np.float64).mean(axis=1) for band in (a, b)]
    change = means[1] - means[0]
    n = len(change)
    middle = float(change.mean())
    spread = half_width(float(change.std(ddof=1)), n) if n > 1 else math.inf
    return Difference(name, float(means[0].mean()), float(means[1].mean()), middle, middle - spread, middle + spread, n)
