"""What a sweep would take: runs, time and disk, from a short trial of its own model."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace

from agents.errors import KingmakerError
from experiments.design import Design, Run
from experiments.statistics import check_statistic
from experiments.sweep.plan import (
    BYTES_PER_SLOT,
    LARGEST_STACK,
    Namer,
    Shard,
    slots_of,
    stack_size,
    structural,
    structure_of,
    work_of,
)
from experiments.sweep.tasks import Job, Work
from experiments.sweep.worker import encode, run_stack

TRIAL_MONTHS = 6
MOST_TRIALS = 6  # structures that are tried; the others are taken to be like them
PROCESS_BYTES = 160e6  # of a worker before its first run


@dataclass(frozen=True)
class Estimate:
    """Runs of the shard, worlds of the largest stack, seconds of one core, bytes on disk and of a worker's memory."""

    runs: int
    points: int
    replications: int
    stack: int
    core_seconds: float
    disk_bytes: float
    worker_bytes: float


def estimate(design: Design, shard: Shard, stack: int | None = None) -> Estimate:
    """Try a few months of some runs of each structure, and reckon from them."""
    work = work_of(design)
    base, shared = work.setting.parameters, structural(design.declared)
    first: dict[tuple[float, ...], list[Run]] = {}
    count: Counter[tuple[float, ...]] = Counter()
    for place, run in enumerate(design.runs()):
        if shard.has(place):
            structure = structure_of({**base, **run.parameters}, shared)
            count[structure] += 1
            if count[structure] <= LARGEST_STACK:
                first.setdefault(structure, []).append(run)
    namer = Namer(work)
    seconds = size = 0.0
    worlds, memory, tried = 0, 0.0, 0
    for structure, runs in list(first.items())[:MOST_TRIALS]:
        values = {**base, **runs[0].parameters}
        worlds_here = stack or stack_size(values)
        jobs = [Job(namer.name(run), run.parameters, run.seed) for run in runs[:worlds_here]]
        for_one, bytes_of_one = _trial(work, jobs)
        seconds += for_one * count[structure]
        size += bytes_of_one * count[structure]
        tried += count[structure]
        worlds = max(worlds, worlds_here)
        memory = max(memory, PROCESS_BYTES + worlds_here * slots_of(values) * BYTES_PER_SLOT)
    scale = count.total() / max(tried, 1)
    return Estimate(
        count.total(), len(design.points), design.replications, worlds, seconds * scale, size * scale, memory
    )


def _trial(work: Work, jobs: list[Job]) -> tuple[float, float]:
    """Seconds and bytes of one run, from a few months of a stack."""
    months = min(TRIAL_MONTHS, work.months)
    trial = replace(work, months=months, statistics=_short(work.statistics, months))
    run_stack(replace(trial, months=1, statistics=()), jobs[:1])  # what a process pays once
    began = time.perf_counter()
    table = run_stack(trial, jobs)
    seconds = (time.perf_counter() - began) / len(jobs) * work.months / months
    size = len(encode([table], [job.run for job in jobs])) / len(jobs)
    return seconds, size if work.statistics else size * work.months / months


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
