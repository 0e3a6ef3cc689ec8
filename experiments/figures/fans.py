"""Fan charts of an ensemble: month by month the median of the runs, and the bands that luck draws around it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from kingmaker.environment.measures import Measure
from kingmaker.environment.scenario import Event
from kingmaker.experiments.bands import quantiles
from kingmaker.experiments.figures.dashboard import PANELS
from kingmaker.experiments.figures.style import PALETTE, SMALL, scaled_unit, sheet, time_axis

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

COLUMNS, ROWS = 3, 6  # of a page
HEAD, FOOT, ROW = 1.05, 0.45, 1.3  # inches
NARROW, WIDE = 0.45, 0.2  # opacity of the bands
TITLE = 34  # characters in a line
SMALL_SUM = 0.1  # billions below which millions are drawn
COUNTS = ("number", "firms")  # units without parts


def draw_fans(
    values: Mapping[Measure, FloatArray], events: Sequence[Event], seeds: str, footer: str
) -> Iterator[Figure]:
    """Pages of small plots, one a measure of the dashboard.

    Args:
        values: by measure all runs, shape (months, runs).
        events: of the scenario; those within the months are dotted lines.
        seeds: in words, such as ``seeds 1–20``.
        footer: the line that says which runs these are.
    """
    by_name = {measure.name: measure for measure in values}
    shown = [by_name[name] for panel in PANELS for name in panel.lines if name in by_name]
    rows = -(-len(shown) // COLUMNS)
    pages = -(-rows // ROWS)
    each = COLUMNS * -(-rows // max(pages, 1))  # pages of about the same length
    for first in range(0, len(shown), max(each, 1)):
        yield _page(shown[first : first + each], values, events, seeds, footer)


def _page(
    shown: Sequence[Measure], values: Mapping[Measure, FloatArray], events: Sequence[Event], seeds: str, footer: str
) -> Figure:
    months, runs = values[shown[0]].shape
    rows = -(-len(shown) // COLUMNS)
    height = HEAD + ROW * rows + FOOT
    dated = [event.month for event in events if event.month < months]
    subtitle = f"{runs} runs, {seeds}: the spread is luck alone" + ("; dotted: dated events" if dated else "")
    figure = sheet(height, "An ensemble, month by month", subtitle, footer)
    grid = figure.add_gridspec(
        rows, COLUMNS, left=0.075, right=0.97, top=1 - HEAD / height, bottom=FOOT / height, hspace=0.65, wspace=0.32
    )
    for i, measure in enumerate(shown):
        axes = figure.add_subplot(grid[i // COLUMNS, i % COLUMNS])
        _fan(axes, measure, values[measure])
        for month in dated:
            axes.axvline(month, color="0.65", linewidth=0.8, linestyle=":", zorder=0)
    _legend(figure, 1 - 0.52 / height)
    return figure


def _fan(axes: Axes, measure: Measure, runs: FloatArray) -> None:
    factor, unit = scaled_unit(measure)
    if float(runs.max()) * factor < SMALL_SUM:
        factor, unit = 1.0, measure.unit.replace(" per ", "/")
    found = {name: band * factor for name, band in quantiles(runs).items()}
    months = range(len(runs))
    for share, opacity in (("90", WIDE), ("50", NARROW)):
        low, high = found[f"low_{share}"], found[f"high_{share}"]
        axes.fill_between(months, low, high, color=PALETTE[0], alpha=opacity, linewidth=0)
    axes.plot(months, found["median"], color=PALETTE[0])
    axes.set_title(textwrap.fill(measure.label, TITLE), pad=3)
    axes.set_ylabel(unit)
    if runs.min() >= 0 and "log10" not in unit:
        axes.set_ylim(0, (float(found["high_90"].max()) or 1.0) * 1.06)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=unit in COUNTS))
    time_axis(axes, len(runs))


def _legend(figure: Figure, top: float) -> None:
    (line,) = Axes(figure, (0, 0, 1, 1)).plot([], [], color=PALETTE[0], label="median of the runs")
    narrow = Patch(color=PALETTE[0], alpha=NARROW, linewidth=0, label="middle 50 % of the runs, over luck")
    wide = Patch(color=PALETTE[0], alpha=WIDE, linewidth=0, label="middle 90 %")
    figure.legend(
        handles=[line, narrow, wide], loc="upper left", bbox_to_anchor=(0.012, top), ncols=3, fontsize=SMALL,
        borderpad=0,
    )  # fmt: skip
