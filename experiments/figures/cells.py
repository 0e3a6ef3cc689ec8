"""The outcome at each pair of values of two parameters, seed by seed; what else a design varies is averaged out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.experiments.figures.mean_intervals import combined
from kingmaker.experiments.figures.outcome_columns import Outcome

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

MOST_LEVELS = 4  # levels of the second parameter of which interactions are drawn
Place = tuple[float, float]


@dataclass(frozen=True)
class Cells:
    """Values of both parameters, in order, and at each pair of them the outcome of every seed in the drawn unit.

    Seeds are the same everywhere and in the same order; a missing run is NaN.
    """

    xs: list[float]
    ys: list[float]
    seeds: Mapping[Place, FloatArray]


def cells_of(frame: pd.DataFrame, keys: tuple[str, str], outcome: Outcome) -> Cells:
    """The cells of a design's runs, one row each."""
    table = frame.pivot_table(index=[*keys], columns="seed", values=outcome.column, aggfunc="mean") * outcome.factor
    seeds = {
        (float(x), float(y)): np.asarray(row, dtype=np.float64)
        for (x, y), row in zip(table.index, table.to_numpy(), strict=True)
    }
    xs, ys = (sorted({place[k] for place in seeds}) for k in (0, 1))
    return Cells(xs, ys, seeds)


def origin(cells: Cells, keys: tuple[str, str], reference: Mapping[str, float]) -> Place:
    """From where interactions are measured: the scenario's own values if they were run, else the lowest."""
    x, y = (
        reference[key] if key in reference and reference[key] in values else values[0]
        for key, values in zip(keys, (cells.xs, cells.ys), strict=True)
    )
    return float(x), float(y)


def interaction(cells: Cells, start: Place, at: Place) -> FloatArray | None:
    """By how much the move to ``at`` is more than the moves along both axes together, seed by seed; None if not run."""
    corners = ((1.0, at), (1.0, start), (-1.0, (start[0], at[1])), (-1.0, (at[0], start[1])))
    if any(place not in cells.seeds for _, place in corners):
        return None
    return combined([(sign, cells.seeds[place]) for sign, place in corners])


def levels(values: Sequence[float], start: float) -> list[float]:
    """The values other than the first of an interaction, a few that span their range where there are many."""
    rest = [value for value in values if value != start]
    if len(rest) <= MOST_LEVELS:
        return rest
    chosen = np.unique(np.linspace(0, len(rest) - 1, MOST_LEVELS).round().astype(int))
    return [rest[int(k)] for k in chosen]


def strength(
    frame: pd.DataFrame, keys: tuple[str, str], outcomes: Sequence[Outcome], reference: Mapping[str, float]
) -> float:
    """How much two parameters work together: the largest mean interaction over the spread of the runs."""
    most = 0.0
    for outcome in outcomes:
        cells = cells_of(frame, keys, outcome)
        start, spread = origin(cells, keys, reference), float(frame[outcome.column].std()) * outcome.factor
        found = [interaction(cells, start, place) for place in cells.seeds]
        sizes = [abs(float(np.nanmean(values))) for values in found if values is not None and np.isfinite(values).any()]
        most = max(most, max(sizes, default=0.0) / spread if spread > 0.0 else 0.0)
    return most
