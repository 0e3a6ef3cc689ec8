"""Two parameters against each other: for each outcome a heatmap, and beside it how the two work together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from kingmaker.environment.inputs.parameters import DECLARATIONS, Declaration
from kingmaker.experiments.figures.cells import cells_of
from kingmaker.experiments.figures.interactions import draw_interaction
from kingmaker.experiments.figures.mean_intervals import FEWEST, FREE, Bounds, complete, counted, differs, interval
from kingmaker.experiments.figures.outcome_columns import Outcome, axis_label, subtitle_of, value_text
from kingmaker.experiments.figures.plot_grid import Spacing, page_of_panels
from kingmaker.experiments.figures.style import GREY, INK, SMALL, Sheet, number_text, plain_numbers, text_width

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from kingmaker.agents.types import FloatArray
    from kingmaker.experiments.figures.cells import Cells

SPACING = Spacing(panel=1.75, gap=1.05, left=0.95, right=0.25, between=1.0, above=0.46, below=0.55)
MOST_LABELLED = 16  # cells that are written out
MOST_DECIMALS = 4  # of the numbers in cells; smaller numbers are written each in three digits
TITLE_PAD = 19  # points from a map to its title, with a note between
BAR = 0.5  # inches that a colour bar takes from its plot, at least
STRIP, UNIT, BESIDE = 0.23, 0.25, 0.2  # of gap, bar and ticks; of its unit; of the margin that it may use
Keys = tuple[str, str]


def draw_heatmaps(
    frame: pd.DataFrame, keys: Keys, outcomes: Sequence[Outcome], reference: Mapping[str, float], title: str,
    footer: str, declared: Mapping[str, Declaration] = DECLARATIONS, others: Sequence[str] = (),
) -> Figure:  # fmt: skip
    """A row for each outcome: its mean over seeds at each pair of values, and the interaction of the two parameters.

    Args:
        frame: one row a run.
        keys: the parameters along the horizontal and the vertical axis.
        outcomes: what is drawn.
        reference: the values of the scenario itself; the point there is outlined, and points that differ from it (the
            interval of paired differences excludes zero) carry a dot. Interactions are measured from there.
        title: in plain words.
        footer: which sweep this is.
        declared: the parameters that there are.
        others: what else the design varies; means are taken over it within each seed.
    """
    marked = has(frame, keys, reference) and frame["seed"].nunique() >= FEWEST
    subtitle = _words(outcomes[0], keys, marked, frame["seed"].nunique() >= FEWEST, others)
    figure, panels = page_of_panels(2 * len(outcomes), 2, title, subtitle, footer, SPACING)
    for left, right, outcome in zip(panels[::2], panels[1::2], outcomes, strict=True):
        runs = complete(frame, outcome.column)
        cells = cells_of(runs, keys, outcome)
        draw_cells(figure, left, cells, outcome, reference if marked else None, keys)
        left.set_title(outcome.title, pad=TITLE_PAD)
        label_axes(left, keys, declared)
        draw_interaction(right, cells, keys, outcome, reference)
    return figure


def rows_of_page(
    keys: Keys, outcome: Outcome, title: str, footer: str, others: Sequence[str], spacing: Spacing = SPACING
) -> int:
    """Outcomes that fit a page of :func:`draw_heatmaps`."""
    return spacing.rows(title, _words(outcome, keys, True, True, others), footer)


def _words(outcome: Outcome, keys: Keys, marked: bool, intervals: bool, others: Sequence[str]) -> str:
    over = f"; averaged over {', '.join(others)}" if others else ""
    words = f"{subtitle_of(outcome.statistic)}. Left: averaged over the runs of each pair of values{over}."
    if marked:
        words += (
            f" Outlined: the values that the scenario starts from. Dots: the paired {outcome.level.tied} of the "
            "difference from there excludes zero (each by itself)."
        )
    words += f" Right: by how much {keys[0]} moves the outcome more at the values of {keys[1]} shown than at the first "
    words += f"(difference of differences within a {outcome.level.each}), "
    return words + (
        f"{outcome.level.stated} and {outcome.level.tied}."
        if intervals
        else f"mean; small dots: {outcome.level.among}, too few for intervals."
    )


def has(frame: pd.DataFrame, keys: Sequence[str], reference: Mapping[str, float]) -> bool:
    """Whether the design has run the scenario's own values of these parameters."""
    return all(key in reference and bool((frame[key] == reference[key]).any()) for key in keys)


def label_axes(axes: Axes, keys: Keys, declared: Mapping[str, Declaration]) -> None:
    """The parameters along both axes; names are broken where they would not fit."""
    axes.set_xlabel(axis_label(keys[0], declared))
    label = axis_label(keys[1], declared)
    axes.set_ylabel(label if len(label) <= 26 else label.replace(".", ".\n", 1))


def draw_cells(
    figure: Sheet, axes: Axes, cells: Cells, outcome: Outcome, reference: Mapping[str, float] | None, keys: Keys,
    limits: tuple[float, float] | None = None, bar: bool = True,
) -> None:  # fmt: skip
    """One heatmap with its colour bar, dots and outline; ``limits`` are of the colours, for maps that share them."""
    corner = None if reference is None else (reference[keys[0]], reference[keys[1]])
    base = None if corner is None else cells.seeds.get(corner)
    found = {place: interval(values, outcome.bounds, outcome.level) for place, values in cells.seeds.items()}
    means = np.full((len(cells.ys), len(cells.xs)), np.nan)
    dots: list[tuple[float, float]] = []
    for (x, y), values in cells.seeds.items():
        column, row = cells.xs.index(x), cells.ys.index(y)
        means[row, column] = found[x, y].mean
        if base is not None and differs(values, base, outcome.level):
            dots.append((column + 0.5, row + 0.5))
    widest = max((f.half for f in found.values() if np.isfinite(f.half)), default=0.0)
    low, high = limits or colour_range(means, widest, outcome.bounds)
    written = _written(means) if means.size <= MOST_LABELLED else False
    sns.heatmap(
        means, ax=axes, cmap="viridis", vmin=low, vmax=high, xticklabels=_ticks(cells.xs), yticklabels=_ticks(cells.ys),
        cbar=False, annot=written, fmt="", annot_kws={"fontsize": SMALL},
    )  # fmt: skip
    for text in axes.texts if dots else ():
        text.set_verticalalignment("bottom")  # the dot stands below
        text.set_y(text.get_position()[1] + 0.08)
    _tidy(axes)
    if bar:
        colour_bar(figure, axes, outcome.unit)
    note = f"{outcome.level.tied} ≤ ±{number_of(widest)}" if widest else "no interval"
    count = counted([f.n for f in found.values()], outcome.level.among)
    axes.text(0, 1.04, f"{count}; {note}", transform=axes.transAxes, fontsize=SMALL, color=GREY)
    if dots:
        across, up = zip(*dots, strict=True)
        axes.scatter(across, up, s=7, color="white", edgecolors=INK, linewidths=0.5)
    if base is not None and corner is not None:
        place = (cells.xs.index(corner[0]), cells.ys.index(corner[1]))
        axes.add_patch(Rectangle(place, 1, 1, fill=False, edgecolor="red", linewidth=1.5, clip_on=False))


def _tidy(axes: Axes) -> None:
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.tick_params(length=0)
    axes.tick_params(axis="x", rotation=0)
    axes.tick_params(axis="y", rotation=0)


def colour_bar(figure: Sheet, axes: Axes, unit: str) -> None:
    """A colour bar at the right of a heatmap, which gives up the room for it: more where numbers are long."""
    x, y, width, height = axes.get_position().bounds
    inch, ticks = 1.0 / figure.get_figwidth(), MaxNLocator(nbins=4)
    numbers = [number_text(value) for value in ticks.tick_values(*axes.collections[0].get_clim())]
    room = max(BAR, STRIP + max(map(text_width, numbers)) + UNIT - BESIDE) * inch
    axes.set_position((x, y, width - room, height))
    strip = figure.add_axes((x + width - room + 0.1 * inch, y, 0.06 * inch, height))
    bar = figure.colorbar(axes.collections[0], cax=strip, format=plain_numbers())
    bar.set_label(unit)
    bar.outline.set_visible(False)
    strip.yaxis.set_major_locator(ticks)
    strip.grid(visible=False)


def colour_range(means: FloatArray, widest: float, bounds: Bounds = FREE) -> tuple[float, float]:
    """From the lowest to the highest mean, but never so narrow that mere noise would take on all colours."""
    low, high = float(np.nanmin(means)), float(np.nanmax(means))
    middle = (low + high) / 2.0
    half = max((high - low) / 2.0, widest / 4.0, 1e-3 * abs(middle), 1e-9)
    return (
        middle - half if low < bounds[0] else max(middle - half, bounds[0]),
        middle + half if high > bounds[1] else min(middle + half, bounds[1]),
    )


def _written(means: FloatArray) -> NDArray[np.str_]:
    """The numbers of a map with as many decimals as make three digits of the largest, so that all fit their cells."""
    largest = float(np.nanmax(np.abs(means), initial=0.0))
    decimals = 2 - math.floor(math.log10(largest)) if largest > 0.0 else 0
    if not 0 < decimals <= MOST_DECIMALS:
        return np.array([number_of(value) for value in means.ravel()]).reshape(means.shape)
    texts = [f"{value:.{decimals}f}" if np.isfinite(value) else "" for value in means.ravel()]
    return np.array(texts).reshape(means.shape)


def number_of(value: float) -> str:
    """A number in three digits; nothing where there is none."""
    if not np.isfinite(value):
        return ""
    return number_text(float(f"{value:.3g}"))


def _ticks(values: Sequence[float]) -> list[str]:
    """Labels of at most eight values, every second one where there are more."""
    step = -(-len(values) // 8)
    return [value_text(value) if i % step == 0 else "" for i, value in enumerate(values)]
