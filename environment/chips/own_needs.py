"""Own needs: what clouds' owners want to run for their own business and models, planned by its return."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import ANY_PRICE, LEAST_AMOUNT, largest_other, logistic, ratio
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.population import by_slot
from kingmaker.agents.types import CN, BoolArray, FloatArray
from kingmaker.agents.units import HOURS, USD, YEAR
from kingmaker.environment.chips.energy import running_cost
from kingmaker.environment.core.economy import Economy

_FALLS_SHORT = "wants less compute of its own: returns fall short of what it expected"
_DOES_NOT_PAY = "wants less compute of its own: the last hour does not bring what it costs"


def plan_own_needs(e: Economy, cost: FloatArray) -> None:
    """Reach, own work and training are planned at the full ``cost`` of expansion (M$ per unit, (worlds, clouds))."""
    p, population = e.p, e.clouds
    clouds: Cloud = population.view()
    before = clouds.workloads + clouds.ambition
    # where nothing is offered, the last price known holds
    clouds.own_cost = np.where(cost < ANY_PRICE, _full_cost(e, cost), clouds.own_cost)
    useful = logistic((e.conditions.frontier - p.demand.useful_midpoint) / p.demand.useful_width)
    leader = _of_rivals(clouds, clouds.reach)
    clouds.reach = population.act(Cloud.spreads_ai, p, useful, by_slot(leader))
    clouds.workloads = population.act(Cloud.plans_work, p)
    rivals = _of_rivals(clouds, np.where(clouds.develops, clouds.ambition, 0.0))
    clouds.ambition = population.act(Cloud.raise_ambition, p, by_slot(rivals))
    grew = clouds.own_growth.copy()
    clouds.own_growth = population.act(Cloud.sees_own_growth, p, by_slot(before))
    _tell_cuts(e, clouds, grew)


def _full_cost(e: Economy, cost: FloatArray) -> FloatArray:
    """M$ a month of a unit of compute: written off over its life, return on the money in it, and running it."""
    p, clouds = e.p, e.clouds.view()
    price = np.take_along_axis(e.conditions.energy_price, clouds.region.astype(np.int64), axis=1)
    running = running_cost(e.p, price) * (HOURS * USD)
    return np.asarray(
        cost * (1.0 / p.chips.asset_life + p.clouds.hurdle / YEAR) / p.clouds.target_utilisation + running
    )


def _of_rivals(clouds: Cloud, amount: FloatArray) -> FloatArray:
    """For each cloud the largest amount among the others of its side, China or the rest, (worlds, clouds)."""
    chinese: BoolArray = clouds.region == CN
    inside = largest_other(np.where(chinese, amount, 0.0))
    return np.where(chinese, inside, largest_other(np.where(chinese, 0.0, amount)))


def _tell_cuts(e: Economy, clouds: Cloud, grew: FloatArray) -> None:
    """Who begins to want less compute of its own, and why: it brought less than was expected, or more is too dear."""
    if not e.partnerships.keep:
        return
    wants = clouds.alive & (clouds.workloads + clouds.ambition > LEAST_AMOUNT)
    turns = wants & (grew >= 0.0) & (clouds.own_growth < 0.0)
    disappointed = e.clouds.act(Cloud.surprise, e.p) < 0.0
    for where, why in ((turns & disappointed, _FALLS_SHORT), (turns & ~disappointed, _DOES_NOT_PAY)):
        e.note_event(where, "clouds", "pivot", why)


def observe(e: Economy) -> dict[str, FloatArray]:
    """Measures of own needs, what they bring and what is believed of them, each of shape (worlds,)."""
    clouds = e.clouds.view()
    work = np.where(clouds.own_benefit > 0.0, np.minimum(clouds.workloads, clouds.inside), 0.0)
    benefit, cost = clouds.own_benefit.sum(axis=-1), (work * clouds.own_cost).sum(axis=-1)
    return {
        "own_work_h100e": (clouds.workloads * clouds.alive).sum(axis=-1),
        "own_training_h100e": (clouds.ambition * clouds.alive).sum(axis=-1),
        "own_benefit_musd": benefit,
        "own_yield": ratio(benefit, work.sum(axis=-1) * HOURS * USD),
        "own_return": ratio(benefit, cost),
        "belief": ratio((clouds.sentiment * clouds.compute).sum(axis=-1), clouds.compute.sum(axis=-1)),
    }
