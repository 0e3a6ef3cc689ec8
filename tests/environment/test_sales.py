"""Sales of services and of open models: nothing is lost, and tastes decide who buys what."""

from __future__ import annotations

import numpy as np
import pytest

from kingmaker.environment.core.economy import Economy
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.services import open_models, sales


@pytest.fixture(scope="module")
def economy() -> Economy:
    """Two worlds after two and a half years."""
    model = ComputeEconomy.stack([{"rng": 1, "startups.number": 60}, {"rng": 2, "startups.number": 60}], months=31)
    model.run(30)
    return model.economy


def suppliers(e: Economy) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    n = e.populations["clouds"].slots + e.populations["startups"].slots
    return rng.random((e.worlds, n)), 3.0 * rng.random((e.worlds, n))


def test_sectors_of_one_taste_stand_in_one_group(economy: Economy) -> None:
    groups = sales.tastes_of(economy)
    members = sorted(slot for slots in groups.values() for slot in slots)
    assert members == list(range(len(economy.tables.sectors)))
    assert 1 < len(groups) < len(members)


def test_all_that_is_spent_is_earned(economy: Economy) -> None:
    weights, rl = suppliers(economy)
    spending = np.random.default_rng(4).random((2, economy.populations["enterprises"].slots))
    got, spent, _ = sales.spread(economy, weights, rl, spending)
    assert spent == pytest.approx(spending)
    assert got.sum(axis=-1) == pytest.approx(spending.sum(axis=-1))


def test_nobody_buys_where_nobody_sells(economy: Economy) -> None:
    weights, rl = suppliers(economy)
    spending = np.ones((2, economy.populations["enterprises"].slots))
    got, spent, bought = sales.spread(economy, np.zeros_like(weights), rl, spending)
    assert not got.any()
    assert not spent.any()
    assert not bought.any()


def test_who_wants_reasoning_buys_more_of_it(economy: Economy) -> None:
    weights, rl = suppliers(economy)
    spending = np.ones((2, economy.populations["enterprises"].slots))
    _, _, bought = sales.spread(economy, weights, rl, spending)
    tastes = list(sales.tastes_of(economy))
    keenest = max(range(len(tastes)), key=lambda k: tastes[k][0])
    careful = max(range(len(tastes)), key=lambda k: tastes[k][2])
    assert (bought[:, keenest] > bought[:, careful]).all()


def test_the_margin_on_open_models_is_paid_by_those_who_take_them_as_a_service(economy: Economy) -> None:
    paid = np.full((2, economy.populations["clouds"].slots), 5.0)
    table = economy.populations["enterprises"].table
    before = economy.populations["clouds"].table.data["cash"].copy()
    margin = float(economy.p.services.resale_margin[0, 0])
    keep = table.data["managed"].copy()
    table.data["managed"][...] = 1.0
    open_models.resell(economy, paid)
    assert economy.now.services.resale == pytest.approx(margin * paid)
    assert economy.populations["clouds"].table.data["cash"] - before == pytest.approx(margin * paid)
    table.data["managed"][...] = 0.0
    open_models.resell(economy, paid)
    assert not economy.now.services.resale.any()
    table.data["managed"][...] = keep
    economy.end_phase()


def test_pooling_needs_less_compute_than_own_machines(economy: Economy) -> None:
    table = economy.populations["enterprises"].table
    keep = table.data["managed"].copy()
    table.data["managed"][...] = 0.0
    own = float(economy.p.demand.self_hosting_overhead[0, 0])
    assert open_models.overhead(economy) == pytest.approx(own)
    table.data["managed"][...] = 1.0
    assert open_models.overhead(economy) == pytest.approx(1.0)
    assert open_models.cost(economy) == pytest.approx(1.0 + float(economy.p.services.resale_margin[0, 0]))
    table.data["managed"][...] = keep
    economy.end_phase()
