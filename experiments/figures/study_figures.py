"""Figures of a study: a heatmap of all outcomes, bars with intervals, pairs of parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kingmaker.experiments.figures.plot_grid import PAGE_HEIGHT, Spacing, page_of_panels
from kingmaker.experiments.figures.style import (
    INK,
    PAGE_WIDTH,
    PALETTE,
    SMALL,
    around,
    foot,
    head,
    plain_numbers,
    sheet,
)
from kingmaker.experiments.stats.levels import LEVEL, Level

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

CELL = 0.27  # inches
SHOWN = 14  # parameters in a plot of bars, the strongest
BAR = 0.17  # inches
LETTER = 0.068  # inches of a letter of a name, or a little more
SLANTED = 15  # columns of a heatmap whose names can lean
WRITTEN, SHORTENED = 0.3, 0.18  # inches of a cell that can hold 0.12 and .1
TRIANGLE = 8  # parameters whose pairs fit a triangle of half the page's width
MEANINGS = {
    "ST": "total effect ST: share of the variance that would be left if only this parameter were not known",
    "S1": "first-order effect S1: share of the variance that this parameter moves by itself",
    "mu_star": "mean absolute elementary effect (Morris' µ*), relative to the largest of the outcome",
    "swing": "swing from the low to the high end of the range, relative to the largest of the outcome",
}
STAR = "* "
SPREAD = {"morris": "sigma", "sobol": "S1"}  # a second bar beside the ranking index


def draw_heatmap(values: pd.DataFrame, main: str, names: Mapping[str, str], footer: str) -> Figure:
    """Outcomes by parameters, the ranking index in each cell.

    Args:
        values: outcomes (rows, at least one) by parameters (columns), from -1 to 1 for swings, else from 0 to 1.
        main: the name of the index.
        names: of the outcomes in words, with a star (:data:`STAR`) where the sample was too small.
        footer: the line that says which runs these are.
    """
    rows, columns = values.shape
    title, subtitle = "What moves what", MEANINGS[main][0].upper() + MEANINGS[main][1:]
    shown = [names[outcome] for outcome in values.index]
    footer = "\n".join([footer, *_note(shown)])
    longest = max(map(len, values.columns), default=0) * LETTER
    above = head(title, subtitle) + 0.15 + (0.65 * longest if columns <= SLANTED else longest)
    start, side = 0.345 * PAGE_WIDTH, 0.2
    if columns <= SLANTED:  # the last name leans to the right
        side = max(side, 0.1 + 0.8 * longest - 0.5 * (PAGE_WIDTH - start - 0.8 * longest) / max(columns, 1))
    height = above + CELL * max(rows, 1) + foot(footer) + 0.1
    figure = sheet(height, title, subtitle, footer)
    wide, tall = PAGE_WIDTH - start - side, CELL * max(rows, 1)
    axes = figure.add_axes((start / PAGE_WIDTH, (foot(footer) + 0.1) / height, wide / PAGE_WIDTH, tall / height))
    _cells(axes, values, main, wide / max(columns, 1))
    axes.set_yticks(np.arange(rows) + 0.5)
    axes.set_yticklabels(shown, fontsize=SMALL)
    return figure


def _cells(axes: Axes, values: pd.DataFrame, main: str, inches: float) -> None:
    """The map with its numbers and, above it, the names of the parameters."""
    columns = len(values.columns)
    low, palette = (-1.0, "vlag") if main == "swing" else (0.0, "crest")
    marks = np.array([[_cell(v, inches) for v in row] for row in values.to_numpy()])
    sns.heatmap(
        values, ax=axes, vmin=low, vmax=1.0, cmap=palette, annot=marks, fmt="", cbar=False, linewidths=0.4,
        annot_kws={"fontsize": SMALL},
    )  # fmt: skip
    axes.xaxis.tick_top()
    axes.set_xticks(np.arange(columns) + 0.5)
    axes.set_xticklabels(list(values.columns))
    turn: dict[str, Any] = {"rotation": 90}
    if columns <= SLANTED:
        turn = {"rotation": 40, "ha": "left", "rotation_mode": "anchor"}
    for label in axes.get_xticklabels():
        label.set(**turn)
    axes.tick_params(length=0)
    axes.set_xlabel("")
    axes.set_ylabel("")


def _cell(value: float, inches: float) -> str:
    """A number that fits a cell, nothing where it would round to zero."""
    if inches >= WRITTEN:
        return f"{value:.2f}" if abs(value) >= 0.005 else ""
    return f"{value:.1f}".replace("0.", ".") if inches >= SHORTENED and abs(value) >= 0.05 else ""


def _spacing(table: pd.DataFrame) -> Spacing:
    """Of a page of bars: their height and the width of the longest name."""
    shown = min(int(table["parameter"].nunique()), SHOWN)
    longest = max((len(str(name)) for name in table["parameter"].unique()), default=0)
    names = min(0.2 + LETTER * longest, 2.4)
    return Spacing(panel=max(BAR * shown, 0.4), gap=0.85, left=names, right=0.3, between=names + 0.3, above=0.3,
                   below=0.45)  # fmt: skip


def bars_per_page(table: pd.DataFrame) -> int:
    """Outcomes whose bars fit on a page."""
    spacing = _spacing(table)
    return 2 * max(1, int((PAGE_HEIGHT - 1.7) / (spacing.panel + spacing.gap)))


def draw_bars(
    table: pd.DataFrame, outcomes: Sequence[str], kind: str, main: str, names: Mapping[str, str], footer: str,
    title: str = "Parameters by their weight", units: Mapping[str, str] | None = None,
    level: Level = LEVEL,
) -> Figure:  # fmt: skip
    """A plot for each outcome: parameters from the strongest down, with their intervals.

    Args:
        table: outcome, parameter, index, value, low, high.
        outcomes: those of this page.
        kind: of the study.
        main: the ranking index.
        names: of the outcomes in words, with a star (:data:`STAR`) where the sample was too small.
        footer: the line that says which runs these are.
        title: in plain words.
        units: of the effects on each outcome, unless these are shares of variance.
        level: of the intervals.
    """
    told = {
        "sobol": "Dark: total effect ST; light: first-order effect S1", "lhs": "First-order effect S1",
        "morris": "Dark: µ*, mean absolute effect of a move across the range; light: spread σ (interaction, curvature)",
        "oat": "From the scenario to the low (light) and the high end (dark) of each range",
    }[kind]  # fmt: skip
    most = int(table["parameter"].nunique())
    told += f"; the {SHOWN} strongest of {most} parameters" if most > SHOWN else ""
    words = "\n".join([footer, *_note([names[outcome] for outcome in outcomes])])
    spacing = _spacing(table)
    figure, panels = page_of_panels(len(outcomes), 2, title, f"{told}; lines are {level.tied}s", words, spacing)
    start = -(spacing.left - 0.1) / (panels[0].get_position().width * PAGE_WIDTH)  # above the names: titles are long
    for axes, outcome in zip(panels, outcomes, strict=True):
        _bars(axes, table[table["outcome"] == outcome], kind, main)
        axes.set_title(names[outcome], pad=3, x=start)
        axes.set_xlabel((units or {}).get(outcome, ""))
    return figure


def _bars(axes: Axes, rows: pd.DataFrame, kind: str, main: str) -> None:
    ranked = rows[rows["index"] == main]
    names = list(ranked.assign(size=ranked["value"].abs()).sort_values("size", ascending=True)["parameter"])[-SHOWN:]
    shown = ("high", "low") if kind == "oat" else (main, SPREAD[kind]) if kind in SPREAD else (main,)
    width = 0.8 / len(shown)
    for number, index in enumerate(shown):
        found = rows[rows["index"] == index].set_index("parameter").loc[names]
        places = np.arange(len(names)) + (0.5 * (len(shown) - 1) - number) * width
        colour: Any = PALETTE[0] if number == 0 else sns.light_palette(PALETTE[0], 5)[2]
        axes.barh(places, found["value"], height=width, color=colour, linewidth=0)
        known = np.isfinite(found["low"].to_numpy(dtype=np.float64))
        axes.hlines(places[known], found["low"][known], found["high"][known], color=INK, linewidth=0.8)
    axes.axvline(0.0, color=INK, linewidth=0.6)
    axes.set_yticks(range(len(names)))
    axes.set_yticklabels(names, fontsize=SMALL)
    axes.set_ylim(-0.6, max(len(names), 1) - 0.4)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.autoscale(axis="x")
    axes.margins(x=0.06)  # bars stick to the frame otherwise, and the longest seems cut
    axes.use_sticky_edges = False
    if not np.any(rows["value"]):
        around(axes, "x", 0.0)
        return
    low, high = axes.get_xlim()
    axes.set_xlim(0.0 if low >= -0.07 * high and not _negative(rows, shown) else low, high)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.xaxis.set_major_formatter(plain_numbers())
    axes.tick_params(length=0)


def _negative(rows: pd.DataFrame, shown: Sequence[str]) -> bool:
    """Whether something lies below zero."""
    drawn = rows.loc[rows["index"].isin(list(shown)), ["value", "low"]].to_numpy(dtype=np.float64)
    return bool(np.any(drawn < 0.0))


def draw_pairs(matrices: dict[str, FloatArray], keys: Sequence[str], names: Mapping[str, str], footer: str) -> Figure:
    """A triangle of second-order indices for each outcome; pairs that are not clearly above zero are left grey.

    Args:
        matrices: by outcome, shape (parameters, parameters, 2): value, and 1 where its interval lies above zero.
        keys: the parameters.
        names: of the outcomes in words, with a star (:data:`STAR`) where the sample was too small.
        footer: the line that says which runs these are.
    """
    columns = 2 if len(keys) <= TRIANGLE else 1
    side = min(0.2 + LETTER * max(map(len, keys)), 2.4)
    spacing = Spacing(panel=0.24 * (len(keys) - 1), gap=side + 0.35, left=side, right=0.2, between=side + 0.2,
                      above=0.25, below=0.75 * side + 0.1)  # fmt: skip
    words = "\n".join([footer, *_note([names[outcome] for outcome in matrices])])
    told = "Second-order effects S2: share of the variance that two parameters move only together (grey: not clear)"
    figure, panels = page_of_panels(len(matrices), columns, "Which parameters work together", told, words, spacing)
    for axes, (outcome, found) in zip(panels, matrices.items(), strict=True):
        _triangle(axes, found, list(keys), written=len(keys) <= 2 * TRIANGLE)
        axes.set_title(names[outcome], pad=3)
    return figure


def _triangle(axes: Axes, found: FloatArray, names: list[str], written: bool) -> None:
    value, clear = found[:, :, 0].T, found[:, :, 1].T > 0.0
    most = max(0.1, float(np.max(np.where(clear, value, 0.0))))
    below = np.tril(np.ones(value.shape, dtype=np.bool_), -1)
    axes.pcolormesh(np.where(below, 0.0, np.nan), cmap="Greys", vmin=-1.0, vmax=8.0)
    axes.pcolormesh(np.where(clear & below, value, np.nan), cmap="crest", vmin=0.0, vmax=most)
    for i, j in zip(*np.nonzero(below & written), strict=True):
        ink = "white" if clear[i, j] and value[i, j] > 0.4 * most else INK
        words = f"{value[i, j]:.2f}".replace("0.", ".")
        axes.text(j + 0.5, i + 0.5, words, fontsize=SMALL, ha="center", va="center", color=ink)
    axes.set_ylim(len(names), 1)
    axes.set_xlim(0, len(names) - 1)
    axes.set_xticks(np.arange(len(names) - 1) + 0.5)
    axes.set_xticklabels(names[:-1], rotation=40, ha="right", rotation_mode="anchor", fontsize=SMALL)
    axes.set_yticks(np.arange(1, len(names)) + 0.5)
    axes.set_yticklabels(names[1:], fontsize=SMALL)
    axes.grid(visible=False)
    axes.tick_params(length=0)


def _note(shown: Iterable[str]) -> list[str]:
    """What the star means, if there is one."""
    starred = any(name.startswith(STAR) for name in shown)
    return [f"{STAR}the sample is too small for this outcome: its numbers are tentative"] if starred else []
