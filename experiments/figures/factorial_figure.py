"""The effects of a factorial, outcome by outcome: cells against the reference, main effects, interactions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from kingmaker.environment.core.measures import Measure
from kingmaker.experiments.figures.plot_grid import Spacing, page_of_panels, pages
from kingmaker.experiments.figures.style import (
    GREY,
    INK,
    LINE,
    PALETTE,
    SMALL,
    around,
    foot,
    number_text,
    scaled_unit,
    wrapped,
)
from kingmaker.experiments.stats.levels import Level

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = 3
ROW = 0.2  # inches
SURE, UNSURE = PALETTE[2], "0.6"  # a claim; anything else
MARKS = {"against the reference": "o", "main effect": "D", "interaction": "s"}
MOST = 9  # outcomes of a page


def draw_effects(
    table: pd.DataFrame, measures: Mapping[str, Measure], words: str, over: str, footer: str, level: Level
) -> Iterator[Figure]:
    """Pages of plots, one an outcome: effects with their intervals, and in how many members the sign holds.

    Args:
        table: the rows of one window of
            :func:`kingmaker.experiments.studies.factorial.factorial_effects.tabulate_effects`.
        measures: the outcomes by name.
        words: the window in words.
        over: over what the intervals are.
        footer: the line that says which runs these are.
        level: of the intervals.
    """
    first = table[table["measure"] == table["measure"].iloc[0]]
    key = [f"{k}: {row.effect} ({row.kind})" for k, row in enumerate(first.itertuples(), 1)]
    title = "What the policies do, alone and together"
    subtitle = (
        f"Differences from the reference, {words}; {level.tied}s over {over}; green: claimed; at the right, the "
        "probability of the sign in per cent. Interaction: beyond the sum of each alone."
    )
    spacing = Spacing(panel=ROW * len(first) + 0.15, gap=0.95, left=0.35, right=0.45, between=0.7, above=0.3)
    lines = [line for text in key for line in wrapped(text)]
    for _, names in pages(list(dict.fromkeys(table["measure"])), MOST):
        figure, panels = page_of_panels(len(names), COLUMNS, title, subtitle, footer, spacing, len(lines))
        for axes, name in zip(panels, names, strict=True):
            _forest(axes, table[table["measure"] == name], measures[name])
        height = figure.get_figheight()
        for k, line in enumerate(lines):
            y = (foot(footer) + (LINE + 0.02) * (len(lines) - 1 - k)) / height
            figure.text(0.02, y, line, fontsize=SMALL, va="bottom")
        yield figure


def _forest(axes: Axes, rows: pd.DataFrame, measure: Measure) -> None:
    """One outcome, the first effect at the top."""
    ends = rows[["difference", "low", "high"]].to_numpy(dtype=float)
    factor, unit = scaled_unit(measure, float(np.abs(ends).max()))
    axes.axvline(0.0, color=INK, linewidth=0.6)
    number = len(rows)
    for k, row in enumerate(rows.to_dict("records")):
        place = number - 1 - k
        colour = SURE if row["claim"] == "claim" else UNSURE
        middle, low, high = (factor * row[end] for end in ("difference", "low", "high"))
        axes.plot([low, high], [place, place], color=colour, linewidth=1.5, solid_capstyle="butt")
        axes.plot(middle, place, marker=MARKS[row["kind"]], markersize=4, color=colour)
        told = "" if row["claim"] == "zero" else f"{int(100.0 * row['p_sign'] + 1e-9)}"
        axes.text(
            1.02, place, told, transform=axes.get_yaxis_transform(), fontsize=SMALL, va="center",
            color=INK if row["claim"] == "claim" else GREY,
        )  # fmt: skip
    axes.set_yticks(range(number), [str(k) for k in range(number, 0, -1)])
    axes.set_ylim(-0.6, number - 0.4)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    if not np.any(ends):
        around(axes, "x", 0.0)
    else:
        axes.margins(x=0.08)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=3))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value)))
    axes.set_title(measure.label, pad=4)
    axes.set_xlabel(unit)
