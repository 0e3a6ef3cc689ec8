"""The loop of a sweep: hand out tasks, take results, and lose nothing when a worker dies."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import replace

from experiments.sweep.engines import Engine
from experiments.sweep.tasks import Failure, Outcome, Skew, SweepError, Task
from experiments.sweep.worker import run_task

RETRIES = 1  # of a stack that has lost its worker, before it is halved
LAST_RETRIES = 3  # of a single run, before it is blamed
HOPELESS = 5  # runs blamed for the death of their workers before any worker has finished anything


def drive(tasks: Iterator[Task], engine: Engine, take: Callable[[Outcome], None]) -> None:
    """Run all tasks; ``take`` is called with each outcome as it comes.

    A task whose worker dies is tried again, then halved, until the run that kills workers is alone; it is handed to
    ``take`` as failed. At most ``engine.capacity()`` tasks are in flight.

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
        self._blamed, self._anything_done = 0, False

    def fill(self) -> None:
        """Hand out tasks, those first that have lost their worker."""
        while len(self.flying) < self._engine.capacity():
            task = self._again.popleft() if self._again else next(self._tasks, None)
            if task is None:
                return
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
                self._anything_done = True
                continue
            deaths = self._engine.deaths(fault)
            if not deaths:
                raise _unexpected(fault) from fault
            after = _after_death(replace(task, deaths=task.deaths + deaths))
            if isinstance(after, Outcome):
                outcomes.append(after)
                self._blamed += 1
            else:
                self._again.extendleft(reversed(after))  # the guilty run is found before others are begun
        return outcomes

    def check_hope(self) -> None:
        """Raise :class:`SweepError` if it is not the runs that are at fault."""
        if self._blamed >= HOPELESS and not self._anything_done:
            raise SweepError(
                f"the workers die before they have finished anything, {self._blamed} single runs among their tasks; "
                "is there enough memory? Try fewer --workers."
            )


def _unexpected(fault: BaseException) -> BaseException:
    """An error of the engine itself: runs that raise come back as outcomes."""
    if isinstance(fault, CancelledError) or not isinstance(fault, Exception):
        return fault
    return SweepError(
        f"a worker could not take up a task ({type(fault).__name__}: {fault}); is the same version of Kingmaker "
        "installed on all machines?"
    )


def _checked(result: Outcome | Skew) -> Outcome:
    if isinstance(result, Skew):
        raise SweepError(result.text)
    return result


def _after_death(task: Task) -> list[Task] | Outcome:
    """What to do with a task whose worker has died: try again, try its halves, or blame its only run."""
    if len(task.jobs) == 1:
        if task.deaths <= LAST_RETRIES:
            return [task]
        error = f"the worker's process died {task.deaths} times over this run, alone in its stack at the end"
        return Outcome(None, (), (Failure(task.jobs[0], error),), 0.0, 0)
    if task.deaths <= RETRIES:
        return [task]
    middle = len(task.jobs) // 2
    return [replace(task, jobs=half, deaths=RETRIES) for half in (task.jobs[:middle], task.jobs[middle:])]
