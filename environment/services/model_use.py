"""Services: labs and clouds train and release; users and enterprises choose and pay; adoption moves."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import BELOW_ALL, LEAST_MUSD, LEAST_RENT, SMALL, TINY, exp, log, log10, positive, ratio
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.enterprise import Enterprise
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, BoolArray, FloatArray
from kingmaker.agents.units import RENT_MUSD, TRAINING_UNIT
from kingmaker.environment.core.definitions import STRONG_MODEL
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, by_host
from kingmaker.environment.core.phases import phase
from kingmaker.environment.knowledge import effective_compute as tech
from kingmaker.environment.services import licences, open_models, sales
from kingmaker.environment.services import service_market as market
from kingmaker.environment.services.dimensions import DIMENSIONS
from kingmaker.environment.ties import relations


@phase("renting.rent_compute")
def train(e: Economy) -> None:
    """Compute not needed to serve users trains the next model; runs that are a step forward are released."""
    p = e.p
    population = e.startups
    startups: Startup = population.view()
    clouds = e.clouds.view()
    serving = np.minimum(population.act(Startup.serves, p, _rent(e)), p.services.serving_most * startups.used)
    dense = _dense(clouds)
    own = ratio(startups.own_used, startups.used)
    pool = ratio(e.now.building.site_compute, e.now.building.site_capacity)
    throughput = (1.0 - own) * at_host(dense, startups.host, 1.0) + own * at_host(pool, startups.region)
    per_firm = (startups.used + startups.public_compute - serving) * throughput / np.maximum(startups.weight, TINY)
    share = p.technology.main_run
    flop = tech.training_flop(share * per_firm, p.technology.flop_utilisation)
    largest = population.act(Startup.largest_run, p, by_slot(per_firm))
    startups.training = np.minimum(startups.training + flop, np.maximum(largest, startups.training))
    startups.run_months = startups.run_months + 1.0
    done = population.act(Startup.finishes_run, p) & startups.alive
    made = log10(np.maximum(startups.training, SMALL)) + TRAINING_UNIT + startups.algorithms
    startups.capability = np.where(done, made, startups.capability)
    startups.recipe = np.where(done, startups.algorithms, startups.recipe)
    rl = population.act(Startup.chooses_rl, p, *_tastes(e), e.draws("strategy", "startups"))
    startups.rl = np.where(done, rl, startups.rl)
    startups.training = np.where(done, 0.0, startups.training)
    startups.run_months = np.where(done, 0.0, startups.run_months)
    revenue_share = startups.revenue / np.maximum(e.conditions.use, SMALL) / np.maximum(startups.weight, TINY)
    opens = population.act(Startup.opens_weights, p, by_slot(revenue_share), e.draws("open weights", "startups"))
    startups.open_weights = np.where(done, opens, startups.open_weights)
    strong = done & (startups.capability >= e.conditions.frontier - STRONG_MODEL)
    e.note_event(strong, "startups", "release", "releases a strong model")
    _train_clouds(e, clouds)
    inside = clouds.workloads + clouds.ambition + e.clouds.act(Cloud.serves, p, _rent(e))
    clouds.wanted_inside = np.where(clouds.alive, inside, 0.0)
    _see_frontier(e, startups, clouds)


def _rent(e: Economy) -> FloatArray:
    """The usual rent of an H100e-hour, $, (worlds, 1)."""
    return np.maximum(e.now.compute.rent_market[:, np.newaxis], LEAST_RENT)


def _tastes(e: Economy) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The market's weights of reasoning, tool use and safety, (worlds, 1) each."""
    tastes = e.conditions.tastes
    reasoning, tool_use, safety = (np.ascontiguousarray(tastes[:, k : k + 1]) for k in range(len(DIMENSIONS)))
    return reasoning, tool_use, safety


def _dense(clouds: Cloud) -> FloatArray:
    """Dense throughput, which training needs, of a unit of a host's capacity, which serving users weighs as well."""
    return np.asarray(clouds.compute / positive(clouds.capacity))


def _train_clouds(e: Economy, clouds: Cloud) -> None:
    p = e.p
    research = np.maximum(clouds.inside - clouds.workloads - e.clouds.act(Cloud.serves, p, _rent(e)), 0.0)
    rented = ratio(clouds.rented, clouds.inside)
    research = research * ((1.0 - rented) * _dense(clouds) + rented * e.now.compute.rented_dense)
    flop = tech.training_flop(p.technology.main_run * research, p.technology.flop_utilisation)
    largest = e.clouds.act(Cloud.largest_run, p, by_slot(research))
    run = np.minimum(clouds.training + flop, np.maximum(largest, clouds.training))
    clouds.training = np.where(clouds.develops, run, 0.0)
    clouds.run_months = np.where(clouds.develops, clouds.run_months + 1.0, 0.0)
    done = e.clouds.act(Cloud.finishes_run, p)
    made = log10(np.maximum(clouds.training, SMALL)) + TRAINING_UNIT + clouds.algorithms
    clouds.capability = np.where(done, made, clouds.capability)
    clouds.recipe = np.where(done, clouds.algorithms, clouds.recipe)
    rl = e.clouds.act(Cloud.chooses_rl, p, *_tastes(e), e.draws("strategy", "clouds"))
    clouds.rl = np.where(done, rl, clouds.rl)
    clouds.training = np.where(done, 0.0, clouds.training)
    clouds.run_months = np.where(done, 0.0, clouds.run_months)
    opens = e.clouds.act(Cloud.opens_weights, p, e.draws("open weights", "clouds"))
    clouds.open_weights = np.where(done, opens, clouds.open_weights)
    e.note_event(done, "clouds", "release", "releases a model of its own")


def _see_frontier(e: Economy, startups: Startup, clouds: Cloud) -> None:
    """Frontiers of capability and of algorithms; the weak build on the best open model (lineage)."""
    c, p = e.conditions, e.p.technology
    own = np.where(startups.alive, startups.capability, BELOW_ALL)
    big = np.where(clouds.develops & clouds.alive, clouds.capability, BELOW_ALL)
    c.frontier = np.maximum(own.max(axis=-1), big.max(axis=-1))[:, np.newaxis]
    open_own = np.where(startups.open_weights, own, BELOW_ALL)
    open_big = np.where(clouds.open_weights & clouds.alive, clouds.capability, BELOW_ALL)
    best_own, best_big = open_own.max(axis=-1), open_big.max(axis=-1)
    hosts = clouds.capability.shape[-1]
    best = np.maximum(best_own, best_big)[:, np.newaxis]
    by_big = best_big >= best_own
    source = np.where(by_big, np.argmax(open_big, axis=-1), hosts + np.argmax(open_own, axis=-1))[:, np.newaxis]
    # what has been published stays published, even if its developer closes the next model or the shop
    better = best > c.open_frontier
    c.open_origin = np.where(better, source, c.open_origin)
    for name, old in (("recipe", c.open_recipe), ("rl", c.open_rl)):
        both = np.concatenate([getattr(clouds, name), getattr(startups, name)], axis=-1)
        setattr(c, f"open_{name}", np.where(better, np.take_along_axis(both, source, axis=-1), old))
    c.open_frontier = np.maximum(c.open_frontier, best)
    c.best_algorithms = np.maximum(
        np.where(startups.alive, startups.algorithms, BELOW_ALL).max(axis=-1),
        np.where(clouds.develops, clouds.algorithms, BELOW_ALL).max(axis=-1),
    )[:, np.newaxis]
    open_algorithms = np.maximum(
        np.where(startups.open_weights & startups.alive, startups.algorithms, BELOW_ALL).max(axis=-1),
        np.where(clouds.open_weights, clouds.algorithms, BELOW_ALL).max(axis=-1),
    )[:, np.newaxis]
    c.open_algorithms = np.maximum(c.open_algorithms, open_algorithms)
    for firms in (startups, clouds):
        taught = tech.distil(firms.capability, c.frontier, firms.talent, p.distillation, p.distil_gap)
        if firms is clouds:
            taught = np.where(clouds.develops, taught, clouds.capability)
        # what a teacher's outputs add is know-how, not compute
        firms.recipe, firms.capability = firms.recipe + (taught - firms.capability), taught
    built_on = c.open_frontier + p.fine_tuning * (startups.talent + startups.data - 1.0)
    builds = startups.alive & (built_on > startups.capability)
    startups.product = np.where(builds, built_on, startups.capability)
    base = np.where(builds, c.open_origin, NONE).astype(np.int32)
    relations.lineage(e, startups.base_model, base)
    startups.base_model = base


@phase("model_use.train")
def sell_services(e: Economy) -> None:
    """Sectors spread their spending over suppliers by quality, reach, data and price; self-hosters rent compute."""
    p, c = e.p, e.conditions
    startups = e.startups.view()
    clouds = e.clouds.view()
    sectors = e.enterprises.view()
    spending = _spending(e, sectors)
    old_use = c.use
    model, recipe, rl, builds = _products(e, startups, clouds)
    lean, suited = e.startups.act(Startup.design, p)
    _set_prices(e, startups, clouds, builds, lean)
    sells = np.where(clouds.develops & clouds.alive, p.services.sold_separately, 0.0)
    appeal = suited * _fashion(e, startups.alive.shape[-1])
    mass = np.concatenate([sells, startups.weight * startups.alive * appeal], axis=-1)
    quality = market.quality(
        model, recipe, compute_weight=p.services.compute_weight, algorithm_weight=p.services.algorithm_weight
    )
    lent = licences.lent_reach(e)
    got, spent, bought = sales.spread(e, _attraction(e, quality, mass, lent), rl, spending)
    got_c, got_s = np.split(got, [e.clouds.slots], axis=-1)
    got_c, got_s = np.ascontiguousarray(got_c), np.ascontiguousarray(got_s)
    sales.note_tastes(e, spent)
    sales.note_dimensions(e, got, model, rl, bought)
    e.from_rest("income", "enterprises", spent)
    total = spent.sum(axis=-1, keepdims=True)
    e.now.services.lab_sales, e.now.services.resold = got_s, licences.resold(e, got_s, lent)
    direct = got_s - e.now.services.resold
    at_clouds = got_c + by_host(e.now.services.resold, startups.vendor, got_c.shape[-1])
    part = direct.sum(axis=-1, keepdims=True) / np.maximum(total, TINY)
    e.ledger.pay("services", "enterprises", spent * part, "startups", direct)
    e.ledger.pay("services", "enterprises", spent * (1.0 - part), "clouds", at_clouds)
    c.service_price = _mean_price(startups, clouds, got_s, got_c, total)
    c.use = total
    _see_sales(e, startups, clouds, got_s, got_c)
    _see_growth(e, sectors, total, old_use)


def _fashion(e: Economy, slots: int) -> FloatArray:
    """How far users' taste for one start-up's services has grown since January 2022, as a factor, (worlds, slots)."""
    p = e.p.services
    return np.where(np.arange(slots) == p.fashion_for, exp(p.fashion * e.month), 1.0)


def _see_growth(e: Economy, sectors: Enterprise, total: FloatArray, old_use: FloatArray) -> None:
    """What everybody sees of the growth of use: of users, of whom newspapers count, and later of spending.

    What was sold in December 2021 is not known, so growth is seen from the second month on.
    """
    p, c = e.p.demand, e.conditions
    homes = np.where(sectors.household, sectors.output, 0.0)
    users = (homes * sectors.adoption).sum(axis=-1, keepdims=True) / homes.sum(axis=-1, keepdims=True)
    more_users = log(users / np.maximum(c.users, SMALL)) * np.clip(users / p.noticed_users, 0.0, 1.0)
    more_sales = log(np.maximum(total, SMALL) / np.maximum(old_use, SMALL)) * np.clip(total / p.noticed_sales, 0.0, 1.0)
    seen = np.clip(np.maximum(more_users, more_sales) / p.remarkable_growth, 0.0, 1.0) * (e.month > 0)
    c.users = users
    c.signal = c.signal + p.attention * (seen - c.signal)


def _products(e: Economy, startups: Startup, clouds: Cloud) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
    """Capability, recipe and intensity of reinforcement learning of what is sold, (worlds, clouds + start-ups).

    The last is which start-ups sell what they build on an open model.
    """
    c = e.conditions
    builds = startups.product > startups.capability
    recipe = np.where(builds, c.open_recipe + (startups.product - c.open_frontier), startups.recipe)
    rl = np.where(builds, c.open_rl, startups.rl)
    return (
        np.concatenate([clouds.capability, startups.product], axis=-1),
        np.concatenate([clouds.recipe, recipe], axis=-1),
        np.concatenate([clouds.rl, rl], axis=-1),
        builds,
    )


def _set_prices(e: Economy, startups: Startup, clouds: Cloud, builds: BoolArray, lean: FloatArray) -> None:
    """Suppliers set prices on their cost: rent at their host, and how efficiently the models that they serve run.

    Who builds on an open model serves it with what has been published of how to; a frugal design costs less.
    """
    p, c = e.p, e.conditions
    known = np.where(builds, np.maximum(startups.algorithms, c.open_algorithms), startups.algorithms)
    used = np.concatenate([clouds.algorithms, known], axis=-1)
    c.service_cost, relative = market.unit_compute(
        used, np.concatenate([clouds.revenue, startups.revenue], axis=-1), c.best_algorithms,
        gain=p.services.serving_gain, own=p.services.efficiency_cost,
        most=p.services.behind_most,
    )  # fmt: skip
    hosts = e.clouds.slots
    rent = at_host(clouds.rent, startups.host, 0.0)
    cost = np.where(rent > 0.0, rent / _rent(e), 1.0) * relative[:, hosts:] * lean
    share = startups.revenue / np.maximum(c.use, SMALL) / np.maximum(startups.weight, TINY)
    price = e.startups.act(Startup.sets_price, p, by_slot(cost), by_slot(np.clip(share, 0.0, 1.0)))
    startups.price = startups.price + p.services.price_speed * (price - startups.price)
    cost = clouds.rent / _rent(e) * relative[:, :hosts]
    share = np.clip(clouds.revenue / np.maximum(c.use, SMALL), 0.0, 1.0)
    price = e.clouds.act(Cloud.sets_price, p, by_slot(cost), by_slot(share))
    clouds.price = clouds.price + p.services.price_speed * (np.where(clouds.develops, price, 1.0) - clouds.price)


def _attraction(e: Economy, quality: FloatArray, mass: FloatArray, lent: FloatArray) -> FloatArray:
    """Attraction of all suppliers, (worlds, clouds + start-ups); ``lent`` is reach that shareholders lend."""
    p = e.p.services
    startups = e.startups.view()
    clouds = e.clouds.view()
    return market.attraction(
        quality, quality.max(axis=-1, keepdims=True),
        np.concatenate([clouds.distribution, startups.distribution + lent], axis=-1),
        np.concatenate([clouds.data, startups.data], axis=-1),
        np.concatenate([clouds.price, startups.price], axis=-1), mass,
        quality_weight=p.quality_weight, distribution_weight=p.distribution_weight, data_weight=p.data_weight,
        price_sensitivity=p.price_sensitivity,
    )  # fmt: skip


def _spending(e: Economy, sectors: Enterprise) -> FloatArray:
    """What each sector spends on AI services this month, M$, and the compute of those that run open models."""
    p, c = e.p, e.conditions
    population = e.enterprises
    useful = market.usefulness(c.frontier, p.demand.useful_midpoint, p.demand.useful_width)
    visible = p.demand.visible_success
    sectors.adoption = population.act(Enterprise.adopt, p, useful, visible)
    paid = c.service_cost * c.service_price * _rent(e) / p.demand.reference_rent
    volume = market.volume_response(paid, p.demand.elasticity)
    # firms take to it as they see people around them use it
    believed = np.where(sectors.household, 1.0, c.users / (c.users + p.demand.aware_users))
    intensity = useful * volume * p.demand.intensity * believed
    intensity = intensity / (1.0 + intensity)
    gap = c.frontier - c.open_frontier
    sectors.managed = population.act(Enterprise.chooses_managed, p)
    own_cost = _rent(e) * open_models.cost(e)
    service_price = _rent(e) * p.services.markup * c.service_price
    wants = population.act(Enterprise.wants_self_hosting, p, gap, service_price, by_slot(own_cost))
    sectors.self_hosting = sectors.self_hosting + p.demand.self_hosting_speed * (wants - sectors.self_hosting)
    budget = sectors.output * sectors.potential * sectors.adoption * intensity
    sectors.compute = (
        p.services.compute_cost_share * open_models.overhead(e) * budget * sectors.self_hosting
        / (_rent(e) * RENT_MUSD)
    )  # fmt: skip
    sectors.spending = budget * (1.0 - sectors.self_hosting)
    return np.asarray(sectors.spending)


def _mean_price(
    startups: Startup, clouds: Cloud, got_s: FloatArray, got_c: FloatArray, total: FloatArray
) -> FloatArray:
    """Mean relative price paid, weighted by sales, (worlds, 1)."""
    paid = (got_s * startups.price).sum(axis=-1, keepdims=True) + (got_c * clouds.price).sum(axis=-1, keepdims=True)
    return np.where(total > 0.0, paid / positive(total), 1.0)


def _see_sales(e: Economy, startups: Startup, clouds: Cloud, got_s: FloatArray, got_c: FloatArray) -> None:
    """Sales, their growth, and the reach that users' habit builds."""
    p = e.p.services
    now = startups.revenue + p.sales_speed * (got_s - startups.revenue)
    change = log(np.maximum(now, LEAST_MUSD) / np.maximum(startups.revenue, LEAST_MUSD))
    change = np.clip(change, -p.growth_bound, p.growth_bound)
    startups.growth = startups.growth + p.growth_memory * (change - startups.growth)
    startups.revenue = now
    share = got_s / np.maximum(e.conditions.use, SMALL) / np.maximum(startups.weight, TINY)
    habit = startups.distribution + p.habit * share * (1.0 - startups.distribution) - p.forget * startups.distribution
    startups.distribution = np.clip(habit, p.least_reach, 1.0)
    clouds.revenue = got_c
    rent = e.now.compute.rent_income - e.now.compute.sublet_musd  # what lessees sub-let is theirs
    clouds.ai_revenue = rent + e.now.services.resale + got_c
