"""Rationing: what tenants ask of their hosts, whom a short host serves first, and whom it holds back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kingmaker.agents.arithmetic import LEAST_PART, SMALL
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import PLAIN, Startup
from kingmaker.agents.types import NONE, BoolArray, FloatArray
from kingmaker.environment.compute import compute_market as market
from kingmaker.environment.compute.public_compute import public_wants
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, by_host


@dataclass(frozen=True)
class Served:
    """What tenants get: by start-up (worlds, n), and by host (worlds, hosts)."""

    got: list[FloatArray]  # compute from the hosts, H100e, by contract in use; the first is that with the first host
    asked: FloatArray  # asked of the first host
    business: FloatArray  # got by enterprises that run open models, by host
    public: FloatArray  # got by the public fund, by host
    small: BoolArray  # which start-ups are small tenants
    reserved: FloatArray  # served out of capacity reserved for small tenants, by host
    wants: FloatArray  # all that was asked, by host
    sold: FloatArray  # all that was served, by host


def ration(e: Economy, wanted: FloatArray, business: FloatArray, rent: FloatArray) -> Served:
    """Serve small tenants out of what the law reserves for them, then partners, then the others pro rata.

    Those who rival the host's own models get less if that pays.

    A host with a right of first refusal is asked for all that its tenant wants; the others stand by for what the first
    lately left, and give of it what is still missing.

    Args:
        e: the economy.
        wanted: compute that each start-up wants, (worlds, n).
        business: compute wanted by enterprises at each host, (worlds, hosts).
        rent: what each host asks for, $ per H100e-hour, (worlds, hosts).
    """
    startups = e.startups.view()
    clouds = e.clouds.view()
    leases = startups.leases
    host = [lease.lessor for lease in leases]
    partner = startups.contract != PLAIN
    all_first = e.startups.act(Startup.asks_host_first)
    first = wanted * np.where(all_first, 1.0, startups.first_share)
    rival = _rivals(e, startups, clouds)
    hosts = e.clouds.slots
    small, reserved, from_reserve = _reserve(e, startups, clouds, wanted, first)
    first = first - from_reserve
    free = np.maximum(clouds.unleased - e.clouds.act(Cloud.kept_inside, e.p), 0.0)
    free = np.maximum(free - reserved, 0.0)
    public = public_wants(e, rent, free)
    partners = by_host(np.where(partner, first, 0.0), host[0], hosts)
    fill_partner, left = market.serve_partners(partners, free)
    rivals = by_host(np.where(rival[0] & ~partner, first, 0.0), host[0], hosts)
    others = by_host(np.where(rival[0] | partner, 0.0, first), host[0], hosts)
    asked = [first, *(wanted * lease.share for lease in leases[1:])]
    for k in range(1, len(leases)):
        rivals = rivals + by_host(np.where(rival[k], asked[k], 0.0), host[k], hosts)
        others = others + by_host(np.where(rival[k], 0.0, asked[k]), host[k], hosts)
    others = others + business + public
    weight = 1.0 - _held_back(e, startups, clouds, rival[0], others, rivals, left)
    fill, fill_rival = market.fill_rates(others, rivals, weight, left)
    served = np.where(rival[0], at_host(fill_rival, host[0]), at_host(fill, host[0]))
    got_open = first * np.where(partner, at_host(fill_partner, host[0]), served)
    got = [got_open + from_reserve]
    sold = partners * fill_partner + (business + public) * fill + reserved
    sold = sold + by_host(np.where(partner, 0.0, got_open), host[0], hosts)
    had = got[0]
    for k in range(1, len(leases)):
        served = np.where(rival[k], at_host(fill_rival, host[k]), at_host(fill, host[k]))
        got.append(np.minimum(asked[k] * served, np.maximum(wanted - had, 0.0)))
        had = had + got[k]
        sold = sold + by_host(got[k], host[k], hosts)
    whole = rivals.sum(axis=-1)
    e.now.compute.rival_penalty = (rivals * (fill - fill_rival)).sum(axis=-1) / np.where(whole > 0.0, whole, 1.0)
    return Served(
        got=got, asked=first + from_reserve, business=business * fill, public=public * fill,
        small=small, reserved=reserved, wants=partners + others + rivals + reserved, sold=sold,
    )  # fmt: skip


def _reserve(
    e: Economy, startups: Startup, clouds: Cloud, wanted: FloatArray, first: FloatArray
) -> tuple[BoolArray, FloatArray, FloatArray]:
    """Small tenants, what each host serves them out of reserved capacity, and what each of them gets of it."""
    small = (wanted < e.p.policy.small_tenant * startups.weight) & (startups.contract == PLAIN)
    small &= startups.host != NONE
    if not e.in_force.reserved.any():  # nothing is reserved, in any world
        return small, np.zeros_like(clouds.capacity), np.zeros_like(first)
    wants = by_host(np.where(small, first, 0.0), startups.host, clouds.capacity.shape[-1])
    reserved, served = market.reserve(wants, clouds.unleased, e.in_force.reserved)
    return small, reserved, np.where(small, first * at_host(served, startups.host), 0.0)


def _rivals(e: Economy, startups: Startup, clouds: Cloud) -> list[BoolArray]:
    """Who competes with the models of its host, by contract in use, each (worlds, n)."""
    own = np.where(clouds.develops & clouds.alive, clouds.capability, np.inf)
    return [
        e.startups.act(Startup.rivals_host, e.p, by_slot(at_host(own, lease.lessor, np.inf)))
        for lease in startups.leases
    ]


def _held_back(
    e: Economy, startups: Startup, clouds: Cloud, rival: BoolArray, others: FloatArray, rivals: FloatArray,
    left: FloatArray,
) -> FloatArray:  # fmt: skip
    """Part of their claim that rivals lose at each host, (worlds, hosts).

    Users who leave a supplier spread over the others by their shares (the diversion of a logit).
    """
    hosts = clouds.capacity.shape[-1]
    use = np.maximum(e.conditions.use, SMALL)
    sales = by_host(np.where(rival, startups.revenue, 0.0), startups.host, hosts)
    compute = by_host(np.where(rival, startups.used, 0.0), startups.host, hosts)
    diversion = clouds.revenue / use / np.maximum(1.0 - sales / use, LEAST_PART)
    diverted = np.clip(diversion, 0.0, 1.0) * sales / np.where(compute > 0.0, compute, 1.0)
    excess = np.maximum(others + rivals - left, 0.0)
    relet = np.minimum(excess / np.where(rivals > 0.0, rivals, 1.0), 1.0)
    held = e.clouds.act(Cloud.holds_back, e.p, by_slot(diverted), by_slot(relet))
    return np.asarray(held)
