"""Orders: clouds and self-building labs plan compute, split it over makers, order and cancel."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import ANY_PRICE, LEAST_AMOUNT, NO_OFFER, SMALL, TINY, is_on, log, positive
from kingmaker.agents.chipmaker import Chipmaker
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.population import by_slot
from kingmaker.agents.types import CN, BoolArray, FloatArray
from kingmaker.agents.units import KUSD, YEAR
from kingmaker.environment.chips import buyers
from kingmaker.environment.chips import chip_market as market
from kingmaker.environment.chips.buyers import buyer_region, in_business
from kingmaker.environment.chips.own_chips import own_line, own_part
from kingmaker.environment.chips.own_needs import plan_own_needs
from kingmaker.environment.chips.product_mix import change_lines, obsolescence
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.phases import phase


@phase("instruments.fix")
def design_products(e: Economy) -> None:
    """What each maker sells to the world and to China this month; designs to the export cap move on."""
    chips, f, p = e.chips, e.in_force, e.p
    e.now.chips.value = _value(e)
    change_lines(e)
    world_mix = chips.mix
    allowed = market.sellable_to_china(
        chips.tpp, chips.density, chips.interconnect, vintage=f.export_vintage, cap=f.export_cap,
        interconnect_limit=p.policy.export_interconnect, dense_tpp=p.policy.export_dense_tpp,
        density_limit=p.policy.export_density,
    )  # fmt: skip
    china_mix = np.zeros_like(world_mix)
    makers = e.chipmakers.view()
    foreign = makers.region != CN
    restricted = np.zeros(makers.capacity.shape, dtype=np.bool_)
    for maker, block in enumerate(chips.catalogue.blocks):
        free = allowed[:, block] | ~foreign[:, maker : maker + 1]
        china_mix[:, block], restricted[:, maker] = _china_line(e, world_mix[:, block], free, block)
    _design(e, restricted)
    licensed = ~is_on(p.policy.export_licence) | ~chips.designed
    domestic = np.append(~foreign[0], True)[chips.maker_of]  # own chips (maker -1) are nobody's export
    e.now.chips.may_ship = np.stack([np.ones_like(allowed), (allowed & licensed) | domestic], axis=1).astype(np.float64)
    e.now.chips.mix = np.stack([world_mix, china_mix * e.now.chips.may_ship[:, 1, :]], axis=1)


def _value(e: Economy) -> FloatArray:
    """What a unit of each product is worth in use: training and inference throughput as they are needed."""
    w = e.conditions.inference_share
    return (1.0 - w) * e.chips.h100e + w * e.chips.memory


def _china_line(e: Economy, mix: FloatArray, free: BoolArray, block: slice) -> tuple[FloatArray, BoolArray]:
    """A maker's mix for China, and whether it has reason to design a chip to the cap.

    If all it sells elsewhere is free, China gets the same; otherwise the best chip that is free and ready.
    """
    same: BoolArray = np.all((mix <= e.p.chips.phased_out) | free, axis=-1, keepdims=True)
    value = e.now.chips.value[:, block]
    ready = (mix > 0.0) | e.chips.designed[:, block]
    worth = np.where(free & ready, value, 0.0)
    best = worth.max(axis=-1, keepdims=True)
    first = np.cumsum(worth == best, axis=-1) == 1
    single = np.where((worth == best) & first & (best > 0.0), 1.0, 0.0)
    newest = np.where(mix > 0.0, value, 0.0).max(axis=-1, keepdims=True)
    poor = best < e.p.chips.design_gain * newest * e.p.chips.export_margin
    restricted: BoolArray = (~same & poor)[:, 0]
    return np.where(same, mix, single), restricted


def _design(e: Economy, restricted: BoolArray) -> None:
    """Sellers design to the export cap: about half a year from decision to first shipments (row R4)."""
    chips, p = e.chips, e.p.chips
    population = e.chipmakers
    makers: Chipmaker = population.view()
    sells = np.asarray(
        (chips.months_without_delivery[:, :, chips.in_china] <= YEAR).any(axis=-1)
    )  # China was a market in the last year
    starts = population.act(Chipmaker.starts_design, by_slot(sells), by_slot(restricted))
    timer = np.where(starts, p.design_months, makers.design)
    done = (timer >= 0.0) & (timer < 1.0)
    makers.design = np.where(done | (timer < 0.0), -1.0, timer - 1.0)
    drawn = np.zeros_like(done)
    for maker, block in enumerate(chips.catalogue.blocks):
        drawn[:, maker] = _draw_design(e, block, done[:, maker])
    e.note_event(drawn, "chipmakers", "chip", "ships a chip designed to the export cap")


def _draw_design(e: Economy, block: slice, done: BoolArray) -> BoolArray:
    """Fill the maker's next empty slot: under the rule of 2022 by less interconnect, later by less performance.

    Returns:
        Where there is such a chip, (worlds,): a maker designs no more of them than ``export_designs`` in the data.
    """
    chips, f, p = e.chips, e.in_force, e.p.chips
    sold = np.where(chips.mix[:, block] > 0.0, e.now.chips.value[:, block], 0.0)
    base = block.start + np.argmax(sold, axis=-1)
    empty = [k for k in range(block.start, block.stop) if chips.catalogue.rows[k] is None]
    drawn = done.copy()
    for world in np.flatnonzero(done):
        slot = next((k for k in empty if not chips.designed[world, k]), None)
        if slot is None:
            drawn[world] = False
            continue
        from_chip = int(base[world])
        by_interconnect = f.export_vintage[world, 0] < market.DENSITY_RULE
        tpp, die = chips.tpp[world, from_chip], max(chips.die[world, from_chip], 1.0)
        if not by_interconnect:
            dense = max(e.p.policy.export_dense_tpp[world, 0], e.p.policy.export_density[world, 0] * die)
            tpp = min(tpp, p.export_margin[world, 0] * min(f.export_cap[world, 0], dense))
        part = tpp / chips.tpp[world, from_chip]
        chips.tpp[world, slot] = tpp
        chips.h100e[world, slot] = chips.h100e[world, from_chip] * part
        limit = p.interconnect_margin[world, 0] * e.p.policy.export_interconnect[world, 0]
        chips.interconnect[world, slot] = limit if by_interconnect else chips.interconnect[world, from_chip]
        for name in ("memory", "cost", "per_wafer", "die", "hbm"):
            getattr(chips, name)[world, slot] = getattr(chips, name)[world, from_chip]
        chips.density[world, slot] = tpp / die
        idle = p.design_power[world, 0]
        chips.tdp[world, slot] = chips.tdp[world, from_chip] * (idle + (1.0 - idle) * part)
        # buyers pay for what it does for them: training less, serving users as before
        serves = p.serving_price[world, 0]
        chips.price[world, slot] = chips.price[world, from_chip] * (serves + (1.0 - serves) * part)
        chips.designed[world, slot] = True
        chips.born[world, slot] = float(e.month)
    return drawn


@phase("orders.design_products", "finance.move_moods")
def plan_compute(e: Economy) -> None:
    """Each buyer's need: compute to add in a month, within its budget (plans move slowly towards it)."""
    chips, p = e.chips, e.p
    post_offers(e)
    population = e.clouds
    clouds: Cloud = population.view()
    mine = slice(0, chips.clouds)
    cost = cost_of_expansion(e)
    plan_own_needs(e, cost)
    value = e.now.chips.value
    here = ((chips.running[:, mine] + chips.awaiting[:, mine]) * value[:, np.newaxis, :]).sum(axis=-1)
    wait = lead_by_buyer(e)[:, mine]
    horizon = wait + p.chips.install_months
    desired = population.act(Cloud.desired_capacity, p, by_slot(horizon))
    gap = np.maximum(desired - here, 0.0) / np.maximum(horizon, 1.0)
    limit = population.act(Cloud.capex_limit, p) / np.maximum(cost, TINY)
    aim = np.where(clouds.alive, np.minimum(gap, limit), 0.0)
    e.now.chips.planned_spending = np.where(clouds.alive, gap * np.where(cost < ANY_PRICE, cost, 0.0), 0.0)
    chips.need = chips.need + p.clouds.plan_speed * (aim - chips.need)
    e.now.chips.unmet = np.maximum(desired - here, 0.0)
    means = aim * np.clip(horizon, 1.0, YEAR)  # what it can pay for within a year
    e.now.chips.wanted = np.where(clouds.alive, np.minimum(desired, here + means), 0.0)


@phase("term_leases.sign_leases", "pledges.pay_pledges")
def place_orders(e: Economy) -> None:
    """Need net of own chips is split over makers; orders are placed and cancelled; deposits are paid and returned."""
    chips, p = e.chips, e.p
    clouds = e.clouds.view()
    mine = slice(0, chips.clouds)
    unit_value, price, offered = offers(e, mine)
    need = np.maximum(chips.need - clouds.own_output, 0.0)[:, np.newaxis, :]
    lead = chips.lead[:, :, mine]
    share = split(e, unit_value, price, offered, lead, mine)
    units = need * share / positive(unit_value)
    hoarding = p.chips.hoarding[..., np.newaxis] * np.where(clouds.small, 0.0, 1.0)[:, np.newaxis, :]
    shortest = p.chips.shortest_lead[..., np.newaxis]
    line = np.clip(lead, shortest, p.chips.longest_line[..., np.newaxis])
    desired = market.desired_orders(units, line, hoarding, shortest)
    standing = chips.outstanding[:, :, mine]
    placed = p.chips.order_speed[..., np.newaxis] * np.maximum(desired - standing, 0.0)
    excess = np.maximum(standing - (1.0 + p.chips.order_slack)[..., np.newaxis] * desired, 0.0)
    cancelled = p.chips.cancel_speed[..., np.newaxis] * excess
    deposit = placed * price * e.p.chips.deposit[..., np.newaxis]
    purse = p.chips.deposit_purse * clouds.cash / np.maximum(deposit.sum(axis=1), TINY)
    afford = np.minimum(purse, 1.0)[:, np.newaxis, :]
    placed, deposit = placed * afford, deposit * afford
    _settle_cancellations(e, cancelled)
    e.ledger.pay("deposits", "clouds", deposit.sum(axis=1), "chipmakers", deposit.sum(axis=2))
    chips.deposits[:, :, mine] += deposit
    chips.outstanding[:, :, mine] = standing + placed - cancelled


def _settle_cancellations(e: Economy, cancelled: FloatArray) -> None:
    """Part of the deposit comes back, part is forfeited."""
    chips, mine = e.chips, slice(0, e.chips.clouds)
    standing = chips.outstanding[:, :, mine]
    part = cancelled / positive(standing)
    released = chips.deposits[:, :, mine] * np.minimum(part, 1.0)
    kept = e.p.chips.forfeit[..., np.newaxis] * released
    makers = e.chipmakers.view()
    can = np.minimum(makers.cash / np.maximum((released - kept).sum(axis=2), TINY), 1.0)[:, :, np.newaxis]
    refund = (released - kept) * can
    e.ledger.pay("refunds", "chipmakers", refund.sum(axis=2), "clouds", refund.sum(axis=1))
    lost = released - refund
    e.ledger.draw_down("forfeits", "clouds", lost.sum(axis=1), "chipmakers", lost.sum(axis=2))
    chips.deposits[:, :, mine] -= released


def offers(e: Economy, to: slice) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Value and price (M$) of a unit, and whether it is offered ``to`` buyers, each (worlds, makers, buyers)."""
    return e.now.chips.offer_value[:, :, to], e.now.chips.offer_price[:, :, to], is_on(e.now.chips.offered[:, :, to])


def post_offers(e: Economy) -> None:
    """What makers offer to each buyer this month: value in use and price of a unit of their line."""
    chips = e.chips
    mix = e.now.chips.mix
    makers = e.chipmakers.view()
    line_value = chips.by_maker(mix * e.now.chips.value[:, np.newaxis, :])
    line_price = chips.by_maker(mix * chips.price[:, np.newaxis, :]) * makers.markup[:, np.newaxis, :] * KUSD
    e.now.chips.line_value, e.now.chips.line_price = line_value, line_price
    e.now.chips.line_age = chips.by_maker(mix * obsolescence(e)[:, np.newaxis, :])
    foreign = makers.region != CN
    best = np.where(foreign[:, np.newaxis, :], line_value, 0.0).max(axis=-1)
    controlled = e.in_force.export_vintage >= market.FIRST_EXPORT_RULE
    e.conditions.export_gap = controlled * np.clip(1.0 - best[:, 1:] / np.maximum(best[:, :1], SMALL), 0.0, 1.0)

    def to_buyers(lines: FloatArray) -> FloatArray:
        return np.ascontiguousarray(np.swapaxes(lines[:, chips.line_of, :], 1, 2))

    value, price = to_buyers(line_value), to_buyers(line_price)
    for_china_only = (makers.region == CN)[:, :, np.newaxis] & (buyer_region(e) != CN)[:, np.newaxis, :]
    shut_out = (foreign[:, :, np.newaxis] & chips.in_china) & (buyers.kept_out(e) >= 1.0)[:, :, np.newaxis]
    offered = (value > 0.0) & ~for_china_only & ~shut_out & in_business(e)[:, np.newaxis, :]
    gross = price / gpu_share(e)[:, :, np.newaxis] * duty_passed_on(e)
    e.now.chips.offer_value, e.now.chips.offer_price = value, gross
    e.now.chips.offered = np.where(offered, 1.0, 0.0)


def gpu_share(e: Economy) -> FloatArray:
    """Share of accelerators in a maker's revenue (the rest is networking), (worlds, makers); dated for the leader."""
    dated = [row.share for row in e.tables.networking if row.month <= e.month]
    shares = [dated[-1] if k == 0 and dated else row.gpu_share_of_revenue for k, row in enumerate(e.tables.chipmakers)]
    return np.tile(np.array(shares), (e.worlds, 1))


def duty_passed_on(e: Economy) -> FloatArray:
    """Factor on the price that a Chinese buyer pays to a foreign seller, (worlds, makers, buyers)."""
    makers = e.chipmakers.view()
    taxed = (makers.region != CN)[:, :, np.newaxis] & e.chips.in_china
    return np.asarray(1.0 + (e.p.chips.duty_pass_through * e.p.policy.export_duty)[:, :, np.newaxis] * taxed)


def split(
    e: Economy, value: FloatArray, price: FloatArray, offered: BoolArray, lead: FloatArray, to: slice
) -> FloatArray:
    """Split of the need of buyers ``to`` over makers: a logit at the margin of cost per useful compute.

    Useful is what software makes of a chip (moat), and early rather than late. Where China keeps foreign chips out,
    that part of its buyers' need goes to makers at home, or is not met.
    """
    p = e.p.chips
    makers = e.chipmakers.view()
    age = np.swapaxes(e.now.chips.line_age[:, e.chips.line_of[to], :], 1, 2)
    cost = age * price / positive(value)
    utility = -p.price_sensitivity[..., np.newaxis] * log(np.maximum(cost, SMALL))
    moat = software_moat(p.moat, makers.software)
    shortest = p.shortest_lead[..., np.newaxis]
    wait = p.wait_aversion[..., np.newaxis] * log(np.maximum(lead, shortest) / shortest)
    utility = utility + moat[:, :, np.newaxis] - wait
    block = buyers.kept_out(e)[:, :, np.newaxis] * e.chips.in_china[to]
    free = market.maker_shares(utility, offered)
    if not block.any():
        return free
    domestic = market.maker_shares(utility, offered & (makers.region == CN)[:, :, np.newaxis])
    return market.domestic_first(free, domestic, block)


def software_moat(weight: FloatArray, software: FloatArray) -> FloatArray:
    """What a maker's stock of software adds to the utility of its chips, same shape (Church & Gandal 1992)."""
    return np.asarray(weight * log(np.maximum(software, LEAST_AMOUNT)))


def lead_by_buyer(e: Economy) -> FloatArray:
    """The wait that a buyer reckons with, (worlds, buyers).

    That at the leader, whose chips most of them want; the shortest elsewhere where the leader may not be bought from.
    """
    offered, lead = is_on(e.now.chips.offered), e.chips.lead
    elsewhere = np.where(offered, lead, np.inf).min(axis=1)
    wait = np.where(offered[:, 0] | np.isinf(elsewhere), lead[:, 0], elsewhere)
    return np.asarray(np.maximum(wait, e.p.chips.shortest_lead))


def cost_of_capacity(e: Economy) -> FloatArray:
    """M$ of chips per unit of capacity at the leader's prices, (worlds, buyers); ``NO_OFFER`` where there is none."""
    value, price, offered = offers(e, slice(None))
    cost = np.where(offered & (value > 0.0), price / positive(value), np.inf)
    cheapest = np.where(np.isfinite(cost[:, 0, :]), cost[:, 0, :], cost.min(axis=1))
    return np.where(np.isfinite(cheapest), cheapest, NO_OFFER)


def months_to_run(e: Economy) -> FloatArray:
    """Months until chips that each cloud orders now would run, (worlds, clouds)."""
    return np.asarray(lead_by_buyer(e)[:, : e.chips.clouds] + e.p.chips.install_months)


def cost_of_expansion(e: Economy) -> FloatArray:
    """M$ per unit of capacity with its part of a data centre, (worlds, clouds).

    Whoever makes a part of its chips itself gets more for its money there; the building costs the same.
    """
    bought, own = cost_of_capacity(e)[:, : e.chips.clouds], own_line(e)
    part = own_part(e, own, bought)
    chips = (1.0 - part) * bought + part * np.minimum(own.cost / own.value, bought)
    return np.asarray(chips + e.p.chips.building * bought)
