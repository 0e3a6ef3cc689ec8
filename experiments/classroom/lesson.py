"""The ready lessons: what is asked, and the pages for teacher and student, from ``lessons/``."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.experiments.classroom.choices import ChoiceError, measures
from kingmaker.experiments.classroom.visitor_question import Question, make

FOLDER = Path(__file__).parent / "lessons"
ANSWERS = ("up", "down", "unclear")


@dataclass(frozen=True)
class Lesson:
    """One lesson: two policies on the same members, and the measures that students predict."""

    id: str
    a: Question
    b: Question
    window: tuple[int, int]  # first month, and the one after the last
    measures: tuple[str, ...]
    rows: tuple[str, ...]  # of the table of mechanisms
    title: Mapping[str, str]
    question: Mapping[str, str]
    policies: Mapping[str, Mapping[str, str]]  # a, b -> language -> what it does
    expects: Mapping[str, str]  # measure -> what the model shows

    @property
    def levers(self) -> frozenset[str]:
        """The levers in which its policies differ."""
        return frozenset(key for policy in (self.a, self.b) for key, _ in policy.moves)

    def page(self, reader: str, language: str) -> str:
        """The page for ``student`` or ``teacher`` as HTML."""
        text = (FOLDER / f"{self.id}.{reader}.{language}.md").read_text(encoding="utf-8")
        return str(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))


@functools.cache
def lessons() -> dict[str, Lesson]:
    """All lessons by id.

    Raises:
        KingmakerError: a lever, value or measure that there is not.
    """
    entries = tomllib.loads((FOLDER / "lessons.toml").read_text(encoding="utf-8"))["lesson"]
    return {entry["id"]: _lesson(entry) for entry in entries}


def _lesson(given: Mapping[str, Any]) -> Lesson:
    where = f"lessons.toml: {given['id']}"
    try:
        a, b = (
            make(str(given["scenario"]), 1, {key: [(0, value)] for key, value in given[policy].items()})
            for policy in ("a", "b")
        )
    except KingmakerError as fault:
        raise ChoiceError(f"{where}: {fault}") from None
    for name in given["measures"]:
        if name not in measures():
            raise ChoiceError(f"{where}: there is no measure '{name}' on the page.{nearest(name, measures())}")
    first, end = given["window"]
    return Lesson(
        id=str(given["id"]), a=a, b=b, window=(first, end), measures=tuple(given["measures"]),
        rows=tuple(given["rows"]), title=given["title"], question=given["question"], policies=given["policies"],
        expects=given.get("expects", {}),
    )  # fmt: skip
