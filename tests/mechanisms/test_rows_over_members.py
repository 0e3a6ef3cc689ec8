"""A row over members: the share in which it holds, when it counts as shown, and the regime in which it holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.results.outputs import at_work, unfinished
from kingmaker.experiments.stats.levels import Level
from kingmaker.experiments.stats.regimes import regime
from kingmaker.experiments.studies.mechanisms import row_jobs
from kingmaker.experiments.studies.mechanisms.mechanism_page import write_results
from kingmaker.experiments.studies.mechanisms.member_rows import UNTOLD, member_result, shown_share
from kingmaker.experiments.studies.mechanisms.row_result import Result
from kingmaker.experiments.studies.mechanisms.row_runs import Seen, chosen_rows
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


def test_three_of_thirty_members_may_fail() -> None:
    """Their weights sum to a little less than nine tenths."""
    thirty = Replicates.of(some_members(30, spread=0.3), digest="made up")
    for failing, holds in ((3, True), (4, False)):
        d = np.where(np.arange(30) < failing, -0.5, 1.0) * ROW.sign
        assert member_result(ROW, d, thirty, Level(0.9)).holds is holds


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("low", [True, False])
def test_the_regime_is_named_in_which_it_holds(sign: int, low: bool) -> None:
    row = replace(ROW, sign=sign)
    bound = np.quantile(RUNWAY, 0.3 if low else 0.7)
    beyond = (RUNWAY - bound) if low else (bound - RUNWAY)  # fails at the one end
    found = member_result(row, sign * beyond, OVER, Level(0.9))
    assert not found.holds
    side = "at least" if low else "below"
    assert found.regime.startswith(f"holds where startups.runway is {side} {bound:.2g}"[:-1])
    assert found.regime.endswith("(in 70 of 70 members; elsewhere in 0 of 30)")


def test_a_regime_may_be_a_state_of_the_world() -> None:
    wait = np.random.default_rng(3).permutation(100).astype(float)
    found = member_result(ROW, ROW.sign * (wait - 79.5), OVER, Level(0.9), {"lead_time_weeks": wait})
    assert found.share == pytest.approx(0.2)
    assert found.regime == "holds where lead_time_weeks is at least 79.5 (in 20 of 20 members; elsewhere in 0 of 80)"


def test_what_fails_by_luck_names_no_regime_and_a_margin_counts() -> None:
    alarms = 0
    for seed in range(10):  # of many splits the best is always good: it is chance that makes it
        draws = np.random.default_rng(seed)
        noise = {f"m{k}": draws.standard_normal(30) for k in range(60)}
        alarms += regime(draws.random(30) < 0.7, noise) is not None
    assert alarms <= 2
    d = np.random.default_rng(1).standard_normal(100)
    assert member_result(ROW, d, OVER, Level(0.9)).regime == UNTOLD
    lenient = replace(ROW, margin=10.0)
    assert member_result(lenient, d, OVER, Level(0.9)).holds


def test_too_few_on_a_side_and_what_does_not_vary_make_no_regime() -> None:
    x = np.arange(30.0)
    assert regime(x >= 2.0, {"x": x}) is None
    assert regime(x >= 10.0, {"same": np.ones(30), "odd": np.where(x == 3.0, np.nan, x)}) is None
    found = regime(x >= 10.0, {"same": np.ones(30), "x": x})
    assert found is not None
    assert (found.there, found.held_there, found.elsewhere, found.held_elsewhere) == (20, 20, 10, 0)


def test_stacks_are_kept_and_a_damaged_one_is_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []

    def made_up(rows: Any, seeds: Any, *, mutated: bool, over: Any) -> dict[str, Seen]:
        ran.append(tuple(row.id for row in rows))
        return {row.id: Seen(row.sign * np.arange(1.0, 101.0), {"hhi_cloud": np.ones(100)}) for row in rows}

    monkeypatch.setattr(row_jobs, "run_stack", made_up)
    rows = chosen_rows("S1,S3,S9")
    kept = unfinished(tmp_path)

    def results() -> list[Result]:
        return list(row_jobs.kept_rows(rows, None, Level(0.9), OVER, kept, 1, mutated=False))

    with at_work(tmp_path, tmp_path):  # a command that is stopped leaves its folder, and takes away what is of no use
        first = results()
    assert [found.row.id for found in first] == [row.id for row in rows]
    number = len(ran)
    assert results() == first
    assert len(ran) == number  # nothing is run twice
    part = sorted(kept.iterdir())[0]
    part.write_bytes(part.read_bytes()[:100])
    assert results() == first
    assert len(ran) == number + 1


def test_a_share_is_never_rounded_up() -> None:
    assert shown_share(0.899999) == "89 %"
    assert shown_share(1.0) == "100 %"


def test_the_page_says_over_what_and_the_table_has_the_share(tmp_path: Path) -> None:
    folder = tmp_path
    results = [member_result(ROW, np.full(100, float(ROW.sign)), OVER, Level(0.9))]
    write_results(results, [], folder, "In force: nothing.", OVER.words)
    page = (folder / "mechanisms.md").read_text(encoding="utf-8")
    assert "over luck and parameters, 100 members" in page
    assert "| 100 % |" in page
    assert "1 of 1 rows are shown; 0 hold in a regime that is named" in page
    assert (folder / "mechanisms.csv").read_text(encoding="utf-8").splitlines()[0].endswith("n,holds,share,regime")
