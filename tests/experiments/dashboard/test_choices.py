"""The page's data files against the model's declarations, and both languages against each other."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.core.ledger import KINDS
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.page import choices
from kingmaker.experiments.page.choices import DATA, LANGUAGES, LEVER_GROUPS, MEASURE_GROUPS, levers, measures
from kingmaker.experiments.page.happenings import SIGNS
from kingmaker.experiments.page.lesson import ANSWERS, READERS, lessons
from kingmaker.experiments.page.money_ribbons import SECTORS
from kingmaker.experiments.page.network_view import MARKERS, TIES
from kingmaker.experiments.page.setting import presets
from kingmaker.experiments.page.wording import words_in


def test_levers_are_declared_parameters_in_every_group() -> None:
    assert {lever.group for lever in levers().values()} == set(LEVER_GROUPS)
    for key, lever in levers().items():
        declared = DECLARATIONS[key]
        assert all(declared.low <= value <= declared.high for value in lever.values)
        assert all(lever.label[language] and lever.meaning[language] for language in LANGUAGES), key
        if not lever.choices:  # untouched, the slider can stand where the model stands
            assert lever.low <= declared.default <= lever.high, key


def test_measures_are_declared_six_to_a_theme() -> None:
    for group in MEASURE_GROUPS:
        chosen = [measure for measure in measures().values() if measure.group == group]
        assert len(chosen) == 6, group
    assert all(measure.unit[language] for measure in measures().values() for language in LANGUAGES)


@pytest.mark.parametrize(
    ("file", "change", "says"),
    [
        ("levers.csv", ("policy.interoperability,", "policy.interoperabilty,"), "did you mean"),
        ("levers.csv", ("chips.moat,chips,0,4,", "chips.moat,chips,0,40,"), "beyond what is declared"),
        ("levers.csv", ("chips.moat,chips,", "chips.moat,toys,"), "allowed are"),
        ("measures.csv", ("hhi_cloud,", "hhi_clouds,"), "did you mean"),
        ("measures.csv", ("lead_time_weeks,chips,weeks,", "lead_time_weeks,chips,days,"), "the model's is 'weeks'"),
    ],
)
def test_a_row_that_does_not_fit_the_model_is_named(
    file: str, change: tuple[str, str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("levers.csv", "measures.csv"):
        text = (DATA / name).read_text(encoding="utf-8")
        assert name != file or change[0] in text
        (tmp_path / name).write_text(text.replace(*change, 1) if name == file else text, encoding="utf-8")
    monkeypatch.setattr(choices, "DATA", tmp_path)
    read = (levers if file == "levers.csv" else measures).__wrapped__
    with pytest.raises(KingmakerError, match=f"(?i){says}"):
        read()


def keys(table: dict[str, Any], prefix: str = "") -> set[str]:
    found = set()
    for key, value in table.items():
        found |= keys(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}"}
    return found


def test_both_languages_say_the_same_things() -> None:
    english, french = (tomllib.loads((DATA / f"words.{language}.toml").read_text("utf-8")) for language in LANGUAGES)
    # names that are English already need no entry there
    plain = {key for key in keys(french) if key.partition(".")[0] in ("scenarios", "kinds", "units", "names")}
    assert keys(english) - plain == keys(french) - plain
    for key in sorted(keys(english) & keys(french)):
        texts = [english, french]
        for part in key.split(".", 1):
            texts = [text[part] for text in texts]
        if isinstance(texts[0], str):
            names = [sorted(piece.split("}")[0] for piece in text.split("{")[1:]) for text in texts]
            assert names[0] == names[1], key  # the same names are filled in


def test_every_name_on_the_page_has_its_words() -> None:
    for language in LANGUAGES:
        texts = words_in(language).texts
        assert set(SECTORS) == set(texts["sectors"])
        assert set(KINDS) - {"intervention"} <= set(texts["payments"])
        assert set(SIGNS) == set(texts["events"])
        assert set(MARKERS) <= set(texts["kinds"])
        assert set(TIES) <= set(texts["ties"])
        assert set(LEVER_GROUPS) == set(texts["lever_groups"])
    assert set(words_in("fr").texts["scenarios"]) >= {"baseline", "interoperability"}
    assert "baseline" in presets()


def test_sentences_are_translated_once_each() -> None:
    with (DATA / "sentences.fr.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["text"] for row in rows}) == len(rows)
    assert all(row["translation"] and row["translation"] != row["text"] for row in rows)


def test_numbers_are_written_as_each_language_does() -> None:
    english, french = words_in("en"), words_in("fr")
    assert [english.number(v) for v in (12345.6, 12.34, 1.234, 0.0123, -3.0, float("inf"))] == [
        "12,346", "12.3", "1.23", "0.012", "−3.00", "∞",
    ]  # fmt: skip
    assert [french.number(v) for v in (12345.6, 12.34)] == ["12\u202f346", "12,3"]
    assert (english.month(0), french.month(107)) == ("January 2022", "décembre 2030")


def test_lessons_are_complete() -> None:
    assert len(lessons()) == 6
    for lesson in lessons().values():
        assert 3 <= len(lesson.measures) <= 4
        assert lesson.a != lesson.b
        assert (lesson.a.seed, lesson.a.months) == (lesson.b.seed, lesson.b.months)
        assert 0 <= lesson.window[0] < lesson.window[1] <= lesson.a.months
        assert lesson.expects
        assert set(lesson.expects) <= set(lesson.measures)
        assert set(lesson.expects.values()) <= set(ANSWERS)
        for language in LANGUAGES:
            assert lesson.title[language]
            assert lesson.question[language]
            for reader in READERS:
                page = lesson.page(reader, language)
                assert page.startswith("# ")
                assert len(page.split()) > 120, (lesson.id, reader, language)
                if reader == "teacher":
                    assert all(row in page for row in lesson.rows), (lesson.id, language)
                # levers and measures that a page names in italics exist under these words
        named = {lever.label["en"] for lever in levers().values()}
        assert any(name in lesson.page("student", "en") for name in named), lesson.id
