"""Wholesale: clouds whose own work waits for chips rent what stands idle at clouds without models of their own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kingmaker.agents.arithmetic import positive, ratio
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.population import by_slot
from kingmaker.agents.types import CN, FloatArray
from kingmaker.environment.compute import compute_market as market
from kingmaker.environment.core.economy import Economy


class Wholesale(NamedTuple):
    """Capacity that changes hands between clouds in a month, H100e, each of shape (worlds, clouds)."""

    rented: FloatArray
    leased_out: FloatArray


def trade_idle_compute(e: Economy, left: FloatArray) -> Wholesale:
    """Idle capacity meets own needs that wait, inside China and outside it; the lessors' rent is paid in cash.

    All lessees pay the mean rent of what is on offer, and all lessors let the same part of theirs.

    Args:
        e: the economy.
        left: capacity that tenants, who come first, have left at each cloud, (worlds, clouds).
    """
    population = e.clouds
    clouds: Cloud = population.view()
    seeks = population.act(Cloud.seeks_compute, e.p, by_slot(left))
    idle = population.act(Cloud.lets_idle, by_slot(left))
    rented, leased_out = np.zeros_like(idle), np.zeros_like(idle)
    bill, dense = np.zeros_like(idle), np.zeros_like(idle)
    purse = e.p.compute.wholesale_purse * np.maximum(clouds.cash, 0.0)
    for here in (clouds.region == CN, clouds.region != CN):
        offered = np.where(here, idle, 0.0)
        price = _mean(offered, market.spending(np.ones_like(idle), clouds.spot))  # M$ a month
        affordable = purse / positive(price)
        got, given = market.share_idle(np.where(here, np.minimum(seeks, affordable), 0.0), offered)
        rented, leased_out, bill = rented + got, leased_out + given, bill + got * price
        dense = np.where(here, _mean(offered, ratio(clouds.compute, clouds.capacity)), dense)
    income = market.spending(leased_out, clouds.spot)
    e.ledger.pay("wholesale", "clouds", bill, "clouds", income)
    e.now.compute.rent_income = e.now.compute.rent_income + income + e.now.compute.lease_income
    e.now.compute.wholesale_bill, e.now.compute.rented_dense = bill + e.now.compute.lease_cost, dense
    return Wholesale(rented, leased_out)


def _mean(offered: FloatArray, value: FloatArray) -> FloatArray:
    """Mean of what a unit is worth over the capacity on offer, (worlds, 1)."""
    return ratio((offered * value).sum(axis=-1, keepdims=True), offered.sum(axis=-1, keepdims=True))
