"""Sovereignty: rules that ask where European customers' compute stands, or whose it is; and where it does stand."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import SMALL, ratio
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.types import CN, EU, FloatArray
from kingmaker.environment.chips.places import standing
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, by_host


def room_in_europe(e: Economy) -> FloatArray:
    """Compute in the Union that clouds have for tenants, H100e, (worlds, clouds)."""
    free = np.maximum(e.clouds.view().capacity - e.clouds.act(Cloud.kept_inside, e.p), 0.0)
    return np.asarray(free * standing(e)[..., EU])


def may_serve(e: Economy) -> FloatArray:
    """Part of European customers' compute that each cloud may serve by the rules of this month, (worlds, clouds)."""
    place, owner = e.p.policy.sovereign_place, e.p.policy.sovereign_owner
    held = np.maximum(place, owner)
    return (1.0 - held) + np.where(e.clouds.view().region == EU, held, held - owner)


def servable(
    wants: FloatArray, room: FloatArray, at_home: FloatArray, place: FloatArray, owner: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Part of what European customers ask of each cloud that it may and can serve, and what of it is bound.

    Args:
        wants: compute that they ask, H100e, (worlds, clouds).
        room: compute in the Union that can serve them, same shape.
        at_home: whether the cloud's home is the Union, same shape.
        place: part that must stand in the Union, (worlds, 1).
        owner: part that must also be a European owner's, (worlds, 1).

    Returns:
        The part, 0-1, and the compute asked that must stand in the Union and may be this cloud's, H100e.
    """
    held = np.maximum(place, owner)
    mine = np.where(at_home, held, held - owner)
    bound = mine * wants
    served = np.where(bound > room, room / np.where(bound > room, bound, 1.0), (bound > 0.0) | (room > 0.0))
    return (1.0 - held) + mine * served, bound


def within_reach(
    e: Economy, asked: list[FloatArray], business: FloatArray
) -> tuple[list[FloatArray], FloatArray, FloatArray]:
    """What tenants can be served of what they ask under the rules in force.

    Args:
        e: the economy.
        asked: compute that each start-up asks, by contract in use, H100e, each (worlds, start-ups).
        business: compute that enterprises ask at each cloud, (worlds, clouds).

    Returns:
        Both, as far as the law lets them be served, and the compute that must stand in the Union, (worlds, clouds).
    """
    place, owner = e.p.policy.sovereign_place, e.p.policy.sovereign_owner
    clouds = e.clouds.view()
    if not (place.any() or owner.any()):  # no such rule, in any world
        clouds.lawful, clouds.held = np.ones_like(clouds.capacity), np.zeros_like(clouds.capacity)
        return asked, business, np.zeros_like(clouds.capacity)
    startups, sectors = e.startups.view(), e.enterprises.view()
    european = startups.region == EU
    outside = np.where(sectors.region == CN, 0.0, sectors.compute).sum(axis=-1, keepdims=True)
    firms = ratio(np.where(sectors.region == EU, sectors.compute, 0.0).sum(axis=-1, keepdims=True), outside)
    firms = np.where(clouds.region == CN, 0.0, firms)
    wants = business * firms
    for amount, row in zip(asked, startups.contracts_in_use, strict=True):
        wants = wants + by_host(np.where(european, amount, 0.0), row.lessor, e.clouds.slots)
    clouds.lawful, bound = servable(wants, room_in_europe(e), clouds.region == EU, place, owner)
    clouds.held = np.maximum(1.0 - ratio(1.0 - np.maximum(place, owner), clouds.lawful), 0.0)
    limited = [
        amount * np.where(european, at_host(clouds.lawful, row.lessor, 1.0), 1.0)
        for amount, row in zip(asked, startups.contracts_in_use, strict=True)
    ]
    return limited, business * (1.0 - firms * (1.0 - clouds.lawful)), bound


def see_bound(e: Economy, asked: FloatArray) -> None:
    """Clouds see what is asked of them that must stand in the Union, H100e, (worlds, clouds), and build for it."""
    clouds = e.clouds.view()
    clouds.bound = clouds.bound + e.p.clouds.demand_speed * (asked - clouds.bound)


def hosted_in_europe(e: Economy) -> dict[str, FloatArray]:
    """Share of the compute that European start-ups rent which stands in the Union, and that under a European owner.

    What must stand there does; of the rest, the part that wants to be near its users does as far as there is room, and
    the other part stands where the cloud stands.
    """
    clouds, startups = e.clouds.view(), e.startups.view()
    mine = (startups.region == EU) & startups.alive
    got = np.zeros_like(clouds.capacity)
    first = np.maximum(startups.used - startups.own_used - startups.used_elsewhere, 0.0)
    for row in startups.contracts_in_use:
        amount = row.got if row.rank else first
        got = got + by_host(np.where(mine, amount, 0.0), row.lessor, e.clouds.slots)
    near = e.p.places.near * e.conditions.inference_share
    there = standing(e)[..., EU]
    wish = clouds.held + (1.0 - clouds.held) * (near + (1.0 - near) * there)
    room = room_in_europe(e) / np.maximum(got, SMALL)
    part = np.minimum(wish, np.maximum(clouds.held, np.minimum(room, 1.0)))
    total = got.sum(axis=-1)
    return {
        "eu_hosted_at_home_share": ratio((got * part).sum(axis=-1), total),
        "eu_hosted_by_europeans_share": ratio(np.where(clouds.region == EU, got * part, 0.0).sum(axis=-1), total),
    }
