"""Hands the ties out as a networkx MultiDiGraph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from agents.cloud import TYPES
from agents.types import REGIONS

if TYPE_CHECKING:
    import networkx as nx

    from environment.partnerships import Partnerships

_NODE_KINDS = {
    "chipmakers": "chipmaker", "clouds": "cloud", "startups": "startup", "investors": "investor",
    "regulators": "regulator", "enterprises": "sector",
}  # fmt: skip


def month_label(month: int) -> str:
    """Month 0 is 2022-01; earlier months are negative."""
    return f"{2022 + month // 12}-{month % 12 + 1:02d}"


def build_graph(partnerships: Partnerships, world: int, month: int | None, largest: int | None) -> nx.MultiDiGraph:
    """The graph of one world after ``month`` months; see :meth:`Partnerships.graph`."""
    import networkx as nx

    if not partnerships.keep:
        raise ValueError("the ties of this stack were not logged: build it with keep_ties=True")
    graph = nx.MultiDiGraph()
    sizes = _sizes(partnerships, world, month)
    names: dict[tuple[str, int], str] = {}
    for population, kind in _NODE_KINDS.items():
        for slot in _chosen(partnerships, population, sizes[population], world, largest):
            node = partnerships.node(population, slot, world)
            names[(population, slot)] = node
            graph.add_node(node, **_node(partnerships, population, kind, slot, sizes[population], world))
    ties = partnerships.open_ties(month, world)
    for (_, slot_name, source, source_slot, target_slot, target), edge in ties.items():
        a, b = names.get((source, source_slot)), names.get((target, target_slot))
        if a is None or b is None:
            continue
        if edge["kind"] == "equity":
            a, b = b, a  # from holder to firm held
        graph.add_edge(a, b, key=f"{edge['kind']}:{slot_name}", **_attributes(edge))
    return graph


def _sizes(partnerships: Partnerships, world: int, month: int | None) -> dict[str, dict[str, Any]]:
    if month is not None and partnerships.snapshots:
        known = [m for m in partnerships.snapshots if m <= month]
        return partnerships.snapshots[max(known) if known else min(partnerships.snapshots)]
    found: dict[str, dict[str, Any]] = {}
    for name, population in partnerships.populations.items():
        columns: dict[str, Any] = {key: array[world] for key, array in population.table.data.items()}
        found[name] = columns | {"alive": population.table.alive[world], "ids": population.table.ids[world]}
    return found


def _chosen(
    partnerships: Partnerships, population: str, sizes: dict[str, Any], world: int, largest: int | None
) -> list[int]:
    alive = np.flatnonzero(sizes["alive"])
    if largest is None or population != "startups":
        return [int(slot) for slot in alive]
    table = partnerships.populations[population].table
    named = {slot for slot in alive if (world, int(slot)) in table.names}
    order = sorted((s for s in alive if s not in named), key=lambda s: (-float(sizes["used"][s]), int(s)))
    return sorted([int(s) for s in named] + [int(s) for s in order[:largest]])


def _node(
    partnerships: Partnerships, population: str, kind: str, slot: int, sizes: dict[str, Any], world: int
) -> dict[str, Any]:
    table = partnerships.populations[population].table
    compute = sizes["compute"] if "compute" in sizes else sizes.get("used")
    type_ = TYPES[int(sizes["type"][slot])] if population == "clouds" else ""
    return {
        "name": partnerships.node(population, slot, world), "kind": kind, "type": type_,
        "region": REGIONS[int(sizes["region"][slot])], "named": int((world, slot) in table.names),
        "compute_h100e": float(compute[slot]) if compute is not None else 0.0,
        "value_musd": float(sizes["value"][slot]), "cash_musd": float(sizes["cash"][slot]),
        "capability": float(sizes["capability"][slot]) if "capability" in sizes else 0.0,
        "weight": float(sizes["weight"][slot]) if "weight" in sizes else 1.0,
    }  # fmt: skip


def _attributes(edge: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": edge["kind"], "subtype": edge["subtype"], "start": month_label(edge["start"]), "end": "",
        "share": edge["share"], "value_musd": edge["value_musd"], "term_months": edge["term_months"],
        "source": edge["source"],
    }  # fmt: skip
