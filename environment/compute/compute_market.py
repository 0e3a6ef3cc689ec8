"""The market for rented compute: what hosts offer, who is served when capacity is short, what it costs.

Pure functions of arrays; the first axis is the world.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import positive
from kingmaker.agents.types import FloatArray
from kingmaker.agents.units import HOURS, USD


def serve_partners(partners: FloatArray, free: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Partners are served first.

    Args:
        partners: compute wanted by tenants in partnership, shape (worlds, hosts).
        free: compute left for tenants.

    Returns:
        Their fill rate, 0-1, and what is left for others.
    """
    fill = np.where(partners > 0.0, np.minimum(free / positive(partners), 1.0), 1.0)
    return fill, np.maximum(free - partners * fill, 0.0)


def fill_rates(
    others: FloatArray, rivals: FloatArray, weight: FloatArray | float, left: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Share of wants that each host serves of what its partners leave: weighted pro rata (Moulin 2000).

    Args:
        others: compute wanted by tenants who do not rival the host's own models, shape (worlds, hosts).
        rivals: compute wanted by those who do.
        weight: how much a rival's claim counts, above 0 to 1; at 1 all are served pro rata.
        left: compute left for both.

    Returns:
        Fill rate of others and of rivals, each in 0-1; rivals get what others do not need.
    """
    claims = others + weight * rivals
    level = left / positive(claims)
    fill = np.where(others > 0.0, np.minimum(level, 1.0), 1.0)
    spare = np.maximum(left - others * fill, 0.0)
    rest = np.minimum(np.maximum(spare / positive(rivals), weight), 1.0)
    return fill, np.where(rivals > 0.0, np.where(level < 1.0, weight * level, rest), 1.0)


def fill_ahead(wanted: FloatArray, grows: FloatArray, supply: FloatArray, wants: FloatArray) -> FloatArray:
    """Share of all wants that its host can serve some months ahead if a tenant's need grows as it does, (worlds, n).

    Args:
        wanted: compute wanted by one tenant today, shape (worlds, n).
        grows: what that grows to until then, relative to today.
        supply: compute that its host will have for tenants then.
        wants: compute that the host's tenants want of it today.
    """
    need = wants + wanted * (grows - 1.0)
    return np.where(need > 0.0, np.clip(supply / positive(need), 0.0, 1.0), 1.0)


def reserve(small: FloatArray, capacity: FloatArray, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Capacity set aside for small tenants: who is served out of it, ahead of partners and of the host's own use.

    Args:
        small: compute wanted by small tenants, shape (worlds, hosts).
        capacity: compute running.
        share: part of the capacity that is reserved, 0-1.

    Returns:
        Reserved compute that is used, and the share of small tenants' wants that it serves.
    """
    used = np.minimum(share * capacity, small)
    return used, used / positive(small)


def share_idle(wanted: FloatArray, idle: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Idle capacity meets wants: the shorter side trades in full, the longer one pro rata.

    Args:
        wanted: capacity that each side of the market would rent, shape (worlds, n).
        idle: capacity on offer, shape (worlds, n).

    Returns:
        What each rents, and what each lets, with the same sum in every world.
    """
    wants, offers = wanted.sum(axis=-1, keepdims=True), idle.sum(axis=-1, keepdims=True)
    traded = np.minimum(wants, offers)
    got = wanted * (traded / positive(wants))
    return got, idle * (traded / positive(offers))


def marginal_margin(rent: FloatArray, cost: FloatArray, share: FloatArray, elasticity: FloatArray) -> FloatArray:
    """What a further unit of capacity brings its owner beyond its cost, relative to cost.

    A supplier of quantity reckons that more of it lowers the rent of all that it already lets: marginal revenue is
    rent * (1 - share / elasticity), and it is nil beyond cost where capacities are those of Cournot (1838).

    Args:
        rent: market rent, $ an hour.
        cost: full cost of an hour.
        share: of each supplier in the market, 0-1.
        elasticity: of demand to rent, > 0.
    """
    return np.asarray(rent * (1.0 - share / elasticity) / cost - 1.0)


def spending(compute: FloatArray, rent: FloatArray) -> FloatArray:
    """M$ a month for ``compute`` H100e at ``rent`` $ an hour."""
    return compute * rent * (HOURS * USD)


def take_or_pay(used: FloatArray, due: FloatArray, ready: FloatArray, price: FloatArray) -> FloatArray:
    """M$ a month for what a contract reserves: what is used of it, or the part that is due in any case, if more.

    Args:
        used: H100e, (worlds, n).
        due: part of what stands ``ready`` that is paid, used or not, 0-1.
        ready: reserved and there, H100e.
        price: $ per H100e-hour.
    """
    return spending(np.maximum(used, due * ready), price)


def affordable(budget: FloatArray, rent: FloatArray) -> FloatArray:
    """H100e that ``budget`` M$ a month rents at ``rent`` $ an hour; nothing where rent is not positive."""
    return np.where(rent > 0.0, budget / (positive(rent) * (HOURS * USD)), 0.0)
