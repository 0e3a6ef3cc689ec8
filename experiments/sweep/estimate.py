"""What a sweep would take: runs, time and disk, from a short trial of its own stacks in its own workers."""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.design.sweep_design import Design
from kingmaker.experiments.stats.run_statistics import check_statistic
from kingmaker.experiments.sweep.engines import Engine, free_memory, local_engine
from kingmaker.experiments.sweep.plan import (
    BYTES_PER_SLOT,
    Shard,
    even_size,
    shard_of,
    slots_of,
    stack_size,
    structural,
    structure_of,
    work_of,
)
from kingmaker.experiments.sweep.run_ids import Namer
from kingmaker.experiments.sweep.tasks import Job, Work
from kingmaker.experiments.sweep.worker import encode, tabulate

TRIAL_SECONDS = 6.0  # for all structures that are tried
LEAST_SECONDS = 1.0  # for one of them
MOST_WAIT = 3.0  # times as long by the clock, where the processor is shared with others
MOST_TRIALS = 6  # structures that are tried; the others are taken to be like them
PROCESS_BYTES = 195e6  # of a worker before its first run
EITHER_WAY = 1.25  # what else the machine does moves the time by as much


@dataclass(frozen=True)
class Estimate:
    """What a shard would take.

    Attributes:
        runs: number of runs that differ, those that are there already among them.
        missing: those that are to be made; all else is of them.
        points: of the design.
        replications: of each point.
        stack: worlds of the largest stack.
        seconds: from beginning to end, with so many workers of this machine.
        core_seconds: of one core, for the model alone.
        disk_bytes: of the results.
        worker_bytes: largest memory of a worker.
    """

    runs: int
    missing: int
    points: int
    replications: int
    stack: int
    seconds: float
    core_seconds: float
    disk_bytes: float
    worker_bytes: float

    @property
    def range(self) -> tuple[float, float]:
        """Seconds that it takes at least and at most, if the machine has nothing heavier to do than now."""
        return self.seconds / EITHER_WAY, self.seconds * EITHER_WAY


@dataclass
class _Kind:
    """The runs of one structure: how many, in stacks of which size, the first of them, memory of a worker."""

    runs: int
    size: int
    jobs: list[Job]
    bytes: float


@dataclass(frozen=True)
class Trial:
    """What a worker has found: seconds of a whole stack by the clock and of processor time, bytes of a run on disk."""

    seconds: float
    core_seconds: float
    bytes: float


def estimate(
    design: Design, shard: Shard, workers: int, stack: int | None = None, done: Collection[str] = frozenset()
) -> Estimate:
    """Run a few months of a stack of each structure, in all workers at once, and reckon from them.

    Args:
        design: whose runs are made.
        shard: of which part.
        workers: how many processes.
        stack: worlds of a stack; chosen from the runs' size if None.
        done: ids of runs that need not be made.
    """
    began = time.perf_counter()
    work = work_of(design)
    kinds = _kinds(design, work, shard, workers, stack, done)
    if not kinds:
        return Estimate(len(done), 0, len(design.points), design.replications, 0, 0.0, 0.0, 0.0, 0.0)
    prepared = time.perf_counter() - began
    tried = kinds[:MOST_TRIALS]
    started, trials = 0.0, []
    with local_engine(workers) as engine:
        for kind in tried:
            asked = time.perf_counter()
            trial, took = _tried(engine, work, kind, max(LEAST_SECONDS, TRIAL_SECONDS / len(tried)))
            started = started or time.perf_counter() - asked - took  # the workers start with the first of them
            trials.append(trial)
    runs, known = sum(kind.runs for kind in kinds), sum(kind.runs for kind in tried)
    pairs = list(zip(tried, trials, strict=True))
    stacks = [s for kind, trial in pairs for s in _stacks(kind, trial.seconds)]
    core = sum(s for kind, trial in pairs for s in _stacks(kind, trial.core_seconds))
    busy, scale = sum(stacks), runs / max(known, 1)
    size = sum(kind.runs * trial.bytes for kind, trial in pairs)
    seconds = prepared + started + (_makespan(stacks, workers) if scale == 1.0 else busy * scale / workers)
    return Estimate(
        runs + len(done), runs, len(design.points), design.replications, max(kind.size for kind in kinds), seconds,
        core * scale, size * scale, max(kind.bytes for kind in kinds),
    )  # fmt: skip


def _kinds(
    design: Design, work: Work, shard: Shard, workers: int, stack: int | None, done: Collection[str]
) -> list[_Kind]:
    """The structures among the runs of a shard that are to be made, those with most runs first."""
    base, shared = work.setting.parameters, structural(design.declared)
    names = Namer(work).names(design)
    total = len(set(names[shard.number - 1 :: shard.of]).difference(done))
    varied = bool(set(shared) & set(design.keys))
    count: Counter[tuple[float, ...]] = Counter()
    found: dict[tuple[float, ...], _Kind] = {}
    seen: set[str] = set()
    for name, run in shard_of(names, design, shard):
        if name in seen or name in done:
            continue
        seen.add(name)
        values = {**base, **run.parameters}
        structure = structure_of(values, shared)
        count[structure] += 1
        if structure not in found:
            most = stack_size(values, free_memory() / workers)
            size = stack or even_size(total, workers, most)
            found[structure] = _Kind(0, size, [], PROCESS_BYTES + size * slots_of(values) * BYTES_PER_SLOT)
        kind = found[structure]
        if len(kind.jobs) < kind.size:
            kind.jobs.append(Job(name, run.parameters, run.seed))
        elif not varied:  # all the others are like it
            count[structure] = total
            break
    for structure, kind in found.items():
        kind.runs = count[structure]
    return sorted(found.values(), key=lambda kind: -kind.runs)


def _tried(engine: Engine, work: Work, kind: _Kind, seconds: float) -> tuple[Trial, float]:
    """A stack of this kind tried in all workers at once, as they hinder each other, and the seconds it took them."""
    futures = [engine.executor.submit(try_stack, work, tuple(kind.jobs), seconds) for _ in range(engine.workers)]
    found = [future.result() for future in futures]
    columns = zip(*((t.seconds, t.core_seconds, t.bytes) for t, _ in found), strict=True)
    return Trial(*(sum(column) / len(found) for column in columns)), max(took for _, took in found)


def try_stack(work: Work, jobs: tuple[Job, ...], seconds: float) -> tuple[Trial, float]:
    """In a worker: as many months of a stack as fit into so many seconds of its processor, and what they took."""
    from kingmaker.environment.model import ComputeEconomy

    worlds = [{"scenario": work.setting, "rng": job.seed, **job.parameters} for job in jobs]
    ComputeEconomy.stack(worlds[:1], months=1).run()  # what a process pays once
    began, core_began = time.perf_counter(), time.process_time()
    model = ComputeEconomy.stack(worlds, months=work.months)
    marks = [(time.perf_counter(), time.process_time())]
    clock, core = marks[0]
    while len(marks) <= work.months and (
        len(marks) <= 2 or (marks[-1][1] < core + seconds and marks[-1][0] < clock + MOST_WAIT * seconds)
    ):
        model.step()
        marks.append((time.perf_counter(), time.process_time()))
    months = len(marks) - 1
    short = replace(work, months=months, statistics=_short(work.statistics, months))
    table = tabulate(short, jobs, {name: model.measures.array(name).T for name in work.measures})
    size = len(encode([table], [job.run for job in jobs])) / len(jobs)
    took, core_took = time.perf_counter() - began, time.process_time() - core_began
    half = months // 2  # months become a little dearer as a world fills up: the later ones tell what is left
    left, core_left = (
        (work.months - months) * (last - first) / (months - half)
        for first, last in zip(marks[half], marks[-1], strict=True)
    )
    size *= 1.0 if work.statistics else work.months / months
    return Trial(took + left, core_took + core_left, size), took


def _stacks(kind: _Kind, seconds: float) -> Iterator[float]:
    """Seconds of each stack of this kind, whose trial took so many; the last may be smaller."""
    whole, rest = divmod(kind.runs, kind.size)
    yield from (seconds * kind.size / len(kind.jobs) for _ in range(whole))
    if rest:
        yield seconds * max(rest / len(kind.jobs), 0.3)  # a month has a price of its own, whatever the worlds


def _makespan(stacks: list[float], workers: int) -> float:
    """Seconds until the last of these stacks is done, each begun by the first worker that is free."""
    free = [0.0] * workers
    for seconds in stacks:
        heapq.heappush(free, heapq.heappop(free) + seconds)
    return max(free)


def _short(statistics: tuple[str, ...], months: int) -> tuple[str, ...]:
    """As many statistics as the sweep keeps, over no more months than the trial has."""
    found = []
    for statistic in statistics:
        try:
            found.append(check_statistic(statistic, months, "trial"))
        except KingmakerError:
            found.append(f"last{months}")
    return tuple(dict.fromkeys(found))


def size_text(size: float) -> str:
    """Bytes in words."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
