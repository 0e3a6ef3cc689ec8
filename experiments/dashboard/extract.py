"""Takes what the page shows out of a finished stack of worlds: firms through time, ties as intervals, flows, events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from agents.cloud import TYPES
from agents.member import firm_label
from agents.types import REGIONS, BoolArray, FloatArray
from environment import ComputeEconomy
from environment.ledger import KINDS
from environment.measures import MEASURES
from environment.partnerships import Change
from experiments.dashboard.records import Node, Story, Tie, Told

KIND_OF = {
    "chipmakers": "chipmaker", "clouds": "cloud", "startups": "startup", "investors": "investor",
    "regulators": "regulator",
}  # fmt: skip
OTHERS = 8  # unnamed start-ups shown, the largest by their peak of compute
SHARE_STEP = 0.1  # a tie is drawn anew when its share has moved by so much
COLUMN_OF = {"compute": ("compute", "used"), "value": ("value",), "cash": ("cash",), "capability": ("capability",),
             "sales": ("sales",)}  # fmt: skip

Firm = tuple[str, int]  # population and id


def story_of(model: ComputeEconomy, world: int) -> Story:
    """All that the page shows of one world of a finished stack that has kept its ties."""
    history = _history(model, world)
    firms = _chosen(model, history)
    place = {firm: k for k, firm in enumerate(firms)}
    alive, amounts = _through_time(model, history, firms)
    return Story(
        months=model.months,
        measures={name: np.ascontiguousarray(model.measures.array(name)[:, world]) for name in MEASURES},
        events=tuple(Told(month, kind, who, text) for w, month, kind, who, text in model.economy.events if w == world),
        nodes=tuple(_node(model, history, firm) for firm in firms),
        alive=alive,
        amounts=amounts,
        ties=tuple(_ties(model, world, place, alive)),
        flows=_flows(model, world),
        notes=tuple(model.notes()),
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


def _ties(model: ComputeEconomy, world: int, place: dict[Firm, int], alive: BoolArray) -> Iterator[Tie]:
    """Replays the log of ties once; the rules are those of ``Partnerships.open_ties``."""
    born, dead = alive.argmax(axis=1), alive.shape[1] - alive[:, ::-1].argmax(axis=1)
    open_now: dict[tuple[Any, ...], Tie] = {}
    done: list[Tie] = []

    def close(key: tuple[Any, ...], month: int) -> None:
        tie = open_now.pop(key, None)
        if tie is not None and month > tie.first:
            done.append(_ending(tie, month))

    for change, k, source, target in _changes(model, world):
        if change.action == "leave":
            for key in [key for key in open_now if key[2] == source]:
                close(key, change.month)
            continue
        key = (change.kind, change.slot, source, target)
        if change.action == "end":
            close(key, change.month)
        elif source in place and target in place:
            old = open_now.get(key)
            new = _tie(change, k, place[source], place[target], old)
            if old is not None and old.subtype == new.subtype and abs(old.share - new.share) < SHARE_STEP:
                continue
            close(key, change.month)
            open_now[key] = new
    done += [_ending(tie, model.months) for tie in open_now.values()]
    for tie in done:
        first = max(tie.first, int(born[tie.source]), int(born[tie.target]))
        end = min(tie.end, int(dead[tie.source]), int(dead[tie.target]))
        if end > first:
            yield Tie(tie.source, tie.target, tie.kind, tie.subtype, first, end, tie.since, tie.share)


def _changes(model: ComputeEconomy, world: int) -> Iterator[tuple[Change, int, Firm, Firm]]:
    for change in model.partnerships.log:
        fixed = model.populations[change.target].table.ids[world]
        for k in np.flatnonzero(change.world == world):
            slot = int(change.target_slot[k])
            target = int(fixed[slot]) if change.target_id is None else int(change.target_id[k])
            yield change, int(k), (change.source, int(change.source_id[k])), (change.target, target)


def _tie(change: Change, k: int, source: int, target: int, old: Tie | None) -> Tie:
    from agents.startup import CONTRACTS

    subtype = CONTRACTS[int(change.subtype[k])] if change.kind == "cloud_contract" else ""
    a, b = (target, source) if change.kind == "equity" else (source, target)  # from holder to firm held
    since = change.month if old is None else old.since
    return Tie(a, b, change.kind, subtype, max(change.month, 0), 0, since, float(change.share[k]))


def _ending(tie: Tie, month: int) -> Tie:
    return Tie(tie.source, tie.target, tie.kind, tie.subtype, tie.first, month, tie.since, tie.share)


def _flows(model: ComputeEconomy, world: int) -> dict[tuple[str, str, str], FloatArray]:
    """Payments by kind, payer and payee, M$ in each month; drawing on what was paid ahead is no payment."""
    found: dict[tuple[str, str, str], FloatArray] = {}
    for month, flows in enumerate(model.ledger.months):
        for key, amount in flows.items():
            if key[0] in KINDS:
                found.setdefault(key, np.zeros(model.months))[month] = float(amount[world])
    return {key: values for key, values in found.items() if values.any()}
