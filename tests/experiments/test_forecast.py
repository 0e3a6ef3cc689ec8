"""The forecast contest: naive forecasters against their formulas, what is known at an origin, and the tables."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from kingmaker.agents.calendar import month_number
from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.studies.forecast import contest, contest_page, naive
from kingmaker.experiments.studies.forecast.contest import Forecast, known_lines
from kingmaker.experiments.studies.forecast.contest_data import LAST, ORIGINS, observed_series, read_origins, times
from kingmaker.experiments.studies.forecast.naive import FORECASTERS, Past

AHEAD = np.array([2.25, 2.5, 3.0])


def straight(slope: float = 0.8, number: int = 9) -> Past:
    when = np.arange(number) / 4.0
    return Past(when, 1.0 + slope * when)


def test_forecasters_go_on_along_a_straight_line_and_the_random_walk_stays() -> None:
    past = straight()
    line = 1.0 + 0.8 * AHEAD
    for name in ("drift", "last year's growth", "log-linear trend"):
        assert np.allclose(FORECASTERS[name](past, AHEAD), line), name
    assert np.allclose(naive.random_walk(past, AHEAD), past.values[-1])
    damped = naive.damped_trend(past, AHEAD)
    assert (damped > past.values[-1]).all()
    assert (damped <= line + 1e-3).all()


def test_last_years_growth_is_that_of_the_last_year_alone() -> None:
    when = np.arange(9) / 4.0
    past = Past(when, np.where(when < 1.0, 0.0, when - 1.0))
    assert np.allclose(naive.last_years_growth(past, AHEAD), AHEAD - 1.0)
    assert (naive.drift(past, AHEAD) < AHEAD - 1.0).all()


@pytest.mark.parametrize("name", sorted(FORECASTERS))
@pytest.mark.parametrize("number", [1, 2, 3, 5, 6, 12])
def test_every_forecaster_takes_a_past_of_any_length(name: str, number: int) -> None:
    past = straight(number=number)
    found = FORECASTERS[name](past, AHEAD)
    assert np.isfinite(found).all()
    assert found.shape == AHEAD.shape
    if number == 1:
        assert np.allclose(found, past.values[-1])


def test_a_short_past_is_damped_towards_a_ceiling() -> None:
    past = Past(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    near, far = naive.damped_trend(past, np.array([2.0, 50.0]))
    assert near < far < 1.0 + 1.0 / (-np.log(naive.DAMPED) * naive.QUARTERS) + 1e-9


def test_spreads_grow_with_the_root_of_the_horizon_and_lean_on_all_series() -> None:
    calm, usual = straight(), 0.09
    found = naive.spread(calm, calm.times[-1] + np.array([1.0, 4.0]), usual)
    assert found[1] == pytest.approx(2.0 * found[0])
    assert found[0] < 0.3
    assert naive.spread(straight(number=1), np.array([1.0]), usual)[0] == pytest.approx(0.3)
    assert naive.usual_noise([straight(number=2)]) == naive.USUAL_NOISE**2


def test_nothing_of_after_the_origin_is_known_and_nothing_after_2024_is_scored() -> None:
    series = observed_series()
    assert len(series) >= 25
    for text in ORIGINS:
        origin = month_number(text)
        assert max(line.last for line in known_lines(series, origin)) <= origin
        for each in series:
            assert all(line.last <= origin for line in each.known(origin))
            assert all(origin < line.first and line.last <= LAST for line in each.ahead(origin))
            assert (np.diff(times(each.lines)) > 0.0).all()


def test_the_latest_fact_of_a_series_has_a_small_error() -> None:
    series = observed_series()
    origin = month_number("2023-12")
    lines = {(line.series, line.last): line for line in known_lines(series, origin)}
    latest = next(each for each in series if each.name == "leader_compute_delivered_h100e").known(origin)[-1]
    assert lines[latest.series, latest.last].error <= 0.05
    assert lines[latest.series, latest.last].bias == 0.0


@pytest.mark.parametrize("text", ["2021-12", "2024-12", "2022-03", "soon", "2023-13", ""])
def test_an_origin_without_a_past_or_a_future_is_refused(text: str) -> None:
    with pytest.raises(KingmakerError, match=r"--origin is .*; allowed is a month from 2022-06 to 2024-11"):
        read_origins([text])


def test_origins_are_put_in_order_each_once() -> None:
    assert read_origins(["2023-12", "2023-06", "2023-12"]) == ("2023-06", "2023-12")
    assert read_origins(None) == read_origins([]) == ORIGINS


def forecasts() -> list[Forecast]:
    one = Forecast("2022-12", "a", "labs", "2023-01", 1, "", 0.0, 0.0, 0.0)
    scores = {name: 0.1 * (k + 1) for k, name in enumerate(contest_page.ALL)}
    found = [dataclasses.replace(one, forecaster=name, crps=score, median=score) for name, score in scores.items()]
    worse = {name: 1.0 if name == contest.MODEL else 0.5 for name in contest_page.ALL}
    return found + [
        dataclasses.replace(one, series="b", months=14, forecaster=name, crps=score) for name, score in worse.items()
    ]


def test_each_series_counts_alike_and_losses_stand_in_the_page() -> None:
    found = forecasts()
    assert contest_page.mean_score(found, contest.MODEL) == pytest.approx(0.55)
    assert contest_page.wins(found, contest.MODEL, "random walk") == (1, 2)
    text = contest_page.page(found, "words", "kingmaker forecast")
    assert "kingmaker scores better than the random walk in 1 of 2 series" in text
    assert "| to 6 months | 1 | **0.100** |" in text
    assert "| 13 to 18 | 1 | 1.000 |" in text


RENT = "rent_market_usd_per_hour"


def test_a_fan_has_each_fact_once_and_the_middle_of_each_origin() -> None:
    from matplotlib.collections import LineCollection

    from kingmaker.experiments.notebook.forecast_fans import draw_fans

    known = {"observed": np.log(3.0), "median": np.log(2.0), "low_90": np.log(1.0), "high_90": np.log(4.0)}
    rows = [
        {"origin": origin, "series": RENT, "period": month, "months": k, "forecaster": "kingmaker", **known}
        for origin, months in (("2022-12", ("2023-01", "2023-02")), ("2023-06", ("2023-07",)))
        for k, month in enumerate(months, 1)
    ]
    figure = draw_fans(pd.DataFrame(rows), {RENT: "Rent"}, "kingmaker", "footer")
    (axes,) = figure.axes
    drawn = {line.get_label(): line for line in axes.lines}
    assert np.allclose(drawn["facts"].get_ydata(), 3.0)
    assert list(drawn["facts"].get_xdata()) == [12, 13, 18]
    assert np.allclose(drawn["from 2022-12"].get_ydata(), 2.0)
    bars = [bar for bar in axes.collections if isinstance(bar, LineCollection)]
    assert np.allclose([segment[:, 1] for bar in bars for segment in bar.get_segments()], [1.0, 4.0])


def test_errors_and_horizons_of_a_forecast() -> None:
    (first, *_) = forecasts()
    assert dataclasses.replace(first, median=0.4, observed=1.0).error == pytest.approx(0.6)
    assert [dataclasses.replace(first, months=m).horizon for m in (1, 6, 7, 18, 24)] == [
        "to 6 months", "to 6 months", "7 to 12", "13 to 18", "19 to 24",
    ]  # fmt: skip
