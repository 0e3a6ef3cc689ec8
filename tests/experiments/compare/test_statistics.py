"""The statistics of pairs against textbook values, another library and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kingmaker.experiments.stats.paired import holm, paired, pairs_needed, power


def pairs(seed: int, outcomes: int, n: int, shift: float = 0.0, luck: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes that share ``luck`` and differ by ``shift`` with a spread of 0.5."""
    rng = np.random.default_rng(seed)
    common = luck * rng.standard_normal((outcomes, n))
    return common + 10.0, common + 10.0 + shift + 0.5 * rng.standard_normal((outcomes, n))


def test_intervals_and_p_values_are_those_of_the_paired_t_test() -> None:
    a, b = pairs(1, 5, 12, 0.3)
    found = paired(a, b)
    for k in range(5):
        test = stats.ttest_rel(b[k], a[k])
        low, high = test.confidence_interval(0.95)
        np.testing.assert_allclose([found.low[k], found.high[k]], [low, high], rtol=1e-10)
        np.testing.assert_allclose(found.p_value[k], test.pvalue, rtol=1e-10)
        one_sided = stats.ttest_rel(b[k], a[k], alternative="greater" if found.difference[k] > 0 else "less").pvalue
        np.testing.assert_allclose(found.p_sign[k], 1.0 - one_sided, rtol=1e-10)


@pytest.mark.parametrize("n", [3, 8, 30])
def test_the_interval_covers_the_truth_in_95_of_100_experiments(n: int) -> None:
    a, b = pairs(n, 6000, n, 0.2)
    found = paired(a, b)
    coverage = float(((found.low <= 0.2) & (found.high >= 0.2)).mean())
    assert abs(coverage - 0.95) < 0.0095  # 3.4 standard errors of 6000 experiments


def test_the_probability_of_the_sign_is_calibrated() -> None:
    """Effects drawn flat: where the sign is given 70 to 80 %, it is right about that often."""
    rng = np.random.default_rng(5)
    truth = rng.uniform(-1.0, 1.0, (20000, 1))
    b = truth + rng.standard_normal((20000, 8))
    found = paired(np.zeros_like(b), b)
    right = np.sign(found.difference) == np.sign(truth[:, 0])
    some = (found.p_sign > 0.7) & (found.p_sign < 0.8)
    assert some.sum() > 1000
    assert abs(right[some].mean() - found.p_sign[some].mean()) < 0.04


def test_what_pairing_bought_is_the_ratio_of_variances() -> None:
    a, b = pairs(3, 1, 4000, luck=2.0)
    # Var a = 4, Var b = 4.25, Var (b - a) = 0.25
    assert paired(a, b).variance_reduction[0] == pytest.approx(8.25 / 0.25, rel=0.1)
    rng = np.random.default_rng(4)
    assert paired(rng.normal(size=(1, 4000)), rng.normal(size=(1, 4000))).variance_reduction[0] == pytest.approx(1, 0.1)


@pytest.mark.parametrize("effect", [0.35, 0.7, 1.5])
def test_the_pairs_needed_have_a_power_of_80_per_cent(effect: float) -> None:
    n = int(pairs_needed(effect, 1.0))
    d = np.random.default_rng(n).normal(effect, 1.0, (8000, n))
    found = paired(np.zeros_like(d), d)
    reached = float((found.low > 0.0).mean())
    assert reached >= 0.785
    assert power(effect, n) >= 0.8
    assert n == 2 or power(effect, n - 1) < 0.8


def test_the_pairs_needed_follow_the_textbook_and_the_two_ways_of_reckoning_meet() -> None:
    assert pairs_needed(0.5, 1.0) == 34  # Cohen (1988), table 2.4.1 for paired differences
    assert pairs_needed(0.2, 1.0) == 199
    near, far = pairs_needed(0.1256, 1.0), pairs_needed(0.1250, 1.0)  # on the two sides of the normal approximation
    assert far == pytest.approx(near * (0.1256 / 0.1250) ** 2, abs=2.0)
    assert pairs_needed(0.0, 1.0) == np.inf
    assert pairs_needed(1.0, 0.0) == 2
    assert pairs_needed(50.0, 1.0) == 2
    assert power(29.9 / 2, 4, 1e-4) == pytest.approx(power(30.1 / 2, 4, 1e-4), abs=0.02)  # where the reckoning changes
    assert pairs_needed(0.5, 1.0, 0.001) > 34


def test_equal_pairs_are_exactly_zero_and_rounding_is_no_difference() -> None:
    a = np.random.default_rng(1).normal(5.0, 1.0, (2, 9))
    b = a.copy()
    b[1] *= 1.0 + 1e-15
    found = paired(a, b)
    assert found.zero.all()
    assert found.difference.tolist() == [0.0, 0.0]
    assert found.p_sign.tolist() == [0.5, 0.5]
    assert found.p_value.tolist() == [1.0, 1.0]
    assert np.isinf(found.n_needed).all()


def test_a_shift_without_spread_is_known_for_sure() -> None:
    a = np.random.default_rng(1).normal(5.0, 1.0, (1, 9))
    found = paired(a, a + 0.1)
    assert found.low[0] == found.high[0] == pytest.approx(0.1)
    assert found.p_sign[0] == 1.0
    assert not found.zero[0]


def test_one_pair_has_no_interval() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        paired(np.ones((1, 1)), np.ones((1, 1)))


def test_holm_by_hand() -> None:
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([])).shape == (0,)


def test_holm_keeps_false_claims_of_a_whole_table_below_five_per_cent() -> None:
    a, b = pairs(8, 50 * 600, 10)
    p = paired(a, b).p_value.reshape(600, 50)
    alone = float((p.min(axis=1) <= 0.05).mean())
    together = float(np.mean([(holm(row) <= 0.05).any() for row in p]))
    assert alone > 0.85  # without a correction nearly every table has a false claim
    assert together < 0.075


@settings(max_examples=60, deadline=None)
@given(
    p=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30),
    n=st.integers(2, 12),
    seed=st.integers(0, 2**32),
    scale=st.sampled_from([1e-9, 1.0, 1e12]),
)
def test_what_holds_of_all_numbers(p: list[float], n: int, seed: int, scale: float) -> None:
    adjusted = holm(np.array(p))
    assert (adjusted >= np.array(p)).all()
    assert (adjusted <= 1.0).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0.0).all()
    a, b = (scale * side for side in pairs(seed, 4, n, 0.1))
    found, mirrored = paired(a, b), paired(b, a)
    np.testing.assert_allclose(found.difference, -mirrored.difference, rtol=1e-9)
    np.testing.assert_allclose(found.low, -mirrored.high, rtol=1e-9)
    np.testing.assert_allclose(found.p_value, mirrored.p_value, rtol=1e-9)
    assert ((found.p_sign >= 0.5) & (found.p_sign <= 1.0)).all()
    assert (found.n_needed >= 2).all()
    excludes = (found.low > 0.0) | (found.high < 0.0)
    assert (excludes == (found.p_value < 0.05)).all()
