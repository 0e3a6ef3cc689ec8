"""The market for accelerators: what may be sold where, who gets how much of a scarce output, how long it takes.

Pure functions of arrays; the last axis is the one that is cleared, the first is the world.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import SMALL, TINY, exp, positive, power, tanh
from kingmaker.agents.types import BoolArray, FloatArray, IntArray
from kingmaker.agents.units import HOURS, USD_PER_KUSD

_PASSES = 12
FIRST_EXPORT_RULE, DENSITY_RULE = 2022.0, 2023.0  # vintages of the American rules (facts 8a-001, 8a-003)


def ration(demand: FloatArray, capacity: FloatArray, weight: FloatArray) -> FloatArray:
    """Split a scarce output among buyers by weighted proportional rationing.

    Each buyer gets min(demand, capacity * weight * demand / sum(weight * demand)); what capped buyers leave goes to
    the others until none is left (Moulin 2000; Cachon & Lariviere 1999). Equal weights are pro rata.

    Args:
        demand: units wanted, shape (..., buyers), >= 0.
        capacity: units to give, shape (..., 1), >= 0.
        weight: standing of each buyer, shape (..., buyers), > 0.

    Returns:
        Units got, shape (..., buyers): never above demand, in sum min(capacity, sum of demand).
    """
    total = demand.sum(axis=-1, keepdims=True)
    available = np.minimum(capacity, total)
    got = np.zeros_like(demand)
    for _ in range(_PASSES):
        claim = weight * (demand - got)
        claims = claim.sum(axis=-1, keepdims=True)
        rest = np.maximum(available - got.sum(axis=-1, keepdims=True), 0.0)
        share = claim * (rest / positive(claims))
        before, got = got, np.minimum(demand, got + share)
        if np.array_equal(before, got):  # a fixed point in every world: further passes would change no bit
            break
    # what twelve passes have left (weights many orders of magnitude apart) is given pro rata to the open demand
    open_demand = demand - got
    rest = np.maximum(available - got.sum(axis=-1, keepdims=True), 0.0)
    whole = open_demand.sum(axis=-1, keepdims=True)
    return np.asarray(np.minimum(demand, got + open_demand * np.minimum(rest / positive(whole), 1.0)))


def sellable_to_china(
    tpp: FloatArray,
    density: FloatArray,
    interconnect: FloatArray,
    *,
    vintage: FloatArray,
    cap: FloatArray,
    interconnect_limit: FloatArray,
    dense_tpp: FloatArray,
    density_limit: FloatArray,
) -> BoolArray:
    """Whether a chip may be sold to China under the rule of the vintage in force, elementwise.

    2022: banned if TPP >= cap and interconnect >= limit. 2023 and later: banned if TPP >= cap, or TPP >= ``dense_tpp``
    and density >= ``density_limit`` (15 CFR 774, ECCN 3A090; facts 8a-002, 8a-003). An infinite cap is no control.
    """
    first = (tpp >= cap) & (interconnect >= interconnect_limit)
    second = (tpp >= cap) | ((tpp >= dense_tpp) & (density >= density_limit))
    banned = np.where(vintage >= DENSITY_RULE, second, (vintage >= FIRST_EXPORT_RULE) & first)
    free: BoolArray = ~banned | np.isinf(cap)
    return free


def exports_are_ruled(vintage: FloatArray, cap: FloatArray) -> BoolArray:
    """Whether an export rule is in force, elementwise: that of a ``vintage``, with a ``cap`` on performance."""
    return np.asarray((vintage >= FIRST_EXPORT_RULE) & np.isfinite(cap))


def within_quota(to_china: FloatArray, elsewhere: FloatArray, quota: FloatArray) -> FloatArray:
    """Share of a shipment to China that a volume quota lets pass, elementwise, 0-1.

    Args:
        to_china: units that would be shipped to China.
        elsewhere: units shipped to the rest of the world.
        quota: most units to China per unit shipped elsewhere (rule of 13 January 2026: one half; facts 8a-010).
    """
    most = quota * elsewhere
    return np.where(to_china > most, most / np.maximum(to_china, TINY), 1.0)


def domestic_first(free: FloatArray, domestic: FloatArray, block: FloatArray) -> FloatArray:
    """Shares of a buyer's need over makers where its own state keeps a part ``block`` (0-1) from foreign makers.

    Args:
        free: shares if it may buy from all, (..., makers, buyers).
        domestic: shares if it may buy at home only, same shape; zeros where nobody at home sells.
        block: broadcast to the same shape.

    Returns:
        Shares, same shape; they sum to less than one where nobody at home sells.
    """
    return np.asarray((1.0 - block) * free + block * domestic)


def maker_shares(utility: FloatArray, offered: BoolArray) -> FloatArray:
    """Logit shares over makers (axis -2), shape (..., makers, buyers); zero where nothing is offered."""
    best = np.where(offered, utility, -np.inf).max(axis=-2, keepdims=True)
    weight = np.where(offered, exp(utility - np.where(np.isfinite(best), best, 0.0)), 0.0)
    total = weight.sum(axis=-2, keepdims=True)
    return weight / positive(total)


def desired_orders(need: FloatArray, lead_time: FloatArray, hoarding: FloatArray, shortest: FloatArray) -> FloatArray:
    """Orders that a buyer wants to have outstanding, units, elementwise.

    A supply line as long as the lead time (Sterman 1989): need a month times months of waiting; beyond need when
    supply is rationed, because orders are cut in proportion (Lee, Padmanabhan & Whang 1997). The excess saturates.
    """
    wait = lead_time / shortest - 1.0
    return need * lead_time * (1.0 + hoarding * tanh(np.maximum(wait, 0.0)))


def lead_time(outstanding: FloatArray, shipped: FloatArray, shortest: FloatArray, longest: FloatArray) -> FloatArray:
    """Months from order to delivery: orders before shipping over shipments, summed over the last axis.

    Without any shipment or order it is the shortest lead time; it is capped at the ``longest``.
    """
    orders, flow = outstanding.sum(axis=-1, keepdims=True), shipped.sum(axis=-1, keepdims=True)
    months = orders / positive(flow)
    months = np.where(orders > 0.0, np.where(flow > 0.0, months, longest), shortest)
    return np.clip(months, shortest, longest)


def choose_products(utility: FloatArray, ready: BoolArray, starts: IntArray) -> FloatArray:
    """Logit shares of the products of each line, shape as ``utility`` (..., products).

    Args:
        utility: of each product to those who buy and who make it.
        ready: which are released, (products,); a line without any gets zeros.
        starts: where the line of each maker or programme begins, ascending, from 0 (lines stand one after the other).
    """
    sizes = np.diff(np.append(starts, utility.shape[-1]))
    shown = np.where(ready, utility, -np.inf)
    best = np.maximum.reduceat(shown, starts, axis=-1)
    best = np.repeat(np.where(np.isfinite(best), best, 0.0), sizes, axis=-1)
    weight = np.where(ready, exp(np.where(ready, utility - best, 0.0)), 0.0)
    total = np.repeat(np.add.reduceat(weight, starts, axis=-1), sizes, axis=-1)
    return np.asarray(weight / positive(total))


def served_first(claims: FloatArray, contracted: FloatArray, supply: FloatArray) -> FloatArray:
    """Split memory: what is under contract comes first, then all else; each pro rata where it does not suffice.

    Args:
        claims: wanted this month, GB, (..., claimants), >= 0.
        contracted: under contract for a month, same shape; what exceeds the claim is not called.
        supply: made this month, GB, (..., 1).

    Returns:
        GB got, same shape: never above the claim, in sum min(supply, sum of claims).
    """
    called = np.minimum(claims, contracted)
    first = called * _served(called, supply)
    rest = claims - called
    left = np.maximum(supply - first.sum(axis=-1, keepdims=True), 0.0)
    return np.asarray(first + rest * _served(rest, left))


def _served(wanted: FloatArray, supply: FloatArray) -> FloatArray:
    """Share of what is wanted that ``supply`` (..., 1) covers, 0-1."""
    total = wanted.sum(axis=-1, keepdims=True)
    return np.minimum(supply / positive(total), 1.0)


def scarcity_price(wanted: FloatArray, held: FloatArray, elasticity: FloatArray) -> FloatArray:
    """Price at which demand for compute meets what there is, relative to that at balance, elementwise, > 0.

    Demand of constant elasticity: above 1 where more is ``wanted`` than ``held``, below 1 where less.
    """
    return power(np.maximum(wanted, SMALL) / np.maximum(held, SMALL), 1.0 / elasticity)


def cost_per_hour(
    price_kusd: FloatArray, overhead: FloatArray, life: float, used: FloatArray, running: FloatArray
) -> FloatArray:
    """Full cost of an H100-equivalent-hour, $: chip and data centre over the hours ``used`` (0-1), and running cost."""
    return USD_PER_KUSD * price_kusd * overhead / (life * HOURS * used) + running
