"""One point with many seeds: how an outcome is spread over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kingmaker.experiments.figures.mean_intervals import FEWEST, counted, interval
from kingmaker.experiments.figures.outcome_columns import Outcome, subtitle_of
from kingmaker.experiments.figures.plot_grid import Spacing, page_of_panels
from kingmaker.experiments.figures.style import PALETTE, around, plain_numbers, value_locator

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = 3
SPACING = Spacing(left=0.6, between=0.65)


def draw_distribution(frame: pd.DataFrame, outcomes: Sequence[Outcome], title: str, footer: str) -> Figure:
    """A plot for each outcome: the share of runs at or below each value, the mean and its interval.

    Args:
        frame: one row a run, all of one point.
        outcomes: what is drawn.
        title: in plain words.
        footer: which sweep this is.
    """
    n = len(frame)
    band = f"band: its {outcomes[0].level.tied}"
    mean = f"line: {outcomes[0].level.stated}, {band}" if n >= FEWEST else "line: mean; too few runs for an interval"
    told = f"{subtitle_of(outcomes[0].statistic)}. Dots: share of runs at or below a value; {mean}"
    figure, panels = page_of_panels(
        len(outcomes), COLUMNS, title, f"{told} ({counted([n], outcomes[0].level.among)}).", footer, SPACING
    )
    for axes, outcome in zip(panels, outcomes, strict=True):
        values = np.sort(frame[outcome.column].to_numpy(dtype=np.float64) * outcome.factor)
        values = values[np.isfinite(values)]
        found = interval(values, outcome.bounds, outcome.level)
        axes.plot(
            values, np.arange(1, len(values) + 1) / max(len(values), 1), color=PALETTE[0], marker="o", markersize=3,
            linestyle="",
        )  # fmt: skip
        if found.n:
            axes.axvline(found.mean, color=PALETTE[1], linewidth=1.0)
        if found.n >= FEWEST:
            axes.axvspan(found.mean - found.below, found.mean + found.above, color=PALETTE[1], alpha=0.2, linewidth=0)
        if found.n and not np.ptp(values):
            around(axes, "x", found.mean)
        else:
            axes.xaxis.set_major_locator(value_locator(outcome.unit, whole=outcome.whole))
        axes.set_title(outcome.title)
        axes.set_xlabel(outcome.unit)
        axes.set_ylabel("share of runs")
        axes.set_ylim(0.0, 1.05)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
        axes.xaxis.set_major_formatter(plain_numbers())
    return figure
