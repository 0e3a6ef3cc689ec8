"""Makes the file of answers: presets, lessons, and each lever at its stops, in stacks of many questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.classroom import precomputed, what_changed
from kingmaker.experiments.classroom import stacks_of_questions as work
from kingmaker.experiments.classroom.choices import levers, listed, measures
from kingmaker.experiments.classroom.lesson import Lesson, lessons
from kingmaker.experiments.classroom.records import Band, Curve, Story
from kingmaker.experiments.classroom.regulator_game import first_moves, judged
from kingmaker.experiments.classroom.story_record import record_of
from kingmaker.experiments.classroom.visitor_question import Question, make, presets

T = TypeVar("T")
BANDS_TOGETHER, CURVES_TOGETHER, STORIES_TOGETHER = 6, 40, 10


class PrecomputeError(KingmakerError):
    """A question of the file that could not be answered."""


def asked() -> list[Question]:
    """All questions of the file, each once, the reference first."""
    found = [make(name) for name in presets()]
    found += [policy for lesson in lessons().values() for policy in (lesson.a, lesson.b)]
    found += [
        make(moves={key: [(0, stop)]})
        for key, lever in listed().items()
        for stop in lever.stops
        if not _usual(key, stop)
    ]
    return list(dict.fromkeys(found))


def _usual(key: str, stop: float) -> bool:
    """Whether the reference stands there in all months already."""
    reference = make().resolved()
    moved = any(key in event.set for event in reference.events)
    return not moved and stop == reference.parameters.get(key, levers()[key].declared.default)


def with_story() -> list[Question]:
    """The questions whose network and money are kept, too."""
    found = [make(name) for name in presets()]
    found += [policy for lesson in lessons().values() for policy in (lesson.a, lesson.b)]
    return list(dict.fromkeys(found))


def precompute(path: Path = precomputed.FILE, tell: Callable[[str], None] = print) -> None:
    """Compute all answers and write the file.

    Args:
        path: where to write.
        tell: is told what has been done.

    Raises:
        PrecomputeError: a question has failed; nothing is written.
    """
    questions = asked()
    told, reference = _told(questions), make()
    curves = dict(_in_stacks(work.curves, questions, CURVES_TOGETHER))
    tell(f"{len(curves)} curves")
    bands = _bands(list(dict.fromkeys([*questions, *first_moves()])), tell)
    stories = {q.text: record_of(story) for q, story in _stories(with_story())}
    tell(f"{len(stories)} networks")
    parts = {
        "manifest": {"digest": precomputed.wanted_digest(), "members": work.MEMBERS, "questions": told},
        "answers": {q.text: answer_of(curves[q], bands[q], bands[reference]) for q in questions},
        "stories": stories,
        "scores": {q.text: judged(bands[q], bands[reference]) for q in first_moves()},
        "lessons": {name: outcome_of(lesson, bands) for name, lesson in lessons().items()},
    }
    precomputed.save(path, parts, bands[reference])
    tell(f"{path.name}: {len(questions)} questions, {path.stat().st_size / 1e6:.1f} MB")


def _told(questions: Sequence[Question]) -> list[str]:
    return [question.text for question in questions]


def _bands(questions: Sequence[Question], tell: Callable[[str], None]) -> dict[Question, Band]:
    found: dict[Question, Band] = {}
    for question, band in _in_stacks(work.bands, questions, BANDS_TOGETHER):
        found[question] = band
        if len(found) % (2 * BANDS_TOGETHER) == 0:
            tell(f"{len(found)} of {len(questions)} bands")
    return found


def _stories(questions: Sequence[Question]) -> Iterator[tuple[Question, Story]]:
    return _in_stacks(work.stories, questions, STORIES_TOGETHER)


def _in_stacks(
    run: Callable[[Sequence[Question]], Sequence[T | str]], questions: Sequence[Question], together: int
) -> Iterator[tuple[Question, T]]:
    for first in range(0, len(questions), together):
        part = questions[first : first + together]
        for question, outcome in zip(part, run(part), strict=True):
            if isinstance(outcome, str):
                raise PrecomputeError(f"{question.text or 'the reference'}: {outcome}")
            yield question, outcome


def answer_of(curve: Curve, band: Band, reference: Band) -> dict[str, Any]:
    """The series and differences of one question, in the units shown."""
    own = [] if band is reference else [what_changed.kept(d) for d in what_changed.ranked(reference, band)]
    return {"curve": curve_of(curve), "band": band_of(band), "changes": own}


def curve_of(curve: Curve) -> dict[str, Any]:
    """Name -> series in the unit shown."""
    return {name: what_changed.series(curve.measures[name] * m.factor) for name, m in measures().items()}


def band_of(band: Band) -> dict[str, Any]:
    """Name -> lower end, median and upper end, each a series in the unit shown."""
    return {name: three(band.quantiles(name) * m.factor) for name, m in measures().items()}


def three(values: Any) -> list[list[float | int | None]]:
    """Three series."""
    return [what_changed.series(row) for row in values]


def outcome_of(lesson: Lesson, bands: dict[Question, Band]) -> dict[str, Any]:
    """The differences that a lesson asks for, and its charts."""
    a, b = bands[lesson.a], bands[lesson.b]
    return {
        "rows": [what_changed.kept(what_changed.difference(a, b, name, lesson.window)) for name in lesson.measures],
        "monthly": {name: _monthly(a, b, name) for name in lesson.measures},
    }


def _monthly(a: Band, b: Band, name: str) -> dict[str, Any]:
    factor = measures()[name].factor
    own = Band({name: b.series[name] - a.series[name]})
    return {key: three(band.quantiles(name) * factor) for key, band in (("a", a), ("b", b), ("difference", own))}


def levers_that_move(found: precomputed.Precomputed) -> dict[str, list[str]]:
    """Lever -> the measures that it clearly moves at some stop, the strongest first."""
    moved: dict[str, dict[str, float]] = {key: {} for key in listed()}
    for key, lever in listed().items():
        for stop in lever.stops:
            answer = found.answers.get(make(moves={key: [(0, stop)]}).text)
            for d in map(what_changed.told, answer["changes"] if answer else ()):
                if d.clear:
                    moved[key][d.measure.name] = max(d.strength, moved[key].get(d.measure.name, 0.0))
    return {key: _strongest(sizes.items()) for key, sizes in moved.items()}


def _strongest(sizes: Iterable[tuple[str, float]]) -> list[str]:
    return [name for name, _ in sorted(sizes, key=lambda pair: -pair[1])]
