"""The command ``kingmaker``. Heavy libraries are imported inside the commands, so that ``--help`` answers at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kingmaker.experiments.commands import (
    claiming,
    class_page,
    counterfactuals,
    event_commands,
    factorials,
    pages,
    papers,
    posteriors,
    running,
    sweeps,
    validating,
)
from kingmaker.experiments.commands.ending import told
from kingmaker.experiments.commands.options import Commands, Force, Form, FormatOption, LevelOver, Members, Over
from kingmaker.experiments.commands.stopping import stoppable
from kingmaker.experiments.terminal.telling import say

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
        from kingmaker.experiments.results.manifest import kingmaker_version

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
def params(
    form: FormatOption = Form.TABLE,
    group: Annotated[str | None, typer.Option(help="Only this group, for example 'policy'.")] = None,
    scenario: ScenarioOption = None,
) -> None:
    """Print every parameter: default, unit, range, what it does, source."""
    from kingmaker.experiments.reference.listings import parameter_listing

    say(parameter_listing(group, scenario).render(form.value))


@app.command()
def measures(
    form: FormatOption = Form.TABLE,
    group: Annotated[str | None, typer.Option(help="Only this group.")] = None,
    scenario: ScenarioOption = None,
) -> None:
    """Print every monthly measure: unit and definition."""
    from kingmaker.experiments.reference.listings import measure_listing

    say(measure_listing(group, scenario).render(form.value))


@app.command()
def scenarios(form: FormatOption = Form.TABLE) -> None:
    """Print the scenarios that come with Kingmaker."""
    from kingmaker.experiments.reference.listings import scenario_listing

    say(scenario_listing().render(form.value))


@app.command()
def mechanisms(
    rows: Annotated[str | None, typer.Option(help="Only these rows, such as S1,R4, or a family by its letter.")] = None,
    over: Over = None,
    members: Members = None,
    replications: Annotated[
        int | None, typer.Option(min=2, max=1000, help="Pairs of worlds for each row; its own number if not given.")
    ] = None,
    level: LevelOver = None,
    out: Annotated[Path | None, typer.Option(help="Write mechanisms.md and mechanisms.csv into this folder.")] = None,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Then switch each row's mechanism off: its test must fail.")
    ] = False,
    force: Force = False,
) -> None:
    """Test mechanism by mechanism: a lever low and high on the same luck, and the interval of the difference."""
    from kingmaker.experiments.posterior.over import members_asked
    from kingmaker.experiments.studies.mechanisms.row_runs import run_and_print

    with stoppable("the mechanism tests"):
        drawn, sure = members_asked(over, level, members=members, replications=replications, most=30)
        if not run_and_print(rows, replications, out, mutants, force, sure, drawn):
            raise typer.Exit(1)


running.register(app)
class_page.register(app)
counterfactuals.register(app)
claiming.register(app)
factorials.register(app)
pages.register(app)
papers.register(app)
event_commands.register(app)
sweeps.register(app)
validating.register(app)
posteriors.register(app)


def main() -> None:
    """As :mod:`kingmaker.experiments.commands.entry` with everything imported: for scripts and tests."""
    with told():
        app()
