"""What results draw: objects that can be changed, with a title, units, n and the kind of interval."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import kingmaker as km
from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.figures.money_ribbons_figure import draw_ribbons
from kingmaker.experiments.notebook.panels import FACTS
from kingmaker.experiments.notebook.run_pictures import PICTURES
from kingmaker.experiments.posterior.lines import read_lines
from tests.experiments.notebook.conftest import DUTY


@pytest.fixture(autouse=True)
def _close() -> object:
    yield
    plt.close("all")


def written(axes: Axes) -> str:
    texts = [axes.get_title(loc="left"), axes.get_ylabel(), *(text.get_text() for text in axes.texts)]
    return " ".join(" ".join(texts).split())


def test_an_ensemble_says_n_seeds_and_bands(ensemble: km.RunResult) -> None:
    text = written(ensemble.plot("rent_market_usd_per_hour"))
    for told in ("Market rent", "$/H100e-hour", "n = 4 runs", "seeds 1–4", "middle half", "middle 90 %", "luck"):
        assert told in text
    assert "startups.number = 30" in text


def test_a_single_run_shows_no_band(single: km.RunResult) -> None:
    axes = single.plot("hhi_cloud")
    assert not axes.collections
    assert "n = 1 run" in written(axes)
    assert "band" not in written(axes)


def test_a_level_is_told(ensemble: km.RunResult) -> None:
    other = km.RunResult(ensemble.measures, ensemble.values, ensemble.settings, ensemble.seeds, level=0.8)
    assert "middle 80 %" in written(other.plot("hhi_cloud"))


def test_scenarios_are_named_at_their_lines(stacked: km.RunResult) -> None:
    axes = stacked.plot("switching_rate")
    axes.figure.canvas.draw()
    labels = {text.get_text(): text for text in axes.texts if DUTY in text.get_text()}
    assert set(labels) == set(stacked.groups)
    boxes = [text.get_window_extent() for text in labels.values()]
    assert not boxes[0].overlaps(boxes[1])
    page = axes.figure.bbox
    for box in boxes:
        assert page.x0 <= box.x0
        assert box.x1 <= page.x1
    lines = {line.get_label(): line.get_color() for line in axes.lines}
    assert all(lines[name] == text.get_color() for name, text in labels.items())


def test_nothing_is_cut_off_at_the_top(compared: km.ComparisonResult) -> None:
    for kind in ("difference", "sides"):
        axes = compared.plot("multihoming_share", kind=kind)
        axes.figure.canvas.draw()
        top = axes._left_title.get_window_extent()
        assert top.y1 <= axes.figure.bbox.y1
        assert top.x1 <= axes.figure.bbox.x1 + 1


def test_a_difference_says_what_it_is(compared: km.ComparisonResult) -> None:
    text = written(compared.plot("multihoming_share"))
    for told in ("Multi-homing", "B less A", "n = 3 pairs", "95 % interval", "Student's t", f"{DUTY} = 1"):
        assert told in text


def test_axes_of_ones_own_are_drawn_on_and_can_be_changed(ensemble: km.RunResult) -> None:
    figure, (left, right) = plt.subplots(1, 2)
    before = left.get_position().bounds
    assert ensemble.plot("hhi_cloud", ax=left) is left
    assert ensemble.plot("lead_time_weeks", ax=right) is right
    assert left.get_position().bounds == before
    left.set_title("mine", loc="left")
    assert left.get_title(loc="left") == "mine"
    assert len(figure.axes) == 2


def test_the_style_of_the_caller_is_left_alone(ensemble: km.RunResult) -> None:
    before = dict(plt.rcParams)
    ensemble.plot("hhi_cloud")
    ensemble.plot()
    assert dict(plt.rcParams) == before


@pytest.mark.parametrize("name", PICTURES)
def test_a_single_run_draws_every_picture(single: km.RunResult, name: str) -> None:
    figure = single.plot(name)
    assert isinstance(figure, Figure)
    assert "n = 1 run" in figure.caption  # type: ignore[attr-defined]


def test_the_network_of_a_month(single: km.RunResult) -> None:
    assert "2022-12" in single.plot("network", month=12).caption
    with pytest.raises(KingmakerError, match="month is for network, hosting, flows"):
        single.plot("money", month=12)
    with pytest.raises(KingmakerError, match="month"):
        single.plot("network", month=99)


def test_no_row_of_the_networks_legend_is_cut_or_covers_another(single: km.RunResult) -> None:
    figure = single.plot("network", month=12)
    figure.canvas.draw()
    boxes = [legend.get_window_extent() for legend in figure.legends]
    boxes += [text.get_window_extent() for text in figure.texts]
    page = figure.bbox
    for k, box in enumerate(boxes):
        assert page.x0 <= box.x0
        assert box.x1 <= page.x1
        assert not any(box.overlaps(other) for other in boxes[k + 1 :])


def test_ribbons_are_as_wide_as_what_was_paid() -> None:
    year = [{("rent", "startups", "clouds"): 3000.0, ("chips", "clouds", "chipmakers"): 1000.0,
             ("dividends", "clouds", "rest of the economy"): 9e9, ("costs", "clouds", "rest of the economy"): 5000.0,
             ("cloud_revenue", "rest of the economy", "clouds"): 4000.0}]  # fmt: skip
    figure = draw_ribbons(year, "a month", "")
    written = [text.get_text() for text in figure.axes[0].texts]
    assert {"start-ups 3.0", "clouds 2.0", "clouds 3.0", "chipmakers 1.0", "rest of the economy 1.0"} <= set(written)
    assert "No payments" in draw_ribbons([], "a month", "").caption


def test_money_flows_of_a_month_before_the_first_are_refused(single: km.RunResult) -> None:
    assert "2022-01 to 2022-06" in single.plot("flows", month=6).caption
    with pytest.raises(KingmakerError, match="plot: month is 0; allowed is a whole number from 1 to 14"):
        single.plot("flows", month=0)


def test_a_fan_is_drawn_beside_the_facts_of_its_months(ensemble: km.RunResult, drawn: km.RunResult) -> None:
    figure = ensemble.plot("facts")
    dots = [line for axes in figure.axes for line in axes.lines if line.get_marker() == "o"]
    wanted = [line for line in read_lines() if line.last < 5 and line.series in {name for name, _ in FACTS.values()}]
    assert len(dots) == len(wanted) > 0
    assert {line.get_markerfacecolor() == "white" for line in dots} == {line.kept_out for line in wanted}
    assert "over luck and parameters" in drawn.plot("facts").caption
    assert "over luck and parameters" in drawn.plot("scarcity").caption


def test_prior_beside_posterior() -> None:
    found = km.posterior()
    axes = found.plot("startups.runway")
    assert "n = 512 members" in written(axes) or f"n = {len(found)} members" in written(axes)
    assert {"prior", "posterior"} <= {text.get_text() for text in axes.texts}
    assert isinstance(found.plot(), Figure)
    assert isinstance(found.plot("shrinkage"), Figure)
    with pytest.raises(KingmakerError, match=r"Did you mean 'startups\.runway'"):
        found.plot("startups.runwy")


def test_what_a_result_does_not_hold_is_said(ensemble: km.RunResult, stacked: km.RunResult) -> None:
    with pytest.raises(KingmakerError, match="measures only"):
        ensemble.plot("network")
    with pytest.raises(KingmakerError, match="a stack of 6 worlds"):
        stacked.plot("money")
    with pytest.raises(KingmakerError, match="shows one scenario"):
        stacked.plot()
    with pytest.raises(KingmakerError, match="Did you mean 'network'"):
        ensemble.plot("networc")
    assert isinstance(ensemble.plot("income"), Figure)
    assert isinstance(ensemble.plot(), Figure)


def test_a_grid_of_two_is_a_heatmap_with_its_interaction(swept: km.SweepResult) -> None:
    figure = swept.plot("hhi_cloud")
    titles = " ".join(text.get_text() for axes in figure.axes for text in (axes.title, axes._left_title))  # type: ignore[attr-defined]
    assert "Concentration, AI compute" in titles
    assert len(figure.axes) >= 2
    assert len(list(swept.figures())) >= 1
