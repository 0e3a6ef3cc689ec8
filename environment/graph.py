"""Hands the ties out as a networkx MultiDiGraph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.cloud import TYPES
from agents.member import firm_label
from agents.population import Population
from agents.types import REGIONS
from environment.scenario import month_label

if TYPE_CHECKING:
    import networkx as nx

_NODE_KINDS = {
    "chipmakers": "chipmaker", "clouds": "cloud", "startups": "startup", "investors": "investor",
    "regulators": "regulator", "enterprises": "sector",
}  # fmt: skip

Populations = Mapping[str, Population[Any]]
Sizes = Mapping[str, Mapping[str, Any]]


def firm_name(populations: Populations, population: str, firm: int) -> str:
    """The name under which a firm stands in the graph and in tables, alive or not."""
    known = populations[population].table.known
    return known[firm] if firm in known else firm_label(population[:-1], firm)


def build_graph(
    populations: Populations,
    ties: Mapping[tuple[Any, ...], Mapping[str, Any]],
    sizes: Sizes,
    largest: int | None,
) -> nx.MultiDiGraph[str]:
    """The graph of one world.

    Args:
        populations: by name.
        ties: open ties by (kind, slot of the tie, source population, source slot, target slot, target population).
        sizes: population -> column -> (slots,): what is known of each firm; must hold ``alive`` and ``ids``.
        largest: keep all named firms and this many of the largest other start-ups; None keeps all.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    names: dict[tuple[str, int], str] = {}
    for population, kind in _NODE_KINDS.items():
        columns = sizes[population]
        for slot in _chosen(populations, population, columns, largest):
            firm = int(columns["ids"][slot])
            node = firm_name(populations, population, firm)
            names[(population, slot)] = node
            named = int(firm in populations[population].table.known)
            graph.add_node(node, kind=kind, named=named, **_node(population, slot, columns))
            weight = graph.nodes[node]["weight"]
            # an anonymous start-up stands for several firms, or for a part of one: its amounts are theirs together
            graph.nodes[node]["name"] = node if named or weight == 1.0 else f"{node} × {weight:.3g}"
    for (_, slot_name, source, source_slot, target_slot, target), tie in ties.items():
        a, b = names.get((source, source_slot)), names.get((target, target_slot))
        if a is None or b is None:
            continue
        if tie["kind"] == "equity":
            a, b = b, a  # from holder to firm held
        graph.add_edge(a, b, key=f"{tie['kind']}:{slot_name}", **_attributes(tie))
    return graph


def _chosen(populations: Populations, population: str, columns: Mapping[str, Any], largest: int | None) -> list[int]:
    alive = [int(slot) for slot in np.flatnonzero(columns["alive"])]
    if largest is None or population != "startups":
        return alive
    known = populations[population].table.known
    named = [slot for slot in alive if int(columns["ids"][slot]) in known]
    others = [slot for slot in alive if int(columns["ids"][slot]) not in known]
    others.sort(key=lambda slot: (-float(columns["used"][slot]), slot))
    return sorted(named + others[:largest])


def _node(population: str, slot: int, columns: Mapping[str, Any]) -> dict[str, Any]:
    compute = columns["compute"] if "compute" in columns else columns.get("used")
    return {
        "type": TYPES[int(columns["type"][slot])] if population == "clouds" else "",
        "region": REGIONS[int(columns["region"][slot])],
        "compute_h100e": float(compute[slot]) if compute is not None else 0.0,
        "value_musd": float(columns["value"][slot]), "cash_musd": float(columns["cash"][slot]),
        "capability": float(columns["capability"][slot]) if "capability" in columns else 0.0,
        "weight": float(columns["weight"][slot]) if "weight" in columns else 1.0,
    }  # fmt: skip


def _attributes(tie: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": tie["kind"], "subtype": tie["subtype"], "start": month_label(tie["start"]), "end": "",
        "share": tie["share"], "value_musd": tie["value_musd"], "term_months": tie["term_months"],
        "source": tie["source"],
    }  # fmt: skip
