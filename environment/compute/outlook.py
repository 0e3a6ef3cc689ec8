"""Outlook: what labs and hosts will need and run some months ahead, and what a host will do for one lab."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from kingmaker.agents.arithmetic import TINY, exp, positive
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.contract import ContractRow
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, BoolArray, FloatArray
from kingmaker.environment.compute import compute_market as market
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import Hosted


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


def promised(most: FloatArray, need: FloatArray) -> FloatArray:
    """Share of its ``need`` that each tenant's host would commit to it, 0-1, (worlds, start-ups).

    Args:
        most: what the first host of each would have reserved by one lab, H100e, (worlds, start-ups).
        need: of each firm, some months ahead, H100e, (worlds, start-ups).
    """
    return np.where(need > 0.0, np.minimum(most / positive(need), 1.0), 1.0)


class Outlook:
    """What labs expect to need, and to get at their first hosts, in ``compute.look_ahead`` months.

    It is asked for while nobody moves or signs with another host. Each part of it is reckoned once, when it is first
    asked for, of shape (worlds, start-ups) where nothing else is said.
    """

    def __init__(self, e: Economy) -> None:
        """Nothing is reckoned yet."""
        self._e, self._startups = e, e.startups.view()

    @cached_property
    def need(self) -> FloatArray:
        """Compute that each lab expects to rent, H100e. Need that falls today is not reckoned to go on falling."""
        startups = self._startups
        return np.asarray(np.maximum(startups.wanted - startups.own_used, 0.0) * np.maximum(self._grows, 1.0))

    @cached_property
    def fill(self) -> FloatArray:
        """Share of its need that each tenant can count on at its first host, 0-1.

        It is what the market will leave it (:attr:`by_market`), and no more than the host commits to one tenant
        (:func:`promised`).
        """
        each = self.need / np.maximum(self._startups.weight, TINY)
        return np.minimum(self.by_market, promised(self._host.at(self.most_for_one), each))

    @cached_property
    def by_market(self) -> FloatArray:
        """Share of their wants that each tenant's first host can serve, 0-1.

        The tenant sets the growth of its own need against the growth of what its host runs (row L15); neither it nor
        the host sees the others' plans.
        """
        startups, clouds = self._startups, self._e.clouds.view()
        supply = runs_ahead(self._e, clouds, room_for_tenants(self._e, clouds))
        each = (startups.wanted - startups.own_used) / np.maximum(startups.weight, TINY)
        wants = np.maximum(clouds.demand_outside, 0.0)
        return market.fill_ahead(each, self._grows, self._host.at(supply), self._host.at(wants))

    @cached_property
    def most_for_one(self) -> FloatArray:
        """Compute that each cloud would have reserved by one lab, H100e, (worlds, clouds)."""
        return most_for_one(self._e, self._e.clouds.view())

    def need_at(self, row: ContractRow) -> FloatArray:
        """Compute for which a lab counts on the lessor of ``row``, H100e."""
        return np.asarray(self.need * self.share_at(row))

    def share_at(self, row: ContractRow) -> FloatArray:
        """Share of the need that it expects for which a lab counts on ``row``, 0-1.

        The shares of a lab's contracts sum to one. Where the first host is asked first, the others stand for what it is
        not expected to serve, in equal parts.
        """
        at_first = np.where(self._others > 0.0, self.fill, 1.0)
        mine = (1.0 - at_first) / positive(self._others) if row.rank else at_first
        return np.where(self._asks_first, mine, row.share)

    @cached_property
    def _host(self) -> Hosted:
        """The first host of each."""
        return Hosted(self._startups.host, self._e.clouds.slots)

    @cached_property
    def _others(self) -> FloatArray:
        """How many hosts each lab has beside its first."""
        return np.asarray(self._startups.hosts_held - (self._startups.host != NONE))

    @cached_property
    def _asks_first(self) -> BoolArray:
        """Who asks its first host for all that it needs before the others."""
        return self._e.startups.act(Startup.asks_host_first)

    @cached_property
    def _grows(self) -> FloatArray:
        """What each tenant's need grows to, as it does today, relative."""
        return exp(self._startups.need_growth * self._e.p.compute.look_ahead)
