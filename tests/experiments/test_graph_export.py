from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pytest
from fake_model import FakeEconomy

from experiments.figures.hosting import OTHERS, hosting_shares
from experiments.graph_export import COLUMNS, plain_graph, write_graph

GEXF = "{http://www.gexf.net/1.2draft}"


@pytest.fixture
def graph() -> nx.MultiDiGraph[str]:
    found = FakeEconomy(rng=1).partnerships.graph()
    found.add_edge(
        "Nvidia", "OpenAI", kind="equity", share=np.float32(0.1), start="2025-09", end=None, value_musd=math.inf
    )
    found.add_edge("Nvidia", "OpenAI", kind="chip_supply", share=1, start="2025-09", end="2026-01")
    return found


def test_both_formats_read_back_as_they_were(graph: nx.MultiDiGraph[str], tmp_path: Path) -> None:
    write_graph(graph, tmp_path / "g")
    expected = plain_graph(graph)
    for found in (
        nx.read_graphml(tmp_path / "g.graphml", force_multigraph=True),
        nx.MultiDiGraph(nx.read_gexf(tmp_path / "g.gexf")),
    ):
        assert set(found) == set(graph)
        assert found.number_of_edges() == graph.number_of_edges()
        for source, target, data in expected.edges(data=True):
            read = next(d for d in found[source][target].values() if d["id"] == data["id"])
            assert {name: read[name] for name in ("kind", "share") if name in data} == {
                name: data[name] for name in ("kind", "share") if name in data
            }
        assert found.nodes["Nvidia"]["compute_h100e"] == expected.nodes["Nvidia"]["compute_h100e"]


def test_gexf_has_one_type_an_attribute_unique_edges_and_no_date(graph: nx.MultiDiGraph[str], tmp_path: Path) -> None:
    write_graph(graph, tmp_path / "g")
    root = ElementTree.parse(tmp_path / "g.gexf").getroot()
    for kind in root.iter(f"{GEXF}attributes"):
        titles = [attribute.get("title") for attribute in kind]
        assert len(titles) == len(set(titles))
    ids = [edge.get("id") for edge in root.iter(f"{GEXF}edge")]
    assert len(ids) == len(set(ids)) == graph.number_of_edges()
    assert root.find(f"{GEXF}graph").get("mode") == "static"  # type: ignore[union-attr]
    assert root.find(f"{GEXF}meta").get("lastmodifieddate") is None  # type: ignore[union-attr]


def test_only_plain_finite_values_are_written_and_all_are_documented(graph: nx.MultiDiGraph[str]) -> None:
    plain = plain_graph(graph)
    records = [data for _, data in plain.nodes(data=True)] + [data for _, _, data in plain.edges(data=True)]
    for record in records:
        assert {type(value) for value in record.values()} <= {str, int, float, bool}
        assert all(math.isfinite(value) for value in record.values() if isinstance(value, float))
        assert set(record) - {"label", "id"} <= set(COLUMNS)


def test_hosting_shares_add_up_and_small_labs_share_a_row(graph: nx.MultiDiGraph[str]) -> None:
    shares, compute = hosting_shares(graph)
    assert np.allclose(shares.sum(axis=1), 1.0)
    assert shares.index[-1] == OTHERS
    labs = [node for node, data in graph.nodes(data=True) if data["kind"] == "startup"]
    assert compute.sum() == pytest.approx(sum(graph.nodes[lab]["compute_h100e"] for lab in labs))
