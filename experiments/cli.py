"""The command ``kingmaker``. Heavy libraries are imported inside the commands, so that ``--help`` answers at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from agents.checks import LARGEST_SEED
from agents.errors import KingmakerError
from experiments.commands import classroom, counterfactuals, pages, papers, studies, sweeps, validating
from experiments.commands.options import Commands, Form, FormatOption, Months
from experiments.commands.stopping import StoppedError, deaf, listen, stoppable
from experiments.telling import complain, forgive_encodings, say

app = typer.Typer(
    name="kingmaker",
    cls=Commands,
    help="Kingmaker: an agent-based model of the AI-compute economy.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


ScenarioOption = Annotated[
    str | None, typer.Option(help="Also what the extensions of this scenario add (a name, or a file ending in .toml).")
]


def _print_version(wanted: bool) -> None:
    if wanted:
        from experiments.manifest import kingmaker_version

        say(f"kingmaker {kingmaker_version()}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Kingmaker: an agent-based model of the AI-compute economy."""


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help="A name listed by 'kingmaker scenarios', or a file ending in .toml.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Hold a parameter at a value in all months; can be repeated."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of all random draws.")] = 1,
    months: Months = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the results; results/<scenario>-seed<N> if not given.")
    ] = None,
    panel: Annotated[bool, typer.Option("--panel", help="Also write panel, ties, flows and events.")] = False,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the figures.")] = True,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar and no table of results.")] = False,
) -> None:
    """Run a scenario once and write its results, graphs and figures into a folder."""
    with stoppable("the run"):
        from environment.scenario import check_months, load_scenario, parse_pin
        from experiments.run import RunRequest, run_and_write

        setting = load_scenario(scenario, dict(parse_pin(text) for text in settings or ()), "--set")
        if months is not None:
            check_months(months, "--months")
        request = RunRequest(
            setting=setting,
            seed=seed,
            months=setting.months if months is None else months,
            out=out or Path("results") / f"{setting.name}-seed{seed}",
            panel=panel,
            figures=figures,
            quiet=quiet,
            command=tuple(sys.argv[1:]),
        )
        run_and_write(request)


@app.command()
def rerun(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that 'kingmaker run' has written.")],
    out: Annotated[Path | None, typer.Option(help="Also write the new results, into this folder.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Run even if the model's code or data have changed.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
) -> None:
    """Run a result again from its manifest and compare: identical, or where the measures differ (exit code 1)."""
    with stoppable("the rerun"):
        from experiments.rerun import rerun_and_compare

        verdict = rerun_and_compare(folder, out, force=force, quiet=quiet, command=tuple(sys.argv[1:]))
    say(verdict.text)
    if not verdict.identical:
        raise typer.Exit(1)


@app.command()
def params(
    form: FormatOption = Form.TABLE,
    group: Annotated[str | None, typer.Option(help="Only this group, for example 'policy'.")] = None,
    scenario: ScenarioOption = None,
) -> None:
    """Print every parameter: default, unit, range, what it does, source."""
    from experiments.listings import parameter_listing

    say(parameter_listing(group, scenario).render(form.value))


@app.command()
def measures(
    form: FormatOption = Form.TABLE,
    group: Annotated[str | None, typer.Option(help="Only this group.")] = None,
    scenario: ScenarioOption = None,
) -> None:
    """Print every monthly measure: unit and definition."""
    from experiments.listings import measure_listing

    say(measure_listing(group, scenario).render(form.value))


@app.command()
def scenarios(form: FormatOption = Form.TABLE) -> None:
    """Print the scenarios that come with Kingmaker."""
    from experiments.listings import scenario_listing

    say(scenario_listing().render(form.value))


@app.command()
def mechanisms(
    rows: Annotated[str | None, typer.Option(help="Only these rows, such as S1,R4, or a family by its letter.")] = None,
    replications: Annotated[
        int | None, typer.Option(min=2, max=1000, help="Pairs of worlds for each row; its own number if not given.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write mechanisms.md and mechanisms.csv into this folder.")] = None,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Then switch each row's mechanism off: its test must fail.")
    ] = False,
) -> None:
    """Test mechanism by mechanism: a lever low and high on the same luck, and the interval of the difference."""
    from experiments.mechanisms.run import run_and_print

    with stoppable("the mechanism tests"):
        if not run_and_print(rows, replications, out, mutants):
            raise typer.Exit(1)


classroom.register(app)
counterfactuals.register(app)
pages.register(app)
papers.register(app)
studies.register(app)
sweeps.register(app)
validating.register(app)


def main() -> None:
    """The console entry: an error meant for the user is one message and exit code 2, Ctrl-C is exit code 130."""
    listen()
    forgive_encodings()
    try:
        app()
    except KeyboardInterrupt:
        deaf()
        raise SystemExit(130) from None
    except StoppedError as stop:
        deaf()
        complain(stop)
        raise SystemExit(130) from None
    except KingmakerError as fault:
        complain(fault)
        raise SystemExit(2) from None
    except MemoryError:
        complain("there is not enough memory for this; run fewer firms or worlds at once, or raise the limit (ulimit).")
        raise SystemExit(2) from None
