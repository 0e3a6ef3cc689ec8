"""Supply: makers produce and ration, chips are delivered, billed, installed and retired; own programmes ramp up."""

from __future__ import annotations

import numpy as np

from agents.chipmaker import Chipmaker
from agents.cloud import Cloud
from agents.population import PerFirm
from agents.types import CN, FloatArray
from environment import chip_market as market
from environment import energy
from environment.build import power_rows
from environment.economy import Economy
from environment.phases.orders import duty_passed_on, gpu_share, own_mix


def produce_and_ship(e: Economy) -> None:
    """Output is planned on last month's orders, limited by packaging; a scarce output is rationed by standing."""
    chips, p = e.chips, e.p
    population = e.populations["chipmakers"]
    makers: Chipmaker = population.view()
    clouds: Cloud = e.populations["clouds"].view()
    mix = e.now["mix"]
    made = _production(e, mix)
    available = chips.stock + made[:, :, chips.maker_of] * mix * (chips.maker_of >= 0)
    chips.produced = chips.produced + (made[:, :, chips.maker_of] * mix * (chips.maker_of >= 0)).sum(axis=1)
    sellable = available * e.now["may_ship"]  # stock that has been banned meanwhile stays where it is
    on_hand = chips.by_maker(sellable)
    shortest = p.chips.shortest_lead[..., np.newaxis]
    due = chips.outstanding / shortest
    _price_line(e, sellable, on_hand)
    weight = np.power(np.maximum(clouds.relation, 1e-3), p.chips.kingmaker)[:, np.newaxis, :]
    weight = weight * np.where(clouds.small, p.chips.small_buyer_weight, 1.0)[:, np.newaxis, :]
    weight = np.broadcast_to(weight, due.shape)
    world, china = np.where(chips.in_china, 0.0, due), np.where(chips.in_china, due, 0.0)
    shipped = market.ration(world, on_hand[:, 0, :, np.newaxis], weight)
    shipped_cn = market.ration(china, on_hand[:, 1, :, np.newaxis], weight)
    quota = p.policy.export_quota * shipped.sum(axis=-1)
    foreign = (makers.region != CN) & (shipped_cn.sum(axis=-1) > quota)
    cut = np.where(foreign, quota / np.maximum(shipped_cn.sum(axis=-1), 1e-12), 1.0)
    shipped = shipped + shipped_cn * cut[:, :, np.newaxis]
    shipped = shipped * _affordable(e, shipped)[:, np.newaxis, :]
    _deliver(e, shipped, available, sellable, on_hand)
    _see_waiting(e, due, shipped)
    chips.planned = np.stack([world.sum(axis=-1), china.sum(axis=-1)], axis=1)
    per_wafer = _per_wafer(e, mix)
    due_wafers = np.where(per_wafer > 0.0, chips.planned / np.where(per_wafer > 0.0, per_wafer, 1.0), 0.0)
    backlog = due_wafers.sum(axis=1) * p.chips.shortest_lead
    makers.backlog_seen = makers.backlog_seen + (backlog - makers.backlog_seen) / p.chips.capacity_delay
    makers.capacity = population.act("plan_capacity", p)
    makers.markup = population.act("set_markup", p)


def _per_wafer(e: Economy, mix: FloatArray) -> FloatArray:
    """Units of each maker's line that a wafer's packaging yields, (worlds, 2, makers)."""
    per_wafer = e.chips.per_wafer * e.p.chips.packaging_yield
    wafers = e.chips.by_maker(mix / per_wafer[:, np.newaxis, :])
    return np.where(wafers > 0.0, 1.0 / np.where(wafers > 0.0, wafers, 1.0), 0.0)


def _production(e: Economy, mix: FloatArray) -> FloatArray:
    """Units made for the world and for China, (worlds, 2, makers): the plan, cut if packaging does not suffice."""
    makers: Chipmaker = e.populations["chipmakers"].view()
    per_wafer = _per_wafer(e, mix)
    planned = np.maximum(e.chips.planned - e.chips.by_maker(e.chips.stock), 0.0) * (per_wafer > 0.0)
    wafers = (planned / np.where(per_wafer > 0.0, per_wafer, 1.0)).sum(axis=1)
    part = np.minimum(makers.capacity / np.where(wafers > 0.0, wafers, 1.0), 1.0)
    return np.asarray(planned * part[:, np.newaxis, :])


def _affordable(e: Economy, shipped: FloatArray) -> FloatArray:
    """Share of a delivery that a buyer can pay for, building included, (worlds, buyers)."""
    clouds: Cloud = e.populations["clouds"].view()
    bill = (shipped * e.now["unit_price"]).sum(axis=1) * (1.0 + e.p.chips.building)
    return np.asarray(np.clip(0.85 * clouds.cash / np.where(bill > 0.0, bill, 1.0), 0.0, 1.0))


def _price_line(e: Economy, sellable: FloatArray, on_hand: FloatArray) -> None:
    """Price and cost of a unit out of what is on hand, M$, (worlds, makers, buyers) and (worlds, 2, makers)."""
    chips = e.chips
    makers: Chipmaker = e.populations["chipmakers"].view()
    units = np.where(on_hand > 0.0, on_hand, 1.0)
    line = 1e-3 * chips.by_maker(sellable * chips.price[:, np.newaxis, :]) / units * makers.markup[:, np.newaxis, :]
    gross = line / gpu_share(e)[:, np.newaxis, :]
    e.now["unit_price"] = np.swapaxes(gross[:, chips.line_of, :], 1, 2) * duty_passed_on(e)
    e.now["unit_cost"] = 1e-3 * chips.by_maker(sellable * chips.cost[:, np.newaxis, :]) / units


def _deliver(e: Economy, shipped: FloatArray, available: FloatArray, sellable: FloatArray, on_hand: FloatArray) -> None:
    """Hand over chips (a line's products in proportion) and settle: deposit first, then cash."""
    chips = e.chips
    sold = chips.catalogue.sold
    line = np.stack(
        [np.where(chips.in_china, 0.0, shipped).sum(axis=-1), np.where(chips.in_china, shipped, 0.0).sum(axis=-1)],
        axis=1,
    )
    part = line / np.where(on_hand > 0.0, on_hand, 1.0)
    out = sellable * part[:, :, chips.maker_of] * (chips.maker_of >= 0)
    chips.stock = np.maximum(available - out, 0.0)
    makeup = out / np.where(line[:, :, chips.maker_of] > 0.0, line[:, :, chips.maker_of], 1.0)
    of_maker = np.swapaxes(shipped[:, chips.maker_of[:sold], :], 1, 2)
    delivered = np.zeros_like(chips.awaiting)
    delivered[:, :, :sold] = of_maker * makeup[:, chips.line_of, :sold]
    chips.awaiting = chips.awaiting + delivered
    chips.delivered = chips.delivered + delivered.sum(axis=1)
    _bill(e, shipped)
    chips.delivered_now = delivered
    _date_supply_ties(e, shipped)


def _bill(e: Economy, shipped: FloatArray) -> None:
    chips = e.chips
    makers: Chipmaker = e.populations["chipmakers"].view()
    total = shipped * e.now["unit_price"]
    part = np.minimum(shipped / np.where(chips.outstanding > 0.0, chips.outstanding, 1.0), 1.0)
    from_deposit = np.minimum(chips.deposits * part, total)
    balance = total - from_deposit
    e.ledger.draw_down("chips_drawn", "clouds", from_deposit.sum(axis=1), "chipmakers", from_deposit.sum(axis=2))
    e.ledger.pay("chips", "clouds", balance.sum(axis=1), "chipmakers", balance.sum(axis=2))
    chips.deposits = chips.deposits - from_deposit
    chips.outstanding = np.maximum(chips.outstanding - shipped, 0.0)
    sales = total.sum(axis=2)
    foreign = np.where(chips.in_china, total, 0.0).sum(axis=2) * (makers.region != CN)
    e.pay_public("duty", "chipmakers", e.p.policy.export_duty * foreign)
    makers.delivered = shipped.sum(axis=2)
    makers.sales = makers.sales + (sales - makers.sales) / 3.0
    e.now["maker_revenue"], e.now["chip_bill"] = sales, total.sum(axis=1)
    e.now["unit_costs"] = np.minimum(_unit_costs(e, shipped), makers.cash)
    e.pay_rest("costs", "chipmakers", e.now["unit_costs"])


def _date_supply_ties(e: Economy, shipped: FloatArray) -> None:
    """A supply tie begins with a first delivery and ends after a year without any."""
    chips = e.chips
    ships = shipped > 1e-6
    before = chips.silent <= 12.0
    chips.silent = np.where(ships, 0.0, chips.silent + 1.0)
    total = np.maximum(shipped.sum(axis=1, keepdims=True), 1e-12)
    for buyer, row in enumerate(e.tables.clouds):
        slot = np.full(shipped.shape[:2], buyer, dtype=np.int32)
        for action, where in (("start", ships & ~before), ("end", before & (chips.silent > 12.0))):
            e.partnerships.note(
                e.month, action, "chip_supply", f"supply {row.id}", where[:, :, buyer], ("chipmakers", "clouds"), slot,
                share=(shipped / total)[:, :, buyer],
            )  # fmt: skip


def _unit_costs(e: Economy, shipped: FloatArray) -> FloatArray:
    """What the units cost to make, networking in proportion, M$, shape (worlds, makers)."""
    chips = e.chips
    units = np.stack(
        [np.where(chips.in_china, 0.0, shipped).sum(axis=-1), np.where(chips.in_china, shipped, 0.0).sum(axis=-1)],
        axis=1,
    )
    return np.asarray((e.now["unit_cost"] * units).sum(axis=1) / gpu_share(e))


def _see_waiting(e: Economy, due: FloatArray, shipped: FloatArray) -> None:
    """Lead times as each queue sees them: large and small buyers of the world, and China."""
    chips, p = e.chips, e.p
    clouds: Cloud = e.populations["clouds"].view()
    shortest = p.chips.shortest_lead[..., np.newaxis]
    before = due * shortest
    lead = np.zeros_like(chips.lead)
    queues = (clouds.small & ~chips.in_china, ~clouds.small & ~chips.in_china, np.tile(chips.in_china, (e.worlds, 1)))
    for number, queue in enumerate(queues):
        mask = queue[:, np.newaxis, :]
        months = market.lead_time(np.where(mask, before, 0.0), np.where(mask, shipped, 0.0), shortest)
        lead = np.where(mask, months, lead)
        if number == 0:
            e.now["lead_time"] = months[:, :, 0]
    chips.lead = lead
    makers: Chipmaker = e.populations["chipmakers"].view()
    excess = e.now["lead_time"] / p.chips.shortest_lead - 1.0
    makers.scarcity = makers.scarcity + 0.3 * (excess - makers.scarcity)


def build_own_chips(e: Economy) -> None:
    """Own chip programmes turn out compute, a new generation taking over from the last; foundries are paid."""
    chips, p = e.chips, e.p.clouds
    population = e.populations["clouds"]
    clouds: Cloud = population.view()
    value, price = np.ones_like(clouds.cash), np.zeros_like(clouds.cash)
    ready = np.zeros(clouds.cash.shape, dtype=np.bool_)
    mixes = own_mix(e)
    for buyer, mix in mixes.items():
        block = chips.catalogue.own_blocks[buyer]
        value[:, buyer] = np.maximum((mix * e.now["value"][:, block]).sum(axis=-1), 1e-9)
        price[:, buyer], ready[:, buyer] = 1e-3 * (mix * chips.cost[:, block]).sum(axis=-1), True
    price = price * p.own_overhead
    affordable = np.where(ready, 0.1 * clouds.cash / np.maximum(price, 1e-9) * value, 0.0)
    seed = PerFirm(p.own_seed * clouds.compute * ready)
    output = population.act("ramps_own_chips", e.p, PerFirm(chips.need), seed, PerFirm(affordable))
    units = output / value
    for buyer, mix in mixes.items():
        block = chips.catalogue.own_blocks[buyer]
        made = units[:, buyer : buyer + 1] * mix
        chips.awaiting[:, buyer, block] += made
        chips.produced[:, block] += made
        chips.delivered[:, block] += made
        chips.delivered_now[:, buyer, block] += made
    clouds.own_output = output
    e.pay_rest("construction", "clouds", units * price)
    e.now["own_bill"] = units * price


def smuggle(e: Economy) -> None:
    """The grey market: chips bought by others are resold to China if the premium exceeds the expected penalty.

    Becker (1968): the premium rises with what Chinese buyers want and cannot get (facts 8b-008, 8b-009).
    """
    chips, p = e.chips, e.p.policy
    clouds: Cloud = e.populations["clouds"].view()
    ids = [row.id for row in e.tables.clouds]
    if "other_clouds" not in ids or "other_china" not in ids:
        return
    seller, buyer = ids.index("other_clouds"), ids.index("other_china")
    in_china = np.where(chips.in_china, 1.0, 0.0)
    want = (e.now["unmet"] * in_china).sum(axis=-1, keepdims=True)
    have = (clouds.capacity * in_china).sum(axis=-1, keepdims=True)
    premium = want / np.maximum(want + have, 1e-9)
    controlled = (e.in_force["export_vintage"] >= 2022.0) & np.isfinite(e.in_force["export_cap"])
    part = p.grey_leak / (1.0 + np.exp(-(premium - p.grey_penalty) / 0.1)) * controlled
    taken = chips.delivered_now[:, seller, :] * part * (chips.maker_of >= 0)
    price = (taken * chips.price).sum(axis=-1) * 1e-3 * (1.0 + premium[:, 0])
    purse = np.minimum(0.5 * clouds.cash[:, buyer] / np.maximum(price, 1e-12), 1.0)
    taken, price = taken * purse[:, np.newaxis], price * purse
    chips.awaiting[:, seller, :] = np.maximum(chips.awaiting[:, seller, :] - taken, 0.0)
    chips.awaiting[:, buyer, :] += taken
    chips.grey[:, buyer, :] += taken
    chips.delivered_now[:, seller, :] -= taken
    chips.delivered_now[:, buyer, :] += taken
    paid, got = np.zeros_like(clouds.cash), np.zeros_like(clouds.cash)
    paid[:, buyer], got[:, seller] = price, price
    e.ledger.pay("resale", "clouds", paid, "clouds", got)
    e.now["grey_bill"] = paid - got


def install(e: Economy) -> None:
    """Delivered chips come on line after about a quarter, as far as power is there; old ones are retired."""
    chips, c, p = e.chips, e.conditions, e.p
    clouds: Cloud = e.populations["clouds"].view()
    rows = power_rows(e.tables)
    pue = np.array([row.pue for row in rows])[clouds.region]
    ready = chips.awaiting / p.chips.install_months[..., np.newaxis]
    wanted = energy.draw_mw(ready, chips.tdp[:, np.newaxis, :], pue)
    used = energy.draw_mw(chips.running, chips.tdp[:, np.newaxis, :], pue)
    wanted_by, used_by = _by_region(wanted, clouds), _by_region(used, clouds)
    capacity = c.power_capacity * p.energy.cap
    room = energy.room_for(wanted_by, used_by, capacity)
    base = np.tile(np.array([row.price_usd_per_mwh for row in rows]), (e.worlds, 1))
    c.energy_price = energy.shadow_price(base, wanted_by, room, p.energy.scarcity_response)
    on = ready * np.take_along_axis(room, clouds.region.astype(np.int64), axis=1)[..., np.newaxis]
    age = e.month - np.where(chips.catalogue.released < 10_000, chips.catalogue.released, e.month)
    worn = chips.running * (p.chips.retirement[..., np.newaxis] / 12.0) * (age > 60)
    worn = np.minimum(worn, chips.running)
    chips.awaiting, chips.running = np.maximum(chips.awaiting - on, 0.0), chips.running + on - worn
    held = chips.running + chips.awaiting + worn
    chips.grey = chips.grey * np.where(held > 0.0, 1.0 - worn / np.where(held > 0.0, held, 1.0), 0.0)
    chips.retired = chips.retired + worn.sum(axis=1)
    c.power_used = _by_region(energy.draw_mw(chips.running, chips.tdp[:, np.newaxis, :], pue), clouds)
    clouds.compute = (chips.running * chips.h100e[:, np.newaxis, :]).sum(axis=-1)
    clouds.capacity = (chips.running * e.now["value"][:, np.newaxis, :]).sum(axis=-1)
    e.now["power_mw"] = energy.draw_mw(chips.running, chips.tdp[:, np.newaxis, :], pue)


def build_centres(e: Economy) -> None:
    """Data centres for the chips delivered, capital spending of all kinds, and its depreciation in a straight line."""
    chips, p = e.chips, e.p
    clouds: Cloud = e.populations["clouds"].view()
    pue = np.array([row.pue for row in power_rows(e.tables)])[clouds.region]
    mw = energy.draw_mw(chips.delivered_now, chips.tdp[:, np.newaxis, :], pue)
    building = np.minimum(mw * p.energy.building_cost, 0.5 * clouds.cash)
    e.pay_rest("construction", "clouds", building)
    outside = np.minimum(_outside_capex(e), np.maximum(0.5 * clouds.cash, 0.0))
    e.pay_rest("outside_capex", "clouds", outside)
    clouds.outside_capex = outside
    chips_and_sites = e.now["chip_bill"] + e.now["own_bill"] + building
    clouds.capex = chips_and_sites + outside
    e.now["ai_capex"] = chips_and_sites
    _depreciate(e, chips_and_sites + e.now.get("grey_bill", 0.0))


def _outside_capex(e: Economy) -> FloatArray:
    """Capital spending outside AI, given: linear between the yearly figures of the data, then growing slowly."""
    clouds: Cloud = e.populations["clouds"].view()
    rows = e.tables.clouds
    year = e.month / 12.0
    path = np.array(
        [np.interp(year, [0.5, 1.5, 2.5], [r.outside_capex_musd, r.outside_capex_2023_musd, r.outside_capex_2024_musd])
         for r in rows]
    )  # fmt: skip
    later = max(year - 2.5, 0.0)
    return np.asarray(np.tile(path * 1.05**later, (e.worlds, 1)) * clouds.alive)


def _depreciate(e: Economy, added: FloatArray) -> None:
    """Straight line over the asset life; what stood at the start runs off over half of it."""
    chips = e.chips
    clouds: Cloud = e.populations["clouds"].view()
    life = int(e.p.chips.asset_life[0, 0])
    due = np.minimum(chips.depreciation + chips.founding_depreciation * (e.month < life // 2), clouds.fixed)
    due = np.maximum(due, 0.0)
    e.ledger.book("clouds", "net_worth", "fixed", due)
    e.now["depreciation"] = due
    chips.additions.append(added)
    chips.depreciation = chips.depreciation + added / life
    if len(chips.additions) > life:
        chips.depreciation = chips.depreciation - chips.additions[-1 - life] / life


def _by_region(amount: FloatArray, clouds: Cloud) -> FloatArray:
    return np.stack([np.where(clouds.region == region, amount, 0.0).sum(axis=-1) for region in range(4)], axis=-1)
