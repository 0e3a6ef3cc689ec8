"""What stands at the start comes from parameters and data: each moves it, world by world."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kingmaker.agents.types import NONE, OTHER, REGIONS
from kingmaker.environment.chips.chip_state import read_catalogue
from kingmaker.environment.firms.build import cloud_rows
from kingmaker.environment.inputs.parameters import StackedParameters, resolve
from kingmaker.environment.inputs.tables import read_tables
from kingmaker.environment.model import ComputeEconomy


def stack(*changes: dict[str, float]) -> ComputeEconomy:
    """A world as declared, and one for each set of changes; all of one seed."""
    return ComputeEconomy.stack([{"rng": 1}, *({"rng": 1, **change} for change in changes)], months=2)


def test_newcomers_fall_into_regions_by_their_shares() -> None:
    everywhere, nowhere = (
        {"startups.us_share": 1.0},
        dict.fromkeys(("startups.us_share", "startups.eu_share", "startups.cn_share"), 0.0),
    )
    model = stack(everywhere, nowhere)
    table = model.populations["startups"].table
    named = len(model.tables.startups)
    alive, region = table.alive[:, named:], table.data["region"][:, named:]
    share = [np.bincount(region[w][alive[w]], minlength=len(REGIONS)) / alive[w].sum() for w in range(3)]
    assert share[0] == pytest.approx([0.5, 0.2, 0.15, 0.15], abs=0.1)
    assert share[1].tolist() == [1.0, 0.0, 0.0, 0.0]
    assert share[2][OTHER] == 1.0


def test_prices_and_use_of_the_start_are_parameters() -> None:
    model = stack({"compute.list_2022": 20.0, "compute.market_2022": 5.0, "compute.utilisation_2022": 0.3})
    clouds = model.populations["clouds"].table.data
    assert clouds["list_price"][:, 0].tolist() == [10.0, 20.0]
    assert clouds["utilisation"][:, 0].tolist() == [0.7, 0.3]
    assert set(clouds["rent"][1].tolist()) - {0.0} == {4.8, 5.0}


def test_frontiers_of_the_start_are_parameters() -> None:
    model = stack({"technology.open_frontier_2022": 23.0, "technology.open_algorithms_2022": -1.5})
    seen = model.economy.conditions
    assert seen.open_frontier[:, 0].tolist() == [22.0, 23.0]
    assert seen.open_algorithms[:, 0].tolist() == seen.open_recipe[:, 0].tolist() == [-0.5, -1.5]


def test_own_chips_of_the_start_split_the_same_compute() -> None:
    model = stack({"clouds.own_stock_2022": 0.0}, {"clouds.own_stock_2022": 1.0})
    chips = model.economy.chips
    compute = (chips.running * chips.h100e[:, np.newaxis, :]).sum(axis=-1)
    assert compute[1] == pytest.approx(compute[0])
    assert compute[2] == pytest.approx(compute[0])
    own = sum((chips.running[:, buyer, block].sum(axis=-1) for buyer, block in chips.catalogue.own_blocks.items()))
    assert own[1] == 0.0 < own[0] < own[2]


def test_books_and_knowledge_of_the_start_are_parameters() -> None:
    model = stack({"chips.installed_2022": 2.8}, {"chips.book_2022": 0.3}, {"clouds.algorithms_2022": 2.05})
    clouds = model.populations["clouds"].table
    books = clouds.data["fixed"].sum(axis=-1)
    assert books / books[0] == pytest.approx([1.0, 2.0, 0.5, 1.0])
    there = clouds.alive[0]
    assert clouds.data["algorithms"][3][there] == pytest.approx(clouds.data["algorithms"][0][there] - 1.0)


def test_contracts_of_the_start_have_their_months_left() -> None:
    model = stack({"compute.term_2022": 7.0})
    startups = model.populations["startups"].view()
    hosted = startups.host != NONE
    assert hosted[0].any()
    assert [set(startups.term[w][hosted[w]].tolist()) for w in range(2)] == [{24.0}, {7.0}]


def test_what_clouds_plan_at_the_start_follows_the_leaders_chip_in_the_data() -> None:
    model = stack({"clouds.need_2022": 2.2}, {"compute.inference_2022": 0.0}, {"compute.inference_2022": 1.0})
    need = model.economy.chips.need.sum(axis=-1)
    leader = next(row for row in model.tables.chips if row.id == "a100")
    made = model.tables.chipmakers[0].units_per_month_2022
    assert need[:2] == pytest.approx(
        [1.1 * made * (0.6 * leader.h100e + 0.4 * leader.memory_h100e) * k for k in (1, 2)]
    )
    assert need[2:] == pytest.approx([1.1 * made * leader.h100e, 1.1 * made * leader.memory_h100e])


def test_who_develops_and_who_is_open_is_data() -> None:
    tables = read_tables()
    p = StackedParameters([resolve({})])
    by_id = {row.id: values for row, values in zip(tables.clouds, cloud_rows(tables, p), strict=True)}
    assert by_id["meta"]["openness"] == 0.9
    assert by_id["amazon"]["develops"]
    other = replace(tables, clouds=tuple(replace(row, develops=False, openness=0.25) for row in tables.clouds))
    assert not any(values["develops"] for values in cloud_rows(other, p))
    assert {values["openness"] for values in cloud_rows(other, p)} == {0.25}


def test_how_many_export_designs_a_maker_draws_is_data() -> None:
    tables = read_tables()
    slots = sum(row.export_designs for row in tables.chipmakers)
    assert slots > 0
    none = replace(tables, chipmakers=tuple(replace(row, export_designs=0) for row in tables.chipmakers))
    assert len(read_catalogue(tables).names) - len(read_catalogue(none).names) == slots
    assert not [name for name in read_catalogue(none).names if "_export_" in name]
