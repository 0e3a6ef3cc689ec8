"""The commands of sweeps: designs, sweep, digest, export, figures."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.commands.completion import design_names
from kingmaker.experiments.commands.options import (
    FirstSeed,
    Force,
    Form,
    FormatOption,
    LevelOver,
    Members,
    Months,
    Over,
    Quiet,
    Replications,
    Workers,
    listed,
)
from kingmaker.experiments.commands.stopping import StoppedError, same_command
from kingmaker.experiments.commands.vocabulary import option
from kingmaker.experiments.terminal.telling import complain, say, warnings_told

if TYPE_CHECKING:
    from kingmaker.experiments.results.asked import Asked
    from kingmaker.experiments.stats.levels import Level
    from kingmaker.experiments.sweep.plan import Shard
    from kingmaker.experiments.sweep.sweeping import Report, SweepRequest


SHARED = 3.0  # times as long as its own work takes: then a dry run says why


class EngineName(StrEnum):
    """Where the runs are made."""

    LOCAL = "local"
    DASK = "dask"


class FileForm(StrEnum):
    """The form of an exported file."""

    CSV = "csv"
    PARQUET = "parquet"


Swept = typer.Argument(
    help="A name listed by 'kingmaker designs', or a file ending in .toml.", autocompletion=design_names
)
FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="A folder that 'kingmaker sweep' has written.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``kingmaker``."""
    for command in (designs, sweep, digest, export, figures):
        app.command()(command)


def designs(form: FormatOption = Form.TABLE) -> None:
    """Print the designs of sweeps that come with Kingmaker."""
    from kingmaker.experiments.design.sweep_design import FOLDER, load_design
    from kingmaker.experiments.reference.listings import Listing

    found = [load_design(path.stem) for path in sorted(FOLDER.glob("*.toml"))]
    rows = tuple((d.name, d.kind, len(d.points), d.replications, d.months, d.title) for d in found)
    columns = ("design", "kind", "points", "replications", "months", "title")
    say(Listing("Designs of Kingmaker", columns, rows, columns).render(form.value))


def sweep(
    design: Annotated[str, Swept],
    out: Annotated[Path | None, option("--out", "a folder; results/sweep-<design> if not given")] = None,
    months: Months = None,
    replications: Replications = None,
    over: Over = None,
    members: Members = None,
    seed: FirstSeed = None,
    workers: Workers = None,
    engine: Annotated[EngineName, option("--engine")] = EngineName.LOCAL,
    scheduler: Annotated[str | None, option("--scheduler", metavar="ADDRESS|FILE")] = None,
    shard: Annotated[str | None, option("--shard", metavar="I/N")] = None,
    stack: Annotated[int | None, option("--stack", min=1, max=4096)] = None,
    retry_failed: Annotated[bool, option("--retry-failed")] = False,
    extend: Annotated[bool, option("--extend")] = False,
    dry_run: Annotated[bool, option("--dry-run", "here also how long, and what disk, from a short trial")] = False,
    quiet: Quiet = False,
) -> None:
    """Make the runs of a design. Stop it whenever you like: run the same command again and it goes on."""
    from kingmaker.experiments.design.sweep_design import load_design
    from kingmaker.experiments.posterior.over import design_over
    from kingmaker.experiments.sweep.sweeping import SweepRequest

    asked = load_design(design, {"months": months, "replications": replications, "seed": seed})
    request = SweepRequest(
        design=design_over(asked, over, members, replications=replications, seed=seed),
        out=out or Path("results") / f"sweep-{Path(design).stem}",
        workers=workers,
        engine=engine.value,
        scheduler=scheduler,
        shard=parse_shard(shard),
        stack=stack,
        retry_failed=retry_failed,
        extend=extend,
        quiet=quiet,
        command=tuple(sys.argv[1:]),
    )
    if dry_run:
        _print_estimate(request)
        return
    report = _run(request)
    if not quiet:
        _print_report(request, report)
    if report.failed:
        raise typer.Exit(1)


def _run(request: SweepRequest) -> Report:
    """Run it; Ctrl-C is told with the way to go on."""
    from kingmaker.experiments.sweep.sweeping import StoppedSweep, run_sweep

    try:
        return run_sweep(request)
    except StoppedSweep as stop:
        told = f"{stop.done:,} of {stop.of:,} runs are finished and safe in {request.out}"
        raise StoppedError(f"stopped; {told}. To go on: {same_command()}") from None
    except KeyboardInterrupt:
        raise StoppedError(
            f"stopped before a run was begun; what is in {request.out} is safe. To go on: {same_command()}"
        ) from None


def parse_shard(text: str | None) -> Shard:
    """The shard of a text such as ``3/16``.

    Raises:
        KingmakerError: it is no such text.
    """
    from kingmaker.experiments.sweep.plan import WHOLE, Shard

    if text is None:
        return WHOLE
    number, slash, of = text.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise KingmakerError(f"--shard {text}: write it as I/N with I from 1 to N, for example 3/16.")
    return Shard(int(number), int(of))


def _print_estimate(request: SweepRequest) -> None:
    from kingmaker.experiments.sweep.engines import available_cores
    from kingmaker.experiments.sweep.estimate import estimate, size_text
    from kingmaker.experiments.sweep.sweep_progress import duration

    for note in request.design.notes():
        complain(note)
    workers = request.workers or available_cores()
    done = _there(request)
    found = estimate(request.design, request.shard, workers, request.stack, done)
    expected, least, most = (duration(max(seconds, 1.0)) for seconds in (found.seconds, *found.range))
    share = f" (shard {request.shard.number}/{request.shard.of})" if request.shard.of > 1 else ""
    say(
        f"{found.runs:,} runs{share}: {found.points:,} points x {found.replications} replications, "
        f"{request.design.months} months each{f', in stacks of up to {found.stack} worlds' if found.stack else ''}."
    )
    if done:
        say(f"{len(done):,} of them are in {request.out} already; {found.missing:,} are to be made.")
    if not found.missing:
        return
    busy = found.seconds > SHARED * max(found.core_seconds / workers, 1.0)
    shared = ": other programs use this machine as well, and the workers take their time to start" if busy else ""
    say(
        f"About {expected} ({least} to {most}) on {workers} {'worker' if workers == 1 else 'workers'} of this machine "
        f"({duration(found.core_seconds)} of one core{shared}), {size_text(found.worker_bytes)} of memory a worker, "
        f"and {size_text(found.disk_bytes)} of disk in {request.out}."
    )


def _there(request: SweepRequest) -> set[str]:
    """The runs that need not be made again; if the folder is another's, it is said, and none are."""
    from kingmaker.experiments.sweep.sweeping import there_already
    from kingmaker.experiments.sweep.tasks import SweepError

    try:
        return there_already(request)
    except SweepError as fault:
        complain(str(fault))
        return set()


def _print_report(request: SweepRequest, report: Report) -> None:
    from kingmaker.experiments.sweep.estimate import size_text
    from kingmaker.experiments.sweep.sweep_progress import duration

    for name in report.damaged:
        say(f"Damaged, set aside in {request.out / 'damaged'} and made anew: {name}")
    before = f", {report.before} were there" if report.before else ""
    say(f"{report.done} runs done in {duration(report.wall_seconds)}{before}. Results are in {request.out}")
    if report.done + report.before:
        from kingmaker.experiments.sweep.sweep_rules import in_force_in

        with warnings_told():
            say(in_force_in(request.out))
    if report.peak_bytes:
        say(f"The largest worker took {size_text(report.peak_bytes)} of memory.")
    if report.failed:
        say(
            f"{report.failed} of {report.runs} runs have failed: {request.out / 'failures'} says why; "
            "--retry-failed tries them again."
        )


def digest(folder: FolderArgument) -> None:
    """Print the digest of a sweep's results: the same numbers give the same digest, however they were made."""
    from kingmaker.experiments.sweep.digest import digest_of

    found = digest_of(folder)
    failed = f", {found.failed} failed" if found.failed else ""
    say(f"sha256 {found.sha256} ({found.runs} of {found.of} runs{failed})")
    for versions, runs in found.made_with:
        say(f"{runs} runs made with {versions}")
    for note in found.notes:
        complain(note)


def export(
    folder: FolderArgument,
    form: Annotated[FileForm, option("--format", "as it is written")] = FileForm.CSV,
    out: Annotated[Path | None, option("--out", "a file; results.csv or .parquet in the folder if not given")] = None,
    force: Force = False,
) -> None:
    """Write the results of a sweep into one file, sorted by point, replication and month."""
    from kingmaker.experiments.sweep.reading import export as write

    target = out or folder / f"results.{form.value}"
    with warnings_told(), _asked_file(folder, target, form.value, force) as file:
        rows = write(folder, file, form.value)
    say(f"{rows:,} rows in {target}")


def figures(
    folder: FolderArgument,
    out: Annotated[Path | None, option("--out", "a folder; DIR/figures if not given")] = None,
    outcomes: Annotated[list[str] | None, option("--outcomes", "else the first twelve", metavar="A,B")] = None,
    level: LevelOver = None,
    force: Force = False,
) -> None:
    """Draw the figures of a sweep anew from its results, as PDF and PNG."""
    from kingmaker.experiments.figures.sweep_figures import draw_sweep, level_in
    from kingmaker.experiments.stats.levels import read_level
    from kingmaker.experiments.sweep.identity import read_sweep_manifest
    from kingmaker.experiments.sweep.sweep_rules import in_force_in

    asked = None if level is None else read_level(level)
    sure = level_in(read_sweep_manifest(folder), asked)
    wanted = None if outcomes is None else list(listed(outcomes))
    target = out or folder / "figures"
    with warnings_told(), _asked_folder(folder, target, force, sure) as part:
        written = draw_sweep(folder, part, wanted, in_force_in(folder), asked)
        drawn = [target / path.relative_to(part) for path in written]
    for path in drawn:
        say(str(path))


def _asked_file(folder: Path, target: Path, form: str, force: bool) -> AbstractContextManager[Path]:
    """Where to write the export until it is whole; the sweep's own results file may always be replaced."""
    from kingmaker.experiments.results.filing import filed_one

    own = target.parent.resolve() == folder.resolve() and target.name == f"results.{form}"
    return filed_one(target, _asked("export", folder), force or own)


def _asked_folder(folder: Path, target: Path, force: bool, level: Level) -> AbstractContextManager[Path]:
    """Where to draw until all figures are whole; the sweep's own folder of figures may always be replaced."""
    from kingmaker.experiments.results.filing import filed

    return filed(
        target, (), _asked("figures", folder, level), force or target.resolve() == (folder / "figures").resolve()
    )


def _asked(kind: str, folder: Path, level: Level | None = None) -> Asked:
    """The question that the files made of a sweep answer: that of its design, with a level if they state intervals."""
    from kingmaker.experiments.results.asked import Asked
    from kingmaker.experiments.stats.levels import INTERVAL_OVER, level_asked, level_record
    from kingmaker.experiments.sweep.identity import read_sweep_manifest

    manifest = read_sweep_manifest(folder)
    design = {key: value for key, value in manifest["design"].items() if key != "replications"}
    usual = INTERVAL_OVER["posterior" if "over" in design else "luck"]
    told = (level or usual).plain
    return Asked(
        kind, f"the sweep {manifest.get('name', '')}{level_asked(told, usual)}",
        {"design": design} | level_record(told, usual),
    )  # fmt: skip
