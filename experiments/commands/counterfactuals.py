"""``kingmaker compare``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kingmaker.agents.checks import LARGEST_SEED
from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.commands.completion import scenario_names
from kingmaker.experiments.commands.options import (
    Draw,
    DryRun,
    Force,
    LevelOver,
    Lucks,
    Members,
    Months,
    Outcomes,
    Over,
    Pins,
    Quiet,
    Windows,
    Workers,
    cores,
    listed,
    say_few,
    told_of_fall_back,
)
from kingmaker.experiments.commands.stopping import Stoppable, stoppable
from kingmaker.experiments.commands.vocabulary import option
from kingmaker.experiments.terminal.telling import say

if TYPE_CHECKING:
    from kingmaker.experiments.studies.compare.question import Question
    from kingmaker.experiments.studies.compare.robustness import Ends
    from kingmaker.experiments.studies.compare.write_comparison import Options

A = typer.Argument(
    help="A name listed by 'kingmaker scenarios', or a file ending in .toml.", autocompletion=scenario_names
)
B = typer.Argument(help="The other one; differences are B less A.", autocompletion=scenario_names)
Pairs = Annotated[int | None, option("--replications", "over luck 20 pairs if not given, and a pair shares its seed")]
Seed = Annotated[int | None, option("--seed", "over luck, that of the first pair; else 1", min=0, max=LARGEST_SEED)]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(compare)


def compare(
    a: Annotated[str, A],
    b: Annotated[str, B],
    over: Over = None,
    members: Members = None,
    replications: Pairs = None,
    lucks: Lucks = 4,
    outcomes: Outcomes = None,
    months: Months = None,
    seed: Seed = None,
    set_both: Pins = None,
    set_a: Annotated[list[str] | None, option("--set-a", metavar="KEY=VALUE")] = None,
    set_b: Annotated[list[str] | None, option("--set-b", metavar="KEY=VALUE")] = None,
    window: Windows = None,
    robustness: Annotated[bool | None, option("--robustness/--no-robustness")] = None,
    ends: Annotated[str | None, option("--ends")] = None,
    level: LevelOver = None,
    out: Annotated[Path | None, option("--out", "a folder; results/<B>-vs-<A> if not given")] = None,
    workers: Workers = None,
    force: Force = False,
    figures: Draw = True,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Compare two scenarios member by member, or seed by seed, and write a brief that claims only what is sure."""
    with stoppable("the comparison") as work:
        from kingmaker.experiments.posterior.over import level_over, replicates_of
        from kingmaker.experiments.results.outputs import check_replaceable, default_folder
        from kingmaker.experiments.stats.levels import read_level
        from kingmaker.experiments.studies.compare.question import ask, check_replications
        from kingmaker.experiments.studies.compare.robustness import Ends, read_ends
        from kingmaker.experiments.studies.compare.write_comparison import Options, asked_of

        if level is not None:
            read_level(level)
        check_replications(replications)
        drawn = replicates_of(over, members=members, replications=replications, seed=seed)
        pins_a, pins_b = _pins(set_both, set_a, set_b)
        question = ask(
            a, b, set_a=pins_a, set_b=pins_b, months=months, windows=listed(window),
            level=level_over(level, drawn.over), outcomes=listed(outcomes), over=drawn, lucks=lucks,
        )  # fmt: skip
        far, tests = read_ends(ends or Ends.RANGE), _robustness(question, robustness, ends)
        if dry_run:
            if out is not None:
                check_replaceable(out, asked_of(question, tests, far), force)
            _say_comparison(question, far if tests else None)
            say_few(drawn)
            return
        told_of_fall_back(over)
        folder = out or default_folder(f"{question.b.name}-vs-{question.a.name}", asked_of(question, tests, far))
        command = tuple(sys.argv[1:])
        options = Options(folder, tests, far, workers or cores(), figures, quiet, command, force)
        _compare(question, options, work)


def _pins(
    both: list[str] | None, a: list[str] | None, b: list[str] | None
) -> tuple[dict[str, object], dict[str, object]]:
    """The parameters that are held in A and in B.

    Raises:
        KingmakerError: no such parameter, a value that is not allowed, or one parameter held twice.
    """
    from kingmaker.experiments.studies.compare.question import pins

    common = pins(both, "--set")
    return common | pins(a, "--set-a"), common | pins(b, "--set-b")


def _compare(question: Question, options: Options, work: Stoppable) -> None:
    """Make the comparison, and print what can be claimed."""
    from kingmaker.experiments.results.outputs import unfinished
    from kingmaker.experiments.studies.compare.comparison_summary import print_findings
    from kingmaker.experiments.studies.compare.write_comparison import compare_and_write
    from kingmaker.experiments.studies.compare.write_members import compare_members, print_members

    work.kept = unfinished(options.out)
    if question.drawn is not None:
        over_members = compare_members(question, options)
        if not options.quiet:
            print_members(over_members, options.out)
        return
    found = compare_and_write(question, options)
    if not options.quiet:
        print_findings(found, options.out)


def _robustness(question: Question, robustness: bool | None, ends: str | None) -> bool:
    """Whether claims are tested one assumption at a time; over a posterior all assumptions vary at once.

    Raises:
        KingmakerError: such tests are asked for over a posterior.
    """
    if question.drawn is None:
        return robustness is not False
    if robustness or ends is not None:
        raise KingmakerError(
            f"{'--robustness' if robustness else '--ends'} moves one assumption at a time, over luck; over a posterior "
            "all of them vary at once, and the brief says where a sign flips. Leave it out, or ask --over luck."
        )
    return False


def _say_comparison(question: Question, ends: Ends | None) -> None:
    """How many runs it would take; how many assumptions are tested depends on what the runs show."""
    from kingmaker.experiments.studies.compare.robustness import variants

    n, drawn = question.replications, question.drawn
    pairs = f"{n:,} pairs" if drawn is None else f"{n:,} pairs, over {drawn.words}"
    say(f"{2 * n:,} runs of {question.months} months: {pairs}.")
    if drawn is not None and question.lucks > 1:
        from kingmaker.experiments.studies.compare.over_members import further_lucks, luck_members

        say(
            f"Also {2 * len(further_lucks(question)):,} runs of the same length to tell luck from parameters: "
            f"{question.lucks} seeds for each of {luck_members(question)} members."
        )
    if ends is not None:
        most = sum(1 for _ in variants(question, ends))
        say(f"If anything can be claimed, also up to {2 * n * most:,} runs of the same length for {most} assumptions.")
