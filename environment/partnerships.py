"""The ties between firms: typed, dated, sourced. They live in columns; here they are signed, ended, and handed out.

Kinds: cloud contract (exclusive, preferred, right of first refusal, plain), equity stake, chip supply, open-weights
lineage, an authority's inquiry or remedy. Each change is logged, so that the graph of any month can be rebuilt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.checks import whole
from agents.checks import world as world_number
from agents.errors import WrongValueError
from agents.population import Population
from agents.startup import CONTRACTS
from agents.types import NONE, BoolArray, FloatArray, IntArray
from environment.graph import build_graph, firm_name

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

KINDS = ("cloud_contract", "equity", "chip_supply", "open_weights", "inquiry", "remedy")


@dataclass
class Change:
    """One month's changes of one sort: parallel arrays over the ties that changed."""

    month: int
    action: str  # start, change, end
    kind: str
    slot: str  # which of a firm's ties of this kind (host, second, vendor, ...)
    source: str  # population of the source node
    target: str
    world: IntArray
    source_slot: IntArray
    source_id: Any
    target_slot: IntArray
    target_id: Any  # None where the target's slot is never given to another firm
    subtype: Any
    share: FloatArray
    value: FloatArray
    term: FloatArray
    why: str


class Partnerships:
    """The log of ties and the graph.

    Args:
        populations: by name.
        keep: whether changes are logged (a one-world model; a stack only if asked).
    """

    def __init__(self, populations: Mapping[str, Population[Any]], keep: bool) -> None:
        """An empty log."""
        self.populations = populations
        self.keep = keep
        self.log: list[Change] = []
        self.now = 0  # months completed
        self.snapshots: dict[int, dict[str, dict[str, Any]]] = {}

    def note(
        self,
        month: int,
        action: str,
        kind: str,
        slot: str,
        where: BoolArray,
        ends: tuple[str, str],
        target: IntArray,
        *,
        subtype: IntArray | int = NONE,
        share: FloatArray | float = 0.0,
        value: FloatArray | float = 0.0,
        term: FloatArray | float = 0.0,
        why: str = "decision",
    ) -> None:
        """Log the ties of the firms in ``where`` (worlds, n) with the firms in slots ``target`` (worlds, n)."""
        if not self.keep or not where.any():
            return
        places = np.flatnonzero(where)
        worlds, slots = np.divmod(places, where.shape[1])

        def pick(values: Any) -> Any:
            # the log of a million start-ups is long: what is the same for all ties is stored once
            if np.ndim(values) == 0:
                return np.broadcast_to(values, places.shape)
            whole = values if values.shape == where.shape else np.broadcast_to(values, where.shape)
            return whole.ravel().take(places)

        ids = pick(self.populations[ends[0]].table.ids)
        slots_to = pick(target)
        # only start-ups' slots are given to others later, so only their ids must be kept
        reused = ends[1] == "startups"
        ids_to = self.populations[ends[1]].table.ids[worlds, slots_to] if reused else None
        world = np.broadcast_to(np.int32(0), places.shape) if len(where) == 1 else worlds.astype(np.int32)
        self.log.append(
            Change(month, action, kind, slot, *ends, world, slots.astype(np.int32), ids,
                   slots_to, ids_to, pick(subtype), pick(share), pick(value), pick(term), why)
        )  # fmt: skip

    def forget(self, month: int, leaving: BoolArray, population: str) -> None:
        """Log that all ties of the firms in ``leaving`` end; called before their slots are cleared."""
        self.note(month, "leave", "any", "any", leaving, (population, population), np.zeros(leaving.shape, np.int32))

    def open_ties(self, month: int | None, world: int) -> dict[tuple[Any, ...], dict[str, Any]]:
        """The ties open after ``month`` months (None: now), by (kind, slot, source, source slot, id, target slot)."""
        ties: dict[tuple[Any, ...], dict[str, Any]] = {}
        by_source: dict[tuple[str, int], list[tuple[Any, ...]]] = {}
        for change in self.log:
            if month is not None and change.month >= month:
                break
            for k in np.flatnonzero(change.world == world):
                source = (change.source, int(change.source_slot[k]))
                if change.action == "leave":
                    for key in by_source.pop(source, []):
                        ties.pop(key, None)
                    continue
                key = (change.kind, change.slot, *source, int(change.target_slot[k]), change.target)
                if change.action == "end":
                    ties.pop(key, None)
                    continue
                old = ties.get(key)
                ties[key] = _edge(change, int(k)) | ({"start": old["start"]} if old else {})
                by_source.setdefault(source, []).append(key)
        return ties

    def snapshot(self, month: int, sizes: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep every firm's attributes after ``month`` months: population -> column -> (worlds, slots)."""
        self.snapshots[month] = {name: dict(columns) for name, columns in sizes.items()}

    def graph(self, world: int = 0, month: int | None = None, largest: int | None = None) -> nx.MultiDiGraph[str]:
        """The ties as a networkx MultiDiGraph.

        Args:
            world: which world of the stack.
            month: the number of months completed (12: the end of 2022); None is now. Ties are those of that month; with
                many start-ups (:data:`environment.model.SMALL`) firms and sizes are those of the December before.
            largest: keep all named firms and this many of the largest others (by compute used).

        Raises:
            KingmakerError: the log was not kept (a stack), or there is no such world or month.
        """
        if not self.keep:
            raise WrongValueError("graph: the ties of this stack were not logged: build it with keep_ties=True.")
        if month is not None:
            month = whole(month, "graph: month (months completed)", 0, self.now, ", or None for now")
        if largest is not None:
            largest = whole(largest, "graph: largest", 0, None, ", or None for all")
        world = world_number(world, self.populations["clouds"].worlds, "graph")
        return build_graph(self.populations, self.open_ties(month, world), self._sizes(month, world), largest)

    def _sizes(self, month: int | None, world: int) -> Mapping[str, Mapping[str, Any]]:
        """What is known of every firm: the latest snapshot up to ``month``, or the present state."""
        if month is not None and self.snapshots:
            earlier = [m for m in self.snapshots if m <= month]
            kept = self.snapshots[max(earlier) if earlier else min(self.snapshots)]
            return {name: {key: values[world] for key, values in columns.items()} for name, columns in kept.items()}
        found: dict[str, dict[str, Any]] = {}
        for name, population in self.populations.items():
            columns: dict[str, Any] = {key: array[world] for key, array in population.table.data.items()}
            found[name] = columns | {"alive": population.table.alive[world], "ids": population.table.ids[world]}
        return found

    def _target_name(self, change: Change, k: int) -> str:
        slot = int(change.target_slot[k])
        kept = change.target_id
        ids = self.populations[change.target].table.ids
        return firm_name(self.populations, change.target, int(ids[change.world[k], slot] if kept is None else kept[k]))

    def to_frame(self) -> pd.DataFrame:
        """The log: world, month, action, kind, subtype, source_node, target_node, share, value_musd, term, source."""
        import pandas as pd

        rows = []
        for change in self.log:
            for k in range(len(change.world)):
                w = int(change.world[k])
                leave = change.action == "leave"
                rows.append(
                    (w, change.month, change.action, change.kind, "" if leave else _subtype(change, k),
                     firm_name(self.populations, change.source, int(change.source_id[k])),
                     "" if leave else self._target_name(change, k),
                     float(change.share[k]), float(change.value[k]), float(change.term[k]), change.why)
                )  # fmt: skip
        columns = ["world", "month", "action", "kind", "subtype", "source_node", "target_node", "share", "value_musd",
                   "term_months", "source"]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)


def _subtype(change: Change, k: int) -> str:
    return CONTRACTS[int(change.subtype[k])] if change.kind == "cloud_contract" else ""


def _edge(change: Change, k: int) -> dict[str, Any]:
    return {
        "kind": change.kind, "subtype": _subtype(change, k), "start": change.month, "share": float(change.share[k]),
        "value_musd": float(change.value[k]), "term_months": float(change.term[k]), "source": change.why,
        "id": int(change.source_id[k]),
    }  # fmt: skip
