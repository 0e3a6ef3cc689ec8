"""Supply: makers produce and ration, chips are delivered and billed; own programmes turn out chips."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import SMALL, SOME_UNITS, positive
from kingmaker.agents.chipmaker import Chipmaker
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.population import by_slot
from kingmaker.agents.types import CN, FloatArray
from kingmaker.agents.units import KUSD, QUARTER, YEAR
from kingmaker.environment.chips import buyers, direct, memory, supply_contracts
from kingmaker.environment.chips import chip_market as market
from kingmaker.environment.chips.buyers import small, standing
from kingmaker.environment.chips.orders import cost_of_capacity, duty_passed_on, gpu_share, months_to_run
from kingmaker.environment.chips.own_chips import own_line, own_mix, own_part
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.phases import phase
from kingmaker.environment.knowledge import effective_compute
from kingmaker.environment.ties import relations


@phase("direct.order_directly")
def produce_and_ship(e: Economy) -> None:
    """Output is planned on last month's orders, limited by packaging; a scarce output is rationed by standing."""
    chips, p = e.chips, e.p
    population = e.chipmakers
    makers: Chipmaker = population.view()
    mix = e.now.chips.mix
    made = _production(e, mix)
    e.now.chips.made = made.sum(axis=1)
    available = chips.stock + made[:, :, chips.maker_of] * mix * (chips.maker_of >= 0)
    chips.produced = chips.produced + (made[:, :, chips.maker_of] * mix * (chips.maker_of >= 0)).sum(axis=1)
    sellable = available * e.now.chips.may_ship  # stock that has been banned meanwhile stays where it is
    on_hand = chips.by_maker(sellable)
    shortest = p.chips.shortest_lead[..., np.newaxis]
    due = chips.outstanding / shortest
    _price_line(e, sellable, on_hand)
    weight = np.broadcast_to(standing(e)[:, np.newaxis, :], due.shape)
    world, china = np.where(chips.in_china, 0.0, due), np.where(chips.in_china, due, 0.0)
    ration = e.extensions.rule_or(market.ration, e)
    shipped = ration(world, on_hand[:, 0, :, np.newaxis], weight)
    shipped_cn = ration(china, on_hand[:, 1, :, np.newaxis], weight)
    within = market.within_quota(shipped_cn.sum(axis=-1), shipped.sum(axis=-1), p.policy.export_quota)
    cut = np.where(makers.region != CN, within * (1.0 - buyers.kept_out(e)), 1.0)
    shipped = shipped + shipped_cn * cut[:, :, np.newaxis]
    shipped = shipped * _affordable(e, shipped)[:, np.newaxis, :]
    _deliver(e, shipped, available, sellable, on_hand)
    direct.receive(e, due, shipped)
    _see_waiting(e, due, shipped)
    chips.planned = np.stack([world.sum(axis=-1), china.sum(axis=-1)], axis=1)
    per_wafer = _per_wafer(e, mix)
    due_wafers = np.where(per_wafer > 0.0, chips.planned / positive(per_wafer), 0.0)
    backlog = due_wafers.sum(axis=1) * p.chips.shortest_lead
    makers.backlog_seen = makers.backlog_seen + (backlog - makers.backlog_seen) / p.chips.capacity_delay
    makers.capacity = population.act(Chipmaker.plan_capacity, p)
    makers.markup = population.act(Chipmaker.set_markup, p)


def _per_wafer(e: Economy, mix: FloatArray) -> FloatArray:
    """Good units of each maker's line that a wafer yields, (worlds, 2, makers); Chinese foundries yield less."""
    wafers = e.chips.by_maker(mix / e.chips.per_wafer[:, np.newaxis, :])
    chinese = e.chipmakers.view().region == CN
    good = np.where(chinese, e.p.chips.foundry_yield, e.p.chips.packaging_yield)[:, np.newaxis, :]
    return np.where(wafers > 0.0, good / positive(wafers), 0.0)


def _production(e: Economy, mix: FloatArray) -> FloatArray:
    """Units made for the world and for China, (worlds, 2, makers): the plan, cut to the scarcer of two parts.

    Packaging and memory are used in fixed proportions (Leontief).
    """
    makers = e.chipmakers.view()
    per_wafer = _per_wafer(e, mix)
    planned = np.maximum(e.chips.planned - e.chips.by_maker(e.chips.stock), 0.0) * (per_wafer > 0.0)
    wafers = (planned / positive(per_wafer)).sum(axis=1)
    part = np.minimum(makers.capacity / positive(wafers), 1.0)
    e.chips.packaging_tight = np.where(wafers > 0.0, 1.0 - part, 0.0)
    packed = planned * part[:, np.newaxis, :]
    e.now.chips.called, e.now.chips.packed = planned.sum(axis=1), packed.sum(axis=1)
    return packed * memory.allot(e, planned, packed, mix)[:, np.newaxis, :]


def _affordable(e: Economy, shipped: FloatArray) -> FloatArray:
    """Share of a delivery that a buyer can pay for, building included, (worlds, buyers).

    What a programme of its own turns out was ordered a year ago at the foundry, and is paid first.
    """
    clouds = e.clouds.view()
    price = (shipped * e.now.chips.unit_price).sum(axis=1)
    bill = price[:, : e.chips.clouds] * (1.0 + e.p.chips.building)
    interest = clouds.debt * e.p.capital.interest / (YEAR / QUARTER)  # that of a quarter comes first
    own = own_line(e)
    free = np.maximum(clouds.cash - interest - clouds.own_output * own.cost / own.value, 0.0)
    part = np.clip(e.p.chips.delivery_purse * free / positive(bill), 0.0, 1.0)
    return np.concatenate([part, direct.affordable(e, shipped[:, :, e.chips.pools])], axis=1)


def _price_line(e: Economy, sellable: FloatArray, on_hand: FloatArray) -> None:
    """Price and cost of a unit out of what is on hand, M$, (worlds, makers, buyers) and (worlds, 2, makers)."""
    chips = e.chips
    makers = e.chipmakers.view()
    units = positive(on_hand)
    line = KUSD * chips.by_maker(sellable * chips.price[:, np.newaxis, :]) / units * makers.markup[:, np.newaxis, :]
    gross = line / gpu_share(e)[:, np.newaxis, :]
    e.now.chips.unit_price = np.swapaxes(gross[:, chips.line_of, :], 1, 2) * duty_passed_on(e)
    learnt = effective_compute.learning(chips.produced, e.p.chips.learning_from, e.p.chips.learning)
    e.now.chips.unit_cost = KUSD * chips.by_maker(sellable * (chips.cost * learnt)[:, np.newaxis, :]) / units


def _deliver(e: Economy, shipped: FloatArray, available: FloatArray, sellable: FloatArray, on_hand: FloatArray) -> None:
    """Hand over chips (a line's products in proportion) and settle: deposit first, then cash."""
    chips = e.chips
    sold = chips.catalogue.sold
    line = _by_line(e, shipped)
    part = line / positive(on_hand)
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
    makers = e.chipmakers.view()
    total = shipped * e.now.chips.unit_price
    part = np.minimum(shipped / positive(chips.outstanding), 1.0)
    mine = slice(0, chips.clouds)
    from_deposit = np.minimum(chips.deposits * part, total)[:, :, mine]
    balance = total[:, :, mine] - from_deposit
    e.ledger.draw_down("chips_drawn", "clouds", from_deposit.sum(axis=1), "chipmakers", from_deposit.sum(axis=2))
    e.ledger.pay("chips", "clouds", balance.sum(axis=1), "chipmakers", balance.sum(axis=2))
    chips.deposits[:, :, mine] -= from_deposit
    direct.pay_for_chips(e, total[:, :, chips.pools], part[:, :, chips.pools])
    chips.outstanding = np.maximum(chips.outstanding - shipped, 0.0)
    sales = total.sum(axis=2)
    foreign = np.where(chips.in_china, total, 0.0).sum(axis=2) * (makers.region != CN)
    # deposits may have been spent before the chips are delivered: nobody pays more than there is
    e.pay_public("duty", "chipmakers", np.minimum(e.p.policy.export_duty * foreign, np.maximum(makers.cash, 0.0)))
    makers.delivered = shipped.sum(axis=2)
    makers.sales = makers.sales + (sales - makers.sales) / e.p.chips.sales_months
    e.now.chips.maker_revenue, e.now.building.chip_bill = sales, total.sum(axis=1)[:, mine]
    e.now.chips.chip_sales = total
    e.now.chips.leader_accelerators = gpu_share(e)[:, :1] * total[:, 0, mine]
    e.now.chips.unit_costs = supply_contracts.pay_suppliers(e, makers.delivered, _unit_costs(e, shipped))
    supply_contracts.contract(e)


def _date_supply_ties(e: Economy, shipped: FloatArray) -> None:
    """A supply tie begins with a first delivery and ends after a year without any."""
    chips = e.chips
    before = chips.months_without_delivery < YEAR
    chips.months_without_delivery = np.where(shipped > SOME_UNITS, 0.0, chips.months_without_delivery + 1.0)
    after = chips.months_without_delivery < YEAR
    if np.array_equal(before, after):
        return
    relations.supply(e, [row.id for row in e.tables.clouds], before, after)


def _by_line(e: Economy, units: FloatArray) -> FloatArray:
    """Units, (worlds, makers, buyers), summed over the world's buyers and over China's, (worlds, 2, makers)."""
    china = e.chips.in_china
    return np.stack([np.where(china, 0.0, units).sum(axis=-1), np.where(china, units, 0.0).sum(axis=-1)], axis=1)


def _unit_costs(e: Economy, shipped: FloatArray) -> FloatArray:
    """What the units cost, networking in proportion, and the other cost of sales, M$, shape (worlds, makers)."""
    units = _by_line(e, shipped)
    other = e.p.chips.other_costs * e.now.chips.maker_revenue
    return np.asarray((e.now.chips.unit_cost * units).sum(axis=1) / gpu_share(e) + other)


def _see_waiting(e: Economy, due: FloatArray, shipped: FloatArray) -> None:
    """Lead times as each queue sees them: large and small buyers of the world, and China."""
    chips, p = e.chips, e.p
    few = small(e)
    shortest = p.chips.shortest_lead[..., np.newaxis]
    before = due * shortest
    lead = np.zeros_like(chips.lead)
    queues = (few & ~chips.in_china, ~few & ~chips.in_china, np.tile(chips.in_china, (e.worlds, 1)))
    for number, queue in enumerate(queues):
        mask = queue[:, np.newaxis, :]
        months = market.lead_time(
            np.where(mask, before, 0.0), np.where(mask, shipped, 0.0), shortest, p.chips.lead_ceiling[..., np.newaxis]
        )
        lead = np.where(mask, months, lead)
        if number == 0:
            e.now.chips.lead_time = months[:, :, 0]
    chips.lead = lead
    makers = e.chipmakers.view()
    excess = e.now.chips.lead_time / p.chips.shortest_lead - 1.0
    makers.scarcity = makers.scarcity + p.chips.scarcity_memory * (excess - makers.scarcity)


@phase("chip_supply.produce_and_ship")
def build_own_chips(e: Economy) -> None:
    """Own chip programmes turn out compute, a new generation taking over from the last; foundries are paid."""
    chips, p = e.chips, e.p.clouds
    population = e.clouds
    clouds: Cloud = population.view()
    own = own_line(e)
    e.pay_rest("costs", "clouds", population.act(Cloud.design_cost, e.p))
    there = np.where(own.hbm > 0.0, e.now.chips.own_memory / positive(own.hbm), np.inf) * own.value
    money = e.p.chips.delivery_purse * np.maximum(clouds.cash, 0.0) / np.maximum(own.cost, SMALL) * own.value
    seed = by_slot(p.own_seed * clouds.compute * own.ready)
    # need is spread over the wait for bought chips; what it makes itself stands in no queue, and comes the sooner
    soonest = e.p.chips.shortest_lead + e.p.chips.install_months
    sooner = months_to_run(e) / soonest
    affordable = by_slot(np.where(own.ready, money, 0.0))
    aim = own_part(e, own, cost_of_capacity(e)[:, : chips.clouds]) * chips.need * sooner
    plan = population.act(Cloud.ramps_own_chips, e.p, by_slot(aim), seed, affordable)
    clouds.own_plan, output = plan, np.minimum(plan, there)
    units = output / own.value
    for buyer, mix in own_mix(e).items():
        block = chips.catalogue.own_blocks[buyer]
        made = units[:, buyer : buyer + 1] * mix
        for stock in (chips.awaiting, chips.delivered_now):
            stock[:, buyer, block] += made
        chips.produced[:, block] += made
        chips.delivered[:, block] += made
    clouds.own_output = output
    e.now.building.own_bill = units * own.cost
    e.pay_rest("construction", "clouds", e.now.building.own_bill)
