"""The loop of a sweep against a treacherous executor: nothing lost, nothing doubled, the guilty run found."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kingmaker.environment.inputs.scenario import Scenario
from kingmaker.experiments.sweep.driver import HOPELESS, STARTS, drive
from kingmaker.experiments.sweep.engines import Engine
from kingmaker.experiments.sweep.local import DiedAtStart
from kingmaker.experiments.sweep.tasks import Failure, Job, Outcome, Skew, SweepError, Task, Work

WORK = Work(Scenario("test"), 1, (), (), (), "", "")


class Treacherous(Executor):
    """Loses the worker of every task that holds a poisoned run, and of others as an unlucky series says."""

    def __init__(self, poisoned: set[str], luck: list[bool]) -> None:
        self.poisoned, self.luck, self.flying, self.most = poisoned, iter(luck), 0, 0
        self.calls = 0

    def submit(self, fn: Any, /, task: Task, **_: Any) -> Future[Outcome]:  # type: ignore[override]
        self.calls += 1
        future: Future[Outcome] = Future()
        names = [job.run for job in task.jobs]
        if self.poisoned & set(names) or next(self.luck, False):
            future.set_exception(BrokenExecutor("its worker was killed"))
        else:
            future.set_result(Outcome(b"", tuple(names), (), 0.0, 0))
        return future


def engine_of(executor: Executor, capacity: int = 3) -> Engine:
    return Engine(executor, capacity, lambda: capacity, lambda fault: int(isinstance(fault, BrokenExecutor)))


def tasks_of(sizes: list[int]) -> list[Task]:
    names = iter(range(sum(sizes)))
    return [Task(WORK, tuple(Job(f"run{next(names)}", {}, 1) for _ in range(size))) for size in sizes]


def swept(tasks: list[Task], executor: Executor) -> tuple[Counter[str], list[Failure]]:
    done: Counter[str] = Counter()
    failures: list[Failure] = []

    def take(outcome: Outcome) -> None:
        done.update(outcome.runs)
        failures.extend(outcome.failures)

    drive(iter(tasks), engine_of(executor), take)
    return done, failures


@settings(max_examples=200)
@given(st.lists(st.integers(1, 17), min_size=1, max_size=8), st.data())
def test_poisoned_runs_are_isolated_and_no_other_is_lost(sizes: list[int], data: st.DataObject) -> None:
    tasks = tasks_of(sizes)
    names = [job.run for task in tasks for job in task.jobs]
    poisoned = data.draw(st.sets(st.sampled_from(names), max_size=max(0, len(names) - 1)))
    luck = [False] * 4 + data.draw(st.lists(st.booleans(), max_size=2))
    executor = Treacherous(poisoned, luck)
    try:
        done, failures = swept(tasks, executor)
    except SweepError:  # so much poison that no worker ever did anything
        assert len(poisoned) >= HOPELESS
        return
    assert set(done) == set(names) - poisoned
    assert set(done.values()) <= {1}
    assert {failure.job.run for failure in failures} == poisoned
    assert len(failures) == len(poisoned)


def test_a_healthy_sweep_hands_out_each_task_once() -> None:
    executor = Treacherous(set(), [])
    done, failures = swept(tasks_of([4, 4, 2]), executor)
    assert executor.calls == 3
    assert len(done) == 10
    assert not failures


def test_no_more_tasks_are_in_flight_than_allowed() -> None:
    class Lazy(Executor):
        def __init__(self) -> None:
            self.waiting: list[tuple[Future[Outcome], Task]] = []
            self.most = 0

        def submit(self, fn: Any, /, task: Task, **_: Any) -> Future[Outcome]:  # type: ignore[override]
            future: Future[Outcome] = Future()
            self.waiting.append((future, task))
            self.most = max(self.most, len(self.waiting))
            if len(self.waiting) == 3:
                for held, its in self.waiting:
                    held.set_result(Outcome(b"", tuple(job.run for job in its.jobs), (), 0.0, 0))
                self.waiting.clear()
            return future

    lazy = Lazy()
    done, _ = swept(tasks_of([1] * 30), lazy)
    assert len(done) == 30
    assert lazy.most == 3


def test_workers_that_die_at_once_end_the_sweep() -> None:
    executor = Treacherous({f"run{i}" for i in range(50)}, [])
    with pytest.raises(SweepError, match="workers die before they have finished anything"):
        swept(tasks_of([1] * 50), executor)
    assert executor.calls <= 4 * HOPELESS + 8


class Faulty(Executor):
    """Its workers die while they start, as a series says; a poisoned run kills the worker that has taken it up."""

    def __init__(self, starts: list[bool], poisoned: str = "") -> None:
        self.starts, self.poisoned = iter(starts), poisoned

    def submit(self, fn: Any, /, task: Task, **_: Any) -> Future[Outcome]:  # type: ignore[override]
        future: Future[Outcome] = Future()
        names = [job.run for job in task.jobs]
        if next(self.starts, False):
            future.set_exception(DiedAtStart("killed while it started"))
        elif self.poisoned in names:
            future.set_exception(BrokenExecutor("killed"))
        else:
            future.set_result(Outcome(b"", tuple(names), (), 0.0, 0))
        return future


@pytest.mark.parametrize("deaths", [1, 8, STARTS - 1])
def test_deaths_before_work_was_taken_up_blame_nobody(deaths: int) -> None:
    done, failures = swept(tasks_of([1, 4]), Faulty([True] * deaths))
    assert len(done) == 5
    assert not failures


def test_workers_that_cannot_start_are_what_is_told() -> None:
    with pytest.raises(SweepError, match=r"workers die while they start: 40 in a row.*No run is at fault"):
        swept(tasks_of([1, 4]), Faulty([True] * 1000))


def test_starts_that_fail_now_and_then_are_no_reason_to_give_up() -> None:
    done, failures = swept(tasks_of([1] * 30), Faulty([True, True, False] * 60))
    assert len(done) == 30
    assert not failures


@pytest.mark.parametrize("starts", [[], [True] * 6 + [False, True] * 10])
def test_a_run_is_blamed_only_for_workers_that_have_died_over_it(starts: list[bool]) -> None:
    done, failures = swept(tasks_of([4, 4]), Faulty(starts, "run2"))
    assert [failure.job.run for failure in failures] == ["run2"]
    assert "died 4 times while it worked on this run alone" in failures[0].error
    assert len(done) == 7


def test_a_suspect_is_tried_with_nothing_else_at_work() -> None:
    """A run beside which the memory runs out is no culprit: alone it ends."""

    class Crowded(Executor):
        def __init__(self) -> None:
            self.flying: list[tuple[Future[Outcome], Task]] = []

        def submit(self, fn: Any, /, task: Task, **_: Any) -> Future[Outcome]:  # type: ignore[override]
            future: Future[Outcome] = Future()
            crowd = [other for other, _ in self.flying if not other.done()]
            if task.jobs[0].run == "run0":
                if crowd:
                    future.set_exception(BrokenExecutor("out of memory"))
                else:
                    future.set_result(Outcome(b"", ("run0",), (), 0.0, 0))
                return future
            for other, its in self.flying:
                if not other.done():
                    other.set_result(Outcome(b"", tuple(job.run for job in its.jobs), (), 0.0, 0))
            self.flying.append((future, task))
            if task.jobs[0].run == "run9":
                future.set_result(Outcome(b"", ("run9",), (), 0.0, 0))
            return future

    order = tasks_of([1] * 10)
    done, failures = swept([order[1], order[0], *order[2:]], Crowded())
    assert not failures
    assert len(done) == 10


def test_a_worker_with_another_model_ends_the_sweep() -> None:
    class Skewed(Executor):
        def submit(self, fn: Any, /, *_: Any, **__: Any) -> Future[Any]:  # type: ignore[override]
            future: Future[Any] = Future()
            future.set_result(Skew("another code"))
            return future

    with pytest.raises(SweepError, match="another code"):
        swept(tasks_of([1]), Skewed())


def test_an_engine_that_fails_is_told() -> None:
    class Broken(Executor):
        def submit(self, fn: Any, /, *_: Any, **__: Any) -> Future[Any]:  # type: ignore[override]
            future: Future[Any] = Future()
            future.set_exception(ModuleNotFoundError("No module named 'experiments'"))
            return future

    with pytest.raises(SweepError, match="same version of Kingmaker"):
        swept(tasks_of([1]), Broken())
