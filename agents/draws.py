"""Random numbers as a function of (seed, decision, month, firm, option): luck that two runs can share.

A counter-based hash (the finaliser of SplitMix64: Steele, Lea & Flood 2014, with the multipliers of Stafford's
"Mix13") turns a key and a counter into 64 well-mixed bits. There is no state, so a number does not depend on which
others were drawn before it, on the order of firms, or on how many worlds stand in the stack.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, pdtrik

from kingmaker.agents.arithmetic import TINY, log
from kingmaker.agents.types import FloatArray, IdArray, IntArray

_GAMMA = np.uint64(0x9E3779B97F4A7C15)  # odd, from the golden ratio: consecutive ids land far apart
_OPTION = np.uint64(0xD1B54A32D192ED03)  # a second odd constant, so that options do not collide with ids
_MASK = 2**64 - 1
_M1, _M2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)
_ONE_TO_TWO = np.uint64(0x3FF0000000000000)  # sign and exponent of the doubles in [1, 2)
_BELOW_ONE = 1.0 - 2.0**-53


def mix64(z: IdArray) -> IdArray:
    """Scramble 64-bit integers (any shape), in place; a bijection."""
    scratch = z >> _S30
    z ^= scratch
    z *= _M1
    np.right_shift(z, _S27, out=scratch)
    z ^= scratch
    z *= _M2
    np.right_shift(z, _S31, out=scratch)
    z ^= scratch
    return z


def stream_key(seeds: IdArray, decision: str, month: int) -> IdArray:
    """The key of one decision in one month, shape as ``seeds`` (worlds, 1)."""
    return month_key(decision_key(seeds, decision), month)


def decision_key(seeds: IdArray, decision: str) -> IdArray:
    """The key of one decision in all months, shape as ``seeds`` (worlds, 1)."""
    return mix64(seeds * _GAMMA + np.uint64(zlib.crc32(decision.encode())))


def month_key(key: IdArray, month: int) -> IdArray:
    """The key in one month of the decision that has ``key``, same shape."""
    return mix64(key + _step_of(month + 1))


def _step_of(option: int | IntArray) -> Any:
    """``option`` steps of the counter, modulo 2**64."""
    if isinstance(option, int):
        return np.uint64(option * int(_OPTION) & _MASK)
    return option.astype(np.uint64) * _OPTION


class Draws:
    """The luck of a block of firms in one decision of one month.

    Args:
        key: of shape (worlds, 1), from :func:`stream_key`.
        ids: the firms' ids, of shape (worlds, firms).
    """

    __slots__ = ("_base", "_ids", "_key")

    def __init__(self, key: IdArray, ids: IdArray) -> None:
        """Nothing is drawn yet."""
        self._key = key
        self._ids = ids
        self._base: IdArray | None = None

    def block(self, start: int, stop: int) -> Draws:
        """The draws of the firms in slots ``start`` to ``stop``."""
        return Draws(self._key, self._ids[..., start:stop])

    def among(self, places: NDArray[np.int64]) -> Draws:
        """The draws of some firms, by their places in a flat table of (worlds, firms): numbers of the same shape."""
        return Draws(self._key[places // self._ids.shape[-1], 0], self._ids.ravel()[places])

    def uniform(self, option: int | IntArray = 0) -> FloatArray:
        """Numbers in the open interval (0, 1), shape (worlds, firms); another option gives other numbers.

        Options may also be one a firm, (worlds, firms).
        """
        if self._base is None:
            self._base = self._ids * _GAMMA + self._key
        z = mix64(self._base + _step_of(option))
        # 52 random bits k as the fraction of a double: 1 + k / 2**52, and from it (k + 1/2) / 2**52, both exact
        z >>= _S12
        z |= _ONE_TO_TWO
        u: FloatArray = z.view(np.float64)
        u -= _BELOW_ONE
        return u

    def exponential(self, option: int | IntArray = 0) -> FloatArray:
        """Unit exponential numbers; the least of ``exponential(k) / weight_k`` is k with probability ~ weight_k.

        This race is the logit choice with Gumbel noise (McFadden 1974) with one logarithm less per option.
        """
        e = self.uniform(option)
        log(e, out=e)
        return np.negative(e, out=e)

    def normal(self, option: int = 0) -> FloatArray:
        """Standard normal numbers, shape (worlds, firms)."""
        return np.asarray(ndtri(self.uniform(option)))

    def poisson(self, mean: FloatArray, option: int = 0) -> FloatArray:
        """Poisson counts (as floats) of the given mean, shape (worlds, firms); a zero mean gives zero."""
        safe = np.maximum(mean, TINY)
        count = np.ceil(pdtrik(self.uniform(option), safe))
        return np.where(mean > 0, np.maximum(count, 0.0), 0.0)


class LastingDraws(Draws):
    """Luck that does not change with the month, kept from one month to the next.

    A number depends on key and id alone. So those of firms whose ids are the same as ``before`` are taken over, and
    those of the others are drawn; ids and numbers are kept together, so that what is kept cannot be out of date.

    Args:
        key: of shape (worlds, 1).
        ids: the firms' ids, of shape (worlds, firms).
        before: the draws with the same key that were asked last; they are used up.
    """

    __slots__ = ("_kept",)

    def __init__(self, key: IdArray, ids: IdArray, before: LastingDraws | None = None) -> None:
        """Draw what was asked before for the firms that are new."""
        super().__init__(key, ids.copy())  # a population's ids change in place
        self._kept: dict[tuple[str, int], FloatArray] = {}
        if before is None or before._ids.shape != ids.shape:
            return
        anew = np.flatnonzero(ids != before._ids)
        fresh = self.among(anew)
        for (kind, option), numbers in before._kept.items():
            numbers.reshape(-1)[anew] = getattr(fresh, kind)(option)
        self._kept = before._kept

    def block(self, start: int, stop: int) -> Draws:
        """The draws of the firms in slots ``start`` to ``stop``."""
        return _Part(self, self._key, self._ids, slice(start, stop))

    def uniform(self, option: int | IntArray = 0) -> FloatArray:
        """As of other draws."""
        return self.kept("uniform", option).copy() if isinstance(option, int) else super().uniform(option)

    def exponential(self, option: int | IntArray = 0) -> FloatArray:
        """As of other draws."""
        return self.kept("exponential", option).copy() if isinstance(option, int) else super().exponential(option)

    def kept(self, kind: str, option: int) -> FloatArray:
        """Numbers of a kind for all firms, to read only."""
        if (kind, option) not in self._kept:
            self._kept[kind, option] = getattr(Draws(self._key, self._ids), kind)(option)
        return self._kept[kind, option]


class _Part(Draws):
    """Lasting draws of a block of firms."""

    __slots__ = ("_piece", "_whole")

    def __init__(self, whole: LastingDraws, key: IdArray, ids: IdArray, piece: slice) -> None:
        super().__init__(key, ids[..., piece])
        self._whole, self._piece = whole, piece

    def exponential(self, option: int | IntArray = 0) -> FloatArray:
        if isinstance(option, int):
            return self._whole.kept("exponential", option)[..., self._piece].copy()
        return super().exponential(option)
