"""``kingmaker dashboard``: the classroom page."""

from __future__ import annotations

from typing import Annotated

import typer

from kingmaker.experiments.terminal.telling import say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(dashboard)


def dashboard(
    address: Annotated[
        str, typer.Option(help="Where to listen: 127.0.0.1 is this computer only, 0.0.0.0 the whole class.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes any free one.")] = 5006,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
) -> None:
    """Open the classroom page: levers, network, comparison, lessons. It needs no internet; stop it with Ctrl-C."""
    from kingmaker.experiments.page.app import serve

    serve(address, port, browser, say)
