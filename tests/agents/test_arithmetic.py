"""Powers: the same bits for a world alone and in a stack. Guards: what stands for a divisor that is nothing."""

from __future__ import annotations

import numpy as np
import pytest

from kingmaker.agents.arithmetic import positive, power, ratio


@pytest.mark.parametrize("exponent", [-1.0, 0.0, 0.5, 1.0, 1.7, 2.0, 3.0])
def test_a_world_alone_gets_the_power_that_it_gets_in_a_stack(exponent: float) -> None:
    base = np.random.default_rng(1).uniform(0.1, 3.0, (6, 400))
    exponents = np.array([[exponent], [1.3], [2.0], [0.5], [exponent], [0.7]])
    stacked = power(base, exponents)
    assert stacked == pytest.approx(base**exponents, rel=1e-14)
    for world in range(len(base)):
        alone = power(base[world : world + 1].copy(), exponents[world : world + 1].copy())
        np.testing.assert_array_equal(alone[0], stacked[world])


def test_base_and_exponent_are_spread_over_each_other() -> None:
    assert power(np.array([[2.0], [3.0]]), np.array([[1.0, 2.0]])).tolist() == [[2.0, 4.0], [3.0, 9.0]]


def test_a_positive_divisor_is_itself_and_any_other_is_one() -> None:
    whole = np.array([3.0, 5e-324, np.inf, 0.0, -0.0, -1e-12, -np.inf])
    assert positive(whole).tolist() == [3.0, 5e-324, np.inf, 1.0, 1.0, 1.0, 1.0]
    np.testing.assert_array_equal(positive(whole), np.where(whole > 0.0, whole, 1.0))
    assert np.isnan(positive(np.array([np.nan])))[0]  # what is wrong stays to be seen


def test_a_ratio_is_zero_where_there_is_no_whole() -> None:
    assert ratio(np.array([6.0, 6.0, 6.0]), np.array([2.0, 0.0, -1.0])).tolist() == [3.0, 0.0, 0.0]
