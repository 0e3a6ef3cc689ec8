"""Complaints: who has a grievance about which cloud, how many file it, and what each authority hears of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kingmaker.agents.arithmetic import TINY, positive, ratio
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.regulator import Regulator
from kingmaker.agents.startup import EXCLUSIVE, Startup
from kingmaker.agents.types import CN, EU, NONE, REGIONS, BoolArray, FloatArray, IntArray
from kingmaker.agents.units import YEAR
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, by_host


@dataclass(frozen=True)
class Heard:
    """What each authority hears this month, each of shape (worlds, authorities) unless it says otherwise."""

    short: FloatArray  # complaints of tenants that are not served, per tenant of its region
    foreclosed: FloatArray  # complaints of labs bound to a host that fails them, and of rivals shut out, per firm
    tied: FloatArray  # share of start-ups' compute at a host that owns a part of them, (worlds, 1)
    target: IntArray  # the cloud complained about most (the largest, where nobody complains)


def hear_complaints(e: Economy) -> Heard:
    """Count complaints by host and by region of those who complain; a firm with a grievance files it by chance.

    The part that files (``policy.complaint_chance``) is taken as a mean, so that it does not matter how finely
    start-ups are grained. Three sorts: tenants that are not served; labs that are not served and cannot leave (an
    exclusive contract, or compute paid ahead), who are the excluded; and clouds with idle room, shut out by the
    exclusive contracts of others.
    """
    p = e.p.policy
    startups = e.startups.view()
    clouds = e.clouds.view()
    regulators = e.regulators.view()
    hosts = e.clouds.slots
    hosted = startups.alive & (startups.host != NONE)
    # what a sovereignty rule keeps a cloud from serving is no grievance against it
    lawful = np.where(startups.region == EU, at_host(clouds.lawful, startups.host, 1.0), 1.0)
    unserved = hosted & (startups.fill < p.complaint_fill * lawful)
    held = (startups.contract == EXCLUSIVE) | ((startups.credit > 0.0) & (startups.credit_host == startups.host))
    files = p.complaint_chance * startups.weight
    short, bound = files * (unserved & ~held), files * (unserved & held)
    rivals, accused = _rivals(e, startups, clouds)
    clouds.complaints = by_host(short + bound, startups.host, hosts) + accused
    e.now.oversight.complaints = clouds.complaints.sum(axis=-1)
    tenants = _by_region(startups.weight * hosted, startups.region)
    sellers = _by_region((clouds.rents_out & clouds.alive).astype(np.float64), clouds.region)
    short_rate = ratio(_by_region(short, startups.region), tenants)
    bound_rate = ratio(_by_region(bound, startups.region), tenants)
    rival_rate = ratio(_by_region(rivals, clouds.region), sellers)
    place = regulators.region.astype(np.int64)
    return Heard(
        short=np.take_along_axis(short_rate, place, axis=1),
        foreclosed=np.take_along_axis(bound_rate + rival_rate, place, axis=1),
        tied=_tied(startups),
        target=_most_accused(e, clouds, regulators),
    )


def _rivals(e: Economy, startups: Startup, clouds: Cloud) -> tuple[FloatArray, FloatArray]:
    """Complaints by, and about, each cloud for exclusive contracts that shut rivals out, both (worlds, clouds).

    A cloud with idle room complains the more often, the larger the part of start-ups' compute that others hold.
    """
    hosts = e.clouds.slots
    total = np.maximum(startups.used.sum(axis=-1, keepdims=True), TINY)
    exclusive = startups.contract == EXCLUSIVE
    share = by_host(np.where(exclusive, startups.used * startups.first_share, 0.0), startups.host, hosts)
    share = share / total
    held_by_others = np.maximum(share.sum(axis=-1, keepdims=True) - share, 0.0)
    idle = clouds.rents_out & clouds.alive & (clouds.region != CN)
    idle = idle & (clouds.utilisation < e.p.clouds.target_utilisation)
    files = e.p.policy.complaint_chance * held_by_others * idle
    whole = share.sum(axis=-1, keepdims=True)
    about = files.sum(axis=-1, keepdims=True) * share / positive(whole)
    return files, about


def _tied(startups: Startup) -> FloatArray:
    """Share of start-ups' compute that stands at a cloud which owns a part of the tenant, (worlds, 1)."""
    owned = (startups.vendor != NONE) & (startups.vendor == startups.host)
    used = startups.used.sum(axis=-1, keepdims=True)
    return ratio(np.where(owned, startups.used, 0.0).sum(axis=-1, keepdims=True), used)


def _most_accused(e: Economy, clouds: Cloud, regulators: Regulator) -> IntArray:
    """The cloud that an inquiry opened now would name first, (worlds, authorities); China looks at its own.

    It names a firm, not an aggregate of many.
    """
    renting = clouds.rents_out & clouds.alive & ~clouds.aggregate
    size = (clouds.cloud_revenue + clouds.ai_revenue) * renting
    filed = clouds.complaints.sum(axis=-1, keepdims=True)
    size = size / np.maximum(size.sum(axis=-1, keepdims=True), TINY)
    # large and much complained about
    score = size * (e.p.policy.size_weight + clouds.complaints / np.maximum(filed, TINY))

    def first(side: BoolArray) -> IntArray:
        best = np.argmax(np.where(side & renting, score, -1.0), axis=-1)
        return np.asarray(best[:, np.newaxis].astype(np.int32))

    chinese = clouds.region == CN
    return np.where(regulators.region == CN, first(chinese), first(~chinese)).astype(np.int32)


def end_users(e: Economy) -> FloatArray:
    """Million people in the European Union who are end users of each cloud service, (worlds, clouds).

    Users of AI are spread over suppliers by sales, and a start-up's users over its hosts; of them only those count who
    deal with the cloud itself and pay for it (Digital Markets Act, annex, on cloud services).
    """
    startups = e.startups.view()
    clouds = e.clouds.view()
    hosts = e.clouds.slots
    through = by_host(startups.revenue * startups.first_share, startups.host, hosts)
    for row in startups.contracts_in_use[1:]:
        through = through + by_host(startups.revenue * row.share, row.lessor, hosts)
    west = np.where(clouds.region == CN, 0.0, clouds.revenue + through)
    total = west.sum(axis=-1, keepdims=True)
    people = e.p.policy.end_user_part * e.p.policy.eu_people * e.conditions.users
    return np.asarray(people * west / positive(total))


def business_users(e: Economy) -> FloatArray:
    """Firms in the European Union that use each cloud, number, (worlds, clouds): tenants, and customers of the rest."""
    p = e.p.policy
    startups = e.startups.view()
    clouds = e.clouds.view()
    tenants = np.where((startups.region == EU) & startups.alive, startups.weight, 0.0)
    customers = YEAR * p.eu_turnover_share * clouds.cloud_revenue * clouds.rents_out / p.business_user_spending
    return np.asarray(customers + by_host(tenants, startups.host, e.clouds.slots))


def cloud_shares(clouds: Cloud) -> FloatArray:
    """Each cloud's share of cloud revenue (ordinary and AI) on its side, China or the rest, (worlds, clouds)."""
    revenue = (clouds.cloud_revenue + clouds.ai_revenue) * clouds.alive
    chinese = clouds.region == CN
    in_china = np.where(chinese, revenue, 0.0).sum(axis=-1, keepdims=True)
    rest = np.where(chinese, 0.0, revenue).sum(axis=-1, keepdims=True)
    return ratio(revenue, np.where(chinese, in_china, rest))


def _by_region(amount: FloatArray, region: IntArray) -> FloatArray:
    """Sums over each region, (worlds, regions)."""
    return by_host(amount, region, len(REGIONS))
