"""Options that several commands share; what they are called and mean stands in :mod:`vocabulary`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from typer.core import TyperGroup

from kingmaker.agents.checks import LARGEST_SEED
from kingmaker.agents.errors import KingmakerError, shown
from kingmaker.experiments.commands.vocabulary import option, todays
from kingmaker.experiments.stats.levels import WIDE

if TYPE_CHECKING:
    from kingmaker.experiments.design.replicates import Replicates

MOST_WORKERS = 1024


class Form(StrEnum):
    """How a table is printed."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


Force = Annotated[bool, option("--force")]
FormatOption = Annotated[Form, option("--format", "as it is printed")]
Months = Annotated[int | None, option("--months")]
Replications = Annotated[int | None, option("--replications", "else the design's number", min=1)]
FirstSeed = Annotated[int | None, option("--seed", "else the design's", min=0, max=LARGEST_SEED)]
Outcomes = Annotated[list[str] | None, option("--outcomes", metavar="A,B")]
Workers = Annotated[int | None, option("--workers", min=1, max=MOST_WORKERS)]
Over = Annotated[str | None, option("--over", metavar="posterior|luck|FILE")]
Members = Annotated[int | None, option("--members", min=1)]
LevelOver = Annotated[str | None, option("--level", "else 0.9 over a posterior, 0.95 over luck", metavar="SHARE")]
BandLevel = Annotated[str, option("--level", metavar="SHARE")]
BAND = f"{WIDE.level.share:g}"  # what it is if not given
Lucks = Annotated[int, option("--lucks", min=1, max=100)]
Windows = Annotated[list[str] | None, option("--window", "the brief speaks of the first one", metavar="A,B")]
DryRun = Annotated[bool, option("--dry-run")]
Draw = Annotated[bool, option("--figures/--no-figures")]
Quiet = Annotated[bool, option("--quiet")]
Pins = Annotated[list[str] | None, option("--set", metavar="KEY=VALUE")]


class Commands(TyperGroup):
    """The commands; options are also known by the names that they once had, which no help shows."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command and give its options their names of today.

        Raises:
            KingmakerError: an argument that is no text, such as the name of a file in another encoding.
        """
        for word in args:
            if any("\ud800" <= char <= "\udfff" for char in word):
                raise KingmakerError(f"the argument {shown(word)} is not text in UTF-8; give the file another name.")
        name, command, rest = super().resolve_command(ctx, args)
        inner = f"{name} {rest[0]}" if rest and isinstance(command, TyperGroup) else str(name)
        return name, command, todays(inner, rest)


def listed(given: Sequence[str] | None) -> tuple[str, ...]:
    """The names of an option that takes them one by one or with commas between."""
    return tuple(name for text in given or () for part in text.split(",") if (name := part.strip()))


def told_of_fall_back(over: str | None) -> None:
    """Say that intervals are over luck, where a posterior is usual and none is there."""
    from kingmaker.experiments.posterior.over import fallen_back
    from kingmaker.experiments.terminal.telling import complain

    if sentence := fallen_back(over):
        complain(sentence)


def say_runs(runs: int, months: int, what: str, at_most: bool = False) -> None:
    """What ``--dry-run`` says of a study of worlds of one length."""
    from kingmaker.experiments.terminal.telling import say

    say(f"{'Up to ' if at_most else ''}{runs:,} {'run' if runs == 1 else 'runs'} of {months} months: {what}.")


def say_few(replicates: Replicates) -> None:
    """What ``--dry-run`` says where no claim can be made, before anybody waits for it."""
    from kingmaker.experiments.stats.member_effects import FEWEST
    from kingmaker.experiments.terminal.telling import say

    if replicates.keys and len(replicates) < FEWEST:
        say(f"{len(replicates)} members show signs and intervals, but are too few for a claim: it takes {FEWEST}.")


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
