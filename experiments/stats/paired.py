"""Statistics of paired differences: interval, probability of the sign, what pairing bought, how many pairs it takes.

Notation: ``a[i]`` and ``b[i]`` are one outcome under two scenarios with the same seed, ``d = b - a``. All functions
work along the last axis (the pairs), so that many outcomes are treated at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.experiments.stats.intervals import half_width
from kingmaker.experiments.stats.levels import LEVEL, Level

POWER = 0.80
ROUNDING = 1e-12  # relative to the level: a difference below it is arithmetic, not economics
MOST = 1e9  # pairs; beyond it "no number of pairs" is the fair word


@dataclass(frozen=True)
class Paired:
    """The paired differences of several outcomes, each array of shape (outcomes,).

    Attributes:
        level_a: mean of the outcome under the first scenario.
        level_b: mean under the second.
        difference: mean of b - a.
        low: lower end of the interval of that mean (Student's t, n - 1 degrees of freedom).
        high: upper end.
        p_sign: probability that the true mean difference has the sign of the estimate (posterior under a flat prior,
            which equals one less the one-sided p value); 0.5 where the difference is exactly zero.
        p_value: two-sided, of no difference; 1 where the difference is exactly zero.
        variance_reduction: variance of the difference of means with unpaired seeds over that with paired ones.
        spread: standard deviation of the differences.
        n: pairs.
        level: of the intervals.
    """

    level_a: FloatArray
    level_b: FloatArray
    difference: FloatArray
    low: FloatArray
    high: FloatArray
    p_sign: FloatArray
    p_value: FloatArray
    variance_reduction: FloatArray
    spread: FloatArray
    n: int
    level: Level = LEVEL

    @property
    def n_needed(self) -> FloatArray:
        """Pairs for the interval to exclude zero with probability 0.8, if effect and spread are truly those estimated.

        Infinite where the difference is exactly zero.
        """
        effects = zip(np.abs(self.difference), self.spread, strict=True)
        return np.array([pairs_needed(float(mean), float(spread), self.level.alpha) for mean, spread in effects])

    @property
    def zero(self) -> BoolArray:
        """Where all pairs are exactly equal."""
        return np.asarray((self.low == 0.0) & (self.high == 0.0))


def paired(a: FloatArray, b: FloatArray, level: Level = LEVEL) -> Paired:
    """The statistics of ``b - a``, both of shape (outcomes, pairs).

    Differences below :data:`ROUNDING` of the level count as zero.

    Raises:
        ValueError: fewer than two pairs.
    """
    from scipy.special import stdtr

    n = a.shape[-1]
    if n < 2:
        raise ValueError(f"{n} pair; an interval needs at least 2")
    d = b - a
    d = np.where(np.abs(d) <= ROUNDING * np.maximum(np.abs(a), np.abs(b)), 0.0, d)
    mean, spread = d.mean(axis=-1), d.std(axis=-1, ddof=1)
    # pairs that all differ by the same number have no spread but that of rounding
    spread = np.where(spread <= ROUNDING * np.abs(mean), 0.0, spread)
    error = spread / np.sqrt(n)
    margin = half_width(1.0, n, level) * spread
    exact = np.where(mean == 0.0, 0.0, np.inf)
    t = np.divide(np.abs(mean), error, out=exact, where=error > 0.0)
    unpaired = a.var(axis=-1, ddof=1) + b.var(axis=-1, ddof=1)
    alone = np.where(unpaired > 0.0, np.inf, 1.0)  # no spread in the difference: pairing took all there was, or nothing
    return Paired(
        level_a=a.mean(axis=-1),
        level_b=b.mean(axis=-1),
        difference=mean,
        low=mean - margin,
        high=mean + margin,
        p_sign=np.asarray(stdtr(n - 1, t)),
        p_value=np.minimum(2.0 * np.asarray(stdtr(n - 1, -t)), 1.0),
        variance_reduction=np.divide(unpaired, spread**2, out=alone, where=spread > 0.0),
        spread=spread,
        n=n,
        level=level,
    )


def power(effect: float, n: int, alpha: float = LEVEL.alpha) -> float:
    """Probability that ``n`` pairs exclude zero at level ``alpha``; ``effect`` is mean over standard deviation."""
    from scipy.special import gammainc, nctdtr, stdtrit

    bound, shift = float(stdtrit(n - 1, 1.0 - alpha / 2.0)), effect * np.sqrt(n)
    if shift > 30.0:  # SciPy's series underflows; but then only the estimated spread still matters, a chi square
        return float(gammainc((n - 1) / 2.0, (n - 1) / 2.0 * (shift / bound) ** 2))
    return float(1.0 - nctdtr(n - 1, shift, bound) + nctdtr(n - 1, shift, -bound))


def pairs_needed(mean: float, spread: float, alpha: float = LEVEL.alpha) -> float:
    """Smallest number of pairs with a power of 0.8 for a mean difference of ``mean`` and pairs that spread so much."""
    from scipy.special import ndtri

    if mean == 0.0:
        return float("inf")
    if spread == 0.0:
        return 2.0
    effect = mean / spread
    bound = float(ndtri(1.0 - alpha / 2.0))
    normal = ((bound + ndtri(POWER)) / effect) ** 2
    if normal > 500.0:  # there Student's t is the normal distribution but for about two pairs
        return float(np.ceil(normal + bound**2 / 2.0)) if normal < MOST else float("inf")
    low, high = 1, int(np.ceil(normal + 2.0 * bound**2)) + 4  # power(low) < 0.8 <= power(high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power(effect, middle, alpha) >= POWER else (middle, high)
    return float(high)


def holm(p: FloatArray) -> FloatArray:
    """Holm's adjusted p values (Holm 1979): claims with one of at most ``level.alpha`` are all true at that level."""
    order = np.argsort(p, kind="stable")
    steps = np.minimum(p[order] * np.arange(len(p), 0, -1), 1.0)
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(steps)
    return adjusted
