"""What the model cannot do: an error of the model itself, by block of lines, from lines that were left out.

The lines that are fitted fall into three folds of blocks of source and entity. Each fold is predicted by a fit to the
two others; what its lines miss beyond their own errors and the ensemble's spread is the model's discrepancy. Blocks
with few lines lean on all of them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.units import YEAR
from kingmaker.experiments.stats.levels import HALF

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray
    from kingmaker.experiments.posterior.lines import DataLine

GRID = np.linspace(0.005, 1.5, 300)  # relative errors of the model that are told apart
LEAN = 0.5  # standard deviation of the logarithm of a block's discrepancy around that of all blocks


@dataclass(frozen=True)
class Miss:
    """How far a prediction missed a line that had no part in it, on the line's scale."""

    line: DataLine
    residual: float
    variance: float  # of the ensemble and of the line's own error together


def misses(lines: Sequence[DataLine], predicted: FloatArray, errors: FloatArray) -> list[Miss]:
    """What an ensemble misses of lines.

    Args:
        lines: those that were left out.
        predicted: on their scales, shape (lines, members).
        errors: variances of the lines, shape (lines,).
    """
    found = []
    for line, values, error in zip(lines, predicted, errors, strict=True):
        lower, middle, upper = (float(q) for q in HALF.of(values))
        spread = (upper - lower) / (2.0 * HALF.deviations)  # a few worlds that have gone astray do not count
        found.append(Miss(line, line.observed - middle, spread**2 + float(error)))
    return found


def estimate(found: Sequence[Miss]) -> dict[str, float]:
    """The relative discrepancy of each block, and of all lines together under the empty name.

    It is the mean over its posterior: a normal likelihood, and for a block a log-normal prior around that of all.
    """
    if not found:
        return {"": 0.0}
    blocks = dict.fromkeys(miss.line.block for miss in found)
    likelihoods = {block: _likelihood([miss for miss in found if miss.line.block == block]) for block in blocks}
    pooled = _mean(np.sum(list(likelihoods.values()), axis=0))
    lean = -0.5 * (np.log(GRID / pooled) / LEAN) ** 2
    return {"": pooled} | {block: _mean(likelihood + lean) for block, likelihood in likelihoods.items()}


def _likelihood(found: Sequence[Miss]) -> FloatArray:
    """Log-likelihood along the grid, shape (grid,)."""
    total = np.zeros(len(GRID))
    series: dict[str, int] = {}
    for miss in found:
        series[miss.line.series] = series.get(miss.line.series, 0) + 1
    for miss in found:
        variance = miss.variance + (GRID * miss.line.unit) ** 2
        # the lines of one series miss together: they count as one and a half line, not as many
        weight = min(1.0, 1.5 / series[miss.line.series])
        total += weight * (-0.5 * np.log(variance) - 0.5 * miss.residual**2 / variance)
    return total


def _mean(logarithm: FloatArray) -> float:
    weights = np.exp(logarithm - logarithm.max())
    return float((weights * GRID).sum() / weights.sum())


def of_lines(lines: Sequence[DataLine], blocks: Mapping[str, float]) -> FloatArray:
    """The discrepancy of each line on its scale, shape (lines,); a block that is not known has that of all."""
    return np.array([blocks.get(line.block, blocks.get("", 0.0)) * line.unit for line in lines])


def covariance(lines: Sequence[DataLine], blocks: Mapping[str, float]) -> FloatArray:
    """Its covariance: the lines of one series miss alike, the less the more months lie between them; (lines, lines)."""
    size = of_lines(lines, blocks)
    middle = np.array([0.5 * (line.first + line.last) for line in lines])
    alike = np.exp(-np.abs(middle[:, np.newaxis] - middle) / YEAR)
    same = np.array([[one.series == other.series for other in lines] for one in lines])
    return np.asarray(np.outer(size, size) * np.where(same, alike, 0.0))
