"""The class's sheet: first predictions count, bounds hold, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import pytest

from kingmaker.experiments.page import class_sheet as module
from kingmaker.experiments.page.class_sheet import COLUMNS, ClassSheet, Prediction
from kingmaker.experiments.page.paired_runs import Difference

UP = Difference("hhi_cloud", 0.2, 0.3, 0.1, 0.05, 0.15, 16)


def prediction(said: str = "up", group: str = "Owls", lesson: str = "open") -> Prediction:
    return Prediction(lesson, group, "hhi_cloud", said, UP, 1, "because")


def test_the_first_prediction_counts() -> None:
    sheet = ClassSheet()
    assert sheet.add("one", prediction("down"))
    assert not sheet.add("one", prediction("up"))
    assert sheet.add("two", prediction("up"))
    assert dict(sheet.tally("open")["hhi_cloud"]) == {"down": 1, "up": 1}
    assert sheet.tally("shortage") == {}
    assert [row.right for row in sheet.rows()] == [False, True]
    sheet.clear()
    assert sheet.rows() == []


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@x", "\t=1", 'a,"b"\n'])
def test_the_csv_holds_text_only(evil: str) -> None:
    sheet = ClassSheet()
    sheet.add("one", prediction(group=evil))
    rows = list(csv.reader(io.StringIO(sheet.to_csv())))
    assert rows[0] == list(COLUMNS)
    assert len(rows) == 2
    assert rows[1][1].lstrip("'") == evil
    assert rows[1][1][0] not in "=+-@\t"


def test_the_sheet_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 5)
    sheet = ClassSheet()
    for k in range(9):
        sheet.add(str(k), prediction(group=str(k)))
    assert [row.group for row in sheet.rows()] == ["4", "5", "6", "7", "8"]


def test_the_key_is_the_teachers() -> None:
    sheet = ClassSheet()
    assert sheet.is_teacher(sheet.key)
    assert not sheet.is_teacher("")
    assert not sheet.is_teacher("é")
    assert sheet.key != ClassSheet().key
