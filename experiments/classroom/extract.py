"""Takes what the page shows out of a stack of worlds: firms through time, ties as intervals, flows, events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kingmaker.agents.arithmetic import positive
from kingmaker.agents.cloud import TYPES
from kingmaker.agents.member import firm_label
from kingmaker.agents.types import REGIONS, BoolArray, FloatArray
from kingmaker.environment.core.ledger import KINDS
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.ties.tie_replay import Tie as PartnershipTie
from kingmaker.experiments.classroom.choices import measures
from kingmaker.experiments.classroom.records import Node, Story, Tie, Told

KIND_OF = {
    "chipmakers": "chipmaker", "clouds": "cloud", "startups": "startup", "investors": "investor",
    "regulators": "regulator",
}  # fmt: skip
OTHERS = 8  # unnamed start-ups shown, the largest by their peak of compute
COLUMN_OF = {"compute": ("compute", "used"), "value": ("value",), "cash": ("cash",), "capability": ("capability",),
             "sales": ("revenue",), "queue": ("queue",), "refused": ("refused",), "use": ("use",)}  # fmt: skip

Firm = tuple[str, int]  # population and id


class Watch:
    """Notes month by month what the model keeps for no later month: queues, tenants not served, how full clouds are."""

    def __init__(self, model: ComputeEconomy) -> None:
        """Nothing seen yet."""
        self.model = model
        self._queues: list[FloatArray] = []
        self._refused: list[FloatArray] = []
        self._use: list[FloatArray] = []

    def look(self) -> None:
        """Take the month that has just been run: chips awaited at each chipmaker; refused and in use at each cloud."""
        economy = self.model.economy
        self._queues.append(np.array(economy.chipmakers.view().backlog_seen))
        labs, clouds = economy.startups.view(), economy.clouds.view()
        short = np.where(labs.alive, np.maximum(labs.wanted - labs.used, 0.0), 0.0)
        at = [np.where(labs.host == cloud, short, 0.0).sum(axis=-1) for cloud in range(clouds.alive.shape[-1])]
        self._refused.append(np.stack(at, axis=-1))
        self._use.append(np.minimum(economy.now.compute.used / positive(clouds.capacity), 1.0))

    def columns(self, world: int) -> dict[str, dict[str, FloatArray]]:
        """Population -> column -> (months, slots)."""
        return {
            "chipmakers": {"queue": np.stack(self._queues)[:, world]},
            "clouds": {"refused": np.stack(self._refused)[:, world], "use": np.stack(self._use)[:, world]},
        }


def story_of(model: ComputeEconomy, world: int, watch: Watch) -> Story:
    """All that the page shows of one world of a finished stack that has kept its ties."""
    history = _history(model, world)
    for population, columns in watch.columns(world).items():
        history[population] |= columns
    firms = _chosen(model, history)
    place = {firm: k for k, firm in enumerate(firms)}
    alive, amounts = _through_time(model, history, firms)
    return Story(
        measures={name: np.ascontiguousarray(model.measures.array(name)[:, world]) for name in measures()},
        events=tuple(Told(month, kind, who, text) for w, month, kind, who, text in model.economy.events if w == world),
        nodes=tuple(_node(model, history, firm) for firm in firms),
        alive=alive,
        amounts=amounts,
        ties=tuple(_ties(model, world, place)),
        flows=_flows(model, world),
    )


def _history(model: ComputeEconomy, world: int) -> dict[str, dict[str, Any]]:
    """Population -> column -> (months, slots), from the snapshots that the model keeps for its graph."""
    shots = [model.partnerships.snapshots[month] for month in range(1, model.months + 1)]
    return {
        name: {column: np.stack([shot[name][column][world] for shot in shots]) for column in shots[0][name]}
        for name in KIND_OF
    }


def _chosen(model: ComputeEconomy, history: dict[str, dict[str, Any]]) -> list[Firm]:
    """All named firms that ever lived, and the largest others."""
    firms: list[Firm] = []
    for name in KIND_OF:
        seen = set(np.unique(history[name]["ids"][history[name]["alive"]]).tolist())
        firms += [(name, firm) for firm in model.populations[name].table.known if firm in seen]
    known = {firm for name, firm in firms if name == "startups"}
    ids, used = history["startups"]["ids"], history["startups"]["used"]
    unnamed, places = np.unique(ids, return_inverse=True)
    peak = np.zeros(len(unnamed))
    np.maximum.at(peak, places.ravel(), np.where(history["startups"]["alive"], used, 0.0).ravel())
    order = sorted(range(len(unnamed)), key=lambda k: (-peak[k], int(unnamed[k])))
    others = [int(unnamed[k]) for k in order if int(unnamed[k]) not in known and peak[k] > 0.0]
    return firms + [("startups", firm) for firm in others[:OTHERS]]


def _slot(columns: dict[str, Any], firm: int) -> int:
    """The slot that a firm had through its life."""
    return int(np.argmax(((columns["ids"] == firm) & columns["alive"]).any(axis=0)))


def _through_time(
    model: ComputeEconomy, history: dict[str, dict[str, Any]], firms: list[Firm]
) -> tuple[BoolArray, dict[str, FloatArray]]:
    alive = np.zeros((len(firms), model.months), dtype=np.bool_)
    amounts = {name: np.zeros((len(firms), model.months), dtype=np.float32) for name in COLUMN_OF}
    for k, (population, firm) in enumerate(firms):
        columns = history[population]
        slot = _slot(columns, firm)
        alive[k] = columns["alive"][:, slot] & (columns["ids"][:, slot] == firm)
        for name, sources in COLUMN_OF.items():
            source = next((column for column in sources if column in columns), None)
            if source is not None:
                amounts[name][k] = np.where(alive[k], columns[source][:, slot], 0.0)
    return alive, {name: np.asarray(values) for name, values in amounts.items()}


def _node(model: ComputeEconomy, history: dict[str, dict[str, Any]], firm: Firm) -> Node:
    population, number = firm
    columns = history[population]
    slot = _slot(columns, number)
    month = int(np.argmax((columns["ids"][:, slot] == number) & columns["alive"][:, slot]))
    known = model.populations[population].table.known
    named = number in known
    return Node(
        name=known[number] if named else firm_label("start-up", number),
        kind=KIND_OF[population],
        type=TYPES[int(columns["type"][month, slot])] if population == "clouds" else "",
        region=REGIONS[int(columns["region"][month, slot])],
        named=named,
        weight=float(columns["weight"][month, slot]) if "weight" in columns else 1.0,
    )


def _ties(model: ComputeEconomy, world: int, place: dict[Firm, int]) -> Iterator[Tie]:
    """The ties between the firms shown, each with its weights month by month; a new one where its form changes."""
    drawn: dict[Any, _Drawn] = {}
    for month, _, ties, weights in model.partnerships.months(world):
        if month < 0:
            continue
        standing = {key: tie for key, tie in ties.items() if all(end in place for end in tie.ends)}
        for key in [k for k, old in drawn.items() if k not in standing or old.form != _form(standing[k])]:
            yield drawn.pop(key).ended(month)
        for key, tie in standing.items():
            if key not in drawn:
                source, target = (place[end] for end in tie.ends)
                drawn[key] = _Drawn(source, target, tie.kind, _form(tie), month)
            drawn[key].add(weights.of(tie))
    for last in drawn.values():
        yield last.ended(model.months)


def _form(tie: PartnershipTie) -> tuple[str, str, int]:
    return tie.subtype, tie.role, tie.since


@dataclass
class _Drawn:
    """A tie that is being followed."""

    source: int
    target: int
    kind: str
    form: tuple[str, str, int]
    first: int
    shares: list[float] = field(default_factory=list)
    money: list[float] = field(default_factory=list)
    compute: list[float] = field(default_factory=list)
    terms: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    def add(self, weights: Mapping[str, float]) -> None:
        if not self.shares or not any(self.terms):  # as they were when first told
            names = ("term_months", "reserved_h100e", "price_usd", "pledged_musd")
            term, reserved, price, pledged = (round(weights[name], 3) for name in names)
            self.terms = (term, reserved, price, pledged)
        self.shares.append(round(weights["share"], 6))
        self.money.append(round(weights["month_musd"], 6))
        self.compute.append(round(weights["compute_h100e"], 3))

    def ended(self, month: int) -> Tie:
        subtype, role, since = self.form
        return Tie(
            self.source, self.target, self.kind, subtype, role, self.first, month, since, tuple(self.shares),
            tuple(self.money), tuple(self.compute), self.terms,
        )  # fmt: skip


def _flows(model: ComputeEconomy, world: int) -> dict[tuple[str, str, str], FloatArray]:
    """Payments by kind, payer and payee, M$ in each month; drawing on what was paid ahead is no payment."""
    found: dict[tuple[str, str, str], FloatArray] = {}
    for month, flows in enumerate(model.ledger.months):
        for key, amount in flows.items():
            if key[0] in KINDS:
                found.setdefault(key, np.zeros(model.months))[month] = float(amount[world])
    return {key: values for key, values in found.items() if values.any()}
