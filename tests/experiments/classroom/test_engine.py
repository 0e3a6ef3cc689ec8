"""The engine: each question once, bounded memory, nobody waits for ever, killed workers are replaced."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from kingmaker.experiments.classroom import engine as module
from kingmaker.experiments.classroom import stacks_of_questions as work
from kingmaker.experiments.classroom.engine import CURVE, QUICK, REST, STORY, Engine, EngineError
from kingmaker.experiments.classroom.lanes import Lane, usual_workers
from kingmaker.experiments.classroom.records import Curve
from kingmaker.experiments.classroom.visitor_question import MONTHS, Question

SOON = 0.02  # seconds in which what has been asked is given to a worker; an answer takes longer


class FakeAnswer(Curve):
    """An answer of a known size."""

    @property
    def nbytes(self) -> int:
        return 1000


def seed_of(question: Question) -> int:
    """What tells questions apart here: the luck of a curve, a lever of a band (which has no luck of its own)."""
    return int(question.moves[0][1][0][1]) if question.moves else question.luck


def band(k: int) -> Question:
    return Question(moves=(("policy.compute_fund_musd", ((0, k),)),))


def fake_answers(questions: list[Question]) -> list[Any]:
    return [FakeAnswer({"x": np.full((2, 3), seed_of(q), dtype=np.float32)}) for q in questions]


class Counting(Executor):
    """Runs in threads and notes what was asked together."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[int]]] = []
        self.pool = ThreadPoolExecutor(6)

    def submit(self, fn: Callable[..., Any], /, *given: Any, **more: Any) -> Future[Any]:
        self.calls.append((fn.__name__, [seed_of(q) for q in given[0]]))
        return self.pool.submit(fn, *given)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.pool.shutdown(wait, cancel_futures=cancel_futures)


@asynccontextmanager
async def counting(monkeypatch: pytest.MonkeyPatch, **options: Any) -> AsyncIterator[tuple[Engine, Counting]]:
    for name in ("curves", "stories", "quick_bands", "other_bands"):
        monkeypatch.setattr(work, name, named(name))
    monkeypatch.setattr(module, "GATHER", SOON / 4)
    engine, pool = Engine(**options), Counting()
    for lane in engine.lanes:
        lane.pool = pool
    yield engine, pool
    engine.close()
    pool.shutdown()


def named(name: str) -> Callable[[list[Question]], list[Any]]:
    def answer(questions: list[Question]) -> list[Any]:
        import time

        time.sleep(0.2)
        return fake_answers(questions)

    answer.__name__ = name
    return answer


def test_thirty_students_who_ask_the_same_are_answered_by_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lesson() -> None:
        async with counting(monkeypatch) as (engine, pool):
            answers = await asyncio.gather(*(engine.curve(Question(luck=7)) for _ in range(30)))
            assert all(answer is answers[0] for answer in answers)
            assert pool.calls == [("curves", [7])]
            await engine.curve(Question(luck=7))
            assert len(pool.calls) == 1  # and it is kept

    asyncio.run(lesson())


def test_different_questions_share_stacks_and_bands_do_not_stand_in_their_way(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lesson() -> None:
        async with counting(monkeypatch, workers=1) as (engine, pool):
            first = asyncio.create_task(engine.curve(Question(luck=0)))
            await asyncio.sleep(SOON)
            asked = [engine.quick_band(band(1)), *(engine.curve(Question(luck=k)) for k in range(10, 22))]
            answers = await asyncio.gather(first, *asked)
            assert [float(a.measures["x"][0, 0]) for a in answers] == [0, 1, *range(10, 22)]  # each gets its own
            assert pool.calls == [("curves", [0]), ("curves", list(range(10, 22))), ("quick_bands", [1])]

    asyncio.run(lesson())


def test_a_question_that_nobody_waits_for_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lesson() -> None:
        async with counting(monkeypatch, workers=1) as (engine, pool):
            running = asyncio.create_task(engine.curve(Question(luck=1)))
            await asyncio.sleep(SOON)
            stale = asyncio.create_task(engine.curve(Question(luck=2)))
            await asyncio.sleep(SOON)
            stale.cancel()
            await asyncio.gather(running, stale, return_exceptions=True)
            await engine.curve(Question(luck=3))
            assert [seeds for _, seeds in pool.calls] == [[1], [3]]
            assert engine.tally.dropped == 1

    asyncio.run(lesson())


def test_memory_is_bounded_and_the_longest_unused_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lesson() -> None:
        async with counting(monkeypatch, cache_bytes=3500) as (engine, pool):
            for seed in (1, 2, 3):
                await engine.curve(Question(luck=seed))
            await engine.curve(Question(luck=1))
            await engine.curve(Question(luck=4))
            assert engine.held_bytes == 3000
            assert engine.cached(CURVE, Question(luck=2)) is None
            assert engine.cached(CURVE, Question(luck=1)) is not None
            assert engine.cached(QUICK, Question(luck=1)) is None
            assert len(pool.calls) == 4

    asyncio.run(lesson())


def test_a_fault_reaches_those_who_asked_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def partly(questions: list[Question]) -> list[Any]:
        answers = zip(questions, fake_answers(questions), strict=True)
        return ["it broke" if q.luck == 2 else answer for q, answer in answers]

    async def lesson() -> None:
        async with counting(monkeypatch, workers=1) as (engine, _):
            monkeypatch.setattr(work, "curves", partly)
            asked = [engine.curve(Question(luck=k)) for k in (0, 1, 2, 3)]
            found = await asyncio.gather(*asked, return_exceptions=True)
            assert isinstance(found[2], EngineError)
            assert [float(found[k].measures["x"][0, 0]) for k in (0, 1, 3)] == [0, 1, 3]
            assert engine.cached(CURVE, Question(luck=2)) is None  # a fault is not kept

    asyncio.run(lesson())


def test_too_many_questions_of_one_visitor_ask_for_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_EACH", 3)

    async def lesson() -> None:
        async with counting(monkeypatch, workers=1) as (engine, _):
            asked = [engine.curve(Question(luck=k), "eager") for k in range(8)]
            calm = engine.curve(Question(luck=9), "calm")
            *found, other = await asyncio.gather(*asked, calm, return_exceptions=True)
            refused = [f for f in found if isinstance(f, EngineError)]
            assert len(refused) == 5  # three wait, none has begun when the last is asked
            assert "try again" in str(refused[0])
            assert isinstance(other, Curve)  # nobody else is refused

    asyncio.run(lesson())


def test_who_asks_much_does_not_keep_the_others_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_TOGETHER", dict.fromkeys((CURVE, QUICK, STORY, REST), 1))

    async def lesson() -> None:
        async with counting(monkeypatch, workers=1) as (engine, pool):
            greedy = [engine.curve(Question(luck=k), "greedy") for k in range(10)]
            running = [asyncio.create_task(one) for one in greedy]
            await asyncio.sleep(SOON)
            late = asyncio.create_task(engine.curve(Question(luck=50), "late"))
            last = asyncio.create_task(engine.quick_band(band(60), "late"))
            await asyncio.sleep(SOON)
            assert engine.state(CURVE, Question(luck=50)) == ("waiting", module.AT_ONCE - 1)
            assert engine.state(CURVE, Question(luck=9)) == ("waiting", 9)  # the last of all runs
            await asyncio.gather(*running, late, last)
            order = [seeds[0] for name, seeds in pool.calls if name == "curves"]
            assert order.index(50) == module.AT_ONCE
            assert pool.calls[-1] == ("quick_bands", [60])  # runs go first on the only core
            assert engine.state(CURVE, Question(luck=50)) == ("ready", 0)

    asyncio.run(lesson())


@pytest.mark.parametrize(("workers", "place"), [(1, 2), (2, 1)])
def test_a_band_takes_a_core_without_a_run_and_waits_for_one_not_for_ever(
    workers: int, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STAND_BACK", 0.3)

    async def lesson() -> None:
        async with counting(monkeypatch, workers=workers) as (engine, pool):
            runs = [asyncio.create_task(engine.curve(Question(luck=0)))]
            await asyncio.sleep(SOON)
            asked = asyncio.create_task(engine.quick_band(band(60)))
            for luck in range(1, 8):  # one run after the other: on one core there is always one
                runs.append(asyncio.create_task(engine.curve(Question(luck=luck))))
                await runs[-2]
            await asyncio.gather(asked, *runs)
            names = [name for name, _ in pool.calls]
            assert place <= names.index("quick_bands") <= place + 2
            assert names.count("curves") == 8

    asyncio.run(lesson())


def test_who_come_in_a_stream_share_stacks_until_the_moment_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lesson() -> None:
        async with counting(monkeypatch, workers=2) as (engine, pool):
            monkeypatch.setattr(module, "GATHER", 0.2)
            monkeypatch.setattr(module, "LONGEST_GATHERING", 0.5)
            asked = []
            for luck in range(12):
                asked.append(asyncio.create_task(engine.curve(Question(luck=luck))))
                await asyncio.sleep(0.1)
            await asyncio.gather(*asked)
            first = sum(len(seeds) for _, seeds in pool.calls[:2])
            assert 3 <= first <= 7  # half a second of them, in both workers, and not each by itself
            assert sum(len(seeds) for _, seeds in pool.calls) == 12

    asyncio.run(lesson())


def test_a_class_is_told_in_rounds_and_a_crowd_in_larger_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lesson() -> None:
        async with counting(monkeypatch, workers=2) as (engine, pool):
            most = module.MOST_TOGETHER[QUICK]
            for size, together in ((30, most), (module.CROWD, 2 * most)):
                pool.calls.clear()
                await asyncio.gather(*(engine.quick_band(band(100 * size + k), str(k)) for k in range(size)))
                sizes = [len(seeds) for _, seeds in pool.calls]
                assert sum(sizes) == size
                assert sizes[0] == together
                assert max(sizes) == together

    asyncio.run(lesson())


def test_few_bands_are_shared_by_the_workers_that_are_free(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lesson() -> None:
        async with counting(monkeypatch, workers=2) as (engine, pool):
            await asyncio.gather(*(engine.quick_band(band(k), str(k)) for k in range(7)))
            assert [len(seeds) for _, seeds in pool.calls] == [4, 3]

    asyncio.run(lesson())


def test_every_core_works_where_workers_stand_back_behind_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(os, "nice", lambda _: 0, raising=False)
    assert usual_workers() == 4
    monkeypatch.delattr(os, "nice")
    assert usual_workers() == 3
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert usual_workers() == 1


def test_a_lever_moved_while_bands_are_computed_waits_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lesson() -> None:
        async with counting(monkeypatch, workers=1) as (engine, pool):
            bands = [asyncio.create_task(engine.quick_band(band(k), str(k))) for k in range(30)]
            await asyncio.sleep(SOON)
            await engine.curve(Question(luck=7), "late")
            assert pool.calls[1] == ("curves", [7])
            assert not any(task.done() for task in bands[module.MOST_TOGETHER[QUICK] :])
            await asyncio.gather(*bands)

    asyncio.run(lesson())


class Deadly(Counting):
    """Dies of one question, and with it whatever shares its stack."""

    def submit(self, fn: Callable[..., Any], /, *given: Any, **more: Any) -> Future[Any]:
        found = super().submit(fn, *given, **more)
        if 13 not in self.calls[-1][1]:
            return found
        broken: Future[Any] = Future()
        broken.set_exception(BrokenProcessPool("killed"))
        return broken


def test_a_question_that_kills_its_worker_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lesson() -> None:
        async with counting(monkeypatch, workers=1) as (engine, _):
            pool = Deadly()
            monkeypatch.setattr(Lane, "executor", lambda _: pool)
            asked = [engine.curve(Question(luck=k)) for k in range(11, 16)]
            found = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 10)
            assert [isinstance(answer, EngineError) for answer in found] == [k == 13 for k in range(11, 16)]
            assert "died" in str(found[2])
            assert engine.waiting == 0
            assert all(lane.busy == 0 for lane in engine.lanes)
            pool.shutdown()

    asyncio.run(lesson())


@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
def test_killed_workers_are_replaced_and_the_question_is_answered() -> None:
    async def lesson() -> None:
        engine = Engine(workers=1)
        try:
            await engine.warm()
            pool = engine.lanes[0].pool
            assert isinstance(pool, ProcessPoolExecutor)
            asked = asyncio.create_task(engine.curve(Question(luck=5)))
            await asyncio.sleep(0.2)
            for process in list(pool._processes):
                os.kill(process, signal.SIGKILL)
            curve = await asyncio.wait_for(asked, 300)
            assert len(curve.measures["lead_time_weeks"]) == MONTHS
            assert engine.tally.restarts == 1
            assert engine.pulse > MONTHS  # a beat for every month, and one for the answer
        finally:
            engine.close()

    asyncio.run(lesson())
