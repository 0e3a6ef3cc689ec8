"""Fan charts of an ensemble: month by month the median of the runs, and the bands that luck draws around it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from kingmaker.environment.core.measures import Measure
from kingmaker.environment.inputs.scenario import Event
from kingmaker.experiments.figures.dashboard import PANELS
from kingmaker.experiments.figures.events import HEADROOM, TOLD, draw_list, lines_of, listed, mark_events, within
from kingmaker.experiments.figures.plot_grid import Spacing, page_of_panels, pages
from kingmaker.experiments.figures.style import LINE, PALETTE, SMALL, head, scaled_unit, time_axis, value_axis
from kingmaker.experiments.stats.bands import quantiles
from kingmaker.experiments.stats.levels import WIDE, Level, bands_at

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

TITLE = "An ensemble, month by month"
COLUMNS = 3
KEY = 0.22  # inches of the key above the plots
SPACING = Spacing(panel=0.85, gap=0.62, left=0.6, right=0.15, between=0.62, above=0.4 + KEY, below=0.4)
OPACITY = (0.45, 0.2)  # of the narrow and the wide band
WRAP = 34  # characters in a line of a title


def draw_fans(
    values: Mapping[Measure, FloatArray], events: Sequence[Event], seeds: str, footer: str, level: Level = WIDE.level,
    over: str = "luck", weights: FloatArray | None = None,
) -> Iterator[Figure]:  # fmt: skip
    """Pages of small plots, one a measure of the dashboard.

    Args:
        values: by measure all runs, shape (months, runs).
        events: of the scenario; those within the months are numbered lines, named at the foot.
        seeds: in words, such as ``seeds 1–20``.
        footer: the line that says which runs these are.
        level: share of the runs in the wider band.
        over: what the bands are over: ``luck``, or ``luck and parameters``.
        weights: of the runs, if they do not weigh the same.
    """
    by_name = {measure.name: measure for measure in values}
    shown = [by_name[name] for panel in PANELS for name in panel.lines if name in by_name]
    if not shown:
        return
    months, runs = values[shown[0]].shape
    dated = within(events, months)
    subtitle = f"{runs} runs, {seeds}: the spread is {'luck alone' if over == 'luck' else over}" + (
        f"; {TOLD}" if dated else ""
    )
    room = (LINE + 0.02) * lines_of(listed(dated))
    rows = -(-len(shown) // COLUMNS)
    for _, lines in pages(range(rows), SPACING.rows(TITLE, subtitle, footer, room)):
        part = shown[COLUMNS * lines[0] : COLUMNS * (lines[-1] + 1)]
        yield _page(part, values, dated, subtitle, footer, level, over, weights)


def _page(
    shown: Sequence[Measure], values: Mapping[Measure, FloatArray], events: Sequence[Event], subtitle: str, footer: str,
    level: Level, over: str, weights: FloatArray | None,
) -> Figure:  # fmt: skip
    names = listed(events)
    figure, plots = page_of_panels(len(shown), COLUMNS, TITLE, subtitle, footer, SPACING, lines_of(names))
    for axes, measure in zip(plots, shown, strict=True):
        _fan(axes, measure, values[measure], bool(events), level, weights)
    mark_events(plots, events, len(values[shown[0]]))
    draw_list(figure, names, footer)
    _legend(figure, 1 - (head(TITLE, subtitle) + 0.02) / figure.get_figheight(), level, over)
    return figure


def _fan(
    axes: Axes, measure: Measure, runs: FloatArray, marked: bool, level: Level, weights: FloatArray | None
) -> None:
    """One plot; ``marked`` leaves room at its top for the numbers of events."""
    factor, unit = scaled_unit(measure, float(np.abs(runs).max()))
    found = {name: band * factor for name, band in quantiles(runs, level, weights).items()}
    months = range(len(runs))
    bands = bands_at(level)
    for band, opacity in reversed(list(zip(bands, OPACITY, strict=False))):
        low, high = (found[column] for column in band.columns)
        axes.fill_between(months, low, high, color=PALETTE[0], alpha=opacity, linewidth=0)
    axes.plot(months, found["median"], color=PALETTE[0])
    axes.set_title(textwrap.fill(measure.label, WRAP), pad=3)
    axes.set_ylabel(unit)
    bottom, top = axes.get_ylim()
    if runs.min() >= 0 and "log10" not in unit:
        bottom, top = 0.0, (float(found[bands[-1].columns[1]].max()) or 1.0) * 1.06
    axes.set_ylim(bottom, top + (HEADROOM * (top - bottom) if marked else 0.0))
    value_axis(axes, unit, most=3, whole=False)
    time_axis(axes, len(runs))


def _legend(figure: Figure, top: float, level: Level, over: str) -> None:
    (line,) = Axes(figure, (0, 0, 1, 1)).plot([], [], color=PALETTE[0], label="median of the runs")
    patches = [
        Patch(color=PALETTE[0], alpha=opacity, linewidth=0, label=band.words + f" of the runs, over {over}" * (k == 0))
        for k, (band, opacity) in enumerate(zip(bands_at(level), OPACITY, strict=False))
    ]
    figure.legend(
        handles=[line, *patches], loc="upper left", bbox_to_anchor=(0.012, top), ncols=3, fontsize=SMALL,
        borderpad=0,
    )  # fmt: skip
