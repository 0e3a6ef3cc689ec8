"""``kingmaker factorial``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kingmaker.experiments.commands.completion import design_names
from kingmaker.experiments.commands.options import (
    Draw,
    DryRun,
    FirstSeed,
    Force,
    LevelOver,
    Lucks,
    Members,
    Months,
    Outcomes,
    Over,
    Quiet,
    Replications,
    Windows,
    Workers,
    cores,
    listed,
    say_few,
    say_runs,
    told_of_fall_back,
)
from kingmaker.experiments.commands.stopping import Stoppable, stoppable
from kingmaker.experiments.commands.vocabulary import option
from kingmaker.experiments.terminal.telling import complain

if TYPE_CHECKING:
    from kingmaker.experiments.studies.factorial.factorial_question import FactorialQuestion
    from kingmaker.experiments.studies.factorial.write_factorial import FactorialOptions


Crossing = typer.Argument(
    help="A design that crosses levels of levers: a name of 'kingmaker designs', or a .toml file.",
    autocompletion=design_names,
)


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(factorial)


def factorial(
    design: Annotated[str, Crossing],
    over: Over = None,
    members: Members = None,
    replications: Replications = None,
    lucks: Lucks = 4,
    outcomes: Outcomes = None,
    window: Windows = None,
    months: Months = None,
    seed: FirstSeed = None,
    level: LevelOver = None,
    out: Annotated[Path | None, option("--out", "a folder; results/<design>-factorial if not given")] = None,
    workers: Workers = None,
    force: Force = False,
    figures: Draw = True,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Cross policies on the same members: what each does, alone and together, and beyond the sum of each alone."""
    with stoppable("the factorial") as work:
        from kingmaker.experiments.design.sweep_design import load_design
        from kingmaker.experiments.posterior.over import level_over, replicates_of_design
        from kingmaker.experiments.results.outputs import check_replaceable, default_folder
        from kingmaker.experiments.stats.levels import read_level
        from kingmaker.experiments.studies.factorial.factorial_question import ask_factorial
        from kingmaker.experiments.studies.factorial.write_factorial import FactorialOptions, asked_of_factorial

        if level is not None:
            read_level(level)
        asked = load_design(design, {"months": months})
        drawn, fallen = replicates_of_design(asked, over, members=members, replications=replications, seed=seed)
        question = ask_factorial(
            asked, drawn, outcomes=listed(outcomes), windows=listed(window), lucks=lucks,
            level=level_over(level, drawn.over),
        )  # fmt: skip
        if dry_run:
            if out is not None:
                check_replaceable(out, asked_of_factorial(question), force)
            _say_worlds(question)
            say_few(drawn)
            return
        if fallen:
            told_of_fall_back(None)
        for note in asked.notes():
            complain(note)
        options = FactorialOptions(
            out=out or default_folder(f"{asked.name}-factorial", asked_of_factorial(question)),
            workers=workers or cores(), figures=figures, quiet=quiet, command=tuple(sys.argv[1:]), force=force,
        )  # fmt: skip
        _cross(question, options, work)


def _say_worlds(question: FactorialQuestion) -> None:
    from kingmaker.experiments.studies.factorial.write_factorial import number_of_worlds

    cells = f"{len(question.cells)} combinations of levels over {question.replicates.words}"
    say_runs(number_of_worlds(question), question.design.months, cells)


def _cross(question: FactorialQuestion, options: FactorialOptions, work: Stoppable) -> None:
    """Make the runs, write what they say and print it."""
    from kingmaker.experiments.results.outputs import unfinished
    from kingmaker.experiments.studies.factorial.write_factorial import cross_and_write, print_factorial

    work.kept = unfinished(options.out)
    found = cross_and_write(question, options)
    if not options.quiet:
        print_factorial(found, options.out)
