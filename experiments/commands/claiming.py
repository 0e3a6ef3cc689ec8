"""``kingmaker claims``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kingmaker.experiments.commands.options import Members, Over, Workers, cores
from kingmaker.experiments.commands.stopping import stoppable
from kingmaker.experiments.commands.vocabulary import option


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(claims)


def claims(
    over: Over = None,
    members: Members = None,
    file: Annotated[Path | None, option("--claims", metavar="FILE")] = None,
    fill: Annotated[bool, option("--fill")] = False,
    workers: Workers = None,
) -> None:
    """Compute the probability, over the posterior, of all that paper, pages, lessons and README claim."""
    with stoppable("the claims"):
        from kingmaker.agents.errors import KingmakerError
        from kingmaker.experiments.design.replicates import POSTERIOR
        from kingmaker.experiments.posterior.over import members_asked
        from kingmaker.experiments.studies.stated.claim_rows import CLAIMS
        from kingmaker.experiments.studies.stated.claim_runs import run_claims

        drawn, _ = members_asked(over or POSTERIOR, members=members)
        if drawn is None:
            raise KingmakerError("--over is luck; the probability of a claim is one over a posterior.")
        if not run_claims(file or CLAIMS, drawn, workers or cores(), fill):
            raise typer.Exit(1)
