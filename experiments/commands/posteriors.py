"""``kingmaker posterior fit | check | show`` and ``kingmaker forecast``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kingmaker.agents.checks import LARGEST_SEED
from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.commands.options import DryRun, Force, Quiet, Workers, cores, say_runs
from kingmaker.experiments.commands.stopping import stoppable
from kingmaker.experiments.commands.vocabulary import option

CONTEST_MEMBERS, CONTEST_STEPS = 256, 4
MOST_SEED = min(LARGEST_SEED, 2**31 - 1)

Fitted = Annotated[int | None, option("--members", "512 if not given, 64 with --quick", min=16, max=10_000)]
Steps = Annotated[int | None, option("--steps", "5 if not given, 2 with --quick", min=1, max=50)]
Seed = Annotated[int, option("--seed", "of the first ensemble as of its luck", min=0, max=MOST_SEED)]
Quick = Annotated[bool, option("--quick", "small worlds and a small ensemble, whose intervals are of no use")]
MembersOver = Annotated[
    str | None, option("--over", "here it names the members, and luck has none", metavar="posterior|FILE")
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
    out: Annotated[Path, option("--out", "a folder")] = Path("results/posterior"),
    members: Fitted = None,
    steps: Steps = None,
    seed: Seed = 1,
    quick: Quick = False,
    ship: Annotated[bool, option("--ship")] = False,
    workers: Workers = None,
    force: Force = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Fit an ensemble of parameters and luck to the lines of 2022-24; a third of the lines is never fitted."""
    with stoppable("the fit") as work:
        from kingmaker.experiments.posterior.fit_files import Request, fit_and_write
        from kingmaker.experiments.posterior.fitting import plan_for
        from kingmaker.experiments.results.outputs import unfinished

        plan = plan_for(members, steps, seed, quick)
        if dry_run:
            say_runs(
                plan.runs, plan.months, f"{plan.members} members in {plan.steps} steps, and without each fold", True
            )
            return
        work.kept = unfinished(out)
        fit_and_write(Request(plan, out, workers or cores(), tuple(sys.argv[1:]), force, quiet, ship))


def check(
    over: MembersOver = None,
    truths: Annotated[int, option("--truths", min=0, max=1000)] = 0,
    refit: Annotated[bool, option("--refit/--no-refit")] = True,
    out: Annotated[Path, option("--out", "a folder, also for what is unfinished")] = Path("results/posterior-check"),
    workers: Workers = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Make the members anew and compare; state coverage, ranks and scores; with --truths, fit known truths."""
    with stoppable("the check") as work:
        from kingmaker.experiments.posterior import rechecking
        from kingmaker.experiments.results.outputs import unfinished

        work.kept = unfinished(out)
        asked = rechecking.CheckRequest(_file(over), out, truths, refit, workers or cores(), force, quiet)
        if not rechecking.check(asked):
            raise typer.Exit(1)


def show(
    over: MembersOver = None,
    out: Annotated[Path, option("--out", "a folder")] = Path("results/posterior-shown"),
    workers: Workers = None,
    force: Force = False,
) -> None:
    """Draw prior against posterior, the members' paths over the facts, and what the data have taught; write a page."""
    with stoppable("the figures"):
        from kingmaker.experiments.posterior.showing import show_members

        show_members(_file(over), out, workers or cores(), force)


def _file(over: str | None) -> Path | None:
    """The file of members that ``--over`` names; None for those that are shipped.

    Raises:
        KingmakerError: luck, which has no members.
    """
    if over == "luck":
        raise KingmakerError("--over is luck, which has no members; allowed is posterior, or a file of members.")
    return None if over in (None, "posterior") else Path(str(over))


def forecast(
    out: Annotated[Path, option("--out", "a folder")] = Path("results/forecast"),
    origins: Annotated[list[str] | None, option("--origin", metavar="YYYY-MM")] = None,
    members: Annotated[
        int | None, option("--members", "of each fit, 256 if not given, 64 with --quick", min=16, max=10_000)
    ] = None,
    steps: Annotated[int | None, option("--steps", "4 if not given, 2 with --quick", min=1, max=50)] = None,
    seed: Seed = 1,
    quick: Quick = False,
    workers: Workers = None,
    force: Force = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Hold forecasts from four origins in 2022-24 against what followed, beside naive forecasters on the same past."""
    with stoppable("the contest") as work:
        from kingmaker.experiments.posterior.fitting import plan_for
        from kingmaker.experiments.results.outputs import unfinished
        from kingmaker.experiments.studies.forecast.contest_data import read_origins
        from kingmaker.experiments.studies.forecast.contest_page import ForecastRequest, forecast_and_write

        usual = (members, steps) if quick else (members or CONTEST_MEMBERS, steps or CONTEST_STEPS)
        plan, starts = plan_for(*usual, seed, quick), read_origins(origins)
        if dry_run:
            runs = plan.members * (plan.steps + 2) * len(starts)
            say_runs(
                runs, plan.months, f"{plan.members} members in {plan.steps} steps from {len(starts)} origins", True
            )
            return
        work.kept = unfinished(out)
        asked = ForecastRequest(plan, out, workers or cores(), tuple(sys.argv[1:]), starts, force, quiet)
        forecast_and_write(asked)
