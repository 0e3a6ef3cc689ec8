"""The market for capital: who is funded out of limited funds, what firms are worth, how news moves values.

Pure functions of arrays; the first axis is the world, firms stand on the last.
"""

from __future__ import annotations

import numpy as np

from agents.types import FloatArray


def fund(
    asks: FloatArray, merit: FloatArray, pace: FloatArray, purse: FloatArray, luck: FloatArray, success: FloatArray
) -> FloatArray:
    """Which asks are granted, and how much of them.

    Each ask succeeds with a probability that rises with its merit; the mean probability is ``success``, or less if the
    funds' ``pace`` does not cover it. In a lucky month funds place more than their pace, but never more than they hold:
    so the mean does not depend on how coarsely firms are grained.

    Args:
        asks: M$ wanted, shape (worlds, firms), zero for none.
        merit: relative attractiveness > 0, same shape.
        pace: M$ that funds mean to place, shape (worlds, 1).
        purse: M$ that they can place at most, shape (worlds, 1).
        luck: uniform numbers, same shape as asks.
        success: chance that a round of middling merit closes in a month, shape (worlds, 1).

    Returns:
        M$ granted, shape (worlds, firms), in sum never more than the purse.
    """
    total = asks.sum(axis=-1, keepdims=True)
    weighted = (asks * merit).sum(axis=-1, keepdims=True)
    mean = weighted / np.where(total > 0.0, total, 1.0)
    cover = np.minimum(pace / np.where(total > 0.0, total, 1.0), success)
    chance = np.minimum(cover * merit / np.where(mean > 0.0, mean, 1.0), 1.0)
    granted = np.where(luck < chance, asks, 0.0)
    whole = granted.sum(axis=-1, keepdims=True)
    return granted * np.minimum(purse / np.where(whole > 0.0, whole, 1.0), 1.0)


def lab_value(
    revenue: FloatArray, growth: FloatArray, cash: FloatArray, promise: FloatArray, mood: FloatArray
) -> FloatArray:
    """Value of a start-up, M$: a multiple of sales that rises with growth and mood, plus cash, plus promise.

    Args:
        revenue: M$ a month.
        growth: of revenue, 1/month.
        cash: M$.
        promise: M$, what its capability alone is thought to be worth.
        mood: sentiment of investors, 0-1.
    """
    multiple = (4.0 + 60.0 * np.clip(growth, 0.0, 0.3)) * (0.5 + mood)
    return 12.0 * revenue * multiple + cash + promise * (0.5 + mood)


def announcement_return(surprise: FloatArray, value: FloatArray, response: FloatArray) -> FloatArray:
    """Abnormal return on news: response times present value of the surprise over firm value (MacKinlay 1997)."""
    return response * surprise / np.where(value > 0.0, value, 1.0)
