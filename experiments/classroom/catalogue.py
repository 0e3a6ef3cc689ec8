"""What the page needs to build itself: levers, measures, presets, lessons and the game; and the story that opens."""

from __future__ import annotations

import csv
import functools
import math
import re
import tomllib
from typing import Any

from kingmaker.agents.calendar import month_label, month_number
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.provenance import ROOT
from kingmaker.experiments.classroom import precompute, precomputed, regulator_game
from kingmaker.experiments.classroom.choices import DATA, LEVER_GROUPS, THEMES, Lever, levers, measures
from kingmaker.experiments.classroom.class_store import LONGEST_NAME, LONGEST_REASON
from kingmaker.experiments.classroom.lesson import ANSWERS, Lesson, lessons
from kingmaker.experiments.classroom.marks import fact_base, marks_of
from kingmaker.experiments.classroom.stacks_of_questions import MEMBERS
from kingmaker.experiments.classroom.visitor_question import MONTHS, make, presets, shipped
from kingmaker.experiments.classroom.wording import Words, words_in

DEFAULT_MONTH = 35
NAMES = ("kinds", "ties", "forms", "events", "sectors", "payments", "regions")
_GAP = re.compile(r"\{(\w+)\}")
FACTS = "experiments/posterior/data/lines.csv"


def catalogue(found: precomputed.Precomputed, language: str) -> dict[str, Any]:
    """Everything that the page offers, in one language."""
    words, moves = words_in(language), precompute.levers_that_move(found)
    return {
        "version": precomputed.version(), "lang": language, "months": MONTHS, "first_month": month_label(0),
        "members": MEMBERS, "default_month": DEFAULT_MONTH,
        "words": {name: words.texts[name] for name in (*NAMES, "month_names")},
        "themes": [{"key": key, "label": words.of("measure_groups", key)} for key in THEMES],
        "measures": [
            {"name": m.name, "theme": m.theme, "label": m.label[language], "unit": m.unit[language],
             "unit_short": m.short[language], "digits": m.digits}
            for m in measures().values()
        ],
        "groups": [{"key": key, "label": words.of("lever_groups", key)} for key in LEVER_GROUPS],
        "levers": [_lever(lever, words, moves.get(key, [])) for key, lever in levers().items()],
        "presets": [
            {"key": key, "label": words.texts.get("scenarios", {}).get(key, title),
             "description": words.texts.get("descriptions", {}).get(key, shipped(key).description)}
            for key, title in presets().items()
        ],
        "marks": {key: marks_of(key, language) for key in presets()},
        "lessons": [lesson_head(lesson, language) for lesson in lessons().values()],
        "regulator": regulator_game.described(language),
        "limits": {"group_name": LONGEST_NAME, "reason": LONGEST_REASON},
    }  # fmt: skip


def _lever(lever: Lever, words: Words, moves: list[str]) -> dict[str, Any]:
    reference, declared, language = make().resolved(), lever.declared, words.language
    steps = [(0, reference.parameters.get(lever.key, declared.default))]
    steps += [(event.month, event.set[lever.key]) for event in reference.events if lever.key in event.set]
    return {
        "key": lever.key, "group": lever.group, "label": lever.label[language], "meaning": lever.meaning[language],
        "listed": lever.listed, "beside": lever.beside or None,
        "unit": words.of("units", declared.unit), "stops": list(lever.stops),
        "stop_labels": list(lever.names[language]),
        "default": steps[0][1], "reference": [[month_label(month), value] for month, value in steps],
        "low": lever.stops[0], "high": lever.stops[-1],
        "law": words.sentence(declared.source) if lever.key.startswith("policy.") else None,
        "source": declared.source, "moves": moves,
    }  # fmt: skip


def lesson_head(lesson: Lesson, language: str) -> dict[str, Any]:
    """A lesson without what a student may not see yet."""
    return {
        "id": lesson.id, "title": lesson.title[language], "question": lesson.question[language],
        "measures": list(lesson.measures), "months": [lesson.window[0], lesson.window[1] - 1],
        "answers": list(ANSWERS), "policies": {key: text[language] for key, text in lesson.policies.items()},
        "levers": sorted(lesson.levers),
    }  # fmt: skip


def story(curve: dict[str, Any], language: str) -> dict[str, Any]:
    """The story that opens, its gaps filled with the numbers of the reference's curve."""
    words, steps = words_in(language), []
    for step in tomllib.loads((DATA / "story.toml").read_text(encoding="utf-8"))["step"]:
        text, month = step["text"][language], step["month"]
        figures = {name: curve[name][month] for name in _GAP.findall(text)}
        said = {name: "–" if value is None else words.rounded(value) for name, value in figures.items()}
        steps.append({
            "title": step["title"][language], "text": text.format(**said), "month": month,
            "measure": step.get("measure"), "firm": step.get("firm"), "lever": step.get("lever"), "figures": figures,
        })  # fmt: skip
    return {"version": precomputed.version(), "lang": language, "steps": steps}


def measure_page(name: str, language: str) -> dict[str, Any]:
    """A measure's definition, and the facts that were observed of it, in the unit shown."""
    shown = measures()[name]
    return {
        "version": precomputed.version(), "name": name, "label": shown.label[language], "unit": shown.unit[language],
        "theme": shown.theme, "facts": facts_of(name),
        "definition": words_in(language).texts.get("definitions", {}).get(name, MEASURES[name].definition),
    }  # fmt: skip


@functools.cache
def facts_of(name: str) -> list[dict[str, Any]]:
    """The lines of data that are held against this very measure."""
    base, factor = fact_base(), measures()[name].factor
    found = []
    for row in _table(FACTS):
        if row["series"] == name:
            value, error = float(row["value"]) * factor, float(row["error"])
            first, last = month_number(row["start"]), month_number(row["end"])
            said = [base[fact] for fact in row["fact"].split() if fact in base]
            found.append({
                "month": (first + last) // 2, "label": "–".join(dict.fromkeys((row["start"], row["end"]))),
                "value": value, "low": value * math.exp(-error), "high": value * math.exp(error),
                "entity": row["entity"], **_sources(said, row["source"]),
            })  # fmt: skip
    return found


def _sources(said: list[dict[str, str]], otherwise: str) -> dict[str, str]:
    """Source, publisher and date of a line's fact; of several facts each source with its own, one after the other."""
    if len(said) == 1:
        return {"source": said[0]["source_title"], "publisher": said[0]["publisher"], "date": said[0]["source_date"]}
    whole = [", ".join((fact["publisher"], fact["source_title"], fact["source_date"])) for fact in said]
    return {"source": "; ".join(dict.fromkeys(whole)) or otherwise, "publisher": "", "date": ""}


def _table(path: str) -> list[dict[str, str]]:
    with (ROOT / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
