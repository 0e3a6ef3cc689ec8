"""``kingmaker run`` and ``kingmaker rerun``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kingmaker.agents.checks import LARGEST_SEED
from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.commands.completion import scenario_names
from kingmaker.experiments.commands.options import (
    BAND,
    BandLevel,
    Draw,
    DryRun,
    Force,
    Members,
    Months,
    Over,
    Pins,
    Quiet,
    Workers,
    cores,
    say_runs,
)
from kingmaker.experiments.commands.stopping import stoppable
from kingmaker.experiments.commands.vocabulary import option
from kingmaker.experiments.terminal.telling import say

if TYPE_CHECKING:
    from kingmaker.experiments.design.replicates import Replicates

Asked = typer.Argument(
    help="A name listed by 'kingmaker scenarios', or a file ending in .toml.", autocompletion=scenario_names
)
Several = Annotated[
    int | None, option("--replications", "one if not given; of several, medians, bands and fan charts are drawn")
]
Place = Annotated[
    Path | None, option("--out", "a folder; else one in results/ whose name tells scenario, seed, and pins")
]
LUCK = "luck"  # replicates.LUCK, which needs NumPy
ANYWAY = "Also run if the model's code or data have changed, and the result's own code with it"
MOST_REPLICATIONS = 100_000


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(run)
    app.command()(rerun)


def run(
    scenario: Annotated[str, Asked],
    settings: Pins = None,
    seed: Annotated[int | None, option("--seed", "else 1", min=0, max=LARGEST_SEED)] = None,
    months: Months = None,
    over: Over = None,
    members: Members = None,
    replications: Several = None,
    level: BandLevel = BAND,
    out: Place = None,
    panel: Annotated[bool, option("--panel")] = False,
    figures: Draw = True,
    workers: Workers = None,
    force: Force = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Run a scenario, once or on several seeds, and write its results, graphs and figures into a folder."""
    one = over in (None, LUCK) and members is None and replications in (None, 1)
    with stoppable("the run" if one else "the ensemble") as work:
        from kingmaker.environment.inputs.scenario import check_months, load_scenario, parse_pin
        from kingmaker.experiments.runs.one_run import RunRequest, folder_for, run_and_write
        from kingmaker.experiments.stats.levels import read_level

        share = read_level(level)
        _demand_several(one, level)
        setting = load_scenario(scenario, dict(parse_pin(text) for text in settings or ()), "--set")
        horizon = setting.months if months is None else check_months(months, "--months")
        drawn = None if one else _members(over, members, replications, seed, panel)
        seeds = seeds_of(seed, replications, panel) if drawn is None else drawn.seeds
        if dry_run:
            say_runs(len(seeds), horizon, setting.name if drawn is None else f"{setting.name} over {drawn.words}")
            return
        place = folder_for(setting, seeds, horizon, panel, share, drawn) if out is None else out
        command = tuple(sys.argv[1:])
        if one:
            run_and_write(RunRequest(setting, seeds[0], horizon, place, panel, figures, quiet, command, force))
            return
        from kingmaker.experiments.results.outputs import unfinished
        from kingmaker.experiments.runs.many import EnsembleRequest, run_ensemble

        work.kept = unfinished(place)
        several = EnsembleRequest(setting, seeds, horizon, place, figures, quiet, command, workers or cores(), force)
        run_ensemble(replace(several, level=share, drawn=drawn))


def _members(
    over: str | None, members: int | None, replications: int | None, seed: int | None, panel: bool
) -> Replicates | None:
    """The members of a posterior over which an ensemble is asked; None over luck, which is usual.

    Raises:
        KingmakerError: options that do not go together.
    """
    from kingmaker.experiments.posterior.over import replicates_of

    if over in (None, LUCK) and members is None:
        return None
    found = replicates_of(over, members=members, replications=replications, seed=seed, usual=LUCK)
    if panel:
        raise KingmakerError("--panel writes the firms of a single run; it was given with --over. Leave one out.")
    return found


def _demand_several(one: bool, level: str) -> None:
    """A level is that of the band of several runs.

    Raises:
        KingmakerError: a level was asked of a single run.
    """
    if one and level != BAND:
        raise KingmakerError(
            f"--level is {level}, the share of the runs in the wider band; a single run has none. Ask for several with "
            "--replications."
        )


def seeds_of(seed: int | None, replications: int | None, panel: bool) -> Sequence[int]:
    """The seeds of a run or an ensemble.

    Raises:
        KingmakerError: too many, too few, a last seed that is too large, or a panel of several runs.
    """
    seed, replications = 1 if seed is None else seed, 1 if replications is None else replications
    if not 1 <= replications <= MOST_REPLICATIONS:
        raise KingmakerError(
            f"--replications is {replications}; allowed is a whole number from 1 to {MOST_REPLICATIONS}."
        )
    if seed + replications - 1 > LARGEST_SEED:
        raise KingmakerError(
            f"--seed {seed}: the last of {replications} seeds would be {seed + replications - 1}; allowed are whole "
            "numbers from 0 to 2**63 - 1."
        )
    if panel and replications > 1:
        raise KingmakerError(
            f"--panel writes the firms of a single run; it was given with --replications {replications}. Leave one "
            "out, or make the panel of one seed with --seed."
        )
    return range(seed, seed + replications)


def rerun(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that 'kingmaker run' has written.")],
    out: Annotated[Path | None, option("--out", "a folder for the new results; only compared if not given")] = None,
    workers: Workers = None,
    force: Annotated[bool, option("--force", ANYWAY)] = False,
    quiet: Quiet = False,
) -> None:
    """Run a result again from its manifest and compare: identical, or where the measures differ (exit code 1)."""
    with stoppable("the rerun"):
        from kingmaker.experiments.runs.rerun import rerun_and_compare

        command = tuple(sys.argv[1:])
        verdict = rerun_and_compare(folder, out, force, quiet, command, workers or cores())
    say(verdict.text)
    if not verdict.identical:
        raise typer.Exit(1)
