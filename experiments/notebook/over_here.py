"""Over what a question is asked in Python: luck, or the members of a posterior; as ``--over`` of the commands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kingmaker.agents.checks import seeds, whole
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.posterior.members import Members

if TYPE_CHECKING:
    Over = str | Path | Members | None

MOST_RUNS = 100_000  # of an ensemble that is held in memory


def replicates_here(
    where: str, over: Over, members: int | None, replications: int | None, seed: int | None, *, usual: str, fewest: int
) -> Replicates:
    """The replicates that are asked for; ``where`` is the function, for messages.

    Raises:
        KingmakerError: arguments that do not go together, too few replicates, no such posterior.
    """
    from kingmaker.experiments.posterior.over import replicates_of

    for name, number in (("replications", replications), ("members", members)):
        if number is not None:
            whole(number, f"{where}: {name}", fewest, MOST_RUNS)
    if seed is not None:
        seeds(seed, replications or 1, f"{where}: seed")
    asked = str(over) if isinstance(over, Path) else over
    return replicates_of(asked, members=members, replications=replications, seed=seed, usual=usual, fewest=fewest)


def several(names: str | Sequence[str]) -> tuple[str, ...]:
    """Several names, where a single one may also be given as a text."""
    return (names,) if isinstance(names, str) else tuple(names)
