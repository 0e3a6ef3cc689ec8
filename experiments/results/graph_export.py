"""The partnership graph as GraphML and GEXF, in the form that Gephi, yEd and networkx read."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import networkx as nx

from kingmaker.environment.ties import tie_kinds
from kingmaker.experiments.terminal.safe_text import for_xml

NODES = {
    "name": ("", "name of the firm, also the label"),
    "kind": ("", "chipmaker, cloud, startup, investor, regulator or sector"),
    "type": ("", "kind of cloud, for example hyperscaler"),
    "region": ("", "seat of the firm: US, EU, CN, OTHER"),
    "named": ("0/1", "1 if the firm stands for a real one"),
    "compute_h100e": ("H100 equivalents", "computing power installed (cloud) or used (start-up)"),
    "value_musd": ("M$", "value of the firm"),
    "cash_musd": ("M$", "money at the bank"),
    "capability": ("log10 FLOP", "effective training compute of the best model"),
    "weight": ("firms", "how many firms of the market this node stands for"),
}
EDGES = tie_kinds.ATTRIBUTES
_TEXT = {"id", "label", *(name for name, (unit, _) in (NODES | EDGES).items() if unit in ("", "month"))}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_graph(graph: nx.MultiDiGraph[str], stem: Path) -> None:
    """Write ``<stem>.graphml`` and ``<stem>.gexf``; the files hold no date of writing."""
    plain = plain_graph(graph)
    nx.write_graphml(plain, stem.with_name(f"{stem.name}.graphml"))
    text = "\n".join(nx.generate_gexf(plain, version="1.2draft"))
    text = re.sub(r' lastmodifieddate="[^"]*"', "", text)
    gexf = stem.with_name(f"{stem.name}.gexf")
    gexf.write_text('<?xml version="1.0" encoding="UTF-8"?>\n' + text + "\n", encoding="utf-8")


def plain_graph(graph: nx.MultiDiGraph[str]) -> nx.MultiDiGraph[str]:
    """A copy whose attributes are text and finite Python numbers and whose edges have ids unique in the graph."""
    plain: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    nodes = [_plain(data) for _, data in graph.nodes(data=True)]
    edges = [_plain(data) for _, _, data in graph.edges(data=True)]
    _unify(nodes)
    _unify(edges)
    for node, data in zip(graph.nodes, nodes, strict=True):
        plain.add_node(for_xml(node), label=for_xml(data.get("name", node)), **data)
    for number, ((source, target), data) in enumerate(zip(graph.edges(), edges, strict=True)):
        identity = f"e{number}"
        plain.add_edge(for_xml(source), for_xml(target), key=identity, id=identity, **data)
    return plain


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes without numpy types, None and numbers that are not finite, none of which the formats know."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        value = value.item() if hasattr(value, "item") else value
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            continue
        found[name] = for_xml(value) if name in _TEXT or isinstance(value, str) else value
    return found


def _text(value: object) -> str:
    """Text without the characters that XML does not know."""
    return _NOT_XML.sub("\ufffd", str(value))


def _unify(records: Iterable[dict[str, Any]]) -> None:
    """Give each attribute one type: a column of whole and broken numbers would be written as two attributes."""
    records = list(records)
    broken = {name for record in records for name, value in record.items() if isinstance(value, float)}
    for record in records:
        for name in broken & record.keys():
            record[name] = float(record[name])
