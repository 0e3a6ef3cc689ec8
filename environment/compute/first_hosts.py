"""First hosts: where the start-ups of January 2022 stand. They came one by one, each to a host that had room for it."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import LEAST_RENT, ratio
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.draws import Draws
from kingmaker.agents.offers import Offers
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray
from kingmaker.environment.compute import compute_market as market
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, by_host


def stand_where_room_was(e: Economy, attraction: FloatArray, best: IntArray, taste: Draws) -> IntArray:
    """The host of each start-up that has none yet, (worlds, n): the one it likes best among those that had room.

    All choose at once in the model's first month, and no host is known to be short in it, so that a host could be
    chosen by far more than it can serve; but tenants of January 2022 had come over years, and a host that was full
    took no more. Whom no host can serve in full looks for one that serves enough, then for one that it would not
    leave; below that there is no measure of what it puts up with, and each further search asks for the square of the
    share of the last. Who finds none goes where it likes best, and is short there.

    Args:
        e: the economy.
        attraction: of each host to tenants of each region, (worlds, hosts, regions).
        best: the host that each start-up would choose if all had room, (worlds, n).
        taste: the luck with which hosts are chosen.
    """
    population, p = e.startups, e.p.compute
    startups: Startup = population.view()
    clouds = e.clouds.view()
    hosts = e.clouds.slots
    free = np.maximum(clouds.capacity - e.clouds.act(Cloud.kept_inside, e.p), 0.0)
    least = _least_bill(e, startups)
    taken = by_host(_needs(e, startups.host, least), startups.host, hosts)
    seeks = startups.alive & (startups.host == NONE)
    within_reach = np.where(np.isfinite(attraction), free[..., np.newaxis], 0.0).max(axis=1)
    largest = np.take_along_axis(within_reach, startups.region.astype(np.int64), axis=1)
    found, indifferent = best.copy(), by_slot(np.zeros(best.shape))
    for enough in (np.ones_like(p.patience), p.enough_fill, p.patience, p.patience**2, (p.patience**2) ** 2):
        choice, appeal = best, attraction
        for _ in range(hosts):
            needs = np.where(seeks, _needs(e, choice, least), 0.0)
            share = enough * np.minimum(ratio(largest, needs), 1.0)
            fits = _served(needs, np.where(seeks, choice, NONE), taken, free, np.where(needs > 0.0, share, 0.0))
            found = np.where(fits, choice, found).astype(np.int32)
            taken = taken + by_host(np.where(fits, needs, 0.0), choice, hosts)
            seeks = seeks & ~fits
            if not seeks.any():  # in no world does anybody look any more
                return found
            full = by_host(seeks.astype(np.float64), choice, hosts) > 0.0
            closed = full | ~seeks.any(axis=-1, keepdims=True)  # where nobody looks, nothing need be compared
            appeal = np.where(closed[..., np.newaxis], -np.inf, appeal)
            choice, _ = population.act(Startup.choose_host, Offers(appeal), indifferent, taste)
            if not (seeks & (choice != NONE)).any():  # all hosts have been asked
                break
    return found


def _least_bill(e: Economy, startups: Startup) -> FloatArray:
    """What each start-up would pay to serve its users, M$ a month, (worlds, start-ups)."""
    usual = e.now.compute.rent_market[:, np.newaxis]
    serving = market.spending(e.startups.act(Startup.serves, e.p, usual), np.maximum(usual, LEAST_RENT))
    return np.minimum(serving, e.p.compute.rent_purse * startups.cash)


def _needs(e: Economy, host: IntArray, least: FloatArray) -> FloatArray:
    """Compute that each start-up would rent from ``host`` (worlds, n), H100e; it can pay ``least`` in any case."""
    rent = at_host(e.clouds.view().spot, host)
    dearness = np.where(rent > 0.0, rent / e.p.startups.usual_rent, 1.0)
    budget, _ = e.startups.act(Startup.budget, e.p, by_slot(dearness))
    return market.affordable(np.maximum(budget, least), rent)


def _served(needs: FloatArray, choice: IntArray, taken: FloatArray, free: FloatArray, enough: FloatArray) -> BoolArray:
    """Who, of those who queue at the host of their choice, finds the share ``enough`` served, (worlds, n).

    The largest come first, as for them the fewest hosts will do. Those without a choice do not queue.
    """
    found = np.zeros(choice.shape, dtype=np.bool_)
    worlds = np.flatnonzero((choice != NONE).any(axis=-1))
    order = np.argsort(-needs[worlds], axis=-1, kind="stable")
    needs, enough = (np.take_along_axis(each[worlds], order, axis=-1) for each in (needs, enough))
    choice = np.take_along_axis(choice[worlds], order, axis=-1)
    taken, free, fits = taken[worlds], free[worlds], np.zeros(choice.shape, dtype=np.bool_)
    for host in np.unique(choice[choice != NONE]):
        here = choice == host
        wanted = taken[:, host, np.newaxis] + np.cumsum(np.where(here, needs, 0.0), axis=-1)
        fits |= here & (enough * wanted <= free[:, host, np.newaxis])
    placed = np.empty_like(fits)
    np.put_along_axis(placed, order, fits, axis=-1)
    found[worlds] = placed
    return found
