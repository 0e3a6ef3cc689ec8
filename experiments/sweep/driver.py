"""The loop of a sweep: hand out tasks, take results, and lose nothing when a worker dies."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import replace

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.sweep.engines import Engine
from kingmaker.experiments.sweep.local import DiedAtStart
from kingmaker.experiments.sweep.tasks import Failure, Outcome, Skew, SweepError, Task
from kingmaker.experiments.sweep.worker import run_task

RETRIES = 1  # of a stack that has lost its worker, before it is halved
SUSPECT = 2  # deaths over a single run, alone in its stack, after which it waits to be tried with nothing else at work
GUILTY = 4  # deaths over a single run, the last ones with nothing else at work, after which it is blamed
HOPELESS = 5  # single runs that have lost their workers so often before any worker has finished anything
STARTS = 40  # workers in a row that die before they have taken up any work


def drive(tasks: Iterator[Task], engine: Engine, take: Callable[[Outcome], None]) -> None:
    """Run all tasks; ``take`` is called with each outcome as it comes.

    A task whose worker dies over it is tried again, then halved, until the run that kills workers is alone; if workers
    also die over it when nothing else is at work, it is handed to ``take`` as failed. A worker that dies before it has
    taken its task up says nothing about the task. At most ``engine.capacity()`` tasks are in flight.

    Raises:
        SweepError: workers with another version of the model, or that die before they have done anything.
    """
    flight = _Flight(tasks, engine)
    flight.fill()
    while flight.flying:
        outcomes = flight.land()
        flight.fill()  # before the results are written, so that no worker waits for the disk
        for outcome in outcomes:
            take(outcome)
        flight.check_hope()


class _Flight:
    """The tasks that are with workers, and those to be handed out again."""

    def __init__(self, tasks: Iterator[Task], engine: Engine) -> None:
        self.flying: dict[Future[Outcome | Skew], Task] = {}
        self._tasks, self._engine = tasks, engine
        self._again: deque[Task] = deque()
        self._suspects: deque[Task] = deque()
        self._blamed, self._anything_done, self._failed_starts = 0, False, 0

    def fill(self) -> None:
        """Hand out tasks, first those that have lost their worker; at the end the suspects, one by one."""
        while len(self.flying) < self._engine.capacity():
            task = self._again.popleft() if self._again else next(self._tasks, None)
            if task is None:
                break
            self._hand_out(task)
        if not self.flying and self._suspects:
            self._hand_out(self._suspects.popleft())

    def _hand_out(self, task: Task) -> None:
        self.flying[self._engine.executor.submit(run_task, task)] = task

    def land(self) -> list[Outcome]:
        """Wait for the next tasks that end, well or badly; what came out of them."""
        finished, _ = wait(self.flying, return_when=FIRST_COMPLETED)
        outcomes = []
        for future in finished:
            task = self.flying.pop(future)
            fault = CancelledError() if future.cancelled() else future.exception()
            if fault is None:
                outcomes.append(_checked(future.result()))
                self._anything_done, self._failed_starts = True, 0
                continue
            if isinstance(fault, DiedAtStart):
                self._failed_starts += 1
                self._again.appendleft(task)
                continue
            deaths = self._engine.deaths(fault)
            if not deaths:
                raise _unexpected(fault) from fault
            self._failed_starts = 0
            outcomes += self._after_death(replace(task, deaths=task.deaths + deaths))
        return outcomes

    def _after_death(self, task: Task) -> list[Outcome]:
        """Put a task that has lost its worker, or its halves, where they are tried again; or blame its only run."""
        if len(task.jobs) > 1:
            halves = [task]
            if task.deaths > RETRIES:
                middle = len(task.jobs) // 2
                # a single run begins anew: what its stack has cost says nothing about it
                halves = [
                    replace(task, jobs=half, deaths=RETRIES if len(half) > 1 else 0)
                    for half in (task.jobs[:middle], task.jobs[middle:])
                ]
            self._again.extendleft(reversed(halves))  # the guilty run is found before others are begun
            return []
        if task.deaths < SUSPECT:
            self._again.appendleft(task)
            return []
        if task.deaths < GUILTY:
            self._suspects.append(task)
            return []
        self._blamed += 1
        error = (
            f"the worker's process died {task.deaths} times while it worked on this run alone, the last times with no "
            "other run at work beside it"
        )
        return [Outcome(None, (), (Failure(task.jobs[0], error),), 0.0, 0)]

    def check_hope(self) -> None:
        """Raise :class:`SweepError` if it is not the runs that are at fault."""
        if self._failed_starts >= STARTS:
            raise SweepError(
                f"workers die while they start: {self._failed_starts} in a row, before they have taken up any run. No "
                "run is at fault; is there enough memory, and does 'python -m kingmaker --version' work here? "
                "What was finished is safe; run the same command again to go on, perhaps with fewer --workers."
            )
        hopeless = self._blamed + len(self._suspects)
        if hopeless >= HOPELESS and not self._anything_done:
            raise SweepError(
                f"the workers die before they have finished anything, {hopeless} single runs among their tasks; "
                "is there enough memory? Try fewer --workers."
            )


def _unexpected(fault: BaseException) -> BaseException:
    """An error of the engine itself: runs that raise come back as outcomes."""
    if isinstance(fault, CancelledError | KingmakerError) or not isinstance(fault, Exception):
        return fault
    return SweepError(
        f"a worker could not take up a task ({type(fault).__name__}: {fault}); is the same version of Kingmaker "
        "installed on all machines?"
    )


def _checked(result: Outcome | Skew) -> Outcome:
    if isinstance(result, Skew):
        raise SweepError(result.text)
    return result
