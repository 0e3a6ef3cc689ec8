"""Figures of a comparison: both paths and their difference, measure by measure; and all differences on one page."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from environment.measures import Measure
from experiments.figures.style import GREY, INK, PALETTE, SMALL, scaled_unit, sheet, time_axis

if TYPE_CHECKING:
    import pandas as pd

    from agents.types import FloatArray

PAIRS = 2  # measures in a row, each with a plot of its paths and one of their difference
ROW = 1.07  # inches
HEAD, FOOT = 1.15, 0.5
SURE, UNSURE = PALETTE[2], "0.6"  # a claim; anything else
BAND = (5.0, 95.0)  # percentiles between which nine runs in ten lie


def draw_paths(
    group: str, a: Mapping[Measure, FloatArray], b: Mapping[Measure, FloatArray], labels: tuple[str, str],
    difference: Mapping[Measure, tuple[FloatArray, FloatArray, FloatArray]], footer: str,
) -> Figure:  # fmt: skip
    """One page for a group of measures.

    Args:
        group: its name, for the title.
        a: by measure the paths under the first scenario, shape (months, runs).
        b: the same under the second.
        labels: the scenarios' names.
        difference: by measure the mean of b - a and the ends of its interval, each of shape (months,).
        footer: the line that says which runs these are.
    """
    rows = -(-len(a) // PAIRS)
    height = HEAD + ROW * rows + FOOT
    subtitle = "Left: mean and the range of nine runs in ten. Right: B less A, mean of the pairs with its 95 % interval"
    figure = sheet(height, f"Two futures: {group}", subtitle, footer)
    grid = figure.add_gridspec(
        rows, 2 * PAIRS, left=0.07, right=0.985, top=1 - HEAD / height, bottom=FOOT / height, hspace=0.75, wspace=0.42
    )
    for number, measure in enumerate(a):
        row, column = divmod(number, PAIRS)
        left, right = (figure.add_subplot(grid[row, 2 * column + side]) for side in (0, 1))
        factor, unit = scaled_unit(measure)
        _paths(left, a[measure] * factor, b[measure] * factor)
        _difference(right, *(values * factor for values in difference[measure]))
        left.set_title(measure.label, pad=3)
        left.set_ylabel(unit)
    _legend(figure, labels, 1 - 0.55 / height)
    return figure


def _paths(axes: Axes, a: FloatArray, b: FloatArray) -> None:
    months = np.arange(len(a))
    for values, colour, dash in ((a, PALETTE[0], "-"), (b, PALETTE[1], "--")):
        low, high = np.percentile(values, BAND, axis=1)
        axes.fill_between(months, low, high, color=colour, alpha=0.18, linewidth=0)
        axes.plot(months, values.mean(axis=1), color=colour, linestyle=dash, linewidth=1.1)
    _finish(axes, len(a))


def _difference(axes: Axes, mean: FloatArray, low: FloatArray, high: FloatArray) -> None:
    months = np.arange(len(mean))
    axes.axhline(0.0, color=INK, linewidth=0.6)
    axes.fill_between(months, low, high, color=PALETTE[2], alpha=0.25, linewidth=0)
    axes.plot(months, mean, color=PALETTE[2], linewidth=1.1)
    axes.set_title("B less A", loc="right", pad=3, fontweight="normal", color=GREY)
    if not np.any(np.abs(np.concatenate([low, high])) > 0.0):
        axes.set_ylim(-1.0, 1.0)
        axes.text(0.5, 0.6, "exactly zero", transform=axes.transAxes, ha="center", fontsize=SMALL, color=GREY)
    _finish(axes, len(mean))


def _finish(axes: Axes, months: int) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3))
    axes.ticklabel_format(axis="y", scilimits=(-4, 5), useMathText=True)
    axes.yaxis.get_offset_text().set_fontsize(SMALL - 1)
    time_axis(axes, months)
    axes.tick_params(labelsize=SMALL - 1)


def _legend(figure: Figure, labels: tuple[str, str], top: float) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=PALETTE[0], linestyle="-", label=f"A: {labels[0]}"),
        Line2D([], [], color=PALETTE[1], linestyle="--", label=f"B: {labels[1]}"),
    ]
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.01, top), ncols=1, handlelength=2.2, borderpad=0)


def draw_overview(
    table: pd.DataFrame, measures: Mapping[str, Measure], labels: tuple[str, str], window: str, footer: str
) -> Figure:
    """All differences of one window in per cent of the level under A, with intervals; claims stand out.

    Args:
        table: the rows of one window of :func:`experiments.compare.results.tabulate`.
        measures: what is compared, by name.
        labels: the scenarios' names.
        window: the window in words.
        footer: the line that says which runs these are.
    """
    shown = table[np.isfinite(table["relative"]) & (table["claim"] != "zero")]
    absent = [measures[name].label for name in table["measure"] if name not in set(shown["measure"])]
    told = f"Not shown, as it stays exactly the same or is zero under A: {'; '.join(absent)}."
    notes = textwrap.wrap(told, 135) if absent else []
    height = 1.1 + 0.165 * max(len(shown), 1) + 0.75 + 0.13 * len(notes)
    subtitle = f"B less A in per cent of A, {window}; paired 95 % intervals (Student's t); green dots are claims"
    figure = sheet(height, "What differs, and what does not", subtitle, footer)
    figure.text(0.02, 1 - 0.55 / height, f"A: {labels[0]}    B: {labels[1]}", fontsize=SMALL, color=INK, va="top")
    bottom = (0.75 + 0.13 * len(notes)) / height
    axes = figure.add_axes((0.3, bottom, 0.53, 1 - 0.8 / height - bottom))
    _forest(axes, shown, measures)
    axes.set_xlabel("difference, % (logarithmic beyond ±1; of the quantity itself where the measure is a logarithm)")
    for number, line in enumerate(notes):
        figure.text(0.02, (0.24 + 0.13 * (len(notes) - number)) / height, line, fontsize=SMALL, color=GREY, va="center")
    return figure


def _forest(axes: Axes, shown: pd.DataFrame, measures: Mapping[str, Measure]) -> None:
    """A point and a bar for each measure, groups one below the other."""
    low, high = (100.0 * _relative(shown, end, measures) for end in ("low", "high"))
    middle = 100.0 * shown["relative"].to_numpy()
    for k, (name, claim) in enumerate(zip(shown["measure"], shown["claim"], strict=True)):
        place = len(shown) - 1 - k
        colour, ink = (SURE, INK) if claim == "claim" else (UNSURE, GREY)
        axes.plot([low[k], high[k]], [place, place], color=colour, linewidth=1.6, solid_capstyle="butt")
        axes.plot(middle[k], place, marker="o" if claim == "claim" else "|", markersize=4, color=colour)
        words: Any = {"transform": axes.get_yaxis_transform(), "fontsize": SMALL, "va": "center", "color": ink}
        axes.text(1.02, place, f"{_per_cent(middle[k])} %", **words)
        axes.text(-0.02, place, measures[name].label, ha="right", **words)
    axes.axvline(0.0, color=INK, linewidth=0.7)
    axes.set_yticks([])
    axes.set_ylim(-0.7, max(len(shown), 1) - 0.3)
    axes.grid(axis="x", color="0.92", linewidth=0.6)
    _per_cent_axis(axes, max(10.0, 1.1 * float(np.max(np.abs(np.concatenate([[0.0], low, high]))))))


def _relative(shown: pd.DataFrame, end: str, measures: Mapping[str, Measure]) -> FloatArray:
    """An end of the interval, relative to the level as the column ``relative`` is."""
    logs = np.array([measures[name].unit.startswith("log10") for name in shown["measure"]], dtype=np.bool_)
    value, level = shown[end].to_numpy(), np.abs(shown["level_a"].to_numpy())
    with np.errstate(over="ignore"):
        return np.asarray(np.where(logs, 10.0**value - 1.0, value / np.where(level > 0.0, level, 1.0)))


def _per_cent_axis(axes: Axes, limit: float) -> None:
    """Linear between -1 and 1, logarithmic beyond, so that small and large differences can both be read."""
    limit = min(limit, 1e4)
    beyond = [tick for tick in (1.0, 10.0, 100.0, 1000.0, 10000.0) if tick <= limit]
    ticks = [-tick for tick in reversed(beyond)] + [0.0, *beyond]
    axes.set_xscale("symlog", linthresh=1.0)
    axes.set_xlim(-limit, limit)
    axes.set_xticks(ticks)
    axes.set_xticklabels([f"{tick:+g}" if tick else "0" for tick in ticks])
    axes.minorticks_off()


def _per_cent(value: float) -> str:
    """Two digits, without exponents."""
    if abs(value) >= 10.0 or value == 0.0:
        return f"{value:+,.0f}"
    return f"{value:+.1f}" if abs(value) >= 0.95 else f"{value:+.2f}" if abs(value) >= 0.005 else "±0.00"
