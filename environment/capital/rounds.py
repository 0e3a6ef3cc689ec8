"""Rounds: which start-ups get money from which pools, who leads, and what is counted of it.

Pools of a kind on one side of the world (China, or the rest) act together, in proportion to the money that they place,
so that it does not matter how finely start-ups are grained.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.arithmetic import SMALL, TINY, is_on, positive, ratio
from kingmaker.agents.investor import CHIPMAKER, CORPORATE, FUNDS, KINDS, SOVEREIGN, Investor, merit
from kingmaker.agents.types import CN, NONE, BoolArray, FloatArray, IntArray
from kingmaker.environment.capital import capital_market as market
from kingmaker.environment.core.definitions import MEGA_ROUND
from kingmaker.environment.core.economy import Economy

A = TypeVar("A", bound=NDArray[Any])


class Lot(IntEnum):
    """What is drawn when money is placed: whether a start-up gets it, and which pool leads its round."""

    FUNDS = 0
    LEAD = 1


@dataclass
class Syndicate:
    """Pools of one kind on one side; arrays by world."""

    kind: int
    inside: bool  # China
    here: BoolArray  # which pools, (pools,)
    money: FloatArray  # that they mean to place this month, (worlds,)
    share: FloatArray  # of each pool in it, (worlds, pools)


@dataclass
class Rounds:
    """The rounds that start-ups go out for this month, as lists in the order of worlds and start-ups."""

    at: NDArray[np.int64]  # place in a flat table of (worlds, start-ups)
    world: NDArray[np.int64]
    ask: FloatArray  # M$
    weight: FloatArray  # firms that the slot stands for
    chinese: BoolArray
    large: BoolArray  # whether all kinds look at it
    members: FloatArray  # investors who decide on it
    behind: FloatArray  # distance to the frontier, log10 FLOP
    growth: FloatArray  # of sales, 1/month
    bill: FloatArray  # what one firm pays for compute, M$ a month
    luck: FloatArray
    lot: FloatArray  # who leads


@dataclass
class Bid:
    """What a group of pools would take of rounds."""

    group: Syndicate
    theirs: NDArray[np.int64]  # the numbers of the rounds
    wanted: FloatArray  # the part of each that is offered to the group, M$, same shape
    liking: FloatArray  # merit of each, same shape
    purse: FloatArray  # what the group can pay at most, M$, (worlds,)


def place(e: Economy, asks: FloatArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Pools place their money with those who ask; every part of a round is logged.

    A round is offered to all kinds that look at rounds of its size, in proportion to the money that they place; each
    takes its part or not, by what it looks for.

    Returns:
        M$ that each start-up gets (worlds, start-ups), that each pool pays (worlds, pools), and who leads each round
        (worlds, start-ups): a pool of the kind that took the first part.
    """
    investors = e.investors.view()
    groups = list(_syndicates(e, investors))
    rounds = _rounds(e, asks)
    looks = [
        np.flatnonzero((rounds.chinese == group.inside) & (rounds.large | (group.kind in FUNDS))) for group in groups
    ]
    offered = np.zeros(len(rounds.at))
    for group, theirs in zip(groups, looks, strict=True):
        offered[theirs] += group.money[rounds.world[theirs]]
    granted, paid = np.zeros_like(offered), np.zeros_like(investors.cash)
    lead = np.full(len(rounds.at), NONE, dtype=np.int32)
    by_kind = np.zeros((len(KINDS), e.worlds))
    bids = [_bid(e, group, rounds, theirs, offered[theirs]) for group, theirs in zip(groups, looks, strict=True)]
    for bid, got in zip(bids, _granted(e, rounds, bids), strict=True):
        group, theirs = bid.group, bid.theirs
        total = np.bincount(rounds.world[theirs], weights=got, minlength=e.worlds)
        paid = paid + group.share * total[:, np.newaxis]
        by_kind[group.kind] = by_kind[group.kind] + total
        leads = theirs[(got > 0.0) & (granted[theirs] <= 0.0)]
        lead[leads] = _draw_lead(group, rounds, leads)
        _log(e, group, rounds, theirs, got, granted, leads, lead)
        granted[theirs] += got
    _count(e, by_kind)
    return _spread(granted, rounds, asks), paid, _spread(lead, rounds, np.full(asks.shape, NONE, dtype=np.int32), NONE)


def _rounds(e: Economy, asks: FloatArray) -> Rounds:
    """Who goes out for money this month; of others nothing need be known."""
    p, startups = e.p.capital, e.startups.view()
    at = np.flatnonzero(asks > 0.0)
    luck = e.draws("funding", "startups").among(at)
    world = at // asks.shape[-1]

    def its(values: FloatArray) -> FloatArray:
        return values.ravel().take(at)

    def of(parameter: FloatArray) -> FloatArray:
        return np.asarray(parameter[:, 0].take(world))

    ask, weight = its(asks), its(startups.weight)
    # a slot that stands for many firms goes for many rounds; beyond some dozens of decisions luck evens out
    members = np.minimum(np.round(of(p.syndicate) * np.maximum(weight, 1.0)), of(p.syndicate_most))
    return Rounds(
        at, world, ask, weight, startups.region.ravel().take(at) == CN, ask >= of(p.strategic_ticket) * weight, members,
        of(e.conditions.frontier) - its(startups.capability), its(startups.growth),
        its(startups.rent_paid) / np.maximum(weight, TINY), luck.uniform(Lot.FUNDS), luck.uniform(Lot.LEAD),
    )  # fmt: skip


def _syndicates(e: Economy, investors: Investor) -> Iterator[Syndicate]:
    """The groups of pools, funds first."""
    offers = e.investors.act(Investor.invests, e.p)
    kinds, chinese = investors.kind[0], investors.region[0] == CN  # rows of the data: the same in all worlds
    for kind in range(len(KINDS)):
        for inside in (True, False):
            here = (kinds == kind) & (chinese == inside)
            if here.any():
                money = np.where(here, offers, 0.0)
                total = money.sum(axis=-1)
                yield Syndicate(kind, inside, here, total, ratio(money, total[:, np.newaxis]))


def _bid(e: Economy, group: Syndicate, rounds: Rounds, theirs: NDArray[np.int64], offered: FloatArray) -> Bid:
    """What a group would take of the rounds that it looks at.

    Args:
        e: the economy.
        group: which.
        rounds: all of the month.
        theirs: the numbers of those that it looks at.
        offered: money of all who look at them, M$, same shape.
    """
    p, investors = e.p.capital, e.investors.view()
    world = rounds.world[theirs]
    wanted = rounds.ask[theirs] * ratio(group.money[world], offered)
    # who manages others' money may put only a part of it into one firm
    cap = p.concentration if group.kind in FUNDS else p.concentration_strategic
    most = cap[:, 0] * np.where(group.here, investors.cash, 0.0).sum(axis=-1)
    wanted = np.minimum(wanted, most[world] * rounds.weight[theirs])
    some = np.flatnonzero(wanted > 0.0)
    theirs = theirs[some]
    # no pool pays more than it holds
    purse = np.where(group.share > 0.0, investors.cash / positive(group.share), np.inf)
    purse = p.funding_purse[:, 0] * np.where(group.money > 0.0, purse.min(axis=-1), 0.0)
    liking = merit(group.kind, e.p, world[some], rounds.behind[theirs], rounds.growth[theirs], rounds.bill[theirs])
    return Bid(group, theirs, wanted[some], liking, purse)


def _granted(e: Economy, rounds: Rounds, bids: list[Bid]) -> list[FloatArray]:
    """What each group takes of the rounds that it bids for, M$, as these; all are reckoned at once."""
    accepts = e.investors.act(Investor.accepts, e.p)
    theirs = np.concatenate([bid.theirs for bid in bids])
    market_of = [k * e.worlds + rounds.world[bid.theirs] for k, bid in enumerate(bids)]  # a group in a world
    got = market.fund(
        np.concatenate([bid.wanted for bid in bids]),
        np.concatenate([bid.liking for bid in bids]),
        np.concatenate(market_of),
        np.concatenate([bid.group.money for bid in bids]),
        np.concatenate([bid.purse for bid in bids]),
        rounds.luck[theirs],
        np.concatenate([(bid.group.share * accepts).sum(axis=-1) for bid in bids]),
        np.tile(e.p.capital.crowding[:, 0], len(bids)),
        rounds.members[theirs],
    )
    return np.split(got, np.cumsum([len(bid.theirs) for bid in bids])[:-1])


def _spread(values: A, rounds: Rounds, like: FloatArray | IntArray, none: float = 0.0) -> A:
    """A list by round as a table of the shape of ``like``, (worlds, start-ups); ``none`` where there is no round."""
    table = np.full(like.size, none, dtype=values.dtype)
    table[rounds.at] = values
    return cast(A, table.reshape(like.shape))


def _log(
    e: Economy, group: Syndicate, rounds: Rounds, theirs: NDArray[np.int64], taken: FloatArray, before: FloatArray,
    led: NDArray[np.int64], leads: IntArray,
) -> None:  # fmt: skip
    """Log what a group has ``taken`` of ``theirs``, of which others have ``before``; it leads the ``led``."""
    if not e.partnerships.keep:
        return
    startups = e.startups.view()
    got, lead = np.zeros_like(before), np.full_like(leads, NONE)
    got[theirs], lead[led] = taken, leads[led]
    parts = np.zeros((e.worlds, 2, group.share.shape[-1]))
    parts[:, int(group.inside)] = group.share
    part, had = _spread(got, rounds, startups.value), _spread(before, rounds, startups.value)
    bought = part / np.maximum(startups.value + had + part, SMALL)
    side = (startups.region == CN).astype(np.int8)
    e.partnerships.round(
        e.month, part, bought, parts, side, _spread(lead, rounds, startups.value, NONE), "funding round"
    )


def _draw_lead(group: Syndicate, rounds: Rounds, led: NDArray[np.int64]) -> IntArray:
    """One pool of the group for each round that is ``led`` by one, with the probability of its share."""
    edge = np.zeros(len(group.money))
    passed, lot, world = np.zeros(len(led), dtype=np.int32), rounds.lot[led], rounds.world[led]
    last = int(np.flatnonzero(group.here)[-1])
    for pool in range(last):  # pools are few, so counting the edges that the lot has passed is cheapest
        edge = edge + group.share[:, pool]
        passed += lot >= edge[world]
    return passed


def _count(e: Economy, by_kind: FloatArray) -> None:
    """Money placed this month by kind of investor."""
    k = e.now.capital
    k.from_funds = k.from_funds + by_kind[list(FUNDS)].sum(axis=0)
    k.from_companies = k.from_companies + by_kind[CORPORATE]
    k.from_chipmakers = k.from_chipmakers + by_kind[CHIPMAKER]
    k.from_sovereigns = k.from_sovereigns + by_kind[SOVEREIGN]


def count_rounds(e: Economy, agreed: FloatArray) -> None:
    """Take note of rounds and stakes ``agreed`` this month, M$ (worlds, start-ups): the largest of one firm, the large.

    Stakes count when they are signed, as those who report on venture money count them, not as they are paid.
    """
    k, startups = e.now.capital, e.startups.view()
    at = np.flatnonzero(agreed > 0.0)
    world, amount = at // agreed.shape[-1], agreed.ravel().take(at)
    single = amount / np.maximum(startups.weight.ravel().take(at), TINY)
    largest = k.largest_round.copy()
    np.maximum.at(largest, world, single)
    k.largest_round = largest
    in_labs = np.where(is_on(startups.applied.ravel().take(at)), 0.0, amount)
    k.in_labs = k.in_labs + np.bincount(world, weights=in_labs, minlength=e.worlds)
    mega = np.where(single >= MEGA_ROUND, amount, 0.0)
    k.in_mega_rounds = k.in_mega_rounds + np.bincount(world, weights=mega, minlength=e.worlds)
