"""What each option is called and means, in all commands: one table, and the names of old that still work.

A command declares its options with :func:`option`, which takes the meaning from here; what is added to it says only
what is special to that command: what happens if the option is not given, or in which unit it counts there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import typer

from kingmaker.agents.checks import whole

WORDS: Mapping[str, str] = {
    # what is asked
    "--outcomes": "Only these measures ('kingmaker measures' lists them), with commas between; can be repeated",
    "--window": "What is made of the months: last24, final, mean, 2025-01:2026-12; can be repeated",
    "--over": "Over what intervals are: luck and parameters together (posterior, or a FILE of members), or luck alone",
    "--members": "How many members of the posterior; each brings its parameters and its seed",
    "--replications": "How many runs of each, every one with a seed of its own",
    "--lucks": "Seeds of each of 16 members, by which luck and parameters are told apart",
    "--level": "Level of the intervals and bands, 0.5 to 0.999",
    "--months": "Months to run, else those of the scenario or design",
    "--seed": "The first seed, from which all luck follows",
    "--set": "Hold a parameter at a value in all months; can be repeated",
    "--set-a": "Hold a parameter in A; can be repeated",
    "--set-b": "Hold a parameter in B; can be repeated",
    "--scenario": "Also what the extensions of this scenario add (a name, or a file ending in .toml)",
    "--group": "Only this group, for example 'policy' or 'chips'",
    "--rows": "Only these rows, such as S1,R4, or a family by its letter",
    "--origin": "Forecast from the end of this month; can be repeated",
    "--method": "oat, morris, sobol or lhs; what the design's kind is made for if not given",
    "--samples": "Base samples (sobol), trajectories (morris), points (lhs); else the design's",
    "--discover": "Also find the box in which CASE happens: 'switching_rate_last12 > 0.01'",
    "--robustness": "Over luck, test the claims under other assumptions",
    "--ends": "How far assumptions are moved: range (ends of the declared range), half (half, double)",
    "--mutants": "Then switch each row's mechanism off: its test must fail",
    "--truths": "Also fit data made by the model at so many drawn parameters",
    "--refit": "Make the members anew from their manifest",
    "--steps": "Assimilations in which the ensemble moves",
    "--generations": "Generations of the search, from now on",
    "--candidates": "Parameter sets in a generation",
    "--check": "Only say whether what is kept is that of this model",
    "--rescore": "Only score the committed values by the model as it is, and keep that score in the package",
    "--profile": "Only draw the score along each fitted parameter, into --out",
    "--fill": "Write the probabilities into the file",
    "--claims": "The file of claims; the one of this version if not given",
    "--quick": "A small and short version, to try it",
    # how it is run
    "--workers": "Processes; as many as there are free cores if not given. The numbers do not depend on it",
    "--dry-run": "Only say how many runs it would take",
    "--engine": "Where to run: on this machine, or on a Dask cluster",
    "--scheduler": "The Dask scheduler: its address, or its file",
    "--shard": "Only part I of N, such as 3/16; all parts can share a folder",
    "--stack": "Worlds that step together; chosen if not given",
    "--runs": "Folder of the runs behind the pages",
    "--only": "Only this step, even if it stands; can be repeated",
    "--again": "Make every step again, also those that stand",
    "--extend": "Add the design's new levels, points or seeds to what the folder has",
    "--retry-failed": "Try failed runs once more",
    "--from": "Take the runs from this folder of 'kingmaker sweep'; run nothing",
    # what is written and printed
    "--out": "Where to write it",
    "--force": "Replace what answers another question there; your own files stay",
    "--ship": "Put the members in the place of the shipped ones, not into --out",
    "--format": "Form of the table",
    "--panel": "Also write panel, ties, flows and events (of a single run)",
    "--figures": "Draw the figures",
    "--quiet": "No progress bar and no printed results",
    # the class page
    "--address": "Where to listen: 127.0.0.1 is this computer only, 0.0.0.0 the whole class",
    "--port": "Port; 0 takes any free one",
    "--browser": "Open the page in a browser",
    "--class-file": "Where the class is kept: groups, predictions, scores, the teacher's key",
    # the command itself
    "--version": "Print the version and leave",
}

RENAMED: Mapping[str, Mapping[str, str]] = {  # command -> old name of an option -> its name
    "sensitivity": {"--measure": "--outcomes", "--measures": "--outcomes", "--statistic": "--window"},
    "figures": {"--measures": "--outcomes"},
    "mechanisms": {"--seeds": "--replications"},
    "events": {"--seeds": "--replications"},
    "validate": {"--seeds": "--replications"},
    "calibrate": {"--seeds": "--replications"},
    "export": {"--csv": "--format=csv", "--parquet": "--format=parquet"},
    "claims": {"--file": "--claims"},
    "posterior check": {"--members": "--over"},
    "posterior show": {"--members": "--over"},
}
STATISTIC = r"(last\d|final|mean|min|max|total|sd|\d{4}-\d\d:)"


def option(name: str, more: str = "", **how: Any) -> Any:
    """An option of a command, ``--name`` or ``--name/--no-name``: its meaning from the table, and what is special.

    Args:
        name: as typed.
        more: what is added to the meaning: a clause, or a sentence.
        how: further arguments of ``typer.Option``.
    """
    meaning = WORDS[name.partition("/")[0]]
    joint = "." if not more else "; " if more[0].islower() else ". "
    if "min" in how:
        how = _bounded(name, **how)
    return typer.Option(name, help=f"{meaning}{joint}{more}{'.' if more else ''}", **how)


def _bounded(name: str, *, min: int, max: int | None = None, **how: Any) -> dict[str, Any]:
    """The arguments of a whole number within bounds: typer's own check does not say what was given."""

    def check(value: int | None) -> int | None:
        return value if value is None else whole(value, name, min, max)

    return {**how, "callback": check, "metavar": f"<int> {min} {'on' if max is None else f'to {max}'}"}


def todays(command: str, words: Sequence[str]) -> list[str]:
    """What was typed after a command, with options of old under their names of today."""
    renamed = RENAMED.get(command, {})
    found = [_today(word, renamed) for word in words]
    return _windows(found) if command == "sensitivity" else found


def _today(word: str, renamed: Mapping[str, str]) -> str:
    name, equals, value = word.partition("=")
    return f"{renamed[name]}{equals}{value}" if name in renamed else word


def _windows(words: list[str]) -> list[str]:
    """``--over`` once named what is made of the months, which is ``--window``: with such a value it still does."""
    found = list(words)
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if not equals:
            value = words[place + 1] if place + 1 < len(words) else ""
        if name == "--over" and re.match(STATISTIC, value):
            found[place] = f"--window{equals}{value}" if equals else "--window"
    return found
