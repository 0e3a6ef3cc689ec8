"""``kingmaker events`` and ``kingmaker docking``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kingmaker.experiments.commands.options import Force, LevelOver, Members, Over
from kingmaker.experiments.commands.stopping import stoppable


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(events)
    app.command()(docking)


def events(
    over: Over = None,
    members: Members = None,
    replications: Annotated[
        int | None, typer.Option(min=2, max=1000, help="Pairs of worlds, 24 over luck if not given.")
    ] = None,
    level: LevelOver = None,
    out: Annotated[Path | None, typer.Option(help="Write event_study.md into this folder.")] = None,
    force: Force = False,
) -> None:
    """Study the announcement of a contract: how investors revalue the cloud that wins it and the one that loses it."""
    from kingmaker.experiments.posterior.over import members_asked
    from kingmaker.experiments.studies.event_study import run_and_print as study

    with stoppable("the event study"):
        drawn, sure = members_asked(over, level, members=members, replications=replications)
        if not study(replications or 24, out, force, sure, drawn):
            raise typer.Exit(1)


def docking(
    out: Annotated[Path | None, typer.Option(help="Write docking.md into this folder.")] = None,
    force: Force = False,
) -> None:
    """Hold the model's functions against closed forms: Bertrand, Cournot, Klemperer, Wright, Bass and others."""
    from kingmaker.experiments.studies.docking.docking_run import run_and_print as dock

    with stoppable("the docking"):
        if not dock(out, force):
            raise typer.Exit(1)
