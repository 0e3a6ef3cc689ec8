"""Technology: efficiency is found and spreads; moats of software move; power capacity is added."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import BELOW_ALL, SMALL, log10
from kingmaker.agents.chipmaker import Chipmaker
from kingmaker.agents.population import by_slot
from kingmaker.agents.types import CN, FloatArray
from kingmaker.agents.units import USD, YEAR
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import best_by_host
from kingmaker.environment.core.phases import phase
from kingmaker.environment.inputs.tables import power_rows
from kingmaker.environment.knowledge import effective_compute as tech


@phase()
def spread_knowledge(e: Economy) -> None:
    """Own research, imitation, open models and distillation move the algorithms and capability of every developer."""
    p, c = e.p.technology, e.conditions
    startups = e.startups.view()
    clouds = e.clouds.view()
    rules = {
        "pace": log10(2.0) / p.efficiency_doubling, "diffusion": p.diffusion, "openness": p.open_learning,
        "induced": p.induced,
    }  # fmt: skip
    shared = (c.best_algorithms, c.open_algorithms)
    barred = c.export_gap * (startups.region == CN)
    scarcity = np.clip(1.0 - startups.fill + barred, 0.0, 1.0)
    startups.algorithms = tech.research(startups.algorithms, *shared, startups.talent, scarcity, **rules)
    barred = c.export_gap * (clouds.region == CN)
    learned = tech.research(clouds.algorithms, *shared, clouds.talent, barred, **rules)
    learned = learned + p.tenant_spillover * clouds.talent * tenant_lead(e)
    clouds.algorithms = np.where(clouds.develops, learned, clouds.algorithms)


def tenant_lead(e: Economy) -> FloatArray:
    """How far the best algorithms among a host's tenants lie above its own, log10, shape (worlds, hosts).

    A host sees how its tenants train (facts S1-011), those who are with it beside their first host as well; what it
    makes of it depends on its talent (absorptive capacity: Cohen & Levinthal 1989).
    """
    startups = e.startups.view()
    clouds = e.clouds.view()
    hosts = clouds.algorithms.shape[-1]
    best = [best_by_host(startups.algorithms, row.lessor, hosts, BELOW_ALL) for row in startups.contracts_in_use]
    return np.asarray(np.maximum(np.max(best, axis=0) - clouds.algorithms, 0.0))


@phase()
def build_moats(e: Economy) -> None:
    """Chips' software matures with their makers' spending and with use, and what is open helps every maker."""
    population = e.chipmakers
    makers: Chipmaker = population.view()
    chips, p = e.chips, e.p.chips
    used = chips.by_maker(chips.running.sum(axis=1) * chips.h100e)
    work = p.software_budget * makers.research_budget(e.p) + USD * p.software_use * used
    others = p.software_spillover * (work.sum(axis=-1, keepdims=True) - work)
    makers.software = population.act(Chipmaker.improves_software, e.p, by_slot(used), by_slot(others))


@phase()
def add_power(e: Economy) -> None:
    """Regions connect new power for data centres, faster the closer they run to the limit, after slow planning."""
    c, p = e.conditions, e.p.energy
    rows = power_rows(e.tables)
    year = e.month / YEAR
    additions = np.array([[row.additions_mw_per_month * (1.0 + row.additions_growth) ** year for row in rows]])
    tightness = np.clip(c.power_used / np.maximum(c.power_capacity * p.cap, SMALL), 0.0, 1.0)
    c.power_capacity = c.power_capacity + p.additions * additions * (1.0 + p.response * tightness * tightness)
