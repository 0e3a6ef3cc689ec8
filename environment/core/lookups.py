"""Sums of amounts by the firm, region or code that they belong to, and look-ups of what these hold.

Pure functions of arrays; the first axis is the world.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, reduce
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.types import FloatArray, IntArray

A = TypeVar("A", bound=NDArray[Any])

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
    """Look up ``values`` (worlds, hosts) at each firm's host (worlds, n); ``none`` where there is no host.

    A contract beside the first is held by few firms: there only those are looked up.
    """
    if host.size > _FEW and _RARE * np.count_nonzero(held := host >= 0) < host.size:
        firms = np.flatnonzero(held)
        found = np.full(host.size, none)
        found[firms] = values.ravel().take(host.ravel().take(firms) + firms // host.shape[1] * values.shape[1])
        return found.reshape(host.shape)
    padded = _padded(values, none)
    return padded.ravel().take(places_in(host, padded.shape[1], 1))


class Hosted:
    """Look-ups and sums by host while nobody moves: places are found once, and bits are those of the functions.

    Args:
        host: of each firm, (worlds, n); negative is none.
        hosts: how many there are.
    """

    __slots__ = ("_firms", "_hosts", "_places", "_shape")

    def __init__(self, host: IntArray, hosts: int) -> None:
        """Find each firm's place once; where few have a host, only theirs."""
        self._shape, self._hosts = host.shape, hosts
        held = host >= 0
        self._firms = np.flatnonzero(held) if _RARE * np.count_nonzero(held) < host.size else None
        if self._firms is None:
            self._places = places_in(host, hosts + 1, 1).ravel()
        else:
            world = self._firms // host.shape[1]
            self._places = host.ravel().take(self._firms) + (world * (hosts + 1) + 1)

    def at(self, values: FloatArray, none: float = 0.0) -> FloatArray:
        """As :func:`at_host`."""
        found = _padded(values, none).ravel().take(self._places)
        if self._firms is not None:
            some, found = found, np.full(self._shape[0] * self._shape[1], none)
            found[self._firms] = some
        return found.reshape(self._shape)

    def sum(self, amount: FloatArray) -> FloatArray:
        """As :func:`by_host`."""
        weights, places = amount.ravel(), self._places
        if self._firms is not None:
            weights = weights.take(self._firms)
        elif amount.size > _FEW and _RARE * np.count_nonzero(some := weights != 0.0) < amount.size:
            firms = np.flatnonzero(some)
            weights, places = weights.take(firms), places.take(firms)
        return self._by_host(places, weights)

    def of(self, values: A) -> A:
        """``values`` (worlds, n) as they are: every firm has a place here; :class:`Listed` keeps those with a host."""
        return values

    def table(self, theirs: A, none: float = 0.0) -> A:
        """``theirs`` as it is, as it is a table already; ``none`` matters to :class:`Listed` alone."""
        return theirs

    def added(self, total: FloatArray, theirs: FloatArray) -> FloatArray:
        """``total`` (worlds, n) and what is theirs of an amount that is zero for the others."""
        return total + theirs

    def _by_host(self, places: NDArray[np.int64], weights: FloatArray) -> FloatArray:
        total = np.bincount(places, weights=weights, minlength=self._shape[0] * (self._hosts + 1))
        return np.ascontiguousarray(total.reshape(self._shape[0], self._hosts + 1)[:, 1:])


class Listed(Hosted):
    """The same as a list of those who have a host, for a contract of few: what is theirs is of shape (firms,).

    They stand in the order of worlds and firms. The others count for nothing, so sums have the same bits.
    """

    __slots__ = ("_list",)

    def __init__(self, host: IntArray, hosts: int) -> None:
        """Find who has one."""
        self._shape, self._hosts = host.shape, hosts
        self._list = np.flatnonzero(host >= 0)
        self._places = self.of(host) + (self._list // host.shape[1] * (hosts + 1) + 1)

    def __len__(self) -> int:
        """How many they are."""
        return len(self._list)

    def each(self, parameter: FloatArray) -> FloatArray:
        """The ``parameter`` (worlds, 1) of the world of each."""
        return np.asarray(parameter[:, 0].take(self._list // self._shape[1]))

    def of(self, values: A) -> A:
        """What they have of ``values`` (worlds, n)."""
        return cast(A, values.take(self._list))

    def at(self, values: FloatArray, none: float = 0.0) -> FloatArray:
        """What the host of each has of ``values`` (worlds, hosts)."""
        return np.asarray(_padded(values, none).take(self._places))

    def sum(self, amount: FloatArray) -> FloatArray:
        """Sum what is theirs by host, (worlds, hosts)."""
        return self._by_host(self._places, amount)

    def table(self, theirs: A, none: float = 0.0) -> A:
        """What is theirs as a table (worlds, n), with ``none`` for the others."""
        whole = np.full(self._shape, none, dtype=theirs.dtype)
        whole.reshape(-1)[self._list] = theirs
        return cast(A, whole)

    def added(self, total: FloatArray, theirs: FloatArray) -> FloatArray:
        """``total`` (worlds, n) and what is theirs."""
        total = total.copy()
        total.reshape(-1)[self._list] += theirs
        return total


def sum_of(holders: Sequence[Hosted], theirs: Sequence[FloatArray]) -> FloatArray:
    """The sum of what is theirs, by contract, first to last, (worlds, n); the first is a table."""
    total = theirs[0]
    for of_one, amount in zip(holders[1:], theirs[1:], strict=True):
        total = of_one.added(total, amount)
    return total


def _padded(values: FloatArray, none: float) -> FloatArray:
    """``values`` (worlds, hosts) with a first column for firms that have no host."""
    padded = np.empty((len(values), values.shape[1] + 1))
    padded[:, 0], padded[:, 1:] = none, values
    return padded


def best_by_host(values: FloatArray, host: IntArray, hosts: int, least: float) -> FloatArray:
    """The largest of ``values`` (worlds, n) by ``host``, shape (worlds, hosts); ``least`` where there is none above."""
    worlds, n = values.shape
    best = np.full(worlds * (hosts + 1), least)
    firms = np.flatnonzero((host >= 0) & (values > least))  # of those bought, or with a second host, there are few
    np.maximum.at(best, host.ravel().take(firms) + (firms // n * (hosts + 1) + 1), values.ravel().take(firms))
    return np.ascontiguousarray(best.reshape(worlds, hosts + 1)[:, 1:])


def places_in(code: IntArray, codes: int, shift: int = 0) -> NDArray[np.int64]:
    """Each firm's place in a flat table of (worlds, codes); a ``shift`` of 1 leaves the first column for no host.

    In 64 bits: shorter ones NumPy would convert at each look-up, at the price of the look-up itself. They are reckoned
    in 32 bits, which is cheaper, and enough for a table that fits into memory.
    """
    if not shift and len(code) == 1:
        return code.astype(np.int64)
    return (code + _first_places(len(code), codes, shift)).astype(np.int64, copy=False)


@lru_cache(maxsize=256)
def _first_places(worlds: int, codes: int, shift: int) -> NDArray[np.int32]:
    """Where each world's part of a flat table begins, (worlds, 1)."""
    return (shift + codes * np.arange(worlds, dtype=np.int32))[:, np.newaxis]
