"""Power: what the installed chips draw, what regions can deliver, and what it costs."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import positive
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import FloatArray
from kingmaker.agents.units import HOURS, MEGAWATT, USD


def draw_mw(units: FloatArray, tdp_w: FloatArray, pue: FloatArray) -> FloatArray:
    """MW drawn by chips at full power, summed over products: units (..., products) x W, times overhead (PUE)."""
    return np.asarray((units * tdp_w).sum(axis=-1) * pue * MEGAWATT)


def room_for(wanted_mw: FloatArray, used_mw: FloatArray, capacity_mw: FloatArray) -> FloatArray:
    """Share of the wanted additional power that a region can connect this month, 0-1."""
    free = np.maximum(capacity_mw - used_mw, 0.0)
    return np.minimum(free / positive(wanted_mw), 1.0)


def shadow_price(price: FloatArray, wanted_mw: FloatArray, room: FloatArray, response: FloatArray) -> FloatArray:
    """Electricity price, $/MWh, with a premium where the limit binds (share of wanted additions refused)."""
    refused = np.where(wanted_mw > 0.0, 1.0 - room, 0.0)
    return price * (1.0 + response * refused)


def wait_months(wanted_mw: FloatArray, room: FloatArray, longest: FloatArray) -> FloatArray:
    """Months until what waits for power is connected, if ``room`` (0-1) of it is each month; at most ``longest``."""
    months = 1.0 / positive(room)
    months = np.where(room > 0.0, months, longest)
    return np.where(wanted_mw > 0.0, np.minimum(months, longest), 1.0)


def monthly_bill(mw: FloatArray, price_per_mwh: FloatArray) -> FloatArray:
    """M$ a month for ``mw`` at ``price_per_mwh``."""
    return mw * HOURS * price_per_mwh * USD


def running_cost(p: Parameters, power: FloatArray) -> FloatArray:
    """What running an H100e for an hour costs, $, where ``power`` costs so much ($/MWh), same shape."""
    return np.asarray(p.compute.running_cost + p.energy.mwh_per_hour * power)
