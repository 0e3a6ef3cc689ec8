"""Timing side by side: on a noisy machine only ratios measured in turns mean anything, and only their medians."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence


def seconds(work: Callable[[], object]) -> float:
    """CPU time of one call (other processes are left out), without the garbage collector in between."""
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        work()
        return time.process_time() - start
    finally:
        gc.enable()


def interleaved(rounds: int, **works: Callable[[], object]) -> dict[str, list[float]]:
    """Seconds of each piece of work, run in turns; every second round in reverse order."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds):
        order = list(works) if turn % 2 == 0 else list(works)[::-1]
        for name in order:
            taken[name].append(seconds(works[name]))
    return taken


def median_ratio(first: Sequence[float], second: Sequence[float]) -> float:
    """Median over the rounds of first / second: both of a round were measured in the same weather."""
    return statistics.median(a / b for a, b in zip(first, second, strict=True))


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A plain table for the log of the run."""
    lines = [head, *rows]
    width = [max(len(line[k]) for line in lines) for k in range(len(head))]
    text = "\n".join("  ".join(cell.rjust(w) for cell, w in zip(line, width, strict=True)) for line in lines)
    return f"\n\n{title}\n{text}\n"
