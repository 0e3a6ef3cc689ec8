"""Exits of start-ups that have money: sold outside AI, bought by a giant, or emptied as a giant hires the team.

Who runs out of money is a matter of :mod:`kingmaker.environment.firms.turnover`. Few exit in a month, so all is done on
lists of those few, in the order of worlds and start-ups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.arithmetic import BELOW_ALL, is_on, positive
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.startup import EXCLUSIVE, Startup
from kingmaker.agents.types import CN, NONE, BoolArray, FloatArray, IntArray
from kingmaker.agents.venture import team_worth
from kingmaker.environment.capital import savers
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.policy import review
from kingmaker.environment.policy.complaints import cloud_shares
from kingmaker.environment.ties.stakes import held_by_clouds


@dataclass
class Few:
    """Some start-ups: their worlds and slots, (firms,)."""

    shape: tuple[int, ...]
    world: NDArray[np.int64]
    slot: NDArray[np.int64]

    @classmethod
    def of(cls, where: BoolArray) -> Few:
        """Those in ``where`` (worlds, start-ups)."""
        at = np.flatnonzero(where)
        return cls(where.shape, *np.divmod(at, where.shape[-1]))

    def its(self, values: NDArray[Any]) -> Any:
        """Of each of them, out of a table (worlds, start-ups)."""
        return values[self.world, self.slot]

    def at(self, values: FloatArray | IntArray, column: IntArray) -> FloatArray:
        """Out of a table (worlds, columns) the value in the ``column`` (firms,) of each."""
        return np.asarray(values[self.world, column])

    def only(self, which: BoolArray) -> Few:
        """Those of them in ``which`` (firms,)."""
        return Few(self.shape, self.world[which], self.slot[which])

    def mask(self) -> BoolArray:
        """Where they are, (worlds, start-ups)."""
        where = np.zeros(self.shape, dtype=np.bool_)
        where[self.world, self.slot] = True
        return where


def partner_of(startups: Startup) -> IntArray:
    """The cloud that knows each start-up best: the one with the latest stake, else its host; (worlds, start-ups)."""
    return np.where(startups.vendor != NONE, startups.vendor, startups.host).astype(np.int32)


def beyond_cash(startups: Startup) -> FloatArray:
    """What each start-up is worth beyond its cash, M$, (worlds, start-ups)."""
    return np.maximum(startups.value - startups.cash, 0.0)


def trade_sales(e: Economy, solvent: BoolArray, lot: FloatArray) -> BoolArray:
    """Which start-ups are sold to firms outside AI this month; their owners get what they are worth beyond cash.

    Windows for sales open and close with the mood of the market (Ritter & Welch 2002); what is dearer than
    ``trade_sale_most`` only a giant could buy. ``lot`` is a uniform number, whose least values mean a takeover in
    distress, and the greatest a sale.
    """
    p, startups = e.p.capital, e.startups.view()
    sold = solvent & (lot > 1.0 - _chance_of_sale(e)) & (startups.value <= p.trade_sale_most * startups.weight)
    if sold.any():
        few = Few.of(sold)
        to_pools, to_clouds = _to_owners(e, few, few.its(beyond_cash(startups)))
        e.from_rest("trade_sales", "investors", to_pools)
        e.from_rest("trade_sales", "clouds", to_clouds)
        savers.distribute(e, to_pools)
    return sold


def _chance_of_sale(e: Economy) -> FloatArray:
    """Chance that a start-up is sold to a firm outside AI this month, (worlds, 1)."""
    return np.asarray(e.p.capital.trade_sales * savers.mood_of_funds(e) / e.p.capital.neutral_mood)


def approach_teams(e: Economy, solvent: BoolArray, lot: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Which labs a giant buys outright, and whose teams it hires away because merger control bars it from buying.

    The giant is the lab's partner, if it develops models. It buys if the team is worth more to it than the firm is
    worth alone. Where the purchase would be blocked it licenses the model and hires the people, for a fee to the
    owners: that is worth while if the team brings more than the fee and the founders' part of the firm. An authority
    may treat this as a merger as well (``policy.hire_review``). ``lot`` is that of :func:`trade_sales`.

    Returns:
        Both of shape (worlds, start-ups).
    """
    p, startups, clouds = e.p, e.startups.view(), e.clouds.view()
    sale = 1.0 - _chance_of_sale(e)
    few = Few.of(solvent & (lot <= sale) & (lot > sale - p.capital.hire_chance) & ~is_on(startups.applied))
    partner = few.its(partner_of(startups))
    home = (few.at(clouds.region, partner) == CN) == (few.its(startups.region) == CN)
    behind = e.conditions.frontier[few.world, 0] - few.its(startups.capability)
    meets = (partner != NONE) & home & (behind <= p.capital.takeover_gap[few.world, 0])
    few, partner, behind = few.only(meets), partner[meets], behind[meets]
    eager = few.at(e.clouds.act(Cloud.seeks_teams), partner)
    bid = team_worth(p, few.world, few.its(startups.staff), few.its(startups.talent), eager)
    purse = p.capital.takeover_purse[few.world, 0] * few.at(clouds.cash, partner)
    alone = few.its(beyond_cash(startups))
    barred, stopped = _law(e, few, partner, behind)
    fee = p.capital.hire_fee[few.world, 0] * alone
    wins = (bid >= fee + p.capital.founders_part[few.world, 0] * alone) & (fee <= purse) & barred
    buys = ~barred & (bid >= alone) & (alone <= purse)
    e.note_event(few.only(wins & stopped).mask(), "startups", "policy", "keeps its team: hiring it counts as a merger")
    return few.only(buys).mask(), few.only(wins & ~stopped).mask()


def _law(e: Economy, few: Few, partner: IntArray, behind: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Whose purchase by its ``partner`` merger control blocks, and the hiring of whose team is blocked, (firms,)."""
    p, startups = e.p.policy, e.startups.view()
    exclusive = few.its(startups.contract == EXCLUSIVE) & (few.its(startups.host) == partner)
    worry = review.concern(
        few.at(cloud_shares(e.clouds.view()), partner), behind, exclusive,
        safe_share=p.safe_share[few.world, 0], exclusive_concern=p.exclusive_concern[few.world, 0],
    )  # fmt: skip
    seen = few.its(startups.value) >= p.review_threshold_musd[few.world, 0] * few.its(startups.weight)
    barred = seen & (worry > 1.0 - p.merger_control[few.world, 0])
    return barred, seen & (worry > 1.0 - p.hire_review[few.world, 0])


def buy_out(e: Economy, purchased: BoolArray, buyer: IntArray) -> FloatArray:
    """A giant buys labs that have money: it pays the other owners what they are worth beyond their cash.

    What it holds itself it need not buy.

    Args:
        e: the economy.
        purchased: which, (worlds, start-ups).
        buyer: the cloud, same shape.

    Returns:
        What the other owners got, M$, (worlds, start-ups).
    """
    price = np.zeros(purchased.shape)
    if not purchased.any():
        return price
    startups, clouds, few = e.startups.view(), e.clouds.view(), Few.of(purchased)
    partner, whole = few.its(buyer), few.its(beyond_cash(startups))
    shares = whole - _held_by(few, startups, partner) * whole
    owed = _at_clouds(clouds.cash, few, partner, shares)
    part = np.minimum(e.p.capital.takeover_purse * clouds.cash / positive(owed), 1.0)
    rate = few.at(part, partner)
    to_pools, to_clouds = _to_owners(e, few, whole * rate, partner)
    theirs = (few.its(held_by_clouds(startups)) - _held_by(few, startups, partner)) * whole * rate
    for_clouds = _at_clouds(clouds.cash, few, partner, np.maximum(theirs, 0.0))
    for_pools = _at_clouds(clouds.cash, few, partner, np.maximum(shares * rate - theirs, 0.0))
    e.ledger.pay("acquisitions", "clouds", for_pools, "investors", to_pools)
    e.ledger.pay("acquisitions", "clouds", for_clouds, "clouds", to_clouds)
    # what is bought is know-how and people, not an asset with a market: it is written off at once
    e.ledger.book("clouds", "net_worth", "stakes", for_pools + for_clouds)
    savers.distribute(e, to_pools)
    price[few.world, few.slot] = shares * rate
    return price


def share_tills(e: Economy, leaves: BoolArray) -> None:
    """The cash of start-ups that are sold while they have some goes to all who hold their shares."""
    if not leaves.any():
        return
    startups, few = e.startups.view(), Few.of(leaves)
    till = np.maximum(few.its(startups.cash), 0.0)
    to_pools, to_clouds = _to_owners(e, few, till)
    clouds_part = np.zeros(leaves.shape)
    clouds_part[few.world, few.slot] = few.its(held_by_clouds(startups)) * till
    rest = np.where(leaves, np.maximum(np.maximum(startups.cash, 0.0) - clouds_part, 0.0), 0.0)
    e.ledger.pay("estate", "startups", clouds_part, "clouds", to_clouds)
    e.ledger.pay("estate", "startups", rest, "investors", to_pools)


def _held_by(few: Few, startups: Startup, cloud: IntArray) -> FloatArray:
    """Share of each lab that a ``cloud`` (firms,) holds, 0-1, (firms,)."""
    held = np.zeros(len(few.slot))
    for stake in startups.owners_held:
        held = held + np.where(few.its(stake.owner) == cloud, few.its(stake.share), 0.0)
    return held


def _at_clouds(like: FloatArray, few: Few, cloud: IntArray, amount: FloatArray) -> FloatArray:
    """Sums of an amount (firms,) by the ``cloud`` of each, of the shape of ``like`` (worlds, clouds)."""
    total = np.zeros_like(like)
    np.add.at(total, (few.world, cloud), amount)
    return total


def hire_away(e: Economy, hires: BoolArray) -> None:
    """A giant hires a lab's team and licenses its model: a fee to the owners; the lab goes on as a shell.

    The fee goes to the pools that hold shares; clouds that hold some have the use of the model.
    The giant has the model and closes a part of the gap to what the team knows better. The shell keeps its users, its
    cash and a few people, and from now on applies models instead of training them: so it was with Inflection, Adept and
    Character in 2024.
    """
    few, startups, clouds = Few.of(hires), e.startups.view(), e.clouds.view()
    e.now.turnover.hire_aways = np.bincount(few.world, weights=few.its(startups.weight), minlength=e.worlds).astype(
        np.float64
    )
    if not len(few.slot):
        return
    p, partner = e.p.capital, few.its(partner_of(startups))
    free = 1.0 - few.its(held_by_clouds(startups))
    fee = free * p.hire_fee[few.world, 0] * few.its(beyond_cash(startups))
    owed = _at_clouds(clouds.cash, few, partner, fee)
    part = np.minimum(p.takeover_purse * clouds.cash / positive(owed), 1.0)
    fee = fee * few.at(part, partner)
    to_pools = savers.to_pools(e, _by_side(e, few, fee))
    e.ledger.pay("hire_aways", "clouds", owed * part, "investors", to_pools)
    savers.distribute(e, to_pools)
    e.now.capital.proceeds = e.now.capital.proceeds + _by_side(e, few, fee)
    _pass_on(e, few, partner)
    e.note_event(hires, "startups", "takeover", "loses its team to its cloud, which licenses its model")


def _pass_on(e: Economy, few: Few, partner: IntArray) -> None:
    """Model and know-how go to the giant; the lab is left with the few who stay."""
    p, labs, clouds = e.p, e.startups.table.data, e.clouds.table.data
    model, known = np.full(clouds["cash"].shape, BELOW_ALL), np.full(clouds["cash"].shape, BELOW_ALL)
    np.maximum.at(model, (few.world, partner), few.its(labs["capability"]))
    np.maximum.at(known, (few.world, partner), few.its(labs["algorithms"]))
    recipe = clouds["recipe"].copy()
    best = few.its(labs["capability"]) >= few.at(model, partner)
    recipe[few.world[best], partner[best]] = few.its(labs["recipe"])[best]
    better = model > clouds["capability"]
    clouds["recipe"][...] = np.where(better, recipe, clouds["recipe"])
    clouds["capability"][...] = np.where(better, model, clouds["capability"])
    gap = np.where(known > BELOW_ALL, np.maximum(known - clouds["algorithms"], 0.0), 0.0)
    clouds["algorithms"][...] = clouds["algorithms"] + p.capital.takeover_learning * gap
    here = few.world, few.slot
    for name in ("talent", "burn", "peak_burn"):
        labs[name][here] = labs[name][here] * (1.0 - p.capital.hired_part[few.world, 0])
    labs["compute_share"][here] = labs["compute_share"][here] * p.startups.applied_compute[few.world, 0]
    labs["applied"][here], labs["training"][here] = 1.0, 0.0


def _to_owners(e: Economy, few: Few, price: FloatArray, but: IntArray | None = None) -> tuple[FloatArray, FloatArray]:
    """A price, M$ (firms,), by who holds the shares: to pools (worlds, pools), to clouds (worlds, clouds).

    What clouds do not hold counts as held by pools, that of founders too. The cloud ``but`` (firms,) gets nothing.
    """
    clouds = np.zeros_like(e.clouds.view().cash)
    left = price
    for stake in e.startups.view().owners_held:
        owner = few.its(stake.owner)
        part = np.where(owner != NONE, few.its(stake.share), 0.0) * price
        got = part if but is None else np.where(owner == but, 0.0, part)
        np.add.at(clouds, (few.world, owner), got)  # without an owner it is nothing, in the last column
        left = left - part
    return savers.to_pools(e, _by_side(e, few, np.maximum(left, 0.0))), clouds


def _by_side(e: Economy, few: Few, amount: FloatArray) -> FloatArray:
    """Sums of an amount (firms,) over those outside China and inside, (worlds, 2)."""
    inside = few.its(e.startups.view().region) == CN
    sides = [np.where(inside == china, amount, 0.0) for china in (False, True)]
    return np.stack([np.bincount(few.world, weights=side, minlength=e.worlds) for side in sides], axis=-1)
