"""The market for AI services: developers offer models, households and enterprises choose.

Pure functions of arrays; the first axis is the world, suppliers stand on the last.
"""

from __future__ import annotations

import numpy as np

from agents.types import FloatArray


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
    utility = utility + distribution_weight * np.log(np.maximum(distribution, 1e-3))
    utility = utility - price_sensitivity * np.log(np.maximum(price, 1e-6))
    return np.where(mass > 0.0, mass * np.exp(np.maximum(utility, -60.0)), 0.0)


def shares(weights: FloatArray, outside: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Market shares of suppliers (worlds, suppliers) beside an outside option (worlds, 1), and its own share."""
    total = weights.sum(axis=-1, keepdims=True) + outside
    total = np.where(total > 0.0, total, 1.0)
    return weights / total, outside / total


def volume_response(price: FloatArray, elasticity: FloatArray) -> FloatArray:
    """Spending relative to that at the reference price 1: volume falls with price at constant elasticity.

    At an elasticity above one a falling price raises spending (rebound: Jevons; economics page, loop 7).
    """
    return np.exp((1.0 - elasticity) * np.log(np.maximum(price, 1e-9)))


def usefulness(capability: FloatArray, midpoint: FloatArray, width: FloatArray) -> FloatArray:
    """Share of tasks that models of this capability can do, 0-1: a logistic curve in log10 FLOP."""
    return 1.0 / (1.0 + np.exp(-(capability - midpoint) / width))
