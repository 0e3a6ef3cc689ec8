"""The desk: answers from the file where they are at hand, else from the engine, as the API gives them."""

from __future__ import annotations

import asyncio
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

    async def curve(self, question: Question, visitor: str) -> Encoded:
        """One run."""
        key = (CURVE, question.key)
        kept = self.bodies.get(key)
        if kept is not None:
            return kept
        at_hand = self.found.answers.get(question.text)
        shown = at_hand["curve"] if at_hand else curve_of(await self.engine.curve(question, visitor))
        head = self._head(question) | {"luck": question.luck, "months": MONTHS, "at_hand": bool(at_hand)}
        return self.bodies.put(key, encode(head | {"measures": shown}))

    async def band(self, question: Question, visitor: str, quick: bool) -> Encoded:
        """The band and what has changed; of the first members alone if that is asked and the rest is not there yet."""
        asked = question.lucky
        whole = self.bodies.get((WHOLE, asked.key))
        if whole is not None:
            return whole
        at_hand = self.found.answers.get(asked.text)
        if at_hand:
            found = [what_changed.told(row) for row in at_hand["changes"]]
            return self.bodies.put((WHOLE, asked.key), encode(self._band(asked, at_hand["band"], MEMBERS, found)))
        if quick and self.engine.cached(REST, asked) is None:
            kind, band = FIRST, await self.engine.quick_band(asked, visitor)
        else:
            kind, band = WHOLE, await self.engine.band(asked, visitor)
        kept = self.bodies.get((kind, asked.key))
        if kept is not None:  # another has asked the same
            return kept
        found = [] if asked == Question() else what_changed.ranked(await self._held_against(kind, visitor), band)
        return self.bodies.put(
            (kind, asked.key), encode(self._band(asked, band_of(band), band.n, found), kind == WHOLE)
        )

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
        found = [what_changed.difference(of_a, of_b, name, window) for name in measures()]
        found.sort(key=lambda d: (not d.clear, -d.strength))
        own = Band({name: of_b.series[name] - of_a.series[name] for name in measures()})
        body = {
            "version": self.version, "a": a.lucky.text, "b": b.lucky.text, "n": of_a.n, "share": what_changed.SHARE,
            "window": [window[0], window[1] - 1], "rows": [what_changed.row(d, ("a", "b")) for d in found],
            "monthly": {
                name: dict(zip(ENDS, three(own.quantiles(name) * m.factor), strict=True))
                for name, m in measures().items()
            },
        }  # fmt: skip
        return self.bodies.put(key, encode(body))

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

    async def score(self, question: Question, mandate: str, visitor: str) -> dict[str, Any]:
        """The score of a policy in the regulator's game; what is not allowed is told before anything is computed."""
        left = regulator_game.cost(question)["left"]
        regulator_game.weights_of(mandate)
        reference = await self.reference(visitor)
        band = reference if left < 0 else await self.members_of(question, visitor)
        return {"version": self.version} | regulator_game.score(question.lucky, mandate, band, reference)

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
