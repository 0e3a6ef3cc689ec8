"""In which regime a claim holds: the one split of the members that tells best where it does and where it fails.

A split is told only if what it is made by differs between the members in which the claim holds and those in which it
fails (Mann & Whitney 1947) beyond chance: after Holm's correction over all that was looked at. What is not told may
still be a regime: few members show only what is strong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.experiments.stats.levels import LEVEL
from kingmaker.experiments.stats.paired import holm

FEWEST = 3  # members on either side


@dataclass(frozen=True)
class Regime:
    """Where a claim holds.

    Attributes:
        name: of what the members are split by.
        above: whether the claim holds at and above the bound, or below it.
        bound: on the scale of what it is split by, between two members.
        there: members in the regime.
        held_there: those of them in which the claim holds.
        elsewhere: members outside.
        held_elsewhere: those of them in which it holds all the same.
        p: Holm's adjusted p value of no difference.
    """

    name: str
    above: bool
    bound: float
    there: int
    held_there: int
    elsewhere: int
    held_elsewhere: int
    p: float

    @property
    def words(self) -> str:
        """Such as ``holds where startups.runway is at least 18.2 (in 20 of 21 members; elsewhere in 3 of 9)``."""
        side = "at least" if self.above else "below"
        return (
            f"holds where {self.name} is {side} {self.bound:.3g} (in {self.held_there} of {self.there} members; "
            f"elsewhere in {self.held_elsewhere} of {self.elsewhere})"
        )


def regime(holds: BoolArray, candidates: Mapping[str, FloatArray]) -> Regime | None:
    """The regime in which a claim holds; None where chance could have made every split.

    Args:
        holds: in which members, shape (members,).
        candidates: what the members may be split by, each of shape (members,): parameters, and measures of the world.
    """
    from scipy.stats import mannwhitneyu

    if min(holds.sum(), (~holds).sum()) < FEWEST:
        return None
    known = {name: x for name, x in candidates.items() if np.isfinite(x).all() and np.ptp(x) > 0.0}
    if not known:
        return None
    p = holm(np.array([float(mannwhitneyu(x[holds], x[~holds]).pvalue) for x in known.values()]))
    best = int(np.argmin(p))
    if p[best] > LEVEL.alpha:
        return None
    name = list(known)[best]
    return _split(name, known[name], holds, float(p[best]))


def _split(name: str, x: FloatArray, holds: BoolArray, p: float) -> Regime:
    """The bound at which the shares of the members that lie on either side differ most (Youden 1950)."""
    values = np.unique(x)
    bounds = 0.5 * (values[1:] + values[:-1])
    over = x >= bounds[:, np.newaxis]
    gain = over[:, holds].mean(axis=1) - over[:, ~holds].mean(axis=1)
    k = int(np.argmax(np.abs(gain)))
    above = bool(gain[k] > 0.0)
    there = over[k] if above else ~over[k]
    return Regime(
        name, above, float(bounds[k]), int(there.sum()), int((there & holds).sum()), int((~there).sum()),
        int((~there & holds).sum()), p,
    )  # fmt: skip
