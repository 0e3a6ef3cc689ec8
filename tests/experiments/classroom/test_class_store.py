"""The class in SQLite: one vote a group, nothing lost at a restart, clearing that can be undone."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from kingmaker.experiments.classroom.class_store import ClassError, ClassStore
from kingmaker.experiments.classroom.lesson import lessons

LESSON = lessons()["shortage"]
ANSWERS = dict.fromkeys(LESSON.measures, "down")


def test_a_restart_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "class.sqlite"
    store = ClassStore(file)
    key, token = store.key, store.token
    store.name_group("v1", "Ada")
    store.lock("v1", LESSON, ANSWERS, "because")
    store.open("shortage")
    store.reveal("lockin", True)
    undo, removed = store.clear("shortage")
    assert removed == 1
    store.add_score("v1", "even", "policy.egress_fee=0@2024-06", 61.5, {"low": 50})
    store.close()
    again = ClassStore(file)
    assert (again.key, again.token, again.open_lesson, again.revealed) == (key, token, "shortage", ["lockin"])
    assert again.votes("shortage") == []
    assert again.undo(undo) == 1
    (vote,) = again.votes("shortage")
    assert (vote.group, vote.answers, vote.reason) == ("Ada", ANSWERS, "because")
    assert again.scores("even")[0] == {
        "group": "Ada", "question": "policy.egress_fee=0@2024-06", "score": 61.5, "low": 50,
    }  # fmt: skip


def test_a_group_votes_once_and_a_name_is_taken_once() -> None:
    store = ClassStore(":memory:")
    store.name_group("v1", "  Ada\tLovelace ")
    assert store.group("v1") == "Ada Lovelace"
    with pytest.raises(ClassError, match="Another group"):
        store.name_group("v2", "ADA LOVELACE")
    store.lock("v1", LESSON, ANSWERS, "")
    with pytest.raises(ClassError, match="locked"):
        store.lock("v1", LESSON, dict.fromkeys(LESSON.measures, "up"), "")
    with pytest.raises(ClassError, match="voted"):
        store.name_group("v1", "Grace")
    assert store.locked("v1") == {"shortage": ANSWERS}
    assert store.tally(LESSON)["lead_time_weeks"] == {"down": 1}


@pytest.mark.parametrize(
    "answers", [{}, {**ANSWERS, "lead_time_weeks": "sideways"}, {**ANSWERS, "more": "up"}, {"lead_time_weeks": "up"}]
)
def test_half_a_vote_is_none(answers: dict[str, str]) -> None:
    store = ClassStore(":memory:")
    with pytest.raises(ClassError, match="Answer each measure"):
        store.lock("v1", LESSON, answers, "")
    assert store.votes("shortage") == []


def test_a_vote_cast_after_a_clearing_stands() -> None:
    store = ClassStore(":memory:")
    store.lock("v1", LESSON, ANSWERS, "old")
    store.lock("v2", LESSON, ANSWERS, "old")
    undo, _ = store.clear(None)
    store.lock("v1", LESSON, dict.fromkeys(LESSON.measures, "up"), "new")
    assert store.undo(undo) == 1
    assert {vote.visitor: vote.reason for vote in store.votes("shortage")} == {"v1": "new", "v2": "old"}
    with pytest.raises(ClassError, match="nothing to bring back"):
        store.undo(undo)


def test_the_best_score_of_a_group_stands() -> None:
    store = ClassStore(":memory:")
    assert store.add_score("v1", "even", "a", 40.0, {}) == 1
    assert store.add_score("v2", "even", "b", 60.0, {}) == 1
    assert store.add_score("v1", "even", "c", 50.0, {}) == 2
    assert store.add_score("v1", "even", "d", 45.0, {}) == 2
    assert [row["question"] for row in store.scores("even")] == ["b", "c"]


def test_no_cell_of_the_sheet_is_a_formula() -> None:
    store = ClassStore(":memory:")
    store.name_group("v1", "=HYPERLINK()")
    store.lock("v1", LESSON, ANSWERS, "+1")
    rows = list(csv.DictReader(io.StringIO(store.to_csv())))
    assert len(rows) == len(LESSON.measures)
    assert {(row["group"], row["reason"]) for row in rows} == {("'=HYPERLINK()", "'+1")}


def test_a_file_that_is_no_class_is_told(tmp_path: Path) -> None:
    wrong = tmp_path / "x.sqlite"
    wrong.write_text("this is no database, and it is longer than a page header would be" * 20, encoding="utf-8")
    with pytest.raises(ClassError, match="--class-file"):
        ClassStore(wrong)
    with pytest.raises(ClassError, match="--class-file"):
        ClassStore(tmp_path / "no" / "such" / "folder.sqlite")
    assert wrong.read_text(encoding="utf-8").startswith("this is no database")
