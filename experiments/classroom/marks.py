"""The few dated events of law and market that every chart marks: events of a scenario, in words, with sources."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from typing import Any

from kingmaker.agents.errors import nearest
from kingmaker.environment.inputs.provenance import ROOT
from kingmaker.experiments.classroom.choices import ChoiceError, rows_of
from kingmaker.experiments.classroom.visitor_question import MONTHS, presets, shipped

FACT_BASE = "environment/data/facts.csv"


@dataclass(frozen=True)
class Mark:
    """A row of ``marks.csv``: ``why`` is the event's own text in the scenarios, which date it."""

    why: str
    source: str
    short: dict[str, str]
    text: dict[str, str]


@functools.cache
def marks() -> dict[str, Mark]:
    """All marks, by the event's text.

    Raises:
        ChoiceError: an event that no shipped scenario has, or a fact that is not in the data.
    """
    told = {event.why for name in presets() for event in shipped(name).events}
    found = {}
    for row in rows_of("marks.csv"):
        if row["why"] not in told:
            raise ChoiceError(f"marks.csv: no scenario has the event '{row['why']}'.{nearest(row['why'], told)}")
        words = {key: {language: row[f"{key}_{language}"] for language in ("en", "fr")} for key in ("short", "text")}
        found[row["why"]] = Mark(row["why"], _source(row), words["short"], words["text"])
    return found


def _source(row: dict[str, str]) -> str:
    """Where the date comes from: the facts' own sources, or what the row itself names."""
    named, known = [], fact_base()
    for fact in filter(None, row["facts"].split("|")):
        if fact not in known:
            raise ChoiceError(f"marks.csv: '{row['why']}': there is no fact '{fact}'.{nearest(fact, known)}")
        said = known[fact]
        named.append(f"{said['source_title']}, {said['publisher']}, {said['source_date']}")
    return "; ".join(dict.fromkeys(filter(None, [*named, row["source"]])))


def marks_of(scenario: str, language: str) -> list[dict[str, Any]]:
    """The marks of a preset by month; ``levers`` are those that the event sets, so that a visitor may overrule it."""
    known = marks()
    return [
        {
            "month": event.month, "short": known[event.why].short[language], "text": known[event.why].text[language],
            "source": known[event.why].source, "levers": sorted(event.set),
        }
        for event in shipped(scenario).events if event.why in known and event.month < MONTHS
    ]  # fmt: skip


@functools.cache
def fact_base() -> dict[str, dict[str, str]]:
    """The rows of the data's facts, by id."""
    with (ROOT / FACT_BASE).open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}
