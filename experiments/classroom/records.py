"""What a worker hands back: plain arrays and text, small enough to send and to keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.experiments.stats.levels import SPREAD

AMOUNTS = ("compute", "value", "cash", "capability", "sales", "queue", "refused", "use")


@dataclass(frozen=True)
class Curve:
    """The measures of one run: name -> (months,), in the model's units."""

    measures: dict[str, FloatArray]

    @property
    def nbytes(self) -> int:
        """Memory."""
        return sum(a.nbytes for a in self.measures.values())


@dataclass(frozen=True)
class Band:
    """The same question over members of the posterior: name -> (members, months), float32."""

    series: dict[str, FloatArray]

    @property
    def n(self) -> int:
        """How many members."""
        return len(next(iter(self.series.values())))

    @property
    def nbytes(self) -> int:
        """Memory."""
        return sum(a.nbytes for a in self.series.values())

    def quantiles(self, name: str) -> FloatArray:
        """Lower end, median and upper end, shape (3, months)."""
        return np.stack(SPREAD.of(self.series[name].astype(np.float64), axis=0))


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
    form: str
    role: str
    first: int
    end: int
    since: int
    shares: tuple[float, ...]  # 0-1, a month each from ``first`` on; of what, kingmaker.environment.ties.tie_kinds says
    money: tuple[float, ...]  # M$ in each of these months
    compute: tuple[float, ...]  # H100e in each: what a contract serves, or what the chips that are delivered can do
    terms: tuple[float, float, float, float]  # months of term, H100e reserved, its price in $, M$ of compute owed

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
    """One run with its firms, ties, payments and chronicle."""

    events: tuple[Told, ...]
    nodes: tuple[Node, ...]
    alive: BoolArray  # (nodes, months)
    amounts: dict[str, FloatArray]  # name in AMOUNTS -> (nodes, months), float32
    ties: tuple[Tie, ...]
    flows: dict[tuple[str, str, str], FloatArray]  # (kind, payer, payee) -> (months,), M$
    measures: dict[str, FloatArray]  # as of a curve: a story is one, too

    @property
    def nbytes(self) -> int:
        """Memory, roughly."""
        arrays = [*self.measures.values(), *self.amounts.values(), *self.flows.values(), self.alive]
        months = sum(len(tie.shares) for tie in self.ties)
        objects = len(self.ties) + len(self.events) + len(self.nodes)
        return sum(a.nbytes for a in arrays) + 600 * objects + 64 * months
