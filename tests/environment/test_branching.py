"""Snapshots and branches: the branch that changes nothing is the original, bit for bit; the others are policies."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.startup import Startup
from kingmaker.environment.chips.chip_state import Chips
from kingmaker.environment.inputs.scenario import Event, load_scenario
from kingmaker.environment.model import ComputeEconomy, branching
from kingmaker.environment.worlds.branching import ONE_FOR_ALL
from kingmaker.environment.worlds.snapshots import MAGIC, Snapshot
from tests.helpers import acted, bits, differing, random_parameters, series, states

ROOT = Path(__file__).parents[2]
SMALL: dict[str, Any] = {"startups.number": 30}
MONTHS = 26


def levers(seed: int) -> dict[str, float | int]:
    """A handful of parameters, any that may change on the way."""
    rng = np.random.default_rng(seed)
    everything = random_parameters(rng)
    names = rng.choice(sorted(everything), size=5, replace=False)
    return {str(name): everything[str(name)] for name in names}


@settings(max_examples=5, deadline=None)
@given(month=st.integers(0, MONTHS), seed=st.integers(0, 2**40), luck=st.integers(0, 2**32))
def test_a_branch_is_the_past_with_one_more_dated_event(month: int, seed: int, luck: int) -> None:
    """{} gives the original; {lever: value} gives the run from the start whose scenario has that event."""
    change = levers(luck)
    original = ComputeEconomy(rng=seed, months=MONTHS, register=False, **SMALL).run(month)
    branches = original.branch([change, {}, change])
    assert branches.month == month
    assert not differing(series(branches, 1), series(original))
    original.run()
    branches.run()
    assert not differing(series(original), series(branches, 1))
    assert not differing(series(branches, 0), series(branches, 2))
    setting = load_scenario("baseline", SMALL)
    kept = [
        replace(e, set={k: v for k, v in e.set.items() if k not in change or e.month < month}) for e in setting.events
    ]
    events = sorted([*(e for e in kept if e.set), Event(month, "the branch", change)], key=lambda e: e.month)
    whole = ComputeEconomy(replace(setting, events=tuple(events)), rng=seed, months=MONTHS, register=False).run()
    assert not differing(series(whole), series(branches, 0))


def test_a_world_inside_a_stack_branches_as_it_would_alone() -> None:
    worlds = [{"rng": k, **SMALL, **levers(k)} for k in range(5)]
    stack = ComputeEconomy.stack(worlds, months=MONTHS).run(14)
    branches = stack.branch([{}, {"policy.interoperability": 1.0}, {}], world=3)
    before = {name: array.copy() for name, array in states(stack).items()}
    branches.run()
    assert [name for name, array in states(stack).items() if bits(array) != bits(before[name])] == []
    stack.run()
    assert not differing(series(stack, 3), series(branches, 0))
    assert not differing(series(stack, 3), series(branches, 2))
    assert acted(series(stack, 3), series(branches, 1))
    left, right = states(stack), states(branches)
    by_world = [name for name in left if left[name].ndim > 1 and len(left[name]) == 5]
    assert len(by_world) > 100
    assert [name for name in by_world if bits(left[name][3]) != bits(right[name][2])] == []


def test_branches_of_branches() -> None:
    original = ComputeEconomy(rng=2, months=MONTHS, register=False, **SMALL).run(8)
    first = original.branch([{"policy.tax": 0.3}, {}]).run(6)
    second = first.branch([{"policy.tax": 0.17}, {}], world=1).run()
    assert not differing(series(original.run()), series(second, 1))
    assert second.settings[0].name == "baseline, branched in 2023-03"


def test_a_branch_shows_its_parameters_at_once_and_in_its_label() -> None:
    model = ComputeEconomy(rng=2, months=60, register=False, **SMALL).run(6)
    branches = model.branch([{}, {"policy.export_cap_tpp": 1600, "policy.tax": 0.3}])
    assert branches.parameters.policy.export_cap_tpp.tolist() == [[4800.0], [1600.0]]
    assert model.parameters.policy.export_cap_tpp.tolist() == [[4800.0]]
    assert "policy.tax = 0.3" in branches.settings[1].label
    assert len(branches.settings[1].overridden) == 1
    assert "would set policy.export_cap_tpp to 21000" in branches.settings[1].overridden[0]
    branches.run()
    assert branches.parameters.policy.export_cap_tpp.tolist() == [[21000.0], [1600.0]]


def test_graphs_go_on_in_every_branch_if_asked() -> None:
    import networkx as nx

    model = ComputeEconomy(rng=4, months=MONTHS, **SMALL).run(13)
    branches = model.branch([{"policy.exclusivity_ban": 1}, {}], keep_ties=True).run()
    model.run()
    for month in (12, 20, MONTHS):
        one, other = model.partnerships.graph(month=month), branches.partnerships.graph(world=1, month=month)
        assert nx.utils.graphs_equal(one, other)
    assert not nx.utils.graphs_equal(model.partnerships.graph(), branches.partnerships.graph(world=0))
    assert model.ledger.to_frame().equals(
        branches.ledger.to_frame().query("world == 1").assign(world=0).reset_index(drop=True)
    )
    with pytest.raises(ValueError, match="not logged"):
        model.branch([{}]).partnerships.graph()


def test_a_single_branch_tells_the_same_chronicle() -> None:
    model = ComputeEconomy(rng=4, months=MONTHS, **SMALL).run(13)
    other = model.branch([{}], keep_ties=True).run()
    assert model.run().events_frame().equals(other.events_frame())


def digest(model: ComputeEconomy) -> str:
    return hashlib.sha256(b"".join(bits(array) for array in series(model).values())).hexdigest()


@pytest.mark.parametrize("register", [True, False])
def test_a_snapshot_on_disk_goes_on_in_another_process(tmp_path: Path, register: bool) -> None:
    model = ComputeEconomy(rng=9, months=MONTHS, register=register, **SMALL).run(11)
    model.snapshot().save(tmp_path / "january.snapshot")
    code = (
        "import sys\n"
        "from kingmaker.environment.model import ComputeEconomy\n"
        "from tests.environment.test_branching import digest\n"
        "model = ComputeEconomy.restore(sys.argv[1])\n"
        "branches = model.branch([{}, {'policy.tax': 0.3}]).run()\n"
        "print(digest(model.run()), digest(branches))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "17"}
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning", "-c", code, str(tmp_path / "january.snapshot")],
        env=environment, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    expected = digest(model.run())
    assert done.stdout.split() == [expected, expected]
    assert [path.name for path in tmp_path.iterdir()] == ["january.snapshot"]


def test_a_restored_model_keeps_its_agents_and_its_books() -> None:
    model = ComputeEconomy(rng=9, months=MONTHS, **SMALL).run(3)
    other = ComputeEconomy.restore(model.snapshot())
    for one in (model, other):
        openai = next(firm for firm in one.agents_by_type[Startup] if firm.name == "OpenAI")
        openai.cash += 1000.0
        one.run(12)
    assert not differing(series(model), series(other))
    assert len(model.agents) == len(other.agents)
    assert len({agent.unique_id for agent in other.agents}) == len(other.agents)
    left, right = (one.datacollector.get_model_vars_dataframe() for one in (model, other))
    assert left.equals(right)


def test_a_users_class_is_found_again_in_another_process(tmp_path: Path) -> None:
    (tmp_path / "own_kind.py").write_text(
        "from kingmaker.agents.startup import Startup\n\n\nclass Thrifty(Startup):\n"
        "    def budget(self, p, dearness):\n        compute, staff = super().budget(p, dearness)\n"
        "        return 0.5 * compute, staff\n",
        encoding="utf-8",
    )
    scenario = tmp_path / "mine.toml"
    scenario.write_text('extends = "baseline"\n[classes]\nstartups = "own_kind:Thrifty"\n', encoding="utf-8")
    model = ComputeEconomy(str(scenario), rng=1, months=8, **SMALL).run(4)
    path = model.snapshot().save(tmp_path / "s.snapshot")
    code = (
        "import sys\nfrom kingmaker.environment.model import ComputeEconomy\n"
        "from tests.environment.test_branching import digest\nprint(digest(ComputeEconomy.restore(sys.argv[1]).run()))"
    )
    run = [sys.executable, "-c", code, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(run, env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == digest(model.run()), done.stderr
    (tmp_path / "own_kind.py").write_text(
        (tmp_path / "own_kind.py").read_text().replace("0.5", "0.4"), encoding="utf-8"
    )
    done = subprocess.run(run, env=environment, capture_output=True, text=True, timeout=120)
    assert "another version of the model's code" in done.stderr


@pytest.fixture(scope="module")
def young() -> ComputeEconomy:
    return ComputeEconomy(rng=1, months=4, register=False, **SMALL).run(2)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([], "give a list of changes"),
        ({"policy.tax": 0.1}, "give a list of changes"),
        ([{}, {"startups.number": 50}], "branch 1: 'startups.number' fixes the shape"),
        ([{"policy.interoperabilty": 1.0}], "there is no parameter 'policy.interoperabilty'. Did you mean"),
        ([{"policy.tax": 2.0}], "branch 0: 'policy.tax' is 2.0; allowed is a number from 0 to 0.6"),
        ([{"policy.tax": "high"}], "is 'high'"),
        (["policy.tax"], "allowed is a dict"),
    ],
)
def test_a_change_that_cannot_be_made(young: ComputeEconomy, changes: Any, told: str) -> None:
    with pytest.raises(KingmakerError, match=told.replace("[", r"\[")):
        young.branch(changes)


def test_no_such_world_and_no_such_log(young: ComputeEconomy) -> None:
    with pytest.raises(KingmakerError, match="no world 1; the worlds are 0 to 0"):
        young.branch([{}], world=1)
    stack = ComputeEconomy.stack([{"rng": 1, **SMALL}], months=2)
    with pytest.raises(KingmakerError, match="does not log its ties"):
        stack.branch([{}], keep_ties=True)


def rewritten(snapshot: Snapshot, **facts: Any) -> Snapshot:
    return Snapshot({**snapshot.facts, **facts}, snapshot.state)


def test_a_snapshot_of_another_version_is_refused(young: ComputeEconomy) -> None:
    other_code = rewritten(young.snapshot(), source_digest="0" * 64)
    with pytest.raises(KingmakerError, match="another version of the model's code"):
        ComputeEconomy.restore(other_code)
    assert ComputeEconomy.restore(other_code, force=True).month == 2
    other_mesa = rewritten(young.snapshot(), versions={**young.snapshot().facts["versions"], "mesa": "2.0.0"})
    with pytest.raises(KingmakerError, match=r"another version of Mesa \(2.0.0 then"):
        ComputeEconomy.restore(bytes(other_mesa))


def test_a_damaged_snapshot_is_refused(young: ComputeEconomy, tmp_path: Path) -> None:
    whole = bytes(young.snapshot())
    head, _, state = whole.removeprefix(MAGIC).partition(b"\n")
    facts = json.loads(head)
    for damaged, told in (
        (whole[:-10], "damaged or cut short"),
        (whole[:-1] + b"\0", "damaged or cut short"),
        (MAGIC + b"{]\n" + whole, "first lines are damaged"),
        (MAGIC + json.dumps({"month": 2}).encode() + b"\n", "first lines are damaged"),
        (MAGIC + json.dumps({**facts, "classes": ["a"]}).encode() + b"\n" + state, "classes"),
        (MAGIC + json.dumps({**facts, "versions": None}).encode() + b"\n" + state, "versions"),
        (MAGIC + b"[" * 100_000 + b"\n" + state, "first lines are damaged"),
        (b"PK" + whole, "is not a snapshot"),
        (b"", "is not a snapshot"),
    ):
        path = tmp_path / "s.snapshot"
        path.write_bytes(damaged)
        for source in (path, damaged):
            with pytest.raises(KingmakerError, match=told):
                ComputeEconomy.restore(source)
    with pytest.raises(KingmakerError, match=r"nowhere: cannot be read"):
        ComputeEconomy.restore(tmp_path / "nowhere")
    with pytest.raises(KingmakerError, match="cannot be written"):
        young.snapshot().save(tmp_path / "no" / "folder")


def test_every_array_has_the_worlds_first_or_is_named() -> None:
    """29 worlds: no axis of the model is as long by chance, so an array that nobody named is found."""
    worlds = 29
    stack = ComputeEconomy.stack([{"rng": k, "startups.number": 10} for k in range(worlds)], months=3).run(1)
    assert stack.branch([{}, {}], world=28).run().month == 3
    for owner, names in ONE_FOR_ALL.items():
        assert owner is Chips
        for name in names:
            assert len(getattr(stack.economy.chips, name)) != worlds, name
    stack.economy.chips.forgotten = np.zeros(7)
    with pytest.raises(TypeError, match=r"economy.chips.forgotten has shape \(7,\)"):
        branching.branch(stack, [{}])
