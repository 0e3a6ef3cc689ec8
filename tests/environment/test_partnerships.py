"""The log of ties against the columns, and the graph of any month."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.startup import CONTRACTS
from kingmaker.agents.types import NONE
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.ties.graph import firm_name
from kingmaker.environment.ties.partnerships import KINDS
from kingmaker.environment.ties.tie_kinds import ATTRIBUTES, NUMBERS, ROLES

MONTHS = 60
NODE = {"name", "kind", "type", "region", "named", "compute_h100e", "value_musd", "cash_musd", "capability", "weight",
        "compute_us_h100e", "compute_eu_h100e", "compute_cn_h100e", "compute_other_h100e"}  # fmt: skip
LIVELY = {"policy.remedies": 1, "policy.interoperability": 0.8, "compute.impatience": 0.3, "compute.second_chance": 0.3,
          "capital.stake_chance": 0.2, "startups.number": 80, "clouds.internal_priority": 0.9,
          "policy.complaint_weight": 0.5}  # fmt: skip


def from_columns(model: ComputeEconomy, slot: str, world: int = 0) -> set[tuple[str, str]]:
    """(start-up, cloud) of a tie, as the columns hold it."""
    labs, clouds = (model.populations[name].table for name in ("startups", "clouds"))

    def name(population: str, firm: np.uint64) -> str:
        return firm_name(model.populations, population, int(firm))

    return {
        (name("startups", labs.ids[world, k]), name("clouds", clouds.ids[world, labs.data[slot][world, k]]))
        for k in np.flatnonzero(labs.alive[world] & (labs.data[slot][world] != NONE))
    }


def from_graph(graph: nx.MultiDiGraph[str], key: str) -> set[tuple[str, str]]:
    return {(a, b) for a, b, k in graph.edges(keys=True) if k == key}


@pytest.fixture(scope="module")
def history() -> dict[str, Any]:
    """A lively run, with what the columns held at the end of each half-year."""
    model = ComputeEconomy(rng=6, months=MONTHS, **LIVELY)
    kept: dict[int, dict[str, set[tuple[str, str]]]] = {}
    while model.running:
        model.step()
        if model.month % 6 == 0:
            kept[model.month] = {slot: from_columns(model, slot) for slot in ("host", "second")}
    return {"model": model, "kept": kept}


@pytest.mark.parametrize("slot", ["host", "second"])
def test_the_log_agrees_with_the_columns_in_every_month(slot: str) -> None:
    model = ComputeEconomy(rng=6, months=36, **LIVELY)
    while model.running:
        model.step()
        ties = model.partnerships.open_ties(None, 0)
        logged = {
            (int(key[3]), int(key[4])) for key in ties if key[0] == "cloud_contract" and key[1] == slot
        }  # (start-up's slot, cloud's slot)
        table = model.populations["startups"].table
        held = {
            (int(k), int(table.data[slot][0, k]))
            for k in np.flatnonzero(table.alive[0] & (table.data[slot][0] != NONE))
        }
        assert logged == held, f"month {model.month - 1}: only logged {logged - held}, only held {held - logged}"


def test_the_kind_of_contract_in_the_graph_is_that_of_the_column() -> None:
    model = ComputeEconomy(rng=6, months=36, **LIVELY)
    while model.running:
        model.step()
        table = model.populations["startups"].table
        for key, tie in model.partnerships.open_ties(None, 0).items():
            if key[0] == "cloud_contract" and key[1] == "host":
                held = CONTRACTS[int(table.data["contract"][0, key[3]])]
                assert tie.subtype == held, f"month {model.month - 1}: slot {key[3]}"


def test_stakes_and_lineage_in_the_graph_are_those_of_the_columns(history: dict[str, Any]) -> None:
    model = history["model"]
    ties = model.partnerships.open_ties(None, 0)
    data, alive = model.populations["startups"].table.data, model.populations["startups"].table.alive[0]
    hosts = model.populations["clouds"].slots
    stakes = {(key[3], key[4]) for key in ties if key[:2] == ("equity", "vendor")}
    assert {(int(k), int(data["vendor"][0, k])) for k in np.flatnonzero(alive & (data["vendor"][0] != NONE))} <= stakes
    lineage = {(key[3], key[4] + (hosts if key[5] == "startups" else 0)) for key in ties if key[0] == "open_weights"}
    built = {(int(k), int(data["base_model"][0, k])) for k in np.flatnonzero(alive & (data["base_model"][0] != NONE))}
    assert lineage == built


def test_the_graph_of_now_holds_the_columns(history: dict[str, Any]) -> None:
    model = history["model"]
    graph = model.partnerships.graph()
    for slot in ("host", "second"):
        assert from_graph(graph, f"cloud_contract:{slot}") == from_columns(model, slot)


@pytest.mark.parametrize("month", [12, 18, 36, 54])
def test_the_graph_of_a_past_month_is_what_it_was(history: dict[str, Any], month: int) -> None:
    model = history["model"]
    graph = model.partnerships.graph(month=month)
    for slot in ("host", "second"):
        was = history["kept"][month][slot]
        assert from_graph(graph, f"cloud_contract:{slot}") == was, slot
    fresh = ComputeEconomy(rng=6, months=month, **LIVELY).run()
    assert set(fresh.partnerships.graph().nodes) == set(graph.nodes)


@pytest.mark.parametrize("largest", [None, 5])
def test_graphs_of_several_months_are_those_of_each(history: dict[str, Any], largest: int | None) -> None:
    ties = history["model"].partnerships
    months = [0, 12, 12, 30, None]
    for month, graph in zip(months, ties.graphs(months, largest=largest), strict=True):
        alone = ties.graph(month=month, largest=largest)
        assert nx.utils.graphs_equal(graph, alone)
        assert list(graph.edges(keys=True)) == list(alone.edges(keys=True))
    with pytest.raises(KingmakerError, match=r"months are \[24, 12\]; give them in ascending order"):
        list(ties.graphs([24, 12]))


def test_nodes_and_edges_carry_their_attributes(history: dict[str, Any]) -> None:
    graph = history["model"].partnerships.graph()
    assert isinstance(graph, nx.MultiDiGraph)
    kinds = {"chipmaker", "cloud", "startup", "investor", "regulator", "sector"}
    for name, node in graph.nodes(data=True):
        assert node.keys() >= NODE, name
        assert node["kind"] in kinds
        assert node["region"] in ("US", "EU", "CN", "OTHER")
        assert all(isinstance(value, str | int | float) for value in node.values())
    for a, b, edge in graph.edges(data=True):
        assert list(edge) == list(ATTRIBUTES), (a, b)
        assert edge["kind"] in KINDS
        assert edge["source"]
        assert edge["subtype"] in (*CONTRACTS, "")
        assert edge["role"] in ROLES
        assert all(isinstance(edge[name], str) for name in set(ATTRIBUTES) - set(NUMBERS))
        assert all(type(edge[name]) is float and np.isfinite(edge[name]) for name in NUMBERS)
    # inquiries come to an end
    earlier = [history["model"].partnerships.graph(month=month) for month in range(6, history["model"].month, 6)]
    assert {edge["kind"] for one in (graph, *earlier) for *_, edge in one.edges(data=True)} == set(KINDS)


def test_the_graph_opens_in_other_tools(history: dict[str, Any], tmp_path: Any) -> None:
    graph = history["model"].partnerships.graph(largest=20)
    nx.write_graphml(graph, tmp_path / "g.graphml")
    again = nx.read_graphml(tmp_path / "g.graphml", force_multigraph=True)
    assert set(again.nodes) == set(graph.nodes)
    assert again.number_of_edges() == graph.number_of_edges()
    nx.write_gexf(graph, tmp_path / "g.gexf")


def test_the_largest_are_chosen_and_the_named_are_kept(history: dict[str, Any]) -> None:
    model = history["model"]
    whole, part = model.partnerships.graph(), model.partnerships.graph(largest=5)
    assert set(part.nodes) < set(whole.nodes)
    named = {name for name, node in whole.nodes(data=True) if node["named"]}
    assert named <= set(part.nodes)
    labs = [node for _, node in part.nodes(data=True) if node["kind"] == "startup"]
    assert sum(not node["named"] for node in labs) == 5


def test_the_dated_ties_of_the_data_are_there() -> None:
    model = ComputeEconomy(rng=1, months=14).run()
    frame = model.partnerships.to_frame()
    assert {"start", "end"} <= set(frame.action)
    assert frame.source.str.contains("data: ").any()
    assert frame.month.str.fullmatch(r"\d{4}-\d{2}").all()
    assert frame.source.str.contains("dated input: ").any()
    assert set(frame.kind) >= set(KINDS) - {"remedy"}  # no remedy is imposed so early


def test_a_stack_logs_only_when_asked() -> None:
    worlds = [{"rng": 1}, {"rng": 2}]
    quiet = ComputeEconomy.stack(worlds, months=2).run()
    with pytest.raises(ValueError, match="keep_ties"):
        quiet.partnerships.graph()
    loud = ComputeEconomy.stack(worlds, months=14, keep_ties=True).run()
    single = ComputeEconomy(rng=1, months=14).run()
    edges = [sorted(g.edges(keys=True)) for g in (loud.partnerships.graph(0), single.partnerships.graph())]
    assert edges[0] == edges[1]
    assert sorted(loud.partnerships.graph(1).edges(keys=True)) != edges[0]
    with pytest.raises(ValueError, match="world"):
        loud.partnerships.graph(5)


def test_each_world_of_a_stack_has_its_own_graph_of_a_past_month() -> None:
    worlds = [{"rng": 6}, {"rng": 7, **LIVELY, "startups.number": 200}]
    model = ComputeEconomy.stack(worlds, months=14, keep_ties=True).run(12)
    was = from_columns(model, "host", world=1)
    alive = int(model.populations["startups"].table.alive[1].sum())
    model.run()
    graph = model.partnerships.graph(world=1, month=12)
    assert sum(node["kind"] == "startup" for _, node in graph.nodes(data=True)) == alive
    assert from_graph(graph, "cloud_contract:host") == was
