"""The model as the function that a study evaluates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.experiments.design.sweep_design import Design
from kingmaker.experiments.results import in_force
from kingmaker.experiments.stats.run_statistics import check_statistic
from kingmaker.experiments.stats.windows import read_window
from kingmaker.experiments.studies.sensitivity.study import Evaluate, Points
from kingmaker.experiments.sweep.stacks import Advance, World, simulate

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray


def statistics_of(design: Design, asked: tuple[str, ...]) -> tuple[str, ...]:
    """What becomes of a measure's months: as asked, else as the design keeps, else the mean of the last year.

    Raises:
        KingmakerError: an unknown statistic, or one over more months than a run has.
    """
    given = asked or design.statistics or ("last12" if design.months >= 12 else "mean",)
    return tuple(check_statistic(name, design.months, "--window") for name in dict.fromkeys(given))


def outcomes_of(design: Design, statistics: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the outcomes, such as ``switching_rate_last12``."""
    return tuple(f"{measure}_{statistic}" for measure in design.measures for statistic in statistics)


def model_evaluator(
    design: Design, statistics: tuple[str, ...], workers: int = 1, advance: Advance | None = None,
    keep: Path | None = None,
) -> Evaluate:  # fmt: skip
    """A function from points to outcomes, each point run with all of the design's seeds.

    Finished runs are kept in the folder ``keep``, from which a study that was stopped goes on.
    """

    def evaluate(points: Points) -> FloatArray:
        setting = load_scenario(design.setting, design.fixed)
        worlds = [World(setting, design.seed + k, point) for point in points for k in range(design.replications)]
        found = simulate(
            worlds, design.months, design.measures, statistics=statistics, workers=workers, advance=advance, keep=keep
        )
        flat = found.reshape(len(design.measures) * len(statistics), len(worlds))
        return np.ascontiguousarray(flat.T).reshape(len(points), design.replications, -1)

    return evaluate


def held_in_scenario(design: Design) -> list[in_force.Held]:
    """What is in force in the scenario itself, in one run with the design's first seed, before anything is varied."""
    names = in_force.names(design.measured)
    world = World(load_scenario(design.setting, design.fixed), design.seed)
    series = simulate([world], design.months, names)
    window = read_window("mean", design.months)
    return in_force.held(dict(zip(names, series, strict=True)), window, design.measured)
