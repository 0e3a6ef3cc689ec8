"""How often, and how far, a price turns."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.types import FloatArray

TROUGH, PEAK = slice(0, 24), slice(0, 48)  # 2022 and 2023; to 2025
QUARTER = 0.25


def turns(price: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Lowest price of 2022 and 2023 over the first, the highest to 2025 after it over that, the last over this.

    Args:
        price: (months, worlds).
    """
    low, at = price[TROUGH].min(axis=0), np.argmin(price[TROUGH], axis=0)
    later = np.arange(len(price[PEAK]))[:, np.newaxis] >= at
    high = np.where(later, price[PEAK], 0.0).max(axis=0)
    return low / price[0], high / low, price[-1] / high


def rises_again(price: FloatArray, step: float = QUARTER) -> FloatArray:
    """Whether a price falls by ``step`` from a peak, rises by it from the trough, and falls by it again, (worlds,)."""
    leg, extreme = np.zeros(price.shape[1]), price[0]
    for now in price:
        falling = leg % 2 == 0  # looks for a fall
        extreme = np.where(falling, np.maximum(extreme, now), np.minimum(extreme, now))
        turned = np.where(falling, now <= (1.0 - step) * extreme, now >= (1.0 + step) * extreme)
        leg, extreme = leg + turned, np.where(turned, now, extreme)
    return (leg >= 3.0).astype(np.float64)
