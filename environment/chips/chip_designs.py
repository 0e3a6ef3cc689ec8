"""Chips that start-ups design for themselves: generations of designs, volumes, and what foundries make."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import LONG_AGO, ratio
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.agents.units import KUSD
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.regions import PLACES, over_region, spend


def plan_own_chips(e: Economy, target: FloatArray, horizon: FloatArray) -> FloatArray:
    """Compute that start-ups' own designs turn out each month of the quarter, H100e, (worlds, start-ups)."""
    p = e.p
    startups = e.startups.view()
    value, price = own_design(e)
    made = e.startups.act(Startup.makes_chips, p, by_slot(target), by_slot(horizon), price)
    made = np.where(value > 0.0, made, 0.0)
    startups.chip_output = made
    return np.asarray(made)


def own_design(e: Economy) -> tuple[FloatArray, FloatArray]:
    """Value in use of a unit of the newest chip that start-ups designed, and its cost, M$ per H100e; (worlds, 1)."""
    newest = newest_design(e)
    value = (newest * e.now.chips.value).sum(axis=-1, keepdims=True)
    cost = KUSD * ratio((newest * e.chips.cost).sum(axis=-1, keepdims=True), value)
    return value, cost * e.p.clouds.own_overhead


def newest_design(e: Economy) -> FloatArray:
    """One at the newest chip that start-ups have designed, zero elsewhere, (worlds, products)."""
    chips = e.chips
    lab = chips.catalogue.lab_block
    born = np.where(chips.designed[:, lab], chips.born[:, lab], -1.0)
    best = (born == born.max(axis=-1, keepdims=True)) & chips.designed[:, lab]
    first = best & (np.cumsum(best, axis=-1) == 1)
    chosen = np.zeros_like(chips.cost)
    chosen[:, lab] = first
    return chosen


def make_own_chips(e: Economy, startups: Startup) -> None:
    """Foundries make the chips that start-ups designed: they are paid, the pools get them."""
    made = startups.chip_output * e.now.chips.lab_memory
    if not made.any():
        return
    chips = e.chips
    newest = newest_design(e)
    worth, price = own_design(e)
    units = ratio(over_region(made, startups.region), worth * np.ones((e.worlds, PLACES)))
    out = units[:, :, np.newaxis] * newest[:, np.newaxis, :]
    chips.awaiting[:, chips.pools] += out
    chips.delivered_now[:, chips.pools] += out
    chips.produced += out.sum(axis=1)
    chips.delivered += out.sum(axis=1)
    spend(e, "construction", np.minimum(made * price, startups.cash))
    startups.own = startups.own + made


def outdated(e: Economy, startups: Startup) -> BoolArray:
    """Whether somebody makes chips and the newest design has had its time, (worlds,)."""
    chips = e.chips
    lab = chips.catalogue.lab_block
    newest = np.where(chips.designed[:, lab], chips.born[:, lab], LONG_AGO).max(axis=-1)
    return np.asarray(startups.has_chip.any(axis=-1) & (e.month - newest >= e.p.sites.generation_months[:, 0]))


def draw_design(e: Economy, ready: BoolArray) -> None:
    """A new generation of start-ups' own chips, relative to the best on sale in the West (one design partner)."""
    chips, p = e.chips, e.p.sites
    lab = chips.catalogue.lab_block
    sold = chips.catalogue.sold
    on_sale = np.where(chips.mix[:, :sold] > 0.0, e.now.chips.value[:, :sold], 0.0)
    best = np.argmax(on_sale, axis=-1)
    for world in np.flatnonzero(ready):
        free = [slot for slot in range(lab.start, lab.stop) if not chips.designed[world, slot]]
        ages = e.month - chips.born[world, lab][chips.designed[world, lab]]
        if not free or (ages.size and ages.min() < p.generation_months[world, 0]):
            continue
        slot, model, quality = free[0], int(best[world]), p.chip_quality[world, 0]
        for name in ("h100e", "memory", "tpp"):
            getattr(chips, name)[world, slot] = quality * getattr(chips, name)[world, model]
        for name in ("tdp", "die", "per_wafer", "interconnect", "hbm"):
            getattr(chips, name)[world, slot] = getattr(chips, name)[world, model]
        chips.cost[world, slot] = p.chip_cost_ratio[world, 0] * chips.price[world, model]
        chips.price[world, slot] = chips.cost[world, slot]
        chips.designed[world, slot] = True
        chips.born[world, slot] = float(e.month)
