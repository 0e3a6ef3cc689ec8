"""``kingmaker paper``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kingmaker.experiments.commands.options import Force, LevelOver, Members, Over, Workers, cores, told_of_fall_back
from kingmaker.experiments.commands.stopping import stoppable
from kingmaker.experiments.commands.vocabulary import option
from kingmaker.experiments.terminal.telling import say


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(paper)


def paper(
    quick: Annotated[bool, option("--quick", "the first members of each experiment, half a minute")] = False,
    out: Annotated[Path, option("--out", "a folder; docs/paper is the one in the repository")] = Path("results/paper"),
    over: Over = None,
    members: Members = None,
    level: LevelOver = None,
    force: Force = False,
    workers: Workers = None,
) -> None:
    """Make every number, table and figure of the paper, and its text: a quarter of an hour on one core."""
    with stoppable("the paper"):
        from kingmaker.experiments.design.replicates import LUCK
        from kingmaker.experiments.paper.paper_run import make
        from kingmaker.experiments.posterior.over import members_asked, members_of

        found = members_of(over)
        drawn, sure = members_asked(found or LUCK, level, members=members)
        told_of_fall_back(over)
        make(out, quick, workers or cores(), force, sure, drawn, found.discrepancy if found else None)
        say(f"paper.md, paper.bib, tables and figures written to {out}.")
