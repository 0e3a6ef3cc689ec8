"""Bounds and reactions that are parameters act in the model: a world that differs in one of them goes elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from kingmaker.environment.model import ComputeEconomy
from tests.helpers import acted, series

CHIPS = {"sites.chip_cost": 1.0, "sites.chip_months": 6.0, "sites.chip_seed": 0.1, "sites.smallest_purchase": 0.5}
REVIEW = {"policy.partnership_review": 0.6, "policy.review_threshold_musd": 0.0}
BUSY = {"compute.switching_scale": 0.0, "compute.patience": 1.0, "compute.impatience": 1.0}

CASES: dict[str, tuple[float, dict[str, Any]]] = {  # another value of each, and what else holds in both worlds
    "startups.spending_purse": (0.3, {}),
    "clouds.repayment_purse": (0.0, {}),
    "clouds.resale_purse": (0.0, {}),
    "sites.building_purse": (0.0, {}),
    "sites.own_ahead": (0.0, CHIPS),
    "compute.refactoring_fixed": (0.0, {"compute.patience": 1.0, "compute.impatience": 1.0}),
    "compute.second_least": (0.1, {"compute.second_share": 0.05, "compute.second_cost": 0.0}),
    "compute.second_most": (0.5, {"compute.second_cost": 0.0, "compute.second_drift": 0.5, "clouds.outage": 0.6}),
    "compute.egress_purse": (0.0, {"compute.egress_bill": 10.0, **BUSY}),
    "compute.term_2022": (1.0, BUSY),
    "contracts.binding_cost": (10.0, {}),
    "contracts.least_step": (1.0, {}),
    "contracts.cover": (60.0, {}),
    "contracts.due": (0.0, {}),
    "contracts.prepaid": (0.9, {}),
    "contracts.prepay_purse": (0.0, {}),
    "contracts.grace": (0.0, {"compute.rent_purse": 0.02, "contracts.scarcity_weight": 40.0, "contracts.due": 1.0}),
    "contracts.sublet": (0.0, {}),
    "contracts.quote_up": (0.0, {}),
    "contracts.quote_down": (0.0, {}),
    "contracts.spot_elasticity": (5.0, {}),
    "contracts.own_elasticity": (3.0, {}),
    "contracts.spot_blend": (1.0, {}),
    "capital.mood_luck": (0.5, {}),
    "capital.funding_purse": (0.0, {}),
    "capital.ahead_part": (0.0, {}),
    "capital.plan_growth": (0.0, {}),
    "capital.plan_months": (0.0, {}),
    "capital.return_response": (0.0, {}),
    "capital.mood_return": (0.0, {}),
    "capital.hurdle": (1.0, {}),
    "capital.return_most": (0.01, {}),
    "capital.outlook_2022": (-0.5, {}),
    "capital.corporate_part": (0.0, {"capital.strategic_ticket": 0.0}),
    "capital.chipmaker_part": (0.0, {"capital.strategic_ticket": 0.0}),
    "capital.sovereign_part": (0.0, {"capital.strategic_ticket": 0.0}),
    "capital.strategic_ticket": (0.0, {}),
    "capital.concentration_strategic": (0.001, {"capital.strategic_ticket": 0.0}),
    "capital.merit_bill": (0.0, {"capital.strategic_ticket": 0.0}),
    "capital.recycled": (1.0, {}),
    "capital.trade_sales": (0.0, {}),
    "capital.trade_sale_most": (0.0, {}),
    "startups.free_use": (0.0, {}),
    "startups.serving_first": (0.0, {}),
    "capital.growth_valued": (0.0, {}),
    "capital.decline_valued": (0.0, {}),
    "capital.base_multiple": (0.5, {}),
    "capital.growth_multiple": (0.0, {}),
    "capital.value_mood": (2.0, {}),
    "capital.promise_capability": (0.0, {}),
    "capital.syndicate_most": (1, {}),
    "capital.stake_fill": (0.0, {"capital.stake_chance": 1.0, "capital.success": 0.0}),
    "capital.royalty_purse": (0.0, {}),
    "capital.dated_purse": (0.0, {}),
    "capital.pledge_purse": (0.0, {}),
    # a luck in which a lab with a share of the market decides on its weights
    "technology.openness_share": (0.005, {"rng": 2, "startups.open_share": 1.0, "startups.makers": 1.0}),
    "policy.safe_share": (1.0, REVIEW),
    "policy.exclusive_concern": (4.0, {**REVIEW, "policy.partnership_review": 0.1, "capital.stake_chance": 1.0}),
}


@pytest.fixture(scope="module")
def model() -> ComputeEconomy:
    """Two worlds for each case, of one seed: without the other value, and with it."""
    worlds: list[dict[str, Any]] = []
    for key, (value, setting) in CASES.items():
        common = {"rng": 1, "startups.number": 60, **setting}
        worlds += [common, {**common, key: value}]
    return ComputeEconomy.stack(worlds, months=42).run()


@pytest.mark.parametrize("key", CASES)
def test_another_value_leads_elsewhere(model: ComputeEconomy, key: str) -> None:
    place = 2 * list(CASES).index(key)
    assert acted(series(model, place), series(model, place + 1))
