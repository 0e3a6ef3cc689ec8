"""Compute: clouds post prices, capacity is rationed, rent is paid."""

from __future__ import annotations

from functools import reduce

import numpy as np

from kingmaker.agents.arithmetic import LEAST_AMOUNT, LEAST_RENT, SMALL, TINY, is_on, ratio
from kingmaker.agents.cloud import HYPERSCALER, Cloud
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import CN, EU, NONE, BoolArray, FloatArray
from kingmaker.agents.units import KUSD_PER_MUSD
from kingmaker.environment.chips.chip_market import cost_per_hour
from kingmaker.environment.compute import compute_market as market
from kingmaker.environment.compute.public_compute import pay_parallel_egress, rent_public_compute
from kingmaker.environment.compute.rationing import Served, ration
from kingmaker.environment.compute.sites import run_own
from kingmaker.environment.compute.wholesale import trade_idle_compute
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, by_host
from kingmaker.environment.core.phases import phase
from kingmaker.environment.services import open_models
from kingmaker.environment.ties import contracts


def sum_in_order(parts: list[FloatArray]) -> FloatArray:
    """The sum of arrays of one shape, first to last: rows that nobody uses may be left out to the same bits."""
    return reduce(np.add, parts)


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
    cost = cost_per_hour(per_unit, 1.0 + p.chips.building, life, p.compute.cost_utilisation, running)
    e.now.compute.host_cost = cost
    clouds.list_price = population.act(Cloud.post_list_price, p, by_slot(cost))
    clouds.rent = population.act(Cloud.post_rent, p, by_slot(running), by_slot(p.compute.market_markup * cost))
    market_side = (clouds.type != HYPERSCALER) & (clouds.region != CN) & clouds.rents_out & clouds.alive
    free = clouds.compute * (1.0 - ratio(clouds.committed, clouds.capacity))  # leases of years have prices of their own
    weight = np.where(market_side, free + 1.0, 0.0)
    e.now.compute.rent_market = (weight * clouds.rent).sum(axis=-1) / np.maximum(weight.sum(axis=-1), SMALL)
    outside = np.where(clouds.region == CN, 0.0, clouds.demand_outside)
    wants = outside.sum(axis=-1, keepdims=True)
    share = outside / np.where(wants > 0.0, wants, 1.0)
    usual = e.now.compute.rent_market[:, np.newaxis]
    margin = market.marginal_margin(usual, cost, share, p.compute.rent_elasticity)
    clouds.chance = population.act(Cloud.sees_chance, p, wants, by_slot(margin))


@phase("term_leases.run_leases")
def rent_compute(e: Economy) -> None:
    """Wants meet capacity: partners first, others pro rata; what is got is paid, credit first."""
    startups = e.startups.view()
    clouds = e.clouds.view()
    p = e.p
    rent = clouds.rent
    at = [at_host(rent, lease.lessor) for lease in startups.leases]
    at[0] = at[0] * (1.0 - e.startups.act(Startup.partner_saving, p))
    usual = e.now.compute.rent_market[:, np.newaxis]
    serving = e.startups.act(Startup.serves, p, usual)
    wanted, own = startup_wants(e, startups, at, market.spending(serving, np.maximum(usual, LEAST_RENT)))
    served = ration(e, wanted - own, enterprise_wants(e, rent), rent)
    paid = _pay_rent(e, startups, served.got, at)
    _see_service(e, startups, wanted, own, served)
    e.partnerships.flows.rent(e.month, startups, paid)
    e.now.compute.serving_startups = np.minimum(serving, startups.used).sum(axis=-1)
    e.now.compute.business = served.business.sum(axis=-1)
    e.now.compute.serving_clouds = clouds.workloads + e.clouds.act(Cloud.serves, p, usual)
    _see_markups(e, startups, served.got[0], at[0])
    _pay_business(e, served.business, rent)
    rent_public_compute(e, served.public, rent)
    pay_parallel_egress(e, startups.used_elsewhere)
    _settle_clouds(e, clouds, served.wants, served.sold)
    _see_small(e, startups, served)


def startup_wants(
    e: Economy, startups: Startup, at: list[FloatArray], inference: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Compute that each start-up can pay for, and what of it runs on own chips, H100e, each (worlds, n).

    It pays from its budget, what serving takes, and credit. Own chips serve first, the rest is rented.
    """
    p = e.p
    blend = at[0] * startups.first_share
    near = startups.host == startups.credit_host
    for lease, price in zip(startups.leases[1:], at[1:], strict=True):
        blend = blend + price * lease.share
        near = near | (lease.lessor == startups.credit_host)
    e.now.compute.dearness = np.where(blend > 0.0, blend / p.startups.usual_rent, 1.0)
    budget, _ = e.startups.act(Startup.budget, p, by_slot(e.now.compute.dearness))
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
    startups.wanted, startups.used, startups.own_used = wanted, own + sum_in_order(served.got), own
    full = np.where(wanted > 0.0, startups.used / np.where(wanted > 0.0, wanted, 1.0), 1.0)
    startups.fill = startups.fill + p.memory * (full - startups.fill)
    asked = served.asked
    first = np.where(asked > 0.0, served.got[0] / np.where(asked > 0.0, asked, 1.0), 1.0)
    contracts.serve(e, served.got, startups.host_fill + p.memory * (first - startups.host_fill))
    e.now.compute.tenant_fill_rate = startups.used.sum(axis=-1) / np.maximum(wanted.sum(axis=-1), TINY)


def _see_markups(e: Economy, startups: Startup, got: FloatArray, at: FloatArray) -> None:
    """What tenants pay their first host over its full cost: those who are there for long, and new ones."""
    cost = at_host(e.now.compute.host_cost, startups.host, 1.0)
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


def _pay_rent(e: Economy, startups: Startup, got: list[FloatArray], at: list[FloatArray]) -> list[FloatArray]:
    """Tenants pay their hosts, credit first; what each host gets from each tenant, M$, by contract in use."""
    hosts, leases = e.clouds.slots, startups.leases
    due = [market.spending(amount, price) for amount, price in zip(got, at, strict=True)]
    from_credit, drawn = _draw_credit(startups, due)
    earned = by_host(drawn, startups.credit_host, hosts)
    e.ledger.draw_down("rent", "startups", drawn, "clouds", earned)
    cash = [owed - part for owed, part in zip(due, from_credit, strict=True)]
    share = sum_in_order(cash)
    squeeze = np.minimum(startups.cash / np.where(share > 0.0, share, 1.0), 1.0)
    cash = [part * squeeze for part in cash]
    income = [by_host(part, lease.lessor, hosts) for part, lease in zip(cash, leases, strict=True)]
    own = startups.vendor_cash / np.maximum(startups.cash, TINY)
    at_vendor = sum_in_order(
        [np.where(startups.vendor == lease.lessor, part, 0.0) for part, lease in zip(cash, leases, strict=True)]
    )
    circular = drawn + np.where(startups.vendor != NONE, np.minimum(own, 1.0) * at_vendor, 0.0)
    raised = np.minimum(startups.raised_cash / np.maximum(startups.cash, TINY), 1.0)
    paid = sum_in_order(cash)
    startups.rent_paid = drawn + paid
    startups.spending_raised = drawn + raised * paid + e.now.building.raised_on_chips
    e.ledger.pay("rent", "startups", paid, "clouds", sum_in_order(income))
    left = np.maximum(1.0 - paid / np.maximum(startups.cash + paid, TINY), 0.0)
    startups.vendor_cash = startups.vendor_cash * left
    startups.raised_cash = startups.raised_cash * left
    e.now.compute.rent_income = sum_in_order([earned, *income])
    e.now.compute.startup_rent = (drawn + paid).sum(axis=-1)
    e.now.compute.circular_musd = circular.sum(axis=-1)
    return [credit + part for credit, part in zip(from_credit, cash, strict=True)]


def _draw_credit(startups: Startup, due: list[FloatArray]) -> tuple[list[FloatArray], FloatArray]:
    """What of the rent is paid from compute paid ahead: by contract in use, and altogether, M$, (worlds, start-ups).

    One cloud owes it, so at most one contract is paid so; the first is asked first.
    """
    first, *others = startups.leases
    owed = startups.credit_host != NONE
    credit = startups.prepaid
    from_first = np.where(first.lessor == startups.credit_host, np.minimum(credit, due[0]), 0.0)
    drawn = from_first
    for lease, rent in zip(others, due[1:], strict=True):
        here = owed & (lease.lessor == startups.credit_host)
        drawn = drawn + np.where(here, np.minimum(credit - from_first, rent), 0.0)
    drawn = np.where(owed, np.maximum(drawn, 0.0), 0.0)
    from_first = np.minimum(from_first, drawn)
    rest = drawn - from_first
    return [from_first, *(np.where(lease.lessor == startups.credit_host, rest, 0.0) for lease in others)], drawn


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
    left = np.maximum(clouds.unleased - sold, 0.0)
    trade = trade_idle_compute(e, left)
    own = np.minimum(clouds.wanted_inside - clouds.leased_used, left)
    used = own + sold + trade.leased_out
    inside = own + trade.rented + clouds.leased_used
    clouds.inside, clouds.sold = inside, sold
    clouds.rented, clouds.leased_out = trade.rented, trade.leased_out
    let = used + clouds.committed  # what is leased for years is let, whether the lessee uses it or not
    clouds.utilisation = let / np.where(clouds.capacity > 0.0, clouds.capacity, 1.0)
    missed = np.where(wants > 0.0, 1.0 - sold / np.where(wants > 0.0, wants, 1.0), 0.0)
    clouds.shortage = clouds.shortage + e.p.compute.memory * (missed - clouds.shortage)
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


def europe_at_home(startups: Startup, clouds: Cloud) -> FloatArray:
    """Share of the compute that European start-ups rent which stands at European clouds, shape (worlds,)."""
    mine = (startups.region == EU) & startups.alive
    in_europe = is_on(at_host((clouds.region == EU).astype(np.float64), startups.host))
    used = np.where(mine, startups.used - startups.own_used, 0.0)
    total = used.sum(axis=-1)
    return np.asarray(np.where(in_europe, used, 0.0).sum(axis=-1) / np.where(total > 0.0, total, 1.0))
