"""Make or buy: who dares fixed costs, how much compute a lab would own, what it orders and makes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.startup import EXCLUSIVE, FIRST_REFUSAL, PLAIN, Startup
from tests.helpers import firms, luck, parameters

P = parameters()
RICH: dict[str, float] = {"cash": 1e5, "wanted": 1e5}


def lab(n: int = 1, **columns: object) -> Any:
    return firms(Startup, n, **({"weight": 1.0} | columns))


def test_only_the_rich_bear_a_fixed_cost() -> None:
    cost = np.array([[1000.0]])
    needed = float(P.sites.threshold[0, 0]) * 1000.0
    cash = np.array([[needed - 1.0, needed + 1.0]])
    assert lab(2, cash=cash, wanted=1e6).dares(P, cost, 2.0).tolist() == [[False, True]]


def test_a_year_of_sales_counts_as_wealth() -> None:
    cost = np.array([[1000.0]])
    sales = float(P.sites.threshold[0, 0]) * 1000.0 / 12.0
    assert lab(revenue=sales + 1.0, wanted=1e6).dares(P, cost, 2.0).all()


def test_a_fixed_cost_must_be_saved_in_time() -> None:
    """The rent of what it wants, times the part saved, over the payback time, is worth the cost exactly at the edge."""
    hour = 12.0 * 730.5e-6 * 2.0 * float(P.sites.saving[0, 0]) * float(P.sites.payback[0, 0])
    wanted = np.array([[0.99, 1.01]]) * 1000.0 / hour
    assert lab(2, cash=1e6, wanted=wanted).dares(P, np.array([[1000.0]]), 2.0).tolist() == [[False, True]]


def test_a_slot_of_several_firms_is_no_richer_than_each_of_them() -> None:
    cost = np.array([[1000.0]])
    pair = lab(2, weight=np.array([[1.0, 10.0]]), cash=8000.0, wanted=1e6)
    assert pair.dares(P, cost, 2.0).tolist() == [[True, False]]


@given(st.floats(-3.0, 3.0), st.floats(0.0, 3.0), st.floats(0.0, 1.0))
def test_more_saving_and_worse_service_mean_more_of_its_own(saving: float, more: float, fill: float) -> None:
    firm = lab(**RICH, fill=fill)
    less, much = firm.wants_own_compute(P, saving)[0, 0], firm.wants_own_compute(P, saving + more)[0, 0]
    assert 0.0 <= less <= much <= float(P.sites.colocated_share[0, 0]) * 1e5
    assert lab(**RICH, fill=1.0).wants_own_compute(P, saving)[0, 0] <= less


def test_an_own_centre_houses_more_and_one_being_built_does_not() -> None:
    none, building, ready = lab(3, **RICH, centre_left=np.array([[-1.0, 5.0, 0.0]])).wants_own_compute(P, 1.0)[0]
    assert none == building < ready


def test_nobody_buys_less_than_a_cluster() -> None:
    edge = float(P.sites.smallest_purchase[0, 0])
    small, large = lab(2, cash=np.array([[edge - 1.0, edge]]), wanted=1e4).wants_own_compute(P, 1.0)[0]
    assert small == 0.0 < large


@given(st.floats(0.0, 1e6), st.floats(0.0, 1e6), st.floats(0.0, 1e6), st.floats(0.0, 1e5), st.floats(1e-4, 1.0))
def test_orders_stay_within_the_purse_and_cancellations_within_the_orders(
    target: float, own: float, ordered: float, cash: float, price: float
) -> None:
    placed, cancelled = lab(own=own, ordered=ordered, cash=cash).orders_chips(P, target, 6.0, 4.0, price)
    assert placed[0, 0] >= 0.0
    assert 0.0 <= cancelled[0, 0] <= ordered
    if placed[0, 0] > 0.0:
        assert (placed[0, 0] + ordered) * price <= float(P.sites.purse[0, 0]) * cash * (1.0 + 1e-9)
    if own >= target:
        assert placed[0, 0] == 0.0


def test_what_is_no_longer_wanted_is_cancelled() -> None:
    placed, cancelled = lab(ordered=100.0, cash=1e4).orders_chips(P, 0.0, 6.0, 4.0, 0.03)
    assert placed[0, 0] == 0.0
    assert cancelled[0, 0] == pytest.approx(100.0 * (1.0 - (1.0 - float(P.chips.cancel_speed[0, 0])) ** 3))


def test_chips_are_made_only_once_the_design_is_ready_and_ramp_up() -> None:
    columns: dict[str, Any] = {**RICH, "chip_left": np.array([[-1.0, 3.0, 0.0]])}
    unbegun, designing, first = lab(3, **columns).makes_chips(P, 5e4, 6.0, 0.005)[0]
    assert unbegun == designing == 0.0 < first
    later = lab(**RICH, chip_left=0.0, chip_output=first).makes_chips(P, 5e4, 6.0, 0.005)[0, 0]
    assert first < later <= first * (1.0 + float(P.clouds.own_ramp[0, 0])) ** 3 + 1e-9


def test_chips_that_cannot_be_paid_are_not_made() -> None:
    assert lab(cash=0.0, wanted=1e5, chip_left=0.0).makes_chips(P, 5e4, 6.0, 0.005)[0, 0] == 0.0


def test_an_exclusive_lab_reserves_nothing_and_first_refusal_binds_while_the_host_serves() -> None:
    contracts = np.array([[PLAIN, EXCLUSIVE, FIRST_REFUSAL, FIRST_REFUSAL, FIRST_REFUSAL]])
    served, expected = np.array([[1.0, 0.0, 1.0, 0.0, 1.0]]), np.array([[1.0, 1.0, 1.0, 1.0, 0.5]])
    firm, exposed = lab(5, host=2, contract=contracts, host_fill=served), np.ones((1, 5), dtype=np.bool_)
    sure = parameters(sites__commitment_chance=1.0)
    dares = np.ones((1, 5), dtype=np.bool_)
    signs = firm.reserves_new_cloud(sure, dares, exposed, expected, luck(5))
    assert signs.tolist() == [[True, False, False, True, True]]
    assert not firm.reserves_new_cloud(sure, ~dares, exposed, expected, luck(5)).any()
    assert not firm.reserves_new_cloud(sure, dares, ~exposed, expected, luck(5)).any()
