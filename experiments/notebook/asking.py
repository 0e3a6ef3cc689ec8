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
from kingmaker.experiments.notebook.comparison_result import ComparisonResult
from kingmaker.experiments.notebook.run_result import RunResult
from kingmaker.experiments.notebook.sweep_result import SweepResult
from kingmaker.experiments.stats.levels import LEVEL, WIDE, Level, read_level
from kingmaker.experiments.terminal.progress import progress

if TYPE_CHECKING:
    from kingmaker.experiments.design.sweep_design import Design

MOST_RUNS = 100_000  # of an ensemble that is held in memory


def run(
    scenario: str | Path | Scenario | ComputeEconomy = "baseline",
    *,
    seed: int = 1,
    replications: int = 1,
    months: int | None = None,
    workers: int = 1,
    level: Level | float = WIDE.level,
    quiet: bool = False,
    **settings: object,
) -> RunResult:
    """Run a scenario, once or on several seeds, or run a model to its horizon.

    Args:
        scenario: a shipped scenario, a TOML file, a :class:`Scenario`, or a model that was built already.
        seed: the first seed.
        replications: runs, with the seeds ``seed``, ``seed + 1``, ...; a single one keeps its model.
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
        if settings or months is not None or seed != 1 or replications != 1:
            raise KingmakerError("run: a model has its scenario, seed, months and parameters already; give it alone.")
        return _finished(scenario, sure, hidden)
    refuse_strangers(settings, "run: ", ("scenario", "seed", "replications", "months", "workers", "level", "quiet"))
    wanted = whole(replications, "run: replications", 1, MOST_RUNS)
    row = seeds(seed, wanted, "run: seed")
    setting = load_scenario(scenario, settings)
    if wanted == 1:
        return _finished(ComputeEconomy(setting, rng=row[0], months=months), sure, hidden)
    return _ensemble(setting, row, horizon_of(months, setting), whole(workers, "run: workers", 1), sure, hidden)


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


def compare(
    a: str | Path | Scenario | RunResult,
    b: str | Path | Scenario | RunResult,
    *,
    set_a: Mapping[str, object] | None = None,
    set_b: Mapping[str, object] | None = None,
    seed: int = 1,
    replications: int = 20,
    months: int | None = None,
    window: str | Sequence[str] = (),
    level: Level | float = LEVEL,
    robustness: bool = False,
    workers: int = 1,
    quiet: bool = False,
) -> ComparisonResult:
    """Compare two scenarios on the same seeds, pair by pair; or two results that are there already.

    Args:
        a: a shipped scenario, a TOML file, a :class:`Scenario`, or the result of :func:`run`.
        b: the other side; the difference is b less a.
        set_a: parameters pinned on side a.
        set_b: parameters pinned on side b.
        seed: the first seed.
        replications: pairs, at least two.
        months: horizon; the scenarios' own if not given.
        window: months over which outcomes are averaged, such as ``last12`` or ``2025-01:2026-12``; claims are made of
            the first. The last two years and the last month if not given.
        level: of the intervals, and of all claims of a window together.
        robustness: test each claim under other assumptions too: takes many more runs.
        workers: processes; more than one need a script with a main guard, as Python's own pools do.
        quiet: no progress bar.

    Raises:
        KingmakerError: anything wrong with the arguments, or a run that failed.
    """
    from kingmaker.experiments.notebook.pairing import compare_results, compare_scenarios

    sure, hidden = read_level(level, "compare: level"), flag(quiet, "compare: quiet")
    asked = (window,) if isinstance(window, str) else tuple(window)
    if isinstance(a, RunResult) or isinstance(b, RunResult):
        if not (isinstance(a, RunResult) and isinstance(b, RunResult)):
            raise KingmakerError("compare: a result is compared with a result, a scenario with a scenario.")
        if set_a or set_b or months is not None or flag(robustness, "compare: robustness"):
            raise KingmakerError(
                "compare: results are there already; set_a, set_b, months and robustness are for scenarios."
            )
        return compare_results(a, b, asked, sure)
    row = seeds(seed, whole(replications, "compare: replications", 2, MOST_RUNS), "compare: seed")
    horizon = None if months is None else whole(months, "compare: months", 1, MOST_MONTHS)
    sides = load_scenario(a, set_a, "compare: set_a"), load_scenario(b, set_b, "compare: set_b")
    hard = flag(robustness, "compare: robustness")
    return compare_scenarios(*sides, row, horizon, asked, sure, hard, whole(workers, "compare: workers", 1), hidden)


def sweep(
    design: str | Path | Design | Mapping[str, Any],
    *,
    out: str | Path | None = None,
    seed: int | None = None,
    replications: int | None = None,
    months: int | None = None,
    workers: int = 1,
    extend: bool = False,
    quiet: bool = False,
) -> SweepResult:
    """Make the runs of a design, or those of them that its folder does not hold yet.

    Args:
        design: a shipped design, a TOML file, or the entries of one as a dict.
        out: folder of the results, ``results/sweep-<design>`` if not given: the same as of ``kingmaker sweep``.
        seed: the first seed, instead of the design's.
        replications: runs of each point, instead of the design's.
        months: horizon, instead of the design's.
        workers: processes; more than one need a script with a main guard, as Python's own pools do.
        extend: add the design's new levels, points or seeds to what the folder has.
        quiet: no progress bar.

    Raises:
        KingmakerError: anything wrong with design or folder.
    """
    from kingmaker.experiments.notebook.sweeping_here import sweep_here

    entries = {
        "seed": None if seed is None else seeds(seed, 1, "sweep: seed")[0],
        "replications": None if replications is None else whole(replications, "sweep: replications", 1),
        "months": None if months is None else whole(months, "sweep: months", 1, MOST_MONTHS),
    }
    folder = None if out is None else Path(out)
    grow = flag(extend, "sweep: extend")
    return sweep_here(design, folder, entries, whole(workers, "sweep: workers", 1), grow, flag(quiet, "sweep: quiet"))


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


def _ensemble(setting: Scenario, row: range, months: int, workers: int, level: Level, quiet: bool) -> RunResult:
    from kingmaker.experiments.runs.many import EnsembleRequest, simulate_all

    request = EnsembleRequest(
        setting=setting, seeds=row, months=months, out=Path(), figures=False, quiet=quiet, command=(), workers=workers,
        level=level,
    )  # fmt: skip
    values, lines = simulate_all(request)
    worlds = [setting] * len(row)
    return RunResult(Named(request.measures, "measure"), values, worlds, row, lines=lines, level=level)
