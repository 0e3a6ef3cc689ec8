"""The forecasts of a contest against the facts: from each origin the model's median and interval, month by month."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.calendar import month_number
from kingmaker.experiments.figures.plot_grid import Spacing, page_of_panels, put_legend
from kingmaker.experiments.figures.style import INK, PALETTE, Sheet, log_axis, time_axis
from kingmaker.experiments.stats.levels import WIDE
from kingmaker.experiments.studies.forecast.contest_data import observed_series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from kingmaker.agents.types import FloatArray
    from kingmaker.experiments.posterior.lines import DataLine

SPACING = Spacing(panel=1.5, gap=0.7, left=0.75, between=0.8, below=0.55)
MOST_PANELS = 6
APART = 0.35  # months between the forecasts of one fact from several origins
ENDS = list(WIDE.columns)


def fullest(frame: pd.DataFrame) -> list[str]:
    """The series with most facts ahead, so many as a page holds."""
    facts = frame.drop_duplicates(["series", "origin", "period"]).groupby("series", sort=True).size()
    return list(map(str, facts.sort_values(ascending=False, kind="stable").index[:MOST_PANELS]))


def draw_fans(frame: pd.DataFrame, labels: Mapping[str, str], forecaster: str, footer: str) -> Sheet:
    """A plot a series: facts in black; from each origin, in its colour, the median and the band that the contest keeps.

    Args:
        frame: a row a forecast: origin, series, months, forecaster, observed, median, and perhaps the ends of the band,
            on the scale of the series.
        labels: the series to draw, each with its title.
        forecaster: whose forecasts.
        footer: which contest it is.
    """
    lines = {each.name: each.lines[0] for each in observed_series()}
    origins = sorted(frame["origin"].unique())
    banded = set(ENDS) <= set(frame.columns)
    bars = f"bars: its {WIDE.words}" if banded else "its intervals were not kept: make the contest anew for them"
    title = f"Forecasts against facts: {forecaster}"
    subtitle = (
        f"Colours: from each origin (dashed), the median; {bars}. Black: facts, at the last month that they cover; "
        "where a series has periods of several lengths, the commonest"
    )
    figure, plots = page_of_panels(len(labels), 2, title, subtitle, footer, SPACING, legend=1)
    for axes, (name, label) in zip(plots, labels.items(), strict=True):
        mine = frame[(frame["series"] == name) & (frame["forecaster"] == forecaster)]
        _draw(axes, mine[_commonest(mine["period"])], lines.get(name), origins, banded)
        axes.set_title(label[:1].upper() + label[1:])
    # the legend has all origins, also those from which a plot has no forecast
    put_legend(figure, plots[0], footer, columns=len(origins) + 1)
    return figure


def _commonest(periods: pd.Series[str]) -> list[bool]:
    """Which periods, such as ``2023-01 to 2023-03``, are of the commonest length: sums over others do not compare."""
    months = [month_number(str(each)[-7:]) - month_number(str(each)[:7]) for each in periods]
    usual = Counter(months).most_common(1)[0][0] if months else 0
    return [each == usual for each in months]


def _draw(axes: Axes, rows: pd.DataFrame, line: DataLine | None, origins: Sequence[str], banded: bool) -> None:
    """One series in the unit of its data; on a logarithmic axis if that is its scale."""

    def back(column: str) -> FloatArray:
        values = mine[column].to_numpy(dtype=np.float64)
        return values if line is None else line.back(values)

    first = min(map(month_number, origins))
    for origin, colour, place in zip(origins, itertools.cycle(PALETTE), itertools.count()):
        mine = rows[rows["origin"] == origin].sort_values("months")
        start = month_number(origin)
        when = start + mine["months"].to_numpy() + APART * (place - (len(origins) - 1) / 2)
        axes.axvline(start, color=colour, linewidth=0.8, linestyle="--", alpha=0.7)
        middle = back("median")
        if banded:
            ends = np.abs(np.array([back(end) for end in ENDS]) - middle)
            axes.errorbar(when, middle, ends, fmt="none", ecolor=colour, elinewidth=1.4, alpha=0.6)
        axes.plot(when, middle, "D", color=colour, markersize=3.5, label=f"from {origin}")
    mine = rows
    months = rows["origin"].map(month_number) + rows["months"]
    axes.plot(months, back("observed"), "o", color=INK, markersize=4, label="facts", zorder=3)
    if line is not None and line.scale == "log":
        log_axis(axes, "y")
    time_axis(axes, int(months.max()) + 2 if len(months) else first + 24)
    axes.set_xlim(left=first - 2)
