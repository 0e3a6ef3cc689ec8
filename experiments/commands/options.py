"""Options that several commands share, each under one name; names of old that still work."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from kingmaker.agents.checks import LARGEST_SEED
from kingmaker.agents.errors import KingmakerError, shown
from kingmaker.experiments.stats.levels import LEVEL, WIDE

MOST_WORKERS = 1024
STATISTIC = r"(last\d|final|mean|min|max|total|sd|\d{4}-\d\d:)"

RENAMED = {  # command -> old name of an option -> its name
    "sensitivity": {"--measure": "--outcomes", "--measures": "--outcomes"},
    "figures": {"--measures": "--outcomes"},
    "mechanisms": {"--seeds": "--replications"},
    "events": {"--seeds": "--replications"},
    "validate": {"--seeds": "--replications"},
    "calibrate": {"--seeds": "--replications"},
}


class Form(StrEnum):
    """How a table is printed."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


Force = Annotated[
    bool, typer.Option("--force", help="Replace what answers another question there; your own files stay.")
]
FormatOption = Annotated[Form, typer.Option("--format", help="How to print the table.")]
Months = Annotated[int | None, typer.Option(help="Months to run; else those of the scenario or design.")]
Replications = Annotated[int | None, typer.Option(min=1, help="Seeds of each point; else the design's.")]
FirstSeed = Annotated[int | None, typer.Option(min=0, max=LARGEST_SEED, help="The first seed; else the design's.")]
Outcomes = Annotated[
    list[str] | None,
    typer.Option(metavar="A,B", help="Only these measures ('kingmaker measures' lists them); can be repeated."),
]
Workers = Annotated[
    int | None, typer.Option(min=1, max=MOST_WORKERS, help="Processes; as many as there are free cores if not given.")
]
Over = Annotated[
    str | None,
    typer.Option(
        metavar="posterior|luck|FILE",
        help="Over what intervals are: luck and parameters together (posterior, or a FILE of members), or luck alone.",
    ),
]
Members = Annotated[
    int | None, typer.Option(min=1, help="How many members of the posterior; each brings its parameters and its seed.")
]
LevelOver = Annotated[
    str | None,
    typer.Option(
        "--level",
        metavar="SHARE",
        help="Level of all intervals, 0.5 to 0.999; else 0.9 over a posterior, 0.95 over luck.",
    ),
]
IntervalLevel = Annotated[str, typer.Option("--level", metavar="SHARE", help="Level of all intervals, 0.5 to 0.999.")]
BandLevel = Annotated[
    str, typer.Option("--level", metavar="SHARE", help="Share of the runs in the band that is stated, 0.5 to 0.999.")
]
INTERVAL, BAND = f"{LEVEL.share:g}", f"{WIDE.level.share:g}"  # what they are if not given
Lucks = Annotated[
    int,
    typer.Option(min=1, max=100, help="Seeds of each of 16 members, by which luck and parameters are told apart."),
]
Windows = Annotated[
    list[str] | None,
    typer.Option(help="Months averaged: last24, final, mean, 2025-01:2026-12. The brief speaks of the first one."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say how many runs it would take.")]


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
        words = [_today(word, RENAMED.get(str(name), {})) for word in rest]
        return name, command, _statistics(words) if name == "sensitivity" else words


def _today(word: str, renamed: dict[str, str]) -> str:
    option, equals, value = word.partition("=")
    return f"{renamed[option]}{equals}{value}" if option in renamed else word


def _statistics(words: list[str]) -> list[str]:
    """``--over`` once named what is made of the months, which is ``--statistic``: with such a value it still does."""
    found = list(words)
    for place, word in enumerate(words):
        option, equals, value = word.partition("=")
        if not equals:
            value = words[place + 1] if place + 1 < len(words) else ""
        if option == "--over" and re.match(STATISTIC, value):
            found[place] = f"--statistic{equals}{value if equals else ''}"
    return found


def listed(given: Sequence[str] | None) -> tuple[str, ...]:
    """The names of an option that takes them one by one or with commas between."""
    return tuple(name for text in given or () for part in text.split(",") if (name := part.strip()))


def told_of_fall_back(over: str | None) -> None:
    """Say that intervals are over luck, where a posterior is usual and none is there."""
    from kingmaker.experiments.posterior.over import fallen_back
    from kingmaker.experiments.terminal.telling import complain

    if sentence := fallen_back(over):
        complain(sentence)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
