"""Chipmakers commit to their suppliers ahead: units of packaging and memory under contract, part of it paid ahead.

What is contracted is served first where memory is short, and is due in part whether it is called or not (take-or-pay:
Joskow 1987). Who has little cash can pay little ahead, and stands behind those who have much.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import ratio
from kingmaker.agents.chipmaker import Chipmaker
from kingmaker.agents.population import by_slot
from kingmaker.agents.types import FloatArray
from kingmaker.agents.units import KUSD
from kingmaker.environment.core.economy import Economy


def unit_cost(e: Economy) -> FloatArray:
    """Cost of a unit of each maker's line for the world, M$, (worlds, makers)."""
    return np.asarray(KUSD * e.chips.by_maker(e.now.chips.mix[:, 0] * e.chips.cost))


def obligations(e: Economy) -> FloatArray:
    """What makers are bound to buy of their suppliers, M$, (worlds, makers) (facts 12g-012, 12g-013)."""
    return np.asarray(e.p.chips.supply_months * e.chipmakers.view().contracted * unit_cost(e))


def pay_suppliers(e: Economy, shipped: FloatArray, cost: FloatArray) -> FloatArray:
    """Pay for what was shipped and for what is due without having been called; prepayments are drawn first.

    Args:
        e: the economy.
        shipped: units, (worlds, makers).
        cost: what they cost, M$, same shape.

    Returns:
        What was paid or drawn, M$, (worlds, makers).
    """
    p = e.p.chips
    makers = e.chipmakers.view()
    idle = np.maximum(makers.contracted - e.now.chips.called, 0.0)
    due = cost + p.take_or_pay * idle * unit_cost(e)
    # memory out of stock was paid when it was laid in
    ahead = np.maximum(makers.prepaid - stock_value(e) - e.now.chips.memory_drawn, 0.0)
    part = np.minimum(ratio(shipped + idle, p.supply_months * makers.contracted), 1.0)
    drawn = np.minimum(np.minimum(part * ahead + e.now.chips.memory_drawn, makers.prepaid), due)
    e.ledger.draw_down("supply_drawn", "chipmakers", drawn, "sectors", e.to_sectors(rest=drawn.sum(axis=-1)))
    cash = np.minimum(due - drawn, np.maximum(makers.cash, 0.0))
    e.pay_rest("costs", "chipmakers", cash)
    return np.asarray(drawn + cash)


def stock_value(e: Economy) -> FloatArray:
    """What makers have paid for the memory that they have laid in, M$, (worlds, makers)."""
    return np.asarray(KUSD * e.p.chips.memory_price * e.chips.memory_stock)


def contract(e: Economy) -> None:
    """Makers renew what they have under contract, as far as they can pay the part due ahead."""
    p = e.p.chips
    population = e.chipmakers
    makers: Chipmaker = population.view()
    purse = p.supply_purse * np.maximum(makers.cash, 0.0)
    cost = unit_cost(e)
    aim = population.act(Chipmaker.contracts_ahead, e.p, by_slot(e.now.chips.packed))
    ahead = p.supply_prepaid * p.supply_months * cost  # of a unit a month
    held = np.maximum(makers.prepaid - stock_value(e), 0.0)
    paid = np.minimum(np.maximum(ahead * aim - held, 0.0), purse)
    e.pay_rest("supply_prepaid", "chipmakers", paid)
    makers.contracted = np.where(ahead > 0.0, np.minimum(aim, ratio(held + paid, ahead)), aim)
