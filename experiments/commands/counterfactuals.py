"""``kingmaker compare`` and ``kingmaker sensitivity``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kingmaker.agents.checks import LARGEST_SEED
from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.commands.options import (
    DryRun,
    FirstSeed,
    Force,
    LevelOver,
    Lucks,
    Members,
    Months,
    Outcomes,
    Over,
    Replications,
    Windows,
    Workers,
    cores,
    listed,
    told_of_fall_back,
)
from kingmaker.experiments.commands.stopping import Stoppable, stoppable
from kingmaker.experiments.terminal.telling import say, warnings_told

if TYPE_CHECKING:
    from kingmaker.experiments.design.replicates import Replicates
    from kingmaker.experiments.studies.compare.question import Question
    from kingmaker.experiments.studies.compare.robustness import Ends
    from kingmaker.experiments.studies.compare.write_comparison import Options
    from kingmaker.experiments.studies.sensitivity.member_study import MemberRequest


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(compare)
    app.command()(sensitivity)


def compare(
    a: Annotated[str, typer.Argument(help="A name listed by 'kingmaker scenarios', or a file ending in .toml.")],
    b: Annotated[str, typer.Argument(help="The other one; differences are B less A.")],
    over: Over = None,
    members: Members = None,
    replications: Annotated[
        int | None, typer.Option(help="Pairs of runs over luck, 20 if not given; the two of a pair share their seed.")
    ] = None,
    lucks: Lucks = 4,
    outcomes: Outcomes = None,
    months: Months = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=LARGEST_SEED, help="Over luck, the seed of the first pair; the others follow. Else 1."),
    ] = None,
    set_both: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Hold a parameter on both sides.")
    ] = None,
    set_a: Annotated[
        list[str] | None, typer.Option("--set-a", metavar="KEY=VALUE", help="Hold a parameter in A.")
    ] = None,
    set_b: Annotated[
        list[str] | None, typer.Option("--set-b", metavar="KEY=VALUE", help="Hold a parameter in B.")
    ] = None,
    window: Windows = None,
    robustness: Annotated[
        bool | None,
        typer.Option("--robustness/--no-robustness", help="Over luck, test the claims under other assumptions."),
    ] = None,
    ends: Annotated[
        str | None,
        typer.Option(help="How far assumptions are moved: range (ends of the declared range), half (half, double)."),
    ] = None,
    level: LevelOver = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the results; results/<B>-vs-<A> if not given.")] = None,
    workers: Workers = None,
    force: Force = False,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the figures.")] = True,
    dry_run: DryRun = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar and no printed results.")] = False,
) -> None:
    """Compare two scenarios member by member, or seed by seed, and write a brief that claims only what is sure."""
    with stoppable("the comparison") as work:
        from kingmaker.experiments.posterior.over import level_over, replicates_of
        from kingmaker.experiments.results.outputs import default_folder, unfinished
        from kingmaker.experiments.stats.levels import read_level
        from kingmaker.experiments.studies.compare.question import ask, check_replications, pins
        from kingmaker.experiments.studies.compare.robustness import Ends, read_ends
        from kingmaker.experiments.studies.compare.write_comparison import Options, asked_of, compare_and_write

        if level is not None:
            read_level(level)
        check_replications(replications)
        drawn = replicates_of(over, members=members, replications=replications, seed=seed)
        both, sure = pins(set_both, "--set"), level_over(level, drawn.over)
        question = ask(
            a, b, set_a=both | pins(set_a, "--set-a"), set_b=both | pins(set_b, "--set-b"), months=months,
            windows=tuple(window or ()), level=sure, outcomes=listed(outcomes), over=drawn, lucks=lucks,
        )  # fmt: skip
        far, tests = read_ends(ends or Ends.RANGE), _robustness(question, robustness, ends)
        if dry_run:
            _say_comparison(question, far if tests else None)
            return
        told_of_fall_back(over)
        asked = asked_of(question, tests, far)
        options = Options(
            out=out or default_folder(f"{question.b.name}-vs-{question.a.name}", asked),
            robustness=tests, ends=far, workers=workers or cores(), figures=figures, quiet=quiet,
            command=tuple(sys.argv[1:]), force=force,
        )  # fmt: skip
        work.kept = unfinished(options.out)
        if question.drawn is not None:
            _compare_members(question, options)
            return
        found = compare_and_write(question, options)
        if not quiet:
            from kingmaker.experiments.studies.compare.comparison_summary import print_findings

            print_findings(found, options.out)


def _robustness(question: Question, robustness: bool | None, ends: str | None) -> bool:
    """Whether claims are tested one assumption at a time; over a posterior all assumptions vary at once.

    Raises:
        KingmakerError: such tests are asked for over a posterior.
    """
    if question.drawn is None:
        return robustness is not False
    if robustness or ends is not None:
        raise KingmakerError(
            f"{'--robustness' if robustness else '--ends'} moves one assumption at a time, over luck; over a posterior "
            "all of them vary at once, and the brief says where a sign flips. Leave it out, or ask --over luck."
        )
    return False


def _compare_members(question: Question, options: Options) -> None:
    """The comparison over a posterior."""
    from kingmaker.experiments.studies.compare.write_members import compare_members, print_members

    found = compare_members(question, options)
    if not options.quiet:
        print_members(found, options.out)


def sensitivity(
    design: Annotated[
        str, typer.Argument(help="A design that varies parameters: a name of 'kingmaker designs', or a .toml file.")
    ],
    method: Annotated[
        str | None, typer.Option(help="oat, morris, sobol or lhs; what the design's kind is made for if not given.")
    ] = None,
    samples: Annotated[
        int | None, typer.Option(help="Base samples (sobol), trajectories (morris), points (lhs); else the design's.")
    ] = None,
    replications: Replications = None,
    months: Months = None,
    seed: FirstSeed = None,
    outcomes: Outcomes = None,
    over: Over = None,
    members: Members = None,
    statistic: Annotated[
        list[str] | None,
        typer.Option(
            metavar="A,B", help="What is made of the months: last12, final, mean, min, max, total, sd; can be repeated."
        ),
    ] = None,
    sweep: Annotated[
        Path | None,
        typer.Option("--from", metavar="DIR", help="Take the runs from this folder of 'kingmaker sweep'; run nothing."),
    ] = None,
    discover: Annotated[
        str | None,
        typer.Option(metavar="CASE", help="Also find the box in which CASE happens: 'switching_rate_last12 > 0.01'."),
    ] = None,
    level: LevelOver = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the results; results/<design>-<method> if not given.")
    ] = None,
    workers: Workers = None,
    force: Force = False,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the figures.")] = True,
    dry_run: DryRun = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar and no printed results.")] = False,
) -> None:
    """Find which parameters move which outcomes, how they interact, and whether the sample was large enough."""
    with stoppable("the study") as work:
        from kingmaker.experiments.posterior.over import level_over, members_asked
        from kingmaker.experiments.results.outputs import default_folder, unfinished
        from kingmaker.experiments.stats.levels import LEVEL, read_level
        from kingmaker.experiments.studies.sensitivity.ask import ask, runs_of
        from kingmaker.experiments.studies.sensitivity.study_summary import print_study
        from kingmaker.experiments.studies.sensitivity.write_study import Request, asked_of, study_and_write

        sure = LEVEL if level is None else read_level(level)
        drawn, _ = members_asked(over, level, members=members, replications=replications if over else None)
        if drawn is not None:
            boxes = {"--method": method, "--samples": samples, "--from": sweep, "--seed": seed}
            how = {
                "level": level_over(level, drawn.over), "workers": workers or cores(), "figures": figures,
                "quiet": quiet, "command": tuple(sys.argv[1:]), "force": force, "discover": discover,
            }  # fmt: skip
            study = _over_members(design, drawn, boxes, listed(outcomes), listed(statistic), months)
            _study_members(study, out, how, work, dry_run)
            return
        asked, statistics = ask(
            design, method, samples, replications, listed(outcomes), listed(statistic), {"months": months, "seed": seed}
        )
        if dry_run:
            runs = runs_of(asked)
            of = f"{runs // asked.replications:,} points x {asked.replications} replications"
            say(f"{runs:,} runs of {asked.months} months: {of}.")
            return
        request = Request(
            design=asked, statistics=statistics,
            out=out or default_folder(f"{asked.name}-{asked.kind}", asked_of(asked, statistics, discover, sure)),
            discover=discover, sweep=sweep, workers=workers or cores(), figures=figures, quiet=quiet,
            command=tuple(sys.argv[1:]), force=force, level=sure,
        )  # fmt: skip
        work.kept = unfinished(request.out)
        with warnings_told():
            found = study_and_write(request)
        if not quiet:
            print_study(found.study, found.box, request.out, found.held)


def _over_members(
    name: str, drawn: Replicates, boxes: Mapping[str, object], outcomes: tuple[str, ...], statistics: tuple[str, ...],
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

    for option, value in boxes.items():
        if value is not None:
            raise KingmakerError(
                f"{option} is for samples of boxes; over a posterior the members are the sample. Leave it out."
            )
    asked = design_or_scenario(name, {"months": months})
    check_measures(outcomes, asked.measured)
    setting = load_scenario(asked.setting, asked.fixed)
    statistics = statistics_of(asked, statistics)
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


def _say_comparison(question: Question, ends: Ends | None) -> None:
    """How many runs it would take; how many assumptions are tested depends on what the runs show."""
    from kingmaker.experiments.studies.compare.robustness import variants

    n, drawn = question.replications, question.drawn
    pairs = f"{n:,} pairs" if drawn is None else f"{n:,} pairs, over {drawn.words}"
    say(f"{2 * n:,} runs of {question.months} months: {pairs}.")
    if drawn is not None and question.lucks > 1:
        from kingmaker.experiments.studies.compare.over_members import further_lucks, luck_members

        say(
            f"Also {2 * len(further_lucks(question)):,} runs of the same length to tell luck from parameters: "
            f"{question.lucks} seeds for each of {luck_members(question)} members."
        )
    if ends is not None:
        most = sum(1 for _ in variants(question, ends))
        say(f"If anything can be claimed, also up to {2 * n * most:,} runs of the same length for {most} assumptions.")
