"""The engine: each question once, bounded memory, nobody waits for ever, killed workers are replaced."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from kingmaker.experiments.page import engine as module
from kingmaker.experiments.page import work
from kingmaker.experiments.page.engine import BANDS, STORIES, Engine, EngineError
from kingmaker.experiments.page.records import Band
from kingmaker.experiments.page.setting import Setting, make


class FakeBand(Band):
    """An answer of a known size."""

    @property
    def nbytes(self) -> int:
        return 1000


def fake_answers(settings: list[Setting]) -> list[Any]:
    return [FakeBand(s.months, {"x": np.full((2, 3), s.seed, dtype=np.float32)}) for s in settings]


class Counting(Executor):
    """Runs in threads and notes what was asked together."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[int]]] = []
        self.pool = ThreadPoolExecutor(2)

    def submit(self, fn: Callable[..., Any], /, *given: Any, **more: Any) -> Future[Any]:
        self.calls.append((fn.__name__, [s.seed for s in given[0]]))
        return self.pool.submit(fn, *given)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.pool.shutdown(wait, cancel_futures=cancel_futures)


@asynccontextmanager
async def counting(monkeypatch: pytest.MonkeyPatch, **options: Any) -> AsyncIterator[tuple[Engine, Counting]]:
    monkeypatch.setattr(work, "stories", stories)
    monkeypatch.setattr(work, "bands", bands)
    engine, pool = Engine(**options), Counting()
    monkeypatch.setattr(engine, "_executor", lambda: pool)
    yield engine, pool
    engine.close()
    pool.shutdown()


def stories(settings: list[Setting]) -> list[Any]:
    import time

    time.sleep(0.05)
    return fake_answers(settings)


def bands(settings: list[Setting]) -> list[Any]:
    return stories(settings)


def test_thirty_students_who_ask_the_same_are_answered_by_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lesson() -> None:
        async with counting(monkeypatch) as (engine, pool):
            answers = await asyncio.gather(*(engine.story(Setting(seed=7)) for _ in range(30)))
            assert all(answer is answers[0] for answer in answers)
            assert pool.calls == [("stories", [7])]
            await engine.story(Setting(seed=7))
            assert len(pool.calls) == 1  # and it is kept

    asyncio.run(lesson())


def test_different_questions_share_stacks_and_stories_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lesson() -> None:
        async with counting(monkeypatch, workers=1) as (engine, pool):
            first = asyncio.create_task(engine.story(Setting(seed=0)))
            await asyncio.sleep(0)
            asked = [engine.band(Setting(seed=1)), *(engine.story(Setting(seed=k)) for k in range(10, 22))]
            answers = await asyncio.gather(first, *asked)
            assert [float(a.series["x"][0, 0]) for a in answers] == [0, 1, *range(10, 22)]  # each gets its own
            assert pool.calls == [("stories", [0]), ("stories", list(range(10, 22))), ("bands", [1])]

    asyncio.run(lesson())


def test_horizons_are_not_mixed_in_a_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lesson() -> None:
        async with counting(monkeypatch, workers=1) as (engine, pool):
            asked = [make("baseline", 1, m, 8, {}) for m in (12, 24, 12, 24)]
            asked = [Setting(seed=k, months=s.months) for k, s in enumerate(asked)]
            await asyncio.gather(*(engine.story(s) for s in asked))
            assert sorted(len(seeds) for _, seeds in pool.calls) in ([1, 1, 2], [2, 2])
            for _, seeds in pool.calls:
                assert len({asked[seed].months for seed in seeds}) == 1

    asyncio.run(lesson())


def test_a_question_that_nobody_waits_for_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lesson() -> None:
        async with counting(monkeypatch, workers=1) as (engine, pool):
            running = asyncio.create_task(engine.story(Setting(seed=1)))
            await asyncio.sleep(0)
            stale = asyncio.create_task(engine.story(Setting(seed=2)))
            await asyncio.sleep(0)
            stale.cancel()
            await asyncio.gather(running, stale, return_exceptions=True)
            await engine.story(Setting(seed=3))
            assert [seeds for _, seeds in pool.calls] == [[1], [3]]
            assert engine.tally.dropped == 1

    asyncio.run(lesson())


def test_memory_is_bounded_and_the_longest_unused_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lesson() -> None:
        async with counting(monkeypatch, cache_bytes=3500) as (engine, pool):
            for seed in (1, 2, 3):
                await engine.story(Setting(seed=seed))
            await engine.story(Setting(seed=1))
            await engine.story(Setting(seed=4))
            assert engine.held_bytes == 3000
            assert engine.cached(STORIES, Setting(seed=2)) is None
            assert engine.cached(STORIES, Setting(seed=1)) is not None
            assert engine.cached(BANDS, Setting(seed=1)) is None
            assert len(pool.calls) == 4

    asyncio.run(lesson())


def test_a_fault_reaches_those_who_asked_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def partly(settings: list[Setting]) -> list[Any]:
        answers = zip(settings, fake_answers(settings), strict=True)
        return ["it broke" if s.seed == 2 else answer for s, answer in answers]

    async def lesson() -> None:
        async with counting(monkeypatch, workers=1) as (engine, _):
            monkeypatch.setattr(work, "stories", partly)
            asked = [engine.story(Setting(seed=k)) for k in (0, 1, 2, 3)]
            found = await asyncio.gather(*asked, return_exceptions=True)
            assert isinstance(found[2], EngineError)
            assert [float(found[k].series["x"][0, 0]) for k in (0, 1, 3)] == [0, 1, 3]
            assert engine.cached(STORIES, Setting(seed=2)) is None  # a fault is not kept

    asyncio.run(lesson())


def test_too_many_questions_of_one_visitor_ask_for_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_EACH", 3)

    async def lesson() -> None:
        async with counting(monkeypatch, workers=1) as (engine, _):
            asked = [engine.story(Setting(seed=k), "eager") for k in range(8)]
            calm = engine.story(Setting(seed=9), "calm")
            *found, other = await asyncio.gather(*asked, calm, return_exceptions=True)
            refused = [f for f in found if isinstance(f, EngineError)]
            assert len(refused) == 4  # one is running, three wait
            assert "try again" in str(refused[0])
            assert isinstance(other, Band)  # nobody else is refused

    asyncio.run(lesson())


def test_who_asks_much_does_not_keep_the_others_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_TOGETHER", {STORIES: 1, BANDS: 1})

    async def lesson() -> None:
        async with counting(monkeypatch, workers=1) as (engine, pool):
            greedy = [engine.story(Setting(seed=k), "greedy") for k in range(10)]
            running = [asyncio.create_task(one) for one in greedy]
            await asyncio.sleep(0)
            late = asyncio.create_task(engine.story(Setting(seed=50), "late"))
            last = asyncio.create_task(engine.band(Setting(seed=60), "late"))
            await asyncio.sleep(0)
            assert engine.ahead(STORIES, Setting(seed=50)) == module.AT_ONCE
            assert engine.ahead(STORIES, Setting(seed=9)) == 10  # the last of all
            await asyncio.gather(*running, late, last)
            order = [seeds[0] for _, seeds in pool.calls]
            assert order.index(50) == 1 + module.AT_ONCE
            assert order.index(60) == order.index(50) + 1
            assert engine.ahead(STORIES, Setting(seed=50)) == 0

    asyncio.run(lesson())


def test_long_stacks_leave_a_worker_to_levers(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lesson() -> None:
        async with counting(monkeypatch, workers=2) as (engine, pool):
            asked = [asyncio.create_task(engine.band(Setting(seed=k), str(k))) for k in range(40)]
            while not all(task.done() for task in asked):
                assert engine._long <= 1
                await asyncio.sleep(0.005)
            sizes = [len(seeds) for _, seeds in pool.calls]
            assert sum(sizes) == 40
            assert max(sizes) == 8  # in a crowd twice as many share a stack
            assert sizes.count(module.SHORT) > 2  # on the other worker

    asyncio.run(lesson())


@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
def test_killed_workers_are_replaced_and_the_question_is_answered() -> None:
    async def lesson() -> None:
        engine = Engine(workers=1)
        try:
            await engine.story(Setting(months=12))
            pool = engine._pool
            assert pool is not None
            asked = asyncio.create_task(engine.story(Setting(months=108, seed=5)))
            await asyncio.sleep(0.2)
            for process in list(pool._processes):
                os.kill(process, signal.SIGKILL)
            story = await asyncio.wait_for(asked, 60)
            assert story.months == 108
            assert engine.tally.restarts == 1
        finally:
            engine.close()

    asyncio.run(lesson())
