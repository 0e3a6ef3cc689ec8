"""High-bandwidth memory, the second bottleneck beside packaging: who gets it, and how its supply grows.

Foreign makers of memory serve everybody, as long as the law lets them serve China; Chinese ones serve China only.
What is under contract is served first (:mod:`kingmaker.environment.chips.supply_contracts`), all else pro rata.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kingmaker.agents.arithmetic import TINY, is_on, positive, power, ratio
from kingmaker.agents.types import CN, BoolArray, FloatArray
from kingmaker.agents.units import KUSD
from kingmaker.environment.chips import chip_market as market
from kingmaker.environment.chips.chip_designs import newest_design
from kingmaker.environment.chips.own_chips import own_line
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.inputs.table_rows import MemoryRow

CHINESE = 1  # pool of memory; the foreign one is first


class Claims(NamedTuple):
    """GB wanted this month: by chipmakers, for own programmes of clouds, for start-ups' own designs."""

    makers: FloatArray  # (worlds, makers)
    clouds: FloatArray  # (worlds, clouds)
    labs: FloatArray  # (worlds, 1)


def allot(e: Economy, planned: FloatArray, packed: FloatArray, mix: FloatArray) -> FloatArray:
    """Share of what each maker has packaging for that there is memory for, 0-1, (worlds, makers).

    Args:
        e: the economy.
        planned: units that orders ask for, (worlds, 2, makers).
        packed: units of these for which packaging suffices, same shape.
        mix: part of each product in its maker's line, (worlds, 2, products).
    """
    chips = e.chips
    chips.memory_capacity = chips.memory_capacity + (entering(e.tables.memory, e.month) if e.month else 0.0)
    per_unit = chips.by_maker(mix * chips.hbm[:, np.newaxis, :])
    need = (packed * per_unit).sum(axis=1)
    makers = e.chipmakers.view()
    chinese, barred = makers.region == CN, is_on(e.in_force.memory_control)
    at_home = np.where(chinese, need, 0.0)
    home = market.served_first(at_home, at_home, e.p.chips.memory_supply * chips.memory_capacity[:, CHINESE:])
    short = need - home
    claims = Claims(np.where(chinese & barred, 0.0, short), _own_claims(e), _lab_claims(e))
    got, left = _share_out(e, claims, makers.contracted * ratio(need, packed.sum(axis=1)))
    used = got.makers
    from_stock = np.minimum(_released(e, barred), short - used)
    wish = _wish_to_lay_in(e)
    bought = wish * np.minimum(ratio(left, wish.sum(axis=-1, keepdims=True)), 1.0)
    chips.memory_stock = chips.memory_stock + bought - from_stock
    e.pay_rest("supply_prepaid", "chipmakers", KUSD * e.p.chips.memory_price * bought)
    e.now.chips.memory_drawn = KUSD * e.p.chips.memory_price * from_stock
    e.now.chips.own_memory = got.clouds
    e.now.chips.lab_memory = np.where(claims.labs > 0.0, ratio(got.labs, claims.labs), 1.0)
    _expand(e, (planned * per_unit).sum(axis=1) + wish, claims)
    return np.where(need > 0.0, np.minimum(ratio(home + used + from_stock, need), 1.0), 1.0)


def entering(rows: Sequence[MemoryRow], month: int) -> FloatArray:
    """Memory of makers that enter in ``month``, by 0 all that are there by then; GB a month, (2,): the two pools."""
    there = [row for row in rows if row.entry == month or row.entry < month == 0]
    pools = (
        [row.gb_per_month for row in there if row.region != "CN"],
        [row.gb_per_month for row in there if row.region == "CN"],
    )
    return np.array([sum(pool) for pool in pools])


def _wish_to_lay_in(e: Economy) -> FloatArray:
    """What Chinese chipmakers would lay in while chips are kept from them and memory is not, GB, (worlds, makers).

    Controls that can be foreseen make stocks (13 M stacks by the end of 2024, 7 M of them in the last month: facts
    12g-025). They are meant for what the foundries of the country could make, and are filled within the time that
    memory takes, as far as the purse goes, out of what others leave: it is older memory.
    """
    chips, p = e.chips, e.p.chips
    makers = e.chipmakers.view()
    foreseen = (e.in_force.export_vintage >= market.FIRST_EXPORT_RULE) & ~is_on(e.in_force.memory_control)
    products = np.array(
        [max(sum(row is not None for row in chips.catalogue.rows[b]), 1) for b in chips.catalogue.blocks]
    )
    per_wafer = chips.by_maker(chips.per_wafer * chips.hbm) / products
    use = p.foundry_yield * makers.capacity * per_wafer
    wish = np.maximum(p.stockpile_months * use - chips.memory_stock, 0.0) / p.memory_months
    affordable = p.supply_purse * np.maximum(makers.cash, 0.0) / np.maximum(KUSD * p.memory_price, TINY)
    return np.where((makers.region == CN) & foreseen, np.minimum(wish, affordable), 0.0)


def _released(e: Economy, barred: BoolArray) -> FloatArray:
    """What chipmakers take out of what they have laid in at most, GB, (worlds, makers).

    Who can buy more uses what is there; of a stock that cannot be filled again a part of what is left is used each
    month, so that it lasts until memory made at home takes its place (a rule of thumb for a stock that is known to end:
    Hotelling 1931).
    """
    stock = e.chips.memory_stock
    return np.where(barred, stock / np.maximum(e.p.chips.stock_spread, 1.0), stock)


def _own_claims(e: Economy) -> FloatArray:
    """What clouds' own programmes ask for, GB, (worlds, clouds): last month's plan, as fast as it may grow."""
    own = own_line(e)
    return np.asarray(e.clouds.view().own_plan * (1.0 + e.p.clouds.own_ramp) * own.hbm / own.value)


def _lab_claims(e: Economy) -> FloatArray:
    """What start-ups' own designs ask for, GB, (worlds, 1)."""
    newest = newest_design(e)
    value, hbm = ((newest * each).sum(axis=-1, keepdims=True) for each in (e.now.chips.value, e.chips.hbm))
    return ratio(e.startups.view().chip_output.sum(axis=-1, keepdims=True) * hbm, value)


def _share_out(e: Economy, claims: Claims, contracted: FloatArray) -> tuple[Claims, FloatArray]:
    """What each gets of foreign memory, GB, and what is left, (worlds, 1).

    Programmes have last month's plan under contract, start-ups nothing.
    """
    makers, clouds = claims.makers.shape[-1], claims.clouds.shape[-1]
    wanted = np.concatenate(claims, axis=-1)
    ahead = np.concatenate(
        [contracted, claims.clouds / (1.0 + e.p.clouds.own_ramp), np.zeros_like(claims.labs)], axis=-1
    )
    supply = e.p.chips.memory_supply * e.chips.memory_capacity[:, :CHINESE]
    got = market.served_first(wanted, ahead, supply)
    total, given = wanted.sum(axis=-1, keepdims=True), got.sum(axis=-1, keepdims=True)
    e.chips.memory_tight = np.where(total > 0.0, 1.0 - ratio(given, total), 0.0)[:, 0]
    e.now.chips.memory_used = given[:, 0]
    shares = Claims(got[:, :makers], got[:, makers : makers + clouds], got[:, makers + clouds :])
    return shares, np.maximum(supply - given, 0.0)


def _expand(e: Economy, planned: FloatArray, claims: Claims) -> None:
    """Memory makers build for what they expect to be asked for when wafers begun now are packed, at their own pace.

    They see what orders ask for, packaging or not, as chipmakers bespeak both together, and carry on its growth (facts
    12g-018 to 12g-020; extrapolative expectations: Metzler 1941).
    """
    chips, p = e.chips, e.p.chips
    chinese = e.chipmakers.view().region == CN
    others = claims.clouds.sum(axis=-1) + claims.labs.sum(axis=-1)
    barred = chinese & is_on(e.in_force.memory_control)
    asked = np.stack(
        [np.where(barred, 0.0, planned).sum(axis=-1) + others, np.where(chinese, planned, 0.0).sum(axis=-1)], axis=-1
    )
    seen = chips.memory_seen + (asked - chips.memory_seen) / p.capacity_delay
    fastest = np.concatenate([p.memory_growth, p.china_memory_growth], axis=-1)
    trend = np.clip(ratio(seen, chips.memory_seen) - 1.0, 0.0, fastest)
    expected = seen * power(1.0 + trend, p.memory_months)
    chips.memory_seen = seen
    room = positive(chips.memory_capacity)
    growth = np.clip(p.capacity_response * (expected / room - 1.0), -p.capacity_fall, fastest)
    chips.memory_capacity = chips.memory_capacity * (1.0 + growth)
