"""The partnership graph as GraphML and GEXF, in the form that Gephi, yEd and networkx read.

Both are written line by line: networkx builds a tree of all elements first, which takes ten times as long.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from kingmaker.environment.ties import tie_kinds
from kingmaker.experiments.terminal.safe_text import for_xml

if TYPE_CHECKING:
    import networkx as nx

Record = dict[str, Any]

NODES = {
    "name": ("", "name of the firm, also the label"),
    "kind": ("", "chipmaker, cloud, startup, investor, regulator or sector"),
    "type": ("", "kind of cloud, for example hyperscaler"),
    "region": ("", "seat of the firm: US, EU, CN, OTHER"),
    "named": ("0/1", "1 if the firm stands for a real one"),
    "compute_h100e": ("H100 equivalents", "computing power installed (cloud) or used (start-up)"),
    "compute_us_h100e": ("H100 equivalents", "the part of a cloud's that stands in the United States"),
    "compute_eu_h100e": ("H100 equivalents", "the part that stands in the European Union"),
    "compute_cn_h100e": ("H100 equivalents", "the part that stands in China"),
    "compute_other_h100e": ("H100 equivalents", "the part that stands elsewhere"),
    "value_musd": ("M$", "value of the firm"),
    "cash_musd": ("M$", "money at the bank"),
    "capability": ("log10 FLOP", "effective training compute of the best model"),
    "weight": ("firms", "how many firms of the market this node stands for"),
}
EDGES = tie_kinds.ATTRIBUTES
_TEXT = {"id", "label", *(name for name, (unit, _) in (NODES | EDGES).items() if unit in ("", "month"))}
_TYPES = {bool: "boolean", int: "long", float: "double", str: "string"}  # of both formats; the wider ones come last
_MARKED = re.compile('[&<>"\n\r\t]')
_BREAKS = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}  # in an attribute, a bare break reads as a space
_GRAPHML = (
    'xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd"'
)
_GEXF = (
    'xmlns="http://www.gexf.net/1.2draft" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://www.gexf.net/1.2draft http://www.gexf.net/1.2draft/gexf.xsd" version="1.2"'
)


@dataclass(frozen=True)
class Elements:
    """The nodes or the edges of a graph, as both formats write them.

    Attributes:
        heads: of each element, what says which it is, such as ``id="Nvidia"``.
        cells: of each element, its attributes by name, escaped.
        types: of each attribute, by name, in the order in which they are met.
    """

    heads: list[str]
    cells: list[dict[str, str]]
    types: dict[str, str]

    @classmethod
    def of(cls, heads: Iterable[str], records: list[Record]) -> Elements:
        """From attributes that are text and Python numbers; each gets the widest type that it has anywhere."""
        order, types = list(_TYPES), dict[str, type]()
        for name, kind in dict.fromkeys((name, type(value)) for record in records for name, value in record.items()):
            types[name] = max(types.get(name, kind), kind, key=order.index)
        written = {name: _WRITERS[kind] for name, kind in types.items()}
        cells = [{name: written[name](value) for name, value in record.items()} for record in records]
        return cls(list(heads), cells, {name: _TYPES[kind] for name, kind in types.items()})


def write_graph(graph: nx.MultiDiGraph[str], *stems: Path) -> None:
    """Write ``<stem>.graphml`` and ``<stem>.gexf`` for each stem; the files hold no date of writing."""
    nodes, edges = plain_records(graph)
    ids = [_escaped(for_xml(node)) for node in graph]
    place = dict(zip(graph, ids, strict=True))
    ends = (f'source="{place[source]}" target="{place[target]}"' for source, target in graph.edges())
    parts = (
        Elements.of((f'id="{node}"' for node in ids), nodes),
        Elements.of((f'{pair} id="{edge["id"]}"' for pair, edge in zip(ends, edges, strict=True)), edges),
    )
    for ending, lines in ((".graphml", _graphml), (".gexf", _gexf)):
        text = "".join(lines(*parts)).encode()
        for stem in stems:
            stem.with_name(f"{stem.name}{ending}").write_bytes(text)


def plain_records(graph: nx.MultiDiGraph[str]) -> tuple[list[Record], list[Record]]:
    """The attributes of nodes, with labels, and of edges, with ids unique in the graph: text and finite numbers."""
    nodes = [{"label": for_xml(data.get("name", node)), **_plain(data)} for node, data in graph.nodes(data=True)]
    edges = [{"id": f"e{number}", **_plain(data)} for number, (*_, data) in enumerate(graph.edges(data=True))]
    return nodes, edges


def _plain(data: Mapping[str, Any]) -> Record:
    """Attributes without numpy types, None and numbers that are not finite, none of which the formats know."""
    found: Record = {}
    for name, value in data.items():
        if type(value) not in _TYPES and hasattr(value, "item"):
            value = value.item()
        if isinstance(value, str):
            found[name] = _xml_text(value)
        elif name in _TEXT and value is not None:
            found[name] = for_xml(value)
        elif value is not None and math.isfinite(value):
            found[name] = value
    return found


@functools.lru_cache(maxsize=4096)
def _xml_text(text: str) -> str:
    """As :func:`for_xml`; the same few months, kinds and regions stand in every record."""
    return for_xml(text)


@functools.lru_cache(maxsize=4096)
def _escaped(text: str) -> str:
    """A text as it stands between quotation marks or tags."""
    return escape(text, _BREAKS) if _MARKED.search(text) else text


# how a value stands between quotation marks or tags, by the type that its attribute has
_WRITERS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: str(value).lower(),
    int: lambda value: str(int(value)),
    float: lambda value: repr(float(value)),
    str: lambda value: _escaped(str(value)),
}


def _numbered(nodes: Elements, edges: Elements, prefix: str = "", but: tuple[str, ...] = ()) -> list[dict[str, str]]:
    """A number for each attribute of nodes and of edges; attributes of edges go on where those of nodes end."""
    count = itertools.count()
    return [{name: f"{prefix}{next(count)}" for name in part.types if name not in but} for part in (nodes, edges)]


def _graphml(nodes: Elements, edges: Elements) -> Iterator[str]:
    parts = list(zip(("node", "edge"), (nodes, edges), _numbered(nodes, edges, "d"), strict=True))
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<graphml {_GRAPHML}>\n'
    for element, part, keys in parts:
        for name, key in keys.items():
            yield f'  <key id="{key}" for="{element}" attr.name="{_escaped(name)}" attr.type="{part.types[name]}" />\n'
    yield '  <graph edgedefault="directed">\n'
    for element, part, keys in parts:
        for head, cells in zip(part.heads, part.cells, strict=True):
            yield f"    <{element} {head}>\n"
            for name, text in cells.items():
                yield f'      <data key="{keys[name]}">{text}</data>\n'
            yield f"    </{element}>\n"
    yield "  </graph>\n</graphml>\n"


def _gexf(nodes: Elements, edges: Elements) -> Iterator[str]:
    parts = list(zip(("node", "edge"), (nodes, edges), _numbered(nodes, edges, but=("label", "id")), strict=True))
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<gexf {_GEXF}>\n'
    yield "  <meta>\n    <creator>Kingmaker</creator>\n  </meta>\n"
    yield '  <graph defaultedgetype="directed" mode="static">\n'
    for element, part, keys in parts:
        yield f'    <attributes mode="static" class="{element}">\n'
        for name, key in keys.items():
            yield f'      <attribute id="{key}" title="{_escaped(name)}" type="{part.types[name]}" />\n'
        yield "    </attributes>\n"
    for element, part, keys in parts:
        yield f"    <{element}s>\n"
        for head, cells in zip(part.heads, part.cells, strict=True):
            label = f' label="{cells["label"]}"' if "label" in cells else ""
            yield f"      <{element} {head}{label}>\n        <attvalues>\n"
            for name, key in keys.items():
                if name in cells:
                    yield f'          <attvalue for="{key}" value="{cells[name]}" />\n'
            yield f"        </attvalues>\n      </{element}>\n"
        yield f"    </{element}s>\n"
    yield "  </graph>\n</gexf>\n"
