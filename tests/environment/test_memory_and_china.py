"""Memory as the second bottleneck, supply contracts, lines that change, and China's own chips and block: in a run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kingmaker.environment.chips import memory, orders, supply_contracts
from kingmaker.environment.chips.grey_prices import premium
from kingmaker.environment.inputs.tables import read_tables
from kingmaker.environment.model import ComputeEconomy
from tests.helpers import acted, differing, series

SMALL: dict[str, Any] = {"rng": 1, "startups.number": 60}
SHORT = {"chips.memory_supply": 0.3}
LETS_IN = {"policy.import_block": 0.0}
BLOCKS = {"policy.import_block": 1.0}


@pytest.fixture(scope="module")
def worlds() -> ComputeEconomy:
    """Usual, short of memory, nothing blocked, all blocked: 60 months, with what was made and sold on the way."""
    model = ComputeEconomy.stack([SMALL, {**SMALL, **SHORT}, {**SMALL, **LETS_IN}, {**SMALL, **BLOCKS}], months=60)
    e = model.economy
    trace: dict[str, list[Any]] = {name: [] for name in ("used", "supply", "stock", "foreign", "price", "prepaid")}
    china = e.chips.in_china
    foreign = e.chips.catalogue.blocks[0]
    while model.running:
        supply = e.p.chips.memory_supply * (
            e.chips.memory_capacity + (memory.entering(e.tables.memory, e.month + 1) if e.month else 0.0)
        )
        model.step()
        trace["used"].append(e.now.chips.memory_used.copy())
        trace["supply"].append(np.maximum(supply[:, 0], (e.p.chips.memory_supply * e.chips.memory_capacity)[:, 0]))
        trace["stock"].append(e.chips.memory_stock.copy())
        trace["foreign"].append(e.chips.delivered_now[:, china, foreign].sum(axis=(1, 2)))
        trace["price"].append(e.chips.price.copy())
        trace["prepaid"].append(e.populations["chipmakers"].table.data["prepaid"].copy())
    model.trace = {name: np.array(values) for name, values in trace.items()}  # type: ignore[attr-defined]
    return model


def test_no_more_memory_is_sold_than_can_be_made(worlds: ComputeEconomy) -> None:
    trace: dict[str, Any] = worlds.trace  # type: ignore[attr-defined]
    assert (trace["used"] <= trace["supply"] * 1.1 + 1.0).all()  # supply is seen before or after the month's growth
    assert (trace["used"] > 0.0).all()
    assert (trace["stock"] >= 0.0).all()


def test_output_is_bound_by_the_scarcer_of_packaging_and_memory(worlds: ComputeEconomy) -> None:
    chips = worlds.measures.array("leader_chips_delivered")[24:48].sum(axis=0)
    shortage = worlds.measures.array("memory_shortage")
    assert chips[1] < 0.9 * chips[0]
    assert shortage[24:48, 1].mean() > 0.2
    assert shortage[24:48, 0].mean() < 0.1
    assert (worlds.measures.array("packaging_shortage")[12:30, 0] > 0.0).any()


def test_memory_follows_the_facts_of_2023_and_2024_within_a_factor_of_two(worlds: ComputeEconomy) -> None:
    """93 thousand wafers a month at the end of 2023 and 250 to 270 a year later (12g-019), some 380 GB each."""
    capacity = worlds.measures.array("memory_capacity_gb")[:, 0]
    for month, wafers in ((23, 93e3), (35, 260e3)):
        assert 0.5 < capacity[month] / (380.0 * wafers) < 2.0


def test_the_leader_is_bound_to_its_suppliers_as_in_the_facts(worlds: ComputeEconomy) -> None:
    """9.0 G$ in January 2022, 7.3 in April 2023, 27.8 and 28.9 in July and October 2024 (12g-013): the order of it."""
    bound = worlds.measures.array("leader_commitments_musd")[:, 0]
    for month, fact in ((15, 7300.0), (24, 16100.0), (33, 28900.0)):
        assert fact / 4.0 < bound[month] < 4.0 * fact
    assert (worlds.trace["prepaid"][12:, 0, 0] > 0.0).all()  # type: ignore[attr-defined]


def test_without_prepayments_nothing_is_paid_ahead_and_contracts_still_stand() -> None:
    model = ComputeEconomy(months=6, register=False, **SMALL, **{"chips.supply_prepaid": 0.0}).run()
    e = model.economy
    assert not e.populations["chipmakers"].table.data["prepaid"].any()
    assert supply_contracts.obligations(e)[0, 0] > 0.0


def test_lines_are_changed_over_to_what_is_cheaper_to_use(worlds: ComputeEconomy) -> None:
    """The A100 gives way to the H100 within two years, and its price falls from the month of its successor on."""
    chips = worlds.economy.chips
    names = chips.catalogue.names
    old, line = names.index("a100"), [names.index(name) for name in ("b200", "rubin")]
    assert (chips.mix[:, old] < 0.01).all()
    assert (chips.mix[:, line].sum(axis=-1) > 0.95).all()  # the Rubin has come four months ago
    price = worlds.trace["price"][:, 0, old]  # type: ignore[attr-defined]
    assert (price[:9] == price[0]).all()
    assert (np.diff(price[12:]) < 0.0).all()
    assert price[-1] >= chips.cost[0, old]


def test_dearer_chips_of_the_next_generation_take_over_later() -> None:
    """No generation follows a path: keener buyers change faster, indifferent ones keep both."""
    choices = (0.0, 2.0, 30.0)
    model = ComputeEconomy.stack([{**SMALL, "chips.generation_choice": x} for x in choices], months=24).run()
    e = model.economy
    share = e.chips.mix[:, e.chips.catalogue.names.index("h100")]
    assert (np.diff(share) > 0.0).all()
    assert share[0] == pytest.approx(0.5, abs=0.15)


def test_the_block_stops_foreign_chips_and_raises_domestic_output(worlds: ComputeEconomy) -> None:
    foreign = worlds.trace["foreign"]  # type: ignore[attr-defined]
    made = worlds.measures.array("china_chips_made")[36:60].sum(axis=0)
    block = worlds.measures.array("import_block_in_force")
    assert not block[:, 2].any()
    assert (block[:, 3] == 1.0).all()
    assert (block[:, 0][[0, 43, 44, 49, 59]] == [0.0, 0.0, 0.5, 1.0, 1.0]).all()
    assert made[3] > 1.2 * made[2]
    compute = worlds.measures.array("china_compute_share")[18:40].mean(axis=0)
    assert compute[3] < 0.8 * compute[2]
    assert foreign[-1, 2] > 10.0 * foreign[-1, 3]


def test_domestic_output_grows_with_foundries_and_memory() -> None:
    """Huawei's output does not collapse in 2027, and more of either makes more of it."""
    free = {"chips.foundry_growth": 0.1, "chips.china_memory_growth": 0.15}
    worlds = [SMALL, {**SMALL, **free}, {**SMALL, "chips.stockpile_months": 0.0}, {**SMALL, "chips.stock_spread": 1.0}]
    made = ComputeEconomy.stack(worlds, months=78).run().measures.array("china_chips_made")
    year = [made[12 * k : 12 * k + 12].sum(axis=0) for k in range(6)]
    assert year[5][0] > 0.6 * year[4][0] > 0.0
    assert year[5][0] > year[3][0]
    assert year[5][1] > 1.2 * year[5][0]
    assert year[4][2] < 0.8 * year[4][0]
    # what cannot be bought again is spread over the time until memory is made at home, or it ends within months
    fall = made[60:72].min(axis=0) / made[48:60].max(axis=0)
    assert fall[3] < 0.5 < 0.7 < fall[0]


def test_the_grey_premium_takes_either_sign(worlds: ComputeEconomy) -> None:
    found = worlds.measures.array("grey_premium")
    assert found[:, 3].max() > 0.2  # all is blocked, and little made at home
    turned = ComputeEconomy(months=30, register=False, **SMALL, **BLOCKS, **{"policy.import_block_reach": 0.9}).run()
    assert turned.measures.array("grey_premium")[24:].max() < 0.0
    assert premium(turned.economy).shape == (1, 1)
    free = ComputeEconomy("no_export_control", months=30, register=False, **SMALL).run().measures.array("grey_premium")
    assert abs(free[12:].mean()) < 0.15  # the same chips, the same price


def test_nothing_is_smuggled_where_it_is_no_dearer() -> None:
    pins = {**BLOCKS, "policy.import_block_reach": 1.0, "policy.grey_leak": 1.0, "policy.grey_penalty": 0.0}
    model = ComputeEconomy(months=30, register=False, **SMALL, **pins).run()
    assert (model.measures.array("grey_premium")[12:] < 0.0).all()
    assert not model.economy.chips.grey[:, :, :].sum() > 0.05 * model.economy.chips.running.sum()


def test_only_those_resell_of_whom_the_data_say_that_they_may() -> None:
    pins = {"policy.grey_leak": 1.0, "policy.grey_penalty": 0.0, "policy.export_cap_tpp": 1600.0}
    model = ComputeEconomy(months=48, register=False, **SMALL, **BLOCKS, **pins)
    sold = np.zeros(model.economy.clouds.slots)
    while model.running:
        model.step()
        sold += model.economy.now.building.resale_gain[0]
    sellers = {row.id for row, gain in zip(model.tables.clouds, sold, strict=True) if gain > 0.0}
    assert sellers == {row.id for row in model.tables.clouds if row.resells_chips}
    clouds = model.economy.clouds.view()
    assert not clouds.resells[clouds.lives_by_renting].any()  # lenders hold their chips


@pytest.mark.parametrize("key", ["chips.take_or_pay", "chips.memory_price", "chips.margin_choice", "chips.least_life",
                                 "chips.supply_purse", "chips.scarcity_elasticity", "clouds.own_design"])  # fmt: skip
def test_each_of_these_acts(key: str) -> None:
    """A world that differs in one of these goes elsewhere: where memory is short, or in the reference.

    Where memory is short, makers call all that they have under contract, and nothing is due that was not called; in
    the reference something is due in some lucks.
    """
    other = {"chips.take_or_pay": 1.0, "chips.memory_price": 0.1, "chips.margin_choice": 10.0, "chips.least_life": 60.0,
             "chips.supply_purse": 0.0, "chips.scarcity_elasticity": 0.3, "clouds.own_design": 500.0}  # fmt: skip
    usual, lucks = ({**SMALL}, (1, 2, 3, 4)) if key == "chips.take_or_pay" else ({**SMALL, **SHORT}, (1,))
    worlds = [{**usual, **change, "rng": luck} for luck in lucks for change in ({}, {key: other[key]})]
    model = ComputeEconomy.stack(worlds, months=48).run()
    assert any(acted(series(model, 2 * k), series(model, 2 * k + 1)) for k in range(len(lucks)))


def test_a_world_short_of_memory_gives_the_same_bits_alone(worlds: ComputeEconomy) -> None:
    alone = ComputeEconomy(months=60, register=False, **SMALL, **SHORT).run()
    assert not differing(series(alone), series(worlds, 1))


def test_makers_of_memory_enter_when_the_data_say() -> None:
    rows = read_tables().memory
    first = memory.entering(rows, 0)
    assert first[0] == sum(row.gb_per_month for row in rows if row.entry <= 0 and row.region != "CN") > 0.0
    assert first[1] == 0.0
    for row in rows:
        if row.entry > 0:
            assert memory.entering(rows, row.entry)[1 if row.region == "CN" else 0] == row.gb_per_month


@pytest.mark.parametrize("full", [True, False])
def test_the_chronicle_tells_of_a_chip_for_china_only_if_its_maker_designs_one_more(full: bool) -> None:
    model = ComputeEconomy(rng=1, months=36, **{"startups.number": 20}).run(20)
    e, before = model.economy, len(model.economy.events)
    e.chips.designed[0, e.chips.catalogue.blocks[0]] |= full
    e.chipmakers.view().design = np.where(np.arange(e.chipmakers.slots) == 0, 0.5, -1.0)[np.newaxis]
    orders.design_products(e)
    told = [event for event in e.events[before:] if "designed to the export cap" in event[4]]
    assert len(told) == (0 if full else 1)
