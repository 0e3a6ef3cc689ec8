from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from fake_model import FakeEconomy
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.scenario import Event, Scenario
from kingmaker.experiments.figures import draw_all
from kingmaker.experiments.figures.dashboard import PANELS, draw_dashboard
from kingmaker.experiments.figures.facts_figure import draw_validation
from kingmaker.experiments.figures.fans import draw_fans
from kingmaker.experiments.figures.hosting import draw_hosting
from kingmaker.experiments.figures.money_flows import draw_money
from kingmaker.experiments.figures.network_figure import draw_network
from kingmaker.experiments.figures.plot_grid import PAGE_HEIGHT
from kingmaker.experiments.figures.style import log_axis, scaled_unit, short, styled, text_width, wrapped
from tests.figure_checks import problems

EVENTS = tuple(
    Event(month, f"an event of month {month}", {"policy.interoperability": 0.5}) for month in (3, 4, 5, 40, 99)
)


def boxes(figure: Figure) -> list[tuple[float, float, float, float]]:
    """Extents of all texts of a figure."""
    FigureCanvasAgg(figure).draw()
    texts = [text for axes in figure.axes for text in axes.texts if text.get_text()]
    return [tuple(text.get_window_extent().extents) for text in texts]  # type: ignore[misc]


@pytest.fixture
def model() -> FakeEconomy:
    made = FakeEconomy(Scenario("baseline", events=EVENTS), rng=1, months=60)
    made.run()
    return made


def test_no_text_is_too_small_to_print(model: FakeEconomy) -> None:
    with styled():
        for figure in (
            draw_dashboard(model.measures.to_frame(), EVENTS, ""),
            draw_network(model.partnerships.graph(), "2026-12", ""),
            draw_hosting(model.partnerships.graph(), "2026-12", ""),
            draw_money(model.ledger.matrix(), "2026-12", ""),
        ):
            FigureCanvasAgg(figure).draw()
            assert min(text.get_fontsize() for text in figure.findobj(lambda a: hasattr(a, "get_fontsize"))) >= 8


def test_names_of_events_and_actors_do_not_collide(model: FakeEconomy) -> None:
    with styled():
        for figure in (
            draw_dashboard(model.measures.to_frame(), EVENTS, ""),
            draw_network(model.partnerships.graph(), "2026-12", ""),
        ):
            found = boxes(figure)
            assert found or figure.axes
            for i, a in enumerate(found):
                for b in found[i + 1 :]:
                    apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] + 1 or b[3] <= a[1] + 1
                    assert apart, (a, b)


def test_every_axis_of_the_dashboard_has_a_unit(model: FakeEconomy) -> None:
    with styled():
        figure = draw_dashboard(model.measures.to_frame(), (), "")
    assert len(figure.axes) == len(PANELS)
    assert all(axes.get_ylabel() and axes.get_title(loc="left") for axes in figure.axes)


@pytest.mark.parametrize("rules", [0, 1, 8])
def test_figures_of_a_run_can_be_read(model: FakeEconomy, rules: int) -> None:
    told = "; ".join(f"duty on chips of kind {k}, 0.{k} from 2024-01, 0 from 2026-02" for k in range(rules))
    footer = f"Kingmaker 0 · baseline · seed 1 · n = 1 run\nIn force: {told or 'nothing'}"
    facts = [
        SimpleNamespace(series="lead_time_weeks", period_start=3, period_end=5, value=40.0, low=30.0, high=50.0,
                        unit="weeks", use=use)
        for use in ("calibration", "validation", "input", "display")
    ]  # fmt: skip
    long = Event(20, "an event whose name is so long that it takes more than one line of its column at the foot", {})
    with styled():
        for figure in (
            draw_dashboard(model.measures.to_frame(), (*EVENTS, long), footer),
            draw_money(model.ledger.matrix(), "2026-12", footer),
            draw_validation(model.measures.to_frame(), facts, footer),
        ):
            assert problems(figure) == []


def panel_of(figure: Figure, title: str) -> Axes:
    return next(axes for axes in figure.axes if axes.get_title(loc="left") == title)


def test_counts_have_whole_ticks_and_money_a_unit_of_its_size(model: FakeEconomy) -> None:
    frame = model.measures.to_frame()
    for name in ("inquiries_open", "gatekeepers", "startups_failed"):
        frame[name] = [float(k % 3) for k in range(len(frame))]
    frame["remedies_active"] = 0.0
    frame["parallel_fees_musd"], frame["switching_fees_musd"] = 1.8, 0.2
    frame["leader_revenue_musd"] = 60_000.0
    with styled():
        figure = draw_dashboard(frame, EVENTS, "")
    for title in ("Inquiries under way", "Gatekeepers designated", "Remedies in force", "Start-ups a month"):
        ticks = [tick for tick in panel_of(figure, title).get_yticks() if tick >= 0]
        assert all(float(tick).is_integer() for tick in ticks), (title, ticks)
    assert panel_of(figure, "Remedies in force").get_ylim()[1] >= 1.0
    fees = panel_of(figure, "Fees that clouds charge")
    assert fees.get_ylabel() == "M$/month"
    assert max(fees.lines[0].get_ydata()) == 1.8
    assert panel_of(figure, "Leading chipmaker's revenue").get_ylabel() == "G$/month"


@pytest.mark.parametrize(
    ("largest", "unit", "factor"),
    [(2e6, "T$/month", 1e-6), (60e3, "G$/month", 1e-3), (1.8, "M$/month", 1.0), (0.002, "k$/month", 1e3),
     (0.0, "G$/month", 1e-3), (float("nan"), "G$/month", 1e-3)],
)  # fmt: skip
def test_the_unit_of_money_follows_its_size(largest: float, unit: str, factor: float) -> None:
    assert scaled_unit(MEASURES["capex_musd"], largest) == (factor, unit)


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ((8.0, 70.0), ["10", "20", "50"]),
        ((0.5, 20_000.0), ["1", "10", "100", "1000", "10,000"]),
        ((6_000.0, 60_000.0), ["10,000", "20,000", "50,000"]),
    ],
)
@pytest.mark.parametrize("which", ["x", "y"])
def test_a_logarithmic_axis_has_few_plain_numbers(
    which: Literal["x", "y"], ends: tuple[float, float], told: list[str]
) -> None:
    axes = Figure().add_subplot()
    axes.plot(ends, ends)
    log_axis(axes, which)
    (axes.set_xlim if which == "x" else axes.set_ylim)(ends)
    axis = axes.xaxis if which == "x" else axes.yaxis
    ticks = [tick for tick in axis.get_major_locator()() if ends[0] <= tick <= ends[1]]
    assert [axis.get_major_formatter()(tick) for tick in ticks] == told
    assert list(axis.get_minorticklocs()) == []


def test_events_are_numbered_where_their_lines_stand(model: FakeEconomy) -> None:
    with styled():
        figure = draw_dashboard(model.measures.to_frame(), EVENTS, "")
    shown = [event for event in EVENTS if event.month < 60]
    for axes in figure.axes:
        assert [text.get_text() for text in axes.texts] == ["1–3", "4"]
        assert axes.texts[1].get_position()[0] == 40
    said = [text.get_text() for text in figure.texts]
    for number, event in enumerate(shown, start=1):
        assert any(text.startswith(f"{number}  ") and text.endswith(event.why) for text in said)
    assert not any("month 99" in text for text in said)


def test_fan_charts_number_and_name_the_same_events(model: FakeEconomy) -> None:
    frame = model.measures.to_frame()
    values = {m: np.tile(frame[[name]].to_numpy(float), 3) for name, m in MEASURES.items() if name in frame}
    with styled():
        drawn = list(draw_fans(values, EVENTS, "seeds 1–3", "Kingmaker 0\nIn force: nothing."))
        bare = next(draw_fans(values, (), "seeds 1–3", "Kingmaker 0"))
        for figure in drawn:
            assert problems(figure) == []
            assert figure.get_figheight() <= PAGE_HEIGHT + 0.1
            assert all([text.get_text() for text in axes.texts] == ["1–3", "4"] for axes in figure.axes)
            said = [text.get_text() for text in figure.texts]
            assert "4  2025-05  an event of month 40" in said
            assert not any("month 99" in text for text in said)
    assert not any(axes.texts for axes in bare.axes)


def crowded(labs: int) -> nx.MultiDiGraph[str]:
    """A network with the longest names that there are, each lab tied to a cloud and a fund."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for cloud in ("Other western buyers", "Google Cloud and DeepMind", "Other Chinese buyers"):
        graph.add_node(cloud, kind="cloud", name=cloud, named=True, compute_h100e=1e6)
    for fund in ("Rest of the world venture capital", "European venture capital", "Sovereign funds"):
        graph.add_node(fund, kind="investor", name=fund, named=True)
    clouds, funds = list(graph)[:3], list(graph)[3:]
    for k in range(labs):
        name = f"startup founder #{40 + k} × 5000"
        graph.add_node(name, kind="startup", name=name, compute_h100e=1e5 + k)
        graph.add_edge(clouds[k % 3], name, kind="cloud_contract", share=1.0, subtype="exclusive")
        graph.add_edge(funds[k % 3], name, kind="equity", share=0.2)
    return graph


@pytest.mark.parametrize("labs", [1, 3, 15])
def test_names_in_the_network_and_in_hosting_touch_nothing(labs: int) -> None:
    footer = "Kingmaker 0 · a scenario of a long name with startups.number = 30 · seed 1 · n = 1 run"
    with styled():
        assert problems(draw_network(crowded(labs), "2026-12", footer)) == []
        hosting = draw_hosting(crowded(labs), "2026-12", footer)
        assert problems(hosting) == []
        names = max(text.get_window_extent().y1 for text in hosting.axes[0].get_xticklabels())
        subtitle = min(text.get_window_extent().y0 for text in hosting.texts[:2])
        assert names < subtitle  # the slanted names of clouds stay below the head


def test_a_dollar_in_a_name_is_a_dollar(model: FakeEconomy) -> None:
    event = Event(12, "fee of $5 and _not_ $6^2", {})
    with styled():
        figure = draw_dashboard(model.measures.to_frame(), (event,), "costs $1 to $2")
        figure.canvas.draw()
    assert not any(text.get_parse_math() for text in figure.findobj(Text) if "$" in text.get_text())


def test_the_caller_keeps_his_own_style(model: FakeEconomy, tmp_path: Path) -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    written = draw_all(
        model, model.measures.to_frame(), model.income_frame(), tmp_path / "figures", "In force: nothing."
    )
    assert sorted(written) == sorted((tmp_path / "figures").iterdir())
    assert dict(mpl.rcParams) == before


def test_facts_are_drawn_per_month_and_only_those_within_the_run(model: FakeEconomy) -> None:
    fact = SimpleNamespace(
        series="leader_revenue_musd", period_start=0, period_end=2, value=6000.0, low=None, high=None,
        unit="M$ per period", use="calibration",
    )  # fmt: skip
    late = SimpleNamespace(**{**vars(fact), "period_start": 70, "period_end": 72})
    with styled():
        figure = draw_validation(model.measures.to_frame(), [fact, late], "")
    bars = [line for line in figure.axes[0].lines if list(line.get_xdata()) == [-0.5, 2.5]]
    assert [list(bar.get_ydata()) for bar in bars] == [[2.0, 2.0]]
    assert not [line for line in figure.axes[0].lines if max(line.get_xdata()) > 60]


def test_figures_stand_a_run_that_is_nearly_empty() -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    month = pd.DataFrame({"month": ["2022-01"], "power_gw": [1.0]})
    with styled():
        figures = [
            draw_hosting(graph, "2022-01", ""),
            draw_network(graph, "2022-01", ""),
            draw_money(pd.DataFrame([[0.0]], index=["a"], columns=["a"]), "2022-01", ""),
            draw_dashboard(month, (), ""),
            draw_validation(month, (), ""),
        ]
        for figure in figures:
            figure.canvas.draw()  # what cannot be laid out fails only here
            assert [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]


def test_long_names_are_cut_at_a_word() -> None:
    assert short("European clouds (OVH, Scaleway, T-Systems)") == "European clouds"
    assert short("Other western buyers and new clouds") == "Other western buyers"
    assert short("Rest of the world venture capital") == "Rest of the world …"


def one_word_after_another(text: str, inches: float) -> list[str]:
    """The lines of a text whose words are put one after another as long as they fit."""
    found, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if not line or text_width(longer) <= inches:
            line = longer
        else:
            found.append(line)
            line = word
        while text_width(line) > inches:
            letters = next(k for k in range(len(line) - 1, 0, -1) if k == 1 or text_width(line[:k]) <= inches)
            found.append(line[:letters])
            line = line[letters:]
    return [*found, line]


@pytest.mark.parametrize("inches", [0.3, 0.9, 2.0, 7.2])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "one",
        "To AVoid WAste of compute, 12.5 G$ — see Überkauf (i fi ff) · n = 1 run, seed 3, and so on until the end",
        f"a word of many letters {'x' * 150} and then words",
        "two  spaces,   three, and one at the end ",
        "  spaces at the beginning of a line that is long enough to be broken",
    ],
)
def test_lines_hold_as_many_words_as_fit(text: str, inches: float) -> None:
    assert wrapped(text, inches) == one_word_after_another(text, inches)
