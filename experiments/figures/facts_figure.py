"""A first look at validity: the model's lines with the observed facts drawn over them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kingmaker.experiments.figures.style import (
    GREY,
    PALETTE,
    SMALL,
    Colour,
    foot,
    head,
    month_positions,
    sheet,
    time_axis,
)

if TYPE_CHECKING:
    import pandas as pd

TITLE = "The model beside the facts"
LEGEND, PLOTS = 0.5, 4.53  # inches
LOOK = 60  # months shown: the facts end in 2026
COLOURS: dict[str, Colour | str] = {
    "calibration": PALETTE[1],
    "validation": PALETTE[2],
    "input": PALETTE[4],
    "display": GREY,
}
MARKERS = {"calibration": "o", "validation": "D", "input": "s", "display": "s"}


@dataclass(frozen=True)
class Panel:
    """One plot: a measure of the model and the series of facts to hold against it."""

    title: str
    unit: str
    measure: str
    facts: tuple[str, ...]
    factor: float = 1.0


PANELS = (
    Panel(
        "Revenue of the leading chipmaker", "G$ a month", "leader_revenue_musd",
        ("leader_revenue_musd", "leader_revenue_fiscal_year_musd"), 1e-3,
    ),
    Panel("Wait for chips", "weeks", "lead_time_weeks", ("lead_time_weeks",)),
    Panel(
        "Capital expenditure of the big four clouds", "G$ a month",
        "capex_musd", ("capex_bigfour_musd",), 1e-3,
    ),
    Panel(
        "Market rent of a GPU-hour", "$ an hour", "rent_market_usd_per_hour", ("rent_market_usd_per_hour",),
    ),
)  # fmt: skip


def draw_validation(measures: pd.DataFrame, facts: Iterable[Any], footer: str) -> Figure:
    """Four plots: revenue of the leader, lead time, capital expenditure, rent.

    Args:
        measures: one row a month.
        facts: rows with series, period_start, period_end, value, low, high, unit, use.
        footer: which run this is.
    """
    rows = list(facts)
    measures = measures.head(LOOK)
    subtitle = "Lines: the model. Bars over the months that a fact covers: the fact, with its range where one is known"
    above, below = head(TITLE, subtitle), foot(footer) + 0.34
    height = above + LEGEND + PLOTS + below
    figure = sheet(height, TITLE, subtitle, footer)
    grid = figure.add_gridspec(
        2, 2, left=0.08, right=0.965, top=1 - (above + LEGEND) / height, bottom=below / height, hspace=0.38, wspace=0.22
    )
    for i, panel in enumerate(PANELS):
        axes = figure.add_subplot(grid[i // 2, i % 2])
        _draw_model(axes, panel, measures)
        for fact in rows:
            if fact.series in panel.facts:
                _draw_fact(axes, fact, panel.factor, len(measures))
        axes.set_title(panel.title)
        axes.set_ylabel(panel.unit)
        axes.set_ylim(bottom=0)
        time_axis(axes, len(measures))
    drawn = {fact.use for fact in rows if any(fact.series in panel.facts for panel in PANELS)}
    _add_legend(figure, 1 - (above - 0.085) / height, drawn)
    return figure


def _draw_model(axes: Axes, panel: Panel, measures: pd.DataFrame) -> None:
    """The model's line, or a word on why there is none."""
    if panel.measure not in measures:
        axes.text(0.5, 0.5, "not measured in this run", transform=axes.transAxes, ha="center", color=GREY)
        return
    axes.plot(month_positions(measures["month"]), measures[panel.measure] * panel.factor, color=PALETTE[0])


def _draw_fact(axes: Axes, fact: Any, factor: float, months: int) -> None:
    """A bar over the months that the fact covers; a sum over a period is shown per month."""
    start, end = _month(fact.period_start), _month(fact.period_end)
    if start >= months:
        return
    if "per period" in fact.unit:
        factor /= end - start + 1
    colour = COLOURS[fact.use]
    middle = (start + end) / 2
    axes.plot([start - 0.5, end + 0.5], [fact.value * factor] * 2, color=colour, linewidth=1.6, solid_capstyle="butt")
    axes.plot(middle, fact.value * factor, marker=MARKERS[fact.use], markersize=3.2, color=colour)
    if fact.low is not None and fact.high is not None:
        axes.plot([middle] * 2, [fact.low * factor, fact.high * factor], color=colour, linewidth=0.8)


def _month(value: Any) -> int:
    """A month number, from a number or a label."""
    return value if isinstance(value, int) else month_positions([str(value)])[0]


def _add_legend(figure: Figure, top: float, uses: set[str]) -> None:
    from matplotlib.lines import Line2D

    names = {
        "calibration": "fact used in setting it",
        "validation": "fact held back",
        "input": "given as input",
        "display": "shown only",
    }
    entries = [Line2D([], [], color=PALETTE[0], label="model")]
    entries += [
        Line2D([], [], color=COLOURS[use], marker=MARKERS[use], markersize=3.2, label=name)
        for use, name in names.items()
        if use in uses
    ]
    figure.legend(handles=entries, loc="upper left", bbox_to_anchor=(0.01, top), ncols=5, fontsize=SMALL)
