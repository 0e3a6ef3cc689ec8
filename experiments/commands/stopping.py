"""Ctrl-C, told in words. SIGTERM and a closed terminal stop in the same way, with the same exit code (130)."""

from __future__ import annotations

import shlex
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments import lean

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
REMINDER = 0.5  # seconds until a stop that was swallowed (by a callback, a finaliser) is asked for again


class StoppedError(KingmakerError):
    """The user pressed Ctrl-C."""


@dataclass
class Stoppable:
    """What can be stopped; ``kept`` is the folder of its finished runs, from which the same command goes on."""

    kept: Path | None = None


@contextmanager
def stoppable(what: str) -> Iterator[Stoppable]:
    """Turn Ctrl-C into an error of ours: typer would report it as 'Aborted' with exit code 1.

    A library that is interrupted at import may make another error of it; once a stop was asked for, it is the reason.
    """
    work = Stoppable()
    try:
        lean.load()  # what can be stopped runs the model
        yield work
    except (Exception, KeyboardInterrupt) as fault:
        if not isinstance(fault, KeyboardInterrupt) and not stop_asked():
            raise
        if work.kept is None or not any(work.kept.rglob("part-*")):
            if work.kept is not None:
                shutil.rmtree(work.kept, ignore_errors=True)
            raise StoppedError(f"stopped {what}, nothing half-written.") from None
        raise StoppedError(
            f"stopped {what}; the runs finished so far are safe in {work.kept}. To go on: {same_command()}"
        ) from None


class Interrupt:
    """A signal's handler that raises KeyboardInterrupt, but not while what an earlier one has stopped is cleaned up."""

    def __init__(self) -> None:
        """No signal has come yet."""
        self.asked = False

    def __call__(self, number: int, frame: object) -> None:
        """Called by the system. What is being cleaned up is not disturbed by an impatient second Ctrl-C."""
        self.asked = True
        if _is_stopping():
            return
        _remind(REMINDER)
        raise KeyboardInterrupt

    def remind(self, number: int, frame: object) -> None:
        """Ask again if the exception was lost, as in a callback of C code or a finaliser."""
        if self.asked and not _is_stopping():
            raise KeyboardInterrupt


_INTERRUPT = Interrupt()


def stop_asked() -> bool:
    """Whether a signal to stop has come."""
    return _INTERRUPT.asked


def _is_stopping() -> bool:
    """Whether a stop is being handled right now, in whatever frame."""
    fault = sys.exc_info()[1]
    while fault is not None:
        if isinstance(fault, KeyboardInterrupt | StoppedError):
            return True
        fault = fault.__context__
    return False


def _remind(seconds: float) -> None:
    if hasattr(signal, "setitimer") and signal.getsignal(signal.SIGALRM) == _INTERRUPT.remind:
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds)


def listen() -> dict[int, Any]:
    """Stop as at Ctrl-C when the terminal is closed or the process is asked to end, so that nothing half-written stays.

    A signal that the process was told to ignore (Ctrl-C in the background of a shell, SIGHUP under ``nohup``) stays
    ignored.

    Returns:
        The handlers that were there before, for :func:`unlisten`.
    """
    _INTERRUPT.asked = False
    before: dict[int, Any] = {}
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, _INTERRUPT)
    if hasattr(signal, "setitimer") and signal.getsignal(signal.SIGALRM) == signal.SIG_DFL:
        before[signal.SIGALRM] = signal.signal(signal.SIGALRM, _INTERRUPT.remind)
    return before


def unlisten(before: dict[int, Any]) -> None:
    """Put the handlers back that :func:`listen` has found."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0.0)
    for number, handler in before.items():
        signal.signal(number, handler)


def deaf() -> None:
    """Once it is done or stopped, and told: a further Ctrl-C has no say in how the interpreter ends.

    CPython ends the process by the signal if the last text that it ran by ``exec`` or ``eval`` (as in the making of a
    dataclass) was interrupted, even if the interrupt was handled afterwards; an empty text clears that.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0.0)
    for name in SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    exec("")


def same_command() -> str:
    """The command line of this process, as it is typed."""
    return shlex.join(["kingmaker", *sys.argv[1:]])
