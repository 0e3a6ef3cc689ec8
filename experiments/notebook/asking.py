"""Questions asked in Python: run, stack, compare, sweep. Each gives a result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.checks import Named, flag, seeds, whole
from kingmaker.agents.errors import KingmakerError, shown
from kingmaker.environment.inputs.scenario import MOST_MONTHS, Scenario, load_scenario
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.worlds.arguments import horizon_of, refuse_strangers
from kingmaker.experiments.design.replicates import LUCK, POSTERIOR, Replicates
from kingmaker.experiments.notebook.comparison_result import ComparisonResult
from kingmaker.experiments.notebook.over_here import replicates_here, several
from kingmaker.experiments.notebook.python_words import in_python
from kingmaker.experiments.notebook.run_result import RunResult
from kingmaker.experiments.notebook.sweep_result import SweepResult
from kingmaker.experiments.posterior.members import Members
from kingmaker.experiments.stats.levels import WIDE, Level, read_level
from kingmaker.experiments.terminal.progress import progress

if TYPE_CHECKING:
    from kingmaker.experiments.design.sweep_design import Design

ARGUMENTS = ("scenario", "over", "members", "replications", "seed", "months", "workers", "level", "quiet")  # of run


@in_python("run")
def run(
    scenario: str | Path | Scenario | ComputeEconomy = "baseline",
    *,
    over: str | Path | Members | None = None,
    members: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
    months: int | None = None,
    workers: int = 1,
    level: Level | float = WIDE.level,
    quiet: bool = False,
    **settings: object,
) -> RunResult:
    """Run a scenario, once, on several seeds or over a posterior, or run a model to its horizon.

    Args:
        scenario: a shipped scenario, a TOML file, a :class:`Scenario`, or a model that was built already.
        over: ``"luck"`` (also if not given) takes seeds in a row; ``"posterior"``, a file of members, or what
            :func:`posterior` gives takes its members, each with its own parameters and seed.
        members: how many members of the posterior; 64 if not given.
        replications: over luck, runs with the seeds ``seed``, ``seed + 1``, ...; one if not given, which keeps its
            model. Over a posterior the same as ``members``.
        seed: the first seed, over luck; 1 if not given.
        months: horizon; the scenario's own if not given.
        workers: processes for several runs; more than one need a script with a main guard, as Python's own pools do.
        level: share of the runs in the wider band.
        quiet: no progress bar.
        settings: parameters pinned for all months, such as ``**{"policy.interoperability": 0.5}``.

    Raises:
        KingmakerError: anything wrong with the arguments, or a run that failed.
    """
    sure, hidden = read_level(level, "run: level"), flag(quiet, "run: quiet")
    if isinstance(scenario, ComputeEconomy):
        given = (over, members, replications, seed, months)
        if settings or any(each is not None for each in given):
            raise KingmakerError("run: a model has its scenario, seed, months and parameters already; give it alone.")
        return _finished(scenario, sure, hidden)
    refuse_strangers(settings, "run: ", ARGUMENTS)
    setting = load_scenario(scenario, settings)
    luck = over is None or over == LUCK
    number = 1 if luck and replications is None and members is None else replications
    drawn = replicates_here("run", over, members, number, seed, usual=LUCK, fewest=1 if luck else 2)
    if not drawn.keys and len(drawn) == 1:
        return _finished(ComputeEconomy(setting, rng=drawn.seeds[0], months=months), sure, hidden)
    return _ensemble(setting, drawn, horizon_of(months, setting), whole(workers, "run: workers", 1), sure, hidden)


def stack(
    worlds: Sequence[Mapping[str, Any]],
    *,
    months: int | None = None,
    keep_ties: bool = False,
    level: Level | float = WIDE.level,
    quiet: bool = False,
) -> RunResult:
    """Run several worlds side by side, each given as the arguments of a single model.

    Args:
        worlds: such as ``[{"rng": 1}, {"rng": 1, "policy.interoperability": 1.0}]``.
        months: horizon of all of them.
        keep_ties: log ties and flows of each world, for the graphs and accounts of ``result.model``.
        level: share of the runs in the wider band.
        quiet: no progress bar.

    Raises:
        KingmakerError: no worlds, or worlds that differ in a structural parameter.
    """
    sure, hidden = read_level(level, "stack: level"), flag(quiet, "stack: quiet")
    return _finished(ComputeEconomy.stack(worlds, months=months, keep_ties=keep_ties), sure, hidden)


@in_python("compare")
def compare(
    a: str | Path | Scenario | RunResult,
    b: str | Path | Scenario | RunResult,
    *,
    set_a: Mapping[str, object] | None = None,
    set_b: Mapping[str, object] | None = None,
    over: str | Path | Members | None = None,
    members: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
    lucks: int = 4,
    outcomes: str | Sequence[str] = (),
    months: int | None = None,
    window: str | Sequence[str] = (),
    level: Level | float | None = None,
    robustness: bool = False,
    workers: int = 1,
    quiet: bool = False,
) -> ComparisonResult:
    """Compare two scenarios member by member, or seed by seed; or two results that are there already.

    Args:
        a: a shipped scenario, a TOML file, a :class:`Scenario`, or the result of :func:`run`.
        b: the other side; the difference is b less a.
        set_a: parameters pinned on side a.
        set_b: parameters pinned on side b.
        over: ``"posterior"`` (also if not given), a file of members, or what :func:`posterior` gives: both sides of a
            pair share parameters and seed. ``"luck"``: both share their seed, at one point of the parameters.
        members: how many members of the posterior; 64 if not given.
        replications: over luck, pairs, at least two; 20 if not given. Over a posterior the same as ``members``.
        seed: the first seed, over luck; 1 if not given.
        lucks: over a posterior, seeds of each of the first members, by which luck and parameters are told apart.
        outcomes: measures chosen beforehand, of which alone claims are made; all if not given.
        months: horizon; the scenarios' own if not given.
        window: months over which outcomes are averaged, such as ``last12`` or ``2025-01:2026-12``; claims are made of
            the first. The last two years and the last month if not given.
        level: of the intervals; 90 % over a posterior and 95 % over luck if not given.
        robustness: over luck, test each claim under other assumptions too: takes many more runs.
        workers: processes; more than one need a script with a main guard, as Python's own pools do.
        quiet: no progress bar.

    Raises:
        KingmakerError: anything wrong with the arguments, or a run that failed.
    """
    from kingmaker.experiments.notebook.pairing import Wanted, compare_results, compare_scenarios

    sure = None if level is None else read_level(level, "compare: level")
    hidden, hard = flag(quiet, "compare: quiet"), flag(robustness, "compare: robustness")
    asked, family = several(window), several(outcomes)
    if isinstance(a, RunResult) or isinstance(b, RunResult):
        given = (set_a or None, set_b or None, over, members, replications, seed, months, hard or None)
        return compare_results(*_both_results(a, b, given), asked, sure, family)
    drawn = replicates_here("compare", over, members, replications, seed, usual=POSTERIOR, fewest=2)
    if drawn.keys and hard:
        raise KingmakerError(
            "compare: robustness moves one assumption at a time, over luck; over a posterior all of them vary at once. "
            'Leave it out, or ask over="luck".'
        )
    horizon = None if months is None else whole(months, "compare: months", 1, MOST_MONTHS)
    sides = load_scenario(a, set_a, "compare: set_a"), load_scenario(b, set_b, "compare: set_b")
    wanted = Wanted(drawn, horizon, asked, sure, family, whole(lucks, "compare: lucks", 1))
    return compare_scenarios(*sides, wanted, hard, whole(workers, "compare: workers", 1), hidden)


def _both_results(a: object, b: object, given: tuple[object, ...]) -> tuple[RunResult, RunResult]:
    """The two sides, where one is a result: so must be the other, and nothing may be asked that would need runs.

    Raises:
        KingmakerError: a scenario on one side, or something ``given`` that results have settled.
    """
    if not (isinstance(a, RunResult) and isinstance(b, RunResult)):
        raise KingmakerError("compare: a result is compared with a result, a scenario with a scenario.")
    if any(each is not None for each in given):
        raise KingmakerError("compare: results are there already; beside them stand window, outcomes and level alone.")
    return a, b


@in_python("sweep")
def sweep(
    design: str | Path | Design | Mapping[str, Any],
    *,
    out: str | Path | None = None,
    over: str | Path | Members | None = None,
    members: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
    months: int | None = None,
    workers: int = 1,
    extend: bool = False,
    quiet: bool = False,
) -> SweepResult:
    """Make the runs of a design, or those of them that its folder does not hold yet.

    Args:
        design: a shipped design, a TOML file, or the entries of one as a dict.
        out: folder of the results, ``results/sweep-<design>`` if not given: the same as of ``kingmaker sweep``.
        over: ``"posterior"``, ``"luck"``, a file of members, or what :func:`posterior` gives; what the design says if
            not given. Over a posterior the replications of each point are members.
        members: how many members, instead of the design's replications.
        replications: runs of each point, instead of the design's.
        seed: the first seed, over luck, instead of the design's.
        months: horizon, instead of the design's.
        workers: processes; more than one need a script with a main guard, as Python's own pools do.
        extend: add the design's new levels, points or seeds to what the folder has.
        quiet: no progress bar.

    Raises:
        KingmakerError: anything wrong with design or folder.
    """
    from kingmaker.experiments.notebook.sweeping_here import Chosen, sweep_here

    entries = {
        "seed": None if seed is None else seeds(seed, 1, "sweep: seed")[0],
        "replications": None if replications is None else whole(replications, "sweep: replications", 1),
        "months": None if months is None else whole(months, "sweep: months", 1, MOST_MONTHS),
    }
    folder = None if out is None else Path(out)
    grow = flag(extend, "sweep: extend")
    chosen = Chosen(over, None if members is None else whole(members, "sweep: members", 1), entries)
    return sweep_here(design, folder, chosen, whole(workers, "sweep: workers", 1), grow, flag(quiet, "sweep: quiet"))


def _finished(model: ComputeEconomy, level: Level, quiet: bool) -> RunResult:
    """Run a model to its horizon and take its measures."""
    with _bar(model, quiet) as advance:
        model.run(progress=advance)
    if not len(model.measures):
        raise KingmakerError(f"run: {shown(model)} has no months to run.")
    known = model.measures.known
    values = np.array([model.measures.array(name) for name in known])
    return RunResult(Named(known, "measure"), values, model.settings, model.seeds, model=model, level=level)


@contextmanager
def _bar(model: ComputeEconomy, quiet: bool) -> Iterator[Any]:
    title = f"{model.setting.name}, {model.worlds} world{'s' * (model.worlds > 1)}"
    with progress(model.months - model.month, title, quiet, "months") as advance:
        yield lambda done: advance(1)


def _ensemble(
    setting: Scenario, replicates: Replicates, months: int, workers: int, level: Level, quiet: bool
) -> RunResult:
    from kingmaker.experiments.runs.many import EnsembleRequest, simulate_all

    row, drawn = replicates.seeds, replicates if replicates.keys else None
    request = EnsembleRequest(
        setting=setting, seeds=row, months=months, out=Path(), figures=False, quiet=quiet, command=(), workers=workers,
        level=level, drawn=drawn,
    )  # fmt: skip
    values, lines = simulate_all(request)
    worlds = [setting] * len(row)
    return RunResult(Named(request.measures, "measure"), values, worlds, row, lines=lines, level=level, drawn=drawn)
