"""Effects over members, luck and parameters, where a sign turns: on numbers whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kingmaker.experiments.stats.levels import SIGN, Level
from kingmaker.experiments.stats.member_effects import FEWEST, difference, member_effects, middle_of, together
from kingmaker.experiments.stats.rank_indices import rank_indices
from kingmaker.experiments.stats.turning import turning
from kingmaker.experiments.stats.variance_shares import shares


def equal(n: int) -> np.ndarray:
    return np.full(n, 1.0 / n)


def test_the_interval_holds_the_members_in_the_middle_and_the_sign_is_counted() -> None:
    d = np.arange(-5.0, 95.0)[np.newaxis]
    found = member_effects(d, equal(100), Level(0.9))
    assert found.effect[0] == 44.5
    assert (found.low[0], found.high[0]) == pytest.approx((-0.05, 89.05))
    assert (found.up[0], found.down[0]) == pytest.approx((0.94, 0.05))
    assert not found.claimed[0]
    assert member_effects(d + 1.0, equal(100), Level(0.9)).claimed[0]  # 95 of 100


def test_two_signs_that_fail_in_different_members_are_not_claimed_together() -> None:
    d = np.ones((2, 100))
    d[0, :4], d[1, 4:8] = -1.0, -1.0
    apart = member_effects(d, equal(100))
    assert list(apart.sure) == [True, True]
    assert list(apart.claimed) == [True, False]
    assert apart.joint[1] == pytest.approx(0.92)
    d[1] = d[0]
    assert list(member_effects(d, equal(100)).claimed) == [True, True]  # they fail in the same ones


def test_few_members_claim_nothing_and_zero_is_no_sign() -> None:
    assert not member_effects(np.ones((1, FEWEST - 1)), equal(FEWEST - 1)).claimed[0]
    assert member_effects(np.ones((1, FEWEST)), equal(FEWEST)).claimed[0]
    zero = member_effects(np.zeros((1, 30)), equal(30))
    assert zero.zero[0]
    assert not zero.claimed[0]
    with pytest.raises(ValueError, match="at least 2"):
        member_effects(np.zeros((1, 1)), equal(1))


def test_members_count_by_their_weight() -> None:
    d = np.array([[-1.0] * 10 + [1.0] * 30])
    weights = np.array([0.001] * 10 + [0.033] * 30)
    found = member_effects(d, weights / weights.sum())
    assert found.up[0] == pytest.approx(0.99)
    assert found.claimed[0]
    assert float(middle_of(np.array([1.0, 2.0, 3.0]), np.array([0.98, 0.01, 0.01]), Level(0.9))[1]) == 1.0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(2, 60))
def test_what_is_claimed_holds_at_once_as_often_as_a_claim_needs(seed: int, outcomes: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    d = rng.standard_normal((outcomes, n)) + rng.uniform(-3.0, 3.0, (outcomes, 1))
    weights = rng.dirichlet(np.ones(n))
    found = member_effects(d, weights)
    assert (found.joint <= found.p_sign + 1e-9).all()
    assert (found.low <= found.effect).all()
    assert (found.effect <= found.high).all()
    claimed = found.claimed
    if claimed.any():
        signs = np.where((found.up >= found.down)[:, np.newaxis], d > 0.0, d < 0.0)[claimed]
        assert float(signs.all(axis=0) @ weights) >= SIGN.share - 1e-9


def test_statements_are_joined_from_the_surest_on() -> None:
    holds = np.array([[True] * 9 + [False], [True] * 10, [False] * 3 + [True] * 7])
    assert list(together(holds, equal(10))) == pytest.approx([0.9, 1.0, 0.6])


def test_rounding_is_no_effect() -> None:
    assert list(difference(np.array([1e6, 1.0]), np.array([1e6 + 1e-9, 1.5]))) == [0.0, 0.5]


@pytest.mark.parametrize(("luck", "truth"), [(1.0, 0.5), (3.0, 0.9), (0.2, 0.0385)])
def test_luck_is_told_from_parameters(luck: float, truth: float) -> None:
    rng = np.random.default_rng(3)
    d = rng.standard_normal((1, 400, 1)) + luck * rng.standard_normal((1, 400, 4))
    found = shares(d)
    assert found.luck[0] == pytest.approx(truth, abs=0.06)
    assert found.low[0] < truth < found.high[0]


def test_what_never_varies_has_no_shares_and_pure_luck_is_all_luck() -> None:
    assert np.isnan(shares(np.ones((1, 5, 3))).luck[0])
    assert shares(np.random.default_rng(1).standard_normal((1, 300, 4))).luck[0] > 0.9
    with pytest.raises(ValueError, match="at least 2 of both"):
        shares(np.ones((1, 5, 1)))


def test_the_parameter_that_turns_a_sign_is_named_with_its_range_and_no_other() -> None:
    rng = np.random.default_rng(5)
    columns = {f"p{k}": rng.uniform(0.0, 1.0, 120) for k in range(60)}
    d = 0.7 - columns["p7"] + 0.05 * rng.standard_normal(120)
    world = {"same": rng.standard_normal(120), "wait": columns["p7"] * 10.0 + rng.standard_normal(120)}
    found = turning(d, columns, world)
    assert found is not None
    assert not found.up
    assert [driver.key for driver in found.drivers] == ["p7"]
    driver = found.drivers[0]
    assert driver.rho < -0.9
    assert driver.turned_low == 0.0
    assert driver.turned_high > 0.7
    assert driver.upper == pytest.approx(2 / 3, abs=0.08)
    assert [trait.name for trait in found.traits] == ["wait"]
    assert found.traits[0].there > found.traits[0].elsewhere


def test_a_sign_that_hardly_ever_turns_or_by_luck_alone_names_nothing() -> None:
    rng = np.random.default_rng(6)
    columns = {f"p{k}": rng.uniform(0.0, 1.0, 80) for k in range(200)}
    d = np.ones(80)
    d[:5] = -1.0
    assert turning(d, columns, {}) is None
    alone = turning(rng.standard_normal(80), columns, {"w": rng.standard_normal(80)})
    assert alone is not None
    assert alone.drivers == ()
    assert alone.traits == ()


def test_the_interval_of_a_rank_correlation_covers_as_often_as_it_says() -> None:
    rng, held, rho = np.random.default_rng(7), 0, 0.5
    truth = 6.0 / np.pi * np.arcsin(rho / 2.0)  # Spearman's of a bivariate normal
    for _ in range(400):
        x = rng.standard_normal(60)
        y = rho * x + np.sqrt(1.0 - rho**2) * rng.standard_normal(60)
        ((_, _, low, high, _),) = rank_indices(y, {"x": x}, Level(0.9))
        held += low <= truth <= high
    assert 0.86 <= held / 400 <= 0.94
