"""What a worker hands back: plain arrays and text, small enough to send and to keep."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.experiments.stats.levels import SPREAD

T = TypeVar("T")

AMOUNTS = ("compute", "value", "cash", "capability", "sales")


@dataclass(frozen=True)
class Node:
    """A firm of the network."""

    name: str
    kind: str
    type: str
    region: str
    named: bool
    weight: float


@dataclass(frozen=True)
class Tie:
    """A tie between two nodes from month ``first`` up to, but without, month ``end``."""

    source: int
    target: int
    kind: str
    subtype: str
    role: str
    first: int
    end: int
    since: int
    shares: tuple[float, ...]  # 0-1, a month each from ``first`` on; of what, kingmaker.environment.ties.tie_kinds says
    money: tuple[float, ...]  # M$ in each of these months

    def share(self, month: int) -> float:
        """Its share in a month, or in the nearest in which it stood."""
        return self.shares[min(max(month - self.first, 0), len(self.shares) - 1)]


@dataclass(frozen=True)
class Told:
    """An event of the chronicle."""

    month: int
    kind: str
    who: str
    text: str


@dataclass(frozen=True)
class Story:
    """One run from January 2022 to its horizon."""

    months: int
    measures: dict[str, FloatArray]  # name -> (months,)
    events: tuple[Told, ...]
    nodes: tuple[Node, ...]
    alive: BoolArray  # (nodes, months)
    amounts: dict[str, FloatArray]  # name in AMOUNTS -> (nodes, months), float32
    ties: tuple[Tie, ...]
    flows: dict[tuple[str, str, str], FloatArray]  # (kind, payer, payee) -> (months,), M$
    notes: tuple[str, ...] = ()
    memo: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)  # what :meth:`once` has made

    def once(self, name: Hashable, make: Callable[[], T]) -> T:
        """What is made of this run and shared by all sessions that look at it, such as its chronicle in French."""
        if name not in self.memo:
            self.memo[name] = make()
        found: T = self.memo[name]
        return found

    @property
    def nbytes(self) -> int:
        """Memory, roughly."""
        arrays = [*self.measures.values(), *self.amounts.values(), *self.flows.values(), self.alive]
        months = sum(len(tie.shares) for tie in self.ties)
        objects = len(self.ties) + len(self.events) + len(self.nodes)
        return sum(a.nbytes for a in arrays) + 600 * objects + 64 * months


@dataclass(frozen=True)
class Band:
    """The same question on many seeds; world 0 has the luck of the story."""

    months: int
    series: dict[str, FloatArray]  # name -> (worlds, months), float32
    quantiles: dict[str, FloatArray] = field(init=False)  # name -> (3, months): lower end, median, upper end

    def __post_init__(self) -> None:
        """Take the quantiles once."""
        found = {name: np.stack(SPREAD.of(values, axis=0)) for name, values in self.series.items()}
        object.__setattr__(self, "quantiles", found)

    @property
    def nbytes(self) -> int:
        """Memory."""
        return sum(a.nbytes for a in (*self.series.values(), *self.quantiles.values()))
