"""``kingmaker validate`` and ``kingmaker calibrate``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kingmaker.agents.checks import LARGEST_SEED
from kingmaker.experiments.commands.options import (
    BAND,
    BandLevel,
    DryRun,
    Force,
    Members,
    Over,
    Pins,
    say_runs,
    told_of_fall_back,
)
from kingmaker.experiments.commands.stopping import stoppable
from kingmaker.experiments.commands.vocabulary import option


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(validate)
    app.command()(calibrate)


def validate(
    over: Over = None,
    members: Members = None,
    replications: Annotated[int | None, option("--replications", "over luck 40 if not given", min=2, max=1000)] = None,
    level: BandLevel = BAND,
    settings: Pins = None,
    out: Annotated[
        Path | None, option("--out", "a folder for table, page and figures; only printed if not given")
    ] = None,
    force: Force = False,
    dry_run: DryRun = False,
) -> None:
    """Hold the baseline against the facts: target, tolerance, the ensemble's median and interval, hit or miss."""
    with stoppable("the validation"):
        from kingmaker.environment.inputs.scenario import load_scenario, parse_pin
        from kingmaker.experiments.design.replicates import LUCK
        from kingmaker.experiments.measured.trace import LENGTH
        from kingmaker.experiments.posterior.over import members_asked, members_of
        from kingmaker.experiments.stats.levels import read_level
        from kingmaker.experiments.studies.validation.member_validation import validate_members
        from kingmaker.experiments.studies.validation.validation_report import validate as run

        share = read_level(level)
        pins = dict(parse_pin(text) for text in settings or ())
        load_scenario("baseline", pins, "--set")
        found = members_of(over)
        drawn, _ = members_asked(found or LUCK, members=members, replications=replications)
        if dry_run:
            worlds = (replications or 40) if drawn is None else len(drawn)
            say_runs(worlds, LENGTH, f"the baseline over {f'{worlds} seeds' if drawn is None else drawn.words}")
            return
        told_of_fall_back(over)
        if drawn is None:
            run(replications or 40, pins, out, force, share)
        else:
            validate_members(drawn, pins, out, force, share, found.discrepancy if found else {})


def calibrate(
    generations: Annotated[int, option("--generations", min=1, max=10_000)] = 60,
    candidates: Annotated[int, option("--candidates", min=4, max=200)] = 16,
    replications: Annotated[int, option("--replications", "the worlds of a parameter set", min=1, max=100)] = 4,
    seed: Annotated[int, option("--seed", "here that of the search", min=0, max=LARGEST_SEED)] = 0,
    out: Annotated[Path, option("--out", "a folder; run again to go on")] = Path("results/calibration"),
    check: Annotated[bool, option("--check")] = False,
    rescore: Annotated[bool, option("--rescore")] = False,
    profile: Annotated[bool, option("--profile")] = False,
    force: Force = False,
    dry_run: DryRun = False,
) -> None:
    """Fit the behavioural parameters to the patterns of 2022-24; those of validation are never used."""
    with stoppable("the calibration; run the same command to go on"):
        from kingmaker.experiments.measured.trace import LENGTH
        from kingmaker.experiments.studies.calibration import session

        if dry_run and not (check or rescore or profile):
            of = f"{generations} generations of {candidates} parameter sets on {replications} seeds"
            say_runs(generations * candidates * replications, LENGTH, of)
            return
        if check:
            if not session.check():
                raise typer.Exit(1)
        elif rescore:
            session.rescore()
        elif profile:
            session.profile(replications, out, force)
        else:
            session.search(generations, candidates, replications, seed, out, ("kingmaker", *sys.argv[1:]), force)
