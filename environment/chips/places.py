"""Places: where each owner's compute stands, and where it builds: power, cost, customers and law draw it.

Arrays by place have the regions last, in the order of :data:`kingmaker.agents.types.REGIONS`. Chips of one owner are
taken to be of the same mix in all of its regions.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import positive, ratio
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.population import by_slot
from kingmaker.agents.sited import PLACED
from kingmaker.agents.types import CN, EU, BoolArray, FloatArray
from kingmaker.agents.units import HOURS, QUARTER, USD, YEAR
from kingmaker.environment.chips.chip_market import exports_are_ruled
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import sum_by
from kingmaker.environment.core.phases import phase
from kingmaker.environment.core.regions import PLACES
from kingmaker.environment.inputs.tables import power_rows

IN_EUROPE = np.arange(PLACES) == EU


def placed(clouds: Cloud) -> FloatArray:
    """Compute of each cloud that runs in each region, H100e, (worlds, clouds, regions)."""
    return np.stack([getattr(clouds, name) for name in PLACED], axis=-1)


def standing(e: Economy) -> FloatArray:
    """Share of each cloud's compute that stands in each region, same shape; where it builds, if it has none yet."""
    stands = placed(e.clouds.view())
    whole = stands.sum(axis=-1, keepdims=True)
    return np.where(whole > 0.0, stands / positive(whole), e.chips.sites)


def with_pools(e: Economy, of_clouds: FloatArray) -> FloatArray:
    """Shares by region of all buyers of chips: start-ups that buy themselves house them at home."""
    pools = np.broadcast_to(np.eye(PLACES), (e.worlds, PLACES, PLACES))
    return np.concatenate([of_clouds, pools], axis=1)


def settle(e: Economy, kept: FloatArray, added: FloatArray, where: FloatArray) -> None:
    """Note where compute stands after chips have come on line and others were retired.

    Args:
        e: the economy; its clouds' ``compute`` is that of this month already.
        kept: compute that ran before and still does, H100e, (worlds, clouds).
        added: compute that has come on line, same shape.
        where: shares of it by region, (worlds, clouds, regions).
    """
    clouds = e.clouds.view()
    stands = standing(e) * kept[..., np.newaxis] + where * added[..., np.newaxis]
    share = ratio(stands, stands.sum(axis=-1, keepdims=True))
    for place, name in enumerate(PLACED):
        setattr(clouds, name, clouds.compute * share[..., place])


@phase("installation.smuggle")
def choose_sites(e: Economy) -> None:
    """Once a quarter each owner looks again at where to build; plans move slowly, as sites are held for years.

    What the law bars is left at once.
    """
    if e.month % QUARTER == 0:
        _plan(e)
    chips = e.chips
    home = e.clouds.view().region[..., np.newaxis] == np.arange(PLACES)
    lawful = np.where(may_build(e), chips.sites, 0.0)
    whole = lawful.sum(axis=-1, keepdims=True)
    chips.sites = np.where(whole > 0.0, lawful / positive(whole), home)


def _plan(e: Economy) -> None:
    """Move each owner's shares of what it builds where towards what draws it now."""
    chips = e.chips
    near = near_customers(e)[:, np.newaxis, :] * customers(e)
    drawn = (1.0 - near.sum(axis=-1, keepdims=True)) * _pull(e) + near
    due = owed_to_law(e)[..., np.newaxis]
    aim = (1.0 - due) * drawn + due * IN_EUROPE
    chips.sites = chips.sites + e.p.places.speed[..., np.newaxis] * (aim - chips.sites)


def may_build(e: Economy) -> BoolArray:
    """Where owners may build, (worlds, clouds, regions).

    Under an export rule the chips that are sold to the world may not stand in China, whoever owns them: only Chinese
    owners build there. They get what may be sold to China wherever they build, as the rule looks at the owner's home
    as well (15 CFR 742.6(a)(6); facts 8a-001, 8a-013).
    """
    controlled = exports_are_ruled(e.in_force.export_vintage, e.in_force.export_cap)
    chinese = e.clouds.view().region == CN
    return np.asarray((chinese | ~controlled)[..., np.newaxis] | (np.arange(PLACES) != CN))


def near_customers(e: Economy) -> FloatArray:
    """Part of the compute used for customers of each region that stands there, (worlds, regions).

    Users want to be near what serves them; a sovereignty rule asks for it in the Union.
    """
    law = e.p.policy.sovereign_place * IN_EUROPE
    return np.asarray(e.conditions.inference_share * np.maximum(e.p.places.near, law))


def _pull(e: Economy) -> FloatArray:
    """Shares by region of what may stand anywhere, (worlds, clouds, regions): a logit of costs and waits."""
    chips, p = e.chips, e.p
    dearer = ratio(_cost(e), _cost_2022(e))
    wait = e.conditions.connection
    weights = [
        e.clouds.act(Cloud.weighs_site, p, by_slot(chips.stood[..., r]), dearer[:, r : r + 1], wait[:, r : r + 1])
        for r in range(PLACES)
    ]
    pull = np.where(may_build(e), np.stack(weights, axis=-1), 0.0)
    return np.asarray(pull / pull.sum(axis=-1, keepdims=True))


def _cost(e: Economy) -> FloatArray:
    """What a MW of machines costs to house and to run, M$ a month, (worlds, regions), at today's prices of power."""
    rows, p = power_rows(e.tables), e.p
    grant = p.policy.site_grant * IN_EUROPE
    building = p.energy.building_cost * np.array([row.building_ratio * row.pue for row in rows]) * (1.0 - grant)
    power = e.conditions.energy_price * np.array([row.pue for row in rows])
    return np.asarray(building / p.places.building_life + power * (HOURS * USD) * p.energy.load)


def _cost_2022(e: Economy) -> FloatArray:
    """The same in January 2022, as the data have it."""
    rows, p = power_rows(e.tables), e.p
    building = p.energy.building_cost * np.array([row.building_ratio * row.pue for row in rows])
    power = np.array([row.price_usd_per_mwh * row.pue for row in rows])
    return np.asarray(building / p.places.building_life + power * (HOURS * USD) * p.energy.load)


def customers(e: Economy) -> FloatArray:
    """Shares by region of those whom each cloud serves, (worlds, clouds, regions).

    Tenants count with the compute that they got last month, firms that run open models with what they rent, and
    users of the cloud's own models by what their region spends on AI. Without any, its home.
    """
    clouds, sectors = e.clouds.view(), e.enterprises.view()
    shape = (e.worlds, e.clouds.slots, PLACES)
    tenants = _tenants(e).reshape(shape)
    rented = np.maximum(clouds.sold - tenants.sum(axis=-1), 0.0)[..., np.newaxis]
    firms = _side(e, sum_by(sectors.compute, sectors.region, 0, PLACES))
    users = _side(e, sum_by(sectors.spending, sectors.region, 0, PLACES))
    served = tenants + rented * firms + clouds.inside[..., np.newaxis] * users
    whole = served.sum(axis=-1, keepdims=True)
    home = clouds.region[..., np.newaxis] == np.arange(PLACES)
    return np.asarray(np.where(whole > 0.0, served / positive(whole), home))


def _tenants(e: Economy) -> FloatArray:
    """Compute that start-ups got last month, by cloud and by the start-ups' region, (worlds, clouds · regions)."""
    startups = e.startups.view()
    cells = e.clouds.slots * PLACES
    first = np.maximum(startups.used - startups.own_used - startups.used_elsewhere, 0.0)
    total = np.zeros((e.worlds, cells))
    for row in startups.contracts_in_use:
        code = np.where(row.lessor < 0, -1, row.lessor * PLACES + startups.region)
        total = total + sum_by(row.got if row.rank else first, code, 1, cells + 1)[:, 1:]
    return total


def _side(e: Economy, amount: FloatArray) -> FloatArray:
    """Shares by region of an amount (worlds, regions), inside China and outside it; (worlds, clouds, regions)."""
    inside = np.arange(PLACES) == CN
    chinese = (e.clouds.view().region == CN)[..., np.newaxis]
    mine = np.where(chinese == inside, amount[:, np.newaxis, :], 0.0)
    return np.asarray(ratio(mine, mine.sum(axis=-1, keepdims=True)))


def owed_to_law(e: Economy) -> FloatArray:
    """Share of what a cloud adds in a year that it owes to those bound to the Union, (worlds, clouds)."""
    chips = e.chips
    clouds = e.clouds.view()
    missing = np.maximum(clouds.bound - clouds.compute_eu, 0.0)
    mine = slice(0, chips.clouds)
    coming = (chips.awaiting[:, mine] * chips.h100e[:, np.newaxis, :]).sum(axis=-1) + YEAR * chips.need
    return np.clip(ratio(missing, coming), 0.0, 1.0)
