"""A list of points: what each changes against the first, run by run with the same seed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kingmaker.experiments.figures.heatmaps import number_of
from kingmaker.experiments.figures.mean_intervals import FEWEST, Interval, combined, counted, ends, interval
from kingmaker.experiments.figures.outcome_columns import Outcome, subtitle_of, value_text
from kingmaker.experiments.figures.plot_grid import Spacing, page_of_panels
from kingmaker.experiments.figures.style import (
    GREY,
    INK,
    LINE,
    PALETTE,
    SMALL,
    Sheet,
    around,
    foot,
    plain_numbers,
    wrapped,
)
from kingmaker.experiments.stats.levels import Level

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from kingmaker.agents.types import FloatArray

COLUMNS = 3
ROW = 0.21  # inches
MOST_POINTS = 40  # that are drawn, the first of the list
TOGETHER = "together"  # the row of the interaction


def point_labels(frame: pd.DataFrame, keys: Sequence[str]) -> dict[int, str]:
    """What each point of a list is called: the values that it names, by number of the point."""
    labels = {}
    for _, row in frame.drop_duplicates("point").sort_values("point").iterrows():
        named = [f"{key} = {value_text(float(row[key]))}" for key in keys if not math.isnan(float(row[key]))]
        labels[int(row["point"])] = ", ".join(named) or "the scenario as it is"
    return labels


def is_factorial(frame: pd.DataFrame, keys: Sequence[str]) -> bool:
    """Whether a list holds every combination of the values of all its parameters, each once."""
    points = frame.drop_duplicates("point")[list(keys)].to_numpy(dtype=float)
    if len(keys) < 2 or np.isnan(points).any():
        return False
    number = [len(np.unique(column)) for column in points.T]
    return min(number) > 1 and math.prod(number) == len(points) == len(np.unique(points, axis=0))


def draw_differences(
    frame: pd.DataFrame, labels: Mapping[int, str], outcomes: Sequence[Outcome], title: str, footer: str,
    square: Sequence[str] = (),
) -> Figure:  # fmt: skip
    """A plot for each outcome: the mean difference of each point from the first, over the seeds that both have.

    Args:
        frame: one row a run.
        labels: what the points are called, the reference first.
        outcomes: what is drawn.
        title: in plain words.
        footer: which sweep this is.
        square: the two parameters of a list that holds two values of both in all combinations; their interaction gets
            a row.
    """
    first, *rest = labels
    tables = {o.column: frame.pivot_table(index="point", columns="seed", values=o.column) * o.factor for o in outcomes}
    pairs = {o.column: {p: _pairs(tables[o.column], p, first) for p in rest} for o in outcomes}
    rows: dict[str, dict[str, FloatArray]] = {}
    for outcome in outcomes:
        rows[outcome.column] = {str(point + 1): values for point, values in pairs[outcome.column].items()}
        if square:
            rows[outcome.column][TOGETHER] = _together(frame, tables[outcome.column], square, first)
    number = [len(values) for found in rows.values() for values in found.values()]
    subtitle = _words(outcomes[0], number, first, bool(square))
    lines = _key(labels)
    spacing = Spacing(
        panel=ROW * (len(rest) + bool(square)) + 0.12, gap=0.95, left=0.8 if square else 0.45, right=0.3,
        between=0.85 if square else 0.5, above=0.42,
    )  # fmt: skip
    figure, panels = page_of_panels(len(outcomes), COLUMNS, title, subtitle, footer, spacing, len(lines))
    for axes, outcome in zip(panels, outcomes, strict=True):
        table = tables[outcome.column]
        level = float(np.nanmean(table.loc[first])) if first in table.index else np.nan
        _forest(axes, rows[outcome.column], len(set(number)) > 1, outcome.level)
        axes.set_title(outcome.title, pad=16)
        axes.set_xlabel(outcome.unit)
        told = f"at point {first + 1}: {number_of(level)}"
        axes.text(0, 1.0 + 0.03 / spacing.panel, told, transform=axes.transAxes, fontsize=SMALL, color=GREY)
    _write_key(figure, lines, footer)
    return figure


def rows_of_page(labels: Mapping[int, str], title: str, footer: str) -> int:
    """Rows of plots that fit a page of :func:`draw_differences`."""
    spacing = Spacing(panel=ROW * len(labels) + 0.12, gap=0.95, above=0.42)
    return spacing.rows(title, "\n" * 2, footer, LINE * len(_key(labels)))


def _words(outcome: Outcome, number: Sequence[int], first: int, square: bool) -> str:
    level = outcome.level
    words = f"{subtitle_of(outcome.statistic)}: difference from point {first + 1}, paired by {level.each}; "
    if max(number, default=0) < FEWEST:
        words += f"mean, and each pair as a grey dot ({counted(number, 'pairs')}: too few for an interval)."
    else:
        words += f"{level.stated} and its {level.tied} ({level.method('pairs')}; {counted(number, 'pairs')})."
    if square:
        words += f" '{TOGETHER}': what both changes do beyond the sum of each alone."
    return words


def _pairs(table: pd.DataFrame, point: int, first: int) -> FloatArray:
    """The differences over the seeds that both points have been run with."""
    if point not in table.index or first not in table.index:
        return np.array([])
    difference = combined([(1.0, table.loc[point].to_numpy()), (-1.0, table.loc[first].to_numpy())])
    return np.asarray(difference[np.isfinite(difference)])


def _together(frame: pd.DataFrame, table: pd.DataFrame, keys: Sequence[str], first: int) -> FloatArray:
    """The interaction of a two by two list, seed by seed."""
    points = frame.drop_duplicates("point").set_index("point")[list(keys)]
    if len(points) < 4 or first not in points.index:
        return np.array([])
    start = points.loc[first]
    signs = {point: (-1) ** int((row != start).sum()) for point, row in points.iterrows()}
    values = combined([(float(sign), table.loc[int(str(point))].to_numpy()) for point, sign in signs.items()])
    return np.asarray(values[np.isfinite(values)])


def _forest(axes: Axes, rows: Mapping[str, FloatArray], counts: bool, level: Level) -> None:
    """A point and a bar for each row, the first at the top; ``counts`` writes the pairs of each."""
    axes.axvline(0.0, color=INK, linewidth=0.6)
    for place, (name, values) in zip(itertools.count(len(rows) - 1, -1), rows.items()):
        found: Interval = interval(values, level=level)
        colour = PALETTE[1] if name == TOGETHER else PALETTE[0]
        if found.n < FEWEST:
            axes.plot(values, [place] * len(values), color=GREY, marker="o", markersize=2, linestyle="")
        if found.n:
            axes.errorbar(
                found.mean, place, xerr=ends([found]), color=colour, marker="s" if name == TOGETHER else "o",
                markersize=3.5, elinewidth=1.2, capsize=2 if found.n >= FEWEST else 0, linestyle="",
            )  # fmt: skip
        if counts:
            axes.text(1.01, place, str(found.n), transform=axes.get_yaxis_transform(), fontsize=SMALL, va="center")
    axes.set_yticks(range(len(rows)), list(rows)[::-1])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    if all(not np.any(values) for values in rows.values()):
        around(axes, "x", 0.0)
        axes.text(
            0.97, 0.5, "exactly\nzero", transform=axes.transAxes, fontsize=SMALL, color=GREY, ha="right", va="center"
        )
    else:
        axes.margins(x=0.08)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=3))
    axes.xaxis.set_major_formatter(plain_numbers())


def _key(labels: Mapping[int, str]) -> list[str]:
    """The lines that say what the points are."""
    told = []
    for k, (point, label) in enumerate(labels.items()):
        text = f"{point + 1}{' (reference)' if k == 0 else ''}: {label}"
        told += wrapped(text)
    return told


def _write_key(figure: Sheet, lines: Sequence[str], footer: str) -> None:
    height = figure.get_figheight()
    for k, line in enumerate(lines):
        y = (foot(footer) + (LINE + 0.02) * (len(lines) - 1 - k)) / height
        figure.text(0.02, y, line, fontsize=SMALL, va="bottom")
