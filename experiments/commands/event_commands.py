"""``kingmaker events``, ``kingmaker docking`` and ``kingmaker measured-points``."""

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
    app.command()(measured_points)


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


def measured_points(
    replications: Annotated[int | None, option("--replications", "80 seeds if not given", min=2, max=1000)] = None,
    out: Annotated[Path | None, option("--out", "a folder for page and table; only printed if not given")] = None,
    force: Force = False,
    dry_run: DryRun = False,
) -> None:
    """Measure the fourteen points for which the economy of commitments was built, now and beside what was before."""
    from kingmaker.experiments.studies.measured_points import points_page
    from kingmaker.experiments.studies.measured_points.point_cases import TO_2030

    with stoppable("the measured points"):
        seeds = replications or points_page.SEEDS
        if dry_run:
            say_runs(points_page.number_of_runs(seeds), TO_2030, f"{seeds} seeds of each case", at_most=True)
            return
        points_page.run_and_print(seeds, out, force)
