"""The pulse of the workers: a beat for every month that is simulated, so that a long wait is told from a standstill."""

from __future__ import annotations

from multiprocessing.context import BaseContext
from typing import Any, Protocol


class Counter(Protocol):
    """A number in memory that processes share."""

    value: int


def counter(context: BaseContext) -> Counter:
    """One for all workers of a lane; two that beat at once may count as one, and nobody minds."""
    made: Any = context.RawValue("Q", 0)
    return made  # type: ignore[no-any-return]


class _Here:
    """The counter of this process; outside of workers there is none."""

    counter: Counter | None = None


def feel(given: Counter) -> None:
    """In a worker: beat this one from now on."""
    _Here.counter = given


def beat(_month: int) -> None:
    """A month is done."""
    if _Here.counter is not None:
        _Here.counter.value += 1
