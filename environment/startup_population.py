"""The start-ups of January 2022 and those that come later: named ones from data, the others from distributions.

Sizes are log-normal (facts: ``demand.csv``, startup_seed_median and startup_round_sigma). The synthetic start-ups stand
for a given mass of firms however many of them there are: each slot carries the ``weight`` of several firms or of a
part of one, and its amounts are those of all that it stands for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.draws import Draws
from agents.member import firm_ids
from agents.population import Population
from agents.startup import Startup
from agents.types import CN, EU, OTHER, US, FloatArray
from environment.build import KIND_CODES, region_code, slots_for
from environment.parameters import StackedParameters
from environment.streams import Streams
from environment.tables import Tables


def newcomers(p: StackedParameters, draws: Draws, weight: FloatArray, frontier: FloatArray) -> dict[str, Any]:
    """Column values of synthetic start-ups, each of shape (worlds, n); ``cash`` is what they hope to start with."""
    place = draws.uniform(1)
    region = np.where(place < 0.50, US, np.where(place < 0.70, EU, np.where(place < 0.85, CN, OTHER)))
    talent = np.clip(0.40 + 0.15 * draws.normal(2), 0.05, 0.90)
    cash = weight * p.startups.first_round * np.exp(p.startups.round_sigma * np.clip(draws.normal(3), -2.5, 2.5))
    frugal = draws.uniform(4) < p.startups.frugal_share
    open_minded = draws.uniform(5) < p.startups.open_share
    ones = np.ones_like(talent)
    return {
        "region": region.astype(np.int32), "weight": weight * ones, "talent": talent, "cash": cash,
        "data": 0.30 * draws.uniform(6), "distribution": 0.02 + 0.10 * draws.uniform(7) ** 2,
        "openness": np.where(open_minded, 0.7, 0.05), "frugality": np.where(frugal, 1.0, 0.0),
        "algorithms": frontier - 1.2 + talent, "capability": 19.5 + 1.5 * talent * ones,
        "compute_share": p.startups.compute_share * (0.4 + 1.2 * draws.uniform(8)),
        "burn": cash / p.startups.runway, "value": 4.0 * cash, "raised_cash": cash,
    }  # fmt: skip


def named_values(tables: Tables) -> list[dict[str, Any]]:
    """Column values of each named start-up at its entry."""
    return [
        {
            "region": region_code(row.region), "weight": 1.0, "talent": row.talent, "cash": row.cash_musd,
            "revenue": row.revenue_musd, "data": row.data, "distribution": row.distribution,
            "openness": 0.95 if row.open_weights else 0.0, "open_weights": row.open_weights,
            "frugality": float(row.frugal), "algorithms": row.algorithms - 1.0, "capability": row.capability,
            "compute_share": 0.65, "burn": row.cash_musd / 18.0 + row.staff_cost_musd, "value": row.value_musd,
            "raised_cash": row.cash_musd,
        }
        for row in tables.startups
    ]  # fmt: skip


def found(tables: Tables, p: StackedParameters, streams: Streams, cls: type[Startup]) -> Population[Startup]:
    """The start-ups of January 2022: the named ones first, then the synthetic ones; the other slots stay empty."""
    named = named_values(tables)
    slots = slots_for(p, len(named))
    worlds = len(streams.seeds)
    population: Population[Startup] = Population([(cls, slots)], worlds, KIND_CODES["startups"], "startups")
    number = int(p.startups.number[0, 0])
    slot = np.arange(slots)
    ids = np.tile(firm_ids(KIND_CODES["startups"], 0, slot), (worlds, 1))
    weight = p.startups.mass / number * np.ones((worlds, slots))
    frontier = np.zeros((worlds, 1))
    values = newcomers(p, streams.draws("founding", 0, ids), weight, frontier)
    values["age"] = 24.0 * streams.draws("founding age", 0, ids).uniform()
    synthetic = np.tile((slot >= len(named)) & (slot < len(named) + number), (worlds, 1))
    population.enter(synthetic, ids, values)
    for index, row in enumerate(named):
        if tables.startups[index].entry <= 0:
            enter_named(population, index, tables.startups[index].name, row, ids, 0.0)
    return population


def enter_named(
    population: Population[Startup], slot: int, name: str, row: dict[str, Any], ids: Any, frontier: Any
) -> None:
    """Bring a named start-up to life in its own slot; its algorithms are given relative to the frontier of its day."""
    where = np.zeros((population.worlds, population.slots), dtype=np.bool_)
    where[:, slot] = True
    population.name_firm(slot, int(ids[0, slot]), name)
    population.enter(where, ids, row | {"algorithms": row["algorithms"] + frontier, "age": 0.0})
