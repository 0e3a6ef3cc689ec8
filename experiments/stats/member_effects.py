"""Effects over a posterior: member by member, with the probability of the sign and what may be claimed together.

Notation: ``d[i]`` is an effect in member ``i``, a draw of luck and parameters. The interval holds the members in the
middle; the probability of a sign is the share of the members in which the effect has it. Claims of a family are made
together: the joint posterior is there, so that what is asked is the share of the members in which all of them hold at
once (simultaneous statements: Besag et al. 1995), not a bound on it such as Holm's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.experiments.stats.levels import SIGN, WIDE, Band, Level
from kingmaker.experiments.stats.paired import ROUNDING

DIGITS = 12  # of a share
FEWEST = 20  # members below which no claim is made: of fewer, one alone is more than the twentieth that may fail


@dataclass(frozen=True)
class MemberEffects:
    """The effects on several outcomes, each array of shape (outcomes,).

    Attributes:
        effect: median over members.
        low: lower end of the band of the members in the middle.
        high: upper end.
        mean: over members.
        up: probability that the effect is above zero.
        down: probability that it is below.
        joint: probability that this sign holds together with all that are at least as sure, in the same members.
        zero: where it is exactly zero in all members.
        n: members.
        level: of the interval.
    """

    effect: FloatArray
    low: FloatArray
    high: FloatArray
    mean: FloatArray
    up: FloatArray
    down: FloatArray
    joint: FloatArray
    zero: BoolArray
    n: int
    level: Level

    @property
    def p_sign(self) -> FloatArray:
        """Probability of the sign that is the more probable."""
        return np.maximum(self.up, self.down)

    @property
    def sure(self) -> BoolArray:
        """Where the sign alone is sure enough."""
        return np.asarray((self.p_sign >= SIGN.share) & ~self.zero & (self.n >= FEWEST))

    @property
    def claimed(self) -> BoolArray:
        """Where it is sure enough together with all claims of the family."""
        return np.asarray(self.sure & (self.joint >= SIGN.share))


def difference(a: FloatArray, b: FloatArray) -> FloatArray:
    """``b - a`` of the same shape; what is below the rounding of the levels is zero."""
    d = b - a
    return np.where(np.abs(d) <= ROUNDING * np.maximum(np.abs(a), np.abs(b)), 0.0, d)


def member_effects(d: FloatArray, weights: FloatArray, level: Level = WIDE.level) -> MemberEffects:
    """The effects of differences of shape (outcomes, members); ``weights`` of shape (members,) sum to one.

    Raises:
        ValueError: fewer than two members.
    """
    n = d.shape[-1]
    if n < 2:
        raise ValueError(f"{n} member; an interval needs at least 2")
    low, middle, high = middle_of(d, weights, level)
    up, down = _share(d > 0.0, weights), _share(d < 0.0, weights)
    holds = np.where((up >= down)[:, np.newaxis], d > 0.0, d < 0.0)
    return MemberEffects(
        effect=middle, low=low, high=high, mean=d @ weights, up=up, down=down,
        joint=together(holds, weights), zero=np.asarray((d == 0.0).all(axis=-1)), n=n, level=level,
    )  # fmt: skip


def middle_of(values: FloatArray, weights: FloatArray, level: Level) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Lower end, median and upper end of values (..., members) whose members have weights."""
    low, high = Band(level).ends
    at = (low, 0.5, high)
    if np.allclose(weights, 1.0 / len(weights), rtol=1e-9):
        found = np.quantile(values, at, axis=-1)
    else:
        given = np.broadcast_to(weights, values.shape)
        found = np.quantile(values, at, axis=-1, weights=given, method="inverted_cdf")
    return found[0], found[1], found[2]


def together(holds: BoolArray, weights: FloatArray) -> FloatArray:
    """For each statement the probability that it holds at once with all that are at least as probable.

    Args:
        holds: whether a statement holds in a member, shape (statements, members).
        weights: of the members, sum 1.
    """
    alone = _share(holds, weights)
    order = np.argsort(-alone, kind="stable")
    joint = np.empty_like(alone)
    joint[order] = _share(np.logical_and.accumulate(holds[order], axis=0), weights)
    return joint


def _share(holds: BoolArray, weights: FloatArray) -> FloatArray:
    """In which share of the members it holds; without the rounding of a sum of weights, so that all are 1."""
    return np.round(holds @ weights, DIGITS)
