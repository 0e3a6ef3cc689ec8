"""The calendar: months and years, there and back."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.calendar import (
    month_in_year,
    month_label,
    month_number,
    month_of,
    months_in,
    opens_year,
    year_of,
    years_in,
)
from kingmaker.agents.errors import ScenarioError

ROOT = Path(__file__).resolve().parents[2]
MONTH = st.integers(0, 12_000)


@given(MONTH)
def test_a_month_and_its_label_are_the_same(month: int) -> None:
    assert month_number(month_label(month)) == month
    assert month_of(year_of(month), month_in_year(month) + 1) == month
    assert opens_year(month) == month_label(month).endswith("-01")


@given(MONTH)
def test_the_years_of_a_run_hold_each_of_its_months_once(months: int) -> None:
    spans = [months_in(year, months) for year in years_in(months)]
    assert [month for span in spans for month in range(span.start, span.stop)] == list(range(months))
    assert all(0 < span.stop - span.start <= 12 for span in spans)


@pytest.mark.parametrize("label", ["2022-13", "2022-00", "2022-1", "22-01", "2021-12", "", "２０２２-01"])
def test_what_is_no_month_is_refused(label: str) -> None:
    with pytest.raises(ScenarioError):
        month_number(label)


def test_nobody_else_reckons_with_months_and_years() -> None:
    """Months of a year are counted by ``% 12`` and ``// 12``: these stand in the calendar alone."""
    found = []
    for path in sorted(p for folder in ("agents", "environment", "experiments") for p in (ROOT / folder).rglob("*.py")):
        if path.name == "calendar.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.FloorDiv):
                twelve = isinstance(node.right, ast.Constant) and node.right.value == 12
                if twelve or (isinstance(node.right, ast.Name) and node.right.id == "YEAR"):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []
