"""Ctrl-C, told in words."""

from __future__ import annotations

import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agents.errors import KingmakerError

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
GRACE = 5.0  # seconds that cleaning up may take: workers are killed, not waited for


class StoppedError(KingmakerError):
    """The user pressed Ctrl-C."""


@dataclass
class Stoppable:
    """What can be stopped; ``kept`` is the folder of its finished runs, from which the same command goes on."""

    kept: Path | None = None


@contextmanager
def stoppable(what: str) -> Iterator[Stoppable]:
    """Turn Ctrl-C into an error of ours: typer would report it as 'Aborted' with exit code 1."""
    work = Stoppable()
    try:
        yield work
    except KeyboardInterrupt:
        if work.kept is None or not any(work.kept.rglob("part-*")):
            if work.kept is not None:
                shutil.rmtree(work.kept, ignore_errors=True)
            raise StoppedError(f"stopped {what}, nothing half-written.") from None
        raise StoppedError(
            f"stopped {what}; the runs finished so far are safe in {work.kept}. To go on: {same_command()}"
        ) from None


class Interrupt:
    """A signal's handler that raises KeyboardInterrupt, but not again while what it has stopped is cleaned up."""

    def __init__(self) -> None:
        """No signal has come yet."""
        self._last = -GRACE

    def __call__(self, number: int, frame: object) -> None:
        """Called by the system; an impatient second Ctrl-C does nothing, one after :data:`GRACE` seconds does."""
        now = time.monotonic()
        if now - self._last < GRACE:
            return
        self._last = now
        raise KeyboardInterrupt


def listen() -> None:
    """Stop as at Ctrl-C when the terminal is closed or the process is asked to end, so that nothing half-written stays.

    A signal that the process was told to ignore (Ctrl-C in the background of a shell, SIGHUP under ``nohup``) stays
    ignored.
    """
    handler = Interrupt()
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def deaf() -> None:
    """Once it is stopped and told: a further Ctrl-C has no say in how the interpreter ends."""
    for name in SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def same_command() -> str:
    """The command line of this process, as it is typed."""
    return shlex.join(["kingmaker", *sys.argv[1:]])
