"""Two parameters against each other: a heatmap for each outcome."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import ScalarFormatter

from environment.parameters import DECLARATIONS, Declaration
from experiments.figures.intervals import differs, interval
from experiments.figures.outcomes import Outcome, axis_label, subtitle_of, value_text
from experiments.figures.style import GREY, INK, SMALL, sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from agents.types import FloatArray

COLUMNS = 2
PANEL, GAP, HEAD, FOOT = 2.45, 0.95, 1.15, 0.75  # inches
LEFT, RIGHT, BETWEEN = 0.085, 0.95, 0.115  # of the width


def draw_heatmaps(
    frame: pd.DataFrame,
    keys: tuple[str, str],
    outcomes: Sequence[Outcome],
    reference: Mapping[str, float],
    title: str,
    footer: str,
    declared: Mapping[str, Declaration] = DECLARATIONS,
) -> Figure:
    """One panel an outcome: the mean over seeds at each point of the grid.

    Args:
        frame: one row a run.
        keys: the parameters along the horizontal and the vertical axis.
        outcomes: what is drawn.
        reference: the values of the scenario itself; the point there is outlined, and points that differ from it (the
            interval of paired differences excludes zero) carry a dot.
        title: in plain words.
        footer: which sweep this is.
        declared: the parameters that there are.
    """
    rows = -(-len(outcomes) // COLUMNS)
    height = HEAD + rows * PANEL + (rows - 1) * GAP + FOOT
    marked = _has(frame, keys, reference) and frame["seed"].nunique() > 1
    subtitle = f"{subtitle_of(outcomes[0].statistic)}, averaged over the runs of each point."
    if marked:
        subtitle += (
            " Outlined: the values that the scenario starts from. Dots: the paired 95\u00a0% interval of the "
            "difference from there excludes zero (each point by itself)."
        )
    figure = sheet(height, title, "\n".join(textwrap.wrap(subtitle, 125)), footer)
    width = (RIGHT - LEFT - BETWEEN) / COLUMNS
    for i, outcome in enumerate(outcomes):
        row, column = divmod(i, COLUMNS)
        bottom = height - HEAD - PANEL - row * (PANEL + GAP)
        axes = figure.add_axes((LEFT + column * (width + BETWEEN), bottom / height, width, PANEL / height))
        _draw_panel(axes, frame, keys, outcome, reference if marked else None)
        axes.set_xlabel(axis_label(keys[0], declared))
        axes.set_ylabel(axis_label(keys[1], declared))
    return figure


def _has(frame: pd.DataFrame, keys: tuple[str, str], reference: Mapping[str, float]) -> bool:
    return all(key in reference for key in keys) and bool(_at(frame, keys, reference).any())


def _at(frame: pd.DataFrame, keys: tuple[str, str], values: Mapping[str, float]) -> pd.Series[bool]:
    return (frame[keys[0]] == values[keys[0]]) & (frame[keys[1]] == values[keys[1]])


def _draw_panel(
    axes: Axes, frame: pd.DataFrame, keys: tuple[str, str], outcome: Outcome, reference: Mapping[str, float] | None
) -> None:
    """One heatmap with its colour bar, dots and outline."""
    table = frame.pivot_table(index=[*keys], columns="seed", values=outcome.column, aggfunc="mean") * outcome.factor
    xs, ys = (sorted(frame[key].unique()) for key in keys)
    means = np.full((len(ys), len(xs)), np.nan)
    widest = 0.0
    rows_of = {(float(x), float(y)): values for (x, y), values in zip(table.index, table.to_numpy(), strict=True)}
    base = None if reference is None else rows_of[reference[keys[0]], reference[keys[1]]]
    dots: list[tuple[float, float]] = []
    for (x, y), values in rows_of.items():
        found = interval(values)
        column, row = xs.index(x), ys.index(y)
        means[row, column] = found.mean
        widest = max(widest, found.half if np.isfinite(found.half) else 0.0)
        if base is not None and differs(values, base):
            dots.append((column + 0.5, row + 0.5))
    low, high = _colour_range(means, widest)
    sns.heatmap(
        means, ax=axes, cmap="viridis", vmin=low, vmax=high, xticklabels=_ticks(xs), yticklabels=_ticks(ys),
        cbar_kws={"label": outcome.unit, "pad": 0.03, "aspect": 25, "format": _plain_numbers()},
    )  # fmt: skip
    axes.invert_yaxis()
    axes.grid(False)
    axes.tick_params(length=0)
    axes.tick_params(axis="x", rotation=0)
    axes.tick_params(axis="y", rotation=0)
    axes.set_title(outcome.title, pad=15)
    unit = "" if outcome.unit == "0-1" else f" {outcome.unit}"
    note = f"95 % interval at most ± {widest:.2g}{unit}" if widest else "one run a point: no interval"
    axes.text(0, 1.015, note, transform=axes.transAxes, fontsize=SMALL, color=GREY)
    if dots:
        across, up = zip(*dots, strict=True)
        axes.scatter(across, up, s=4, color="white", edgecolors=INK, linewidths=0.4)
    if reference is not None:
        corner = (xs.index(reference[keys[0]]), ys.index(reference[keys[1]]))
        axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor="red", linewidth=1.5, clip_on=False))


def _colour_range(means: FloatArray, widest: float) -> tuple[float, float]:
    """From the lowest to the highest mean, but never so narrow that mere noise would take on all colours."""
    low, high = float(np.nanmin(means)), float(np.nanmax(means))
    middle = (low + high) / 2.0
    half = max((high - low) / 2.0, widest / 4.0, 1e-3 * abs(middle), 1e-9)
    return middle - half, middle + half


def _plain_numbers() -> ScalarFormatter:
    """Numbers along the colour bar without an offset that would have to be added."""
    formatter = ScalarFormatter(useOffset=False)
    formatter.set_powerlimits((-4, 6))
    return formatter


def _ticks(values: Sequence[float]) -> list[str]:
    """Labels of at most a dozen values, every second one where there are more."""
    step = -(-len(values) // 12)
    return [value_text(value) if i % step == 0 else "" for i, value in enumerate(values)]
