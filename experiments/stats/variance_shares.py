"""What part of an effect's variance is luck and what part parameters: the law of total variance.

``Var(d) = E[Var(d | parameters)] + Var(E[d | parameters])``, estimated from a few seeds a member by the analysis of
variance of one random factor (Searle, Casella & McCulloch 1992, chapter 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.experiments.stats.levels import WIDE, Band, Level

RESAMPLES = 999
SEED = 1


@dataclass(frozen=True)
class Shares:
    """Luck's share of the variance of each outcome, with its interval; the rest is the parameters'.

    Arrays of shape (outcomes,); NaN where nothing varies.
    """

    luck: FloatArray
    low: FloatArray
    high: FloatArray
    members: int
    seeds: int


def shares(d: FloatArray, level: Level = WIDE.level) -> Shares:
    """Luck's share of the variance of effects of shape (outcomes, members, seeds).

    The interval is that of a bootstrap over members.

    Raises:
        ValueError: fewer than two members, or fewer than two seeds a member.
    """
    outcomes, members, seeds = d.shape
    if members < 2 or seeds < 2:
        raise ValueError(f"{members} members with {seeds} seeds; shares of variance need at least 2 of both")
    draws = np.random.default_rng(SEED).integers(members, size=(RESAMPLES, members))
    again = np.array([_luck(d[:, rows]) for rows in draws])  # (resamples, outcomes)
    low, high = np.full(outcomes, np.nan), np.full(outcomes, np.nan)
    found = _luck(d)
    for k in np.flatnonzero(np.isfinite(found)):
        known = again[np.isfinite(again[:, k]), k]
        low[k], high[k] = np.quantile(known, Band(level).ends)
    return Shares(found, low, high, members, seeds)


def _luck(d: FloatArray) -> FloatArray:
    """Luck's share, (outcomes,), of effects (outcomes, members, seeds)."""
    seeds = d.shape[-1]
    within = d.var(axis=-1, ddof=1).mean(axis=-1)
    between = np.maximum(d.mean(axis=-1).var(axis=-1, ddof=1) - within / seeds, 0.0)
    whole = within + between
    return np.asarray(np.divide(within, whole, out=np.full_like(whole, np.nan), where=whole > 0.0))
