"""One parameter at a time: outcomes against its values, with intervals; and paths over the months."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kingmaker.environment.core.measures import Measure
from kingmaker.environment.inputs.parameters import DECLARATIONS, Declaration
from kingmaker.experiments.figures.mean_intervals import FEWEST, complete, counted, ends, interval, seeds_by_value
from kingmaker.experiments.figures.outcome_columns import Outcome, axis_label, subtitle_of, value_text
from kingmaker.experiments.figures.plot_grid import Spacing, page_of_panels, put_legend
from kingmaker.experiments.figures.style import (
    GREY,
    PALETTE,
    plain_numbers,
    scaled_unit,
    styles,
    time_axis,
    value_axis,
)
from kingmaker.experiments.stats.levels import LEVEL, Level

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = 3
MOST_PATHS = 8
FEW = 3  # values of a parameter that are not joined by a line
SPACING = Spacing()
LONG_KEY = 30  # letters of a parameter that fit below a plot


def draw_lines(
    frame: pd.DataFrame, key: str, outcomes: Sequence[Outcome], reference: Mapping[str, float], title: str, footer: str,
    others: bool = False, declared: Mapping[str, Declaration] = DECLARATIONS,
) -> Figure:  # fmt: skip
    """Outcomes against the values of a grid's parameter: means over seeds, bands of their intervals.

    Args:
        frame: one row a run.
        key: the parameter.
        outcomes: one panel each.
        reference: the scenario's own values; a dotted line stands there.
        title: in plain words.
        footer: which sweep this is.
        others: whether the design varies other parameters too, over which the means are taken.
        declared: the parameters that there are.
    """
    few = frame["seed"].nunique() < FEWEST
    sure = outcomes[0].level
    subtitle = f"{subtitle_of(outcomes[0].statistic)}; {sure.stated} over {sure.among} and its {sure.tied}."
    if few:
        subtitle = (
            f"{subtitle_of(outcomes[0].statistic)}; mean over {sure.among}; grey dots: the {sure.among}, too few for "
            "intervals."
        )
    elif any(np.isfinite(outcome.bounds).any() for outcome in outcomes):
        subtitle += " Intervals end where the measure does (a share at 0 and 1)."
    subtitle += f" Values share their {sure.among}, so that differences are known better than the intervals show."
    subtitle += " Averaged over the design's other parameters." if others else ""
    if key in reference:
        subtitle += " Dotted: the value that the scenario starts from."
    figure, panels = page_of_panels(len(outcomes), COLUMNS, title, subtitle, footer, SPACING)
    for axes, outcome in zip(panels, outcomes, strict=True):
        _line(axes, complete(frame, outcome.column), key, outcome, reference.get(key), few)
        _finish(axes, outcome.title, axis_label(key, declared), outcome.unit, outcome.whole and few)
    return figure


def _line(axes: Axes, frame: pd.DataFrame, key: str, outcome: Outcome, usual: float | None, few: bool) -> None:
    """One outcome: joined by a line if there are enough values for one."""
    seeds = {value: row * outcome.factor for value, row in seeds_by_value(frame, key, outcome.column).items()}
    found = [interval(row, outcome.bounds, outcome.level) for row in seeds.values()]
    values = list(seeds)
    places = values if all(map(math.isfinite, values)) else [float(i) for i in range(len(values))]
    mean, bars = np.array([each.mean for each in found]), ends(found)
    if few:
        for place, row in zip(places, seeds.values(), strict=True):
            axes.plot([place] * len(row), row, color=GREY, marker="o", markersize=2, linestyle="")
    if len(values) <= FEW:  # a line between on and off would claim what was not run
        axes.errorbar(places, mean, bars, color=PALETTE[0], fmt="o", markersize=4, capsize=0 if few else 3)
        axes.margins(x=0.35)
    else:
        axes.fill_between(places, mean - bars[0], mean + bars[1], color=PALETTE[0], alpha=0.25, linewidth=0)
        axes.plot(places, mean, color=PALETTE[0], marker="o", markersize=3)
    if usual in values:
        axes.axvline(places[values.index(usual)], color=GREY, linestyle=":", linewidth=0.9, zorder=0)
    if places is not values or len(values) <= FEW:
        axes.set_xticks(places, [value_text(value) for value in values])
    else:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
        axes.xaxis.set_major_formatter(plain_numbers())


def draw_paths(
    frame: pd.DataFrame, labels: Mapping[int, str], measures: Sequence[Measure], title: str, footer: str,
    level: Level = LEVEL,
) -> Figure:  # fmt: skip
    """Monthly measures of a few points of a design: means over seeds with bands of their intervals.

    Args:
        frame: one row a run and month.
        labels: what each point is called.
        measures: one panel each.
        title: in plain words.
        footer: which sweep this is.
        level: of the intervals.
    """
    number = [int(frame[frame["point"] == point]["seed"].nunique()) for point in labels]
    middle = f"{level.stated} over {level.among}"
    band = f"{middle}, band: its {level.tied}" if min(number) >= FEWEST else f"mean over {level.among}"
    alone = len(labels) == 1
    band += "; thin: the runs" if alone and number[0] > 1 else ""
    told = f"Monthly values; {band}; {counted(number, level.among)} a point."
    figure, panels = page_of_panels(
        len(measures), COLUMNS, title, told, footer, SPACING, -(-len(labels) // _legend_columns(labels))
    )
    months = sorted(frame["month"].unique())
    for axes, measure in zip(panels, measures, strict=True):
        factor, unit = scaled_unit(measure, float(frame[measure.name].abs().max()))
        for (point, label), (colour, dash) in zip(labels.items(), styles(), strict=False):
            values = frame[frame["point"] == point].pivot_table(index="month", columns="seed", values=measure.name)
            rows = values.loc[months].to_numpy() * factor
            bounds = Outcome(measure.name, measure, "final").bounds
            found = [interval(row, bounds, level) for row in rows]
            mean, bars = np.array([f.mean for f in found]), ends(found)
            if alone:
                axes.plot(range(len(months)), rows, color=GREY, alpha=0.35, linewidth=0.5)
            axes.fill_between(range(len(months)), mean - bars[0], mean + bars[1], color=colour, alpha=0.2, linewidth=0)
            axes.plot(range(len(months)), mean, color=colour, linestyle=dash, label=label)
        _finish(axes, measure.label, "", unit, whole=max(number) == 1)
        time_axis(axes, len(months))
    put_legend(figure, panels[0], footer, _legend_columns(labels))
    return figure


def _legend_columns(labels: Mapping[int, str]) -> int:
    """Columns of a legend of these names that fit the page."""
    return max(1, min(3, 105 // (max(map(len, labels.values()), default=0) + 10)))


def _finish(axes: Axes, title: str, x: str, unit: str, whole: bool) -> None:
    axes.set_title(title)
    axes.set_xlabel(x if len(x) <= LONG_KEY else x.replace(".", ".\n", 1))
    axes.set_ylabel(unit)
    value_axis(axes, unit, whole=whole)
