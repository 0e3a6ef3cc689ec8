"""Settlement: energy, wages, interest, tax, dividends; failures, takeovers, entry."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.chipmaker import Chipmaker
from agents.cloud import Cloud
from agents.firm import Firm
from agents.investor import Investor
from agents.population import PerFirm, firm_ids
from agents.startup import Startup
from agents.types import CN, EU, NONE, BoolArray, FloatArray, IntArray
from environment import energy
from environment.build import KIND_CODES, cloud_rows
from environment.compute_market import at_host, best_by_host, by_host
from environment.economy import Economy
from environment.parameters import StackedParameters
from environment.startup_population import enter_named, named_values, newcomers


def pay_costs(e: Economy) -> None:
    """Income of the business outside AI comes in; energy, wages, research, tax and dividends go out."""
    _cloud_accounts(e)
    _chipmaker_accounts(e)
    _startup_accounts(e)
    _return_to_savers(e)


def _cloud_accounts(e: Economy) -> None:
    p, c = e.p, e.conditions
    clouds: Cloud = e.populations["clouds"].view()
    alive = clouds.alive
    grow = np.power(1.0 + clouds.outside_growth, 1.0 / 12.0)
    # growth of the mature businesses fades towards that of the economy
    clouds.outside_growth = p.clouds.mature_growth + 0.99 * (clouds.outside_growth - p.clouds.mature_growth)
    clouds.outside_cash = clouds.outside_cash * grow
    clouds.value = clouds.value * grow
    luck = e.draws("ordinary cloud growth", "clouds").normal()
    pull = p.clouds.ai_pull * np.minimum(clouds.ai_revenue / np.maximum(clouds.cloud_revenue, 1e-9), 0.5)
    trough = p.clouds.trough * np.exp(-(((e.month - 20.0) / 7.0) ** 2))
    rate = np.maximum(clouds.cloud_growth - trough + pull + 0.01 * luck, -0.1)
    clouds.cloud_growth = p.clouds.cloud_maturity + 0.985 * (clouds.cloud_growth - p.clouds.cloud_maturity)
    clouds.cloud_revenue = clouds.cloud_revenue * np.power(1.0 + rate, 1.0 / 12.0)
    e.from_rest("outside_profit", "clouds", clouds.outside_cash * alive)
    e.from_rest("cloud_revenue", "clouds", clouds.cloud_revenue * alive)
    # the margin of ordinary cloud is part of the cash flow outside AI, so here its revenue goes out again as cost
    e.pay_rest("costs", "clouds", np.minimum(clouds.cloud_revenue * alive, clouds.cash))
    price = np.take_along_axis(c.energy_price, clouds.region.astype(np.int64), axis=1)
    bill = energy.monthly_bill(e.now["power_mw"] * p.energy.load, price)
    _spend(e, "energy", "clouds", bill)
    _spend(e, "costs", "clouds", p.clouds.operating_share * clouds.ai_revenue)
    # cash flow outside AI is reported after its tax and interest, so only the AI business is taxed here
    income = (1.0 - p.clouds.operating_share) * clouds.ai_revenue - bill - e.now["depreciation"]
    _tax(e, "clouds", p.policy.tax * np.maximum(income, 0.0))
    _interest(e, "clouds")
    spare = np.maximum(clouds.cash - p.clouds.cash_target * (clouds.outside_cash + clouds.capex), 0.0)
    _spend(e, "dividends", "clouds", p.clouds.payout * spare)
    _borrow(e)


def _borrow(e: Economy) -> None:
    """Clouds without a rich business outside AI borrow against chips and pay back over the term of the loans."""
    p = e.p.clouds
    population = e.populations["clouds"]
    clouds: Cloud = population.view()
    new = population.act("borrows", e.p, PerFirm(e.now["planned_spending"]))
    back = np.minimum(clouds.debt / p.loan_months, 0.2 * clouds.cash)
    e.ledger.pay("credit", "sectors", e.sectors(rest=new.sum(axis=-1)), "clouds", new)
    e.pay_rest("repayment", "clouds", back)


def _interest(e: Economy, name: str) -> None:
    firms: Firm = e.populations[name].view()
    _spend(e, "interest", name, firms.debt * e.p.capital.interest / 12.0)


def _spend(e: Economy, kind: str, payer: str, wanted: FloatArray) -> None:
    """Pay the rest of the economy what is due, as far as there is cash."""
    firms: Firm = e.populations[payer].view()
    e.pay_rest(kind, payer, np.minimum(np.maximum(wanted, 0.0), np.maximum(firms.cash, 0.0)))


def _tax(e: Economy, payer: str, due: FloatArray) -> None:
    firms: Firm = e.populations[payer].view()
    e.pay_public("tax", payer, np.minimum(due, np.maximum(firms.cash, 0.0)))


def _chipmaker_accounts(e: Economy) -> None:
    p = e.p
    population = e.populations["chipmakers"]
    makers: Chipmaker = population.view()
    _spend(e, "costs", "chipmakers", population.act("research_budget", p))
    research = population.act("research_budget", p)
    profit = np.maximum(e.now["maker_revenue"] - e.now["unit_costs"] - research, 0.0)
    _tax(e, "chipmakers", p.policy.tax * profit)
    subsidy = np.where(makers.region == CN, p.policy.china_subsidy_musd, 0.0) * np.ones_like(makers.cash)
    e.ledger.pay("subsidy", "sectors", e.sectors(public=subsidy.sum(axis=-1)), "chipmakers", subsidy)
    _spend(e, "costs", "chipmakers", subsidy)  # it is spent on tools and packaging
    makers.capacity = makers.capacity + subsidy / p.chips.capacity_cost
    spare = np.maximum(makers.cash - makers.deferred - p.chips.cash_months * makers.sales, 0.0)
    _spend(e, "dividends", "chipmakers", 0.1 * spare)


def _startup_accounts(e: Economy) -> None:
    """Wages and other costs; the fund for public compute."""
    population = e.populations["startups"]
    startups: Startup = population.view()
    p = e.p
    _, staff = population.act("budget", p)
    _spend_from(e, startups, staff)
    fund = p.policy.compute_fund_musd
    mine = np.where(startups.alive & (startups.region == EU), startups.weight, 0.0)
    part = mine / np.maximum(mine.sum(axis=-1, keepdims=True), 1e-12)
    grant = fund * part
    e.ledger.pay("subsidy", "sectors", e.sectors(public=grant.sum(axis=-1)), "startups", grant)


def _spend_from(e: Economy, startups: Startup, wanted: FloatArray) -> None:
    cash = np.maximum(startups.cash, 0.0)
    paid = np.minimum(np.maximum(wanted, 0.0), cash)
    left = 1.0 - paid / np.maximum(cash, 1e-12)
    startups.vendor_cash = startups.vendor_cash * left
    startups.raised_cash = startups.raised_cash * left
    startups.staff = paid
    startups.age = startups.age + 1.0
    e.pay_rest("costs", "startups", paid)


def _return_to_savers(e: Economy) -> None:
    """Funds hand back what they cannot place; enterprises hold no money of the AI business."""
    investors: Investor = e.populations["investors"].view()
    spare = np.maximum(investors.cash - e.p.capital.dry_powder * investors.commitments, 0.0)
    _spend(e, "dividends", "investors", 0.05 * spare)


def fail_and_merge(e: Economy) -> None:
    """Start-ups whose runway is gone fail or are taken over; estates go to owners; stakes are written off."""
    p = e.p
    population = e.populations["startups"]
    startups: Startup = population.view()
    clouds: Cloud = e.populations["clouds"].view()
    fails = population.act("fails", p)
    lot = e.draws("takeover", "startups")
    worth = startups.capability >= e.conditions.frontier - p.capital.takeover_gap
    buyer = np.where(startups.vendor != NONE, startups.vendor, startups.host)
    rich = at_host((clouds.cash > 1000.0).astype(np.float64), buyer) > 0.5
    # some sell themselves while there is still money: the team is worth more together
    weary = startups.alive & (startups.cash < p.startups.cutting_runway * startups.burn)
    sells = lot.uniform() < np.where(fails, p.capital.takeover_chance, 0.05 * p.capital.takeover_chance)
    bought = (fails | weary) & worth & rich & sells
    closes = fails & ~bought
    leaves = closes | bought
    _take_over(e, startups, bought, buyer)
    _wind_up(e, startups, leaves, bought, buyer)
    _forget_origin(e, leaves)
    e.now["startups_failed"] = (closes * startups.weight).sum(axis=-1)
    e.now["startups_acquired"] = (bought * startups.weight).sum(axis=-1)
    e.tell(closes, "startups", "failure", "runs out of money and closes")
    e.tell(bought, "startups", "takeover", "is taken over by its cloud")
    e.partnerships.forget(e.month, leaves, "startups")
    population.leave(leaves)


def _forget_origin(e: Economy, leaves: BoolArray) -> None:
    """A published model outlives its developer, but nobody is its origin then."""
    hosts = e.populations["clouds"].slots
    slot = e.conditions.open_origin - hosts
    gone = (slot >= 0) & np.take_along_axis(leaves, np.maximum(slot, 0), axis=1)
    e.conditions.open_origin = np.where(gone, NONE, e.conditions.open_origin)


def _take_over(e: Economy, startups: Startup, bought: BoolArray, buyer: IntArray) -> None:
    """The buyer pays the owners; know-how moves with the people."""
    price = np.where(bought, 0.3 * np.maximum(startups.value - startups.cash, 0.0), 0.0)
    clouds: Cloud = e.populations["clouds"].view()
    hosts = clouds.cash.shape[-1]
    paid = by_host(price, buyer, hosts)
    part = np.minimum(0.2 * clouds.cash / np.where(paid > 0.0, paid, 1.0), 1.0)
    price = price * at_host(part, buyer, 0.0)
    paid = by_host(price, buyer, hosts)
    investors: Investor = e.populations["investors"].view()
    weight = investors.commitments / np.maximum(investors.commitments.sum(axis=-1, keepdims=True), 1e-12)
    e.ledger.pay("acquisitions", "clouds", paid, "investors", price.sum(axis=-1, keepdims=True) * weight)
    # what is bought is know-how and people, not an asset with a market: it is written off at once
    e.ledger.book("clouds", "net_worth", "stakes", paid)
    best = best_by_host(np.where(bought, startups.algorithms, -99.0), buyer, hosts, -99.0)
    clouds.algorithms = clouds.algorithms + 0.5 * np.maximum(best - clouds.algorithms, 0.0)


def _wind_up(e: Economy, startups: Startup, fails: BoolArray, bought: BoolArray, buyer: IntArray) -> None:
    """What is left goes to the buyer or the funds; prepaid compute lapses to the host; owners write stakes off."""
    investors: Investor = e.populations["investors"].view()
    clouds: Cloud = e.populations["clouds"].view()
    hosts = clouds.cash.shape[-1]
    lapsed = np.where(fails, startups.prepaid, 0.0)
    e.ledger.draw_down("lapsed", "startups", lapsed, "clouds", by_host(lapsed, startups.credit_host, hosts))
    weight = investors.stakes / np.maximum(investors.stakes.sum(axis=-1, keepdims=True), 1e-12)
    even = 1.0 / investors.cash.shape[-1]
    weight = np.where(investors.stakes.sum(axis=-1, keepdims=True) > 1e-9, weight, even)
    till = np.where(bought, np.maximum(startups.cash, 0.0), 0.0)
    e.ledger.pay("estate", "startups", till, "clouds", by_host(till, buyer, hosts))
    estate = np.where(fails & ~bought, np.maximum(startups.cash, 0.0), 0.0)
    e.ledger.pay("estate", "startups", estate, "investors", estate.sum(axis=-1, keepdims=True) * weight)
    lost = np.where(fails, startups.paid_funds, 0.0).sum(axis=-1, keepdims=True) * weight
    e.ledger.book("investors", "net_worth", "stakes", np.minimum(lost, investors.stakes))
    lost_clouds = by_host(np.where(fails, startups.paid_clouds, 0.0), startups.vendor, hosts)
    e.ledger.book("clouds", "net_worth", "stakes", np.minimum(lost_clouds, clouds.stakes))


def enter(e: Economy) -> None:
    """New start-ups arrive (Poisson, rising with the mood of the wave); named ones at their date; clouds at theirs."""
    p = e.p
    population = e.populations["startups"]
    startups: Startup = population.view()
    investors: Investor = e.populations["investors"].view()
    mood = (investors.sentiment * investors.commitments).sum(axis=-1, keepdims=True)
    mood = mood / np.maximum(investors.commitments.sum(axis=-1, keepdims=True), 1e-9)
    grain = p.startups.mass / p.startups.number
    crowd = (startups.weight * startups.alive).sum(axis=-1, keepdims=True) / p.startups.mass
    pull = np.exp(p.startups.entry_response * (mood - 0.5)) / np.maximum(crowd, 0.1) ** p.startups.entry_crowding
    mean = p.startups.entry_rate * p.startups.mass * pull / grain
    arrivals = e.streams.world("entry", e.month).poisson(mean)
    free = ~startups.alive
    free[:, : len(e.tables.startups)] = False  # the slots of named start-ups are kept for them
    rank = np.cumsum(free, axis=-1) - 1
    most = _most_arrivals(p)
    enters = free & (rank < np.minimum(arrivals, float(most)))
    placed = enters.sum(axis=-1).astype(np.float64)
    e.refused_entries = e.refused_entries + (arrivals[:, 0] - placed) * grain[:, 0]
    values = _newcomers(e, enters, grain, most)
    hoped = np.where(enters, values.pop("cash"), 0.0)
    ids = firm_ids(KIND_CODES["startups"], e.month + 1, np.maximum(rank, 0))
    population.enter(enters, ids, values | {"raised_cash": hoped, "paid_funds": hoped})
    _fund_newcomers(e, hoped)
    e.now["startups_entered"] = placed * grain[:, 0]
    _enter_named(e)
    _enter_clouds(e)


def _most_arrivals(p: StackedParameters) -> int:
    """The most start-ups that can arrive in a month: a shape, so it follows from structural parameters only."""
    return int(np.ceil(0.1 * float(p.startups.number[0, 0]))) + 10


def _newcomers(e: Economy, enters: BoolArray, grain: FloatArray, most: int) -> dict[str, Any]:
    """Column values of the newcomers in their slots, (worlds, slots): drawn by rank, then put in place."""
    count = enters.sum(axis=-1, keepdims=True)
    ranks = np.tile(np.arange(most), (e.worlds, 1))
    ids = firm_ids(KIND_CODES["startups"], e.month + 1, ranks)
    drawn = newcomers(e.p, e.streams.draws("newcomer", e.month, ids), grain, e.conditions.best_algorithms)
    firms, slots = np.flatnonzero(ranks < count), np.flatnonzero(enters)
    values = {name: np.zeros(enters.shape, dtype=value.dtype) for name, value in drawn.items()}
    for name, value in values.items():
        value.ravel()[slots] = drawn[name].ravel()[firms]
    return values


def _fund_newcomers(e: Economy, hoped: FloatArray) -> None:
    """First money comes from the funds of a newcomer's side (China, or the rest), in proportion to what they hold."""
    investors: Investor = e.populations["investors"].view()
    startups: Startup = e.populations["startups"].view()
    given, paid = np.zeros_like(hoped), np.zeros_like(investors.cash)
    for inside in (True, False):
        wanted = np.where((startups.region == CN) == inside, hoped, 0.0)
        purse = np.where((investors.region == CN) == inside, investors.cash, 0.0)
        total, held = wanted.sum(axis=-1, keepdims=True), purse.sum(axis=-1, keepdims=True)
        part = np.minimum(0.5 * held / np.where(total > 0.0, total, 1.0), 1.0)
        given = given + wanted * part
        paid = paid + (wanted * part).sum(axis=-1, keepdims=True) * purse / np.where(held > 0.0, held, 1.0)
    e.ledger.pay("equity", "investors", paid, "startups", given)
    newborn = hoped > 0.0
    startups.raised_cash = np.where(newborn, given, startups.raised_cash)
    startups.paid_funds = np.where(newborn, given, startups.paid_funds)
    e.now["funding_musd"] = e.now["funding_musd"] + given.sum(axis=-1)


def _enter_named(e: Economy) -> None:
    """Named start-ups of the data enter at their month with first money from funds."""
    population = e.populations["startups"]
    for slot, row in enumerate(e.tables.startups):
        if row.entry <= 0 or row.entry != e.month + 1:
            continue
        values = named_values(e.tables)[slot]
        hoped = np.zeros((e.worlds, population.slots))
        hoped[:, slot] = values.pop("cash")
        ids = np.tile(firm_ids(KIND_CODES["startups"], 0, np.arange(population.slots)), (e.worlds, 1))
        enter_named(population, slot, row.name, values, ids, e.conditions.best_algorithms)
        _fund_newcomers(e, hoped)


def _enter_clouds(e: Economy) -> None:
    """Clouds and self-builders of the data enter at their month; savers pay in their first money."""
    population = e.populations["clouds"]
    for slot, row in enumerate(e.tables.clouds):
        if row.entry <= 0 or row.entry != e.month + 1:
            continue
        values = cloud_rows(e.tables)[slot]
        name, cash = values.pop("name"), values.pop("cash")
        values.pop("entry")
        where = np.zeros((e.worlds, population.slots), dtype=np.bool_)
        where[:, slot] = True
        ids = np.tile(firm_ids(KIND_CODES["clouds"], 0, np.arange(population.slots)), (e.worlds, 1))
        sentiment = e.conditions.mood * np.ones_like(where)
        first = np.where(where, float(cash), 0.0)
        values |= {"sentiment": sentiment, "algorithms": e.conditions.best_algorithms - 0.3}
        largest = population.table.data["ambition"].max(axis=-1, keepdims=True)
        values |= {"ambition": 0.2 * largest * values["develops"]}
        population.name_firm(slot, int(ids[0, slot]), name)
        population.enter(where, ids, {key: np.broadcast_to(v, where.shape) for key, v in values.items()})
        e.from_rest("commitments", "clouds", first)
        e.tell(where, "clouds", "entry", "enters the market")
