"""``kingmaker sensitivity``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.commands.completion import design_names
from kingmaker.experiments.commands.options import (
    Draw,
    DryRun,
    FirstSeed,
    Force,
    LevelOver,
    Members,
    Months,
    Outcomes,
    Over,
    Quiet,
    Replications,
    Workers,
    cores,
    listed,
)
from kingmaker.experiments.commands.stopping import Stoppable, stoppable
from kingmaker.experiments.commands.vocabulary import option
from kingmaker.experiments.terminal.telling import say, warnings_told

if TYPE_CHECKING:
    from kingmaker.experiments.design.replicates import Replicates
    from kingmaker.experiments.design.sweep_design import Design
    from kingmaker.experiments.studies.sensitivity.member_study import MemberRequest
    from kingmaker.experiments.studies.sensitivity.write_study import Request

DesignArgument = Annotated[
    str,
    typer.Argument(
        help="A design that varies parameters: a name of 'kingmaker designs', or a .toml file.",
        autocompletion=design_names,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(sensitivity)


def sensitivity(
    design: DesignArgument,
    method: Annotated[str | None, option("--method")] = None,
    samples: Annotated[int | None, option("--samples")] = None,
    replications: Replications = None,
    months: Months = None,
    seed: FirstSeed = None,
    outcomes: Outcomes = None,
    over: Over = None,
    members: Members = None,
    window: Annotated[list[str] | None, option("--window", "also min, max, total, sd", metavar="A,B")] = None,
    sweep: Annotated[Path | None, option("--from", metavar="DIR")] = None,
    discover: Annotated[str | None, option("--discover", metavar="CASE")] = None,
    level: LevelOver = None,
    out: Annotated[Path | None, option("--out", "a folder; results/<design>-<method> if not given")] = None,
    workers: Workers = None,
    force: Force = False,
    figures: Draw = True,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Find which parameters move which outcomes, how they interact, and whether the sample was large enough."""
    with stoppable("the study") as work:
        from kingmaker.experiments.posterior.over import level_over, members_asked
        from kingmaker.experiments.stats.levels import LEVEL, read_level
        from kingmaker.experiments.studies.sensitivity.ask import ask
        from kingmaker.experiments.studies.sensitivity.write_study import Request

        sure = LEVEL if level is None else read_level(level)
        drawn, _ = members_asked(over, level, members=members, replications=replications if over else None)
        how: dict[str, Any] = {
            "workers": workers or cores(), "figures": figures, "quiet": quiet, "command": tuple(sys.argv[1:]),
            "force": force, "level": sure if drawn is None else level_over(level, drawn.over), "discover": discover,
        }  # fmt: skip
        if drawn is not None:
            boxes = {"--method": method, "--samples": samples, "--from": sweep, "--seed": seed}
            study = _over_members(design, drawn, boxes, listed(outcomes), listed(window), months)
            _study_members(study, out, how, work, dry_run)
            return
        changed = {"months": months, "seed": seed, "over": over}  # over luck, as nothing was drawn
        asked, windows = ask(design, method, samples, replications, listed(outcomes), listed(window), changed)
        if dry_run:
            _say_runs(asked)
            return
        request = Request(design=asked, statistics=windows, out=Path(), sweep=sweep, **how)
        _study(request, out, work)


def _say_runs(design: Design) -> None:
    from kingmaker.experiments.studies.sensitivity.ask import runs_of

    runs = runs_of(design)
    of = f"{runs // design.replications:,} points x {design.replications} replications"
    say(f"{runs:,} runs of {design.months} months: {of}.")


def _study(request: Request, out: Path | None, work: Stoppable) -> None:
    """Make a study of boxes, and print it."""
    from kingmaker.experiments.results.outputs import default_folder, unfinished
    from kingmaker.experiments.studies.sensitivity.study_summary import print_study
    from kingmaker.experiments.studies.sensitivity.write_study import study_and_write

    request = replace(request, out=out or default_folder(f"{request.design.name}-{request.design.kind}", request.asked))
    work.kept = unfinished(request.out)
    with warnings_told():
        found = study_and_write(request)
    if not request.quiet:
        print_study(found.study, found.box, request.out, found.held)


def _over_members(
    name: str, drawn: Replicates, boxes: Mapping[str, object], outcomes: tuple[str, ...], windows: tuple[str, ...],
    months: int | None,
) -> MemberRequest:  # fmt: skip
    """A study over members: of a design, what it varies is left out; a scenario will do.

    Raises:
        KingmakerError: options that belong to boxes, an unknown design, scenario, measure or statistic.
    """
    from kingmaker.environment.inputs.scenario import load_scenario
    from kingmaker.experiments.stats.levels import LEVEL
    from kingmaker.experiments.studies.sensitivity.ask import check_measures
    from kingmaker.experiments.studies.sensitivity.member_study import MemberRequest, design_or_scenario
    from kingmaker.experiments.studies.sensitivity.model_function import statistics_of

    for belonging, value in boxes.items():
        if value is not None:
            raise KingmakerError(
                f"{belonging} is for samples of boxes; over a posterior the members are the sample. Leave it out."
            )
    asked = design_or_scenario(name, {"months": months})
    check_measures(outcomes, asked.measured)
    setting = load_scenario(asked.setting, asked.fixed)
    statistics = statistics_of(asked, windows)
    return MemberRequest(
        setting, asked.name, asked.months, outcomes or asked.measures, statistics, drawn, Path(), LEVEL
    )


def _study_members(
    request: MemberRequest, out: Path | None, how: Mapping[str, Any], work: Stoppable, dry_run: bool
) -> None:
    """Make such a study, or say how many runs it takes."""
    from kingmaker.experiments.results.outputs import default_folder, unfinished
    from kingmaker.experiments.studies.sensitivity.member_study import study_members

    if dry_run:
        say(f"{len(request.over):,} runs of {request.months} months: one for each member.")
        return
    request = replace(request, **how)
    request = replace(request, out=out or default_folder(f"{request.name}-posterior", request.asked))
    work.kept = unfinished(request.out)
    study_members(request)
    if not request.quiet:
        say(f"Over {request.over.words}. Report, figures and indices are in {request.out}")
