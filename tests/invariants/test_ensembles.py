"""What holds of ensembles: the grain of the population does not matter, and the two named levers push their way."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from kingmaker.environment.model import ComputeEconomy
from tests.helpers import paired_interval

SEEDS = range(20)


@cache
def runs(months: int, **pins: float) -> ComputeEconomy:
    """Twenty seeds in one stack; ``group__name=value`` pins a parameter."""
    given = {key.replace("__", "."): value for key, value in pins.items()}
    return ComputeEconomy.stack([{"rng": seed, **given} for seed in SEEDS], months=months).run()


def means(model: ComputeEconomy, measure: str, first: int = 0) -> np.ndarray:
    """Each world's mean over the months from ``first`` on."""
    return model.measures.array(measure)[first:].mean(axis=0)


@pytest.mark.slow
@pytest.mark.parametrize("measure", ["funding_musd", "services_musd"])
def test_totals_hardly_depend_on_the_number_of_startups(measure: str) -> None:
    """More of them is a finer grain of the same mass: the means of ensembles lie within a tenth of one another."""
    coarse, fine = (means(runs(60, startups__number=n), measure, 6).mean() for n in (200, 2000))
    assert abs(np.log(fine / coarse)) < 0.1, (coarse, fine)


@pytest.mark.slow
def test_how_many_startups_live_hardly_depends_on_their_number() -> None:
    """A slot that stands for many firms pools their rounds, which evens out luck, so that a few more of them live."""
    coarse, fine = (means(runs(60, startups__number=n), "startups_alive", 6).mean() for n in (200, 2000))
    assert abs(np.log(fine / coarse)) < 0.05, (coarse, fine)


@pytest.mark.slow
def test_interoperability_raises_switching() -> None:
    base, policy = runs(60, policy__interoperability=0.0), runs(60, policy__interoperability=1.0)
    low, high = paired_interval(means(policy, "switching_rate", 12) - means(base, "switching_rate", 12))
    assert low > 0.0, (low, high)


@pytest.mark.slow
@pytest.mark.parametrize("cap", [1600.0, 600.0])
def test_a_tighter_export_cap_lowers_chinas_share_of_compute(cap: float) -> None:
    base, policy = runs(60, policy__export_cap_tpp=4800.0), runs(60, policy__export_cap_tpp=cap)
    low, high = paired_interval(means(policy, "china_compute_share", 24) - means(base, "china_compute_share", 24))
    assert high < 0.0, (low, high)


@pytest.mark.slow
def test_no_export_control_raises_chinas_share_of_compute() -> None:
    base, policy = runs(60, policy__export_cap_tpp=4800.0), runs(60, policy__export_cap_tpp=float("inf"))
    low, high = paired_interval(means(policy, "china_compute_share", 24) - means(base, "china_compute_share", 24))
    assert low > 0.0, (low, high)


def test_pairing_pays() -> None:
    """Paired worlds share their luck: the difference varies less than the worlds themselves."""
    seeds = range(8)
    base = ComputeEconomy.stack([{"rng": s} for s in seeds], months=36).run()
    policy = ComputeEconomy.stack([{"rng": s, "policy.tax": 0.2} for s in seeds], months=36).run()
    a, b = means(base, "services_musd"), means(policy, "services_musd")
    assert (b - a).std() < 0.5 * a.std()
