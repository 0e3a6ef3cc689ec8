"""The priors of all parameters that have one, as one space of independent standard normals.

A parameter's prior stands in its row of ``parameters.csv``. Each is the image of a standard normal variable, its
*place*: the smoother moves places, the model is run at values. Normal and log-normal priors are truncated at the ends
of the declared range, so that no value is refused and none piles up at an end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.parameters import DECLARATIONS, Declaration

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kingmaker.agents.types import FloatArray

FARTHEST = 6.0  # standard deviations: a place further out has no share of the prior that a double can tell
BITS = 2.0**13  # kept of a value: one part in eight thousand
HASHED = 8  # bytes of a hash that make a seed


@dataclass(frozen=True)
class Priors:
    """The parameters that are drawn; ``keys`` are sorted.

    Raises:
        KingmakerError: a parameter without a prior.
    """

    keys: tuple[str, ...]
    known: Mapping[str, Declaration]

    def __post_init__(self) -> None:
        """Check that each has a prior."""
        for key in self.keys:
            if not self.known[key].prior:
                raise KingmakerError(f"priors: '{key}' has none in parameters.csv.")

    def __len__(self) -> int:
        """The number of parameters."""
        return len(self.keys)

    def draw(self, members: int, seed: int) -> FloatArray:
        """Places of ``members``, shape (keys, members); a parameter's depend on its key and the seed alone."""
        return np.stack([_generator(seed, key).standard_normal(members) for key in self.keys])

    def values(self, places: FloatArray) -> FloatArray:
        """The values at places of shape (keys, members), in the parameters' own units, shape (members, keys)."""
        inside = np.clip(places, -FARTHEST, FARTHEST)
        return np.stack([_value(self.known[key], inside[k]) for k, key in enumerate(self.keys)], axis=-1)

    def places(self, values: FloatArray) -> FloatArray:
        """Where values of shape (members, keys) lie, shape (keys, members); the inverse of :meth:`values`."""
        found = np.stack([_place(self.known[key], values[:, k]) for k, key in enumerate(self.keys)])
        return np.asarray(np.clip(found, -FARTHEST, FARTHEST))

    @cached_property
    def bounds(self) -> FloatArray:
        """The ends of the places, shape (keys, 2)."""
        return np.tile([-FARTHEST, FARTHEST], (len(self), 1))


def read_priors(known: Mapping[str, Declaration] = DECLARATIONS, held: Sequence[str] = ()) -> Priors:
    """The priors of all parameters that have one, less those that are ``held`` at their values."""
    return Priors(tuple(sorted(key for key, d in known.items() if d.prior and key not in held)), known)


def member_seeds(members: int, seed: int) -> NDArray[np.int64]:
    """Each member's own seed, all different, shape (members,)."""
    first = int.from_bytes(hashlib.sha256(f"members|{seed}".encode()).digest()[:4], "big")
    return first + np.arange(members, dtype=np.int64)


def _generator(seed: int, key: str) -> np.random.Generator:
    hashed = int.from_bytes(hashlib.sha256(key.encode()).digest()[:HASHED], "big")
    return np.random.default_rng([seed, hashed])


def _value(d: Declaration, places: FloatArray) -> FloatArray:
    """The value of one parameter at its places, inside its range."""
    value, low, high = float(d.default), d.low, d.high
    if d.prior == "logit":
        found = low + (high - low) * expit(logit((value - low) / (high - low)) + d.spread * places)
    elif d.prior == "uniform":
        first, last = _width(d)
        found = first + (last - first) * ndtr(places)
    else:
        normal = d.spread * _truncated(places, *_ends(d))
        found = value * np.exp(normal) if d.prior == "log" else value + normal
    return np.asarray(np.clip(_short(found), low, high))


def _place(d: Declaration, values: FloatArray) -> FloatArray:
    """The places of one parameter's values."""
    value, low, high = float(d.default), d.low, d.high
    with np.errstate(divide="ignore", invalid="ignore"):
        if d.prior == "logit":
            return np.asarray((logit((values - low) / (high - low)) - logit((value - low) / (high - low))) / d.spread)
        if d.prior == "uniform":
            first, last = _width(d)
            return np.asarray(ndtri(np.clip((values - first) / (last - first), 0.0, 1.0)))
        normal = (np.log(values / value) if d.prior == "log" else values - value) / d.spread
        below, above = (ndtr(end) for end in (_ends(d)[0], -_ends(d)[1]))
        inside = 1.0 - below - above
        from_below = ndtri(np.clip((ndtr(normal) - below) / inside, 0.0, 1.0))
        from_above = -ndtri(np.clip((ndtr(-normal) - above) / inside, 0.0, 1.0))
        return np.asarray(np.where(normal > 0.0, from_above, from_below))


def _width(d: Declaration) -> tuple[float, float]:
    """The ends of a uniform prior."""
    return max(d.low, d.default - d.spread), min(d.high, d.default + d.spread)


def _ends(d: Declaration) -> tuple[float, float]:
    """The ends of the range, in standard deviations of a normal or log-normal prior around its centre."""
    value = float(d.default)
    if d.prior == "log":
        least = float(np.log(d.low / value)) if d.low > 0.0 else -np.inf
        return least / d.spread, float(np.log(d.high / value)) / d.spread
    return (d.low - value) / d.spread, (d.high - value) / d.spread


def _short(values: FloatArray) -> FloatArray:
    """Values to four digits, in few bits: a file of members is small, and holds exactly what was run."""
    mantissa, exponent = np.frexp(values)
    return np.asarray(np.ldexp(np.round(mantissa * BITS) / BITS, exponent))


def _truncated(places: FloatArray, low: float, high: float) -> FloatArray:
    """Standard normals between two ends, as a rising function of standard normals without ends."""
    below, above = ndtr(low), ndtr(-high)
    inside = 1.0 - below - above
    from_below = ndtri(below + ndtr(places) * inside)
    from_above = -ndtri(above + ndtr(-places) * inside)  # near the upper end the tail above is the precise one
    return np.asarray(np.where(places > 0.0, from_above, from_below))
