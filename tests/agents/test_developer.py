"""What a developer decides on its models: how large a run it can train, and how much reinforcement learning."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.startup import Startup
from kingmaker.environment.services.dimensions import reasoning_gain, valued
from tests.helpers import firms, luck, parameters

P = parameters()
weight = st.floats(0.0, 1.0)


def at(value: float) -> np.ndarray:
    return np.full((1, 1), value)


def one(decision: Any) -> float:
    assert decision.shape == (1, 1)
    return float(decision[0, 0])


# --- the least cluster ----------------------------------------------------------------------------


def test_the_least_cluster_trains_the_run_that_it_is_named_for() -> None:
    lab = firms(Startup, 1)
    named = float(P.technology.least_cluster[0, 0])
    small = 10.0 ** (float(P.technology.small_run[0, 0]) - 21.0)
    run = 10.0 ** (float(P.technology.threshold_run[0, 0]) - 21.0)
    assert one(lab.largest_run(P, at(named))) == pytest.approx(run + small)
    assert one(lab.largest_run(P, at(0.0))) == pytest.approx(small)
    # four times the run needs twice the chips: parameters grow with the root of compute
    assert one(lab.largest_run(P, at(2.0 * named))) - small == pytest.approx(4.0 * run)
    strict = parameters(technology__least_cluster=2.0 * named)
    assert one(lab.largest_run(strict, at(named))) - small == pytest.approx(run / 4.0)


# --- reinforcement learning -----------------------------------------------------------------------


def chosen(reasoning: float, tool_use: float, safety: float, capability: float = 40.0, **pins: object) -> float:
    p = parameters(technology__rl_spread=0.0, **pins)
    lab = firms(Startup, 1, capability=capability)
    return one(lab.chooses_rl(p, at(reasoning), at(tool_use), at(safety), luck(1)))


@given(weight, weight, weight)
def test_the_lab_finds_what_its_users_value_most(reasoning: float, tool_use: float, safety: float) -> None:
    """Against brute force, for a model strong enough to have all of the gain."""
    intensity = np.linspace(0.0, float(P.technology.rl_most[0, 0]), 3001)[np.newaxis]
    t = P.technology
    worth = valued(reasoning_gain(intensity, t), intensity, (reasoning, tool_use, safety), t)[0]
    found = chosen(reasoning, tool_use, safety)
    here = np.interp(found, intensity[0], worth)
    assert here >= worth.max() - 1e-5 * (1.0 + 1e-3 * reasoning)
    assert 0.0 <= found <= intensity[0, -1]


def test_weak_models_have_nothing_to_reinforce_and_careful_users_want_less() -> None:
    assert chosen(0.5, 0.2, 0.2, capability=24.0) == 0.0
    assert chosen(0.5, 0.2, 0.2) > chosen(0.5, 0.2, 0.6) > 0.0
    assert chosen(0.0, 0.2, 0.2) == 0.0
    assert chosen(0.4, 0.2, 0.2, technology__rl_intensity=0.0) == 0.0


def test_labs_differ_in_strategy() -> None:
    labs = firms(Startup, 50, capability=40.0)
    rl = labs.chooses_rl(P, at(0.4), at(0.3), at(0.3), luck(50))[0]
    assert len(np.unique(rl)) > 40
