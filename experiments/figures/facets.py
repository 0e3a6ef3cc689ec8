"""A grid of three parameters, one of which has few values: a heatmap for each of these, with colours in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from kingmaker.environment.inputs.parameters import DECLARATIONS, Declaration
from kingmaker.experiments.figures.cells import cells_of
from kingmaker.experiments.figures.heatmaps import TITLE_PAD, colour_bar, colour_range, draw_cells, label_axes
from kingmaker.experiments.figures.mean_intervals import complete, interval
from kingmaker.experiments.figures.outcome_columns import Outcome, subtitle_of, value_text
from kingmaker.experiments.figures.plot_grid import Spacing, page_of_panels
from kingmaker.experiments.stats.levels import Level

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MOST_FACETS = 4
COLUMNS = 2
SPACING = Spacing(panel=1.75, gap=1.1, left=0.95, right=0.25, between=1.0, above=0.46, below=0.55)
Keys = tuple[str, str]


def facet_key(frame: pd.DataFrame, keys: Sequence[str]) -> str | None:
    """Which of three parameters is drawn plot by plot: the last of those with the fewest values, if they are few."""
    number = {key: int(frame[key].nunique()) for key in keys}
    least = min(number.values())
    return None if least > MOST_FACETS else [key for key in keys if number[key] == least][-1]


def draw_facets(
    frame: pd.DataFrame, keys: Keys, third: str, outcome: Outcome, title: str, footer: str,
    declared: Mapping[str, Declaration] = DECLARATIONS,
) -> Figure:  # fmt: skip
    """The mean over seeds of one outcome at every point of a grid of three parameters.

    Args:
        frame: one row a run.
        keys: the parameters along the axes.
        third: the parameter whose values have a plot each.
        outcome: what is drawn.
        title: in plain words.
        footer: which sweep this is.
        declared: the parameters that there are.
    """
    values = sorted(frame[third].unique())
    subtitle = f"{outcome.title}: {subtitle_of(outcome.statistic).lower()}, averaged over the runs of each point."
    figure, panels = page_of_panels(len(values), COLUMNS, title, f"{subtitle} Colours are the same in all plots.",
                                    footer, SPACING)  # fmt: skip
    runs = complete(frame, outcome.column)
    all_cells = [cells_of(runs[runs[third] == value], keys, outcome) for value in values]
    means, widest = _spread([values for cells in all_cells for values in cells.seeds.values()], outcome.level)
    limits = colour_range(means, widest, outcome.bounds)
    for axes, cells, value in zip(panels, all_cells, values, strict=True):
        draw_cells(figure, axes, cells, outcome, None, keys, limits, bar=False)
        colour_bar(figure, axes, outcome.unit)
        axes.set_title(f"{third} = {value_text(float(value))}", pad=TITLE_PAD)
        label_axes(axes, keys, declared)
    return figure


def _spread(cells: Sequence[np.ndarray], level: Level) -> tuple[np.ndarray, float]:
    """Means of all cells, and half of the widest interval."""
    import numpy as np

    found = [interval(values, level=level) for values in cells]
    return np.array([f.mean for f in found]), max((f.half for f in found if np.isfinite(f.half)), default=0.0)
