"""Samples in, outcomes out: the sweep machine as a function, for SALib, optimisers and emulators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.checks import flag, seeds, whole
from kingmaker.agents.errors import WrongValueError, shown
from kingmaker.environment.inputs.scenario import MOST_MONTHS
from kingmaker.experiments.design.design_file import DesignFile
from kingmaker.experiments.design.replicates import POSTERIOR, Drawn, Replicates
from kingmaker.experiments.design.sweep_design import Design, build_design
from kingmaker.experiments.results.parquet import table_in
from kingmaker.experiments.sweep.driver import drive
from kingmaker.experiments.sweep.engines import inline_engine, local_engine
from kingmaker.experiments.sweep.plan import WHOLE, Namer, named_runs, tasks_of, work_of
from kingmaker.experiments.sweep.sweep_arguments import names_of, sample_of, table_of, text_of
from kingmaker.experiments.sweep.tasks import Outcome, SweepError

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray


def evaluate(
    samples: Any,
    names: Sequence[str],
    measures: str | Sequence[str],
    *,
    scenario: str | Path = "baseline",
    months: int | None = None,
    statistic: str = "last12",
    replications: int = 1,
    seed: int = 1,
    settings: Mapping[str, float | int] | None = None,
    workers: int = 1,
    average: bool = True,
    over: Drawn | None = None,
    members: int | None = None,
) -> FloatArray:
    """Run the model at each row of a sample, in stacks.

    Args:
        samples: parameter values, shape (n, k), as SALib's samplers give them.
        names: the k parameters.
        measures: one measure, or several.
        scenario: name or TOML file.
        months: horizon; the scenario's own if None.
        statistic: what is made of a measure's months: ``last12``, ``mean``, ``final``, ``min``, ``max``, ``total``.
        replications: runs of each row, with the seeds ``seed``, ``seed + 1``, ... (the same for all rows).
        seed: the first seed.
        settings: parameters that are the same in every run.
        workers: processes; 1 runs in this one. More need a script with a main guard, as Python's own pools do.
        average: give the mean over the replications.
        over: members of a posterior, such as ``km.posterior()``: they are the replications then, each with its own
            seed and parameters; what a row or ``settings`` names is not drawn.
        members: how many of them, the first ones; all if None.

    Returns:
        The outcomes, shape (n, measures), or (n,) for a single measure given by its name; with ``average=False``
        an axis of replications follows the first.

    Raises:
        KingmakerError: anything wrong with the arguments, or a run that failed, by its row.
    """
    import numpy as np

    keys = names_of("evaluate: names", names)
    wanted = names_of("evaluate: measures", [measures] if isinstance(measures, str) else measures)
    rows = sample_of("evaluate: samples", samples, keys)
    averaged = flag(average, "evaluate: average")
    replications = whole(replications, "evaluate: replications", 1)
    workers = whole(workers, "evaluate: workers", 1)
    entries = DesignFile(
        kind="list",
        scenario=text_of("evaluate: scenario", str(scenario) if isinstance(scenario, Path) else scenario),
        months=None if months is None else whole(months, "evaluate: months", 1, MOST_MONTHS, ", or None"),
        replications=replications,
        seed=seeds(seed, replications, "evaluate: seed")[0],
        measures=wanted,
        keep=[text_of("evaluate: statistic", statistic)],
        set=table_of("evaluate: settings", settings),
        points=[dict(zip(keys, map(float, row), strict=True)) for row in rows],
    )
    design = _over(build_design(entries, "evaluate", "evaluate"), over, members)
    found = _outcomes(design, [f"{name}_{statistic}" for name in wanted], workers)
    if averaged:
        found = found.mean(axis=1)
    return np.asarray(found[..., 0] if isinstance(measures, str) else found)


def _over(design: Design, over: Drawn | None, members: int | None) -> Design:
    """The design over members, if there are some; the first of them, if a number is asked.

    Raises:
        WrongValueError: something else than members, or more of them than there are.
    """
    if over is None:
        if members is not None:
            raise WrongValueError(
                f"evaluate: members is {shown(members)}, but no posterior is given: add over=km.posterior(), or give "
                "replications over luck."
            )
        return design
    if not all(hasattr(over, name) for name in ("keys", "values", "seeds", "weights")):
        raise WrongValueError(
            f"evaluate: over is {shown(over)}; allowed are members of a posterior, such as km.posterior(), or None for "
            "seeds in a row."
        )
    drawn = Replicates.of(over, members)
    return replace(design, over=POSTERIOR, drawn=drawn, replications=len(drawn))


def _outcomes(design: Design, columns: Sequence[str], workers: int) -> FloatArray:
    """The columns of each run, shape (points, replications, columns).

    Raises:
        SweepError: a run failed.
    """
    import numpy as np

    work = work_of(design)
    named = list(named_runs(design, Namer(work), WHOLE))
    values: dict[str, tuple[float, ...]] = {}
    rows_of = {name: run.point for name, run in named}

    def take(outcome: Outcome) -> None:
        for failure in outcome.failures:
            raise SweepError(f"evaluate: the run of row {rows_of[failure.job.run]} failed: {failure.error}.")
        values.update(_read(outcome, columns))

    with inline_engine() if workers == 1 else local_engine(workers) as engine:
        drive(tasks_of(work, iter(named), len(rows_of), engine.workers), engine, take)
    found = np.empty((len(design.points), design.replications, len(columns)))
    for name, run in named:
        found[run.point, run.replication] = values[name]
    return found


def _read(outcome: Outcome, columns: Sequence[str]) -> dict[str, tuple[float, ...]]:
    if outcome.part is None:
        return {}
    table = table_in(outcome.part, ["run", *columns])
    series = [table[column].to_pylist() for column in columns]
    return dict(zip(table["run"].to_pylist(), zip(*series, strict=True), strict=True))
