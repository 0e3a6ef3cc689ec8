"""Installation: the grey market, chips come on line as power allows, data centres are built and written off."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import TINY, log, logistic, positive, ratio
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.types import CN, EU, FloatArray
from kingmaker.agents.units import YEAR
from kingmaker.environment.chips import energy, places
from kingmaker.environment.chips.chip_market import exports_are_ruled
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.phases import phase
from kingmaker.environment.inputs.tables import power_rows

ONE = np.ones(1)  # no overhead: power at the machines
MID_YEARS = (0.5, 1.5, 2.5)  # years since January 2022: the middles of the years of which the data give a mean


@phase("grey_prices.quote_premium")
def smuggle(e: Economy) -> None:
    """The grey market: chips bought by others are resold to China if the premium exceeds the expected penalty.

    Becker (1968). Nobody smuggles at a loss: where chips are no dearer in China than elsewhere, nothing is resold.
    Sellers are those abroad of whom the data say that they may (``resells_chips``), buyers the small ones in China.
    """
    chips, p = e.chips, e.p.policy
    clouds = e.clouds.view()
    chinese = clouds.region == CN
    sells = clouds.alive & clouds.resells & ~chinese
    purses = np.where(clouds.alive & clouds.small & chinese, np.maximum(clouds.cash, 0.0), 0.0)
    premium = e.now.chips.grey_premium[:, np.newaxis]
    controlled = exports_are_ruled(e.in_force.export_vintage, e.in_force.export_cap)
    part = p.grey_leak * logistic((premium - p.grey_penalty) / p.grey_width) * (controlled & (premium > 0.0))
    part = part * sells
    if not part.any():
        return
    delivered = chips.delivered_now[:, : chips.clouds]
    taken = delivered * part[..., np.newaxis] * (chips.maker_of >= 0)
    cost = _paid_for(e, taken)
    price = cost * (1.0 + premium)
    purse = purses.sum(axis=-1, keepdims=True)
    paid_for = np.minimum(p.grey_purse * purse / np.maximum(price.sum(axis=-1, keepdims=True), TINY), 1.0)
    taken, cost, price = taken * paid_for[..., np.newaxis], cost * paid_for, price * paid_for
    share = ratio(purses, purse)
    bought = share[..., np.newaxis] * taken.sum(axis=1, keepdims=True)
    here = slice(0, chips.clouds)
    chips.awaiting[:, here] = np.maximum(chips.awaiting[:, here] - taken, 0.0) + bought
    chips.grey[:, here] += bought
    chips.delivered_now[:, here] += bought - taken
    paid = share * price.sum(axis=-1, keepdims=True)
    e.ledger.sell("resale", "clouds", paid, "clouds", price, cost)
    e.now.building.grey_added = paid - cost
    e.now.building.resale_gain = price - cost


def _paid_for(e: Economy, units: FloatArray) -> FloatArray:
    """What clouds have paid, networking included, for ``units`` of this month's delivery, M$, (worlds, clouds).

    Args:
        e: the economy.
        units: chips, (worlds, clouds, products).
    """
    chips = e.chips
    delivered = chips.delivered_now[:, : chips.clouds]
    price = chips.price[:, np.newaxis, :]
    bill = np.swapaxes(e.now.chips.unit_price[:, :, : chips.clouds], 1, 2) * chips.by_maker(delivered)
    return np.asarray((bill * ratio(chips.by_maker(units * price), chips.by_maker(delivered * price))).sum(-1))


@phase("places.choose_sites")
def install(e: Economy) -> None:
    """Delivered chips come on line after about a quarter, as far as power is there; old ones are retired."""
    chips, p = e.chips, e.p
    clouds = e.clouds.view()
    pue = np.array([row.pue for row in power_rows(e.tables)])
    ready = chips.awaiting / p.chips.install_months[..., np.newaxis]
    stood, sites = places.with_pools(e, places.standing(e)), places.with_pools(e, e.chips.sites)
    wanted = _by_place(energy.draw_mw(ready, chips.tdp[:, np.newaxis, :], ONE), sites * pue)
    used = _by_place(energy.draw_mw(chips.running, chips.tdp[:, np.newaxis, :], ONE), stood * pue)
    room = _connect(e, wanted, used)
    there = sites * room[:, np.newaxis, :]
    connected = there.sum(axis=-1)
    on = ready * connected[..., np.newaxis]
    old = (e.month - chips.born > p.chips.young_months)[:, np.newaxis, :]
    worn = chips.running * (p.chips.retirement[..., np.newaxis] / YEAR) * old
    worn = np.minimum(worn, chips.running)
    added = (on * chips.h100e[:, np.newaxis, :]).sum(axis=-1)
    chips.awaiting, chips.running = np.maximum(chips.awaiting - on, 0.0), chips.running + on - worn
    for buyer in np.flatnonzero(chips.grey.any(axis=(0, 2))):  # few ever have any
        held = chips.running[:, buyer] + chips.awaiting[:, buyer] + worn[:, buyer]
        chips.grey[:, buyer] *= np.where(held > 0.0, 1.0 - worn[:, buyer] / positive(held), 0.0)
    chips.retired = chips.retired + worn.sum(axis=1)
    compute = (chips.running * chips.h100e[:, np.newaxis, :]).sum(axis=-1)
    capacity = (chips.running * e.now.chips.value[:, np.newaxis, :]).sum(axis=-1)
    mine = slice(0, chips.clouds)
    clouds.compute, e.now.building.site_compute = compute[:, mine], compute[:, chips.pools]
    where = ratio(there, connected[..., np.newaxis])[:, mine]
    places.settle(e, np.maximum(compute - added, 0.0)[:, mine], added[:, mine], where)
    _draw_power(e, pue)
    _run(e, clouds, capacity[:, : chips.clouds])
    e.now.building.site_capacity = capacity[:, chips.pools]
    _see_own_chips(e, clouds)


def _connect(e: Economy, wanted: FloatArray, used: FloatArray) -> FloatArray:
    """Share of the power wanted in each region that is connected now, 0-1, (worlds, regions); price and wait follow.

    Nobody waits longer than it takes to build a new connection.
    """
    c, p = e.conditions, e.p
    rows = power_rows(e.tables)
    room = energy.room_for(wanted, used, c.power_capacity * p.energy.cap)
    base = np.tile(np.array([row.price_usd_per_mwh for row in rows]), (e.worlds, 1))
    base[:, EU] *= p.energy.europe_price[:, 0]
    c.energy_price = energy.shadow_price(base, wanted, room, p.energy.scarcity_response)
    longest = np.array([row.connection_months for row in rows])
    months = energy.wait_months(wanted, room, longest)
    c.connection = c.connection + p.places.wait_memory * (months - c.connection)
    return room


def _draw_power(e: Economy, pue: FloatArray) -> None:
    """Power drawn by owner and by region, and what each cloud pays for it where its machines stand."""
    chips, c = e.chips, e.conditions
    machines = energy.draw_mw(chips.running, chips.tdp[:, np.newaxis, :], ONE)
    heavy = places.with_pools(e, places.standing(e)) * pue
    c.power_used = _by_place(machines, heavy)
    power = machines * heavy.sum(axis=-1)
    mine = slice(0, chips.clouds)
    e.now.building.power_mw, e.now.building.site_mw = power[:, mine], power[:, chips.pools]
    dear = (heavy[:, mine] * c.energy_price[:, np.newaxis, :]).sum(axis=-1)
    e.now.building.power_price = dear / heavy[:, mine].sum(axis=-1)


def _see_own_chips(e: Economy, clouds: Cloud) -> None:
    """Compute running on chips of a cloud's own design."""
    chips = e.chips
    own = np.zeros_like(clouds.capacity)
    for buyer, block in chips.catalogue.own_blocks.items():
        own[:, buyer] = (chips.running[:, buyer, block] * e.now.chips.value[:, block]).sum(axis=-1)
    clouds.own_capacity = own


def _run(e: Economy, clouds: Cloud, installed: FloatArray) -> None:
    """What can be used of the chips that run: all of them, but at the cloud that an outage hits."""
    p = e.p.clouds
    hit = np.arange(clouds.capacity.shape[-1]) == p.outage_at
    capacity = installed * (1.0 - p.outage * hit)
    change = log(np.maximum(capacity, 1.0) / np.maximum(clouds.capacity, 1.0))
    change = np.clip(change, -e.p.compute.growth_bound, e.p.compute.growth_bound)
    clouds.expansion = clouds.expansion + e.p.compute.growth_memory * (change - clouds.expansion)
    clouds.capacity = capacity


@phase("installation.install")
def build_centres(e: Economy) -> None:
    """Data centres for the chips delivered, capital spending of all kinds, and its depreciation in a straight line."""
    chips, p = e.chips, e.p
    clouds = e.clouds.view()
    rows = power_rows(e.tables)
    mw = energy.draw_mw(chips.delivered_now[:, : chips.clouds], chips.tdp[:, np.newaxis, :], ONE)
    cost = chips.sites * np.array([row.pue * row.building_ratio for row in rows])
    full = mw * cost.sum(axis=-1) * p.energy.building_cost
    building = np.minimum(full, p.clouds.building_purse * clouds.cash)
    e.pay_rest("construction", "clouds", building)
    _grant(e, building * ratio(cost[..., EU], cost.sum(axis=-1)))
    outside = np.minimum(_outside_capex(e), np.maximum(p.clouds.outside_purse * clouds.cash, 0.0))
    e.pay_rest("outside_capex", "clouds", outside)
    clouds.outside_capex = outside
    chips_and_sites = e.now.building.chip_bill + e.now.building.own_bill + building
    clouds.capex = chips_and_sites + outside
    e.now.building.ai_capex = chips_and_sites
    _depreciate(e, chips_and_sites + e.now.building.grey_added)


def _grant(e: Economy, in_europe: FloatArray) -> None:
    """Public money pays a part of what data centres in the Union cost, M$, (worlds, clouds)."""
    if not e.p.policy.site_grant.any():  # in no world
        return
    aid = e.p.policy.site_grant * in_europe
    e.ledger.pay("subsidy", "sectors", e.to_sectors(public=aid.sum(axis=-1)), "clouds", aid)


def _outside_capex(e: Economy) -> FloatArray:
    """Capital spending outside AI: given while the data speak (linear between yearly figures), M$, (worlds, clouds).

    Afterwards each cloud goes on spending the same part of its cash flow outside AI.
    """
    clouds = e.clouds.view()
    rows = e.tables.clouds
    year = e.month / YEAR
    path = np.array(
        [np.interp(year, MID_YEARS, [r.outside_capex_musd, r.outside_capex_2023_musd, r.outside_capex_2024_musd])
         for r in rows]
    ) * clouds.alive  # fmt: skip
    earns = clouds.outside_cash > 0.0
    if year <= MID_YEARS[-1]:
        clouds.outside_intensity = np.where(earns, path / np.where(earns, clouds.outside_cash, 1.0), 0.0)
    return np.asarray(np.where(earns, clouds.outside_intensity * clouds.outside_cash, path))


def _depreciate(e: Economy, added: FloatArray) -> None:
    """Straight line over the asset life; what stood at the start runs off over half of it."""
    chips = e.chips
    clouds = e.clouds.view()
    life = int(e.p.chips.asset_life[0, 0])
    due = np.minimum(chips.depreciation + chips.founding_depreciation * (e.month < life // 2), clouds.fixed)
    due = np.maximum(due, 0.0)
    e.ledger.book("clouds", "net_worth", "fixed", due)
    e.now.building.depreciation = due
    chips.additions.append(added)
    chips.depreciation = chips.depreciation + added / life
    if len(chips.additions) > life:
        chips.depreciation = chips.depreciation - chips.additions[-1 - life] / life


def _by_place(amount: FloatArray, share: FloatArray) -> FloatArray:
    """Sum an amount (worlds, buyers) over buyers by region, ``share`` (worlds, buyers, regions) of it in each."""
    return np.asarray((amount[..., np.newaxis] * share).sum(axis=1))
