"""A sweep from beginning to end: open its folder, find what is missing, run it, say how it went."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from kingmaker.experiments.design.sweep_design import Design
from kingmaker.experiments.sweep.driver import drive
from kingmaker.experiments.sweep.engines import (
    Engine,
    available_cores,
    dask_engine,
    free_memory,
    inline_engine,
    local_engine,
)
from kingmaker.experiments.sweep.identity import known_of, read_sweep_manifest
from kingmaker.experiments.sweep.opening import Wanted, examined, opened
from kingmaker.experiments.sweep.plan import WHOLE, Shard, shard_of, tasks_of, work_of
from kingmaker.experiments.sweep.run_ids import Namer
from kingmaker.experiments.sweep.store import Known, Odd, Store
from kingmaker.experiments.sweep.sweep_progress import Progress
from kingmaker.experiments.sweep.tasks import Outcome, SweepError, Task, Work
from kingmaker.experiments.terminal.telling import complain

ROUNDS = 3  # in which what is taken away is made anew, before the sweep gives up


@dataclass(frozen=True)
class SweepRequest:
    """What the user asked for."""

    design: Design
    out: Path
    workers: int | None = None
    engine: str = "local"
    scheduler: str | None = None
    shard: Shard = WHOLE
    stack: int | None = None
    retry_failed: bool = False
    extend: bool = False
    quiet: bool = False
    command: tuple[str, ...] = ()


class StoppedSweep(KeyboardInterrupt):
    """The user has stopped a sweep, of whose runs so many are finished and safe."""

    def __init__(self, done: int, of: int) -> None:
        """Of the shard, those that were there before among them."""
        super().__init__(done, of)
        self.done, self.of = done, of


@dataclass(frozen=True)
class Report:
    """How a sweep went: runs asked for, done before, done now, failed; time spent."""

    runs: int
    before: int
    done: int
    failed: int
    wall_seconds: float
    model_seconds: float  # CPU time of the model itself, in all workers
    peak_bytes: int  # largest memory of a worker
    damaged: tuple[str, ...]


def run_sweep(request: SweepRequest) -> Report:
    """Run what is missing of a sweep.

    Raises:
        SweepError: a folder that cannot be used, an unreachable scheduler, workers that cannot work, a full disk.
        StoppedSweep: the user has stopped it while runs were made; what was finished is safe.
    """
    began = time.perf_counter()
    design, store = request.design, Store(request.out)
    work = work_of(design)
    names = Namer(work).names(design)
    wanted = Wanted(design, work, names, request.command, request.extend)
    engine = _engine(request)
    with opened(store, wanted, request.shard) as opening:
        _say([*design.notes(), *opening.notes])
        runs = set(opening.runs)
        whole = request.shard == WHOLE and opening.runs is names  # a set of a million ids is not made twice
        ids = runs if whole else set(names[request.shard.number - 1 :: request.shard.of])
        if request.retry_failed:
            store.forget_failures(ids)
        known = known_of(read_sweep_manifest(store.folder), runs)
        standing = _standing(store, known, ids)
        _say(f"{told}; it is left alone." for told in standing.odd.strangers)
        before, report = standing.done, _Writer(store)
        if standing.missing:
            total = len(ids)
            with engine as running, Progress(total, total - len(standing.missing), request.quiet) as progress:
                report.told = progress.advance
                try:
                    standing = _complete(request, _Runs(work, names, ids, known), running, report, standing)
                except KeyboardInterrupt:
                    raise StoppedSweep(len(before) + report.written, total) from None
    return Report(
        runs=len(ids), before=len(before), done=len(standing.done - before), failed=len(standing.failed),
        wall_seconds=time.perf_counter() - began, model_seconds=report.seconds, peak_bytes=report.peak,
        damaged=tuple(path.name for path in standing.odd.damaged),
    )  # fmt: skip


def there_already(request: SweepRequest) -> set[str]:
    """The runs of the shard that the folder holds or has as failed, read without writing anything.

    Raises:
        SweepError: the folder is another's, as the sweep itself would say.
    """
    work, store = work_of(request.design), Store(request.out)
    names = Namer(work).names(request.design)
    examined(store, Wanted(request.design, work, names, request.command, request.extend))
    if not store.parts_folder.exists():
        return set()
    ids = set(names[request.shard.number - 1 :: request.shard.of])
    known, odd = known_of(read_sweep_manifest(store.folder), ids), Odd()
    failed = set() if request.retry_failed else store.failed(known, odd)
    return failed | {run for part, _ in store.parts(odd, known) for run in part.runs}


@dataclass(frozen=True)
class _Runs:
    """The runs of a sweep: the ids of all of them in order, those of the shard, and what their parts must hold."""

    work: Work
    names: list[str]
    ids: set[str]
    known: Known


@dataclass(frozen=True)
class _Standing:
    """The runs of a shard as its folder stands."""

    done: set[str]
    failed: set[str]
    missing: set[str]
    odd: Odd


def _standing(store: Store, known: Known, ids: set[str], odd: Odd | None = None) -> _Standing:
    """Read the folder; what is damaged is set aside, and noted beside what was noted before."""
    found = Odd(list(odd.damaged), []) if odd is not None else Odd()
    done = store.finished(found, known) & ids
    records = Odd()
    failed = (store.failed(known, records) & ids) - done
    for path in records.damaged:
        store.set_aside(path)
    found.damaged += records.damaged
    found.strangers += records.strangers
    there = done | failed
    return _Standing(done, failed, ids - there if there else ids, found)


def _complete(request: SweepRequest, runs: _Runs, engine: Engine, report: _Writer, standing: _Standing) -> _Standing:
    """Run what is missing, and look whether it is there; what has been taken away in the meantime is made anew."""
    for _ in range(ROUNDS):
        drive(_tasks(request, runs, standing.missing, engine), engine, report.take)
        standing = _standing(report.store, runs.known, runs.ids, standing.odd)
        if not standing.missing:
            return standing
        _say([f"{request.out}: {_counted(len(standing.missing))} taken away while the sweep was at work; made anew."])
    raise SweepError(
        f"{request.out}: {_counted(len(standing.missing))} taken away each time they were made, {ROUNDS} times over; "
        "what removes files from there? Run the same command again to go on."
    )


def _counted(runs: int) -> str:
    return "the results of 1 run were" if runs == 1 else f"the results of {runs} runs were"


def _say(notes: Iterable[str]) -> None:
    """Tell what the user should know, also with ``--quiet``."""
    for note in notes:
        complain(note)


class _Writer:
    """Writes outcomes down, and sums up what they took."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.told: Callable[[int, int], None] = lambda done, failed: None
        self.seconds, self.peak, self.written = 0.0, 0, 0

    def take(self, outcome: Outcome) -> None:
        if outcome.part is not None:
            self.store.write_part(outcome.part)
            self.written += len(outcome.runs)
        for failure in outcome.failures:
            self.store.write_failure(failure)
        self.seconds += outcome.seconds
        self.peak = max(self.peak, outcome.peak_bytes)
        self.told(len(outcome.runs), len(outcome.failures))


def _tasks(request: SweepRequest, runs: _Runs, missing: set[str], engine: Engine) -> Iterator[Task]:
    pairs = (pair for pair in shard_of(runs.names, request.design, request.shard) if pair[0] in missing)
    memory = free_memory() / engine.workers if request.engine != "dask" else float("inf")
    return tasks_of(runs.work, pairs, len(missing), engine.workers, stack=request.stack, free_bytes=memory)


def _engine(request: SweepRequest) -> AbstractContextManager[Engine]:
    if request.engine == "dask":
        return dask_engine(request.scheduler)
    if request.scheduler:
        raise SweepError("--scheduler is given, but the engine is local; add --engine dask.")
    if request.engine == "inline":  # of a script or a notebook: in its own process, so that no main guard is needed
        return inline_engine()
    return local_engine(request.workers or available_cores())
