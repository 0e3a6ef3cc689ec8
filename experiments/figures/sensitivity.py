"""Figures of a study: a heatmap of all outcomes, bars with intervals, pairs of parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.style import GREY, INK, PALETTE, SMALL, sheet

if TYPE_CHECKING:
    import pandas as pd

    from agents.types import FloatArray

CELL = 0.27  # inches
SHOWN = 14  # parameters in a plot of bars, the strongest
GAP = 0.6  # inches between plots of bars
PAGE = 9.3  # inches of bars on a page
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
        values: outcomes (rows) by parameters (columns), from -1 to 1 for swings and from 0 to 1 otherwise.
        main: the name of the index.
        names: of the outcomes in words, with a star (:data:`STAR`) where the sample was too small.
        footer: the line that says which runs these are.
    """
    rows, columns = values.shape
    height = 2.3 + CELL * max(rows, 1)
    subtitle = MEANINGS[main][0].upper() + MEANINGS[main][1:]
    figure = sheet(height, "What moves what", subtitle, footer)
    axes = figure.add_axes((0.33, 1.55 / height, 0.65, CELL * max(rows, 1) / height))
    low, palette = (-1.0, "vlag") if main == "swing" else (0.0, "crest")
    marks = np.array([[f"{v:.2f}" if abs(v) >= 0.005 else "" for v in row] for row in values.to_numpy()])
    size = SMALL if columns <= 12 else SMALL - 2.0
    sns.heatmap(
        values, ax=axes, vmin=low, vmax=1.0, cmap=palette, annot=marks, fmt="", cbar=False, linewidths=0.4,
        annot_kws={"fontsize": size},
    )  # fmt: skip
    axes.set_yticks(np.arange(rows) + 0.5)
    axes.set_yticklabels([names[outcome] for outcome in values.index], fontsize=SMALL)
    axes.set_xticks(np.arange(columns) + 0.5)
    axes.set_xticklabels(list(values.columns), rotation=40, ha="right", rotation_mode="anchor", fontsize=SMALL)
    axes.tick_params(length=0)
    axes.set_xlabel("")
    axes.set_ylabel("")
    _note(figure, [names[outcome] for outcome in values.index], height)
    return figure


def _bar_height(table: pd.DataFrame) -> float:
    return GAP + 0.16 * max(min(int(table["parameter"].nunique()), SHOWN), 2)


def bars_per_page(table: pd.DataFrame) -> int:
    """Outcomes whose bars fit on a page."""
    return 2 * max(1, int(PAGE / _bar_height(table)))


def draw_bars(
    table: pd.DataFrame, outcomes: Sequence[str], kind: str, main: str, names: Mapping[str, str], footer: str
) -> Figure:
    """A plot for each outcome: parameters from the strongest down, with 95 % intervals.

    Args:
        table: outcome, parameter, index, value, low, high.
        outcomes: those of this page.
        kind: of the study.
        main: the ranking index.
        names: of the outcomes in words, with a star (:data:`STAR`) where the sample was too small.
        footer: the line that says which runs these are.
    """
    rows, row = -(-len(outcomes) // 2), _bar_height(table)
    height = 0.95 + rows * row + 0.25
    told = {
        "sobol": "Dark: total effect ST; light: first-order effect S1", "lhs": "First-order effect S1",
        "morris": "Dark: µ*; light: spread σ (interactions, curvature)",
        "oat": "From the scenario to the low (light) and the high end (dark) of each range",
    }[kind]  # fmt: skip
    figure = sheet(height, "Parameters by their weight", f"{told}; lines are 95 % intervals", footer)
    grid = figure.add_gridspec(
        rows, 2, left=0.24, right=0.98, top=1 - 0.95 / height, bottom=0.6 / height, wspace=0.72,
        hspace=GAP / (row - GAP),
    )  # fmt: skip
    for number, outcome in enumerate(outcomes):
        axes = figure.add_subplot(grid[number // 2, number % 2])
        _bars(axes, table[table["outcome"] == outcome], kind, main)
        axes.set_title(names[outcome], pad=3)
    _note(figure, [names[outcome] for outcome in outcomes], height)
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
    axes.ticklabel_format(axis="x", scilimits=(-3, 4), useMathText=True)
    axes.xaxis.get_offset_text().set_fontsize(SMALL - 1)
    axes.tick_params(labelsize=SMALL - 0.5, length=0)


def draw_pairs(matrices: dict[str, FloatArray], keys: Sequence[str], names: Mapping[str, str], footer: str) -> Figure:
    """A triangle of second-order indices for each outcome; pairs that are not clearly above zero are left grey.

    Args:
        matrices: by outcome, shape (parameters, parameters, 2): value, and 1 where its interval lies above zero.
        keys: the parameters.
        names: of the outcomes in words, with a star (:data:`STAR`) where the sample was too small.
        footer: the line that says which runs these are.
    """
    rows = -(-len(matrices) // 2)
    row = 0.95 + 0.24 * len(keys)
    height = 1.0 + rows * row + 0.9
    subtitle = "Second-order effects S2: share of the variance that two parameters move only together (grey: not clear)"
    figure = sheet(height, "Which parameters work together", subtitle, footer)
    grid = figure.add_gridspec(
        rows, 2, left=0.23, right=0.98, top=1 - 0.95 / height, bottom=1.35 / height, wspace=0.72, hspace=0.62
    )
    for number, (outcome, found) in enumerate(matrices.items()):
        axes = figure.add_subplot(grid[number // 2, number % 2])
        _triangle(axes, found, list(keys))
        axes.set_title(names[outcome], pad=3)
    _note(figure, [names[outcome] for outcome in matrices], height)
    return figure


def _triangle(axes: Axes, found: FloatArray, names: list[str]) -> None:
    value, clear = found[:, :, 0].T, found[:, :, 1].T > 0.0
    most = max(0.1, float(np.max(np.where(clear, value, 0.0))))
    below = np.tril(np.ones(value.shape, dtype=np.bool_), -1)
    axes.pcolormesh(np.where(below, 0.0, np.nan), cmap="Greys", vmin=-1.0, vmax=8.0)
    axes.pcolormesh(np.where(clear & below, value, np.nan), cmap="crest", vmin=0.0, vmax=most)
    for i, j in zip(*np.nonzero(below), strict=True):
        ink = "white" if clear[i, j] and value[i, j] > 0.4 * most else INK
        words = f"{value[i, j]:.2f}"
        axes.text(j + 0.5, i + 0.5, words, fontsize=SMALL - 1.5, ha="center", va="center", color=ink)
    axes.set_ylim(len(names), 1)
    axes.set_xlim(0, len(names) - 1)
    axes.set_xticks(np.arange(len(names) - 1) + 0.5)
    axes.set_xticklabels(names[:-1], rotation=40, ha="right", rotation_mode="anchor", fontsize=SMALL - 0.5)
    axes.set_yticks(np.arange(1, len(names)) + 0.5)
    axes.set_yticklabels(names[1:], fontsize=SMALL - 0.5)
    axes.grid(visible=False)
    axes.tick_params(length=0)


def _note(figure: Figure, shown: Iterable[str], height: float) -> None:
    """What the star means, if there is one."""
    if any(name.startswith(STAR) for name in shown):
        told = f"{STAR}the sample is too small for this outcome: its numbers are tentative"
        figure.text(0.02, 0.08 / height, told, color=GREY, fontsize=SMALL, va="bottom")
