"""The market for AI services: developers offer models, households and enterprises choose.

Pure functions of arrays; the first axis is the world, suppliers stand on the last.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import LEAST_AMOUNT, LEAST_MUSD, LOWEST, SMALL, exp, log, positive, power
from kingmaker.agents.types import FloatArray


def attraction(
    quality: FloatArray,
    frontier: FloatArray,
    distribution: FloatArray,
    data: FloatArray,
    price: FloatArray,
    mass: FloatArray,
    *,
    quality_weight: FloatArray,
    distribution_weight: FloatArray,
    data_weight: FloatArray,
    price_sensitivity: FloatArray,
) -> FloatArray:
    """Logit attraction of each supplier, shape (worlds, suppliers).

    Quality enters as distance to the frontier, reach (the share of customers who consider a supplier) and data
    separately (rows L10, L16), reach and price in logs.
    """
    utility = quality_weight * (quality - frontier) + data_weight * data
    utility = utility + distribution_weight * log(np.maximum(distribution, LEAST_AMOUNT))
    utility = utility - price_sensitivity * log(np.maximum(price, LEAST_MUSD))
    return np.where(mass > 0.0, mass * exp(np.maximum(utility, LOWEST)), 0.0)


def quality(
    capability: FloatArray, recipe: FloatArray, *, compute_weight: FloatArray, algorithm_weight: FloatArray
) -> FloatArray:
    """Quality in users' eyes, log10, elementwise: algorithms and compute apart (row L10).

    Capability is the sum of the compute of training (log10 FLOP) and of the efficiency of its ``recipe`` (log10); with
    both weights at one quality is capability, as scaling laws of effective compute have it (Hoffmann et al. 2022; Ho et
    al. 2024).
    """
    return compute_weight * (capability - recipe) + algorithm_weight * recipe


def unit_compute(
    used: FloatArray, sales: FloatArray, best: FloatArray, *, gain: FloatArray, own: FloatArray, most: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Compute that a unit of service takes: with the best algorithms, (worlds, 1), and of each supplier relative to it.

    A supplier's falls by ``own`` orders of magnitude for one of efficiency of the models that it serves, and by the
    rest of ``gain`` for one of what the trade has learned, the mean of those that sell (learning by doing spills over:
    Arrow 1962; facts 7f-004). It is 1 for algorithms of 0, the best of January 2022.

    Args:
        used: algorithmic efficiency of the models that suppliers serve, log10, (worlds, suppliers).
        sales: weights of the mean, same shape.
        best: the best algorithms of all, log10, (worlds, 1).
        gain: log10 of compute saved per log10 of efficiency.
        own: the part of ``gain`` that goes with one's own efficiency.
        most: log10 of efficiency that a supplier can be behind in serving; beyond it, it serves as others do.
    """
    total = sales.sum(axis=-1, keepdims=True)
    trade = (sales * used).sum(axis=-1, keepdims=True) / positive(total)
    behind = np.clip(best - used, 0.0, most)
    return power(10.0, -(gain - own) * trade - own * best), power(10.0, own * behind)


def shares(weights: FloatArray, outside: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Market shares of suppliers (worlds, suppliers) beside an outside option (worlds, 1), and its own share."""
    total = weights.sum(axis=-1, keepdims=True) + outside
    total = positive(total)
    return weights / total, outside / total


def volume_response(price: FloatArray, elasticity: FloatArray) -> FloatArray:
    """Spending relative to that at the reference price 1: volume falls with price at constant elasticity.

    At an elasticity above one a falling price raises spending (rebound).
    """
    return exp((1.0 - elasticity) * log(np.maximum(price, SMALL)))


def usefulness(capability: FloatArray, midpoint: FloatArray, width: FloatArray) -> FloatArray:
    """Share of tasks that models of this capability can do, 0-1: a logistic curve in log10 FLOP."""
    return 1.0 / (1.0 + exp(-(capability - midpoint) / width))
