"""``kingmaker reference``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kingmaker.experiments.commands.options import Force
from kingmaker.experiments.commands.stopping import stoppable
from kingmaker.experiments.commands.vocabulary import option
from kingmaker.experiments.terminal.telling import say


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(reference)


def reference(
    out: Annotated[Path, option("--out", "a folder")] = Path("docs/reference"),
    force: Force = False,
) -> None:
    """Write the reference pages: parameters, measures, scenarios, state variables, ties, ledger."""
    with stoppable("the reference"):
        from kingmaker.experiments.reference.reference_pages import PAGES, write_reference

        write_reference(out, force)
        say(f"{len(PAGES)} pages written to {out}.")
