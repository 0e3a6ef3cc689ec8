"""The runs that a question needs: made by the sweep machine, handed back in the order in which they were asked for.

If a folder is given to keep them in, each stack is written there as it is finished, and is not run again when the same
question is asked once more: whatever stops it, nothing is lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.design.sweep_design import Run
from kingmaker.experiments.results.parquet import table_in
from kingmaker.experiments.sweep.driver import drive
from kingmaker.experiments.sweep.engines import inline_engine, local_engine
from kingmaker.experiments.sweep.plan import Namer, tasks_of, work_for
from kingmaker.experiments.sweep.store import Odd, Store
from kingmaker.experiments.sweep.tasks import Outcome, Task, Work
from kingmaker.experiments.sweep.whole_files import locked, make_folder

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray
    from kingmaker.environment.inputs.scenario import Scenario

Advance = Callable[[int], None]


class SimulationError(KingmakerError):
    """A world that could not be run to its end."""


@dataclass(frozen=True)
class World:
    """One run that is wanted; ``parameters`` are held in all months, beside what the scenario itself pins.

    ``drawn`` are those that a member of a posterior brings: held too, unless ``parameters`` name them.
    """

    setting: Scenario
    seed: int
    parameters: Mapping[str, float | int] = field(default_factory=dict)
    drawn: Mapping[str, float | int] = field(default_factory=dict)

    @property
    def held(self) -> Mapping[str, float | int]:
        """All that is held in it."""
        return {**self.drawn, **self.parameters} if self.drawn else self.parameters

    def __str__(self) -> str:
        """Such as ``baseline with policy.tax = 0.5, seed 3``."""
        held = "".join(f" and {key} = {value:g}" for key, value in self.parameters.items())
        member = f", {len(self.drawn)} parameters of a member of the posterior" if self.drawn else ""
        return f"{self.setting.label}{held}{member}, seed {self.seed}"


def simulate(
    worlds: Sequence[World], months: int, names: Sequence[str], *, statistics: Sequence[str] = (), workers: int = 1,
    advance: Advance | None = None, keep: Path | None = None,
) -> FloatArray:  # fmt: skip
    """Run all worlds; gives the measures, shape (measures, months, worlds).

    Args:
        worlds: in any order, of any structure.
        months: horizon of all of them.
        names: the measures to keep.
        statistics: kept instead of each month, such as ``last24``; the second axis is then that of statistics.
        workers: processes; with one, the work is done in this process.
        advance: told the number of worlds that have been finished (or found) since it was last called.
        keep: a folder for finished runs; those that are there already are not run again.

    Raises:
        SimulationError: a world failed; it is named by its scenario and seed.
        SweepError: the folder cannot be written, or another process is at work there.
    """
    gathered = _Gathered(worlds, months, tuple(names), tuple(statistics), advance or (lambda done: None))
    with _opened(keep, gathered), inline_engine() if workers == 1 else local_engine(workers) as engine:
        drive(gathered.tasks(engine.workers), engine, gathered.take)
    return gathered.result


@contextmanager
def _opened(keep: Path | None, gathered: _Gathered) -> Iterator[None]:
    """Take what is kept already, and hold the folder's lock while more is added; who does not get it writes nothing."""
    if keep is None:
        yield
        return
    make_folder(keep)
    with locked(keep / ".lock", f"{keep}: another process is at work on the same question; wait for it."):
        store = Store(keep / gathered.label)
        store.make()
        gathered.resume(store)
        yield


class _Gathered:
    """The runs of a question: which are missing, and the numbers of those that are there."""

    def __init__(
        self, worlds: Sequence[World], months: int, names: tuple[str, ...], statistics: tuple[str, ...],
        advance: Advance,
    ) -> None:  # fmt: skip
        import numpy as np

        self.result = np.full((len(names), len(statistics) or months, len(worlds)), np.nan)
        self.columns = [f"{name}_{statistic}" for name in names for statistic in statistics] or list(names)
        self.label = hashlib.sha256(" ".join((str(months), *self.columns)).encode()).hexdigest()[:12]
        self._worlds, self._advance = worlds, advance
        self._store: Store | None = None
        self._places: dict[str, list[int]] = {}
        self._runs: list[tuple[Work, dict[str, Run]]] = []
        for side, mine in enumerate(_by_setting(worlds)):
            setting = worlds[mine[0]].setting
            keys = tuple(dict.fromkeys(key for place in mine for key in worlds[place].parameters))
            work = work_for(setting, months, names, statistics, keys)
            self._runs.append((work, self._named(Namer(work), mine, side)))

    def _named(self, namer: Namer, mine: list[int], side: int) -> dict[str, Run]:
        """Id and run of the worlds of one scenario.

        The id bears the number of the scenario as well, so that two sides that are the same are run both: that they
        agree is then found out, not taken for granted.
        """
        points: dict[tuple[Any, ...], int] = {}
        runs: dict[str, Run] = {}
        for place in mine:
            world = self._worlds[place]
            held = world.held
            point = points.setdefault(tuple(held.items()), len(points))
            run = Run(held, world.seed, point, 0)
            name = f"{namer.name(run)}.{side}"
            runs[name] = run
            self._places.setdefault(name, []).append(place)
        return runs

    def resume(self, store: Store) -> None:
        """Take over the runs that are kept, and keep further ones there."""
        self._store = store
        for part, content in store.parts(Odd()):
            self._fill(content, part.runs)

    def tasks(self, workers: int) -> Iterator[Task]:
        """The runs that are missing, in stacks."""
        left = [(work, list(runs.items())) for work, runs in self._runs]  # results are taken in the meantime
        missing = sum(len(runs) for _, runs in left)
        for work, runs in left:
            yield from tasks_of(work, iter(runs), missing, workers)

    def take(self, outcome: Outcome) -> None:
        """Note what a stack has given."""
        for failure in outcome.failures:
            world = self._worlds[self._places[failure.job.run][0]]
            raise SimulationError(f"the run of {world}, failed: {failure.error}")
        if outcome.part is not None:
            if self._store is not None:
                self._store.write_part(outcome.part)
            self._fill(outcome.part, outcome.runs)

    def _fill(self, content: bytes, runs: Sequence[str]) -> None:
        """Put a part's numbers in their places; runs that are not asked for are left alone."""
        import numpy as np

        table = table_in(content, self.columns)
        measures, rows, _ = self.result.shape
        values = np.array([table[name].to_numpy() for name in self.columns])
        if len(self.columns) == measures:  # a run has a row a month (or a single statistic)
            values = values.reshape(measures, len(runs), rows).transpose(0, 2, 1)
        else:
            values = values.reshape(measures, rows, len(runs))
        done = 0
        for k, name in enumerate(runs):
            for place in self._places.get(name, ()):
                self.result[:, :, place] = values[:, :, k]
                done += 1
            for _, wanted in self._runs:
                wanted.pop(name, None)
        self._advance(done)


def _by_setting(worlds: Sequence[World]) -> list[list[int]]:
    """The places of the worlds of each scenario, in the order in which scenarios first appear."""
    groups: dict[int, list[int]] = {}
    for place, world in enumerate(worlds):
        groups.setdefault(id(world.setting), []).append(place)
    return list(groups.values())
