"""Sentences on stdout and stderr: safe on any terminal, and never lost for want of a character. Quick to import."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from kingmaker.experiments.terminal.safe_text import READABLE, for_terminal


def say(text: object, *, now: bool = False) -> None:
    """Print a text on stdout; ``now`` also where the output is kept back for a while (a pipe)."""
    print(for_terminal(text), flush=now)


def complain(text: object) -> None:
    """Print a sentence on stderr, with the name of the command before it."""
    print(f"kingmaker: {for_terminal(text)}", file=sys.stderr, flush=True)


@contextmanager
def warnings_told() -> Iterator[None]:
    """Print warnings for users, such as of incomplete results, as sentences on stderr, each once."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        try:
            yield
        finally:
            for text in dict.fromkeys(str(each.message) for each in found if issubclass(each.category, UserWarning)):
                complain(text)


def forgive_encodings() -> None:
    """Let no listing fail for its characters: what the terminal's encoding lacks is written in letters that it has."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a test or a notebook may have put something else in its place
            reconfigure(errors=READABLE)


def speaks_unicode() -> bool:
    """Whether stdout can hold any character."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().startswith("utf")
