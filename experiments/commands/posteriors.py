"""``kingmaker posterior fit | check | show`` and ``kingmaker forecast``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kingmaker.agents.checks import LARGEST_SEED
from kingmaker.experiments.commands.options import Force, Workers, cores
from kingmaker.experiments.commands.stopping import stoppable

CONTEST_MEMBERS, CONTEST_STEPS = 256, 4
MOST_SEED = min(LARGEST_SEED, 2**31 - 1)

Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, only the result.")]
MembersFile = Annotated[
    Path | None, typer.Option("--members", metavar="FILE", help="A file of members; else the one that is shipped.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(
        help="Parameters and luck together: fit an ensemble to the facts, check it, show what it has learned.",
        no_args_is_help=True,
    )
    group.command()(fit)
    group.command()(check)
    group.command()(show)
    app.add_typer(group, name="posterior")
    app.command()(forecast)


def fit(
    out: Annotated[Path, typer.Option(help="Folder of the members and their tables.")] = Path("results/posterior"),
    members: Annotated[
        int | None, typer.Option(min=16, max=10_000, help="Members of the ensemble; 512 if not given.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, max=50, help="Assimilations in which the ensemble moves; 5 if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=MOST_SEED, help="Seed of the first ensemble and of its luck.")] = 1,
    quick: Annotated[
        bool, typer.Option("--quick", help="Small worlds, and 64 members and 2 steps if not given: to try it.")
    ] = False,
    ship: Annotated[
        bool, typer.Option("--ship", help="Put the members in the place of the shipped ones, not into --out.")
    ] = False,
    workers: Workers = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Fit an ensemble of parameters and luck to the lines of 2022-24; a third of the lines is never fitted."""
    with stoppable("the fit") as work:
        from kingmaker.experiments.posterior.fit_files import Request, fit_and_write
        from kingmaker.experiments.posterior.fitting import plan_for
        from kingmaker.experiments.results.outputs import unfinished

        plan = plan_for(members, steps, seed, quick)
        work.kept = unfinished(out)
        fit_and_write(Request(plan, out, workers or cores(), tuple(sys.argv[1:]), force, quiet, ship))


def check(
    members: MembersFile = None,
    truths: Annotated[
        int, typer.Option(min=0, max=1000, help="Also fit data made by the model at so many drawn parameters.")
    ] = 0,
    refit: Annotated[
        bool, typer.Option("--refit/--no-refit", help="Make the members anew from their manifest.")
    ] = True,
    out: Annotated[
        Path, typer.Option(help="Folder of the known truths' table and figure, and of what is unfinished.")
    ] = Path("results/posterior-check"),
    workers: Workers = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Make the members anew and compare; state coverage, ranks and scores; with --truths, fit known truths."""
    with stoppable("the check") as work:
        from kingmaker.experiments.posterior import rechecking
        from kingmaker.experiments.results.outputs import unfinished

        work.kept = unfinished(out)
        asked = rechecking.CheckRequest(members, out, truths, refit, workers or cores(), force, quiet)
        if not rechecking.check(asked):
            raise typer.Exit(1)


def show(
    members: MembersFile = None,
    out: Annotated[Path, typer.Option(help="Folder of the page and its figures.")] = Path("results/posterior-shown"),
    workers: Workers = None,
    force: Force = False,
) -> None:
    """Draw prior against posterior, the members' paths over the facts, and what the data have taught; write a page."""
    with stoppable("the figures"):
        from kingmaker.experiments.posterior.showing import show_members

        show_members(members, out, workers or cores(), force)


def forecast(
    out: Annotated[Path, typer.Option(help="Folder of the contest's page and table.")] = Path("results/forecast"),
    origins: Annotated[
        list[str] | None,
        typer.Option("--origin", metavar="YYYY-MM", help="Forecast from the end of this month; can be repeated."),
    ] = None,
    members: Annotated[
        int | None, typer.Option(min=16, max=10_000, help="Members of each fit; 256 if not given.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, max=50, help="Assimilations of each fit; 4 if not given.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=MOST_SEED, help="Seed of the first ensemble and of its luck.")] = 1,
    quick: Annotated[
        bool, typer.Option("--quick", help="Small worlds, and 64 members and 2 steps if not given: to try it.")
    ] = False,
    workers: Workers = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Hold forecasts from four origins in 2022-24 against what followed, beside naive forecasters on the same past."""
    with stoppable("the contest") as work:
        from kingmaker.experiments.posterior.fitting import plan_for
        from kingmaker.experiments.results.outputs import unfinished
        from kingmaker.experiments.studies.forecast.contest_data import read_origins
        from kingmaker.experiments.studies.forecast.contest_page import ForecastRequest, forecast_and_write

        usual = (members, steps) if quick else (members or CONTEST_MEMBERS, steps or CONTEST_STEPS)
        plan = plan_for(*usual, seed, quick)
        work.kept = unfinished(out)
        asked = ForecastRequest(plan, out, workers or cores(), tuple(sys.argv[1:]), read_origins(origins), force, quiet)
        forecast_and_write(asked)
