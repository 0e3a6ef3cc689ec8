"""Turnover: failures, takeovers, entry."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.arithmetic import BELOW_ALL, LEAST_PART, exp, is_on, positive, power
from kingmaker.agents.member import firm_ids
from kingmaker.agents.startup import Startup, frugal_chance
from kingmaker.agents.types import CN, NONE, BoolArray, FloatArray, IntArray
from kingmaker.environment.capital import rounds, savers
from kingmaker.environment.compute.sites import sell_used_chips
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, best_by_host, by_host
from kingmaker.environment.core.phases import phase
from kingmaker.environment.firms import exits
from kingmaker.environment.firms.build import KIND_CODES, cloud_rows
from kingmaker.environment.firms.startup_population import Trait, born, enter_named, named_values, newcomers, shares
from kingmaker.environment.inputs.parameters import StackedParameters
from kingmaker.environment.ties import reservations

SPARE = 10  # arrivals a month that there is always room for, however few start-ups there are


@phase("instruments.settle")
def fail_and_merge(e: Economy) -> None:
    """Start-ups whose runway is gone fail or are taken over; estates go to owners; stakes are written off."""
    p = e.p
    population = e.startups
    startups: Startup = population.view()
    clouds = e.clouds.view()
    fails = population.act(Startup.fails, p)
    lot = e.draws("takeover", "startups").uniform()
    worth = startups.capability >= e.conditions.frontier - p.capital.takeover_gap
    buyer = exits.partner_of(startups)
    rich = is_on(at_host((clouds.cash > p.capital.takeover_cash).astype(np.float64), buyer))
    # some sell themselves while there is still money: the team is worth more together
    weary = population.act(Startup.sees_the_end, p)
    sells = lot < np.where(fails, 1.0, p.capital.takeover_early) * p.capital.takeover_chance
    bought = (fails | weary) & worth & rich & sells
    purchased, hired = exits.approach_teams(e, startups.alive & ~fails & ~bought, lot)
    exits.hire_away(e, hired)
    sold = exits.trade_sales(e, startups.alive & ~fails & ~bought & ~purchased & ~hired, lot)
    closes = fails & ~bought
    taken = bought | purchased
    leaves = closes | taken | sold
    sell_used_chips(e, leaves, taken, buyer)
    beyond = exits.beyond_cash(startups)
    price = _take_over(e, np.where(bought, p.capital.takeover_price * beyond, 0.0), buyer)
    price = price + exits.buy_out(e, purchased, buyer) + np.where(sold, beyond, 0.0)
    _learn_from(e, startups, taken, buyer)
    tills = np.where(leaves & ~bought, np.maximum(startups.cash, 0.0), 0.0)
    exits.share_tills(e, purchased | sold)
    _wind_up(e, startups, leaves, bought, buyer)
    savers.write_off(e, leaves, price + tills)
    _forget_origin(e, leaves)
    e.now.turnover.startups_failed = (closes * startups.weight).sum(axis=-1)
    e.now.turnover.startups_acquired = (taken * startups.weight).sum(axis=-1)
    e.now.turnover.startups_sold = (sold * startups.weight).sum(axis=-1)
    e.note_event(closes, "startups", "failure", "runs out of money and closes")
    e.note_event(taken, "startups", "takeover", "is taken over by its cloud")
    e.note_event(sold, "startups", "takeover", "is sold to a firm outside AI")
    e.partnerships.forget(e.month, leaves, "startups")
    population.leave(leaves)


def _forget_origin(e: Economy, leaves: BoolArray) -> None:
    """A published model outlives its developer, but nobody is its origin then."""
    hosts = e.clouds.slots
    slot = e.conditions.open_origin - hosts
    gone = (slot >= 0) & np.take_along_axis(leaves, np.maximum(slot, 0), axis=1)
    e.conditions.open_origin = np.where(gone, NONE, e.conditions.open_origin)


def _take_over(e: Economy, price: FloatArray, buyer: IntArray) -> FloatArray:
    """Who buys in distress pays the pools ``price``, as far as it has cash. What was paid, M$, (worlds, start-ups)."""
    p = e.p.capital
    clouds = e.clouds.view()
    hosts = clouds.cash.shape[-1]
    paid = by_host(price, buyer, hosts)
    part = np.minimum(p.takeover_purse * clouds.cash / positive(paid), 1.0)
    price = price * at_host(part, buyer, 0.0)
    paid = by_host(price, buyer, hosts)
    to_funds = savers.to_funds(e, price)
    e.ledger.pay("acquisitions", "clouds", paid, "investors", to_funds)
    savers.distribute(e, to_funds)
    # what is bought is know-how and people, not an asset with a market: it is written off at once
    e.ledger.book("clouds", "net_worth", "stakes", paid)
    return price


def _learn_from(e: Economy, startups: Startup, bought: BoolArray, buyer: IntArray) -> None:
    """Know-how moves with the people to those who buy."""
    p, clouds = e.p.capital, e.clouds.view()
    hosts = clouds.cash.shape[-1]
    best = best_by_host(np.where(bought, startups.algorithms, BELOW_ALL), buyer, hosts, BELOW_ALL)
    clouds.algorithms = clouds.algorithms + p.takeover_learning * np.maximum(best - clouds.algorithms, 0.0)


def _wind_up(e: Economy, startups: Startup, fails: BoolArray, bought: BoolArray, buyer: IntArray) -> None:
    """What is left of who fails goes to a buyer or the funds; prepaid compute lapses; owners write stakes off."""
    hosts = e.clouds.slots
    reservations.lapse(e, fails)
    lapsed = np.where(fails, startups.prepaid, 0.0)
    e.ledger.draw_down("lapsed", "startups", lapsed, "clouds", by_host(lapsed, startups.credit_host, hosts))
    till = np.where(bought, np.maximum(startups.cash, 0.0), 0.0)
    e.ledger.pay("estate", "startups", till, "clouds", by_host(till, buyer, hosts))
    estate = np.where(fails & ~bought, np.maximum(startups.cash, 0.0), 0.0)
    e.ledger.pay("estate", "startups", estate, "investors", savers.to_funds(e, estate))
    e.ledger.book("investors", "net_worth", "stakes", savers.to_funds(e, np.where(fails, startups.paid_funds, 0.0)))
    lost = [by_host(np.where(fails, stake.paid, 0.0), stake.owner, hosts) for stake in startups.owners_held]
    e.ledger.book("clouds", "net_worth", "stakes", np.sum(lost, axis=0))


def dearness(e: Economy) -> FloatArray:
    """What an hour of compute that is really got costs, relative to the usual rent, (worlds, 1)."""
    served = np.maximum(e.now.compute.tenant_fill_rate, LEAST_PART)
    return np.asarray((e.now.compute.rent_market / served)[:, np.newaxis] / e.p.startups.usual_rent)


@phase("debts.wind_up_clouds")
def turn_frugal(e: Economy) -> None:
    """Start-ups that are short of money and far behind turn to designs that do with little compute."""
    population = e.startups
    startups: Startup = population.view()
    turns = population.act(Startup.pivots, e.p, e.conditions.frontier, dearness(e), e.draws("pivot", "startups"))
    startups.frugality = np.where(turns, 1.0, startups.frugality)
    e.note_event(turns, "startups", "pivot", "turns to models that need little compute")


@phase("turnover.turn_frugal")
def enter(e: Economy) -> None:
    """New start-ups arrive (Poisson, rising with the mood of the wave); named ones at their date; clouds at theirs."""
    p = e.p
    population = e.startups
    startups: Startup = population.view()
    mood = savers.mood_of_funds(e)
    grain = p.startups.mass / p.startups.number
    crowd = (startups.weight * startups.alive).sum(axis=-1, keepdims=True) / p.startups.mass
    crowd = power(np.maximum(crowd, p.startups.least_crowd), p.startups.entry_crowding)
    pull = exp(p.startups.entry_response * (mood - p.capital.neutral_mood)) / crowd
    mean = p.startups.entry_rate * p.startups.mass * pull / grain
    arrivals = e.streams.world("entry", e.month).poisson(mean)
    ranks = np.tile(np.arange(_most_arrivals(p)), (e.worlds, 1))
    draws = e.streams.draws("newcomer", e.month, firm_ids(KIND_CODES["startups"], e.month + 1, ranks))
    seats = _seats(e, arrivals, draws.uniform(Trait.CLASS))
    enters = np.any([taken for taken, _ in seats], axis=0)
    placed = enters.sum(axis=-1).astype(np.float64)
    e.refused_entries = e.refused_entries + (arrivals[:, 0] - placed) * grain[:, 0]
    frugal = frugal_chance(p, dearness(e))
    first, belief = p.startups.first_round, e.conditions.mood
    drawn = newcomers(p, draws, grain, e.conditions.best_algorithms, frugal, first, belief) | {"rank": ranks}
    places = [(np.nonzero(taken), np.nonzero(comes)) for taken, comes in seats]
    values = {name: _put(value, places, enters.shape) for name, value in drawn.items()}
    ids = firm_ids(KIND_CODES["startups"], e.month + 1, values.pop("rank"))
    values = born(population, values, p)
    hoped = np.where(enters, values.pop("cash"), 0.0)
    population.enter(enters, ids, values | {"raised_cash": hoped, "paid_funds": hoped})
    _fund_newcomers(e, hoped)
    e.now.turnover.startups_entered = placed * grain[:, 0]
    _enter_named(e)
    _enter_clouds(e)


def _most_arrivals(p: StackedParameters) -> int:
    """The most start-ups that can arrive in a month: a shape, so it follows from structural parameters only."""
    return int(np.ceil(float(p.startups.most_entry[0, 0]) * float(p.startups.number[0, 0]))) + SPARE


def _seats(e: Economy, arrivals: FloatArray, lot: FloatArray) -> list[tuple[BoolArray, BoolArray]]:
    """For each kind of start-up the slots taken, (worlds, slots), and the arrivals that take them, (worlds, ranks).

    Each kind has a block of slots of its own; which kind an arrival is of, its lot (worlds, ranks) says.
    """
    population = e.startups
    free = ~population.table.alive
    free[:, : len(e.tables.startups)] = False  # the slots of named start-ups are kept for them
    kind = np.zeros(lot.shape, dtype=np.int64)
    level = 0.0
    for number, share in enumerate(shares(e.p, [cls for cls, _ in population.blocks]), 1):
        kind = np.where((lot >= level) & (lot < level + share), number, kind)
        level += share
    seats = []
    for number, (_, block) in enumerate(population.blocks):
        comes = (np.arange(lot.shape[1]) < arrivals) & (kind == number)
        comes &= np.cumsum(comes, axis=-1) <= free[:, block].sum(axis=-1, keepdims=True)
        taken = np.zeros_like(free)
        rank = np.cumsum(free[:, block], axis=-1)
        taken[:, block] = free[:, block] & (rank <= comes.sum(axis=-1, keepdims=True))
        seats.append((taken, comes))
    return seats


def _put(drawn: NDArray[Any], places: list[tuple[Any, Any]], shape: tuple[int, ...]) -> NDArray[Any]:
    """What was drawn by rank, (worlds, ranks), in the slots that are taken, (worlds, slots)."""
    values = np.zeros(shape, dtype=drawn.dtype)
    for taken, comes in places:
        values[taken] = drawn[comes]  # both in the order of worlds, then ranks
    return values


def _fund_newcomers(e: Economy, hoped: FloatArray) -> None:
    """First money comes from the funds of a newcomer's side (China, or the rest), in proportion to what they hold."""
    investors = e.investors.view()
    startups = e.startups.view()
    given, paid, parts = np.zeros_like(hoped), np.zeros_like(investors.cash), []
    for inside in (False, True):
        wanted = np.where((startups.region == CN) == inside, hoped, 0.0)
        purse = np.where((investors.region == CN) == inside, investors.cash, 0.0)
        total, held = wanted.sum(axis=-1, keepdims=True), purse.sum(axis=-1, keepdims=True)
        part = np.minimum(e.p.capital.newcomer_purse * held / positive(total), 1.0)
        money = wanted * part
        given = given + money
        parts.append(purse / positive(held))
        paid = paid + money.sum(axis=-1, keepdims=True) * purse / positive(held)
    e.ledger.pay("equity", "investors", paid, "startups", given)
    bought = given / np.where(given > 0.0, np.maximum(startups.value, given), 1.0)  # a value after the money
    e.partnerships.round(
        e.month, given, bought, np.stack(parts, axis=1), (startups.region == CN).astype(np.int8),
        np.full(given.shape, NONE, dtype=np.int32), "first money",
    )  # fmt: skip
    newborn = hoped > 0.0
    startups.raised_cash = np.where(newborn, given, startups.raised_cash)
    startups.paid_funds = np.where(newborn, given, startups.paid_funds)
    e.now.capital.funding_musd = e.now.capital.funding_musd + given.sum(axis=-1)
    e.now.capital.from_funds = e.now.capital.from_funds + given.sum(axis=-1)
    rounds.count_rounds(e, given)


def _enter_named(e: Economy) -> None:
    """Named start-ups of the data enter at their month with first money from funds."""
    population = e.startups
    for slot, row in enumerate(e.tables.startups):
        if row.entry <= 0 or row.entry != e.month + 1:
            continue
        values = named_values(e.tables, e.p)[slot]
        hoped = np.zeros((e.worlds, population.slots))
        hoped[:, slot] = values.pop("cash")
        ids = np.tile(firm_ids(KIND_CODES["startups"], 0, np.arange(population.slots)), (e.worlds, 1))
        enter_named(population, slot, row.name, values, ids, e.conditions.best_algorithms)
        _fund_newcomers(e, hoped)


def _enter_clouds(e: Economy) -> None:
    """Clouds and self-builders of the data enter at their month; savers pay in their first money."""
    population = e.clouds
    for slot, row in enumerate(e.tables.clouds):
        if row.entry <= 0 or row.entry != e.month + 1:
            continue
        values = cloud_rows(e.tables, e.p)[slot]
        name, cash = values.pop("name"), values.pop("cash")
        values.pop("entry")
        where = np.zeros((e.worlds, population.slots), dtype=np.bool_)
        where[:, slot] = True
        ids = np.tile(firm_ids(KIND_CODES["clouds"], 0, np.arange(population.slots)), (e.worlds, 1))
        sentiment = e.conditions.mood * np.ones_like(where)
        first = np.where(where, float(cash), 0.0)
        level = e.conditions.best_algorithms - e.p.clouds.entry_lag
        values |= {"sentiment": sentiment, "algorithms": level, "recipe": level}
        largest = population.table.data["ambition"].max(axis=-1, keepdims=True)
        values |= {"ambition": e.p.clouds.entry_ambition * largest * values["develops"]}
        population.name_firm(slot, int(ids[0, slot]), name)
        population.enter(where, ids, {key: np.broadcast_to(v, where.shape) for key, v in values.items()})
        e.from_rest("commitments", "clouds", first)
        e.note_event(where, "clouds", "entry", "enters the market")
