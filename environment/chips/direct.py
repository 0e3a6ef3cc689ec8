"""Start-ups buy chips themselves: they order through the pool of their region, pay, and share what it gets.

A pool holds chips by product; each start-up holds claims on it (``ordered``, ``own``) in compute. Claims are brought
to the pool's real amounts every quarter, and chips are conserved to the last unit however many start-ups there are.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import LEAST_PRICE, log, positive, ratio
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, FloatArray
from kingmaker.agents.units import KUSD_PER_MUSD, QUARTER
from kingmaker.environment.chips import energy
from kingmaker.environment.chips.chip_designs import make_own_chips, plan_own_chips
from kingmaker.environment.chips.chip_market import cost_per_hour
from kingmaker.environment.chips.energy import running_cost
from kingmaker.environment.chips.orders import cost_of_capacity, lead_by_buyer, offers, split
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host
from kingmaker.environment.core.phases import phase
from kingmaker.environment.core.regions import in_region, over_region, spend
from kingmaker.environment.inputs.tables import power_rows


@phase("orders.place_orders")
def order_directly(e: Economy) -> None:
    """Once a quarter start-ups that are rich enough weigh owning against renting, order chips, and cancel orders."""
    chips, p = e.chips, e.p
    population = e.startups
    startups: Startup = population.view()
    if e.month % QUARTER != 0:
        return
    value, price, offered = offers(e, chips.pools)
    _rebase(e, startups, value)
    share = split(e, value, price, offered, chips.lead[:, :, chips.pools], chips.pools)
    per_compute = (share * ratio(price, value)).sum(axis=1)  # M$ per H100e over the makers chosen, (worlds, regions)
    unit = in_region(per_compute, startups.region)
    lead = lead_by_buyer(e)[:, chips.pools]
    line = np.clip(lead, p.chips.shortest_lead, p.chips.longest_line)
    target = population.act(Startup.wants_own_compute, p, by_slot(_saving(e, startups)))
    horizon = in_region(lead + p.chips.install_months, startups.region)
    own_made = plan_own_chips(e, target, horizon)
    placed, cancelled = population.act(
        Startup.orders_chips, p, by_slot(np.where(unit > 0.0, target - p.sites.own_ahead * own_made, 0.0)),
        by_slot(horizon), by_slot(in_region(line, startups.region)), by_slot(unit),
    )  # fmt: skip
    _cancel(e, startups, cancelled)
    _place(e, startups, placed, share, value, price)


def _rebase(e: Economy, startups: Startup, value: FloatArray) -> None:
    """Bring claims to what the pools hold: retirement, and what a unit is worth in use, change it."""
    chips = e.chips
    stock = chips.running[:, chips.pools] + chips.awaiting[:, chips.pools]
    held = (stock * e.now.chips.value[:, np.newaxis, :]).sum(axis=-1)
    due = (chips.outstanding[:, :, chips.pools] * value).sum(axis=1)
    for name, real in (("own", held), ("ordered", due)):
        claims = getattr(startups, name)
        total = over_region(claims, startups.region)
        factor = np.where(real > 0.0, ratio(real, total), 1.0)
        setattr(startups, name, claims * in_region(factor, startups.region))


def _saving(e: Economy, startups: Startup) -> FloatArray:
    """Log of the rent paid over the full cost of an hour on own chips, (worlds, start-ups); zero without a host."""
    p = e.p
    clouds = e.clouds.view()
    dear = KUSD_PER_MUSD * cost_of_capacity(e)[:, e.chips.pools]
    running = running_cost(e.p, e.conditions.energy_price)
    life = float(p.chips.asset_life[0, 0])
    full = cost_per_hour(dear, 1.0 + p.chips.building, life, p.compute.cost_utilisation, running)
    cost = in_region(log(np.maximum(full, LEAST_PRICE)), startups.region)
    rent = at_host(log(np.maximum(clouds.rent, LEAST_PRICE)), startups.host)
    return np.where(startups.host != NONE, rent - cost, 0.0)


def _place(
    e: Economy, startups: Startup, placed: FloatArray, share: FloatArray, value: FloatArray, price: FloatArray
) -> None:
    """Orders go to several makers; part of the price is paid at once."""
    chips, p = e.chips, e.p.chips
    unit = in_region((share * ratio(price, value)).sum(axis=1), startups.region)
    deposit = placed * unit * p.deposit
    afford = np.minimum(ratio(e.p.sites.deposit_purse * startups.cash, deposit), 1.0)
    placed = np.where(deposit > 0.0, placed * afford, placed)
    by_place = over_region(placed, startups.region)[:, np.newaxis, :]
    units = by_place * share * np.where(value > 0.0, 1.0 / positive(value), 0.0)
    paid = units * price * p.deposit[..., np.newaxis]
    spend(e, "deposits", placed * unit * p.deposit, paid.sum(axis=2))
    chips.deposits[:, :, chips.pools] += paid
    chips.outstanding[:, :, chips.pools] += units
    e.note_event(
        (placed > 0.0) & (startups.ordered <= 0.0) & (startups.own <= 0.0), "startups", "chips", "orders own chips"
    )
    startups.ordered = startups.ordered + placed


def _cancel(e: Economy, startups: Startup, cancelled: FloatArray) -> None:
    """Part of a cancelled order's deposit comes back, as far as the maker can pay, part is forfeited."""
    p = e.p.chips
    if not cancelled.any():
        return
    part = np.minimum(ratio(cancelled, startups.ordered), 1.0)
    released = startups.deposits * part
    freed = release(e, startups, cancelled, released)
    makers = e.chipmakers.view()
    wanted = (1.0 - p.forfeit) * freed.sum(axis=2)
    can = np.minimum(ratio(makers.cash, wanted), 1.0)[:, :, np.newaxis]
    back = (1.0 - p.forfeit)[..., np.newaxis] * freed * can
    refund = released * in_region(ratio(back.sum(axis=1), freed.sum(axis=1)), startups.region)
    e.ledger.pay("refunds", "chipmakers", back.sum(axis=2), "startups", refund)
    e.ledger.draw_down("forfeits", "startups", released - refund, "chipmakers", (freed - back).sum(axis=2))
    startups.ordered = np.maximum(startups.ordered - cancelled, 0.0)


def release(e: Economy, startups: Startup, orders: FloatArray, deposits: FloatArray) -> FloatArray:
    """Take ``orders`` (H100e) and ``deposits`` (M$) of start-ups out of their pools; the deposits by maker.

    Returns:
        Deposits taken out, M$, shape (worlds, makers, regions).
    """
    chips, pools = e.chips, e.chips.pools
    gone = np.minimum(ratio(over_region(orders, startups.region), over_region(startups.ordered, startups.region)), 1.0)[
        :, np.newaxis, :
    ]
    chips.outstanding[:, :, pools] *= 1.0 - gone
    held = chips.deposits[:, :, pools]
    whole = held.sum(axis=1, keepdims=True)
    freed = np.minimum(over_region(deposits, startups.region)[:, np.newaxis, :], whole) * ratio(held, whole)
    chips.deposits[:, :, pools] = np.maximum(held - freed, 0.0)
    return np.asarray(freed)


def affordable(e: Economy, shipped: FloatArray) -> FloatArray:
    """Share of its pool's delivery that start-ups can pay for, (worlds, regions).

    A start-up takes what of its due the deposit that falls to this delivery and a part of its cash pay. It draws its
    own deposit, though no larger a part of the price than the pool draws, as each maker takes back only its own.

    Args:
        e: the economy.
        shipped: units on offer to the pools, (worlds, makers, regions).
    """
    chips, pools = e.chips, e.chips.pools
    startups = e.startups.view()
    total, held = shipped * e.now.chips.unit_price[:, :, pools], chips.deposits[:, :, pools]
    drawable = np.minimum(held * np.minimum(ratio(shipped, chips.outstanding[:, :, pools]), 1.0), total).sum(axis=1)
    bill = total.sum(axis=1)
    due = startups.ordered * in_region(ratio(bill, over_region(startups.ordered, startups.region)), startups.region)
    drawn = np.minimum(
        due * in_region(ratio(drawable, bill), startups.region),
        startups.deposits * in_region(ratio(drawable, held.sum(axis=1)), startups.region),
    )
    balance = due - drawn
    purse = e.p.sites.delivery_purse * startups.cash
    part = np.where(balance > 0.0, np.minimum(ratio(purse, balance), 1.0), 1.0)
    e.now.chips.direct_due, e.now.chips.direct_take, e.now.chips.direct_drawn = due, part * due, part * drawn
    return np.minimum(ratio(over_region(part * due, startups.region), bill), 1.0)


def pay_for_chips(e: Economy, total: FloatArray, part: FloatArray) -> None:
    """Start-ups pay for what their pools get: deposit first, then cash.

    Args:
        e: the economy.
        total: price of what is delivered, M$, (worlds, makers, regions).
        part: share of the orders that is delivered, same shape.
    """
    chips = e.chips
    startups = e.startups.view()
    takes, mine = e.now.chips.direct_take, e.now.chips.direct_drawn
    held = chips.deposits[:, :, chips.pools]
    drawn = np.minimum(held * part, total)
    drawn = drawn * ratio(over_region(mine, startups.region), drawn.sum(axis=1))[:, np.newaxis, :]
    e.ledger.draw_down("chips_drawn", "startups", mine, "chipmakers", drawn.sum(axis=2))
    e.now.building.lab_capex = e.now.building.lab_capex + mine.sum(axis=-1)
    spend(e, "chips", takes - mine, (total - drawn).sum(axis=2))
    chips.deposits[:, :, chips.pools] = np.maximum(held - drawn, 0.0)


def receive(e: Economy, due: FloatArray, shipped: FloatArray) -> None:
    """What the pools got, and the start-ups' own designs, become claims; ``due`` and ``shipped`` by all buyers."""
    chips = e.chips
    startups = e.startups.view()
    takes = e.now.chips.direct_take
    delivered = (chips.delivered_now[:, chips.pools] * e.now.chips.value[:, np.newaxis, :]).sum(axis=-1)
    got = takes * in_region(ratio(delivered, over_region(takes, startups.region)), startups.region)
    pools = slice(chips.pools.start, chips.pools.stop)
    value = offers(e, pools)[0]
    sent = (shipped[:, :, pools] * value).sum(axis=1)
    e.now.chips.direct_fill = ratio(sent.sum(axis=-1), (due[:, :, pools] * value).sum(axis=(1, 2)))
    served = in_region(ratio(sent, sent + (chips.outstanding[:, :, pools] * value).sum(axis=1)), startups.region)
    startups.ordered = startups.ordered * np.maximum(1.0 - ratio(takes, e.now.chips.direct_due) * served, 0.0)
    startups.own = startups.own + got
    e.now.chips.direct_got = got
    make_own_chips(e, startups)


def site_power(e: Economy) -> FloatArray:
    """Power of the chips that the pools got this month, MW, (worlds, regions)."""
    chips = e.chips
    pue = np.array([row.pue for row in power_rows(e.tables)])
    return energy.draw_mw(chips.delivered_now[:, chips.pools], chips.tdp[:, np.newaxis, :], pue)
