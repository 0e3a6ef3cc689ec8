"""Row R6: each lever moves what its law names, and no two levers of policy have the same effects."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from kingmaker.environment.model import ComputeEconomy

LEVERS = {
    "policy.interoperability": 1.0,
    "policy.egress_fee": 0.0,
    "policy.parallel_egress_fee": 0.0,
    "policy.exclusivity_ban": 1,
    "policy.partnership_review": 0.5,
    "policy.reserved_capacity": 0.2,
    "policy.compute_fund_musd": 50.0,
    "policy.export_quota": 0.02,
    "policy.export_duty": 1.0,
}
NAMED = {  # what the law behind a lever is about, and in which direction it should move it
    "policy.interoperability": ("switching_rate", +1),
    "policy.egress_fee": ("switching_fees_musd", -1),
    "policy.parallel_egress_fee": ("parallel_fees_musd", -1),
    "policy.exclusivity_ban": ("exclusive_share", -1),
    "policy.partnership_review": ("exclusive_share", -1),
    "policy.reserved_capacity": ("small_fill_rate", +1),
    "policy.compute_fund_musd": ("public_compute_h100e", +1),
    "policy.export_quota": ("china_compute_share", -1),
    "policy.export_duty": ("china_compute_share", -1),
}
OUTCOMES = (*dict.fromkeys(name for name, _ in NAMED.values()), "multihoming_share", "stakes_signed",
            "stakes_unbundled", "hhi_cloud_all", "tenant_fill_rate", "leader_revenue_musd")  # fmt: skip
SEEDS, MONTHS, FIRST = 32, 60, 12
CERTAIN = 5.0  # standard errors; far beyond what chance makes of 55 comparisons


@pytest.fixture(scope="module")
def effects() -> dict[str, np.ndarray]:
    """Paired effect of each lever alone on each outcome, shape (outcomes, seeds)."""
    # prices of both fees are held at the list's, and exports are free, so that each lever has something to bite on
    common = {"policy.egress_fee": 1.0, "policy.parallel_egress_fee": 1.0, "policy.export_cap_tpp": float("inf")}
    settings = [common, *({**common, lever: value} for lever, value in LEVERS.items())]
    worlds = [{"rng": seed, **pins} for pins in settings for seed in range(SEEDS)]
    model = ComputeEconomy.stack(worlds, months=MONTHS).run()
    means = np.stack([model.measures.array(name)[FIRST:].mean(axis=0) for name in OUTCOMES])
    blocks = means.reshape(len(OUTCOMES), len(settings), SEEDS)
    return {lever: blocks[:, k] - blocks[:, 0] for k, lever in enumerate(LEVERS, 1)}


def errors_away(difference: np.ndarray) -> np.ndarray:
    """Mean over seeds in standard errors, for each outcome."""
    spread = difference.std(axis=-1, ddof=1) / np.sqrt(difference.shape[-1])
    return np.asarray(difference.mean(axis=-1) / np.where(spread > 0.0, spread, np.inf))


@pytest.mark.slow
@pytest.mark.mechanism
@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_alone_moves_what_its_law_names(lever: str, effects: dict[str, np.ndarray]) -> None:
    name, sign = NAMED[lever]
    assert sign * errors_away(effects[lever])[OUTCOMES.index(name)] > 2.4


@pytest.mark.slow
@pytest.mark.mechanism
@pytest.mark.parametrize(("one", "other"), list(combinations(LEVERS, 2)))
def test_no_two_levers_have_the_same_effects(one: str, other: str, effects: dict[str, np.ndarray]) -> None:
    assert np.abs(errors_away(effects[one] - effects[other])).max() > CERTAIN
