"""Outlook: what labs and hosts will need and run some months ahead, and what a host will do for one lab."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import TINY, exp, positive
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import FloatArray
from kingmaker.environment.compute import compute_market as market
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import Hosted


def need_ahead(e: Economy, startups: Startup) -> FloatArray:
    """Compute that labs expect to rent in ``compute.look_ahead`` months, H100e, (worlds, start-ups).

    Need that falls today is not reckoned to go on falling.
    """
    grows = exp(np.maximum(startups.need_growth, 0.0) * e.p.compute.look_ahead)
    return np.asarray(np.maximum(startups.wanted - startups.own_used, 0.0) * grows)


def room_for_tenants(e: Economy, clouds: Cloud) -> FloatArray:
    """Compute that each cloud has for tenants beside leases and its own first wants, H100e, (worlds, clouds)."""
    return np.maximum(clouds.unleased - e.clouds.act(Cloud.kept_inside, e.p), 0.0)


def runs_ahead(e: Economy, clouds: Cloud, today: FloatArray) -> FloatArray:
    """What each cloud's compute of ``today`` grows to in ``compute.look_ahead`` months, H100e, (worlds, clouds)."""
    return today * exp(clouds.expansion * e.p.compute.look_ahead)


def most_for_one(e: Economy, clouds: Cloud) -> FloatArray:
    """Compute that each cloud would have reserved by one lab, H100e, (worlds, clouds).

    What it has let to other clouds, or builds for them, does not count.
    """
    return e.clouds.act(Cloud.commits_to_one, e.p, by_slot(runs_ahead(e, clouds, clouds.left_to_tenants)))


def promised(e: Economy, host: Hosted, need: FloatArray) -> FloatArray:
    """Share of its ``need`` that each tenant's host would commit to it, 0-1, (worlds, start-ups).

    Args:
        e: the economy.
        host: the first host of each.
        need: of each firm, some months ahead, H100e, (worlds, start-ups).
    """
    most = host.at(most_for_one(e, e.clouds.view()))
    return np.where(need > 0.0, np.minimum(most / positive(need), 1.0), 1.0)


def expected_fill(e: Economy) -> FloatArray:
    """Share of its need that each tenant can count on at its first host some months ahead, (worlds, start-ups).

    It is what the market will leave it (:func:`market_fill`), and no more than the host commits to one tenant
    (:func:`promised`).
    """
    startups = e.startups.view()
    host = Hosted(startups.host, e.clouds.slots)
    each = need_ahead(e, startups) / np.maximum(startups.weight, TINY)
    return np.minimum(market_fill(e, host), promised(e, host, each))


def market_fill(e: Economy, host: Hosted) -> FloatArray:
    """Share of their wants that each tenant's first host can serve some months ahead, 0-1, (worlds, start-ups).

    The tenant sets the growth of its own need against the growth of what its host runs (row L15); neither it nor the
    host sees the others' plans.
    """
    p = e.p.compute
    startups = e.startups.view()
    clouds = e.clouds.view()
    supply = runs_ahead(e, clouds, room_for_tenants(e, clouds))
    each = (startups.wanted - startups.own_used) / np.maximum(startups.weight, TINY)
    wants = np.maximum(clouds.demand_outside, 0.0)
    return market.fill_ahead(each, startups.need_growth, p.look_ahead, host.at(supply), host.at(wants))
