"""The register of statistics, and the sums over a period that many of them take."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.experiments.measured.trace import TracedEconomy

Statistic = Callable[[TracedEconomy, int, int], FloatArray]
STATISTICS: dict[str, Statistic] = {}


def statistic(*names: str) -> Callable[[Statistic], Statistic]:
    """Register a statistic under the names of the series that it answers."""

    def register(function: Statistic) -> Statistic:
        STATISTICS.update(dict.fromkeys(names, function))
        return function

    return register


def span(values: FloatArray, first: int, last: int) -> FloatArray:
    """The months of a period, both ends included."""
    return values[max(first, 0) : last + 1]


def total(model: TracedEconomy, name: str, first: int, last: int) -> FloatArray:
    """Sum over a period of a series of the trace, shape (worlds, ...)."""
    return np.asarray(span(model.trace.of(name), first, last).sum(axis=0))


def columns(model: TracedEconomy, *owners: str) -> list[int]:
    """Where owners stand along the axis of buyers."""
    return [model.trace.buyers.index(owner) for owner in owners]


def measure(name: str, *, summed: bool = False, factor: float = 1.0) -> Statistic:
    """A measure's mean over the period, or its sum."""

    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        values = span(model.measures.array(name), first, last)
        return np.asarray(factor * (values.sum(axis=0) if summed else values.mean(axis=0)))

    return of
