"""From a design to tasks: the id of each run, and stacks of runs that share a structure."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from environment.parameters import DECLARATIONS, Declaration, check, resolve
from environment.scenario import Scenario, load_scenario, month_label
from experiments import in_force
from experiments.design import Design, Run
from experiments.sweep.tasks import Job, Task, Work

Value = float | int

LARGEST_STACK = 64  # beyond this, more worlds gain little and take memory
SMALLEST_STACK = 8  # towards the end of a sweep, so that no worker waits long for the last one
SLOT_WORLDS = 64_000  # start-up slots of a whole stack beyond which stacking gains little
BYTES_PER_SLOT = 1_200  # of a world, at the peak: 640 to 1 100 measured, from 200 to 300 000 start-ups


@dataclass(frozen=True)
class Shard:
    """Part ``number`` (from 1) of ``of`` parts of a sweep."""

    number: int = 1
    of: int = 1

    @property
    def label(self) -> str:
        """Such as ``2-of-16``."""
        return f"{self.number}-of-{self.of}"

    def has(self, place: int) -> bool:
        """Whether the run at this place of the order belongs to the shard."""
        return place % self.of == self.number - 1


WHOLE = Shard()


def work_of(design: Design) -> Work:
    """What all runs of a design share.

    Raises:
        KingmakerError: data files or classes that cannot be loaded.
    """
    setting = load_scenario(design.setting, design.fixed)
    measures = (*design.measures, *rules_of(design))
    return work_for(setting, design.months, measures, design.statistics, design.keys)


def rules_of(design: Design) -> tuple[str, ...]:
    """The measures of what is in force, which are kept beside those that a design asks for."""
    return tuple(name for name in in_force.names(design.measured) if name not in design.measures)


def work_for(
    setting: Scenario, months: int, measures: tuple[str, ...], statistics: tuple[str, ...], keys: tuple[str, ...]
) -> Work:
    """What all runs of a scenario share; ``keys`` are the parameters in which they differ.

    Raises:
        KingmakerError: data files or classes that cannot be loaded.
    """
    from environment.tables import read_tables
    from experiments.manifest import source_digest

    setting = _located(setting)
    declared = setting.declared()
    if setting.users_classes:
        from environment.build import load_classes

        load_classes(setting)  # so that mistakes are told at once, and the digest covers their modules
    return Work(
        setting=setting,
        months=months,
        measures=measures,
        statistics=statistics,
        keys=keys,
        source_digest=source_digest(setting.users_classes),
        data_digest=str(read_tables(setting.data).digest),
        integers=frozenset(key for key in keys if declared[key].integer),
    )


def _located(setting: Scenario) -> Scenario:
    """The scenario with full paths, as workers may have another working folder."""
    return replace(
        setting,
        data=None if setting.data is None else setting.data.resolve(),
        folders=tuple(dict.fromkeys((*setting.folders, Path.cwd()))) if setting.users_classes else setting.folders,
        source=None if setting.source is None else setting.source.resolve(),
    )


class Namer:
    """Gives each run its id: a hash of resolved parameters, events, months, seed and the digests of model and data."""

    def __init__(self, work: Work) -> None:
        """The part of the hash that all runs share is computed once."""
        self._work = work
        self._common = hashlib.sha256(
            "\n".join((work.source_digest, work.data_digest, str(work.months), *sorted(work.setting.users_classes)))
            .encode()
        )  # fmt: skip
        self._declared = work.setting.declared()
        base = resolve(work.setting.parameters, work.setting.name, self._declared)
        self._lines = {key: _line(key, value) for key, value in base.items()}
        self._events: dict[frozenset[str], str] = {}
        self._points: dict[int, Any] = {}

    def name(self, run: Run) -> str:
        """The id of a run, 32 hexadecimal digits."""
        point = self._points.get(run.point)
        if point is None:
            point = self._points[run.point] = self._hash_point(run.parameters)
        digest = point.copy()
        digest.update(f"\nseed={run.seed}".encode())
        return str(digest.hexdigest()[:32])

    def _hash_point(self, parameters: Mapping[str, Value]) -> Any:
        pinned = {key: _line(key, check(key, value, "run", self._declared)) for key, value in parameters.items()}
        keys = frozenset(pinned)
        if keys not in self._events:
            self._events[keys] = self._events_without(parameters)
        digest = self._common.copy()
        digest.update("\n".join({**self._lines, **pinned}.values()).encode())
        digest.update(self._events[keys].encode())
        return digest

    def _events_without(self, parameters: Mapping[str, Value]) -> str:
        """The dated events that the pinned parameters leave in force."""
        lines = []
        for event in load_scenario(self._work.setting, parameters).events:
            changes = ",".join(_line(key, value) for key, value in sorted(event.set.items()))
            lines.append(f"\n{month_label(event.month)}:{changes}")
        return "".join(lines)


def _line(key: str, value: Value) -> str:
    return f"{key}={float(value).hex()}"


def named_runs(design: Design, namer: Namer, shard: Shard) -> Iterator[tuple[str, Run]]:
    """Id and run of all runs of a shard, in the design's balanced order."""
    for place, run in enumerate(design.runs()):
        if shard.has(place):
            yield namer.name(run), run


def shard_of(names: Sequence[str], design: Design, shard: Shard) -> Iterator[tuple[str, Run]]:
    """The same as :func:`named_runs`, for ids that are known already."""
    for place, (name, run) in enumerate(zip(names, design.runs(), strict=True)):
        if shard.has(place):
            yield name, run


def structural(declared: Mapping[str, Declaration]) -> dict[str, Value]:
    """The parameters that the worlds of a stack must share, with their defaults."""
    return {key: one.default for key, one in declared.items() if one.structural}


def structure_of(parameters: Mapping[str, Value], shared: Mapping[str, Value]) -> tuple[Value, ...]:
    """The values of the parameters that the worlds of a stack must share, ``shared`` of :func:`structural`."""
    return tuple(parameters.get(key, default) for key, default in shared.items())


def slots_of(parameters: Mapping[str, Value]) -> int:
    """Slots of start-ups in a world of these parameters."""
    number = float(parameters.get("startups.number", DECLARATIONS["startups.number"].default))
    factor = float(parameters.get("startups.slots_factor", DECLARATIONS["startups.slots_factor"].default))
    return math.ceil(number * factor)


def stack_size(parameters: Mapping[str, Value], free_bytes: float = math.inf) -> int:
    """How many worlds of these parameters to step together, in a worker with so much memory to itself."""
    slots = slots_of(parameters)
    fitting = free_bytes / 2.0 / (slots * BYTES_PER_SLOT)
    return max(1, int(min(LARGEST_STACK, SLOT_WORLDS / slots, fitting)))


def tasks_of(
    work: Work,
    runs: Iterator[tuple[str, Run]],
    missing: int,
    workers: int,
    *,
    done: Collection[str] = (),
    stack: int | None = None,
    free_bytes: float = math.inf,
) -> Iterator[Task]:
    """Stacks of the runs that are not done, each of one structure, in order; smaller ones towards the end.

    Args:
        work: what all runs share.
        runs: id and run, in order.
        missing: how many of them are not done.
        workers: how many workers there are.
        done: ids that need not run.
        stack: worlds of a stack; chosen from the runs' size if None.
        free_bytes: memory for one worker.
    """
    base, shared = work.setting.parameters, structural(work.setting.declared())
    filling: dict[tuple[Value, ...], list[Job]] = {}
    seen: set[str] = set()
    left = missing
    for name, run in runs:
        if name in done or name in seen:
            continue
        seen.add(name)
        values = {**base, **run.parameters}
        structure = structure_of(values, shared)
        jobs = filling.setdefault(structure, [])
        jobs.append(Job(name, run.parameters, run.seed))
        size = stack or min(stack_size(values, free_bytes), max(SMALLEST_STACK, math.ceil(left / (2 * workers))))
        if len(jobs) >= size:
            left -= len(jobs)
            yield Task(work, tuple(jobs))
            del filling[structure]
    for jobs in filling.values():
        yield Task(work, tuple(jobs))
