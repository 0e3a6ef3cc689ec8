"""Powers of parameters: the same bits for a world alone and in a stack."""

from __future__ import annotations

import numpy as np
import pytest

from kingmaker.agents.arithmetic import power


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
