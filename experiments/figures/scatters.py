"""A sampled design: outcomes against each parameter, point by point, with the mean in bins of points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kingmaker.environment.inputs.parameters import DECLARATIONS, Declaration
from kingmaker.experiments.figures.mean_intervals import FEWEST, FREE, Bounds, ends, interval
from kingmaker.experiments.figures.outcome_columns import Outcome, subtitle_of
from kingmaker.experiments.figures.plot_grid import Spacing, page_of_panels
from kingmaker.experiments.figures.style import GREY, PALETTE, log_axis, plain_numbers, value_axis
from kingmaker.experiments.stats.levels import LEVEL, Level

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

COLUMNS = 3
BINS = 8
WORTH = 4  # units in a bin: with fewer there are fewer bins
WIDE = 20.0  # ratio of a parameter's ends from which its axis is logarithmic
SPACING = Spacing()


def draw_scatter(
    frame: pd.DataFrame, keys: Sequence[str], outcome: Outcome, title: str, footer: str,
    declared: Mapping[str, Declaration] = DECLARATIONS, block: int = 1,
) -> Figure:  # fmt: skip
    """One outcome of a sampled design against each parameter: the points, and means in equal bins of points.

    Args:
        frame: one row a run.
        keys: the parameters, one panel each.
        outcome: what is drawn.
        title: in plain words.
        footer: which sweep this is.
        declared: the parameters that there are.
        block: points that belong together, as a Sobol design repeats each value of a parameter at several points; such
            points count once.
    """
    points = frame.groupby("point")[[*keys, outcome.column]].mean()
    panels_of = {key: _units(points, key, outcome, block) for key in keys}
    bins = min(_bins(len(x)) for x, _ in panels_of.values())
    seen = "points" if block == 1 else "values of a parameter (points that share one count once)"
    trend = (
        f"line: mean in {bins} bins of {seen}, band: its {outcome.level.tied} (Student's t over them)"
        if bins else f"{len(points)} points are too few for a trend with an interval"
    )  # fmt: skip
    subtitle = (
        f"{outcome.title}: {subtitle_of(outcome.statistic).lower()}. Dots: the {len(points)} points of the design, "
        f"averaged over their runs; {trend}."
    )
    figure, panels = page_of_panels(len(keys), COLUMNS, title, subtitle, footer, SPACING)
    for axes, key in zip(panels, keys, strict=True):
        shown = points[key].to_numpy(dtype=float), points[outcome.column].to_numpy() * outcome.factor
        axes.scatter(*shown, s=5 if len(points) < 200 else 3, color=GREY, alpha=0.5, linewidths=0)
        x, y = panels_of[key]
        if bins:
            centres, means, bars = _binned(x, y, bins, outcome.bounds, outcome.level)
            axes.fill_between(centres, means - bars[0], means + bars[1], color=PALETTE[0], alpha=0.3, linewidth=0)
            axes.plot(centres, means, color=PALETTE[0], marker="o", markersize=2.5)
        if _in_logarithms(x):
            log_axis(axes, "x")
        else:
            axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
            axes.xaxis.set_major_formatter(plain_numbers())
        axes.set_title(key)
        axes.set_xlabel(declared[key].unit if declared[key].unit != "1" else "")
        axes.set_ylabel(outcome.unit)
        value_axis(axes, outcome.unit, whole=False)
    return figure


def _in_logarithms(x: FloatArray) -> bool:
    """Whether values are spread over orders of magnitude, as those of a factor with a logarithmic scale are."""
    low, high = float(x.min()), float(x.max())
    return low > 0.0 and high / low >= WIDE and float(np.median(x)) < 0.25 * (low + high)


def _bins(units: int) -> int:
    """Bins for so many independent units; 0 if not even two bins would have an interval."""
    found = min(BINS, units // WORTH)
    return found if found >= 2 else 0


def _units(points: pd.DataFrame, key: str, outcome: Outcome, block: int) -> tuple[FloatArray, FloatArray]:
    """Value and outcome of each unit that counts once: a point, or the points of a block that share the value."""
    frame = points.assign(block=points.index.to_numpy() // block)
    units = frame.groupby(["block", key], sort=True)[outcome.column].mean()
    x = units.index.get_level_values(1).to_numpy(dtype=float)
    return x, units.to_numpy() * outcome.factor


def _binned(
    x: FloatArray, y: FloatArray, bins: int, bounds: Bounds = FREE, level: Level = LEVEL
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean place, mean, and distances to the ends of the interval in bins that hold equally many units."""
    places = np.unique(x)
    if len(places) <= bins:
        groups = [x == place for place in places]
    else:
        edges = np.unique(np.quantile(x, np.linspace(0, 1, bins + 1)))
        number = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(edges) - 2)
        groups = [number == i for i in range(len(edges) - 1)]
    groups = [group for group in groups if group.sum() >= FEWEST]
    found = [interval(y[group], bounds, level) for group in groups]
    return np.array([x[group].mean() for group in groups]), np.array([f.mean for f in found]), ends(found)
