"""The runs that a question needs: each is the one that a model of its own gives, and none is made twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.stats.run_statistics import summarise
from kingmaker.experiments.sweep import stacks
from kingmaker.experiments.sweep.driver import drive
from kingmaker.experiments.sweep.stacks import SimulationError, World, simulate

NAMES, MONTHS = ("hhi_cloud", "switching_rate", "gap_china"), 4
SMALL = load_scenario("baseline", {"startups.number": 20})
OTHER = load_scenario("interoperability", {"startups.number": 24})
WORLDS = [
    World(SMALL, 2),
    World(OTHER, 1, {"chips.kingmaker": 2.0}),
    World(SMALL, 1, {"startups.number": 30}),  # another structure than the others
    World(SMALL, 1),
    World(OTHER, 1),
    World(SMALL, 2),  # asked for twice
]


def alone(world: World) -> np.ndarray:
    pins: dict[str, Any] = dict(world.parameters)
    model = ComputeEconomy(world.setting, rng=world.seed, months=MONTHS, register=False, **pins).run()
    return np.array([model.measures.array(name)[:, 0] for name in NAMES])


def test_each_world_gives_what_it_gives_alone() -> None:
    expected = np.stack([alone(world) for world in WORLDS], axis=2)
    found = simulate(WORLDS, MONTHS, NAMES)
    np.testing.assert_array_equal(found, expected)
    assert not np.array_equal(found[:, :, 1], found[:, :, 4])
    for statistics in (("last2",), ("mean", "2022-02:2022-03", "max")):
        short = simulate(WORLDS, MONTHS, NAMES, statistics=statistics)
        for m in range(len(NAMES)):
            whole = summarise(expected[m].T, statistics)
            np.testing.assert_array_equal(short[m], np.array([whole[name] for name in statistics]))


def test_what_is_kept_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counted(tasks: Any, engine: Any, take: Any) -> None:
        def told(outcome: Any) -> None:
            made.append(len(outcome.runs))
            take(outcome)

        drive(tasks, engine, told)

    monkeypatch.setattr(stacks, "drive", counted)
    advanced: list[int] = []
    first = simulate(WORLDS[:4], MONTHS, NAMES, keep=tmp_path / "keep", advance=advanced.append)
    assert sum(made) == sum(advanced) == 4
    again = simulate(WORLDS[:4], MONTHS, NAMES, keep=tmp_path / "keep")
    assert sum(made) == 4
    np.testing.assert_array_equal(again, first)
    damaged = min((tmp_path / "keep").rglob("part-*.parquet"))
    damaged.write_bytes(damaged.read_bytes()[:-9])
    more = simulate(WORLDS, MONTHS, NAMES, keep=tmp_path / "keep")  # with a further world, and the damaged ones
    assert 4 < sum(made) < 4 + 5
    np.testing.assert_array_equal(more[:, :, :4], first)
    np.testing.assert_array_equal(more, simulate(WORLDS, MONTHS, NAMES))
    other = simulate(WORLDS[:1], MONTHS, NAMES[:1], keep=tmp_path / "keep")  # other columns lie apart
    np.testing.assert_array_equal(other, first[:1, :, :1])


def test_two_sides_that_are_the_same_are_run_both() -> None:
    """Else a comparison of a scenario with itself would be zero whatever the model does."""
    counted: list[int] = []
    twin = load_scenario("baseline", {"startups.number": 20})
    simulate([World(SMALL, 1), World(twin, 1)], 2, NAMES[:1], advance=counted.append)
    assert counted == [1, 1]


def test_a_world_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from kingmaker.environment.policy import procedures

    usual = procedures.move_inquiries

    def fails(e: Any) -> None:
        usual(e)
        if (e.p.policy.tax > 0.3).any():
            raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(procedures, "move_inquiries", fails)
    told = r"startups\.number = 20 and policy\.tax = 0\.5, seed 3, failed: ZeroDivisionError: on purpose"
    with pytest.raises(SimulationError, match=told):
        simulate([World(SMALL, 1), World(SMALL, 3, {"policy.tax": 0.5})], 2, NAMES)
