"""Sums of amounts by the firm, region or code that they belong to, and look-ups of what these hold.

Pure functions of arrays; the first axis is the world.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.types import FloatArray, IntArray

_FEW = 2_000  # amounts; so few are summed faster than looked through
_RARE = 4  # one amount in so many that is not zero: from here on it pays to add only those


def by_host(amount: FloatArray, host: IntArray, hosts: int) -> FloatArray:
    """Sum ``amount`` (worlds, n) by ``host`` (worlds, n; negative is none) to shape (worlds, hosts).

    Each world's sums run over its firms in slot order, so they do not depend on the other worlds.
    """
    return np.ascontiguousarray(sum_by(amount, host, 1, hosts + 1)[:, 1:])


def sum_by(amount: FloatArray, code: IntArray, shift: int, codes: int) -> FloatArray:
    """Sum ``amount`` (worlds, n) by ``code + shift`` (worlds, n; from 0 to ``codes`` - 1) to shape (worlds, codes).

    Most amounts are zero for most firms (stakes, fees, credit), and a zero changes no sum: where few are not, only
    those are added, in the same order and so to the same bits.
    """
    worlds, n = amount.shape
    if amount.size > _FEW and _RARE * np.count_nonzero(some := amount != 0.0) < amount.size:
        firms = np.flatnonzero(some)
        place = code.ravel().take(firms) + (firms // n * codes + shift)
        total = np.bincount(place, weights=amount.ravel().take(firms), minlength=worlds * codes)
    else:
        total = np.bincount(places_in(code, codes, shift).ravel(), weights=amount.ravel(), minlength=worlds * codes)
    return total.astype(np.float64, copy=False).reshape(worlds, codes)


def sum_in_order(parts: Sequence[FloatArray]) -> FloatArray:
    """The sum of arrays of one shape, first to last: rows that nobody uses may be left out to the same bits."""
    return reduce(np.add, parts)


def at_host(values: FloatArray, host: IntArray, none: float = 0.0) -> FloatArray:
    """Look up ``values`` (worlds, hosts) at each firm's host (worlds, n); ``none`` where there is no host."""
    worlds, hosts = values.shape
    # NONE is -1: from each world that leads to the last column of the one before, which holds ``none`` in all of them
    padded = np.concatenate([values, np.full((worlds, 1), none)], axis=1)
    return padded.ravel()[places_in(host, hosts + 1)]


def best_by_host(values: FloatArray, host: IntArray, hosts: int, least: float) -> FloatArray:
    """The largest of ``values`` (worlds, n) by ``host``, shape (worlds, hosts); ``least`` where there is none above."""
    worlds = values.shape[0]
    best = np.full(worlds * (hosts + 1), least)
    np.maximum.at(best, places_in(host, hosts + 1, 1).ravel(), values.ravel())
    return np.ascontiguousarray(best.reshape(worlds, hosts + 1)[:, 1:])


def places_in(code: IntArray, codes: int, shift: int = 0) -> NDArray[np.int64]:
    """Each firm's place in a flat table of (worlds, codes); a ``shift`` of 1 leaves the first column for no host.

    In 64 bits: shorter ones NumPy would convert at each look-up, at the price of the look-up itself.
    """
    places = code.astype(np.int64)
    if shift or len(code) > 1:
        places += shift + codes * np.arange(len(code))[:, np.newaxis]
    return places
