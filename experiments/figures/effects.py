"""One parameter at a time: outcomes against its values, with intervals; and paths over the months."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from environment.measures import Measure
from environment.parameters import DECLARATIONS, Declaration
from experiments.figures.intervals import by_value, interval
from experiments.figures.outcomes import Outcome, axis_label, subtitle_of, value_text
from experiments.figures.style import GREY, PALETTE, SMALL, scaled_unit, sheet, styles, time_axis

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = 3
PANEL, GAP, HEAD, FOOT = 1.45, 0.75, 1.05, 0.85  # inches
MOST_PATHS = 8
BINS = 8
FEW = 3  # values of a parameter that are not joined by a line
WIDE = 20.0  # ratio of a parameter's ends from which its axis is logarithmic


def _sheet(panels: int, title: str, subtitle: str, footer: str) -> tuple[Figure, list[Axes]]:
    """A page with a grid of empty plots."""
    rows = -(-panels // COLUMNS)
    height = HEAD + rows * PANEL + (rows - 1) * GAP + FOOT
    figure = sheet(height, title, "\n".join(textwrap.wrap(subtitle, 125)), footer)
    grid = figure.add_gridspec(
        rows, COLUMNS, left=0.085, right=0.975, top=1 - HEAD / height, bottom=FOOT / height, hspace=GAP / PANEL,
        wspace=0.36,
    )  # fmt: skip
    return figure, [figure.add_subplot(grid[i // COLUMNS, i % COLUMNS]) for i in range(panels)]


def draw_lines(
    frame: pd.DataFrame, key: str, outcomes: Sequence[Outcome], reference: Mapping[str, float], title: str, footer: str,
    others: bool = False, declared: Mapping[str, Declaration] = DECLARATIONS,
) -> Figure:  # fmt: skip
    """Outcomes against the values of a grid's parameter: means over seeds, bands of their intervals.

    Args:
        frame: one row a run.
        key: the parameter.
        outcomes: one panel each.
        reference: the scenario's own values; a dotted line stands there.
        title: in plain words.
        footer: which sweep this is.
        others: whether the design varies other parameters too, over which the means are taken.
        declared: the parameters that there are.
    """
    subtitle = f"{subtitle_of(outcomes[0].statistic)}; mean over seeds and its 95\u00a0% interval."
    subtitle += " Values share their seeds, so that differences are known better than the intervals show."
    subtitle += " Averaged over the design's other parameters." if others else ""
    if key in reference:
        subtitle += " Dotted: the value that the scenario starts from."
    figure, panels = _sheet(len(outcomes), title, subtitle, footer)
    for axes, outcome in zip(panels, outcomes, strict=True):
        found = by_value(frame, key, outcome.column)
        values = list(found)
        places = values if all(map(math.isfinite, values)) else [float(i) for i in range(len(values))]
        mean = np.array([found[v].mean for v in values]) * outcome.factor
        half = np.nan_to_num(np.array([found[v].half for v in values]) * outcome.factor)
        if len(values) <= FEW:  # a line between on and off would claim what was not run
            axes.errorbar(places, mean, half, color=PALETTE[0], fmt="o", markersize=4, capsize=3)
            axes.margins(x=0.35)
        else:
            axes.fill_between(places, mean - half, mean + half, color=PALETTE[0], alpha=0.25, linewidth=0)
            axes.plot(places, mean, color=PALETTE[0], marker="o", markersize=3)
        if reference.get(key) in values:
            axes.axvline(places[values.index(reference[key])], color=GREY, linestyle=":", linewidth=0.9, zorder=0)
        if places is not values or len(values) <= FEW:
            axes.set_xticks(places, [value_text(value) for value in values])
        else:
            axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
        _finish(axes, outcome.title, axis_label(key, declared), outcome.unit)
    return figure


def draw_scatter(
    frame: pd.DataFrame, keys: Sequence[str], outcome: Outcome, title: str, footer: str,
    declared: Mapping[str, Declaration] = DECLARATIONS,
) -> Figure:  # fmt: skip
    """One outcome of a sampled design against each parameter: the points, and means in equal bins of points."""
    subtitle = (
        f"{outcome.title}: {subtitle_of(outcome.statistic).lower()}. Dots: points of the design, averaged over their "
        f"runs; line: mean of the points in {BINS} bins, band: its 95\u00a0% interval (Student's t over points)."
    )
    figure, panels = _sheet(len(keys), title, subtitle, footer)
    points = frame.groupby("point")[[*keys, outcome.column]].mean()
    for axes, key in zip(panels, keys, strict=True):
        x, y = points[key].to_numpy(dtype=float), points[outcome.column].to_numpy() * outcome.factor
        axes.scatter(x, y, s=3, color=GREY, alpha=0.4, linewidths=0)
        centres, means, halves = _binned(x, y)
        axes.fill_between(centres, means - halves, means + halves, color=PALETTE[0], alpha=0.3, linewidth=0)
        axes.plot(centres, means, color=PALETTE[0], marker="o", markersize=2.5)
        if x.min() > 0.0 and x.max() / x.min() >= WIDE:
            axes.set_xscale("log")
        else:
            axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
        _finish(axes, key, axis_label(key, declared), outcome.unit)
    return figure


def _binned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean place, mean and half-width of the interval in bins that hold equally many points."""
    places = np.unique(x)
    if len(places) <= BINS:
        groups = [x == place for place in places]
    else:
        edges = np.unique(np.quantile(x, np.linspace(0, 1, BINS + 1)))
        number = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(edges) - 2)
        groups = [number == i for i in range(len(edges) - 1)]
    groups = [group for group in groups if group.any()]
    found = [interval(y[group]) for group in groups]
    return (
        np.array([x[group].mean() for group in groups]),
        np.array([f.mean for f in found]),
        np.nan_to_num(np.array([f.half for f in found])),
    )


def draw_paths(
    frame: pd.DataFrame, labels: Mapping[int, str], measures: Sequence[Measure], title: str, footer: str
) -> Figure:
    """Monthly measures of a few points of a design: means over seeds with bands of their intervals.

    Args:
        frame: one row a run and month.
        labels: what each point is called.
        measures: one panel each.
        title: in plain words.
        footer: which sweep this is.
    """
    subtitle = "Monthly values; mean over seeds, band: its 95\u00a0% interval."
    figure, panels = _sheet(len(measures), title, subtitle, footer)
    months = sorted(frame["month"].unique())
    for axes, measure in zip(panels, measures, strict=True):
        factor, unit = scaled_unit(measure)
        for (point, label), (colour, dash) in zip(labels.items(), styles(), strict=False):
            values = frame[frame["point"] == point].pivot_table(index="month", columns="seed", values=measure.name)
            found = [interval(row) for row in values.loc[months].to_numpy()]
            mean = np.array([f.mean for f in found]) * factor
            half = np.nan_to_num(np.array([f.half for f in found]) * factor)
            axes.fill_between(range(len(months)), mean - half, mean + half, color=colour, alpha=0.2, linewidth=0)
            axes.plot(range(len(months)), mean, color=colour, linestyle=dash, label=label)
        _finish(axes, measure.label, "", unit)
        time_axis(axes, len(months))
    handles, texts = panels[0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="lower left", bbox_to_anchor=(0.01, 0.0), ncols=3, fontsize=SMALL, frameon=False)
    return figure


def _finish(axes: Axes, title: str, x: str, unit: str) -> None:
    axes.set_title(title)
    axes.set_xlabel(x)
    axes.set_ylabel(unit)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.ticklabel_format(axis="y", useOffset=False, style="plain")
