"""The market for rented compute: what hosts offer, who is served when capacity is short, what it costs.

Pure functions of arrays; the first axis is the world.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.types import FloatArray, IntArray
from kingmaker.agents.units import HOURS, USD, USD_PER_KUSD

_FEW = 2_000  # amounts; so few are summed faster than looked through
_RARE = 4  # one amount in so many that is not zero: from here on it pays to add only those


def by_host(amount: FloatArray, host: IntArray, hosts: int) -> FloatArray:
    """Sum ``amount`` (worlds, n) by ``host`` (worlds, n; negative is none) to shape (worlds, hosts).

    Each world's sums run over its firms in slot order, so they do not depend on the other worlds.
    """
    return np.ascontiguousarray(sum_by(amount, host, 1, hosts + 1)[:, 1:])


def sum_by(amount: FloatArray, code: IntArray, shift: int, codes: int) -> FloatArray:
    """Sum ``amount`` (worlds, n) by ``code + shift`` (worlds, n; from 0 to ``codes`` - 1) to shape (worlds, codes).

    Most amounts are zero for most firms (stakes, fees, credit), and a zero changes no sum: where few are not, only
    those are added, in the same order and so to the same bits.
    """
    worlds, n = amount.shape
    if amount.size > _FEW and _RARE * np.count_nonzero(some := amount != 0.0) < amount.size:
        firms = np.flatnonzero(some)
        place = code.ravel().take(firms) + (firms // n * codes + shift)
        total = np.bincount(place, weights=amount.ravel().take(firms), minlength=worlds * codes)
    else:
        total = np.bincount(_places(code, shift, codes).ravel(), weights=amount.ravel(), minlength=worlds * codes)
    return total.astype(np.float64, copy=False).reshape(worlds, codes)


def at_host(values: FloatArray, host: IntArray, none: float = 0.0) -> FloatArray:
    """Look up ``values`` (worlds, hosts) at each firm's host (worlds, n); ``none`` where there is no host."""
    worlds, hosts = values.shape
    # NONE is -1: from each world that leads to the last column of the one before, which holds ``none`` in all of them
    padded = np.concatenate([values, np.full((worlds, 1), none)], axis=1)
    return padded.ravel().take(host if worlds == 1 else _places(host, 0, hosts + 1))


def best_by_host(values: FloatArray, host: IntArray, hosts: int, least: float) -> FloatArray:
    """The largest of ``values`` (worlds, n) by ``host``, shape (worlds, hosts); ``least`` where there is none above."""
    worlds = values.shape[0]
    best = np.full(worlds * (hosts + 1), least)
    np.maximum.at(best, _places(host, 1, hosts + 1).ravel(), values.ravel())
    return np.ascontiguousarray(best.reshape(worlds, hosts + 1)[:, 1:])


def _places(code: IntArray, shift: int, codes: int) -> NDArray[np.int64]:
    """Each firm's place in a flat table of (worlds, codes); a shift of 1 leaves the first column for no host."""
    places = code.astype(np.int64)
    places += shift + codes * np.arange(len(code))[:, np.newaxis]
    return places


def serve_partners(partners: FloatArray, free: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Partners are served first.

    Args:
        partners: compute wanted by tenants in partnership, shape (worlds, hosts).
        free: compute left for tenants.

    Returns:
        Their fill rate, 0-1, and what is left for others.
    """
    fill = np.where(partners > 0.0, np.minimum(free / np.where(partners > 0.0, partners, 1.0), 1.0), 1.0)
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
    level = left / np.where(claims > 0.0, claims, 1.0)
    fill = np.where(others > 0.0, np.minimum(level, 1.0), 1.0)
    spare = np.maximum(left - others * fill, 0.0)
    rest = np.minimum(np.maximum(spare / np.where(rivals > 0.0, rivals, 1.0), weight), 1.0)
    return fill, np.where(rivals > 0.0, np.where(level < 1.0, weight * level, rest), 1.0)


def fill_ahead(
    wanted: FloatArray, growth: FloatArray, months: FloatArray, supply: FloatArray, wants: FloatArray
) -> FloatArray:
    """Share of all wants that its host can serve in ``months`` if a tenant's need grows as it does, shape (worlds, n).

    Args:
        wanted: compute wanted by one tenant today, shape (worlds, n).
        growth: of its need, 1/month.
        months: looked ahead.
        supply: compute that its host will have for tenants then.
        wants: compute that the host's tenants want of it today.
    """
    need = wants + wanted * (np.exp(growth * months) - 1.0)
    return np.where(need > 0.0, np.clip(supply / np.where(need > 0.0, need, 1.0), 0.0, 1.0), 1.0)


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
    return used, used / np.where(small > 0.0, small, 1.0)


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
    got = wanted * (traded / np.where(wants > 0.0, wants, 1.0))
    return got, idle * (traded / np.where(offers > 0.0, offers, 1.0))


def cost_per_hour(
    price_kusd: FloatArray, overhead: FloatArray, life: float, used: FloatArray, running: FloatArray
) -> FloatArray:
    """Full cost of an H100-equivalent-hour, $: chip and data centre over the hours ``used`` (0-1), and running cost."""
    return USD_PER_KUSD * price_kusd * overhead / (life * HOURS * used) + running


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


def affordable(budget: FloatArray, rent: FloatArray) -> FloatArray:
    """H100e that ``budget`` M$ a month rents at ``rent`` $ an hour; nothing where rent is not positive."""
    return np.where(rent > 0.0, budget / (np.where(rent > 0.0, rent, 1.0) * (HOURS * USD)), 0.0)
