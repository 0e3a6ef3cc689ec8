"""``kingmaker factorial``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kingmaker.experiments.commands.options import (
    DryRun,
    FirstSeed,
    Force,
    LevelOver,
    Lucks,
    Members,
    Months,
    Outcomes,
    Over,
    Replications,
    Windows,
    Workers,
    cores,
    listed,
    told_of_fall_back,
)
from kingmaker.experiments.commands.stopping import stoppable
from kingmaker.experiments.terminal.telling import complain, say


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(factorial)


def factorial(
    design: Annotated[
        str,
        typer.Argument(help="A design that crosses levels of levers: a name of 'kingmaker designs', or a .toml file."),
    ],
    over: Over = None,
    members: Members = None,
    replications: Replications = None,
    lucks: Lucks = 4,
    outcomes: Outcomes = None,
    window: Windows = None,
    months: Months = None,
    seed: FirstSeed = None,
    level: LevelOver = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the results; results/<design>-factorial otherwise.")
    ] = None,
    workers: Workers = None,
    force: Force = False,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the figure.")] = True,
    dry_run: DryRun = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar and no printed results.")] = False,
) -> None:
    """Cross policies on the same members: what each does, alone and together, and beyond the sum of each alone."""
    with stoppable("the factorial") as work:
        from kingmaker.experiments.design.sweep_design import load_design
        from kingmaker.experiments.posterior.over import level_over, replicates_of_design
        from kingmaker.experiments.results.outputs import default_folder, unfinished
        from kingmaker.experiments.stats.levels import read_level
        from kingmaker.experiments.studies.factorial.factorial_question import ask_factorial
        from kingmaker.experiments.studies.factorial.write_factorial import (
            FactorialOptions,
            asked_of_factorial,
            cross_and_write,
            number_of_worlds,
            print_factorial,
        )

        if level is not None:
            read_level(level)
        asked = load_design(design, {"months": months})
        drawn, fallen = replicates_of_design(asked, over, members=members, replications=replications, seed=seed)
        question = ask_factorial(
            asked, drawn, outcomes=listed(outcomes), windows=tuple(window or ()), lucks=lucks,
            level=level_over(level, drawn.over),
        )  # fmt: skip
        if dry_run:
            cells = f"{len(question.cells)} combinations of levels over {drawn.words}"
            say(f"{number_of_worlds(question):,} runs of {asked.months} months: {cells}.")
            return
        if fallen:
            told_of_fall_back(None)
        for note in asked.notes():
            complain(note)
        options = FactorialOptions(
            out=out or default_folder(f"{asked.name}-factorial", asked_of_factorial(question)),
            workers=workers or cores(), figures=figures, quiet=quiet, command=tuple(sys.argv[1:]), force=force,
        )  # fmt: skip
        work.kept = unfinished(options.out)
        found = cross_and_write(question, options)
        if not quiet:
            print_factorial(found, options.out)
