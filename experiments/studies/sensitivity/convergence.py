"""Was the sample large enough? Two questions: how wide are the intervals, and would half the sample have said the same?

The first is the criterion of Sarrazin, Pianosi & Wagener (2016): the widest bootstrap interval of the indices by which
parameters are ranked (mu* and swings relative to the largest), at the level of the criterion whatever level a report
states. The second is a check on the bootstrap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.experiments.stats.levels import CRITERION
from kingmaker.experiments.studies.sensitivity.indices import Row, Sample, indices, main_index
from kingmaker.experiments.studies.sensitivity.noise import Noise, take_apart

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

NARROW, WIDE = 0.10, 0.25  # width of an interval: 0.10 is ±0.05
NOISY = 0.10  # share of seed noise in the variance of the points' means
MATTERS = 0.05  # index from which on the order of parameters counts
CONVERGED, ROUGH, SMALL, CONSTANT = "converged", "rough", "n too small", "constant"


@dataclass(frozen=True)
class Convergence:
    """The verdict on one outcome.

    Attributes:
        verdict: converged (widest interval up to 0.10), rough (up to 0.25), n too small, or constant.
        width: of the widest interval of the ranking index.
        change: largest change of that index against half the sample.
        order: whether half the sample orders the parameters that matter in the same way.
        samples: base samples, trajectories, points, or (one at a time) replications.
        samples_needed: for a width of 0.10, as intervals shrink with the root of the sample.
        noise: what is luck.
        replications_needed: for seed noise to be at most a tenth of the variance of the points' means.
    """

    verdict: str
    width: float
    change: float
    order: bool
    samples: int
    samples_needed: float
    noise: Noise
    replications_needed: float


def judge(sample: Sample, y: FloatArray, rows: list[Row]) -> Convergence:
    """The verdict on one outcome of shape (points, replications), given its indices with intervals of the criterion."""
    noise, r = take_apart(y), y.shape[1]
    needed = math.nan if math.isnan(noise.in_mean) else max(1.0, math.ceil(r * noise.in_mean / NOISY))
    ranks = main_index(sample, rows)
    samples = r if sample.kind == "oat" else sample.blocks
    if not ranks or all(value == 0.0 for value, _, _ in ranks.values()):
        return Convergence(CONSTANT, 0.0, 0.0, True, samples, samples, noise, needed)
    widths = [high - low for _, low, high in ranks.values()]
    width = math.inf if any(map(math.isnan, widths)) else max(widths)
    change, order = _against_half(sample, y, ranks)
    settled = order and change <= max(WIDE, width)
    verdict = CONVERGED if width <= NARROW and settled else ROUGH if width <= WIDE else SMALL
    return Convergence(verdict, width, change, order, samples, _needed(sample, samples, width), noise, needed)


def _needed(sample: Sample, samples: int, width: float) -> float:
    if not math.isfinite(width):
        return math.inf
    needed = samples * max(1.0, (width / NARROW) ** 2)
    return float(2 ** math.ceil(math.log2(needed))) if sample.kind == "sobol" else float(math.ceil(needed))


def _against_half(sample: Sample, y: FloatArray, ranks: dict[str, tuple[float, float, float]]) -> tuple[float, bool]:
    """Largest change of an index against half the sample, and whether parameters that matter keep their order.

    Two parameters whose intervals overlap may change places.
    """
    if sample.kind == "oat":
        if y.shape[1] < 4:
            return math.nan, True
        half = main_index(sample, indices(sample, y[:, : y.shape[1] // 2], CRITERION)[0])
    else:
        if sample.blocks < 4:
            return math.inf, False
        part = sample.half()
        half = main_index(part, indices(part, y[: len(part.unit)], CRITERION)[0])
    if set(half) != set(ranks):
        return math.inf, False
    change = float(np.max([abs(half[name][0] - ranks[name][0]) for name in ranks]))
    important = [name for name, (value, _, _) in ranks.items() if abs(value) >= MATTERS]
    order = all(
        abs(half[one][0]) >= abs(half[other][0])
        for one in important
        for other in important
        if _clearly_above(ranks[one], ranks[other])
    )
    return change, order


def _clearly_above(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    """Whether the interval of one index, in absolute terms, lies above that of the other."""
    low = min(abs(one[1]), abs(one[2])) if one[1] * one[2] > 0.0 else 0.0
    return low > max(abs(other[1]), abs(other[2]))
