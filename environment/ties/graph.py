"""Hands the ties out as a networkx MultiDiGraph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.cloud import TYPES
from kingmaker.agents.member import firm_label
from kingmaker.agents.population import Population
from kingmaker.agents.sited import PLACED
from kingmaker.agents.types import REGIONS
from kingmaker.environment.ties.tie_replay import Tie

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


def chosen_nodes(populations: Populations, sizes: Sizes, largest: int | None) -> dict[str, list[int]]:
    """The slots that are drawn, by population: all that are alive, of start-ups the named and the ``largest`` others.

    Args:
        populations: by name.
        sizes: population -> column -> (slots,): what is known of each firm; must hold ``alive`` and ``ids``.
        largest: how many start-ups beside the named; None keeps all.
    """
    return {name: _chosen(populations, name, sizes[name], largest) for name in _NODE_KINDS}


def build_graph(
    populations: Populations, ties: Iterable[Tie], attributes: Callable[[Tie], dict[str, Any]], sizes: Sizes,
    nodes: Mapping[str, list[int]],
) -> nx.MultiDiGraph[str]:  # fmt: skip
    """The graph of one world.

    Args:
        populations: by name.
        ties: open ties; those between nodes become edges.
        attributes: gives those of an edge.
        sizes: population -> column -> (slots,): what is known of each firm; must hold ``alive`` and ``ids``.
        nodes: the slots that are drawn, from :func:`chosen_nodes`.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    names: dict[tuple[str, int], str] = {}
    for population, kind in _NODE_KINDS.items():
        columns = sizes[population]
        for slot in nodes[population]:
            firm = int(columns["ids"][slot])
            node = firm_name(populations, population, firm)
            names[(population, firm)] = node
            named = int(firm in populations[population].table.known)
            graph.add_node(node, kind=kind, named=named, **_node(population, slot, columns))
            weight = graph.nodes[node]["weight"]
            # an anonymous start-up stands for several firms, or for a part of one: its amounts are theirs together
            graph.nodes[node]["name"] = node if named or weight == 1.0 else f"{node} × {weight:.3g}"
    for tie in ties:
        source, target = (names.get(end) for end in tie.ends)
        if source is not None and target is not None:
            graph.add_edge(source, target, key=f"{tie.kind}:{tie.key[1]}", **attributes(tie))
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
        **{f"{name}_h100e": float(columns[name][slot]) if name in columns else 0.0 for name in PLACED},
        "value_musd": float(columns["value"][slot]), "cash_musd": float(columns["cash"][slot]),
        "capability": float(columns["capability"][slot]) if "capability" in columns else 0.0,
        "weight": float(columns["weight"][slot]) if "weight" in columns else 1.0,
    }  # fmt: skip
