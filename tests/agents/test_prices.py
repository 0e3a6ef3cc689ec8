"""Prices of AI services and the compute that serving takes: the same rule for start-ups and clouds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.cloud import Cloud
from kingmaker.agents.startup import Startup
from tests.helpers import firms, parameters

P = parameters()
KINDS = pytest.mark.parametrize("cls", [Startup, Cloud])


def price(cls: type, cost: float, share: float, sensitivity: float) -> float:
    p = parameters()
    p.services.price_sensitivity[...] = sensitivity
    return float(firms(cls, 1).sets_price(p, np.full((1, 1), cost), np.full((1, 1), share))[0, 0])


@KINDS
@given(cost=st.floats(0.01, 100.0), share=st.floats(0.0, 0.98), a=st.floats(1.5, 20.0))
def test_the_price_rises_with_cost_and_with_market_share(cls: type, cost: float, share: float, a: float) -> None:
    usual = a / (a - 1.0)
    now = price(cls, cost, share, a)
    assert cost / usual < now <= 5.0 * cost / usual * (1.0 + 1e-12)  # an elasticity of 1.25 bounds the markup
    assert price(cls, cost, share + 0.01, a) >= now * (1.0 - 1e-12)
    assert price(cls, 2.0 * cost, share, a) == pytest.approx(2.0 * now)


@KINDS
def test_a_small_firm_of_usual_cost_asks_the_usual_price(cls: type) -> None:
    assert price(cls, 1.0, 0.0, 3.0) == pytest.approx(1.0)


@KINDS
def test_the_price_maximises_profit(cls: type) -> None:
    """Units sold are M s(p) with s = w p^-a / (w p^-a + rest): no other price earns more, given the rivals."""
    a, rest, usual = 6.0, 0.5, 6.0 / 5.0

    def won(at: np.ndarray | float) -> np.ndarray | float:
        return at**-a / (at**-a + rest)

    chosen = 1.3
    for _ in range(300):
        chosen += 0.2 * (usual * price(cls, 1.0, float(won(chosen)), a) - chosen)
    grid = np.linspace(1.001, 4.0, 300_000)
    assert chosen == pytest.approx(float(grid[np.argmax((grid - 1.0) * won(grid))]), rel=1e-3)


@KINDS
@given(revenue=st.just(0.0) | st.floats(1e-6, 1e6), charged=st.floats(0.1, 10.0), rent=st.floats(0.0, 50.0))
def test_serving_takes_compute_by_sales_price_and_rent(cls: type, revenue: float, charged: float, rent: float) -> None:
    firm = firms(cls, 1, revenue=revenue, price=charged)
    takes = float(firm.serves(P, np.full((1, 1), rent))[0, 0])
    part = float(P.services.compute_cost_share[0, 0])
    assert takes == pytest.approx(part * revenue / charged / (max(rent, 0.05) * 730.5e-6))
