"""Compute: clouds post prices, capacity is rationed, rent is paid."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import LEAST_AMOUNT, LEAST_RENT, SMALL, TINY, is_on
from kingmaker.agents.cloud import HYPERSCALER, Cloud
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import CN, EU, NONE, BoolArray, FloatArray
from kingmaker.agents.units import KUSD_PER_MUSD
from kingmaker.environment import compute_market as market
from kingmaker.environment.economy import Economy
from kingmaker.environment.month import phase
from kingmaker.environment.phases import open_models
from kingmaker.environment.phases.public_compute import pay_parallel_egress, rent_public_compute
from kingmaker.environment.phases.rationing import Served, ration
from kingmaker.environment.phases.sites import run_own
from kingmaker.environment.phases.wholesale import trade_idle_compute


@phase("sites.build_sites")
def post_prices(e: Economy) -> None:
    """List prices follow cost slowly, market rents follow utilisation."""
    p = e.p
    population = e.clouds
    clouds: Cloud = population.view()
    value, price = e.now.chips.line_value, e.now.chips.line_price
    leader = np.where(value[:, :, 0] > 0.0, price[:, :, 0] / np.maximum(value[:, :, 0], SMALL), 0.0) * KUSD_PER_MUSD
    dear = np.maximum(leader[:, 0:1], LEAST_AMOUNT)  # k$ per unit of capacity on the world's line
    china = np.where(leader[:, 1:2] > 0.0, leader[:, 1:2], dear)
    per_unit = np.where(clouds.region == CN, china, dear)
    life = float(p.chips.asset_life[0, 0])
    price = np.take_along_axis(e.conditions.energy_price, clouds.region.astype(np.int64), axis=1)
    running = p.compute.running_cost + p.energy.mwh_per_hour * price
    cost = market.cost_per_hour(per_unit, 1.0 + p.chips.building, life, p.compute.cost_utilisation, running)
    e.now.compute.host_cost = cost
    clouds.list_price = population.act(Cloud.post_list_price, p, by_slot(cost))
    clouds.rent = population.act(Cloud.post_rent, p, by_slot(running), by_slot(p.compute.market_markup * cost))
    market_side = (clouds.type != HYPERSCALER) & (clouds.region != CN) & clouds.rents_out & clouds.alive
    weight = np.where(market_side, clouds.compute + 1.0, 0.0)
    e.now.compute.rent_market = (weight * clouds.rent).sum(axis=-1) / np.maximum(weight.sum(axis=-1), SMALL)
    outside = np.where(clouds.region == CN, 0.0, clouds.demand_outside)
    wants = outside.sum(axis=-1, keepdims=True)
    share = outside / np.where(wants > 0.0, wants, 1.0)
    usual = e.now.compute.rent_market[:, np.newaxis]
    margin = market.marginal_margin(usual, cost, share, p.compute.rent_elasticity)
    clouds.chance = population.act(Cloud.sees_chance, p, wants, by_slot(margin))


@phase("sites.reserve_new_clouds")
def rent_compute(e: Economy) -> None:
    """Wants meet capacity: partners first, others pro rata; what is got is paid, credit first."""
    startups = e.startups.view()
    clouds = e.clouds.view()
    p = e.p
    rent = clouds.rent
    at = market.at_host(rent, startups.host) * (1.0 - e.startups.act(Startup.partner_saving, p))
    at_second = market.at_host(rent, startups.second)
    usual = e.now.compute.rent_market[:, np.newaxis]
    serving = e.startups.act(Startup.serves, p, usual)
    wanted, own = _wants(e, startups, at, at_second, market.spending(serving, np.maximum(usual, LEAST_RENT)))
    served = ration(e, wanted - own, _enterprise_wants(e, rent), rent)
    paid = _pay_rent(e, startups, served.first, at, served.second, at_second)
    _see_service(e, startups, wanted, own, served)
    e.partnerships.flows.rent(e.month, startups, *paid)
    e.now.compute.serving_startups = np.minimum(serving, startups.used).sum(axis=-1)
    e.now.compute.business = served.business.sum(axis=-1)
    e.now.compute.serving_clouds = clouds.workloads + e.clouds.act(Cloud.serves, p, usual)
    _see_markups(e, startups, served.first, at)
    _pay_business(e, served.business, rent)
    rent_public_compute(e, served.public, rent)
    pay_parallel_egress(e, served.second)
    _settle_clouds(e, clouds, served.wants, served.sold)
    _see_small(e, startups, served)


def _wants(
    e: Economy, startups: Startup, at: FloatArray, at_second: FloatArray, inference: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Compute that each start-up can pay for, and what of it runs on own chips, H100e, each (worlds, n).

    It pays from its budget, what serving takes, and credit. Own chips serve first, the rest is rented.
    """
    p = e.p
    blend = at * (1.0 - startups.second_share) + at_second * startups.second_share
    e.now.compute.dearness = np.where(blend > 0.0, blend / p.startups.usual_rent, 1.0)
    budget, _ = e.startups.act(Startup.budget, p, by_slot(e.now.compute.dearness))
    near = (startups.host == startups.credit_host) | (startups.second == startups.credit_host)
    drawable = np.where(near, startups.prepaid / p.capital.credit_months, 0.0)
    purse = p.compute.rent_purse * startups.cash
    budget = np.minimum(
        np.maximum(budget, np.minimum(inference, purse)) + drawable, purse + np.where(near, startups.prepaid, 0.0)
    )
    own = run_own(e)
    return np.maximum(market.affordable(budget, blend), own), own


def _see_service(e: Economy, startups: Startup, wanted: FloatArray, own: FloatArray, served: Served) -> None:
    """What start-ups got, how well they think that they are served, and how fast their need grows."""
    p = e.p.compute
    before = startups.wanted
    both = (wanted > 0.0) & (before > 0.0)
    change = np.log(np.where(both, wanted, 1.0) / np.where(both, before, 1.0))
    change = np.clip(change, -p.growth_bound, p.growth_bound)
    startups.need_growth = startups.need_growth + p.growth_memory * (change - startups.need_growth)
    startups.wanted, startups.used, startups.own_used = wanted, own + (served.first + served.second), own
    startups.used_second = served.second
    full = np.where(wanted > 0.0, startups.used / np.where(wanted > 0.0, wanted, 1.0), 1.0)
    startups.fill = startups.fill + p.memory * (full - startups.fill)
    asked = served.asked
    first = np.where(asked > 0.0, served.first / np.where(asked > 0.0, asked, 1.0), 1.0)
    startups.host_fill = startups.host_fill + p.memory * (first - startups.host_fill)
    e.now.compute.tenant_fill_rate = startups.used.sum(axis=-1) / np.maximum(wanted.sum(axis=-1), TINY)


def _see_markups(e: Economy, startups: Startup, got: FloatArray, at: FloatArray) -> None:
    """What tenants pay their first host over its full cost: those who are there for long, and new ones."""
    cost = market.at_host(e.now.compute.host_cost, startups.host, 1.0)
    old = startups.tenure >= e.p.compute.tenure_half

    def markup(mine: BoolArray) -> FloatArray:
        paid = np.where(mine, got * at / cost, 0.0).sum(axis=-1)
        whole = np.where(mine, got, 0.0).sum(axis=-1)
        return np.where(whole > 0.0, paid / np.where(whole > 0.0, whole, 1.0), 1.0)

    e.now.compute.markup_tenured, e.now.compute.markup_new = markup(old), markup(~old)


def _see_small(e: Economy, startups: Startup, served: Served) -> None:
    """How well small tenants are served, and how much of it out of capacity reserved for them."""
    small = served.small
    wanted = np.where(small, startups.wanted, 0.0).sum(axis=-1)
    used = np.where(small, startups.used, 0.0).sum(axis=-1)
    e.now.compute.small_fill_rate = np.where(wanted > 0.0, used / np.where(wanted > 0.0, wanted, 1.0), 1.0)
    e.now.compute.reserved_used_h100e = served.reserved.sum(axis=-1)


def _pay_rent(
    e: Economy, startups: Startup, first: FloatArray, at: FloatArray, second: FloatArray, at_second: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Tenants pay both hosts, credit first; what each host gets from each tenant, M$, both (worlds, start-ups)."""
    hosts = e.clouds.slots
    due, due_second = market.spending(first, at), market.spending(second, at_second)
    credit = startups.prepaid
    from_credit = np.where(startups.host == startups.credit_host, np.minimum(credit, due), 0.0)
    other_credit = np.where(startups.second == startups.credit_host, np.minimum(credit - from_credit, due_second), 0.0)
    drawn = np.maximum(from_credit + np.where(startups.second != NONE, other_credit, 0.0), 0.0)
    drawn = np.where(startups.credit_host != NONE, drawn, 0.0)
    from_credit = np.minimum(from_credit, drawn)
    other_credit = drawn - from_credit
    earned = market.by_host(drawn, startups.credit_host, hosts)
    e.ledger.draw_down("rent", "startups", drawn, "clouds", earned)
    cash_first, cash_second = due - from_credit, due_second - other_credit
    share = cash_first + cash_second
    squeeze = np.minimum(startups.cash / np.where(share > 0.0, share, 1.0), 1.0)
    cash_first, cash_second = cash_first * squeeze, cash_second * squeeze
    got_first = market.by_host(cash_first, startups.host, hosts)
    got_second = market.by_host(cash_second, startups.second, hosts)
    own = startups.vendor_cash / np.maximum(startups.cash, TINY)
    at_vendor = np.where(startups.vendor == startups.host, cash_first, 0.0)
    at_vendor = at_vendor + np.where(startups.vendor == startups.second, cash_second, 0.0)
    circular = drawn + np.where(startups.vendor != NONE, np.minimum(own, 1.0) * at_vendor, 0.0)
    raised = np.minimum(startups.raised_cash / np.maximum(startups.cash, TINY), 1.0)
    paid = cash_first + cash_second
    startups.rent_paid = drawn + paid
    startups.spending_raised = drawn + raised * paid + e.now.building.raised_on_chips
    e.ledger.pay("rent", "startups", paid, "clouds", got_first + got_second)
    left = np.maximum(1.0 - paid / np.maximum(startups.cash + paid, TINY), 0.0)
    startups.vendor_cash = startups.vendor_cash * left
    startups.raised_cash = startups.raised_cash * left
    income = earned + got_first + got_second
    e.now.compute.rent_income = income
    e.now.compute.startup_rent = (drawn + paid).sum(axis=-1)
    e.now.compute.circular_musd = circular.sum(axis=-1)
    return from_credit + cash_first, other_credit + cash_second


def _enterprise_wants(e: Economy, rent: FloatArray) -> FloatArray:
    """Compute wanted by enterprises that run open models, at the clouds that serve them already, (worlds, hosts)."""
    sectors = e.enterprises.view()
    clouds = e.clouds.view()
    base = clouds.cloud_revenue * clouds.rents_out * clouds.alive + SMALL * clouds.rents_out
    wants = np.zeros_like(rent)
    for inside in (True, False):
        demand = np.where((sectors.region == CN) == inside, sectors.compute, 0.0).sum(axis=-1, keepdims=True)
        weight = np.where((clouds.region == CN) == inside, base, 0.0)
        whole = weight.sum(axis=-1, keepdims=True)
        wants = wants + demand * weight / np.where(whole > 0.0, whole, 1.0)
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
        due = due + total * part / np.where(whole > 0.0, whole, 1.0)
        bill = np.where(((clouds.region == CN) == inside) & (whole <= 0.0), 0.0, bill)
    e.from_rest("income", "enterprises", due)
    e.ledger.pay("rent", "enterprises", due, "clouds", bill)
    e.now.compute.rent_income = e.now.compute.rent_income + bill
    open_models.resell(e, bill)


def _settle_clouds(e: Economy, clouds: Cloud, wants: FloatArray, sold: FloatArray) -> None:
    """What tenants leave goes to own use, then to other clouds; utilisation, shortage and expected demand are seen."""
    p = e.p.clouds
    left = np.maximum(clouds.capacity - sold, 0.0)
    trade = trade_idle_compute(e, left)
    own = np.minimum(clouds.wanted_inside, left)
    used = own + sold + trade.let
    inside = own + trade.rented
    clouds.inside, clouds.sold = inside, sold
    clouds.rented, clouds.let = trade.rented, trade.let
    clouds.utilisation = used / np.where(clouds.capacity > 0.0, clouds.capacity, 1.0)
    missed = np.where(wants > 0.0, 1.0 - sold / np.where(wants > 0.0, wants, 1.0), 0.0)
    clouds.shortage = clouds.shortage + e.p.compute.memory * (missed - clouds.shortage)
    clouds.demand_outside = clouds.demand_outside + p.demand_speed * (wants - clouds.demand_outside)
    clouds.demand_clouds = clouds.demand_clouds + p.demand_speed * (trade.let - clouds.demand_clouds)
    e.now.compute.used = used
    serving = (
        e.now.compute.serving_startups
        + e.now.compute.business
        + np.minimum(inside, e.now.compute.serving_clouds).sum(axis=-1)
    )
    share = serving / np.maximum(used.sum(axis=-1), SMALL)
    e.conditions.inference_share = e.conditions.inference_share + e.p.compute.mix_memory * (
        share[:, np.newaxis] - e.conditions.inference_share
    )


def europe_at_home(startups: Startup, clouds: Cloud) -> FloatArray:
    """Share of the compute that European start-ups rent which stands at European clouds, shape (worlds,)."""
    mine = (startups.region == EU) & startups.alive
    home = is_on(market.at_host((clouds.region == EU).astype(np.float64), startups.host))
    used = np.where(mine, startups.used - startups.own_used, 0.0)
    total = used.sum(axis=-1)
    return np.asarray(np.where(home, used, 0.0).sum(axis=-1) / np.where(total > 0.0, total, 1.0))
