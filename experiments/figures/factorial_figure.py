"""The effects of a factorial, outcome by outcome: cells against the reference, main effects, interactions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kingmaker.environment.core.measures import Measure
from kingmaker.experiments.figures.plot_grid import Spacing, columns_of, page_of_panels, pages
from kingmaker.experiments.figures.style import (
    GREY,
    INK,
    LINE,
    PALETTE,
    SMALL,
    around,
    foot,
    plain_numbers,
    scaled_unit,
    wrapped,
)
from kingmaker.experiments.stats.levels import Level, whole_percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS, NAMED_COLUMNS = 3, 2  # of plots; fewer where rows bear their names
ROW = 0.2  # inches
NAMES = 1.9  # inches for the names of the rows
MOST_NAMED = 12  # rows that bear their names; more have numbers, and a key below
SURE, UNSURE = PALETTE[2], "0.6"  # a claim; anything else
NAMED = {"against the reference": "{}", "main effect": "{}, mean over the others", "interaction": "{}: interaction"}
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
    named = len(first) <= MOST_NAMED
    names = [wrapped(NAMED[row.kind].format(row.effect), NAMES) for row in first.itertuples()] if named else []
    ticks = ["\n".join(lines) for lines in names] or [str(k) for k in range(1, len(first) + 1)]
    key = [] if named else [f"{k}: {row.effect} ({row.kind})" for k, row in enumerate(first.itertuples(), 1)]
    title = "What the policies do, alone and together"
    unit = "members" if "members" in over else "seeds"
    subtitle = (
        f"Differences from the reference, {words}; {level.tied}s over {over}; green: claimed; at the right, in how "
        f"many per cent of the {unit} it goes up and down. Interaction: beyond the sum of each alone."
    )
    tall = ROW + LINE * (max(map(len, names), default=1) - 1)
    spacing = Spacing(
        panel=tall * len(first) + 0.15, gap=0.85, left=NAMES + 0.3 if named else 0.35, right=0.85,
        between=1.0 if named else 1.15, above=0.3,
    )  # fmt: skip
    lines = [line for text in key for line in wrapped(text)]
    most = NAMED_COLUMNS if named else COLUMNS
    fitting = most * spacing.rows(title, subtitle, footer, LINE * len(lines))
    for _, outcomes in pages(list(dict.fromkeys(table["measure"])), min(MOST, fitting)):
        figure, panels = page_of_panels(len(outcomes), most, title, subtitle, footer, spacing, len(lines))
        for k, (axes, name) in enumerate(zip(panels, outcomes, strict=True)):
            bare = named and k % columns_of(len(outcomes), most)  # the names stand at the left of the page
            _forest(axes, table[table["measure"] == name], measures[name], [""] * len(ticks) if bare else ticks)
        height = figure.get_figheight()
        for k, line in enumerate(lines):
            y = (foot(footer) + (LINE + 0.02) * (len(lines) - 1 - k)) / height
            figure.text(0.02, y, line, fontsize=SMALL, va="bottom")
        yield figure


def _forest(axes: Axes, rows: pd.DataFrame, measure: Measure, ticks: Sequence[str]) -> None:
    """One outcome, the first effect at the top; ``ticks`` name the rows from there on."""
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
        up, down = (whole_percent(row[share]) for share in ("p_up", "p_down"))
        told = "the same" if row["claim"] == "zero" else f"↑{up} ↓{down}"
        axes.text(
            1.03, place, told, transform=axes.get_yaxis_transform(), fontsize=SMALL, va="center",
            color=INK if row["claim"] == "claim" else GREY,
        )  # fmt: skip
    axes.set_yticks(range(number), list(ticks)[::-1])
    axes.set_ylim(-0.6, number - 0.4)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    if not np.any(ends):
        around(axes, "x", 0.0)
    else:
        axes.margins(x=0.08)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=3))
    axes.xaxis.set_major_formatter(plain_numbers())
    axes.set_title(measure.label, pad=4)
    axes.set_xlabel(unit)
