"""Compute: clouds post prices, capacity is rationed, rent is paid."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import LEAST_AMOUNT, LEAST_RENT, SMALL, TINY, log, positive, ratio
from kingmaker.agents.cloud import HYPERSCALER, Cloud
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import CN, BoolArray, FloatArray
from kingmaker.agents.units import KUSD_PER_MUSD
from kingmaker.environment.chips.chip_market import cost_per_hour
from kingmaker.environment.chips.energy import running_cost
from kingmaker.environment.compute import billing, lease_market, tenancies, term_leases
from kingmaker.environment.compute import compute_market as market
from kingmaker.environment.compute.public_compute import pay_parallel_egress, rent_public_compute
from kingmaker.environment.compute.rationing import Served, Wants, ration
from kingmaker.environment.compute.sites import run_own
from kingmaker.environment.compute.wholesale import trade_idle_compute
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, sum_in_order, sum_of
from kingmaker.environment.core.phases import phase
from kingmaker.environment.services import open_models
from kingmaker.environment.ties import contracts


@phase("sites.build_sites")
def post_prices(e: Economy) -> None:
    """List prices follow cost slowly, contracts cost of new capacity, prices by the month what is wanted and free."""
    p = e.p
    population = e.clouds
    clouds: Cloud = population.view()
    value, price = e.now.chips.line_value, e.now.chips.line_price
    leader = np.where(value[:, :, 0] > 0.0, price[:, :, 0] / np.maximum(value[:, :, 0], SMALL), 0.0) * KUSD_PER_MUSD
    dear = np.maximum(leader[:, 0:1], LEAST_AMOUNT)  # k$ per unit of capacity on the world's line
    china = np.where(leader[:, 1:2] > 0.0, leader[:, 1:2], dear)
    per_unit = np.where(clouds.region == CN, china, dear)
    life = float(p.chips.asset_life[0, 0])
    running = running_cost(e.p, e.now.building.power_price)
    cost = cost_per_hour(per_unit, 1.0 + p.chips.building, life, p.compute.cost_utilisation, running)
    e.now.compute.host_cost = cost
    clouds.list_price = population.act(Cloud.post_list_price, p, by_slot(cost))
    clouds.spot = population.act(Cloud.quotes_spot, p, by_slot(running))
    clouds.rent = population.act(
        Cloud.post_rent, p, by_slot(cost), by_slot(_cost_over_term(e, clouds, per_unit, running))
    )
    market_side = (clouds.type != HYPERSCALER) & (clouds.region != CN) & clouds.rents_out & clouds.alive
    free = clouds.compute * (1.0 - ratio(clouds.committed, clouds.capacity))  # leases of years have prices of their own
    weight = np.where(market_side, free + 1.0, 0.0)
    e.now.compute.rent_market = (weight * clouds.spot).sum(axis=-1) / np.maximum(weight.sum(axis=-1), SMALL)
    outside = np.where(clouds.region == CN, 0.0, clouds.demand_outside)
    wants = outside.sum(axis=-1, keepdims=True)
    share = outside / positive(wants)
    usual = e.now.compute.rent_market[:, np.newaxis]
    margin = market.marginal_margin(usual, cost, share, p.compute.rent_elasticity)
    clouds.chance = population.act(Cloud.sees_chance, p, wants, by_slot(margin))


def _cost_over_term(e: Economy, clouds: Cloud, per_unit: FloatArray, running: FloatArray) -> FloatArray:
    """What an hour of new capacity costs over the usual term of a lab's contract, $ per H100e-hour, (worlds, clouds).

    It bears interest but for what is paid ahead, and is worth something afterwards.

    Args:
        e: the economy.
        clouds: all of them.
        per_unit: price of chips, k$ per H100e.
        running: cost of running, $ per H100e-hour.
    """
    p, term = e.p, tenancies.usual_term(e)
    capital = per_unit * (1.0 + p.chips.building) / KUSD_PER_MUSD
    interest = term_leases.interest_at_risk(e, p.contracts.prepaid * clouds.lives_by_renting)
    charge = lease_market.capital_charge(capital, interest, term, term_leases.left_of_capital(e, term))
    return lease_market.cost_of_hour(charge, running)


@phase("term_leases.run_leases")
def rent_compute(e: Economy) -> None:
    """Wants meet capacity: contracts first, the rest shared; what is got, and what is due, is paid, credit first."""
    startups = e.startups.view()
    clouds = e.clouds.view()
    p = e.p
    spot = clouds.spot
    terms = billing.terms_of(e, startups)
    usual = e.now.compute.rent_market[:, np.newaxis]
    serving = e.startups.act(Startup.serves, p, usual)
    labs, own = startup_wants(e, startups, terms, market.spending(serving, np.maximum(usual, LEAST_RENT)))
    served = ration(e, labs, enterprise_wants(e, spot), spot)
    paid, at = billing.pay_rent(e, startups, terms, served)
    got = [lessor.table(theirs) for lessor, theirs in zip(labs.lessors, served.got, strict=True)]
    _see_service(e, startups, labs.wanted + own, own, served.asked, got)
    e.partnerships.flows.rent(e.month, startups, paid)
    e.now.compute.serving_startups = np.minimum(serving, startups.used).sum(axis=-1)
    e.now.compute.business = served.business.sum(axis=-1)
    e.now.compute.serving_clouds = clouds.workloads + e.clouds.act(Cloud.serves, p, usual)
    _see_markups(e, startups, served.got[0], at)
    _pay_business(e, served.business, spot)
    rent_public_compute(e, served.public, spot)
    billing.share_sublet(e, terms, served)
    pay_parallel_egress(e, startups.used_elsewhere)
    _settle_clouds(e, clouds, served)
    _see_fills(e, startups, labs, served)


def startup_wants(
    e: Economy, startups: Startup, terms: list[billing.ContractTerms], inference: FloatArray
) -> tuple[Wants, FloatArray]:
    """Compute that each start-up can pay for at its hosts, and what it runs on own chips, (worlds, n).

    It pays from its budget, what serving takes, what is due, and credit. What is reserved is used first, as most of it
    is paid in any case; the rest of the money buys compute by the month. Own chips serve before that.
    """
    p = e.p
    near = startups.host == startups.credit_host
    blend = terms[0].spot * startups.first_share
    for item in terms[1:]:
        blend = item.lessor.added(blend, item.spot * item.lessor.of(item.row.share))
        near = near | item.lessor.table(item.is_with(startups.credit_host))
    bill = billing.sum_over_contracts(terms, [market.spending(item.reserved, item.price) for item in terms])
    due = billing.sum_over_contracts(terms, [market.spending(item.due * item.reserved, item.price) for item in terms])
    ahead = billing.sum_over_contracts(terms, [item.ahead for item in terms])
    e.now.compute.dearness = billing.dearness(e, startups, terms, blend)
    budget, _ = e.startups.act(Startup.budget, p, by_slot(e.now.compute.dearness))
    credit = np.where(near, startups.credit, 0.0)
    purse = p.compute.rent_purse * startups.cash
    budget = np.maximum(np.maximum(budget, np.minimum(inference, purse)), np.minimum(due, purse))
    budget = np.minimum(budget + credit / p.capital.credit_months, purse + credit) + ahead
    part = np.minimum(budget / positive(bill), 1.0)
    reserved = [item.reserved * item.lessor.of(part) for item in terms]
    held, own = billing.sum_over_contracts(terms, reserved), run_own(e)
    total = held + market.affordable(np.maximum(budget - bill, 0.0), blend)
    extra = np.maximum(total - held - own, 0.0)
    return Wants(held + extra, reserved, extra, [item.lessor for item in terms]), own


def _see_service(
    e: Economy, startups: Startup, wanted: FloatArray, own: FloatArray, asked: FloatArray, got: list[FloatArray]
) -> None:
    """What start-ups got, how well they think that they are served, and how fast their need grows.

    Args:
        e: the economy.
        startups: all of them.
        wanted: compute wanted, H100e, (worlds, start-ups).
        own: what each runs itself.
        asked: of the first host.
        got: from the hosts, by contract in use.
    """
    p = e.p.compute
    before = startups.wanted
    both = (wanted > 0.0) & (before > 0.0)
    change = log(np.where(both, wanted, 1.0) / np.where(both, before, 1.0))
    change = np.clip(change, -p.growth_bound, p.growth_bound)
    startups.need_growth = startups.need_growth + p.growth_memory * (change - startups.need_growth)
    startups.wanted, startups.used, startups.own_used = wanted, own + sum_in_order(got), own
    full = np.where(wanted > 0.0, startups.used / positive(wanted), 1.0)
    startups.fill = startups.fill + p.memory * (full - startups.fill)
    first = np.where(asked > 0.0, got[0] / positive(asked), 1.0)
    contracts.serve(e, got, startups.host_fill + p.memory * (first - startups.host_fill))
    e.now.compute.tenant_fill_rate = startups.used.sum(axis=-1) / np.maximum(wanted.sum(axis=-1), TINY)


def _see_markups(e: Economy, startups: Startup, got: FloatArray, at: FloatArray) -> None:
    """What tenants pay their first host over its full cost: those who are there for long, and new ones."""
    cost = at_host(e.now.compute.host_cost, startups.host, 1.0)
    old = startups.tenure >= e.p.compute.tenure_half

    def markup(mine: BoolArray) -> FloatArray:
        paid = np.where(mine, got * at / cost, 0.0).sum(axis=-1)
        whole = np.where(mine, got, 0.0).sum(axis=-1)
        return np.where(whole > 0.0, paid / positive(whole), 1.0)

    e.now.compute.markup_tenured, e.now.compute.markup_new = markup(old), markup(~old)


def _see_fills(e: Economy, startups: Startup, labs: Wants, served: Served) -> None:
    """How well contracts, the others, small and large tenants are served, and how long those wait who are not."""
    now, small = e.now.compute, served.small
    reserved, got = sum_of(labs.lessors, labs.reserved), sum_of(labs.lessors, served.got_reserved)
    rented = np.maximum(startups.used - startups.own_used, 0.0)
    now.fill_reserved = _share(got, reserved)
    now.fill_unreserved = _share(np.maximum(rented - got, 0.0), served.by_month)
    now.small_fill_rate = _share(np.where(small, startups.used, 0.0), np.where(small, startups.wanted, 0.0))
    now.large_fill_rate = _share(np.where(small, 0.0, startups.used), np.where(small, 0.0, startups.wanted))
    now.reserved_part = _share(got, rented, none=0.0)
    now.reserved_used_h100e = served.legal.sum(axis=-1)
    missed = startups.alive & (startups.used < e.p.compute.enough_fill * startups.wanted)
    startups.waits = np.where(missed, startups.waits + 1.0, 0.0)


def _share(part: FloatArray, whole: FloatArray, none: float = 1.0) -> FloatArray:
    """Part over whole of all firms, shape (worlds,); ``none`` where there is nothing."""
    total = whole.sum(axis=-1)
    return np.where(total > 0.0, np.minimum(part.sum(axis=-1) / positive(total), 1.0), none)


def enterprise_wants(e: Economy, rent: FloatArray) -> FloatArray:
    """Compute wanted by enterprises that run open models, at the clouds that serve them already, (worlds, hosts)."""
    sectors = e.enterprises.view()
    clouds = e.clouds.view()
    base = clouds.cloud_revenue * clouds.rents_out * clouds.alive + SMALL * clouds.rents_out
    wants = np.zeros_like(rent)
    for inside in (True, False):
        demand = np.where((sectors.region == CN) == inside, sectors.compute, 0.0).sum(axis=-1, keepdims=True)
        weight = np.where((clouds.region == CN) == inside, base, 0.0)
        whole = weight.sum(axis=-1, keepdims=True)
        wants = wants + demand * weight / positive(whole)
    return wants


def _pay_business(e: Economy, got: FloatArray, rent: FloatArray) -> None:
    """Enterprises pay the market for the compute on which they run open models."""
    sectors = e.enterprises.view()
    clouds = e.clouds.view()
    bill = market.spending(got, rent)
    due = np.zeros_like(sectors.cash)
    for inside in (True, False):
        part = np.where((sectors.region == CN) == inside, sectors.compute, 0.0)
        whole = part.sum(axis=-1, keepdims=True)
        total = np.where((clouds.region == CN) == inside, bill, 0.0).sum(axis=-1, keepdims=True)
        due = due + total * part / positive(whole)
        bill = np.where(((clouds.region == CN) == inside) & (whole <= 0.0), 0.0, bill)
    e.from_rest("income", "enterprises", due)
    e.ledger.pay("rent", "enterprises", due, "clouds", bill)
    e.now.compute.rent_income = e.now.compute.rent_income + bill
    open_models.resell(e, bill)


def _settle_clouds(e: Economy, clouds: Cloud, served: Served) -> None:
    """What tenants leave goes to own use, then to other clouds; utilisation, shortage and expected demand are seen."""
    p, wants, sold = e.p.clouds, served.wants, served.sold
    left = np.maximum(clouds.unleased - sold, 0.0)
    asked = served.open_wants + served.own_beside
    meant = p.target_utilisation * served.free  # sellers keep room for what may come, and do not clear it away
    clouds.scarcity = log(np.maximum(asked, SMALL) / np.maximum(meant, SMALL))
    trade = trade_idle_compute(e, left)
    own = np.minimum(clouds.wanted_inside - clouds.leased_used, left)
    used = own + sold + trade.leased_out
    inside = own + trade.rented + clouds.leased_used
    clouds.inside, clouds.sold = inside, sold
    clouds.rented, clouds.leased_out = trade.rented, trade.leased_out
    let = used + clouds.committed  # what is leased for years is let, whether the lessee uses it or not
    clouds.utilisation = let / positive(clouds.capacity)
    clouds.shortage = _smoothed(e, clouds.shortage, wants, sold)
    clouds.shortage_by_month = _smoothed(e, clouds.shortage_by_month, served.open_wants, served.open_sold)
    clouds.demand_outside = clouds.demand_outside + p.demand_speed * (wants - clouds.demand_outside)
    e.now.compute.used = used = used + e.now.compute.lease_running
    serving = (
        e.now.compute.serving_startups
        + e.now.compute.business
        + np.minimum(inside, e.now.compute.serving_clouds).sum(axis=-1)
    )
    # start-ups also serve from chips of their own, so that together they may serve more than clouds compute
    share = np.minimum(serving / np.maximum(used.sum(axis=-1), SMALL), 1.0)
    e.conditions.inference_share = e.conditions.inference_share + e.p.compute.mix_memory * (
        share[:, np.newaxis] - e.conditions.inference_share
    )


def _smoothed(e: Economy, shortage: FloatArray, wants: FloatArray, sold: FloatArray) -> FloatArray:
    """A ``shortage`` moved towards the share of this month's ``wants`` that is not ``sold``, (worlds, clouds)."""
    missed = np.where(wants > 0.0, 1.0 - sold / positive(wants), 0.0)
    return np.asarray(shortage + e.p.compute.memory * (missed - shortage))
