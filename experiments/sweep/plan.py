"""From a design to tasks: stacks of runs that share a structure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kingmaker.environment.inputs.parameters import DECLARATIONS, Declaration
from kingmaker.environment.inputs.scenario import Scenario, load_scenario
from kingmaker.experiments.design.sweep_design import Design, Run
from kingmaker.experiments.results import in_force
from kingmaker.experiments.sweep.run_ids import Namer as Namer  # also handed on
from kingmaker.experiments.sweep.tasks import Job, SweepError, Task, Work

Value = float | int

LARGEST_STACK = 64  # beyond this, more worlds gain little and take memory
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
        KingmakerError: data files or classes that cannot be loaded, or levers that are dated.
    """
    if design.since is not None:
        raise SweepError(
            f"{design.name}: since dates the levers of a factorial; a sweep holds its parameters in all months. Ask "
            f"'kingmaker factorial {design.source or design.name}', or leave since out."
        )
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
    from kingmaker.environment.inputs.tables import read_tables
    from kingmaker.experiments.results.manifest import source_digest

    setting = _located(setting)
    declared = setting.declared()
    if setting.users_classes:
        from kingmaker.environment.firms.build import load_classes

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


def named_runs(design: Design, namer: Namer, shard: Shard) -> Iterator[tuple[str, Run]]:
    """Id and run of all runs of a shard, in the design's balanced order."""
    return shard_of(namer.names(design), design, shard)


def shard_of(names: Sequence[str], design: Design, shard: Shard) -> Iterator[tuple[str, Run]]:
    """The same as :func:`named_runs`, for ids that are known already."""
    for place in range(shard.number - 1, len(names), shard.of):
        yield names[place], design.run(place)


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


def even_size(missing: int, workers: int, most: int) -> int:
    """Size of a stack, at most ``most``, with which all workers get as many stacks, as large as can be.

    A month of a stack costs as much as some dozen worlds before its first world is computed, so small stacks are dear.
    """
    rounds = math.ceil(missing / (workers * most))
    return max(1, math.ceil(missing / (workers * max(rounds, 1))))


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
    """Stacks of the runs that are not done, each of one structure, in order and alike in size.

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
    for name, run in runs:
        if name in done or name in seen:
            continue
        seen.add(name)
        values = {**base, **run.parameters}
        structure = structure_of(values, shared)
        jobs = filling.setdefault(structure, [])
        jobs.append(Job(name, run.parameters, run.seed))
        size = stack or even_size(missing, workers, stack_size(values, free_bytes))
        if len(jobs) >= size:
            yield Task(work, tuple(jobs))
            del filling[structure]
    for jobs in filling.values():
        yield Task(work, tuple(jobs))
