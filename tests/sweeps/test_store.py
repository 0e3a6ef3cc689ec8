"""The folder of results: whole parts or none, ids, digests, locks, identity."""

from __future__ import annotations

import errno
import io
import os
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kingmaker.environment.inputs.scenario import Scenario
from kingmaker.experiments.design.design_file import DesignFile
from kingmaker.experiments.design.sweep_design import Design, Run, build_design
from kingmaker.experiments.sweep.digest import digest_of
from kingmaker.experiments.sweep.opening import Opening, Wanted
from kingmaker.experiments.sweep.opening import opened as open_for_work
from kingmaker.experiments.sweep.plan import WHOLE, Namer, Shard, even_size, named_runs, stack_size, tasks_of, work_of
from kingmaker.experiments.sweep.reading import load, query
from kingmaker.experiments.sweep.store import RUNS, Odd, Store
from kingmaker.experiments.sweep.tasks import Failure, Job, SweepError, Work
from kingmaker.experiments.sweep.whole_files import clear_temporaries, write_whole
from kingmaker.experiments.sweep.worker import encode, tabulate


def design(**entries: Any) -> Design:
    entries = {
        "kind": "grid", "months": 4, "replications": 3, "measures": ["hhi_cloud", "gap_china"],
        "parameters": {"policy.interoperability": [0.0, 0.5, 1.0], "policy.export_cap_tpp": [1600.0, float("inf")]},
    } | entries  # fmt: skip
    return build_design(DesignFile(**entries), "made", "made")


def opened(folder: Path, made: Design) -> tuple[Store, Work, list[tuple[str, Run]]]:
    work, store = work_of(made), Store(folder)
    runs = list(named_runs(made, Namer(work), WHOLE))
    with open_folder_of(folder, made):
        return store, work, runs


def open_folder_of(folder: Path, made: Design, extend: bool = False) -> AbstractContextManager[Opening]:
    work = work_of(made)
    return open_for_work(Store(folder), Wanted(made, work, Namer(work).names(made), extend=extend), WHOLE)


def part(work: Work, runs: list[tuple[str, Run]]) -> bytes:
    """Made-up results of these runs: numbers that follow from the run's id."""
    jobs = [Job(name, run.parameters, run.seed) for name, run in runs]
    rows = [np.random.default_rng(int(job.run[:8], 16)).random((len(work.measures), work.months)) for job in jobs]
    series = {measure: np.array([row[k] for row in rows]) for k, measure in enumerate(work.measures)}
    return encode([tabulate(work, jobs, series)], [job.run for job in jobs])


# --- ids ----------------------------------------------------------------------------------------


def test_an_id_depends_on_all_that_the_numbers_depend_on() -> None:
    made = design()
    work = work_of(made)
    run = next(made.runs())

    def name(work: Work = work, run: Run = run) -> str:
        return Namer(work).name(run)

    others = [
        name(run=replace(run, seed=run.seed + 1)),
        name(run=replace(run, parameters={**run.parameters, "energy.cap": 0.9})),
        name(work=replace(work, months=5)),
        name(work=replace(work, source_digest="x")),
        name(work=replace(work, data_digest="x")),
        name(work=replace(work, setting=Scenario("baseline"))),  # without the events
        name(work=replace(work, setting=replace(work.setting, classes={"startups": "own:Frugal"}))),
    ]
    assert len({name(), *others}) == len(others) + 1
    # not on what is kept, on names, or on the place in the design
    assert name(work=replace(work, measures=("hhi_cloud",), statistics=("mean",))) == name()
    assert name(work=replace(work, setting=replace(work.setting, name="other", title="other"))) == name()
    assert name(run=replace(run, point=7, replication=9)) == name()
    assert name(run=replace(run, parameters={**run.parameters, "energy.cap": 1.0})) == name()  # its default


def test_a_pin_that_silences_an_event_is_another_run() -> None:
    made = design()
    work = work_of(made)
    run = next(made.runs())
    pinned = replace(run, parameters={"policy.interoperability": 0.0, "policy.export_cap_tpp": 4800.0})
    plain = replace(run, parameters={"policy.interoperability": 0.0})
    assert Namer(work).name(pinned) != Namer(work).name(plain)  # the cap of 2026 comes in the second only


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_the_ids_of_a_design_are_those_of_its_runs(data: st.DataObject) -> None:
    """All at once or one by one: grids and lists, with values at their defaults, pinned and left out."""
    value = {
        "policy.interoperability": st.sampled_from([0.0, -0.0, 0.5]),
        "energy.cap": st.sampled_from([1.0, 0.5]),
        "policy.export_cap_tpp": st.sampled_from([1600.0, float("inf")]),
        "startups.number": st.integers(20, 22),
    }
    points = data.draw(st.lists(st.fixed_dictionaries({}, optional=value), min_size=1, max_size=8))
    fixed = data.draw(st.sampled_from([{}, {"policy.compliance": 0.9}, {"clouds.own_share": 0.1}]))
    made = design(kind="list", parameters={}, points=points, set=fixed, replications=data.draw(st.integers(1, 3)))
    namer = Namer(work_of(made))
    with mock.patch(
        "kingmaker.experiments.sweep.run_ids.AT_ONCE", data.draw(st.sampled_from([1, 5, 100]), "runs hashed at once")
    ):
        found = namer.names(made)
    assert found == [namer.name(run) for run in made.runs()]


def test_what_is_set_and_what_is_varied_give_one_id() -> None:
    points: list[dict[str, Any]] = [{"energy.cap": 0.5}]
    points: list[dict[str, Any]] = [{"energy.cap": 0.5}]
    varied = design(kind="list", parameters={}, points=[points[0] | {"policy.compliance": 0.9}], replications=1)
    held = design(kind="list", parameters={}, points=points, set={"policy.compliance": 0.9}, replications=1)
    assert Namer(work_of(varied)).names(varied) == Namer(work_of(held)).names(held)


# --- tasks --------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6), st.integers(1, 5), st.one_of(st.none(), st.integers(1, 9)), st.integers(1, 4))
def test_shards_and_stacks_cover_every_run_once(of: int, workers: int, stack: int | None, replications: int) -> None:
    made = design(replications=replications)
    work = work_of(made)
    namer = Namer(work)
    names: list[str] = []
    for number in range(1, of + 1):
        runs = list(named_runs(made, namer, Shard(number, of)))
        for task in tasks_of(work, iter(runs), len(runs), workers, stack=stack):
            assert len(task.jobs) <= (stack or 64)
            names += [job.run for job in task.jobs]
    assert sorted(names) == sorted(name for name, _ in named_runs(made, namer, WHOLE))


def test_runs_of_different_structure_do_not_share_a_stack() -> None:
    made = design(parameters={"startups.number": [20, 40], "policy.interoperability": [0.0, 1.0]}, replications=5)
    work = work_of(made)
    tasks = list(tasks_of(work, named_runs(made, Namer(work), WHOLE), made.size, 1))
    for task in tasks:
        assert len({job.parameters["startups.number"] for job in task.jobs}) == 1
    assert sum(len(task.jobs) for task in tasks) == 20


def test_points_that_are_the_same_run_are_run_once(tmp_path: Path) -> None:
    points = [{"energy.cap": 1.0}, {"energy.cap": 0.5}, {"energy.cap": 1.0}]
    made = design(kind="list", parameters={}, points=points, replications=1)
    store, work, runs = opened(tmp_path, made)
    (task,) = tasks_of(work, iter(runs), 2, 1)
    assert len(task.jobs) == 2
    store.write_part(part(work, [runs[0], next(pair for pair in runs if pair[0] != runs[0][0])]))
    frame = load(tmp_path)
    assert len(frame) == 3 * 4  # all three points, four months each
    assert frame[frame["point"] == 0]["hhi_cloud"].tolist() == frame[frame["point"] == 2]["hhi_cloud"].tolist()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 1000), st.integers(1, 16), st.integers(1, 64))
def test_stacks_of_a_small_sweep_are_even(missing: int, workers: int, most: int) -> None:
    size = even_size(missing, workers, most)
    stacks = -(-missing // size)
    rounds = -(-missing // (workers * most))
    assert 1 <= size <= most
    assert stacks <= rounds * workers  # no round more than with the largest stacks
    assert missing > rounds * workers * (size - 1)  # and none could be smaller


def test_stacks_are_smaller_where_worlds_are_large() -> None:
    assert stack_size({}) == 64
    assert stack_size({"startups.number": 10_000}) < 8
    assert stack_size({"startups.number": 1_000_000}) == 1
    assert stack_size({}, free_bytes=5e6) < 8


# --- parts and digests --------------------------------------------------------------------------


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.integers(1, 7), st.sampled_from(["monthly", ["last2", "final"]]))
def test_the_digest_is_of_the_numbers_only(
    tmp_path_factory: pytest.TempPathFactory, random: Any, size: int, keep: Any
) -> None:
    made = design(keep=keep)
    one, work, runs = opened(tmp_path_factory.mktemp("one"), made)
    two, _, _ = opened(tmp_path_factory.mktemp("two"), made)
    one.write_part(part(work, runs))
    shuffled = list(runs)
    random.shuffle(shuffled)
    for start in range(0, len(runs), size):
        two.write_part(part(work, shuffled[start : start + size]))
    two.write_part(part(work, shuffled[: size // 2 + 1]))  # as two drivers at once may do
    assert digest_of(one.folder) == digest_of(two.folder)
    pd.testing.assert_frame_equal(load(one.folder), load(two.folder))
    counted = query(two.folder, "select count(*) as n from results")["n"].item()
    assert counted == len(load(one.folder))


def test_a_changed_number_changes_the_digest(tmp_path: Path) -> None:
    made = design()
    one, work, runs = opened(tmp_path / "one", made)
    two, _, _ = opened(tmp_path / "two", made)
    one.write_part(part(work, runs))
    two.write_part(part(work, [(name[::-1], run) for name, run in runs]))
    assert digest_of(one.folder).sha256 != digest_of(two.folder).sha256
    table = pq.read_table(io.BytesIO(part(work, runs)))
    values = table["hhi_cloud"].to_numpy().copy()
    values[3] = np.nextafter(values[3], 1.0)
    spoilt = table.set_column(table.column_names.index("hhi_cloud"), "hhi_cloud", [values])
    one.write_part(encode([spoilt], [name for name, _ in runs]))
    with pytest.raises(SweepError, match="other results here than in another part"):
        digest_of(one.folder)


def test_a_partial_sweep_is_read_with_a_warning(tmp_path: Path) -> None:
    store, work, runs = opened(tmp_path, design())
    with pytest.warns(UserWarning, match="18 runs are still missing"), pytest.raises(SweepError, match="no results"):
        load(tmp_path)
    store.write_part(part(work, runs[:5]))
    store.write_failure(Failure(Job(runs[6][0], {}, 1), "an error"))
    with (
        pytest.warns(UserWarning, match="12 runs are still missing"),
        pytest.warns(UserWarning, match="1 run has failed.*--retry-failed"),
    ):
        assert len(load(tmp_path)) == 5 * 4
    found = digest_of(tmp_path)
    assert (found.runs, found.of, found.failed) == (5, 18, 1)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_of_a_part_is_found(tmp_path: Path, data: st.DataObject) -> None:
    store, work, runs = opened(tmp_path, design())
    whole = part(work, runs)
    path = store.write_part(whole)
    place = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        path.write_bytes(whole[:place])
    else:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :])
    with pytest.raises(SweepError, match="truncated or damaged"):
        load(tmp_path)
    odd = Odd()
    assert store.finished(odd) == set()
    assert odd.damaged == [path]
    assert not path.exists()
    assert (store.damaged_folder / path.name).exists()


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO])
def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int) -> None:
    def fail(handle: int) -> None:
        raise OSError(fault, os.strerror(fault))

    write_whole(tmp_path / "there", b"old")
    monkeypatch.setattr(os, "fsync", fail)
    told = "cannot be written" if fault == errno.EIO else "no room for more results"
    for name in ("new", "there"):
        with pytest.raises(SweepError, match=told):
            write_whole(tmp_path / name, b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert (tmp_path / "there").read_bytes() == b"old"


def test_only_what_dead_processes_left_is_cleared(tmp_path: Path) -> None:
    from kingmaker.experiments.sweep.whole_files import HOST

    mine, theirs = tmp_path / f".a.parquet.{HOST}.{os.getpid()}.tmp", tmp_path / ".a.parquet.elsewhere.1.tmp"
    dead = tmp_path / f".a.parquet.{HOST}.{2**22 + 1}.tmp"
    for path in (mine, theirs, dead):
        path.touch()
    clear_temporaries(tmp_path)
    assert (mine.exists(), theirs.exists(), dead.exists()) == (True, True, os.name == "nt")


def test_a_shard_is_locked_while_it_is_worked_on(tmp_path: Path) -> None:
    store, _, _ = opened(tmp_path, design())
    with store.lock(Shard(1, 2)):
        with pytest.raises(SweepError, match=r"another sweep is at work .*shard 1/2"), store.lock(Shard(1, 2)):
            pass
        with store.lock(Shard(2, 2)):
            pass
    with store.lock(Shard(1, 2)):
        pass


# --- identity -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"months": 5}, "months is 4 there and 5 now"),
        ({"seed": 2}, "seed is 1 there and 2 now"),
        ({"measures": ["hhi_cloud"]}, "measures is"),
        ({"keep": ["final"]}, 'keep is "monthly" there'),
        (
            {"parameters": {"policy.interoperability": [0.0, 1.0], "policy.export_cap_tpp": [1600.0]}},
            "'policy.interoperability': 0.5 is no longer there; 'policy.export_cap_tpp': inf is no longer there",
        ),
        ({"set": {"energy.cap": 0.5}}, "parameters of the scenario: 'energy.cap' is not set there and 0.5 now"),
        ({"scenario": "interoperability"}, "events of the scenario is"),
    ],
)
def test_another_design_is_refused(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    opened(tmp_path, design())
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    with pytest.raises(SweepError) as fault:
        opened(tmp_path, design(**changes))
    assert told in str(fault.value)
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_the_same_design_is_known_again_and_may_grow(tmp_path: Path) -> None:
    made, more = design(), design(replications=5)
    opened(tmp_path, made)
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    opened(tmp_path, made)
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
    opened(tmp_path, more)
    assert pq.read_table(tmp_path / RUNS).num_rows == 30
    opened(tmp_path, made)  # fewer again: the table of runs stays
    assert pq.read_table(tmp_path / RUNS).num_rows == 30
