"""How many members are enough: what is claimed, and how sharp medians are, as members are added.

Members are exchangeable draws, so that the first of them are what a smaller posterior would have been.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kingmaker.experiments.paper import flagship
from kingmaker.experiments.paper.paper_outcomes import OUTCOMES
from kingmaker.experiments.stats.levels import HALF, SIGN, Level
from kingmaker.experiments.stats.member_effects import FEWEST, MemberEffects, member_effects
from kingmaker.experiments.terminal.phrases import listed

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

STEP = 4  # members from one number to the next
RESAMPLES, SEED = 499, 1
LAW = "law"
KEYS = tuple((policy, outcome.name) for policy in (*dict(flagship.POLICIES), LAW) for outcome in OUTCOMES)


def numbers_of(members: int) -> list[int]:
    """The numbers of members that are looked at: from as many as a claim needs to all of them."""
    return sorted({*range(min(FEWEST, members), members + 1, STEP), members})


def differences(frame: pd.DataFrame, law: pd.DataFrame) -> FloatArray:
    """What each policy does to each outcome, shape (policies x outcomes, members), in the order of :data:`KEYS`."""
    points = dict(flagship.POLICIES)
    return np.array([
        flagship.law_differences(frame, law, name) if policy == LAW
        else flagship.differences(frame, points[policy], name)
        for policy, name in KEYS
    ])  # fmt: skip


def growing(frame: pd.DataFrame, law: pd.DataFrame, level: Level) -> list[tuple[int, MemberEffects]]:
    """The effects over the first members, more and more of them."""
    d, weights = differences(frame, law), flagship.weights_of(frame)
    assert weights is not None
    return [(n, member_effects(d[:, :n], weights[:n] / weights[:n].sum(), level)) for n in numbers_of(len(weights))]


def settled_from(grown: list[tuple[int, MemberEffects]]) -> int | None:
    """From how many members on the claims are those of all of them; None if only all of them make these claims."""
    last = grown[-1][1].claimed
    first: int | None = None
    for n, found in reversed(grown[:-1]):
        if not np.array_equal(found.claimed, last):
            break
        first = n
    return first


def error_of_median(d: FloatArray) -> FloatArray:
    """Monte Carlo error of the median of each row over its own interquartile range; zero where nothing varies.

    By a bootstrap over members.
    """
    n = d.shape[1]
    picks = np.random.default_rng(SEED).integers(n, size=(RESAMPLES, n))
    medians = np.median(d[:, picks], axis=-1)
    lower, _, upper = HALF.of(d, axis=-1)
    width = upper - lower
    return np.asarray(np.divide(medians.std(axis=-1), width, out=np.zeros(len(d)), where=width > 0.0))


def told(frame: pd.DataFrame, law: pd.DataFrame, level: Level) -> dict[str, str]:
    """What the paper says of it."""
    grown = growing(frame, law, level)
    members, last = grown[-1]
    first = settled_from(grown)
    if first is None:
        settled = f"with fewer than all {members} members other claims would have been made"
    else:
        settled = f"from {first} members on the same claims are made as over all {members}"
    error = error_of_median(differences(frame, law))
    near = [KEYS[k] for k in np.flatnonzero(np.abs(last.p_sign - SIGN.share) < 2.0 * _errors(last))]
    labels = {outcome.name: outcome.label for outcome in OUTCOMES}
    close = listed([f"*{labels[name]}* ({policy})" for policy, name in near])
    return {
        "enough_settled": settled, "enough_step": str(STEP),
        "enough_error": f"{100.0 * float(error.max()):.0f}", "share_error": f"{100.0 * _error_of_share(last.n):.1f}",
        "enough_close": (
            f"More members could turn the verdict of {close}, whose probability lies within two of its own errors of "
            "the bound." if near else "No probability lies within two of its own errors of the bound."
        ),
    }  # fmt: skip


def _errors(found: MemberEffects) -> FloatArray:
    """Standard errors of the probabilities of the more frequent signs, each of its own size."""
    return np.asarray(np.sqrt(found.p_sign * (1.0 - found.p_sign) / found.n))


def _error_of_share(n: int) -> float:
    """Standard error of a probability of the bound's size, estimated from ``n`` members."""
    return float(np.sqrt(SIGN.share * (1.0 - SIGN.share) / n))
