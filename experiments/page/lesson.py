"""The ready lessons: what is asked, and the pages for teacher and student, from ``lessons/``."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.experiments.page.choices import ChoiceError, measures
from kingmaker.experiments.page.setting import Setting, make

FOLDER = Path(__file__).parent / "lessons"
ANSWERS = ("up", "down", "unclear")
READERS = ("student", "teacher")


@dataclass(frozen=True)
class Lesson:
    """One lesson: two policies on the same luck, and the measures that students predict."""

    id: str
    a: Setting
    b: Setting
    window: tuple[int, int]
    measures: tuple[str, ...]
    rows: tuple[str, ...]  # of the table of mechanisms
    title: Mapping[str, str]
    question: Mapping[str, str]
    expects: Mapping[str, str]  # measure -> what the model shows

    def page(self, reader: str, language: str) -> str:
        """The Markdown for ``student`` or ``teacher``."""
        return (FOLDER / f"{self.id}.{reader}.{language}.md").read_text(encoding="utf-8")

    def with_luck(self, seed: int, runs: int) -> Lesson:
        """The same question on other seeds."""
        return replace(self, a=replace(self.a, seed=seed, runs=runs), b=replace(self.b, seed=seed, runs=runs))


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
        policies = [
            make(str(given["scenario"]), 1, int(given["months"]), 16, dict(given[policy])) for policy in ("a", "b")
        ]
    except KingmakerError as fault:
        raise ChoiceError(f"{where}: {fault}") from None
    for name in given["measures"]:
        if name not in measures():
            raise ChoiceError(f"{where}: there is no measure '{name}' on the page.{nearest(name, measures())}")
    first, end = given["window"]
    return Lesson(
        id=str(given["id"]), a=policies[0], b=policies[1], window=(first, end),
        measures=tuple(given["measures"]), rows=tuple(given["rows"]),
        title=given["title"], question=given["question"], expects=given.get("expects", {}),
    )  # fmt: skip
