"""Elementary effects of a Morris sweep (Morris 1991), by SALib, for its own figure."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kingmaker.experiments.design import sampling
from kingmaker.experiments.figures.outcome_columns import Outcome
from kingmaker.experiments.stats.levels import LEVEL, Level

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

RESAMPLES = 200
COLUMNS = ["outcome", "parameter", "index", "value", "low", "high"]


def elementary_effects(
    runs: pd.DataFrame, design: Mapping[str, Any], outcomes: Sequence[Outcome], level: Level = LEVEL
) -> tuple[pd.DataFrame, int]:
    """Mean absolute effect and spread of each parameter, and the number of trajectories that they rest on.

    Effects are those of a move across the whole range, in the drawn unit; a run's luck is averaged at each point.
    Trajectories of which a run is missing are left out.

    Args:
        runs: one row a run.
        design: the record of a design of kind morris.
        outcomes: those wanted.
        level: of the intervals.

    Returns:
        A table of outcome, parameter, index (mu_star or sigma), value, low, high (bootstrap over trajectories).
    """
    keys = [str(key) for key in design["parameters"]]
    problem = {"num_vars": len(keys), "names": keys, "bounds": [[0.0, 1.0]] * len(keys)}
    unit = sampling.morris_sample(problem, int(design["samples"]), int(design["design_seed"]), int(design["levels"]))
    means = runs.groupby("point")[[o.column for o in outcomes]].mean().reindex(range(len(unit)))
    block = len(keys) + 1
    whole = means.notna().all(axis=1).to_numpy().reshape(-1, block).all(axis=1)
    kept = np.repeat(whole, block)
    rows: list[tuple[str, str, str, float, float, float]] = []
    if whole.sum() >= 2:
        for outcome in outcomes:
            y = means[outcome.column].to_numpy(dtype=np.float64)[kept] * outcome.factor
            rows += [(outcome.column, *row) for row in _effects(problem, unit[kept], y, design, level)]
    return pd.DataFrame(rows, columns=COLUMNS), int(whole.sum())


def _effects(
    problem: dict[str, Any], unit: FloatArray, y: FloatArray, design: Mapping[str, Any], level: Level
) -> list[tuple[str, str, float, float, float]]:
    from SALib.analyze import morris

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, inside SALib
        found = morris.analyze(
            problem, unit, y, num_resamples=RESAMPLES, conf_level=level.share, num_levels=int(design["levels"]),
            seed=int(design["design_seed"]),
        )  # fmt: skip
    rows: list[tuple[str, str, float, float, float]] = []
    for k, name in enumerate(problem["names"]):
        star, half = float(found["mu_star"][k]), float(found["mu_star_conf"][k])
        rows.append((name, "mu_star", star, max(star - half, 0.0), star + half))
        rows.append((name, "sigma", float(found["sigma"][k]), np.nan, np.nan))
    return rows
