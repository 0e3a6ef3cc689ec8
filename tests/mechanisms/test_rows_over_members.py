"""A row over members: the share in which it holds, when it counts as shown, and where it fails."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.stats.levels import Level
from kingmaker.experiments.studies.mechanisms.mechanism_page import write_results
from kingmaker.experiments.studies.mechanisms.member_rows import member_result, shown_share
from kingmaker.experiments.studies.mechanisms.row_runs import chosen_rows
from tests.some_members import some_members

ROW = chosen_rows("S1")[0]
OVER = Replicates.of(some_members(100, spread=0.3), digest="made up")
RUNWAY = OVER.columns()["startups.runway"]


@pytest.mark.parametrize(("failing", "holds"), [(0, True), (10, True), (11, False)])
def test_a_row_is_shown_where_nine_in_ten_members_bear_it_out(failing: int, holds: bool) -> None:
    d = np.where(np.arange(100) < failing, -0.5, 1.0) * ROW.sign
    found = member_result(ROW, d, OVER, Level(0.9))
    assert found.share == pytest.approx(1.0 - failing / 100)
    assert found.holds is holds
    assert found.n == 100


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("low", [True, False])
def test_it_is_named_where_it_fails(sign: int, low: bool) -> None:
    row = replace(ROW, sign=sign)
    bound = np.quantile(RUNWAY, 0.3 if low else 0.7)
    beyond = (RUNWAY - bound) if low else (bound - RUNWAY)  # fails at the one end
    found = member_result(row, sign * beyond, OVER, Level(0.9))
    assert not found.holds
    end = "at most" if low else "at least"
    assert found.where.startswith(f"fails mostly where startups.runway is {end} ")


def test_a_row_that_fails_in_most_members_is_named_where_it_fails_too() -> None:
    bound = np.quantile(RUNWAY, 0.8)  # holds only above it
    found = member_result(ROW, ROW.sign * (RUNWAY - bound), OVER, Level(0.9))
    assert found.share == pytest.approx(0.2, abs=0.02)
    assert found.where.startswith("fails mostly where startups.runway is at most ")


def test_what_fails_by_luck_names_no_parameter_and_a_margin_counts() -> None:
    d = np.random.default_rng(1).standard_normal(100)
    assert member_result(ROW, d, OVER, Level(0.9)).where == ""
    lenient = replace(ROW, margin=10.0)
    assert member_result(lenient, d, OVER, Level(0.9)).holds


def test_a_share_is_never_rounded_up() -> None:
    assert shown_share(0.899999) == "89 %"
    assert shown_share(1.0) == "100 %"


def test_the_page_says_over_what_and_the_table_has_the_share(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    results = [member_result(ROW, np.full(100, float(ROW.sign)), OVER, Level(0.9))]
    write_results(results, [], folder, "In force: nothing.", OVER.words)
    page = (folder / "mechanisms.md").read_text(encoding="utf-8")
    assert "over luck and parameters, 100 members" in page
    assert "| 100 % |" in page
    assert (folder / "mechanisms.csv").read_text(encoding="utf-8").splitlines()[0].endswith("n,holds,share,where")
