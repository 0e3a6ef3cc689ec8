"""Answers questions off the event loop: a fair queue, few workers, each question computed once, bounded memory."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.classroom import stacks_of_questions as work
from kingmaker.experiments.classroom.records import Band, Curve, Story
from kingmaker.experiments.classroom.visitor_question import Question
from kingmaker.experiments.classroom.worker_start import start_worker

CURVE, QUICK, STORY, REST = "curve", "quick", "story", "rest"
ORDER = (CURVE, QUICK, STORY, REST)  # of two visitors' questions of the same turn, who goes first
SHORT = (CURVE, STORY)  # the rest are bands, which take longer
# questions in one stack: many share the interpreter's cost, few keep waits short
MOST_TOGETHER = {CURVE: 16, QUICK: 6, STORY: 8, REST: 3}
CROWD = 12  # bands waiting, from which on twice as many share a stack
FEW = 2  # bands in one stack on the worker that long stacks leave free: a lever moved meanwhile waits for it
CACHE_BYTES = 192 * 2**20
MOST_EACH = 40  # questions of one visitor that may wait
MOST_WAITING = 900  # of all visitors
AT_ONCE = 4  # questions that a page asks at one time; with more, a visitor lets the others go first
GATHER = 0.03  # seconds: who asks at the same moment shares a stack

Answer = Curve | Band | Story


class EngineError(KingmakerError):
    """A question that could not be answered."""


class CrowdedError(EngineError):
    """Too many questions wait."""


@dataclass
class _Asked:
    """Somebody waits for this."""

    kind: str
    question: Question
    answer: asyncio.Future[Any]
    visitor: str = ""  # who asked first
    turn: int = 0  # later for those who had many questions waiting when they asked this one
    waiting: int = 0
    tries: int = 0
    running: bool = False


@dataclass
class Tally:
    """What the engine has done, for tests and the load test."""

    asked: int = 0
    computed: int = 0
    stacks: int = 0
    restarts: int = 0
    dropped: int = 0
    sizes: list[int] = field(default_factory=list)


def usual_workers() -> int:
    """One core is left for the server, where there are more."""
    return max(1, (os.cpu_count() or 1) - 1)


class Engine:
    """The queue of questions and the workers.

    Args:
        workers: processes; one of them is kept free for short questions when there are more.
        cache_bytes: answers are forgotten, the longest unused first, beyond this.
    """

    def __init__(self, workers: int | None = None, cache_bytes: int = CACHE_BYTES) -> None:
        """No process yet: they start with the first question, or with :meth:`warm`."""
        self.workers = workers or usual_workers()
        self.cache_bytes = cache_bytes
        self.tally = Tally()
        self._cache: OrderedDict[tuple[str, str], Answer] = OrderedDict()
        self._held = 0
        self._open: OrderedDict[tuple[str, str], _Asked] = OrderedDict()  # waiting or being computed
        self._queue: list[_Asked] = []
        self._busy = 0
        self._long = 0  # long stacks of bands under way: one worker is never taken by them
        self._pool: ProcessPoolExecutor | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._gathering = False

    async def curve(self, question: Question, visitor: str = "") -> Curve:
        """The run of a question.

        Args:
            question: what is asked.
            visitor: who asks: visitors are served in turn, however many questions one of them has.

        Raises:
            EngineError: too many questions are open, or the run failed.
        """
        story = self.cached(STORY, question)
        if story is not None:
            return Curve(story.measures)
        found: Curve = await self._ask(CURVE, question, visitor)
        return found

    async def story(self, question: Question, visitor: str = "") -> Story:
        """The run with its firms and ties; arguments and errors as of :meth:`curve`."""
        found: Story = await self._ask(STORY, question, visitor)
        return found

    async def quick_band(self, question: Question, visitor: str = "") -> Band:
        """The question over the first members; arguments and errors as of :meth:`curve`."""
        found: Band = await self._ask(QUICK, question.lucky, visitor)
        return found

    async def band(self, question: Question, visitor: str = "") -> Band:
        """The question over all members; arguments and errors as of :meth:`curve`."""
        first = await self.quick_band(question, visitor)
        rest: Band = await self._ask(REST, question.lucky, visitor)
        return joined(first, rest)

    def state(self, kind: str, question: Question) -> tuple[str, int]:
        """Whether an answer is ``ready``, ``running``, ``waiting`` or not ``asked``, and how many come before it."""
        key = (kind, question.key)
        if key in self._cache:
            return "ready", 0
        open_now = self._open.get(key)
        if open_now is None:
            return "unasked", 0
        if open_now.running:
            return "running", 0
        return "waiting", self._in_turn().index(open_now) if open_now in self._queue else 0

    async def warm(self) -> None:
        """Start the workers before visitors come."""
        loop, pool = asyncio.get_running_loop(), self._executor()
        await asyncio.gather(*(loop.run_in_executor(pool, work.warm) for _ in range(self.workers)))

    def start(self) -> asyncio.Task[None]:
        """Warm the workers beside what else goes on; a failure shows when the first question is asked."""
        task = asyncio.get_running_loop().create_task(self._warmed())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _warmed(self) -> None:
        with contextlib.suppress(BrokenProcessPool):  # it is closed while it starts
            await self.warm()

    def cached(self, kind: str, question: Question) -> Any:
        """An answer that is at hand, or None."""
        key = (kind, question.key)
        if key in self._cache:
            self._cache.move_to_end(key)
        return self._cache.get(key)

    @property
    def waiting(self) -> int:
        """Questions that wait or are being computed."""
        return len(self._open)

    @property
    def held_bytes(self) -> int:
        """Memory of the answers kept."""
        return self._held

    def close(self) -> None:
        """End the workers at once, whatever they are at."""
        if self._pool is not None:
            workers = list((self._pool._processes or {}).values())
            self._pool.shutdown(wait=False, cancel_futures=True)
            for worker in workers:
                worker.terminate()
            self._pool = None

    async def _ask(self, kind: str, question: Question, visitor: str) -> Any:
        self.tally.asked += 1
        found = self.cached(kind, question)
        if found is not None:
            return found
        key = (kind, question.key)
        asked = self._open.get(key)
        if asked is None:
            self._refuse_crowd(visitor)
            own = [q.kind for q in self._queue if q.visitor == visitor]
            answer = asyncio.get_running_loop().create_future()
            asked = _Asked(kind, question, answer, visitor, own.count(kind) // AT_ONCE)
            self._open[key] = asked
            self._queue.append(asked)
        asked.waiting += 1
        self._gather()
        try:
            return await asyncio.shield(asked.answer)
        finally:
            asked.waiting -= 1

    def _refuse_crowd(self, visitor: str) -> None:
        if len(self._queue) >= MOST_WAITING:
            raise CrowdedError(f"{MOST_WAITING} questions wait already; try again in a moment.")
        if sum(q.visitor == visitor for q in self._queue) >= MOST_EACH:
            raise CrowdedError(f"you have {MOST_EACH} questions waiting already; try again in a moment.")

    def _gather(self) -> None:
        """Wait a moment for those who ask with this one: a class that is told to move a lever does it together."""
        if not self._gathering:
            self._gathering = True
            asyncio.get_running_loop().call_later(GATHER, self._gathered)

    def _gathered(self) -> None:
        self._gathering = False
        self._dispatch()

    def _dispatch(self) -> None:
        """Give waiting questions to free workers, curves before bands."""
        self._drop_unwanted()
        while self._queue and self._busy < self.workers:
            together = self._next_stack(self.workers - self._busy)
            for asked in together:
                asked.running = True
            self._busy += 1
            self._long += self._is_long(together)
            task = asyncio.get_running_loop().create_task(self._compute(together))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _in_turn(self) -> list[_Asked]:
        """The queue in the order in which it is served: who has many questions waits with the later ones."""
        return sorted(self._queue, key=lambda q: (q.turn, ORDER.index(q.kind)))  # stable: else as they came

    def _drop_unwanted(self) -> None:
        """Forget questions for which nobody waits any more: the lever has moved on."""
        for asked in [q for q in self._queue if q.waiting == 0]:
            self._queue.remove(asked)
            self._open.pop((asked.kind, asked.question.key), None)
            asked.answer.cancel()
            self.tally.dropped += 1

    def _next_stack(self, free: int) -> list[_Asked]:
        """The first question in turn and those that can share its stack, taken from the queue."""
        queue = self._in_turn()
        kind = queue[0].kind
        fitting = [q for q in queue if q.kind == kind]
        most = MOST_TOGETHER[kind]
        if kind in SHORT:
            most = min(most, -(-len(fitting) // free))  # free workers share what there is
        else:
            taken = self._long >= max(1, self.workers - 1)
            most = FEW if taken else 2 * most if len(fitting) >= CROWD else most
        for asked in fitting[:most]:
            self._queue.remove(asked)
        return fitting[:most]

    @staticmethod
    def _is_long(together: Sequence[_Asked]) -> bool:
        return together[0].kind not in SHORT and len(together) > FEW

    async def _compute(self, together: list[_Asked]) -> None:
        kinds: dict[str, Callable[..., Any]] = {
            CURVE: work.curves, STORY: work.stories, QUICK: work.quick_bands, REST: work.other_bands,
        }  # fmt: skip
        pool = self._executor()
        try:
            outcomes = await asyncio.get_running_loop().run_in_executor(
                pool, kinds[together[0].kind], [asked.question for asked in together]
            )
        except BrokenProcessPool:
            self._recover(together, pool)
            return
        except Exception as fault:  # nobody may wait for ever
            outcomes = [f"{type(fault).__name__}: {fault}"] * len(together)
        finally:
            self._busy -= 1
            self._long -= self._is_long(together)
            asyncio.get_running_loop().call_soon(self._dispatch)
        self.tally.stacks += 1
        self.tally.sizes.append(len(together))
        self._settle(together, outcomes)

    def _settle(self, together: Sequence[_Asked], outcomes: Sequence[Any]) -> None:
        for asked, outcome in zip(together, outcomes, strict=True):
            key = (asked.kind, asked.question.key)
            self._open.pop(key, None)
            if isinstance(outcome, str):
                if not asked.answer.done():
                    asked.answer.set_exception(EngineError(outcome))
                    asked.answer.exception()  # noted, should nobody wait any more
                continue
            self.tally.computed += 1
            self._keep(key, outcome)
            if not asked.answer.done():
                asked.answer.set_result(outcome)

    def _recover(self, together: list[_Asked], broken: ProcessPoolExecutor) -> None:
        """A worker was killed: start new ones, and ask once more."""
        if self._pool is broken:  # else another question has seen it first, and new workers are at it already
            self.tally.restarts += 1
            self.close()
        again = [asked for asked in together if asked.tries == 0]
        for asked in again:
            asked.tries, asked.running = 1, False
        self._queue[:0] = again
        lost = [asked for asked in together if asked not in again]
        self._settle(lost, ["a worker process died twice on this question."] * len(lost))

    def _keep(self, key: tuple[str, str], answer: Answer) -> None:
        self._cache[key] = answer
        self._held += answer.nbytes
        while self._held > self.cache_bytes and len(self._cache) > 1:
            _, old = self._cache.popitem(last=False)
            self._held -= old.nbytes

    def _executor(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.workers, mp_context=context, initializer=start_worker)
        return self._pool


def joined(first: Band, rest: Band) -> Band:
    """The members of two bands, one after the other."""
    import numpy as np

    return Band({name: np.concatenate([values, rest.series[name]]) for name, values in first.series.items()})
