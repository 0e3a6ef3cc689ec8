"""The ties between firms: typed, dated, sourced. They live in columns; here they are signed, ended, and handed out.

Each change is logged, and what goes over a tie is kept month by month, so that the graph of any month can be rebuilt
with the weights that were true in it. Kinds, directions and attributes: :mod:`kingmaker.environment.ties.tie_kinds`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.calendar import month_label
from kingmaker.agents.checks import whole
from kingmaker.agents.checks import world as world_number
from kingmaker.agents.errors import WrongValueError, shown
from kingmaker.agents.member import firm_ids
from kingmaker.agents.population import Population
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray
from kingmaker.environment.ties import tie_kinds
from kingmaker.environment.ties.graph import build_graph, chosen_nodes, firm_name
from kingmaker.environment.ties.tie_flows import TieFlows
from kingmaker.environment.ties.tie_log import Change
from kingmaker.environment.ties.tie_replay import Replay, Step, Tie, described
from kingmaker.environment.ties.tie_weights import TieWeights

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

KINDS = tuple(tie_kinds.KINDS)


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
        self.flows = TieFlows(keep)
        self.founded = 0  # entries of the log that stood before the first month
        self.now = 0  # months completed
        self.snapshots: dict[int, dict[str, dict[str, Any]]] = {}

    def __repr__(self) -> str:
        """How much is on record, and what to ask for."""
        return f"<partnerships: {len(self.log)} changes on record, {self.now} months completed: graph(month=None)>"

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

    def round(
        self, month: int, granted: FloatArray, bought: FloatArray, parts: FloatArray, side: IntArray, lead: IntArray,
        why: str,
    ) -> None:  # fmt: skip
        """Log that funds buy new shares together.

        Args:
            month: of the round.
            granted: M$ that each start-up gets, (worlds, n).
            bought: the part of the firm that the new shares are, same shape.
            parts: of the money that each fund gives, by side of the world, (worlds, 2, funds).
            side: of each start-up, 0 or 1, (worlds, n).
            lead: the fund that leads, or NONE, (worlds, n).
            why: the rule behind it.
        """
        if not self.keep or not (granted > 0.0).any():
            return
        name = f"round {sum(key.startswith('round') for key in self.flows.by_month.get(month, {}))}"
        self.flows.record(month, **{name: parts})
        self.note(
            month, "round", "equity", name, granted > 0.0, ("startups", "investors"), lead, subtype=side, share=bought,
            value=granted, why=why,
        )  # fmt: skip

    def dilute(self, month: int, where: BoolArray, kept: FloatArray) -> None:
        """Log that what funds hold of the start-ups in ``where`` becomes ``kept`` times as large; (worlds, n) both."""
        nobody = np.zeros(where.shape, np.int32)
        self.note(month, "dilute", "equity", "investor", where, ("startups", "investors"), nobody, value=kept)

    def forget(self, month: int, leaving: BoolArray, population: str) -> None:
        """Log that all ties of the firms in ``leaving`` end; called before their slots are cleared."""
        self.note(month, "leave", "any", "any", leaving, (population, population), np.zeros(leaving.shape, np.int32))

    def open_ties(self, month: int | None, world: int) -> dict[tuple[Any, ...], Tie]:
        """The ties open after ``month`` months (None: now), by :data:`kingmaker.environment.ties.tie_replay.Key`."""
        replay = self._replay(world)
        replay.found()
        replay.month((self.now if month is None else month) - 1)
        return replay.ties

    def snapshot(self, month: int, sizes: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep every firm's attributes after ``month`` months: population -> column -> (worlds, slots)."""
        if month == 0:
            self.founded = len(self.log)
        self.snapshots[month] = {name: dict(columns) for name, columns in sizes.items()}

    def graph(self, world: int = 0, month: int | None = None, largest: int | None = None) -> nx.MultiDiGraph[str]:
        """The ties as a networkx MultiDiGraph.

        Its weights are the month's (:data:`kingmaker.environment.ties.tie_kinds.ATTRIBUTES`).

        Args:
            world: which world of the stack.
            month: the number of months completed (12: the end of 2022); None is now. Ties are those of that month; with
                many start-ups (:data:`kingmaker.environment.ties.tie_flows.SMALL`) firms, sizes and what depends on
                them (rents, clouds' stakes) are those of the December before.
            largest: keep all named firms and this many of the largest others (by compute used).

        Raises:
            KingmakerError: the log was not kept (a stack), or there is no such world or month.
        """
        return next(self.graphs((month,), world, largest))

    def graphs(
        self, months: Sequence[int | None], world: int = 0, largest: int | None = None
    ) -> Iterator[nx.MultiDiGraph[str]]:
        """The graphs of several months, in ascending order, as by :meth:`graph`; the log is gone through only once."""
        if largest is not None:
            largest = whole(largest, "graph: largest", 0, None, ", or None for all")
        ends = [self._checked(world, month) for month in months]
        if ends != sorted(ends):
            raise WrongValueError(f"graphs: months are {shown(list(months))}; give them in ascending order.")
        mask = np.zeros(self.populations["startups"].slots, dtype=np.bool_)
        for after in ends:
            mask[chosen_nodes(self.populations, self._sizes(after, world), largest)["startups"]] = True
        replay = self._replay(world, mask)
        replay.found()
        for after in ends:
            replay.month(after - 1)
            yield self._graph_of(replay, after, largest)

    def _graph_of(self, replay: Replay, after: int, largest: int | None) -> nx.MultiDiGraph[str]:
        """The graph at the month that a replay has come to."""
        sizes = self._sizes(after, replay.world)
        weights = TieWeights(self.flows, sizes, after - 1, replay.world)

        def attributes(tie: Tie) -> dict[str, Any]:
            return described(tie, weights.of(tie))

        nodes = chosen_nodes(self.populations, sizes, largest)
        return build_graph(self.populations, replay.ties.values(), attributes, sizes, nodes)

    def months(self, world: int = 0) -> Iterator[tuple[int, list[Step], dict[tuple[Any, ...], Tie], TieWeights]]:
        """Replay one world: month, its steps, the ties that then stand, and their weights; -1 is before the first."""
        self._checked(world, None)
        replay = self._replay(world)
        for month in range(-1, self.now):
            steps = replay.found() if month < 0 else replay.month(month)
            yield month, steps, replay.ties, TieWeights(self.flows, self._sizes(month + 1, world), month, world)

    def _checked(self, world: int, month: int | None) -> int:
        """Months completed, as asked for.

        Raises:
            KingmakerError: nothing was kept, or there is no such world or month.
        """
        if not self.keep:
            raise WrongValueError("graph: the ties of this stack were not logged: build it with keep_ties=True.")
        world_number(world, self.populations["clouds"].worlds, "graph")
        return (
            self.now
            if month is None
            else whole(month, "graph: month (months completed)", 0, self.now, ", or None for now")
        )

    def _replay(self, world: int, chosen: BoolArray | None = None) -> Replay:
        # a firm that has left has no id in the table any more; only start-ups' slots are given to others
        ids = {name: firm_ids(p.kind, 0, np.arange(p.slots)) for name, p in self.populations.items()}
        return Replay(self.log, self.founded, self.flows, world, ids, chosen)

    def _sizes(self, month: int, world: int) -> Mapping[str, Mapping[str, Any]]:
        """What is known of every firm: the latest snapshot up to ``month``, or the present state."""
        if month in self.snapshots or month < self.now:
            kept = self.snapshots[max(m for m in self.snapshots if m <= month)]
            return {name: {key: values[world] for key, values in columns.items()} for name, columns in kept.items()}
        found: dict[str, dict[str, Any]] = {}
        for name, population in self.populations.items():
            columns: dict[str, Any] = {key: array[world] for key, array in population.table.data.items()}
            found[name] = columns | {"alive": population.table.alive[world], "ids": population.table.ids[world]}
        return found

    def to_frame(self) -> pd.DataFrame:
        """The log as steps of ties, a row each; columns as in :data:`kingmaker.environment.ties.tie_kinds.COLUMNS`.

        Replaying it (start and change set a tie, by kind, source and target; end takes it away) gives the edges of the
        graph of every month.
        """
        import pandas as pd

        rows = []
        for world in range(self.populations["clouds"].worlds) if self.keep else ():
            for _, steps, _, weights in self.months(world):
                rows += [self._row(world, step, weights.of(step.tie)) for step in steps]
        return pd.DataFrame(rows, columns=list(tie_kinds.COLUMNS))

    def _row(self, world: int, step: Step, weights: dict[str, float]) -> dict[str, Any]:
        when = month_label(step.month)
        if step.action == "end":  # what is left of the tie is the month's money
            weights |= dict.fromkeys(("share", "seller_share", "pledged_musd", "term_months"), 0.0)
        source, target = (firm_name(self.populations, *end) for end in step.tie.ends)
        return {
            "world": world, "month": when, "action": step.action, **described(step.tie, weights, step),
            "until": when if step.action == "end" else "", "source_node": source, "target_node": target,
            "deal_musd": step.deal,
        }  # fmt: skip
