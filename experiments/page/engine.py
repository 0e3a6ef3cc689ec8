"""Answers questions off the event loop: a fair queue, few workers, each question computed once, bounded memory."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.page import work
from kingmaker.experiments.page.page_worker import start_worker
from kingmaker.experiments.page.records import Band, Story
from kingmaker.experiments.page.setting import Setting

STORIES, BANDS = "story", "band"
# questions in one stack: many share the interpreter's cost, few keep waits short
MOST_TOGETHER = {STORIES: 15, BANDS: 4}
CROWD = 12  # bands waiting, from which on twice as many share a stack
SHORT = 2  # bands in one stack on the worker that long stacks leave free: a lever moved meanwhile waits for it
CACHE_BYTES = 256 * 2**20
MOST_EACH = 24  # questions of one visitor that may wait
AT_ONCE = 4  # questions that a page asks at one time; with more, a visitor lets the others go first


class EngineError(KingmakerError):
    """A question that could not be answered."""


@dataclass
class _Question:
    """Somebody waits for this."""

    kind: str
    setting: Setting
    answer: asyncio.Future[Any]
    visitor: str = ""  # who asked first
    turn: int = 0  # later for those who had many questions waiting when they asked this one
    waiting: int = 0
    tries: int = 0


@dataclass
class Tally:
    """What the engine has done, for tests and the load test."""

    asked: int = 0
    computed: int = 0
    stacks: int = 0
    restarts: int = 0
    dropped: int = 0
    sizes: list[int] = field(default_factory=list)


class Engine:
    """The queue of questions and the workers.

    Args:
        workers: processes; one of them is kept free for stories when there are more.
        cache_bytes: answers are forgotten, the longest unused first, beyond this.
    """

    def __init__(self, workers: int | None = None, cache_bytes: int = CACHE_BYTES) -> None:
        """No process yet: they start with the first question, or with :meth:`warm`."""
        self.workers = workers or max(1, min(2, os.cpu_count() or 1))
        self.cache_bytes = cache_bytes
        self.tally = Tally()
        self.loop: asyncio.AbstractEventLoop | None = None  # the server's, set when it starts
        self._cache: OrderedDict[tuple[str, str], Story | Band] = OrderedDict()
        self._held = 0
        self._open: OrderedDict[tuple[str, str], _Question] = OrderedDict()  # waiting or being computed
        self._queue: list[_Question] = []
        self._busy = {STORIES: 0, BANDS: 0}
        self._long = 0  # long stacks of bands under way: one worker is never taken by them
        self._pool: ProcessPoolExecutor | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def story(self, setting: Setting, visitor: str = "") -> Story:
        """The run of a setting.

        Args:
            setting: what is asked.
            visitor: who asks: visitors are served in turn, however many questions one of them has.

        Raises:
            EngineError: the visitor has too many questions open, or the run failed.
        """
        found: Story = await self._ask(STORIES, setting, visitor)
        return found

    async def band(self, setting: Setting, visitor: str = "") -> Band:
        """The same question on many seeds; arguments and errors as of :meth:`story`."""
        found: Band = await self._ask(BANDS, setting, visitor)
        return found

    def ahead(self, kind: str, setting: Setting) -> int:
        """How many questions come before this one; 0 if it is being computed or has been."""
        key = (kind, setting.key)
        order = [(q.kind, q.setting.key) for q in self._in_turn()]
        return order.index(key) if key in order else 0

    async def call(self, function: Callable[..., Any], *given: Any) -> Any:
        """Any other work in a worker process (drawing a figure)."""
        return await asyncio.get_running_loop().run_in_executor(self._executor(), function, *given)

    async def warm(self) -> None:
        """Start the workers before visitors come."""
        await asyncio.gather(*(self.call(work.warm) for _ in range(self.workers)))

    def cached(self, kind: str, setting: Setting) -> Any:
        """An answer that is at hand, or None."""
        key = (kind, setting.key)
        if key in self._cache:
            self._cache.move_to_end(key)
        return self._cache.get(key)

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

    async def _ask(self, kind: str, setting: Setting, visitor: str) -> Any:
        self.tally.asked += 1
        found = self.cached(kind, setting)
        if found is not None:
            return found
        key = (kind, setting.key)
        question = self._open.get(key)
        if question is None:
            own = [q.kind for q in self._queue if q.visitor == visitor]
            if len(own) >= MOST_EACH:
                raise EngineError(f"you have {MOST_EACH} questions waiting already; try again in a moment.")
            answer = asyncio.get_running_loop().create_future()
            question = _Question(kind, setting, answer, visitor, own.count(kind) // AT_ONCE)
            self._open[key] = question
            self._queue.append(question)
        question.waiting += 1
        self._dispatch()
        try:
            return await asyncio.shield(question.answer)
        finally:
            question.waiting -= 1

    def _dispatch(self) -> None:
        """Give waiting questions to free workers, stories before bands."""
        self._drop_unwanted()
        while self._queue and sum(self._busy.values()) < self.workers:
            together = self._next_stack()
            kind = together[0].kind
            self._busy[kind] += 1
            self._long += self._is_long(together)
            task = asyncio.get_running_loop().create_task(self._compute(kind, together))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _in_turn(self) -> list[_Question]:
        """The queue in the order in which it is served: who has many questions waits with the later ones."""
        return sorted(self._queue, key=lambda q: (q.turn, q.kind == BANDS))  # stable: else as they came

    def _drop_unwanted(self) -> None:
        """Forget questions for which nobody waits any more: the lever has moved on."""
        for question in [q for q in self._queue if q.waiting == 0]:
            self._queue.remove(question)
            self._open.pop((question.kind, question.setting.key), None)
            question.answer.cancel()
            self.tally.dropped += 1

    def _next_stack(self) -> list[_Question]:
        """The first question in turn and those that can share its stack, taken from the queue."""
        queue = self._in_turn()
        first = queue[0]
        fitting = [q for q in queue if q.kind == first.kind and q.setting.months == first.setting.months]
        most = MOST_TOGETHER[first.kind]
        if first.kind == BANDS:
            taken = self._long >= max(1, self.workers - 1)
            most = SHORT if taken else 2 * most if len(fitting) >= CROWD else most
        for question in fitting[:most]:
            self._queue.remove(question)
        return fitting[:most]

    @staticmethod
    def _is_long(together: Sequence[_Question]) -> bool:
        return together[0].kind == BANDS and len(together) > SHORT

    async def _compute(self, kind: str, together: list[_Question]) -> None:
        function: Callable[..., Any] = work.stories if kind == STORIES else work.bands
        settings = [question.setting for question in together]
        pool = self._executor()
        try:
            outcomes = await asyncio.get_running_loop().run_in_executor(pool, function, settings)
        except BrokenProcessPool:
            self._recover(together, pool)
            return
        except Exception as fault:  # nobody may wait for ever
            outcomes = [f"{type(fault).__name__}: {fault}"] * len(together)
        finally:
            self._busy[kind] -= 1
            self._long -= self._is_long(together)
            asyncio.get_running_loop().call_soon(self._dispatch)
        self.tally.stacks += 1
        self.tally.sizes.append(len(together))
        self._settle(together, outcomes)

    def _settle(self, together: Sequence[_Question], outcomes: Sequence[Any]) -> None:
        for question, outcome in zip(together, outcomes, strict=True):
            key = (question.kind, question.setting.key)
            self._open.pop(key, None)
            if isinstance(outcome, str):
                question.answer.set_exception(EngineError(outcome))
                question.answer.exception()  # noted, should nobody wait any more
                continue
            self.tally.computed += 1
            self._keep(key, outcome)
            if not question.answer.done():
                question.answer.set_result(outcome)

    def _recover(self, together: list[_Question], broken: ProcessPoolExecutor) -> None:
        """A worker was killed: start new ones, and ask once more."""
        if self._pool is broken:  # else another question has seen it first, and new workers are at it already
            self.tally.restarts += 1
            self.close()
        again = [question for question in together if question.tries == 0]
        for question in again:
            question.tries = 1
        self._queue[:0] = again
        lost = [question for question in together if question not in again]
        self._settle(lost, ["a worker process died twice on this question."] * len(lost))

    def _keep(self, key: tuple[str, str], answer: Story | Band) -> None:
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
