"""One measure over time on axes of matplotlib: lines with their bands, each named at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.environment.core.measures import Measure
from kingmaker.experiments.figures.fans import OPACITY
from kingmaker.experiments.figures.style import (
    GREY,
    LARGE,
    LINE,
    PAGE_WIDTH,
    SMALL,
    Colour,
    scaled_unit,
    styled,
    styles,
    text_width,
    time_axis,
    value_axis,
    wrapped,
)
from kingmaker.experiments.stats.bands import quantiles
from kingmaker.experiments.stats.levels import Level, bands_at

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kingmaker.agents.types import FloatArray

HEIGHT = 3.6  # inches of a figure of its own
SCREEN = 144  # dots an inch of what is handed back: with fewer, small letters grow wider than they were measured
LEFT, BOTTOM, TOP = 0.75, 0.35, 0.12  # inches around its plot
WIDEST = 1.9  # inches of the names at the right
BEHIND = 0.06  # inches between a line's end and its name
UNITS = {"0-1": "share, 0 to 1", "0/1": "0 or 1"}


@dataclass(frozen=True)
class Path:
    """The runs of one line: its name, and their values month by month, shape (months, runs)."""

    label: str
    values: FloatArray


def new_axes() -> Axes:
    """The axes of a figure of their own, which a notebook shows by itself."""
    import matplotlib.pyplot as plt

    with for_screen():
        _, axes = plt.subplots(figsize=(PAGE_WIDTH, HEIGHT))
    return axes


@contextmanager
def for_screen() -> Iterator[None]:
    """Draw pages in this project's style, sharp enough for a screen; a notebook then shows what is handed back."""
    import matplotlib.pyplot as plt  # its backend tells the notebook how a figure is shown

    with plt.rc_context({"figure.dpi": SCREEN}), styled():
        yield


def draw_series(
    axes: Axes, measure: Measure, paths: Sequence[Path], level: Level, weights: FloatArray | None = None
) -> None:
    """The median of each path's runs and the bands of the runs around it; of a single run the run itself.

    Args:
        axes: where to.
        measure: what is drawn.
        paths: all of the same months.
        level: share of the runs in the wider band.
        weights: of the runs of each path, if they do not weigh the same.
    """
    factor, _ = scaled_unit(measure, _largest([path.values for path in paths]))
    ends = []
    for path, (colour, dash) in zip(paths, styles(), strict=False):
        found = {name: factor * values for name, values in quantiles(path.values, level, weights).items()}
        months = range(len(path.values))
        if path.values.shape[1] > 1:
            for band, opacity in reversed(list(zip(bands_at(level), OPACITY, strict=False))):
                low, high = (found[column] for column in band.columns)
                axes.fill_between(months, low, high, color=colour, alpha=opacity / len(paths) ** 0.5, linewidth=0)
        axes.plot(months, found["median"], color=colour, linestyle=dash, label=path.label)
        ends.append((float(found["median"][-1]), path.label, colour))
    finish(axes, measure, [path.values for path in paths])
    if len(paths) > 1:
        _name_ends(axes, ends)


def draw_difference(axes: Axes, measure: Measure, mean: FloatArray, low: FloatArray, high: FloatArray) -> None:
    """A mean difference month by month with its interval, and the line of no difference."""
    factor, _ = scaled_unit(measure, _largest([mean, low, high]))
    colour, _ = next(iter(styles()))
    months = range(len(mean))
    axes.axhline(0.0, color=GREY, linewidth=0.7)
    axes.fill_between(months, factor * low, factor * high, color=colour, alpha=OPACITY[1], linewidth=0)
    axes.plot(months, factor * mean, color=colour)
    finish(axes, measure, [mean, low, high])


def finish(axes: Axes, measure: Measure, values: Sequence[FloatArray]) -> None:
    """Unit, ticks and years."""
    _, unit = scaled_unit(measure, _largest(values))
    axes.set_ylabel("index, 0 to 1" if measure.name.startswith("hhi") else UNITS.get(unit, unit))
    if all(np.nanmin(each) >= 0.0 for each in values) and "log10" not in measure.unit:
        axes.set_ylim(bottom=0.0)
    value_axis(axes, unit, most=5, whole=False)
    time_axis(axes, len(values[0]))


def headed(axes: Axes, title: str, subtitle: str, names: Sequence[str] = ()) -> Axes:
    """Title and subtitle over a plot; a figure with no other plot makes room, also for ``names``."""
    figure = axes.figure
    width, height = figure.bbox.width / figure.dpi, figure.bbox.height / figure.dpi
    right = min(max(map(text_width, names), default=0.0), WIDEST) + 2 * BEHIND if len(names) > 1 else 0.15
    alone = len(figure.axes) == 1
    room = width - LEFT - right if alone else axes.get_position().width * width
    titles, lines = wrapped(title, room, LARGE, bold=True), wrapped(subtitle, room)
    points = 72.0 * LINE
    axes.annotate(
        "\n".join(lines), (0.0, 1.0), (0.0, 4.0), xycoords="axes fraction", textcoords="offset points",
        fontsize=SMALL, color=GREY, va="bottom", annotation_clip=False,
    )  # fmt: skip
    axes.set_title("\n".join(titles), loc="left", fontsize=LARGE, fontweight="bold", pad=8.0 + points * len(lines))
    if alone:
        above = TOP + LINE * (1.4 * len(titles) + len(lines)) + 0.15
        figure.subplots_adjust(
            left=LEFT / width, right=1 - right / width, bottom=BOTTOM / height, top=1 - above / height
        )
    return axes


def _name_ends(axes: Axes, ends: Sequence[tuple[float, str, Colour]]) -> None:
    """The name of each line at its end, in its colour; names that would overlap are pushed apart."""
    bottom, top = axes.get_ylim()
    tall = axes.get_position().height * axes.figure.bbox.height / axes.figure.dpi
    edge = -np.inf
    for value, label, colour in sorted(ends, key=lambda end: end[0]):
        lines = wrapped(label, WIDEST)
        inches = max((value - bottom) / (top - bottom) * tall, edge)
        edge = inches + LINE * len(lines)
        axes.annotate(
            "\n".join(lines), (1.0, inches / tall), (72.0 * BEHIND, 0.0), xycoords="axes fraction",
            textcoords="offset points", fontsize=SMALL, color=colour, va="center", annotation_clip=False,
        )  # fmt: skip


def _largest(values: Sequence[FloatArray]) -> float:
    return max(float(np.nanmax(np.abs(each))) for each in values)
