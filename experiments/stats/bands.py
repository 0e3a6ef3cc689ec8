"""Bands over luck: the median of the runs, and between which values those in the middle lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.calendar import months_in, years_in
from kingmaker.environment.core.measures import Measure
from kingmaker.experiments.stats.levels import WIDE, Level, bands_at, quantile_columns

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

OVER_LUCK = "over luck: the same parameters, other seeds; what is wrong with the model is not in it"
MEANINGS = {
    "measure": ("", "name of the measure (kingmaker measures)"),
    "unit": ("", "unit of the measure"),
    "year": ("year", "calendar year, over whose months each run is averaged first"),
    "months": ("months", "months of the year that were run"),
    "n": ("runs", "runs, one a seed"),
    "median": ("unit of the measure", "median of the runs"),
}


OVER_MEMBERS = "over luck and parameters: the members of a posterior; what the model's rules leave out is not in it"


def meanings(level: Level = WIDE.level, over: str = OVER_LUCK) -> dict[str, tuple[str, str]]:
    """Unit and meaning of each column of :func:`by_year`; ``over`` says over what the bands are."""
    found = dict(MEANINGS)
    if over == OVER_MEMBERS:
        found["n"] = ("runs", "runs, one a member of the posterior")
    for band in bands_at(level):
        low, high = band.columns
        found[low] = ("unit of the measure", f"lower end of the {band.told} of the runs, {over}")
        found[high] = ("unit of the measure", "upper end of it")
    return found


def quantiles(
    values: FloatArray, level: Level = WIDE.level, weights: FloatArray | None = None
) -> dict[str, FloatArray]:
    """Median and ends of the bands of an array (..., runs), by their columns, each of shape (...).

    ``weights`` are those of the runs, if they do not weigh the same.
    """
    wanted = quantile_columns(bands_at(level))
    if weights is None:
        found = np.quantile(values, list(wanted.values()), axis=-1)
    else:
        given = np.broadcast_to(weights, values.shape)
        found = np.quantile(values, list(wanted.values()), axis=-1, weights=given, method="inverted_cdf")
    return dict(zip(wanted, found, strict=True))


def by_year(
    values: FloatArray, measures: Mapping[str, Measure], level: Level = WIDE.level, weights: FloatArray | None = None
) -> pd.DataFrame:
    """One row a measure and year, with the columns of :func:`meanings`.

    Args:
        values: shape (measures, months, runs).
        measures: in the order of the first axis.
        level: share of the runs in the wider band.
        weights: of the runs, if they do not weigh the same.
    """
    import pandas as pd

    months = values.shape[1]
    frames = []
    for year in years_in(months):
        within = values[:, months_in(year, months), :]
        frames.append(
            pd.DataFrame(
                {
                    "measure": list(measures),
                    "unit": [measure.unit for measure in measures.values()],
                    "year": year,
                    "months": within.shape[1],
                    "n": values.shape[2],
                    **quantiles(within.mean(axis=1), level, weights),
                }
            )
        )
    return pd.concat(frames, ignore_index=True).sort_values(["measure", "year"], kind="stable", ignore_index=True)
