"""``kingmaker validate`` and ``kingmaker calibrate``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kingmaker.agents.checks import LARGEST_SEED
from kingmaker.experiments.commands.options import BAND, BandLevel, Force, Members, Over, told_of_fall_back
from kingmaker.experiments.commands.stopping import stoppable


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(validate)
    app.command()(calibrate)


def validate(
    over: Over = None,
    members: Members = None,
    replications: Annotated[
        int | None, typer.Option(min=2, max=1000, help="Worlds in the ensemble, 40 over luck if not given.")
    ] = None,
    level: BandLevel = BAND,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Hold a parameter at a value; can be repeated."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write validation.csv, validation.md and figures into this folder.")
    ] = None,
    force: Force = False,
) -> None:
    """Hold the baseline against the facts: target, tolerance, the ensemble's median and interval, hit or miss."""
    with stoppable("the validation"):
        from kingmaker.environment.inputs.scenario import load_scenario, parse_pin
        from kingmaker.experiments.design.replicates import LUCK
        from kingmaker.experiments.posterior.over import members_asked, members_of
        from kingmaker.experiments.stats.levels import read_level
        from kingmaker.experiments.studies.validation.member_validation import validate_members
        from kingmaker.experiments.studies.validation.validation_report import validate as run

        share = read_level(level)
        pins = dict(parse_pin(text) for text in settings or ())
        load_scenario("baseline", pins, "--set")
        told_of_fall_back(over)
        found = members_of(over)
        drawn, _ = members_asked(found or LUCK, members=members, replications=replications)
        if drawn is None:
            run(replications or 40, pins, out, force, share)
        else:
            validate_members(drawn, pins, out, force, share, found.discrepancy if found else {})


def calibrate(
    generations: Annotated[int, typer.Option(min=1, max=10_000, help="Generations of the search, from now on.")] = 60,
    candidates: Annotated[int, typer.Option(min=4, max=200, help="Parameter sets in a generation.")] = 16,
    replications: Annotated[int, typer.Option(min=1, max=100, help="Worlds for each of them, on the same luck.")] = 4,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the search.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder of the search; run again to go on.")] = Path("results/calibration"),
    check: Annotated[
        bool, typer.Option("--check", help="Only compute the baseline's score anew and compare it with the result's.")
    ] = False,
    profile: Annotated[
        bool, typer.Option("--profile", help="Only draw the score along each fitted parameter, into --out.")
    ] = False,
    force: Force = False,
) -> None:
    """Fit the behavioural parameters to the patterns of 2022-24; those of validation are never used."""
    with stoppable("the calibration; run the same command to go on"):
        from kingmaker.experiments.studies.calibration import session

        if check:
            if not session.check():
                raise typer.Exit(1)
        elif profile:
            session.profile(replications, out, force)
        else:
            session.search(generations, candidates, replications, seed, out, ("kingmaker", *sys.argv[1:]), force)
