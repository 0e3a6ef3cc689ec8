"""A study: a design, a function that evaluates its points, and what follows from the outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.core.measures import MEASURES, Measure
from kingmaker.experiments.design import sampling
from kingmaker.experiments.design.sweep_design import Design
from kingmaker.experiments.stats.levels import CRITERION, LEVEL, Level, read_level
from kingmaker.experiments.studies.sensitivity.convergence import judge
from kingmaker.experiments.studies.sensitivity.indices import MAIN, Sample, indices

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

METHODS = tuple(MAIN)
LEAST_POINTS = 64  # of a Latin hypercube: random balance designs need more than 20 in each half
Value = float | int
Points = Sequence[Mapping[str, Value]]
Evaluate = Callable[[Points], "FloatArray"]  # points -> outcomes, shape (points, replications, outcomes)


@dataclass(frozen=True)
class Study:
    """What a study found.

    Attributes:
        sample: what was sampled.
        points: the parameters at each point.
        y: outcomes, shape (points, replications, outcomes).
        outcomes: their names.
        labels: the same in words.
        table: outcome, parameter, index, value, low, high.
        pairs: outcome, parameter_1, parameter_2, value, low, high: Sobol's second order.
        convergence: outcome, verdict and what it rests on.
        level: of the intervals of table and pairs.
    """

    sample: Sample
    points: Points
    y: FloatArray
    outcomes: tuple[str, ...]
    labels: Mapping[str, str]
    table: pd.DataFrame
    pairs: pd.DataFrame
    convergence: pd.DataFrame
    level: Level = LEVEL


def with_method(design: Design, method: str | None, samples: int | None) -> Design:
    """The design as this method needs it; by default the method that its kind is made for.

    Raises:
        KingmakerError: an unknown method, a design without ranges, or a sample that the method cannot use.
    """
    kind = method or {"grid": "oat", "list": "list"}.get(design.kind, design.kind)
    if kind not in METHODS:
        what = f"--method is '{method}'" if method else f"{design.name}: a list of points has no ranges to vary"
        raise KingmakerError(f"{what}; allowed methods are {', '.join(METHODS)}, for a design with [parameters].")
    if not design.factors:
        raise KingmakerError(f"{design.name}: has no [parameters] whose ranges a study could vary.")
    number = samples or design.samples or {"oat": 0, "morris": 20, "sobol": 256, "lhs": 500}[kind]
    said = "--samples" if samples else f"{design.name}: samples"
    if kind == "sobol" and (number < 2 or number & (number - 1)):
        raise KingmakerError(f"{said} is {number}; a Sobol sample needs a power of two, such as 256.")
    least = {"morris": 2, "lhs": LEAST_POINTS}.get(kind, 0)
    if number < least:
        raise KingmakerError(f"{said} is {number}; allowed for {kind} is a whole number from {least} on.")
    return replace(design, kind=kind, samples=number)


def points_of(design: Design) -> tuple[Sample, Points]:
    """The sample and its points; one at a time: the scenario as it is, then each parameter at its two ends."""
    names = tuple(factor.key for factor in design.factors)
    if design.kind == "oat":
        points: list[Mapping[str, Value]] = [{}]
        for factor in design.factors:
            ends = factor.at(np.array([0.0, 1.0])) if not factor.values else [min(factor.values), max(factor.values)]
            points += [{factor.key: end} for end in ends]
        return Sample(names, "oat", np.zeros((len(points), len(names)))), points
    if design.kind == "lhs":
        unit = sampling.latin_hypercube(len(names), design.samples, design.design_seed)
    elif design.kind == "sobol":
        unit = sampling.sobol_sample(design.problem(), design.samples, design.design_seed, design.second_order)
    else:
        unit = sampling.morris_sample(design.problem(), design.samples, design.design_seed, design.levels)
    sample = Sample(names, design.kind, unit, design.second_order, design.levels, design.design_seed)
    return sample, list(sampling.points_at(design.factors, unit))


def readable(outcome: str, known: Mapping[str, Measure]) -> str:
    """``switching_rate_last12`` as ``Switching (last12)``."""
    measure, _, statistic = outcome.rpartition("_")
    return f"{known[measure].label} ({statistic})" if measure in known else outcome


def run_study(design: Design, evaluate: Evaluate, outcomes: Sequence[str], level: Level | float = LEVEL) -> Study:
    """Evaluate the points of a design (see :func:`with_method`) and analyse the outcomes."""
    sample, points = points_of(design)
    return analyse(sample, points, evaluate(points), outcomes, design.measured, read_level(level, "level"))


def analyse(
    sample: Sample, points: Points, y: FloatArray, outcomes: Sequence[str], known: Mapping[str, Measure] = MEASURES,
    level: Level = LEVEL,
) -> Study:  # fmt: skip
    """Indices and their convergence for every outcome.

    Args:
        sample: what was sampled.
        points: the parameters at each point.
        y: outcomes, shape (points, replications, outcomes).
        outcomes: their names.
        known: the measures of which they may be made, for their labels.
        level: of the intervals; whether the sample is large enough is judged by :data:`CRITERION` all the same.
    """
    import pandas as pd

    table: list[tuple[Any, ...]] = []
    pairs: list[tuple[Any, ...]] = []
    verdicts: list[dict[str, Any]] = []
    for m, outcome in enumerate(outcomes):
        series = np.ascontiguousarray(y[:, :, m])
        rows, second = indices(sample, series, level)
        table += [(outcome, *row) for row in rows]
        pairs += [(outcome, *row) for row in second]
        found = judge(sample, series, rows if level == CRITERION else indices(sample, series, CRITERION)[0])
        flat = {name: value for name, value in vars(found).items() if name != "noise"}
        verdicts.append({"outcome": outcome, **flat, **{f"noise_{n}": v for n, v in vars(found.noise).items()}})
    return Study(
        sample=sample,
        points=points,
        y=y,
        outcomes=tuple(outcomes),
        labels={outcome: readable(outcome, known) for outcome in outcomes},
        table=pd.DataFrame(table, columns=["outcome", "parameter", "index", "value", "low", "high"]),
        pairs=pd.DataFrame(pairs, columns=["outcome", "parameter_1", "parameter_2", "value", "low", "high"]),
        convergence=pd.DataFrame(verdicts),
        level=level,
    )
