"""``kingmaker events`` and ``kingmaker docking``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kingmaker.experiments.commands.options import DryRun, Force, LevelOver, Members, Over, say_runs
from kingmaker.experiments.commands.stopping import stoppable
from kingmaker.experiments.commands.vocabulary import option


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(events)
    app.command()(docking)


def events(
    over: Over = None,
    members: Members = None,
    replications: Annotated[
        int | None, option("--replications", "pairs of worlds, 24 over luck if not given", min=2, max=1000)
    ] = None,
    level: LevelOver = None,
    out: Annotated[Path | None, option("--out", "a folder for event_study.md; only printed if not given")] = None,
    force: Force = False,
    dry_run: DryRun = False,
) -> None:
    """Study the announcement of a contract: how investors revalue the cloud that wins it and the one that loses it."""
    from kingmaker.experiments.posterior.over import members_asked
    from kingmaker.experiments.studies import event_study

    with stoppable("the event study"):
        drawn, sure = members_asked(over, level, members=members, replications=replications)
        pairs = (replications or 24) if drawn is None else len(drawn)
        if dry_run:
            say_runs(2 * pairs, event_study.SIGNED + 1, f"{pairs} pairs of worlds, with the contract and without")
            return
        if not event_study.run_and_print(replications or 24, out, force, sure, drawn):
            raise typer.Exit(1)


def docking(
    out: Annotated[Path | None, option("--out", "a folder for docking.md; only printed if not given")] = None,
    force: Force = False,
) -> None:
    """Hold the model's functions against closed forms: Bertrand, Cournot, Klemperer, Wright, Bass and others."""
    from kingmaker.experiments.studies.docking.docking_run import run_and_print as dock

    with stoppable("the docking"):
        if not dock(out, force):
            raise typer.Exit(1)
