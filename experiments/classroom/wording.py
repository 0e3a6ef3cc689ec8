"""What the server calls things in English and French (``data/names.<language>.toml``); how it writes numbers."""

from __future__ import annotations

import csv
import functools
import math
import re
import tomllib
from dataclasses import dataclass
from typing import Any

from kingmaker.agents.calendar import month_in_year, year_of
from kingmaker.experiments.classroom.choices import DATA, levers

_GAP = re.compile(r"\{(\w+)\}")
_DECIMAL = re.compile(r"\d+\.\d+")
_INQUIRY = "opens an inquiry, first into "


@dataclass(frozen=True)
class Words:
    """All names in one language, and the sentences of the chronicle in it."""

    language: str
    texts: dict[str, Any]
    sentences: dict[str, str]
    patterns: tuple[tuple[re.Pattern[str], str], ...] = ()  # sentences with gaps, such as the name of a firm

    def __call__(self, table: str, key: str, **given: object) -> str:
        """An entry of a table of texts, with its gaps filled in."""
        text: str = self.texts[table][key]
        return text.format(**given) if given else text

    def of(self, table: str, key: str) -> str:
        """An entry of a table of names; a name that it does not have stays as it is."""
        name: str = self.texts.get(table, {}).get(key, key)
        return name

    def sentence(self, text: str) -> str:
        """What the model tells, in this language; what is not translated stays English."""
        return self.translation(text) or text

    def translation(self, text: str) -> str | None:
        """The sentence in this language, its gaps filled in; None if there is none."""
        text = _weighed(text)
        if text in self.sentences or self.language == "en":
            return self.sentences.get(text, text)
        for pattern, translated in self.patterns:
            match = pattern.fullmatch(text)
            if match is not None:
                return translated.format(**{name: self._part(part) for name, part in match.groupdict().items()})
        return None

    def name(self, name: str) -> str:
        """A firm or authority as this language calls it; proper names stay as they are."""
        return self.of("names", name)

    def _part(self, text: str) -> str:
        """What stands in a gap: a name, a word with a translation of its own, or a number."""
        if _DECIMAL.fullmatch(text):
            return text.replace(".", ",")
        return self.sentences.get(text) or self.name(text)

    def month(self, month: int) -> str:
        """A calendar month in words: 0 is January 2022."""
        names: list[str] = self.texts["month_names"]
        return f"{names[month_in_year(month)]} {year_of(month)}"

    def number(self, value: float) -> str:
        """Three significant digits, as this language writes numbers."""
        if not math.isfinite(value):
            return "∞" if value > 0 else "–"
        size = abs(value)
        return self._written(value, 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2 if size >= 0.095 else 3)

    def sized(self, text: str, size: float) -> str:
        """A phrase with its size filled in; an ``(s)`` in it is written from two on, as French counts."""
        return text.format(size=self.number(size)).replace("(s)", "s" if round(size, 2) >= 2.0 else "")

    def rounded(self, value: float) -> str:
        """As a sentence says a number: whole, and below ten with one decimal."""
        return self._written(value, 0 if abs(value) >= 9.95 else 1)

    def _written(self, value: float, digits: int) -> str:
        text = f"{value:,.{digits}f}".replace("-", "−")
        if self.language == "fr":
            text = text.replace(",", "\u202f").replace(".", ",")
        return text


@functools.cache
def words_in(language: str) -> Words:
    """The words of one language."""
    texts = tomllib.loads((DATA / f"names.{language}.toml").read_text(encoding="utf-8"))
    if language == "en":
        return Words(language, texts, {})
    with (DATA / f"sentences.{language}.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["text"]: row["translation"] for row in csv.DictReader(file)}
    patterns = tuple((_pattern(text), translated) for text, translated in rows.items() if _GAP.search(text))
    plain = {text: translated for text, translated in rows.items() if not _GAP.search(text)}
    labels = {lever.label["en"]: lever.label[language] for lever in levers().values()}
    return Words(language, texts, labels | plain, patterns)


def _weighed(text: str) -> str:
    """What an inquiry is opened on, in parts of all its evidence: each authority has a scale of its own."""
    first, _, evidence = text.partition(": ")
    whole = sum(map(float, _DECIMAL.findall(evidence)))
    if not text.startswith(_INQUIRY) or not whole:
        return text
    parts = _DECIMAL.sub(lambda score: f"{100.0 * float(score[0]) / whole:.0f}\u00a0%", evidence)
    return f"{first}; weight of the evidence: {parts}"


def _pattern(text: str) -> re.Pattern[str]:
    """Matches the sentences that fill the gaps of ``text``: ``{name}`` stands for any words."""
    pieces = _GAP.split(text)  # plain text and names of gaps in turn
    return re.compile("".join(f"(?P<{piece}>.+?)" if k % 2 else re.escape(piece) for k, piece in enumerate(pieces)))
