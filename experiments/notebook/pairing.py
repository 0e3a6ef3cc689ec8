"""Comparisons asked in Python: of scenarios, which are run, and of results, which are paired seed by seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.scenario import Scenario
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.notebook.comparison_result import ComparisonResult
from kingmaker.experiments.notebook.groups import seeds_told
from kingmaker.experiments.notebook.run_result import RunResult
from kingmaker.experiments.stats.levels import Level
from kingmaker.experiments.studies.compare.comparison_table import Comparison, tabulate
from kingmaker.experiments.studies.compare.over_members import MemberFindings, tabulate_members, turns_of
from kingmaker.experiments.studies.compare.question import Question, ask
from kingmaker.experiments.studies.compare.write_comparison import Findings, Options, find
from kingmaker.experiments.studies.compare.write_members import find_members


@dataclass(frozen=True)
class Wanted:
    """What is asked of two scenarios: over what, how long, which windows, how sure, of which outcomes."""

    over: Replicates
    months: int | None
    windows: tuple[str, ...]
    level: Level | None
    outcomes: tuple[str, ...]
    lucks: int


def compare_scenarios(
    a: Scenario, b: Scenario, wanted: Wanted, robustness: bool, workers: int, quiet: bool
) -> ComparisonResult:
    """Run both sides of each pair.

    Raises:
        KingmakerError: scenarios of different length without ``months``, a window that does not fit, a failed run.
    """
    if wanted.months is None and a.months != b.months:
        raise KingmakerError(
            f"compare: {a.name} runs for {a.months} months and {b.name} for {b.months}; say with months= how many to "
            "compare."
        )
    question = _asked(a, b, wanted)
    options = Options(out=Path(), robustness=robustness, workers=workers, figures=False, quiet=quiet)
    found = find(question, options) if question.drawn is None else find_members(question, options)
    return ComparisonResult(found.comparison, found.table, found)


def _asked(a: Scenario, b: Scenario, wanted: Wanted) -> Question:
    return ask(
        a, b, months=wanted.months, windows=wanted.windows, level=wanted.level, outcomes=wanted.outcomes,
        over=wanted.over, lucks=wanted.lucks,
    )  # fmt: skip


def compare_results(
    a: RunResult, b: RunResult, windows: tuple[str, ...], level: Level | None, outcomes: tuple[str, ...]
) -> ComparisonResult:
    """Pair the runs of two results that share their seeds, or their members.

    Raises:
        KingmakerError: they are of several scenarios each, or of other seeds, members or months.
    """
    for name, side in (("a", a), ("b", b)):
        if len(side.groups) > 1:
            raise KingmakerError(f"compare: {name} holds {len(side.groups)} scenarios; give the result of one.")
    if (a.drawn is None) != (b.drawn is None):
        raise KingmakerError("compare: one result is over luck and one over a posterior; run both over the same.")
    if a.drawn is None and (sorted(a.seeds) != sorted(b.seeds) or len(set(a.seeds)) != a.worlds):
        raise KingmakerError(
            f"compare: a has {seeds_told(a.seeds)} and b has {seeds_told(b.seeds)}; a pair shares its seed, so give "
            "both the same ones, each once."
        )
    over = _shared(a, b)
    if a.months != b.months:
        raise KingmakerError(f"compare: a has {a.months} months and b has {b.months}; they must have the same.")
    one, other = (replace(side.settings[0], months=a.months) for side in (a, b))
    question = _asked(one, other, Wanted(over, a.months, windows, level, outcomes, 1))
    _demand_same_draws(one, other, question)
    sides = [_ordered(side, question) for side in (a, b)]
    count = len(question.measures)
    rules = np.stack([side[count:] for side in sides])
    comparison = Comparison(question, sides[0][:count], sides[1][:count], rules)
    if question.drawn is not None:
        told = tabulate_members(comparison, {})
        members = MemberFindings(comparison, told, turns_of(comparison, told), 0)
        return ComparisonResult(comparison, told, members)
    table = tabulate(comparison)
    return ComparisonResult(comparison, table, Findings(comparison, table, None, 0, 0))


def _shared(a: RunResult, b: RunResult) -> Replicates:
    """The seeds in a row, or the members, that both results share.

    Raises:
        KingmakerError: other members, or seeds that do not follow one another.
    """
    if a.drawn is not None and b.drawn is not None:
        if a.drawn.keys != b.drawn.keys or not np.array_equal(a.drawn.values, b.drawn.values) or a.seeds != b.seeds:
            raise KingmakerError("compare: a and b are over other members; a pair shares its member.")
        return a.drawn
    row = range(min(a.seeds), max(a.seeds) + 1)
    if len(row) != a.worlds or a.worlds < 2:
        raise KingmakerError(
            f"compare: allowed are two seeds or more that follow one another, not {seeds_told(a.seeds)}."
        )
    return Replicates.luck(row[0], len(row))


def _demand_same_draws(a: Scenario, b: Scenario, question: Question) -> None:
    """What one side sets and the posterior draws is drawn on neither side of a comparison, but was drawn on the other.

    Raises:
        KingmakerError: there is such a parameter.
    """
    if question.drawn is None:
        return
    for side in (a, b):
        for key in question.drawn.drawn_under(side):
            if key not in question.drawn_keys:
                raise KingmakerError(
                    f"compare: '{key}' is set on one side, and drawn from the posterior on the other; compare the "
                    "scenarios themselves, so that both sides of a pair differ in the policy alone."
                )


def _ordered(side: RunResult, question: Question) -> np.ndarray:
    """The measures of the question, then what is in force, of the worlds in the order of the question's seeds."""
    order = np.argsort(side.seeds) if question.drawn is None else np.arange(side.worlds)
    names = (*question.measures, *question.rules)
    return np.stack([side.array(name)[:, order] for name in names])
