"""Ctrl-C, told in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from agents.errors import KingmakerError


class StoppedError(KingmakerError):
    """The user pressed Ctrl-C."""


@contextmanager
def stoppable(what: str) -> Iterator[None]:
    """Turn Ctrl-C into an error of ours: typer would report it as 'Aborted' with exit code 1."""
    try:
        yield
    except KeyboardInterrupt:
        raise StoppedError(f"stopped {what}, nothing half-written.") from None
