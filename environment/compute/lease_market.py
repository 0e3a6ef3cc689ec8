"""The market for leases of years between clouds: what they cost, who takes whose.

Pure functions of arrays; the first axis is the world.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import SMALL, expm1, log, log1p, positive
from kingmaker.agents.types import NONE, FloatArray, IntArray
from kingmaker.agents.units import HOURS, USD, YEAR
from kingmaker.environment.core.lookups import at_host, by_host


def capital_charge(capital: FloatArray, interest: FloatArray, term: FloatArray, residual: FloatArray) -> FloatArray:
    """What a month of capacity must earn to pay for itself over a contract, M$ per H100e.

    The annuity that pays back ``capital`` less what is left of it at the end, and interest on all of it.

    Args:
        capital: price of a unit of capacity with its part of a data centre, M$ per H100e.
        interest: 1/year.
        term: of the contract, months.
        residual: part of the capital that the capacity is worth after it, 0-1.
    """
    rate = np.maximum(interest / YEAR, SMALL)
    annuity = rate / -expm1(-term * log1p(rate))
    return np.asarray(capital * ((1.0 - residual) * annuity + residual * rate))


def cost_of_hour(charge: FloatArray, running: FloatArray) -> FloatArray:
    """Cost of an hour of capacity, $: a monthly ``charge`` of capital (M$ per H100e) and ``running`` cost ($)."""
    return np.asarray(charge / (HOURS * USD) + running)


def term_price(
    charge: FloatArray, running: FloatArray, spot: FloatArray, margin: FloatArray, weight: FloatArray
) -> FloatArray:
    """Price of a term contract, $ per H100e-hour: cost of new capacity with a margin, and a little of the spot price.

    Never below cost: a seller builds for the contract, and has nothing to gain from it otherwise.

    Args:
        charge: of capital, M$ a month per H100e.
        running: cost of running, $ per H100e-hour.
        spot: rent of the month, $ per H100e-hour.
        margin: over cost.
        weight: of the spot price, 0-1.
    """
    cost = cost_of_hour(charge, running)
    return np.maximum((1.0 - weight) * cost * (1.0 + margin) + weight * spot, cost)


def choose_lessor(taste: FloatArray, luck: FloatArray) -> IntArray:
    """The lessor that each cloud negotiates with, (lessees,); -1 where there is none for it. A logit (McFadden 1974).

    Args:
        taste: of each lessee for each lessor, minus infinity where they do not deal, (lessees, lessors).
        luck: uniform draws, same shape.
    """
    appeal = taste - log(-log(luck))
    best = np.argmax(appeal, axis=-1).astype(np.int32)
    return np.where(np.isfinite(taste).any(axis=-1), best, np.int32(NONE)).astype(np.int32)


def within_room(amount: FloatArray, lessor: IntArray, room: FloatArray) -> FloatArray:
    """What each lessee gets of ``amount`` (worlds, n) as its lessor's ``room`` (worlds, n) is shared pro rata."""
    asked = by_host(amount, lessor, room.shape[-1])
    part = np.minimum(room / positive(asked), 1.0)
    return amount * at_host(np.where(asked > 0.0, part, 0.0), lessor)
