"""Where the sign of an effect turns: which parameters of a posterior go with it, and what the world looks like there.

A parameter is named only if its rank correlation with the effect stands after Holm's correction over all parameters;
what measures are like where the sign turns, only if their ranks differ (Mann & Whitney 1947), corrected likewise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.experiments.stats.levels import LEVEL
from kingmaker.experiments.stats.paired import holm

FEWEST = 8  # members on either side
MOST = 5  # parameters, and measures, that are named
THIRD = 3


@dataclass(frozen=True)
class Driver:
    """A parameter that goes with the effect.

    Attributes:
        key: the parameter.
        rho: Spearman's rank correlation with the effect.
        p: Holm's adjusted p value of none.
        lower: it lies below this in a third of the members.
        upper: and above this in another.
        turned_low: share of the members with the sign turned, in the low third.
        turned_high: the same in the high third.
    """

    key: str
    rho: float
    p: float
    lower: float
    upper: float
    turned_low: float
    turned_high: float


@dataclass(frozen=True)
class Trait:
    """A measure that is different where the sign turns: its median there and elsewhere, Holm's adjusted p value."""

    name: str
    there: float
    elsewhere: float
    p: float


@dataclass(frozen=True)
class Turning:
    """How the sign of an effect turns.

    Attributes:
        turned: which members have the less frequent sign, shape (members,).
        up: whether that is the upper one.
        drivers: the strongest first.
        traits: likewise.
    """

    turned: BoolArray
    up: bool
    drivers: tuple[Driver, ...]
    traits: tuple[Trait, ...]


def turning(d: FloatArray, parameters: Mapping[str, FloatArray], world: Mapping[str, FloatArray]) -> Turning | None:
    """Where an effect turns; None where fewer than :data:`FEWEST` members have either sign.

    Args:
        d: the effect, shape (members,).
        parameters: values of each that is drawn, shape (members,).
        world: the measures without the policy, shape (members,).
    """
    up, down = d > 0.0, d < 0.0
    turned: BoolArray = down if up.sum() >= down.sum() else up
    if min(turned.sum(), (~turned).sum()) < FEWEST:
        return None
    return Turning(turned, bool(turned is up), _drivers(d, turned, parameters), _traits(turned, world))


def _varying(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    return {name: values for name, values in columns.items() if np.isfinite(values).all() and np.ptp(values) > 0.0}


def rank_correlations(d: FloatArray, columns: Mapping[str, FloatArray]) -> dict[str, tuple[float, float]]:
    """Spearman's correlation of each column with ``d``, and Holm's adjusted p value; constant columns are left out."""
    from scipy.stats import spearmanr

    known = _varying(columns)
    if not known or np.ptp(d) == 0.0:
        return {}
    found = [spearmanr(values, d) for values in known.values()]
    p = holm(np.array([float(one.pvalue) for one in found]))
    return {key: (float(one.statistic), float(q)) for key, one, q in zip(known, found, p, strict=True)}


def _drivers(d: FloatArray, turned: BoolArray, parameters: Mapping[str, FloatArray]) -> tuple[Driver, ...]:
    found = []
    for key, (rho, p) in rank_correlations(d, parameters).items():
        if p > LEVEL.alpha:
            continue
        values = parameters[key]
        lower, upper = (float(q) for q in np.quantile(values, (1 / THIRD, 1 - 1 / THIRD)))
        low, high = (float(turned[part].mean()) for part in (values <= lower, values >= upper))
        found.append(Driver(key, rho, p, lower, upper, low, high))
    return tuple(sorted(found, key=lambda one: -abs(one.rho))[:MOST])


def _traits(turned: BoolArray, world: Mapping[str, FloatArray]) -> tuple[Trait, ...]:
    from scipy.stats import mannwhitneyu

    known = _varying(world)
    if not known:
        return ()
    tests = [mannwhitneyu(values[turned], values[~turned]) for values in known.values()]
    p = holm(np.array([float(test.pvalue) for test in tests]))
    found = [
        Trait(name, float(np.median(values[turned])), float(np.median(values[~turned])), float(q))
        for (name, values), q in zip(known.items(), p, strict=True)
        if q <= LEVEL.alpha
    ]
    return tuple(sorted(found, key=lambda one: one.p)[:MOST])
