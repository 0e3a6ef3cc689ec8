"""``kingmaker dashboard``: the class page; ``kingmaker classroom``: what it has at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kingmaker.experiments.commands.vocabulary import option
from kingmaker.experiments.terminal.telling import say

classroom = typer.Typer(no_args_is_help=True, help="What the class page has at hand.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(dashboard)
    app.add_typer(classroom, name="classroom")


def dashboard(
    address: Annotated[str, option("--address")] = "127.0.0.1",
    port: Annotated[int, option("--port", min=0, max=65535)] = 5006,
    browser: Annotated[bool, option("--browser/--no-browser")] = True,
    workers: Annotated[int | None, option("--workers", "they stand back behind the page", min=1, max=64)] = None,
    class_file: Annotated[Path, option("--class-file")] = Path("kingmaker-class.sqlite"),
) -> None:
    """Open the class page: levers, network, lessons, the regulator's game. It needs no internet; Ctrl-C stops it."""
    from kingmaker.experiments.classroom.serving import serve

    serve(address, port, browser, say, workers, class_file)


@classroom.command()
def precompute(
    check: Annotated[bool, option("--check")] = False,
) -> None:
    """Compute presets, lessons and each lever at its stops into the file that ships, so that a lesson needs no run."""
    from kingmaker.experiments.classroom import precompute as making
    from kingmaker.experiments.classroom import precomputed

    if check:
        current = precomputed.is_current()
        say("The answers are those of this model." if current else "The answers are not those of this model.")
        raise typer.Exit(0 if current else 1)
    making.precompute(tell=say)
