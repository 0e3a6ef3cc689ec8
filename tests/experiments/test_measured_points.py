"""The fourteen measured points: a small study in which none comes back, and a page that says what its table holds."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.types import FloatArray
from kingmaker.experiments.studies.measured_points import point_table, points_page
from kingmaker.experiments.studies.measured_points.point_cases import CASES, better_rivals, seen_in
from kingmaker.experiments.studies.measured_points.point_numbers import NUMBERS
from kingmaker.experiments.studies.measured_points.point_table import NOW, STATES, line_of, read_lines, read_points
from kingmaker.experiments.studies.measured_points.rent_turns import rises_again, turns
from tests.invariants.test_literals import found, modules

DOCS = Path(__file__).resolve().parents[2] / "docs"
SEEDS = range(3)


@pytest.fixture(scope="module")
def values() -> dict[str, FloatArray]:
    """Every number on a few seeds."""
    cases = seen_in(SEEDS)
    return {number.id: number.of(cases) for number in NUMBERS}


def mid(values: dict[str, FloatArray], name: str) -> float:
    return float(np.nanmedian(values[name]))


@pytest.mark.slow
def test_1_the_shortage_comes_after_chatgpt(values: dict[str, FloatArray]) -> None:
    assert mid(values, "fill_2023") < min(mid(values, "fill_2022"), mid(values, "fill_2024"))
    assert mid(values, "worst_fill") < mid(values, "fill_2023")


@pytest.mark.slow
def test_2_own_work_slows_and_earns(values: dict[str, FloatArray]) -> None:
    assert mid(values, "work_slowest") < 0.2
    assert mid(values, "benefit") > 0.5
    assert mid(values, "capex_over_income") < 1.5
    assert mid(values, "belief_2030") < 0.5


@pytest.mark.slow
def test_3_new_clouds_live_of_leases_of_years(values: dict[str, FloatArray]) -> None:
    assert 24.0 <= mid(values, "lease_term") <= 72.0
    assert mid(values, "committed") > 0.6


@pytest.mark.slow
def test_4_labs_scale_with_their_users(values: dict[str, FloatArray]) -> None:
    assert mid(values, "users2_revenue") > 0.2
    assert mid(values, "users2_elasticity") > 0.4


@pytest.mark.slow
def test_5_venture_comes_in_a_wave(values: dict[str, FloatArray]) -> None:
    assert mid(values, "venture_2026") > 1.4 * mid(values, "venture_2022")
    assert mid(values, "venture_2030") < mid(values, "venture_2026")
    assert mid(values, "money3") > 0.3
    assert mid(values, "mega") > 0.2


@pytest.mark.slow
def test_6_the_price_goes_both_ways(values: dict[str, FloatArray]) -> None:
    assert mid(values, "rent_fell") < 0.75
    assert mid(values, "rent_rose") > 1.4
    assert mid(values, "rent_2030") < 0.5
    assert values["both_ways"].all()
    assert mid(values, "surge") > 1.02


@pytest.mark.slow
def test_7_no_term_sets_when_a_lab_is_let_go(values: dict[str, FloatArray]) -> None:
    for months in (24, 48, 60):  # a term that ends has what is reserved signed again, no more
        moved = np.abs(values[f"released_term{months}"] - values["released_term12"])
        assert moved.mean() < 1.5, months  # before, by as many months as the term
    assert mid(values, "released_release_half") < mid(values, "released") < mid(values, "released_release_twice")
    assert mid(values, "released_one_half") < mid(values, "released") < mid(values, "released_one_twice")
    assert mid(values, "most_hosts") >= 2.0


@pytest.mark.slow
def test_8_nobody_is_designated_in_the_baseline(values: dict[str, FloatArray]) -> None:
    assert not values["gatekeepers_2030"].any()
    assert not values["duty"].any()


@pytest.mark.slow
def test_9_rivals_and_own_chips_take_a_part(values: dict[str, FloatArray]) -> None:
    assert mid(values, "leader_mean") < 0.95
    assert mid(values, "leader_rivals2") < mid(values, "leader_2030") - 0.03
    assert mid(values, "own_2030") > 0.2


@pytest.mark.slow
def test_10_the_premium_takes_either_sign_and_the_block_is_a_lever(values: dict[str, FloatArray]) -> None:
    assert mid(values, "premium_least") < 0.0 < mid(values, "premium_most")
    assert abs(mid(values, "no_block")) > 0.01
    assert mid(values, "huawei_2027") > 0.3
    assert mid(values, "huawei_2030") > 1.0
    assert mid(values, "huawei_low") > 0.05


@pytest.mark.slow
def test_11_europe_holds_what_is_built_there(values: dict[str, FloatArray]) -> None:
    assert 0.05 < mid(values, "europe_2024") < 0.3


@pytest.mark.slow
def test_12_solvent_labs_are_hired_away(values: dict[str, FloatArray]) -> None:
    assert values["hired"].sum() > 0.0


@pytest.mark.slow
def test_13_complaints_come_with_the_shortage_and_not_at_the_start(values: dict[str, FloatArray]) -> None:
    assert mid(values, "complaints_start") < 0.5 * mid(values, "complaints_2023")
    assert mid(values, "complaints_peak") >= 12.0
    assert mid(values, "complaints_2025") > 1.0


def test_14_no_bare_number_is_left() -> None:
    assert [name for name in modules() if found(name)] == []


# --- page and table -----------------------------------------------------------------------------


def test_the_page_holds_the_numbers_of_its_table() -> None:
    lines = read_lines(DOCS / points_page.TABLE)
    assert (DOCS / points_page.PAGE).read_text(encoding="utf-8") == points_page.page(lines, read_points())
    assert [line for line in lines if line.state != NOW] == read_lines()
    assert [line.id for line in lines if line.state == NOW] == [number.id for number in NUMBERS]


def test_every_point_has_words_and_what_is_data_says_its_state() -> None:
    assert [point.point for point in read_points()] == list(range(1, 15))
    assert all(point.title and point.stated and point.changed for point in read_points())
    assert {(line.state, line.commit, line.seeds) for line in read_lines()} == {(*s, 80) for s in STATES.items()}
    assert len({number.id for number in NUMBERS}) == len(NUMBERS)


def test_a_number_that_is_not_measured_is_named(tmp_path: Path) -> None:
    with point_table.BEFORE.open(encoding="utf-8", newline="") as file:
        header, first, *_ = csv.reader(file)
    first[5] = "fill_2032"
    path = tmp_path / "before.csv"
    path.write_text("\n".join(",".join(row) for row in (header, first)), encoding="utf-8")
    with pytest.raises(KingmakerError, match=r"before.csv, line 2: point 1 has no number 'fill_2032'.*fill_202"):
        read_lines(path)


def test_a_line_leaves_out_runs_without_the_number_and_states_a_share_with_its_interval() -> None:
    by_id = {number.id: number for number in NUMBERS}
    line = line_of(by_id["inquiry"], np.array([10.0, np.nan, 30.0]), "0")
    assert (line.n, line.seeds, line.value) == (2, 3, 20.0)
    share = line_of(by_id["hired_runs"], np.array([1.0, 1.0, 0.0, 1.0]), "0")
    assert share.value == 0.75
    assert share.low == pytest.approx(0.3006, abs=1e-4)  # Wilson, 3 of 4
    assert points_page.shown(by_id["hired_runs"], share) == "75.0 (30.1 to 95.4)"
    assert points_page.shown(by_id["inquiry"], None) == points_page.NONE


def test_a_price_turns() -> None:
    price = np.array([[4.0, 4.0], [2.0, 3.9], [4.0, 3.8], [1.0, 3.7]])
    assert rises_again(price).tolist() == [1.0, 0.0]
    path = np.interp(np.arange(60), [0, 12, 24, 59], [4.0, 1.0, 2.0, 0.5])[:, np.newaxis]
    np.testing.assert_allclose(np.array(turns(path))[:, 0], [0.25, 2.0, 0.25])


def test_rivals_chips_are_better_and_others_are_as_they_are() -> None:
    from kingmaker.environment.inputs.tables import DATA, read_tables

    with better_rivals() as folder:
        chips = {row.id: row.h100e for row in read_tables(folder).chips}
    usual = {row.id: row.h100e for row in read_tables(DATA).chips}
    assert {name: chips[name] / usual[name] for name in ("mi300x", "gaudi3", "mi250x", "h100", "rubin")} == {
        "mi300x": 2.0, "gaudi3": 2.0, "mi250x": 1.0, "h100": 1.0, "rubin": 1.0,
    }  # fmt: skip
    assert not folder.exists()


def test_the_command_says_how_many_runs_it_would_take() -> None:
    assert points_page.number_of_runs(2) == 2 * len(CASES)
