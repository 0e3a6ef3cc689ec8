"""Measures of models and of who makes, sells and uses them, beside those of ``record``."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import LEAST_AMOUNT, TINY, log10, positive
from kingmaker.agents.types import FloatArray
from kingmaker.agents.units import HOURS, TRAINING_UNIT
from kingmaker.environment.core.definitions import ESTABLISHED, NEAR_FRONTIER
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.knowledge.effective_compute import training_flop


def observe_models(e: Economy) -> dict[str, FloatArray]:
    """Dimensions of what is sold, cost, incumbents, designs, and clouds' business with open models, (worlds,) each."""
    s = e.now.services
    sold = {
        "reasoning_sold": s.reasoning_sold, "tool_use_sold": s.tool_use_sold, "safety_sold": s.safety_sold,
        "reasoning_sorting": s.reasoning_sorting,
    }  # fmt: skip
    return sold | _costs(e) | _firms(e) | {"raised_for_compute": _raised_for_compute(e)}


def _raised_for_compute(e: Economy) -> FloatArray:
    """Compute's part of the raised money that start-ups spend, (worlds,)."""
    startups = e.startups.view()
    compute = startups.spending_raised.sum(axis=-1)
    spent = compute + e.now.turnover.raised_for_staff
    return np.asarray(compute / positive(spent))


def _costs(e: Economy) -> dict[str, FloatArray]:
    """What a dollar buys in training, and compute for serving."""
    month = training_flop(np.ones(e.worlds), e.p.technology.flop_utilisation[:, 0])  # of one H100e, 1e21 FLOP
    dollars = np.maximum(e.now.compute.rent_market, LEAST_AMOUNT) * HOURS
    return {
        "capability_per_dollar": e.conditions.best_algorithms[:, 0] + TRAINING_UNIT + log10(month / dollars),
        "serving_cost": e.conditions.service_cost[:, 0],
        "serving_h100e": e.now.compute.serving_startups
        + e.now.compute.serving_clouds.sum(axis=-1)
        + e.now.compute.business,
        "cloud_compute_musd": (e.now.compute.rent_income - e.now.compute.sublet_musd).sum(axis=-1)
        + e.now.services.resale.sum(axis=-1),
        "resale_musd": e.now.services.resale.sum(axis=-1),
    }


def _firms(e: Economy) -> dict[str, FloatArray]:
    startups = e.startups.view()
    clouds = e.clouds.view()
    old = np.zeros(startups.revenue.shape[-1], dtype=np.bool_)
    rows = e.tables.startups
    old[: len(rows)] = [row.entry <= 0 and row.capability >= ESTABLISHED for row in rows]
    own = (startups.product <= startups.capability) & ~startups.open_weights
    closed = np.where(own, startups.revenue, 0.0).sum(axis=-1)
    closed = closed + np.where(clouds.open_weights, 0.0, clouds.revenue).sum(axis=-1)
    labs, big = startups.revenue.sum(axis=-1), clouds.revenue.sum(axis=-1)
    total = np.maximum(labs + big, TINY)
    alive = startups.weight * startups.alive
    near = startups.capability >= e.conditions.frontier - NEAR_FRONTIER
    firms = alive.sum(axis=-1)
    return {
        "incumbent_share": (np.where(old, startups.revenue, 0.0).sum(axis=-1) + big) / total,
        "closed_share": closed / total,
        "frugal_share": (alive * startups.frugality).sum(axis=-1) / np.maximum(firms, TINY),
        "frontier_startups": (alive * near).sum(axis=-1),
    }
