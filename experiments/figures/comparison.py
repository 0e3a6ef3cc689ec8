"""Figures of a comparison: both paths and their difference, measure by measure; and all differences on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kingmaker.environment.core.measures import Measure
from kingmaker.experiments.figures.style import (
    GREY,
    INK,
    LINE,
    PALETTE,
    SMALL,
    foot,
    head,
    scaled_unit,
    sheet,
    time_axis,
    value_axis,
    wrapped,
)
from kingmaker.experiments.stats.levels import LEVEL, PATHS, Level

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

PAIRS = 2  # measures in a row, each with a plot of its paths and one of their difference
PANEL, GAP = 0.95, 0.55  # inches
SURE, UNSURE = PALETTE[2], "0.6"  # a claim; anything else
MOST = 20  # measures in the overview
ROW = 0.19  # inches of it
MOST_ROWS = 6  # of a page of paths, that it can be printed


def draw_paths(
    group: str, a: Mapping[Measure, FloatArray], b: Mapping[Measure, FloatArray], labels: tuple[str, str],
    difference: Mapping[Measure, tuple[FloatArray, FloatArray, FloatArray]], footer: str, level: Level = LEVEL,
    over: str = "",
) -> Figure:  # fmt: skip
    """One page for a group of measures.

    Args:
        group: its name, for the title.
        a: by measure the paths under the first scenario, shape (months, runs).
        b: the same under the second.
        labels: the scenarios' names.
        difference: by measure the mean of b - a and the ends of its interval, each of shape (months,).
        footer: the line that says which runs these are.
        level: of the intervals.
        over: over what the differences are, such as ``luck and parameters, 64 members``; empty for paired seeds.
    """
    rows = -(-len(a) // PAIRS)
    title = f"Two futures: {group}"
    told = f"median with its {level.tied} over {over}" if over else f"mean of the pairs with its {level.tied}"
    subtitle = (
        f"Left: {'median' if over else 'mean'} and the range of {PATHS.in_ten}; solid is A, {labels[0]}; dashed is B, "
        f"{labels[1]}. Right: B less A, {told}"
    )
    top, bottom = head(title, subtitle) + 0.25, foot(footer) + 0.3
    height = top + rows * PANEL + (rows - 1) * GAP + bottom
    figure = sheet(height, title, subtitle, footer)
    grid = figure.add_gridspec(
        rows, 2 * PAIRS, left=0.08, right=0.97, top=1 - top / height, bottom=bottom / height, hspace=GAP / PANEL,
        wspace=0.58,
    )  # fmt: skip
    for number, measure in enumerate(a):
        row, column = divmod(number, PAIRS)
        left, right = (figure.add_subplot(grid[row, 2 * column + side]) for side in (0, 1))
        factor, unit = scaled_unit(measure, float(max(np.abs(a[measure]).max(), np.abs(b[measure]).max())))
        _paths(left, a[measure] * factor, b[measure] * factor, unit, median=bool(over))
        _difference(right, [values * factor for values in difference[measure]], unit)
        left.set_title(measure.label, pad=3)
        left.set_ylabel("\n".join(wrapped(unit, PANEL + 0.2)))
    return figure


def _paths(axes: Axes, a: FloatArray, b: FloatArray, unit: str, *, median: bool) -> None:
    months = np.arange(len(a))
    for values, colour, dash in ((a, PALETTE[0], "-"), (b, PALETTE[1], "--")):
        low, middle, high = PATHS.of(values, axis=1)
        axes.fill_between(months, low, high, color=colour, alpha=0.18, linewidth=0)
        axes.plot(months, middle if median else values.mean(axis=1), color=colour, linestyle=dash, linewidth=1.1)
    _finish(axes, len(a), unit)


def _difference(axes: Axes, ends: Sequence[FloatArray], unit: str) -> None:
    mean, low, high = ends
    months = np.arange(len(mean))
    axes.axhline(0.0, color=INK, linewidth=0.6)
    axes.fill_between(months, low, high, color=PALETTE[2], alpha=0.25, linewidth=0)
    axes.plot(months, mean, color=PALETTE[2], linewidth=1.1)
    axes.set_ylabel("B less A", color=GREY)
    _finish(axes, len(mean), unit)
    if not np.any(np.abs(np.concatenate([low, high])) > 0.0):
        axes.set_ylim(-1.0, 1.0)
        axes.set_yticks([0.0])
        axes.text(0.5, 0.6, "exactly zero", transform=axes.transAxes, ha="center", fontsize=SMALL, color=GREY)


def _finish(axes: Axes, months: int, unit: str) -> None:
    value_axis(axes, unit, most=3, whole=False)
    time_axis(axes, months)
    labels = axes.get_xticklabels()
    if len(labels) > 3:  # the plots are narrow
        axes.set_xticklabels([text.get_text() if k % 2 == 0 else "" for k, text in enumerate(labels)])


def draw_overview(
    table: pd.DataFrame, measures: Mapping[str, Measure], labels: tuple[str, str], window: str, footer: str,
    level: Level = LEVEL, over: str = "",
) -> Figure:  # fmt: skip
    """All differences of one window in per cent of the level under A, with intervals; claims stand out.

    Args:
        table: the rows of one window of :func:`kingmaker.experiments.studies.compare.comparison_table.tabulate`.
        measures: what is compared, by name.
        labels: the scenarios' names.
        window: the window in words.
        footer: the line that says which runs these are.
        level: of the intervals.
        over: over what they are, such as ``luck and parameters, 64 members``; empty for paired seeds.
    """
    known = table[np.isfinite(table["relative"]) & (table["claim"] != "zero")]
    shown = strongest(known)
    absent = [measures[name].label for name in table["measure"] if name not in set(known["measure"])]
    left = len(known) - len(shown)
    told = f"Not shown: {left} measures with smaller effects; all are in differences.csv. " if left else ""
    told += f"Exactly the same, or zero under A: {'; '.join(absent)}." if absent else ""
    notes = wrapped(told) if told else []
    title = "What differs, and what does not"
    how = f"{level.tied}s over {over}" if over else f"paired {level.tied}s (Student's t)"
    subtitle = (
        f"B less A in per cent of A, {window}; A is {labels[0]}, B is {labels[1]}. Bars: {how}; claims are green. "
        "Sorted by the size of the effect against the spread of the pairs"
        f"{f', the {MOST} largest' if left else ''}"
    )
    top, bottom = head(title, subtitle) + 0.1, foot(footer) + LINE * len(notes) + 0.5
    rows = ROW * max(len(shown), 1) + 0.1
    height = top + rows + bottom
    figure = sheet(height, title, subtitle, footer)
    axes = figure.add_axes((0.31, bottom / height, 0.56, rows / height))
    _forest(axes, shown, measures)
    axes.set_xlabel("difference, % (logarithmic beyond ±1; of the quantity itself if the measure is a logarithm)")
    if axes.texts:
        axes.xaxis.label.set_x(0.4)
    for number, line in enumerate(reversed(notes)):
        figure.text(0.02, (foot(footer) + LINE * number) / height, line, fontsize=SMALL, color=GREY, va="bottom")
    return figure


def strongest(table: pd.DataFrame) -> pd.DataFrame:
    """The measures with the largest effects, largest first: mean difference over the spread of the pairs.

    Half an interval is the spread times a number that depends on n alone, so that the order is by mean over half.
    """
    half = (table["high"] - table["low"]).to_numpy() / 2.0
    mean = table["difference"].abs().to_numpy()
    size = np.divide(mean, half, out=np.full_like(mean, np.inf), where=half > 0.0)
    order = np.lexsort((table["measure"].to_numpy(dtype=str), -size))
    return table.iloc[order[:MOST]]


def _forest(axes: Axes, shown: pd.DataFrame, measures: Mapping[str, Measure]) -> None:
    """A point and a bar for each measure, groups one below the other."""
    low, high = (100.0 * _relative(shown, end, measures) for end in ("low", "high"))
    middle = 100.0 * shown["relative"].to_numpy()
    for k, (name, claim) in enumerate(zip(shown["measure"], shown["claim"], strict=True)):
        place = len(shown) - 1 - k
        colour, ink = (SURE, INK) if claim == "claim" else (UNSURE, GREY)
        axes.plot([low[k], high[k]], [place, place], color=colour, linewidth=1.6, solid_capstyle="butt")
        axes.plot(
            middle[k],
            place,
            marker="o" if claim == "claim" else "|",
            markersize=4 if claim == "claim" else 7,
            color=colour,
        )
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
    if value == 0.0:
        return "0"
    if abs(value) >= 10.0:
        return f"{value:+,.0f}"
    return f"{value:+.1f}" if abs(value) >= 0.95 else f"{value:+.2f}" if abs(value) >= 0.005 else "±0.00"
