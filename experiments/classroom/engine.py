"""Answers questions off the event loop: a fair queue, few workers, each question computed once, bounded memory."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.classroom import stacks_of_questions as work
from kingmaker.experiments.classroom.lanes import BANDS_NICE, RUNS_NICE, Lane, usual_workers
from kingmaker.experiments.classroom.records import Band, Curve, Story
from kingmaker.experiments.classroom.visitor_question import Question

CURVE, QUICK, STORY, REST = "curve", "quick", "story", "rest"
ORDER = (CURVE, QUICK, STORY, REST)  # of two visitors' questions of the same turn, who goes first
# what is computed apart: bands take longer, and nobody's curve waits for one
RUNS, BANDS = (CURVE, STORY), (QUICK, REST)
# questions in one stack: many share the interpreter's cost, few keep waits short
MOST_TOGETHER = {CURVE: 16, QUICK: 8, STORY: 8, REST: 5}
CROWD = 40  # bands waiting, from which on twice as many share a stack
CACHE_BYTES = 192 * 2**20
MOST_EACH = 40  # questions of one visitor that may wait
MOST_WAITING = 900  # of all visitors
AT_ONCE = 4  # questions that a page asks at one time; with more, a visitor lets the others go first
GATHER = 0.03  # seconds without a new question, after which those that have come share stacks
LONGEST_GATHERING = 0.3  # seconds from the first of them
STAND_BACK = 10.0  # seconds that a band waits for a core on which no run is computed
DEATHS = 3  # of a worker, after which a question is given up; from the second on it is tried alone

Answer = Curve | Band | Story


class EngineError(KingmakerError):
    """A question that could not be answered."""


class CrowdedError(EngineError):
    """Too many questions wait."""


@dataclass(eq=False)
class _Asked:
    """Somebody waits for this."""

    kind: str
    question: Question
    answer: asyncio.Future[Any]
    visitor: str = ""  # who asked first
    turn: int = 0  # later for those who had many questions waiting when they asked this one
    since: float = 0.0  # when it was asked, by the clock of the event loop
    waiting: int = 0
    deaths: int = 0  # of workers that were at it
    running: bool = False

    @property
    def suspect(self) -> bool:
        """Whether it may itself be what workers die of, so that no other question should share its fate."""
        return self.deaths > 1


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
        workers: processes for bands, and as many for runs, which go first; bands wait for a core without a run.
        cache_bytes: answers are forgotten, the longest unused first, beyond this.
    """

    def __init__(self, workers: int | None = None, cache_bytes: int = CACHE_BYTES) -> None:
        """No process yet: they start with the first question, or with :meth:`warm`."""
        self.workers = workers or usual_workers()
        self.lanes = (Lane(RUNS, self.workers, RUNS_NICE), Lane(BANDS, self.workers, BANDS_NICE))
        self.cache_bytes = cache_bytes
        self.tally = Tally()
        self._cache: OrderedDict[tuple[str, str], Answer] = OrderedDict()
        self._held = 0
        self._open: OrderedDict[tuple[str, str], _Asked] = OrderedDict()  # waiting or being computed
        self._queue: list[_Asked] = []
        self._places: dict[int, int] = {}  # of those who wait, by id; forgotten when the queue changes
        self._tasks: set[asyncio.Task[None]] = set()
        self._gathering: asyncio.TimerHandle | None = None
        self._gathered_by = 0.0  # when those who gather are served at the latest

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
        return "waiting", self._place(open_now)

    async def warm(self) -> None:
        """Start the workers before visitors come."""
        await asyncio.gather(*(lane.warm() for lane in self.lanes))

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
    def pulse(self) -> int:
        """Goes on as long as workers do: with every month that is simulated, and with every stack that is answered."""
        return self.tally.stacks + sum(lane.pulse.value for lane in self.lanes)

    @property
    def held_bytes(self) -> int:
        """Memory of the answers kept."""
        return self._held

    def close(self) -> None:
        """End the workers at once, whatever they are at."""
        for lane in self.lanes:
            lane.close()

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
            loop = asyncio.get_running_loop()
            asked = _Asked(kind, question, loop.create_future(), visitor, own.count(kind) // AT_ONCE, since=loop.time())
            self._open[key] = asked
            self._queue.append(asked)
            self._places = {}
        asked.waiting += 1
        self._gather()
        try:
            return await asyncio.shield(asked.answer)
        finally:
            asked.waiting -= 1
            if not asked.waiting:
                self._drop_unwanted()  # at once: others are told how many come before them

    def _refuse_crowd(self, visitor: str) -> None:
        if len(self._queue) >= MOST_WAITING:
            raise CrowdedError(f"{MOST_WAITING} questions wait already; try again in a moment.")
        if sum(q.visitor == visitor for q in self._queue) >= MOST_EACH:
            raise CrowdedError(f"you have {MOST_EACH} questions waiting already; try again in a moment.")

    def _gather(self) -> None:
        """Wait a moment for those who ask with this one: a class that is told to move a lever does it together."""
        loop = asyncio.get_running_loop()
        if self._gathering is None:
            self._gathered_by = loop.time() + LONGEST_GATHERING
        else:
            self._gathering.cancel()
        self._gathering = loop.call_at(min(loop.time() + GATHER, self._gathered_by), self._gathered)

    def _gathered(self) -> None:
        self._gathering = None
        self._dispatch()

    def _dispatch(self) -> None:
        """Give waiting questions to free workers."""
        self._drop_unwanted()
        for lane in self.lanes:
            while lane.free and self._has_a_core(lane) and (together := self._next_stack(lane)):
                for asked in together:
                    asked.running = True
                lane.busy += 1
                task = asyncio.get_running_loop().create_task(self._compute(lane, together))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def _has_a_core(self, lane: Lane) -> bool:
        """Runs always; a band while fewer stacks are under way than there are cores, or when it has waited for long."""
        if lane.kinds == RUNS or sum(each.busy for each in self.lanes) < self.workers:
            return True
        oldest = min((q.since for q in self._queue if q.kind in lane.kinds), default=math.inf)
        return not lane.busy and oldest + STAND_BACK <= asyncio.get_running_loop().time()

    def _place(self, asked: _Asked) -> int:
        """How many of its lane come before a question; a class looks at its places twice a second."""
        if not self._places:
            self._places = {id(q): place for lane in self.lanes for place, q in enumerate(self._in_turn(lane))}
        return self._places.get(id(asked), 0)

    def _in_turn(self, lane: Lane) -> list[_Asked]:
        """A lane's queue in the order in which it is served: who has many questions waits with the later ones."""
        queue = [q for q in self._queue if q.kind in lane.kinds]
        return sorted(queue, key=lambda q: (q.turn, ORDER.index(q.kind)))  # stable: else as they came

    def _drop_unwanted(self) -> None:
        """Forget questions for which nobody waits any more: the lever has moved on."""
        for asked in [q for q in self._queue if q.waiting == 0]:
            self._take(asked)
            self._open.pop((asked.kind, asked.question.key), None)
            asked.answer.cancel()
            self.tally.dropped += 1

    def _take(self, asked: _Asked) -> None:
        """Out of the queue."""
        self._queue.remove(asked)
        self._places = {}

    def _next_stack(self, lane: Lane) -> list[_Asked]:
        """The first question in turn and those that can share its stack, taken from the queue; empty if none waits."""
        queue = self._in_turn(lane)
        if not queue:
            return []
        first = queue[0]
        fitting = [q for q in queue if q.kind == first.kind and not q.suspect]
        most = MOST_TOGETHER[first.kind]
        if first.suspect:
            fitting = [first]
        elif first.kind in BANDS and len(fitting) >= CROWD:
            most *= 2
        most = min(most, -(-len(fitting) // lane.free))  # free workers share what there is
        for asked in fitting[:most]:
            self._take(asked)
        return fitting[:most]

    async def _compute(self, lane: Lane, together: list[_Asked]) -> None:
        kinds: dict[str, Callable[..., Any]] = {
            CURVE: work.curves, STORY: work.stories, QUICK: work.quick_bands, REST: work.other_bands,
        }  # fmt: skip
        pool = lane.executor()
        try:
            outcomes = await asyncio.get_running_loop().run_in_executor(
                pool, kinds[together[0].kind], [asked.question for asked in together]
            )
        except BrokenProcessPool:
            self._recover(lane, together, pool)
            return
        except Exception as fault:  # nobody may wait for ever
            outcomes = [f"{type(fault).__name__}: {fault}"] * len(together)
        finally:
            lane.busy -= 1
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

    def _recover(self, lane: Lane, together: list[_Asked], broken: Executor) -> None:
        """A worker was killed: start new ones, and ask once more."""
        if lane.pool is broken:  # else another question has seen it first, and new workers are at it already
            self.tally.restarts += 1
            lane.close()
        for asked in together:
            asked.deaths, asked.running = asked.deaths + 1, False
        again = [asked for asked in together if asked.deaths < DEATHS]
        self._queue[:0], self._places = again, {}
        lost = [asked for asked in together if asked not in again]
        self._settle(lost, [f"a worker process died {DEATHS} times on this question."] * len(lost))

    def _keep(self, key: tuple[str, str], answer: Answer) -> None:
        self._cache[key] = answer
        self._held += answer.nbytes
        while self._held > self.cache_bytes and len(self._cache) > 1:
            _, old = self._cache.popitem(last=False)
            self._held -= old.nbytes


def joined(first: Band, rest: Band) -> Band:
    """The members of two bands, one after the other."""
    import numpy as np

    return Band({name: np.concatenate([values, rest.series[name]]) for name, values in first.series.items()})
