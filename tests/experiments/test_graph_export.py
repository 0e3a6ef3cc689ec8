from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pytest
from fake_model import FakeEconomy

from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.figures.hosting import OTHERS, hosting_shares
from kingmaker.experiments.figures.network_figure import LEAST, SPAN, TIES, draw_network
from kingmaker.experiments.figures.style import short
from kingmaker.experiments.results.dictionary import described
from kingmaker.experiments.results.graph_export import EDGES, NODES, plain_records, write_graph

GEXF = "{http://www.gexf.net/1.2draft}"


@pytest.fixture
def graph() -> nx.MultiDiGraph[str]:
    found = FakeEconomy(rng=1).partnerships.graph()
    found.add_edge(
        "Nvidia", "OpenAI", kind="equity", share=np.float32(0.1), since="2025-09", until=None, value_musd=math.inf
    )
    found.add_edge("Nvidia", "OpenAI", kind="chip_supply", share=1, since="2025-09", until="2026-01")
    return found


def test_both_formats_read_back_as_they_were(graph: nx.MultiDiGraph[str], tmp_path: Path) -> None:
    write_graph(graph, tmp_path / "g")
    nodes, edges = plain_records(graph)
    for found in (
        nx.read_graphml(tmp_path / "g.graphml", force_multigraph=True),
        nx.MultiDiGraph(nx.read_gexf(tmp_path / "g.gexf")),
    ):
        assert set(found) == set(graph)
        assert found.number_of_edges() == graph.number_of_edges()
        for source, target, data in ((*ends, data) for ends, data in zip(graph.edges(), edges, strict=True)):
            read = next(d for d in found[source][target].values() if d["id"] == data["id"])
            assert {name: read[name] for name in ("kind", "share") if name in data} == {
                name: data[name] for name in ("kind", "share") if name in data
            }
        assert found.nodes["Nvidia"]["compute_h100e"] == nodes[list(graph).index("Nvidia")]["compute_h100e"]


def test_values_are_written_as_what_they_are(tmp_path: Path) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_edge("a", "b", kind="one", since=1, share=1, host_share=True, deal=True)
    graph.add_edge("a", "b", kind="two", since=1.0, share=0.5, host_share=2, deal=False)
    graph.add_edge("a", "b", kind="three", since=True, share=np.int64(3), host_share=np.bool_(False), deal=None)
    write_graph(graph, tmp_path / "g")
    root = ElementTree.parse(tmp_path / "g.gexf").getroot()
    edges = root.find(f"{GEXF}graph").find(f"{GEXF}attributes[@class='edge']")  # type: ignore[union-attr]
    titles = {each.get("id"): (each.get("title"), each.get("type")) for each in edges}  # type: ignore[union-attr]
    written: dict[object, list[str | None]] = {}
    for value in root.iter(f"{GEXF}attvalue"):
        if value.get("for") in titles:
            written.setdefault(titles[value.get("for")], []).append(value.get("value"))
    assert written["since", "string"] == ["1", "1.0", "True"]  # a text, however alike the numbers
    assert written["share", "double"] == ["1.0", "0.5", "3.0"]
    assert written["host_share", "long"] == ["1", "2", "0"]
    assert written["deal", "boolean"] == ["true", "false"]


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
    nodes, edges = plain_records(graph)
    for record in (*nodes, *edges):
        assert {type(value) for value in record.values()} <= {str, int, float, bool}
        assert all(math.isfinite(value) for value in record.values() if isinstance(value, float))
        assert set(record) - {"label", "id"} <= set(NODES | EDGES)


def test_hosting_shares_add_up_and_small_labs_share_a_row(graph: nx.MultiDiGraph[str]) -> None:
    shares, compute = hosting_shares(graph)
    assert np.allclose(shares.sum(axis=1), 1.0)
    assert shares.index[-1] == OTHERS
    labs = [node for node, data in graph.nodes(data=True) if data["kind"] == "startup"]
    assert compute.sum() == pytest.approx(sum(graph.nodes[lab]["compute_h100e"] for lab in labs))


@pytest.mark.parametrize("odd", ["Bell\x07 & <Co>", "lone \ud800 surrogate", "\ufffe", "tab\tand\nline", "nul\x00"])
def test_odd_characters_and_mixed_numbers_are_written_and_read_back(odd: str, tmp_path: Path) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_node(odd, name=odd, kind="cloud", named=np.bool_(True), compute_h100e=1, cash_musd=None)
    graph.add_node("b", name="b", kind="startup", named=0, compute_h100e=np.float32(0.5), cash_musd=2)
    graph.add_edge(odd, "b", kind="equity", share=1, since="2022-01", source=odd, value_musd=np.int64(3), role=None)
    graph.add_edge("b", odd, kind="equity", share=0.25, since=2022, source="x", value_musd=math.nan)
    write_graph(graph, tmp_path / "g")
    for found in (
        nx.read_graphml(tmp_path / "g.graphml", force_multigraph=True),
        nx.MultiDiGraph(nx.read_gexf(tmp_path / "g.gexf")),
    ):
        assert found.number_of_nodes() == found.number_of_edges() == 2
        shares = {data["share"] for _, _, data in found.edges(data=True)}
        assert shares == {1.0, 0.25}
        assert {type(data["compute_h100e"]) for _, data in found.nodes(data=True)} == {float}


@pytest.mark.parametrize(
    ("values", "kind"),
    [((True, False), bool), ((True, 2), int), ((1, 0.5), float), ((1, "a"), str), ((0.5, "<&>"), str)],
)
def test_an_attribute_has_the_widest_of_its_types(values: tuple[object, ...], kind: type, tmp_path: Path) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_edges_from([("a", "b", {"odd": value}) for value in values])
    write_graph(graph, tmp_path / "one", tmp_path / "other")
    for found in (
        nx.read_graphml(tmp_path / "one.graphml", force_multigraph=True),
        nx.MultiDiGraph(nx.read_gexf(tmp_path / "one.gexf")),
    ):
        assert [data["odd"] for *_, data in found.edges(data=True)] == [kind(value) for value in values]
    for ending in (".graphml", ".gexf"):
        assert (tmp_path / f"one{ending}").read_bytes() == (tmp_path / f"other{ending}").read_bytes()


def test_a_large_graph_reads_as_what_networkx_writes(tmp_path: Path) -> None:
    model = ComputeEconomy(rng=2, months=13, **{"startups.number": 60}).run()  # type: ignore[arg-type]
    found = model.partnerships.graph()
    write_graph(found, tmp_path / "ours")
    nodes, edges = plain_records(found)
    plain: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    plain.add_nodes_from(zip(found, nodes, strict=True))
    for (source, target), data in zip(found.edges(), edges, strict=True):
        plain.add_edge(source, target, key=data["id"], **data)
    nx.write_graphml(plain, tmp_path / "theirs.graphml")
    nx.write_gexf(plain, tmp_path / "theirs.gexf", version="1.2draft")
    assert nx.utils.graphs_equal(
        *(nx.read_graphml(tmp_path / f"{who}.graphml", force_multigraph=True) for who in ("ours", "theirs"))
    )
    assert nx.utils.graphs_equal(*(nx.read_gexf(tmp_path / f"{who}.gexf") for who in ("ours", "theirs")))


def test_lines_of_the_figure_are_as_wide_as_the_shares(tmp_path: Path) -> None:
    model = ComputeEconomy(rng=1, months=24, **{"startups.number": 60}).run()  # type: ignore[arg-type]
    found = model.partnerships.graph(largest=30)
    figure = draw_network(found, "2023-12", "")
    widths = sorted(round(patch.get_linewidth(), 6) for patch in figure.axes[0].patches)
    ends = {label.get_text() for label in figure.axes[0].texts}
    drawn = [
        data["share"] for a, b, data in found.edges(data=True)
        if data["kind"] in TIES and data["role"] != "syndicate" and {_short(found, a), _short(found, b)} <= ends
    ]  # fmt: skip
    assert widths == sorted(round(LEAST + SPAN * share, 6) for share in drawn)
    assert max(widths) > 3.0  # Nvidia's
    texts = " ".join(text.get_text() for text in figure.texts)
    assert "width: part of" in texts


def _short(graph: nx.MultiDiGraph[str], node: str) -> str:
    return short(str(graph.nodes[node].get("name", node)), 28)


def test_both_formats_and_the_log_use_the_words_of_the_dictionary(tmp_path: Path) -> None:
    model = ComputeEconomy(rng=1, months=14, panel=True, **{"startups.number": 60}).run()  # type: ignore[arg-type]
    write_graph(model.partnerships.graph(), tmp_path / "g")
    again = nx.read_graphml(tmp_path / "g.graphml", force_multigraph=True)
    gexf = nx.MultiDiGraph(nx.read_gexf(tmp_path / "g.gexf"))
    ties = model.partnerships.to_frame()
    lines = list(described(model.measures.to_frame(), {"ties": ties, "events": model.events_frame()}))
    edges = {name for file, name, _, meaning in lines if file == "graphs, edges" and meaning}
    for graph in (again, gexf):
        assert {name for *_, data in graph.edges(data=True) for name in data} - {"id"} == edges
    assert [name for file, name, _, meaning in lines if file == "ties" and meaning] == list(ties.columns)
    meanings = {name: meaning for file, name, _, meaning in lines if file == "ties"}
    assert all(kind in meanings["kind"] for kind in set(ties.kind))
    assert all(action in meanings["action"] for action in set(ties.action))
    assert all(role in meanings["role"] for role in set(ties.role))
    last = ties.drop_duplicates(["kind", "source_node", "target_node"], keep="last")
    standing = {(row.source_node, row.target_node, row.kind) for row in last[last.action != "end"].itertuples()}
    assert {(a, b, data["kind"]) for a, b, data in again.edges(data=True)} == standing
