"""Bands over luck: the median of the runs, and between which values the middle half and nine in ten of them lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.environment.core.measures import Measure
from kingmaker.environment.inputs.scenario import FIRST_YEAR

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

# columns of the table and the quantiles over runs that they hold
QUANTILES = {"median": 0.5, "low_50": 0.25, "high_50": 0.75, "low_90": 0.05, "high_90": 0.95}
OVER_LUCK = "over luck: the same parameters, other seeds; what is wrong with the model is not in it"
MEANINGS = {
    "measure": ("", "name of the measure (kingmaker measures)"),
    "unit": ("", "unit of the measure"),
    "year": ("year", "calendar year, over whose months each run is averaged first"),
    "months": ("months", "months of the year that were run"),
    "n": ("runs", "runs, one a seed"),
    "median": ("unit of the measure", "median of the runs"),
    "low_50": ("unit of the measure", f"lower end of the middle half of the runs, {OVER_LUCK}"),
    "high_50": ("unit of the measure", "upper end of it"),
    "low_90": ("unit of the measure", f"lower end of the middle 90 % of the runs, {OVER_LUCK}"),
    "high_90": ("unit of the measure", "upper end of it"),
}


def quantiles(values: FloatArray) -> dict[str, FloatArray]:
    """The columns of :data:`QUANTILES` of an array (..., runs), each of shape (...)."""
    found = np.quantile(values, list(QUANTILES.values()), axis=-1)
    return dict(zip(QUANTILES, found, strict=True))


def by_year(values: FloatArray, measures: Mapping[str, Measure]) -> pd.DataFrame:
    """One row a measure and year, with the columns of :data:`MEANINGS`.

    Args:
        values: shape (measures, months, runs).
        measures: in the order of the first axis.
    """
    import pandas as pd

    months = values.shape[1]
    frames = []
    for year in range(-(-months // 12)):
        within = values[:, 12 * year : 12 * (year + 1), :]
        frames.append(
            pd.DataFrame(
                {
                    "measure": list(measures),
                    "unit": [measure.unit for measure in measures.values()],
                    "year": FIRST_YEAR + year,
                    "months": within.shape[1],
                    "n": values.shape[2],
                    **quantiles(within.mean(axis=1)),
                }
            )
        )
    return pd.concat(frames, ignore_index=True).sort_values(["measure", "year"], kind="stable", ignore_index=True)
