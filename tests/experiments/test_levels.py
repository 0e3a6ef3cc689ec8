"""The level of intervals and the bands of runs: their arithmetic, their words, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.figures.sweep_figures import draw_sweep
from kingmaker.experiments.paper.paper_run import read_tables, render
from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.stats.bands import by_year, meanings, quantiles
from kingmaker.experiments.stats.intervals import half_width
from kingmaker.experiments.stats.levels import (
    COVERAGE,
    CRITERION,
    HALF,
    LEVEL,
    PATHS,
    SPREAD,
    WIDE,
    Band,
    Level,
    bands_at,
    level_asked,
    level_record,
    level_told,
    read_level,
)
from kingmaker.experiments.stats.multiple_tests import holm, interval
from kingmaker.experiments.stats.paired import paired
from kingmaker.experiments.studies.compare.question import ask
from kingmaker.experiments.studies.event_study import run_study as run_events
from kingmaker.experiments.studies.mechanisms.row_runs import run_rows
from kingmaker.experiments.studies.mechanisms.rows import ROWS
from kingmaker.experiments.studies.validation.validation_report import validate

PAPER = Path(__file__).resolve().parents[2] / "docs" / "paper"
SHARES = st.floats(0.5, 0.999)
THOUSANDTHS = st.integers(500, 999).map(lambda n: n / 1000)


@given(SHARES, SHARES, st.integers(2, 200), st.floats(0.01, 100.0))
def test_half_widths_grow_with_the_level_and_are_students(one: float, other: float, n: int, spread: float) -> None:
    low, high = sorted((one, other))
    assert half_width(spread, n, Level(low)) <= half_width(spread, n, Level(high))
    wanted = stats.t.interval(high, n - 1, 0.0, spread / np.sqrt(n))[1]
    assert half_width(spread, n, Level(high)) == pytest.approx(wanted, rel=1e-9)


@given(SHARES)
def test_words_agree_with_the_number(share: float) -> None:
    level = Level(share)
    number, _, rest = level.words.partition(" % ")
    assert Decimal(number) == 100 * Decimal(repr(share))
    assert rest == "interval"
    assert level.words_in("fr") == f"intervalle à {number.replace('.', ',')} %"
    assert level.tied.replace("\u00a0", " ") == level.words
    assert " %" not in level.tied
    assert level.alpha == pytest.approx(1.0 - share, abs=1e-12)


@given(THOUSANDTHS)
def test_quantiles_of_a_band_are_exact_and_named_alike(share: float) -> None:
    band = Band(Level(share))
    low, high = band.ends
    outside = (1 - Decimal(repr(share))) / 2
    assert (low, high) == (float(outside), float(1 - outside))
    names = [Decimal(f"0.{name.removeprefix('p')}") for name in band.names]
    assert names == [outside, 1 - outside]
    assert band.columns[0] == f"low_{band.level.per_cent.replace('.', '_')}"
    told = [Decimal(each.removesuffix(" %")) for each in band.ends_in().split(" to ")]
    assert told == [100 * outside, 100 * (1 - outside)]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), THOUSANDTHS, THOUSANDTHS)
def test_bands_hold_each_other(values: list[float], one: float, other: float) -> None:
    narrow, wide = (Band(Level(share)).of(np.array(values)) for share in sorted((one, other)))
    assert wide[0] <= narrow[0] <= narrow[1] == wide[1] <= narrow[2] <= wide[2]


def test_what_is_usual_says_what_it_always_said() -> None:
    assert (LEVEL.words, LEVEL.tied, LEVEL.alpha) == ("95 % interval", "95\u00a0% interval", 0.05)
    assert (WIDE.ends, WIDE.columns, WIDE.names) == ((0.05, 0.95), ("low_90", "high_90"), ("p05", "p95"))
    assert (WIDE.words, WIDE.in_ten, WIDE.quantiles_told) == (
        "middle 90 %",
        "nine runs in ten",
        "5 % and 95 % quantiles",
    )
    assert (HALF.ends, HALF.columns, HALF.told) == ((0.25, 0.75), ("low_50", "high_50"), "middle half")
    assert (SPREAD.ends, SPREAD.dashed_in(), SPREAD.ends_in("fr")) == ((0.1, 0.9), "10–90 %", "10 % à 90 %")
    assert (PATHS, COVERAGE, CRITERION) == (WIDE, WIDE, LEVEL)
    assert list(quantiles(np.zeros((2, 5)))) == ["median", "low_50", "high_50", "low_90", "high_90"]
    assert Band(Level(0.975)).in_ten == "97.5 % of the runs"
    assert Band(Level(0.975)).names == ("p0125", "p9875")
    assert Band(Level(0.975)).ends_in("fr") == "1,25 % à 98,75 %"


@given(st.one_of(SHARES, SHARES.map(str), SHARES.map(np.float64), SHARES.map(Decimal), SHARES.map(Level)))
def test_a_level_is_read_from_text_and_number(value: object) -> None:
    read = read_level(value)
    assert read == read_level(read)
    assert Band(read).level.share == read.share


@pytest.mark.parametrize(
    "value", [0.4999, 1, 0.9991, -0.9, float("nan"), float("inf"), True, None, [0.9], "x", 10**400]
)
def test_another_is_refused_with_place_value_and_what_is_allowed(value: object) -> None:
    with pytest.raises(KingmakerError, match=r"^level is .*; allowed is a number from 0\.5 to 0\.999, such as 0\.9\.$"):
        read_level(value, "level")


@pytest.mark.parametrize("share", [0.4, 1.0, float("nan")])
def test_no_level_can_be_made_that_is_none(share: float) -> None:
    with pytest.raises(KingmakerError, match="allowed is"):
        Level(share)


def test_the_middle_half_is_stated_once() -> None:
    assert bands_at(Level(0.5)) == (HALF,)
    assert list(quantiles(np.zeros((1, 3)), Level(0.5))) == ["median", "low_50", "high_50"]


@given(THOUSANDTHS)
def test_table_and_dictionary_of_an_ensemble_have_the_same_columns(share: float) -> None:
    table = by_year(np.zeros((0, 12, 3)), {}, Level(share))
    assert list(table.columns) == list(meanings(Level(share)))


@given(THOUSANDTHS)
def test_another_level_is_another_question_and_the_usual_one_is_not(share: float) -> None:
    asked = [Asked("x", "words" + level_asked(each), {"n": 1} | level_record(each)) for each in (LEVEL, Level(share))]
    same = share == LEVEL.share
    assert (asked[0].digest == asked[1].digest) is same
    assert asked[0].digest == Asked("x", "", {"n": 1}).digest
    assert (asked[0].words == asked[1].words) is same
    assert bool(level_told(Level(share))) is not same


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20), THOUSANDTHS, THOUSANDTHS)
def test_what_stands_at_a_level_stands_at_lower_ones(p: list[float], one: float, other: float) -> None:
    low, high = sorted((one, other))
    at_high, at_low = holm(np.array(p), Level(high)), holm(np.array(p), Level(low))
    assert (at_low | ~at_high).all()


def test_the_level_reaches_intervals_pairs_and_numbers_of_pairs() -> None:
    a, b = np.zeros((1, 9)), np.linspace(0.5, 2.0, 9)[np.newaxis]
    low, high = stats.t.interval(0.8, 8, b.mean(), stats.sem(b[0]))
    found, usual = paired(a, b, Level(0.8)), paired(a, b)
    assert (found.low[0], found.high[0]) == pytest.approx((low, high))
    assert (interval(b[0], Level(0.8)).low, interval(b[0], Level(0.8)).high) == pytest.approx((low, high))
    assert found.p_value[0] == usual.p_value[0]
    assert found.n_needed[0] <= usual.n_needed[0]


def test_the_paper_states_another_level_throughout_but_not_the_coverage_of_its_validation() -> None:
    tables = read_tables(PAPER)
    usual, asked = render(tables), render(tables, Level(0.8))
    assert usual.count("95 % interval") == asked.count("80 % interval") == 4
    assert "95 % interval" not in asked
    assert "90 % intervals hold" in asked


def test_from_python_a_level_is_a_number_checked_before_anything_runs() -> None:
    assert ask("baseline", "data_act", level=0.9).level == Level(0.9)
    wrong: list[Callable[[], object]] = [
        lambda: ask("baseline", "data_act", level=2.0),
        lambda: run_events(4, level=2.0),
        lambda: next(run_rows(ROWS[:1], 2, level=2.0)),
        lambda: validate(3, {}, None, level=2.0),
        lambda: draw_sweep(Path("nowhere"), Path("nowhere"), level=2.0),
    ]
    for call in wrong:
        with pytest.raises(KingmakerError, match=r"^level is 2\.0; allowed is a number from 0\.5 to 0\.999"):
            call()
