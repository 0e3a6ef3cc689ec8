"""``kingmaker dashboard``: the classroom page."""

from __future__ import annotations

from typing import Annotated

import typer

from kingmaker.experiments.commands.vocabulary import option
from kingmaker.experiments.terminal.telling import say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(dashboard)


def dashboard(
    address: Annotated[str, option("--address")] = "127.0.0.1",
    port: Annotated[int, option("--port", min=0, max=65535)] = 5006,
    browser: Annotated[bool, option("--browser/--no-browser")] = True,
) -> None:
    """Open the classroom page: levers, network, comparison, lessons. It needs no internet; stop it with Ctrl-C."""
    from kingmaker.experiments.page.app import serve

    serve(address, port, browser, say)
