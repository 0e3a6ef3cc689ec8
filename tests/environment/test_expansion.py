"""What compute costs a cloud that expands, and when its own chips come."""

from __future__ import annotations

import numpy as np
import pytest

from kingmaker.environment.chips import orders
from kingmaker.environment.model import ComputeEconomy


def _stack(months: int, *settings: dict[str, float]) -> ComputeEconomy:
    return ComputeEconomy.stack([{"rng": 3, **one} for one in settings], months=months).run()


def _row(model: ComputeEconomy, name: str) -> int:
    return [row.id for row in model.tables.clouds].index(name)


def _costs(**setting: float) -> tuple[ComputeEconomy, np.ndarray, np.ndarray]:
    """What a unit of bought capacity costs each cloud, and what one of expansion, M$."""
    model = _stack(3, setting)
    orders.design_products(model.economy)
    orders.post_offers(model.economy)
    bought = orders.cost_of_capacity(model.economy)[0, : model.economy.chips.clouds]
    return model, bought, orders.cost_of_expansion(model.economy)[0]


def test_own_chips_make_expansion_cheaper_for_those_who_have_them_only() -> None:
    model, bought, full = _costs(**{"chips.building": 0.0, "clouds.own_share": 1.0})
    google, oracle = _row(model, "google"), _row(model, "oracle")
    assert 0.0 < full[google] < 0.9 * bought[google]
    assert full[oracle] == bought[oracle] > 0.0


def test_data_centres_are_part_of_what_expansion_costs() -> None:
    model, bought, full = _costs(**{"chips.building": 0.8, "clouds.own_share": 0.0})
    for name in ("oracle", "google"):
        assert np.isclose(full[_row(model, name)], 1.8 * bought[_row(model, name)])


def test_capital_spending_outside_ai_is_given_to_mid_2024_and_then_a_constant_part_of_cash_flow() -> None:
    model = ComputeEconomy(rng=3, months=60)
    seen = {}
    while model.running:
        model.step()
        clouds = model.economy.populations["clouds"].table.data
        seen[model.month] = (clouds["outside_capex"][0].copy(), clouds["outside_cash"][0].copy())
    row = next(row for row in model.tables.clouds if row.id == "google")
    google = _row(model, "google")
    assert seen[7][0][google] == pytest.approx(row.outside_capex_musd)  # the middle of 2022
    assert seen[31][0][google] == pytest.approx(row.outside_capex_2024_musd)
    spent, cash = (np.array([seen[month][k][google] for month in (31, 40, 60)]) for k in (0, 1))
    assert cash[2] > cash[0]
    assert spent / cash == pytest.approx(spent[0] / cash[0], rel=0.02)  # the cash flow of the month is known at its end


def test_a_programme_shrinks_no_faster_than_its_orders_allow() -> None:
    model = _stack(
        1, {"clouds.own_retreat": 0.03, "clouds.own_share": 0.0}, {"clouds.own_retreat": 0.3, "clouds.own_share": 0.0}
    )
    google = _row(model, "google")
    output = model.economy.populations["clouds"].table.data["own_output"][:, google]
    start = next(row.own_chip_output_2022 for row in model.tables.clouds if row.id == "google")
    assert np.allclose(output, [0.97 * start, 0.7 * start])
