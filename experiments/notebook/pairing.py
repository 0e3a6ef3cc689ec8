"""Comparisons asked in Python: of scenarios, which are run, and of results, which are paired seed by seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.scenario import Scenario
from kingmaker.experiments.notebook.comparison_result import ComparisonResult
from kingmaker.experiments.notebook.groups import seeds_told
from kingmaker.experiments.notebook.run_result import RunResult
from kingmaker.experiments.stats.levels import Level
from kingmaker.experiments.studies.compare.comparison_table import Comparison, tabulate
from kingmaker.experiments.studies.compare.question import Question, ask
from kingmaker.experiments.studies.compare.write_comparison import Findings, Options, find


def compare_scenarios(
    a: Scenario, b: Scenario, row: range, months: int | None, windows: tuple[str, ...], level: Level,
    robustness: bool, workers: int, quiet: bool,
) -> ComparisonResult:  # fmt: skip
    """Run both sides on the seeds of ``row``.

    Raises:
        KingmakerError: scenarios of different length without ``months``, a window that does not fit, a failed run.
    """
    if months is None and a.months != b.months:
        raise KingmakerError(
            f"compare: {a.name} runs for {a.months} months and {b.name} for {b.months}; say with months= how many to "
            "compare."
        )
    question = ask(a, b, months=months, seed=row[0], replications=len(row), windows=windows, level=level)
    found = find(question, Options(out=Path(), robustness=robustness, workers=workers, figures=False, quiet=quiet))
    return ComparisonResult(found.comparison, found.table, found)


def compare_results(a: RunResult, b: RunResult, windows: tuple[str, ...], level: Level) -> ComparisonResult:
    """Pair the runs of two results that share their seeds.

    Raises:
        KingmakerError: they are of several scenarios each, or of other seeds or months.
    """
    for name, side in (("a", a), ("b", b)):
        if len(side.groups) > 1:
            raise KingmakerError(f"compare: {name} holds {len(side.groups)} scenarios; give the result of one.")
    if sorted(a.seeds) != sorted(b.seeds) or len(set(a.seeds)) != a.worlds:
        raise KingmakerError(
            f"compare: a has {seeds_told(a.seeds)} and b has {seeds_told(b.seeds)}; a pair shares its seed, so give "
            "both the same ones, each once."
        )
    row = range(min(a.seeds), max(a.seeds) + 1)
    if len(row) != a.worlds or a.worlds < 2:
        raise KingmakerError(
            f"compare: allowed are two seeds or more that follow one another, not {seeds_told(a.seeds)}."
        )
    if a.months != b.months:
        raise KingmakerError(f"compare: a has {a.months} months and b has {b.months}; they must have the same.")
    one, other = (replace(side.settings[0], months=a.months) for side in (a, b))
    question = ask(one, other, months=a.months, seed=row[0], replications=len(row), windows=windows, level=level)
    sides = [_ordered(side, question) for side in (a, b)]
    count = len(question.measures)
    rules = np.stack([side[count:] for side in sides])
    comparison = Comparison(question, sides[0][:count], sides[1][:count], rules)
    table = tabulate(comparison)
    return ComparisonResult(comparison, table, Findings(comparison, table, None, 0, 0))


def _ordered(side: RunResult, question: Question) -> np.ndarray:
    """The measures of the question, then what is in force, of the worlds in the order of their seeds."""
    order = np.argsort(side.seeds)
    names = (*question.measures, *question.rules)
    return np.stack([side.array(name)[:, order] for name in names])
