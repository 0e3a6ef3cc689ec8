"""A chipmaker's decisions: markup, capacity, designs to the export cap, research."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.chipmaker import Chipmaker
from kingmaker.agents.population import Population
from kingmaker.agents.types import CN
from tests.helpers import firms, parameters

P = parameters()


def maker(n: int = 1, **columns: object) -> Any:
    return firms(Chipmaker, n, **columns)


def one(decision: Any) -> float:
    assert decision.shape == (1, 1)
    return float(decision[0, 0])


@given(markup=st.floats(1.0, 2.0), scarcity=st.floats(0.0, 50.0))
def test_the_markup_stays_in_its_band(markup: float, scarcity: float) -> None:
    top = 1.0 + float(P.chips.scarcity_premium[0, 0])
    now = one(maker(markup=markup, scarcity=scarcity).set_markup(P))
    assert 1.0 - 1e-12 <= now <= max(markup, top) + 1e-12


def test_the_markup_follows_scarcity_part_of_the_way() -> None:
    calm, short = maker(markup=1.0), maker(markup=1.0, scarcity=3.0)
    assert one(calm.set_markup(P)) == 1.0
    assert 1.0 < one(short.set_markup(P)) < 1.0 + float(P.chips.scarcity_premium[0, 0])
    assert one(maker(markup=1.3).set_markup(P)) < 1.3


@given(capacity=st.floats(0.0, 1e9), backlog=st.floats(0.0, 1e12))
def test_capacity_moves_within_its_limits(capacity: float, backlog: float) -> None:
    planned = one(maker(capacity=capacity, backlog_seen=backlog).plan_capacity(P))
    fall, growth = float(P.chips.capacity_fall[0, 0]), float(P.chips.capacity_growth[0, 0])
    assert capacity * (1.0 - fall) * (1.0 - 1e-12) <= planned <= capacity * (1.0 + growth) * (1.0 + 1e-12)


def test_capacity_rests_where_the_backlog_clears_in_the_shortest_lead_time() -> None:
    shortest = float(P.chips.shortest_lead[0, 0])
    assert one(maker(capacity=100.0, backlog_seen=100.0 * shortest).plan_capacity(P)) == pytest.approx(100.0)
    assert one(maker(capacity=100.0, backlog_seen=300.0 * shortest).plan_capacity(P)) > 100.0
    assert one(maker(capacity=100.0, backlog_seen=0.0).plan_capacity(P)) < 100.0


def test_a_design_begins_when_its_chips_are_banned_where_it_sold() -> None:
    sells, banned = np.array([[True, True, False, True]]), np.array([[True, False, True, True]])
    design = np.array([-1.0, -1.0, -1.0, 3.0])
    assert maker(4, design=design).starts_design(sells, banned)[0].tolist() == [True, False, False, False]


def test_research_is_a_share_of_sales() -> None:
    assert one(maker(sales=200.0).research_budget(P)) == pytest.approx(200.0 * float(P.chips.research_share[0, 0]))


def test_an_empty_slot_decides_nothing() -> None:
    population: Population[Any] = Population([(Chipmaker, 2)], 1, 9, "test")
    empty = population.view()
    yes = np.ones((1, 2), dtype=np.bool_)
    assert (empty.plan_capacity(P) == 0.0).all()
    assert (empty.research_budget(P) == 0.0).all()
    assert not empty.starts_design(yes, yes).any()


# --- software, suppliers, foundries -----------------------------------------------------------------

work = st.floats(0.0, 1e6)


def at(value: float) -> np.ndarray:
    return np.full((1, 1), value)


@given(software=st.floats(0.0, 1.0), sales=work, used=work, spillover=work)
def test_software_stays_between_nothing_and_mature(
    software: float, sales: float, used: float, spillover: float
) -> None:
    new = one(maker(software=software, sales=sales).improves_software(P, at(used), at(spillover)))
    fade = float(P.chips.software_fade[0, 0])
    assert (1.0 - fade) * software <= new <= (1.0 - fade) * software + fade


@given(software=st.floats(0.0, 1.0), used=work, more=st.floats(1.0, 1e6))
def test_software_matures_with_use(software: float, used: float, more: float) -> None:
    firm = maker(software=software, sales=10.0)
    assert one(firm.improves_software(P, at(used + more), at(0.0))) > one(firm.improves_software(P, at(used), at(0.0)))


def test_a_rival_that_is_used_catches_up_with_a_leader_that_is_used_more() -> None:
    """Work on software has diminishing returns: ten times the use is no longer ten times the software."""
    pair = maker(2, software=np.array([1.0, 0.1]), sales=np.array([10000.0, 1000.0]))
    unused = maker(software=0.1)
    for _ in range(120):
        pair.software = pair.improves_software(P, np.array([[2e7, 2e6]]), np.zeros((1, 2)))
        unused.software = unused.improves_software(P, at(0.0), at(0.0))
    assert 0.5 < pair.software[0, 1] / pair.software[0, 0] < 1.0
    assert one(unused.software) < 0.02


@given(contracted=st.floats(0.0, 1e6), packed=st.floats(0.0, 1e6))
def test_contracts_with_suppliers_follow_output_within_the_time_that_memory_takes(
    contracted: float, packed: float
) -> None:
    new = one(maker(contracted=contracted).contracts_ahead(P, at(packed)))
    months = float(P.chips.memory_months[0, 0])
    assert new - contracted == pytest.approx((packed - contracted) / months, abs=1e-6)


def test_a_chinese_maker_grows_as_fast_as_its_foundries_and_others_as_packaging() -> None:
    p = parameters(chips__foundry_growth=0.02, chips__capacity_growth=0.1)
    wanted = {"capacity": 100.0, "backlog_seen": 1e6}
    assert one(maker(region=CN, **wanted).plan_capacity(p)) == pytest.approx(102.0)
    assert one(maker(**wanted).plan_capacity(p)) == pytest.approx(110.0)
