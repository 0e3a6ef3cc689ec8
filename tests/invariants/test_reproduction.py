"""The same seed gives the same bits: twice, in another process, alone and at any place of any stack."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kingmaker.environment.model import ComputeEconomy
from tests.helpers import acted, bits, differing, random_parameters, series, states

ROOT = Path(__file__).parents[2]
MONTHS = 36


def digest(model: ComputeEconomy) -> str:
    return hashlib.sha256(b"".join(bits(array) for array in series(model).values())).hexdigest()


def test_the_same_seed_twice_is_identical() -> None:
    one, other = (ComputeEconomy(rng=11, months=MONTHS).run() for _ in range(2))
    assert not differing(series(one), series(other))
    left, right = states(one), states(other)
    assert [name for name in left if bits(left[name]) != bits(right[name])] == []
    assert one.events_frame().equals(other.events_frame())


def test_the_same_seed_in_another_process_is_identical() -> None:
    """With another hash seed, so that no result hangs on the order of a set or of a dictionary of strings."""
    code = (
        "from tests.invariants.test_reproduction import digest\n"
        "from kingmaker.environment.model import ComputeEconomy\n"
        f"print(digest(ComputeEconomy(rng=11, months={MONTHS}).run()))"
    )
    seen = set()
    for hash_seed in ("0", "4711"):
        environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin"}
        ran = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        seen.add(ran.stdout.strip())
    assert seen == {digest(ComputeEconomy(rng=11, months=MONTHS).run())}


def test_another_seed_differs() -> None:
    one, other = (ComputeEconomy(rng=seed, months=MONTHS).run() for seed in (11, 12))
    names = {line.split(" ")[0] for line in differing(series(one), series(other))}
    assert {"services_musd", "funding_musd", "startups_alive", "chips_delivered"} <= names


def test_how_it_is_watched_does_not_matter() -> None:
    """Registered or bare, with a panel, in two halves, with graphs drawn on the way: the same bits."""
    bare = ComputeEconomy(rng=11, months=18, register=False).run()
    watched = ComputeEconomy(rng=11, months=18, panel=True).run(7)
    watched.partnerships.graph()
    watched.measures.to_frame()
    watched.agents.shuffle_do("view")
    watched.run()
    assert not differing(series(bare), series(watched))


def test_policies_share_their_luck_until_they_differ() -> None:
    """A dated policy leaves no trace before its date."""
    base = ComputeEconomy("baseline", rng=3, months=30).run()
    policy = ComputeEconomy("interoperability", rng=3, months=30).run()
    early = {name: values[:26] for name, values in series(base).items()}
    assert not differing(early, {name: values[:26] for name, values in series(policy).items()})
    assert acted(series(base), series(policy))


def neighbours(number: int, seed: int) -> list[dict[str, Any]]:
    """Worlds as unlike each other as the parameters allow."""
    rng = np.random.default_rng(seed)
    return [{"rng": int(rng.integers(2**40)), **random_parameters(rng)} for _ in range(number)]


ALONE: list[dict[str, Any]] = [
    {"rng": 1},
    {"rng": 1, "policy.interoperability": 1.0, "policy.export_cap_tpp": 1600.0},
    {"rng": 99, "scenario": "no_export_control", "startups.mass": 9000.0, "capital.stake_chance": 0.3},
]


def compare(stack: int, places: tuple[int, int, int], seed: int, months: int) -> list[str]:
    """Each of the three worlds at each of three places: in three stacks, between which they change places."""
    lonely = [series(ComputeEconomy.stack([world], months=months).run()) for world in ALONE]
    faults = []
    for turn in range(len(places)):
        worlds = neighbours(stack - len(places), seed + turn)
        at = {place: (k + turn) % len(ALONE) for k, place in enumerate(places)}
        for place in sorted(at):
            worlds.insert(place, ALONE[at[place]])
        model = ComputeEconomy.stack(worlds, months=months).run()
        for place, k in at.items():
            found = differing(lonely[k], series(model, place))
            faults += [f"world {ALONE[k]} at {place} of {stack}: {line}" for line in found]
    return faults


def test_a_world_alone_equals_the_world_as_a_model_of_its_own() -> None:
    pins = {"policy.interoperability": 0.7}
    single = ComputeEconomy(rng=5, months=MONTHS, **pins).run()
    stacked = ComputeEconomy.stack([{"rng": 5, **pins}], months=MONTHS).run()
    assert not differing(series(single), series(stacked))


def test_a_world_alone_equals_the_same_world_in_a_stack_of_seven() -> None:
    assert not compare(7, (0, 3, 6), seed=0, months=MONTHS)


@pytest.mark.slow
def test_a_world_alone_equals_the_same_world_in_a_stack_of_a_hundred() -> None:
    assert not compare(100, (0, 41, 99), seed=7, months=60)


@pytest.mark.slow
def test_a_world_alone_equals_itself_in_a_stack_over_the_whole_horizon() -> None:
    """Late in a run start-ups design chips, each world in months of its own."""
    worlds = [{"rng": seed, "startups.number": 60} for seed in range(6)]
    stacked = ComputeEconomy.stack(worlds, months=108).run()
    for place in (1, 3):
        alone = ComputeEconomy.stack([worlds[place]], months=108).run()
        assert not differing(series(alone), series(stacked, place))


def test_the_whole_state_of_a_world_is_the_same_in_a_stack() -> None:
    """Not the measures alone: every column, chip and condition, for a world among very different ones."""
    worlds = neighbours(6, 3)
    worlds.insert(2, ALONE[1])
    lonely = ComputeEconomy.stack([ALONE[1]], months=24).run()
    stacked = ComputeEconomy.stack(worlds, months=24).run()
    left, right = states(lonely), states(stacked)
    by_world = [name for name in left if left[name].ndim > 1 and left[name].shape[0] == 1]
    assert len(by_world) > 100
    assert [name for name in by_world if bits(left[name][0]) != bits(right[name][2])] == []


def test_equal_worlds_of_a_stack_are_equal() -> None:
    model = ComputeEconomy.stack([{"rng": 8}, {"rng": 9}, {"rng": 8}], months=24).run()
    assert not differing(series(model, 0), series(model, 2))
    assert acted(series(model, 0), series(model, 1))
