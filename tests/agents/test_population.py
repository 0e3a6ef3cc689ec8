"""Columns, members and populations: views of slots, dead slots, families of classes, registered agents."""

from __future__ import annotations

import itertools
from typing import Any

import mesa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.firm import Firm
from kingmaker.agents.member import Column, DeadFirmError, Member, columns_of, firm_ids
from kingmaker.agents.population import Population, by_slot
from kingmaker.agents.startup import Startup
from kingmaker.environment.model import ComputeEconomy
from tests.helpers import bits, population_of


class Shop(Member):
    stock = Column(2.5, unit="t", doc="goods")
    town = Column(-1, dtype=np.int32, unit="town", doc="where it stands")
    open = Column(True, dtype=np.bool_, unit="yes/no", doc="whether it is open")
    purse = Column(0.0, unit="M$", doc="money", money=True)

    def order(self, price: Any) -> Any:
        return np.where(self.open, 10.0 - self.stock, 0.0) / price

    def both(self, luck: Any) -> Any:
        return self.stock + luck.uniform(), self.town


class Chain(Shop):
    partners = Column(3.0, unit="shops", doc="in the chain")

    def order(self, price: Any) -> Any:
        return super().order(price) * (1.0 + self.partners)


def family(worlds: int = 2) -> Population[Shop]:
    """Four shops, three chains, two shops; every second slot alive in world 0, all of them in the others."""
    population: Population[Shop] = Population([(Shop, 4), (Chain, 3), (Shop, 2)], worlds, 9, "shops")
    alive = np.ones((worlds, 9), dtype=np.bool_)
    alive[0, 1::2] = False
    ids = np.tile(firm_ids(9, 0, np.arange(9)), (worlds, 1))
    population.enter(alive, ids, {"stock": np.arange(9.0 * worlds).reshape(worlds, 9), "town": 4})
    return population


def test_columns_are_inherited_in_order() -> None:
    assert list(columns_of(Chain)) == ["stock", "town", "open", "purse", "partners"]
    assert isinstance(Shop.stock, Column)
    assert Shop.stock.unit == "t"
    assert Shop.stock.name == "stock"
    assert set(columns_of(Firm)) < set(columns_of(Startup))


def test_every_column_of_the_model_says_unit_and_meaning() -> None:
    from kingmaker.environment.firms.build import BASES

    for cls in BASES.values():
        for name, column in columns_of(cls).items():
            assert column.unit, f"{cls.__name__}.{name}"
            assert column.doc, f"{cls.__name__}.{name}"


def test_a_view_reads_arrays_that_cannot_be_written_through() -> None:
    view = family().view()
    assert view.stock.shape == (2, 9)
    assert view.town.dtype == np.int32
    assert view.open.dtype == np.bool_
    with pytest.raises(ValueError, match="read-only"):
        view.stock[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        view.alive[0, 0] = False


def test_writing_reaches_living_firms_only() -> None:
    population = family()
    view = population.view()
    view.stock = 7.0
    stock = population.table.data["stock"]
    assert (stock[1] == 7.0).all()
    assert stock[0].tolist() == [7.0, 2.5] * 4 + [7.0]


def test_writing_does_not_change_the_type() -> None:
    view = family().view()
    with pytest.raises(TypeError):
        view.town = np.full((2, 9), 1.5)
    assert view.town.dtype == np.int32


def test_dead_slots_hold_the_defaults() -> None:
    population = family()
    table = population.table
    population.leave(table.alive & (np.arange(9) < 5))
    dead = ~table.alive
    for name, column in table.columns.items():
        assert (table.data[name][dead] == column.default).all(), name
    assert (table.ids[dead] == 0).all()


def test_a_newcomer_cannot_take_a_slot_that_is_taken() -> None:
    population = family()
    where = np.zeros((2, 9), dtype=np.bool_)
    where[0, 0] = True
    with pytest.raises(ValueError, match="given a slot that is taken"):
        population.enter(where, population.table.ids, {})


def test_entering_one_world_leaves_the_others_alone() -> None:
    population = family()
    before = {name: array[1].copy() for name, array in population.table.data.items()}
    where = np.zeros((2, 9), dtype=np.bool_)
    where[0, 1] = True
    population.enter(where, np.full((2, 9), 77, dtype=np.uint64), {"stock": 99.0})
    assert population.table.data["stock"][0, 1] == 99.0
    assert population.table.ids[0, 1] == 77
    assert all(bits(before[name]) == bits(array[1]) for name, array in population.table.data.items())


def test_a_view_does_not_outlive_its_phase() -> None:
    population = family()
    view = population.view()
    population.end_phase()
    for use in (lambda: view.stock, lambda: view.alive, lambda: view.ids, lambda: setattr(view, "stock", 1.0)):
        with pytest.raises(DeadFirmError, match="earlier phase"):
            use()
    assert population.view().stock.shape == (2, 9)


def test_act_calls_each_class_on_its_block() -> None:
    population = family()
    got = population.act(Shop.order, 2.0)
    stock = population.table.data["stock"]
    expected = (10.0 - stock) / 2.0
    expected[:, 4:7] *= 4.0
    assert got.shape == (2, 9)
    assert bits(got) == bits(expected)


def test_act_cuts_arguments_to_the_block_and_joins_tuples() -> None:
    population = family()
    price = 1.0 + np.arange(18.0).reshape(2, 9)
    assert bits(population.act(Shop.order, by_slot(price))) == bits(population.act(Shop.order, 1.0) / price)

    class Luck:
        def block(self, start: int, stop: int) -> Any:
            outer = self

            class Part:
                def uniform(self) -> Any:
                    return outer.uniform()[:, start:stop]

            return Part()

        def uniform(self) -> Any:
            return price / 100.0

    goods, town = population.act(Shop.both, Luck())
    assert bits(goods) == bits(population.table.data["stock"] + price / 100.0)
    assert goods.shape == town.shape == (2, 9)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5))
def test_act_over_any_blocks_equals_act_over_one(sizes: list[int]) -> None:
    """Cutting a population into blocks of the same class changes nothing."""
    n = sum(sizes)
    stock = np.linspace(0.0, 3.0, n)[np.newaxis]
    price = by_slot(np.linspace(1.0, 2.0, n)[np.newaxis])
    results = []
    for blocks in ([(Shop, n)], [(Shop, size) for size in sizes]):
        population: Population[Shop] = Population(blocks, 1, 9, "shops")
        population.enter(np.ones((1, n), dtype=np.bool_), firm_ids(9, 0, np.arange(n))[np.newaxis], {"stock": stock})
        results.append(population.act(Shop.order, price))
    assert bits(results[0]) == bits(results[1])


def test_class_of_a_slot() -> None:
    population = family()
    assert [population.class_of(slot) for slot in (0, 3, 4, 6, 7, 8)] == [Shop, Shop, Chain, Chain, Shop, Shop]


def test_ids_are_unique_over_kinds_months_and_ranks() -> None:
    rank = np.arange(5)
    made = [int(i) for kind, month in itertools.product((1, 4, 7), (0, 1, 600)) for i in firm_ids(kind, month, rank)]
    assert len(set(made)) == len(made)


def test_money_of_a_lone_population_cannot_be_set() -> None:
    population = population_of(Shop, 1)
    model = mesa.Model()
    population.register(model, itertools.count(1))
    agent = population.agents[0]
    with pytest.raises(DeadFirmError, match="money"):
        agent.purse = 3.0
    agent.stock = 4.0
    assert agent.stock == 4.0
    assert population.table.data["stock"][0, 0] == 4.0


def test_a_firm_is_registered_at_entry_and_removed_at_exit() -> None:
    population = family(worlds=1)
    model = mesa.Model()
    population.register(model, itertools.count(1))
    assert {type(agent) for agent in model.agents} == {Shop, Chain}
    assert len(model.agents) == 5
    agent = population.agents[4]
    where = np.zeros((1, 9), dtype=np.bool_)
    where[0, [1, 3]] = True
    population.enter(where, np.tile(firm_ids(9, 1, np.arange(9)), (1, 1)), {"stock": 1.0})
    assert len(model.agents) == 7
    where[0] = np.arange(9) == 4
    population.leave(where)
    assert len(model.agents) == 6
    for attribute in ("stock", "alive", "ids", "name", "partners"):
        with pytest.raises(DeadFirmError, match="has left"):
            getattr(agent, attribute)
    with pytest.raises(DeadFirmError, match="has left"):
        agent.stock = 3.0
    with pytest.raises(DeadFirmError, match="has left"):
        agent.view()


def test_a_successor_in_the_same_slot_is_another_firm() -> None:
    population = family(worlds=1)
    model = mesa.Model()
    population.register(model, itertools.count(1))
    old = population.agents[0]
    where = np.zeros((1, 9), dtype=np.bool_)
    where[0, 0] = True
    population.leave(where)
    population.enter(where, np.full((1, 9), 99, dtype=np.uint64), {"stock": 5.0})
    new = population.agents[0]
    assert new.stock == 5.0
    assert new.unique_id != old.unique_id
    with pytest.raises(DeadFirmError):
        _ = old.stock


def test_registered_agents_read_plain_numbers() -> None:
    model = ComputeEconomy(rng=1, months=2).run()
    for population in model.populations.values():
        for slot, agent in itertools.islice(population.agents.items(), 20):
            for name, column in population.table.columns.items():
                value = getattr(agent, name)
                assert type(value) in (float, int, bool), f"{population.name}.{name}"
                assert value == population.table.data[name][0, slot]
                assert isinstance(value, bool) == (column.dtype == np.bool_)
            assert agent.alive is True
            assert isinstance(agent.ids, int)
            assert isinstance(agent.name, str)


def test_a_view_of_a_firm_has_shape_one_by_one() -> None:
    model = ComputeEconomy(rng=1, months=2)
    agent = next(iter(model.agents_by_type[Startup]))
    assert agent.view().cash.shape == (1, 1)
    assert float(agent.view().cash[0, 0]) == agent.cash
    assert agent.view().view().cash.shape == (1, 1)
    with pytest.raises(DeadFirmError, match="no single name"):
        _ = agent.view().name


def test_setting_money_books_an_intervention() -> None:
    model = ComputeEconomy(rng=1, months=3)
    model.step()
    rest = model.populations["sectors"].table.data["cash"]
    rich, poor = list(model.agents_by_type[Startup])[:2]
    before, kept, cash, taken = float(rest[0, 0]), rich.net_worth, rich.cash, poor.cash / 2.0
    rich.cash = cash + 250.0
    poor.cash = poor.cash - taken
    assert rich.cash == pytest.approx(cash + 250.0)
    assert rich.net_worth == pytest.approx(kept + 250.0)
    assert before - float(rest[0, 0]) == pytest.approx(250.0 - taken, rel=1e-6, abs=1e-6)
    assert model.ledger.flow("intervention", "rest of the economy", "startups")[0] == pytest.approx(250.0)
    assert model.ledger.flow("intervention", "startups", "rest of the economy")[0] == pytest.approx(taken)
    model.step()
    assert model.measures.latest("ledger_residual") < 1e-9
    flows = model.ledger.to_frame()
    assert flows[flows.kind == "intervention"].musd.sum() == pytest.approx(250.0 + taken)


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_impossible_money_is_refused(value: float) -> None:
    model = ComputeEconomy(rng=1, months=1)
    agent = next(iter(model.agents_by_type[Startup]))
    cash = agent.cash
    with pytest.raises(KingmakerError, match=r"cash'? is"):
        agent.cash = value
    assert agent.cash == cash


def test_other_items_of_the_balance_sheet_cannot_be_set() -> None:
    model = ComputeEconomy(rng=1, months=1)
    agent = next(iter(model.agents_by_type[Startup]))
    for column in ("debt", "prepaid", "net_worth"):
        with pytest.raises(KingmakerError, match=f"'{column}' cannot be set"):
            setattr(agent, column, 1.0)


def test_two_models_in_one_process_do_not_touch_each_other() -> None:
    alone = ComputeEconomy(rng=3, months=8).run()
    one, other = ComputeEconomy(rng=3, months=8), ComputeEconomy(rng=4, months=8, **{"policy.interoperability": 1.0})
    for _ in range(8):
        one.step()
        other.step()
        next(iter(other.agents_by_type[Startup])).cash = 1000.0
    a, b = alone.measures.to_frame(), one.measures.to_frame()
    assert a.equals(b)
    assert not a.equals(other.measures.to_frame())
    assert not set(one.agents) & set(other.agents)
    assert one.populations["startups"].table is not other.populations["startups"].table


def test_a_stack_registers_nobody() -> None:
    model = ComputeEconomy.stack([{"rng": 1}, {"rng": 2}], months=1)
    assert len(model.agents) == 0
    assert not model.populations["startups"].agents
