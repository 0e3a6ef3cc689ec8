"""``kingmaker compare`` and ``kingmaker sensitivity``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kingmaker.agents.checks import LARGEST_SEED, seeds
from kingmaker.experiments.commands.options import (
    INTERVAL,
    DryRun,
    FirstSeed,
    Force,
    IntervalLevel,
    Months,
    Outcomes,
    Replications,
    Workers,
    cores,
    listed,
)
from kingmaker.experiments.commands.stopping import stoppable
from kingmaker.experiments.terminal.telling import say, warnings_told

if TYPE_CHECKING:
    from kingmaker.experiments.studies.compare.question import Question
    from kingmaker.experiments.studies.compare.robustness import Ends


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(compare)
    app.command()(sensitivity)


def compare(
    a: Annotated[str, typer.Argument(help="A name listed by 'kingmaker scenarios', or a file ending in .toml.")],
    b: Annotated[str, typer.Argument(help="The other one; differences are B less A.")],
    replications: Annotated[int, typer.Option(help="Pairs of runs; the two of a pair share their seed.")] = 20,
    months: Months = None,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the first pair; the others follow.")] = 1,
    set_both: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Hold a parameter on both sides.")
    ] = None,
    set_a: Annotated[
        list[str] | None, typer.Option("--set-a", metavar="KEY=VALUE", help="Hold a parameter in A.")
    ] = None,
    set_b: Annotated[
        list[str] | None, typer.Option("--set-b", metavar="KEY=VALUE", help="Hold a parameter in B.")
    ] = None,
    window: Annotated[
        list[str] | None,
        typer.Option(help="Months averaged: last24, final, mean, 2025-01:2026-12. The brief speaks of the first one."),
    ] = None,
    robustness: Annotated[
        bool, typer.Option("--robustness/--no-robustness", help="Test the claims under other assumptions.")
    ] = True,
    ends: Annotated[
        str,
        typer.Option(help="How far assumptions are moved: range (ends of the declared range), half (half, double)."),
    ] = "range",
    level: IntervalLevel = INTERVAL,
    out: Annotated[Path | None, typer.Option(help="Folder of the results; results/<B>-vs-<A> if not given.")] = None,
    workers: Workers = None,
    force: Force = False,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the figures.")] = True,
    dry_run: DryRun = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar and no printed results.")] = False,
) -> None:
    """Compare two scenarios run by run on the same luck, and write a brief that claims only what is sure."""
    with stoppable("the comparison") as work:
        from kingmaker.experiments.results.outputs import default_folder, unfinished
        from kingmaker.experiments.stats.levels import read_level
        from kingmaker.experiments.studies.compare.comparison_summary import print_findings
        from kingmaker.experiments.studies.compare.question import ask, pins
        from kingmaker.experiments.studies.compare.robustness import read_ends
        from kingmaker.experiments.studies.compare.write_comparison import Options, asked_of, compare_and_write

        sure, both = read_level(level), pins(set_both, "--set")
        question = ask(
            a, b, set_a=both | pins(set_a, "--set-a"), set_b=both | pins(set_b, "--set-b"), months=months, seed=seed,
            replications=replications, windows=tuple(window or ()), level=sure,
        )  # fmt: skip
        seeds(seed, replications, "--seed")
        if dry_run:
            _say_comparison(question, read_ends(ends) if robustness else None)
            return
        asked = asked_of(question, robustness, read_ends(ends))
        options = Options(
            out=out or default_folder(f"{question.b.name}-vs-{question.a.name}", asked),
            robustness=robustness, ends=read_ends(ends), workers=workers or cores(), figures=figures, quiet=quiet,
            command=tuple(sys.argv[1:]), force=force,
        )  # fmt: skip
        work.kept = unfinished(options.out)
        found = compare_and_write(question, options)
        if not quiet:
            print_findings(found, options.out)


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
    over: Annotated[
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
    level: IntervalLevel = INTERVAL,
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
        from kingmaker.experiments.results.outputs import default_folder, unfinished
        from kingmaker.experiments.stats.levels import read_level
        from kingmaker.experiments.studies.sensitivity.ask import ask, runs_of
        from kingmaker.experiments.studies.sensitivity.study_summary import print_study
        from kingmaker.experiments.studies.sensitivity.write_study import Request, asked_of, study_and_write

        sure = read_level(level)
        asked, statistics = ask(
            design, method, samples, replications, listed(outcomes), listed(over), {"months": months, "seed": seed}
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


def _say_comparison(question: Question, ends: Ends | None) -> None:
    """How many runs it would take; how many assumptions are tested depends on what the runs show."""
    from kingmaker.experiments.studies.compare.robustness import variants

    n = question.replications
    say(f"{2 * n:,} runs of {question.months} months: {n:,} pairs.")
    if ends is not None:
        most = sum(1 for _ in variants(question, ends))
        say(f"If anything can be claimed, also up to {2 * n * most:,} runs of the same length for {most} assumptions.")
