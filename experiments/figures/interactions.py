"""How two parameters work together: the difference of differences, paired within each seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.experiments.figures.cells import Cells, interaction, levels, origin
from kingmaker.experiments.figures.mean_intervals import FEWEST, ends, interval
from kingmaker.experiments.figures.outcome_columns import Outcome, value_text
from kingmaker.experiments.figures.style import GREY, SMALL, around, styles, value_axis
from kingmaker.experiments.stats.levels import Level

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kingmaker.agents.types import FloatArray

WIDTH = 0.5  # of the room between two values that their points take


def draw_interaction(
    axes: Axes, cells: Cells, keys: tuple[str, str], outcome: Outcome, reference: Mapping[str, float]
) -> None:
    """For each other value of the first parameter a point a (few) values of the second, with paired intervals."""
    start = origin(cells, keys, reference)
    xs, ys = [x for x in cells.xs if x != start[0]], levels(cells.ys, start[1])
    axes.axhline(0.0, color=GREY, linewidth=0.7)
    for k, (y, (colour, dash)) in enumerate(zip(ys, styles(), strict=False)):
        shift = WIDTH * ((k + 0.5) / len(ys) - 0.5)
        found = {i + shift: interaction(cells, start, (x, y)) for i, x in enumerate(xs)}
        known = {place: values for place, values in found.items() if values is not None}
        _points(axes, known, colour, dash if len(xs) > 1 else "", value_text(y), outcome.level)
    axes.set_xticks(range(len(xs)), [value_text(x) if len(xs) <= 8 or i % 2 == 0 else "" for i, x in enumerate(xs)])
    axes.set_xlim(-0.6, len(xs) - 0.4)
    axes.set_title(f"{keys[1]}, against {value_text(start[1])}:", pad=19, fontweight="normal", color=GREY)
    axes.set_xlabel(f"{keys[0]}, against {value_text(start[0])}")
    axes.set_ylabel(outcome.unit)
    value_axis(axes, outcome.unit, whole=False)
    axes.margins(y=0.15)
    if all(line.get_ydata() is None or not np.any(line.get_ydata()) for line in axes.lines):
        around(axes, "y", 0.0)
        axes.text(0.5, 0.56, "exactly zero", transform=axes.transAxes, fontsize=SMALL, color=GREY, ha="center")
    _legend(axes)


def _points(
    axes: Axes, known: Mapping[float, FloatArray], colour: tuple[float, float, float], dash: str, label: str,
    level: Level,
) -> None:  # fmt: skip
    """One value of the second parameter."""
    found = [interval(values, level=level) for values in known.values()]
    mean = np.array([each.mean for each in found])
    few = max((each.n for each in found), default=0) < FEWEST
    if few:
        for place, values in known.items():
            axes.plot([place] * len(values), values, color=GREY, marker="o", markersize=1.8, linestyle="")
    axes.errorbar(
        list(known), mean, ends(found), color=colour, linestyle=dash, marker="o", markersize=3.5, linewidth=0.9,
        elinewidth=1.1, capsize=0 if few else 2.5, label=label,
    )  # fmt: skip


def _legend(axes: Axes) -> None:
    """Above the plot, where it covers no point."""
    axes.legend(
        loc="lower left", bbox_to_anchor=(-0.02, 0.965), ncols=4, handlelength=1.0, columnspacing=0.6,
        handletextpad=0.2, borderpad=0.0,
    )  # fmt: skip
