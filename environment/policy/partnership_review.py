"""Partnership review: stakes that a cloud would buy in a tenant are looked at, and blocked or unbundled."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.startup import EXCLUSIVE, FIRST_REFUSAL, Startup
from kingmaker.agents.types import BoolArray, FloatArray, IntArray
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host
from kingmaker.environment.policy import review
from kingmaker.environment.policy.complaints import cloud_shares
from kingmaker.environment.ties import contracts


def review_deals(e: Economy, amount: FloatArray, partner: IntArray) -> tuple[FloatArray, BoolArray]:
    """What may be paid for new shares, M$, and which deals are cleared only without ties; both (worlds, start-ups).

    An unbundled deal also ends the exclusivity of the lab towards that cloud (it keeps a right of first refusal).
    """
    startups = e.startups.view()
    clouds = e.clouds.view()
    if not (amount > 0.0).any():  # nothing to look at, in any world
        nothing = np.zeros(amount.shape, dtype=np.bool_)
        _count(e, startups, nothing, nothing, nothing)
        return amount, nothing
    exclusive = (startups.contract == EXCLUSIVE) & (startups.host == partner)
    behind = e.conditions.frontier - startups.capability
    p = e.p.policy
    worry = review.concern(
        at_host(cloud_shares(clouds), partner), behind, exclusive,
        safe_share=p.safe_share, exclusive_concern=p.exclusive_concern,
    )  # fmt: skip
    blocked, unbundled = review.verdict(amount, worry, e.in_force.review_bar, p.review_threshold_musd)
    allowed = np.where(blocked, 0.0, amount)
    loosens = unbundled & exclusive
    contracts.loosen(e, loosens, 0, FIRST_REFUSAL, why="partnership review")
    e.note_event(blocked, "startups", "policy", "may not sell a stake to its cloud: the review blocks the deal")
    e.note_event(unbundled, "startups", "policy", "may sell a stake, but without ties: the review unbundles the deal")
    _count(e, startups, allowed > 0.0, blocked, unbundled)
    return allowed, unbundled


def _count(e: Economy, startups: Startup, signed: BoolArray, blocked: BoolArray, unbundled: BoolArray) -> None:
    """Stakes of this month, in firms."""
    k = e.now.capital
    k.stakes_signed = k.stakes_signed + (startups.weight * signed).sum(axis=-1)
    k.stakes_blocked = k.stakes_blocked + (startups.weight * blocked).sum(axis=-1)
    k.stakes_unbundled = k.stakes_unbundled + (startups.weight * unbundled).sum(axis=-1)
