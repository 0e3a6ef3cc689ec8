"""Many worlds on several processes: cut into stacks, run, and handed back in the order in which they were asked for."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING, Any

from agents.errors import KingmakerError
from environment.parameters import DECLARATIONS, resolve

if TYPE_CHECKING:
    from agents.types import FloatArray
    from environment.scenario import Scenario

MOST_WORLDS = 48  # in a stack; beyond it a world costs no less
SLOTS = 48 * 340  # start-ups' slots in a stack, so that large worlds are stacked less high

Advance = Callable[[int], None]


class SimulationError(KingmakerError):
    """A world that could not be run to its end."""


@dataclass(frozen=True)
class World:
    """One run that is wanted."""

    setting: Scenario
    seed: int


@dataclass(frozen=True)
class Task:
    """Worlds of one structure that are run together."""

    places: tuple[int, ...]  # in the list that was asked for
    worlds: tuple[World, ...]
    months: int
    names: tuple[str, ...]  # of the measures wanted


def simulate(
    worlds: Sequence[World], months: int, names: Sequence[str], workers: int = 1, advance: Advance | None = None
) -> FloatArray:
    """Run all worlds; gives the measures, shape (measures, months, worlds).

    Args:
        worlds: in any order, of any structure.
        months: horizon of all of them.
        names: the measures to keep.
        workers: processes; with one, the work is done in this process.
        advance: told the number of worlds that have been finished since it was last called.

    Raises:
        SimulationError: a world failed; it is named by its scenario and seed.
    """
    import numpy as np

    result = np.full((len(names), months, len(worlds)), np.nan)
    for task, found in _run_all(list(_cut(worlds, months, tuple(names))), workers):
        result[:, :, list(task.places)] = found
        if advance is not None:
            advance(len(task.worlds))
    return result


def _cut(worlds: Sequence[World], months: int, names: tuple[str, ...]) -> Iterator[Task]:
    """Stacks of worlds that share structure, of even size, in the order given."""
    groups: dict[Any, list[int]] = {}
    for place, world in enumerate(worlds):
        groups.setdefault(_structure(world.setting), []).append(place)
    for places in groups.values():
        values = resolve(worlds[places[0]].setting.parameters)
        slots = float(values["startups.number"]) * float(values["startups.slots_factor"])
        most = max(1, min(MOST_WORLDS, int(SLOTS / slots)))
        number = -(-len(places) // most)
        for part in range(number):
            mine = tuple(places[part * len(places) // number : (part + 1) * len(places) // number])
            yield Task(mine, tuple(worlds[place] for place in mine), months, names)


def _structure(setting: Scenario) -> tuple[Any, ...]:
    """What the worlds of a stack must share."""
    values = resolve(setting.parameters)
    shape = tuple(values[key] for key, declared in DECLARATIONS.items() if declared.structural)
    return shape, str(setting.data), tuple(sorted(setting.classes.items()))


def run_task(task: Task) -> FloatArray:
    """Run one stack; a world that fails is looked for and named."""
    import numpy as np

    from environment import ComputeEconomy

    try:
        given = [{"scenario": world.setting, "rng": world.seed} for world in task.worlds]
        stack = ComputeEconomy.stack(given, months=task.months).run()
    except KingmakerError:
        raise
    except Exception as fault:  # whatever the model or a user's class may raise
        if len(task.worlds) == 1:
            world = task.worlds[0]
            raise SimulationError(
                f"the run of {world.setting.label}, seed {world.seed}, failed: {type(fault).__name__}: {fault}"
            ) from None
        for world in task.worlds:
            run_task(Task((0,), (world,), task.months, task.names))
        raise
    return np.array([stack.measures.array(name) for name in task.names])


def _run_all(tasks: list[Task], workers: int) -> Iterator[tuple[Task, FloatArray]]:
    if workers == 1 or len(tasks) == 1:
        for task in tasks:
            yield task, run_task(task)
        return
    with _pool(min(workers, len(tasks))) as pool:
        waiting: dict[Future[FloatArray], Task] = {pool.submit(run_task, task): task for task in tasks}
        try:
            while waiting:
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield waiting.pop(future), future.result()
        except BrokenProcessPool:
            raise SimulationError(
                "a worker process died, perhaps for want of memory; try again with fewer --workers."
            ) from None


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes that do not outlive this one, however it ends."""
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_prepare)
    try:
        yield pool
    except BaseException:
        processes: Mapping[int, Any] = dict(getattr(pool, "_processes", None) or {})
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes.values():  # a stack under way would hold up a Ctrl-C for seconds
            process.terminate()
        raise
    else:
        pool.shutdown()


def _prepare() -> None:
    """In a worker: leave Ctrl-C to the parent, and go when the parent has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
