"""``kingmaker validate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.stopping import stoppable


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(validate)


def validate(
    seeds: Annotated[int, typer.Option(min=2, max=1000, help="Worlds in the ensemble.")] = 40,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Hold a parameter at a value; can be repeated."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write validation.csv, validation.md and figures into this folder.")
    ] = None,
) -> None:
    """Hold the baseline against the facts: target, tolerance, the ensemble's median and interval, hit or miss."""
    with stoppable("the validation"):
        from environment.scenario import load_scenario, parse_pin
        from experiments.validation.report import validate as run

        pins = dict(parse_pin(text) for text in settings or ())
        load_scenario("baseline", pins, "--set")
        run(seeds, pins, out)
