"""The model as the function that a study evaluates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from environment.scenario import load_scenario
from experiments.design import Design
from experiments.sensitivity.study import Evaluate, Points
from experiments.stacks import Advance, World, simulate
from experiments.statistics import check_statistic, summarise

if TYPE_CHECKING:
    from agents.types import FloatArray

BATCH = 1000  # worlds at a time, so that months of many measures never pile up


def statistics_of(design: Design, asked: tuple[str, ...]) -> tuple[str, ...]:
    """What becomes of a measure's months: as asked, else as the design keeps, else the mean of the last year.

    Raises:
        KingmakerError: an unknown statistic, or one over more months than a run has.
    """
    given = asked or design.statistics or ("last12" if design.months >= 12 else "mean",)
    return tuple(check_statistic(name, design.months, "--statistic") for name in dict.fromkeys(given))


def outcomes_of(design: Design, statistics: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the outcomes, such as ``switching_rate_last12``."""
    return tuple(f"{measure}_{statistic}" for measure in design.measures for statistic in statistics)


def model_evaluator(
    design: Design, statistics: tuple[str, ...], workers: int = 1, advance: Advance | None = None
) -> Evaluate:
    """A function from points to outcomes, each point run with all of the design's seeds."""

    def evaluate(points: Points) -> FloatArray:
        settings = [load_scenario(design.setting, {**design.fixed, **point}) for point in points]
        worlds = [World(setting, design.seed + k) for setting in settings for k in range(design.replications)]
        parts = []
        for start in range(0, len(worlds), BATCH):
            series = simulate(worlds[start : start + BATCH], design.months, design.measures, workers, advance)
            found = [summarise(one.T, statistics)[name] for one in series for name in statistics]
            parts.append(np.array(found).T)
        return np.concatenate(parts).reshape(len(points), design.replications, -1)

    return evaluate
