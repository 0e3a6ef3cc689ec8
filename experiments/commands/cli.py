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
    newcomers,
    pages,
    papers,
    posteriors,
    remaking,
    running,
    sensitivities,
    sweeps,
    validating,
)
from kingmaker.experiments.commands.completion import scenario_names
from kingmaker.experiments.commands.ending import told
from kingmaker.experiments.commands.options import (
    Commands,
    DryRun,
    Force,
    Form,
    FormatOption,
    LevelOver,
    Members,
    Over,
    Workers,
    cores,
    say_runs,
)
from kingmaker.experiments.commands.stopping import stoppable
from kingmaker.experiments.commands.vocabulary import option
from kingmaker.experiments.terminal.telling import say

app = typer.Typer(
    name="kingmaker",
    cls=Commands,
    help="Kingmaker: an agent-based model of the AI-compute economy.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
)


ScenarioOption = Annotated[str | None, option("--scenario", autocompletion=scenario_names)]
GroupOption = Annotated[str | None, option("--group")]

WAY = """\
kingmaker run baseline                         runs a scenario of the AI-compute economy ('kingmaker scenarios')
kingmaker compare baseline interoperability    says what a policy changes, and how sure that is
kingmaker sweep exclusivity_ban                makes the many runs of a design ('kingmaker designs')
kingmaker new scenario my_question             writes a commented file to start from (also: design, extension)
kingmaker COMMAND --help                       tells a command's options; 'kingmaker --help' lists all commands"""


def _print_version(wanted: bool) -> None:
    if wanted:
        from kingmaker.experiments.results.manifest import kingmaker_version

        say(f"kingmaker {kingmaker_version()}")
        raise typer.Exit


@app.callback()
def _common(
    context: typer.Context,
    version: Annotated[bool, option("--version", callback=_print_version, is_eager=True)] = False,
) -> None:
    """Kingmaker: an agent-based model of the AI-compute economy."""
    if context.invoked_subcommand is None:
        say(WAY)


@app.command()
def params(
    form: FormatOption = Form.TABLE,
    group: GroupOption = None,
    scenario: ScenarioOption = None,
) -> None:
    """Print every parameter: default, unit, range, what it does, source."""
    from kingmaker.experiments.reference.listings import parameter_listing

    say(parameter_listing(group, scenario).render(form.value))


@app.command()
def measures(
    form: FormatOption = Form.TABLE,
    group: GroupOption = None,
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
    rows: Annotated[str | None, option("--rows")] = None,
    over: Over = None,
    members: Members = None,
    replications: Annotated[
        int | None, option("--replications", "pairs of worlds; the row's own number if not given", min=2, max=1000)
    ] = None,
    level: LevelOver = None,
    out: Annotated[Path | None, option("--out", "a folder for page and table; only printed if not given")] = None,
    mutants: Annotated[bool, option("--mutants")] = False,
    workers: Workers = None,
    force: Force = False,
    dry_run: DryRun = False,
) -> None:
    """Test mechanism by mechanism: a lever low and high on the same luck, and the interval of the difference."""
    from kingmaker.experiments.posterior.over import members_asked
    from kingmaker.experiments.results.outputs import unfinished
    from kingmaker.experiments.studies.mechanisms.row_report import run_and_print
    from kingmaker.experiments.studies.mechanisms.row_runs import chosen_rows

    with stoppable("the mechanism tests") as work:
        drawn, sure = members_asked(over, level, members=members, replications=replications, most=30)
        if dry_run:
            for row in chosen_rows(rows):
                pairs = (replications or row.seeds) if drawn is None else len(drawn)
                say_runs(2 * pairs, row.window[1], f"row {row.id}, {pairs} pairs; worlds of several rows run once")
            return
        work.kept = None if out is None else unfinished(out)
        if not run_and_print(rows, replications, out, mutants, force, sure, drawn, workers or cores()):
            raise typer.Exit(1)


running.register(app)
class_page.register(app)
counterfactuals.register(app)
sensitivities.register(app)
claiming.register(app)
factorials.register(app)
pages.register(app)
papers.register(app)
event_commands.register(app)
sweeps.register(app)
newcomers.register(app)
validating.register(app)
posteriors.register(app)
remaking.register(app)


def main() -> None:
    """As :mod:`kingmaker.experiments.commands.entry` with everything imported: for scripts and tests."""
    with told():
        app()
