"""How much of what is seen is luck: the variance of outcomes taken apart into parameters, seeds, and both together.

The points of a design share their seeds, so that an outcome is ``y(point, seed) = point + seed + both``. What the seeds
do alike at every point cancels between points; what is left of luck in the mean over ``r`` seeds is the interaction,
``both / r``. A two-way analysis of variance without repetition tells the three apart (Fisher 1925).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray


@dataclass(frozen=True)
class Noise:
    """Shares of variance; all nan with a single replication, where luck cannot be told from parameters.

    Attributes:
        in_mean: share of seed noise in the variance of the points' means: what blurs the indices.
        of_run_parameters: share of parameters in the variance of a single run.
        of_run_luck: share of luck in it, alone and in how it meets the parameters.
    """

    in_mean: float
    of_run_parameters: float
    of_run_luck: float


def take_apart(y: FloatArray) -> Noise:
    """The noise of one outcome, shape (points, replications)."""
    n, r = y.shape
    if r < 2 or n < 2:
        return Noise(nan, nan, nan)
    point, seed, whole = y.mean(axis=1), y.mean(axis=0), float(y.mean())
    rest = y - point[:, np.newaxis] - seed[np.newaxis, :] + whole
    both = float((rest**2).sum()) / ((n - 1) * (r - 1))
    between = float(point.var(ddof=1))
    if between == 0.0 and both == 0.0:
        return Noise(0.0, nan, nan)
    points = max(between - both / r, 0.0)
    seeds = max(float(seed.var(ddof=1)) - both / n, 0.0)
    total = points + seeds + both
    in_mean = min(both / r / between, 1.0) if between > 0.0 else 1.0  # the points do not differ but by luck
    return Noise(in_mean, points / total, (seeds + both) / total)
