"""The desk: answers from the file where they are at hand, else from the engine, as the API gives them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from kingmaker.experiments.classroom import precomputed, regulator_game, what_changed
from kingmaker.experiments.classroom.choices import measures
from kingmaker.experiments.classroom.encoded import Bodies, Encoded, encode
from kingmaker.experiments.classroom.engine import CURVE, QUICK, REST, STORY, Engine
from kingmaker.experiments.classroom.lesson import Lesson
from kingmaker.experiments.classroom.precompute import band_of, curve_of, outcome_of, three
from kingmaker.experiments.classroom.records import Band
from kingmaker.experiments.classroom.stacks_of_questions import MEMBERS
from kingmaker.experiments.classroom.story_record import Record, record_of
from kingmaker.experiments.classroom.visitor_question import MONTHS, Question
from kingmaker.experiments.stats.levels import SPREAD

WHOLE, FIRST = "band", "quick"
ENDS = ("low", "mid", "high")


class Desk:
    """Answers questions.

    Args:
        engine: computes what is not at hand.
        found: what is.
    """

    def __init__(self, engine: Engine, found: precomputed.Precomputed) -> None:
        """Nothing has been asked yet."""
        self.engine, self.found = engine, found
        self.version = precomputed.version()
        self.bodies = Bodies()
        self._making: dict[Hashable, asyncio.Future[Encoded]] = {}
        self._scribe = ThreadPoolExecutor(1)

    def close(self) -> None:
        """Nothing is asked any more."""
        self.engine.close()
        self._scribe.shutdown(wait=False, cancel_futures=True)

    async def made(self, key: Hashable, make: Callable[[], Any], lasting: bool = True) -> Encoded:
        """The body under a key; made off the event loop, and once, if it is not at hand.

        Args:
            key: of the body.
            make: gives its content; takes so long that others should not wait for it.
            lasting: as in :class:`Encoded`.
        """
        kept = self.bodies.get(key)
        if kept is not None:
            return kept
        if key not in self._making:
            loop = asyncio.get_running_loop()
            self._making[key] = loop.run_in_executor(self._scribe, _prepared, make, lasting)
            self._making[key].add_done_callback(lambda done: self._put(key, done))
        return await asyncio.shield(self._making[key])  # others may wait for it still when one has gone

    def _put(self, key: Hashable, done: asyncio.Future[Encoded]) -> None:
        del self._making[key]
        if not done.cancelled() and done.exception() is None:
            self.bodies.put(key, done.result())

    async def curve(self, question: Question, visitor: str) -> Encoded:
        """One run."""
        key = (CURVE, question.key)
        kept = self.bodies.get(key)
        if kept is not None:
            return kept
        head = self._head(question) | {"luck": question.luck, "months": MONTHS}
        at_hand = self.found.answers.get(question.text)
        if at_hand:
            return await self.made(key, lambda: head | {"at_hand": True, "measures": at_hand["curve"]})
        run = await self.engine.curve(question, visitor)
        return await self.made(key, lambda: head | {"at_hand": False, "measures": curve_of(run)})

    async def band(self, question: Question, visitor: str, quick: bool) -> Encoded:
        """The band and what has changed; of the first members alone if that is asked and the rest is not there yet."""
        asked = question.lucky
        whole = self.bodies.get((WHOLE, asked.key))
        if whole is not None:
            return whole
        at_hand = self.found.answers.get(asked.text)
        if at_hand:
            return await self.made((WHOLE, asked.key), lambda: self._at_hand(asked, at_hand))
        if quick and self.engine.cached(REST, asked) is None:
            kind, band = FIRST, await self.engine.quick_band(asked, visitor)
        else:
            kind, band = WHOLE, await self.engine.band(asked, visitor)
        reference = None if asked == Question() else await self._held_against(kind, visitor)
        return await self.made((kind, asked.key), lambda: self._computed(asked, band, reference), kind == WHOLE)

    def _at_hand(self, question: Question, kept: dict[str, Any]) -> dict[str, Any]:
        return self._band(question, kept["band"], MEMBERS, [what_changed.told(row) for row in kept["changes"]])

    def _computed(self, question: Question, band: Band, reference: Band | None) -> dict[str, Any]:
        found = what_changed.ranked(reference, band) if reference is not None else []
        return self._band(question, band_of(band), band.n, found)

    def _band(
        self, question: Question, shown: dict[str, Any], n: int, found: list[what_changed.Difference]
    ) -> dict[str, Any]:
        rows = {name: dict(zip(ENDS, series, strict=True)) for name, series in shown.items()}
        head = self._head(question) | {"n": n, "final": n == MEMBERS, "share": SPREAD.level.share}
        return head | {"measures": rows} | what_changed.body(found)

    async def reference(self, visitor: str) -> Band:
        """The band of the market as it was, with all its members."""
        return self.found.reference or await self.engine.band(Question(), visitor)

    async def _held_against(self, kind: str, visitor: str) -> Band:
        """The reference's band; its first members suffice for those of a quick one."""
        if kind == FIRST and self.found.reference is None:
            return await self.engine.quick_band(Question(), visitor)
        return await self.reference(visitor)

    async def members_of(self, question: Question, visitor: str) -> Band:
        """A band with all its members."""
        if question.lucky == Question():
            return await self.reference(visitor)
        return await self.engine.band(question, visitor)

    async def compare(self, a: Question, b: Question, window: tuple[int, int], visitor: str) -> Encoded:
        """B less A, member by member, over a window of months."""
        key = ("compare", a.lucky.key, b.lucky.key, window)
        kept = self.bodies.get(key)
        if kept is not None:
            return kept
        of_a, of_b = await asyncio.gather(self.members_of(a, visitor), self.members_of(b, visitor))
        return await self.made(key, lambda: self._compared(a, b, of_a, of_b, window))

    def _compared(self, a: Question, b: Question, of_a: Band, of_b: Band, window: tuple[int, int]) -> dict[str, Any]:
        found = [what_changed.difference(of_a, of_b, name, window) for name in measures()]
        found.sort(key=lambda d: (not d.clear, -d.strength))
        own = Band({name: of_b.series[name] - of_a.series[name] for name in measures()})
        return {
            "version": self.version, "a": a.lucky.text, "b": b.lucky.text, "n": of_a.n, "share": what_changed.SHARE,
            "window": [window[0], window[1] - 1], "rows": [what_changed.row(d, ("a", "b")) for d in found],
            "monthly": {
                name: dict(zip(ENDS, three(own.quantiles(name) * m.factor), strict=True))
                for name, m in measures().items()
            },
        }  # fmt: skip

    async def told_of(
        self, key: Hashable, question: Question, told: Callable[[Record], dict[str, Any]], visitor: str
    ) -> Encoded:
        """What is told of a run with its firms and ties; kept under a key."""
        kept = self.bodies.get(key)
        if kept is not None:
            return kept
        head = self._head(question)
        at_hand: Record | None = self.found.stories.get(question.text)
        if at_hand:
            return await self.made(key, lambda: head | told(at_hand))
        story = await self.engine.story(question, visitor)
        return await self.made(key, lambda: head | told(record_of(story)))

    async def record(self, question: Question, visitor: str) -> Record:
        """A run with its firms and ties."""
        at_hand: Record | None = self.found.stories.get(question.text)
        return at_hand or record_of(await self.engine.story(question, visitor))

    async def outcome(self, lesson: Lesson, visitor: str) -> dict[str, Any]:
        """The numbers of a lesson: ``rows`` as :func:`what_changed.kept` writes them, and ``monthly``."""
        at_hand: dict[str, Any] | None = self.found.lessons.get(lesson.id)
        if at_hand:
            return at_hand
        bands = await asyncio.gather(*(self.members_of(policy, visitor) for policy in (lesson.a, lesson.b)))
        return outcome_of(lesson, dict(zip((lesson.a, lesson.b), bands, strict=True)))

    async def score(self, question: Question, mandate: str, visitor: str) -> Encoded:
        """The score of a policy in the regulator's game; what is not allowed is told before anything is computed."""
        asked = question.lucky
        regulator_game.paid(asked)
        regulator_game.weights_of(mandate)
        key = ("score", asked.key, mandate)
        kept = self.bodies.get(key)
        if kept is not None:
            return kept
        at_hand = self.found.scores.get(asked.text)
        if at_hand:
            return await self.made(key, lambda: self._scored(asked, mandate, at_hand))
        reference, band = await asyncio.gather(self.reference(visitor), self.members_of(asked, visitor))
        return await self.made(key, lambda: self._scored(asked, mandate, regulator_game.judged(band, reference)))

    def _scored(self, question: Question, mandate: str, verdicts: Mapping[str, Any]) -> dict[str, Any]:
        return {"version": self.version} | regulator_game.score(question, mandate, verdicts)

    def progress(self, question: Question) -> dict[str, Any]:
        """How far the answers to a question are."""
        band = question.lucky
        states = {
            "curve": self._state(CURVE, question, question.text in self.found.answers),
            "quick": self._state(QUICK, band, band.text in self.found.answers),
            "band": self._state(REST, band, band.text in self.found.answers),
            "network": self._state(STORY, question, question.text in self.found.stories),
        }
        return {name: {"state": state, "ahead": ahead} for name, (state, ahead) in states.items()}

    def _state(self, kind: str, question: Question, at_hand: bool) -> tuple[str, int]:
        return ("ready", 0) if at_hand else self.engine.state(kind, question)

    def _head(self, question: Question) -> dict[str, Any]:
        return {"version": self.version, "question": question.text}


def _prepared(make: Callable[[], Any], lasting: bool) -> Encoded:
    body = encode(make(), lasting)
    body.prepare()
    return body
