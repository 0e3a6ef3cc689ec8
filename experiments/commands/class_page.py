"""``kingmaker dashboard``: the class page; ``kingmaker classroom``: what it has at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kingmaker.experiments.terminal.telling import say

classroom = typer.Typer(no_args_is_help=True, help="What the class page has at hand.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(dashboard)
    app.add_typer(classroom, name="classroom")


def dashboard(
    address: Annotated[
        str, typer.Option(help="Where to listen: 127.0.0.1 is this computer only, 0.0.0.0 the whole class.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes any free one.")] = 5006,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes that compute; usually one less than there are cores.")
    ] = None,
    class_file: Annotated[
        Path, typer.Option(help="Where the class is kept: groups, predictions, scores, the teacher's key.")
    ] = Path("kingmaker-class.sqlite"),
) -> None:
    """Open the class page: levers, network, lessons, the regulator's game. It needs no internet; Ctrl-C stops it."""
    from kingmaker.experiments.classroom.serving import serve

    serve(address, port, browser, say, workers, class_file)


@classroom.command()
def precompute(
    check: Annotated[bool, typer.Option("--check", help="Only say whether the file is of this model.")] = False,
) -> None:
    """Compute presets, lessons and each lever at its stops into the file that ships, so that a lesson needs no run."""
    from kingmaker.experiments.classroom import precompute as making
    from kingmaker.experiments.classroom import precomputed

    if check:
        current = precomputed.is_current()
        say("The answers are those of this model." if current else "The answers are not those of this model.")
        raise typer.Exit(0 if current else 1)
    making.precompute(tell=say)
