"""The page's words in English and French, from ``data/words.<language>.toml``; numbers as each language writes them."""

from __future__ import annotations

import csv
import functools
import math
import tomllib
from dataclasses import dataclass
from typing import Any

from experiments.dashboard.choices import DATA


@dataclass(frozen=True)
class Words:
    """All texts in one language: ``words("play")``, with names filled in: ``words("seed_is", seed=3)``."""

    language: str
    texts: dict[str, Any]
    sentences: dict[str, str]

    def __call__(self, key: str, **given: object) -> str:
        """The text of ``key``."""
        text: str = self.texts[key]
        return text.format(**given) if given else text

    def of(self, table: str, key: str) -> str:
        """An entry of a table of names; a name that it does not have stays as it is."""
        name: str = self.texts[table].get(key, key)
        return name

    def sentence(self, text: str) -> str:
        """What the model tells, in this language; what is not translated stays English."""
        return self.sentences.get(text, text)

    def month(self, month: int) -> str:
        """A calendar month in words: 0 is January 2022."""
        names: list[str] = self.texts["month_names"]
        return f"{names[month % 12]} {2022 + month // 12}"

    def number(self, value: float) -> str:
        """Three significant digits, as this language writes numbers."""
        if not math.isfinite(value):
            return "∞" if value > 0 else "–"
        size = abs(value)
        digits = 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2 if size >= 0.095 else 3
        text = f"{value:,.{digits}f}".replace("-", "−")
        if self.language == "fr":
            text = text.replace(",", "\u202f").replace(".", ",")
        return text


@functools.cache
def words_in(language: str) -> Words:
    """The words of one language."""
    texts = tomllib.loads((DATA / f"words.{language}.toml").read_text(encoding="utf-8"))
    sentences: dict[str, str] = {}
    if language != "en":
        with (DATA / f"sentences.{language}.csv").open(encoding="utf-8", newline="") as file:
            sentences = {row["text"]: row["translation"] for row in csv.DictReader(file)}
    return Words(language, texts, sentences)
