"""In every month the weights of all ties are those of panel and ledger, and the written log gives the same network."""

from __future__ import annotations

import functools
from collections import defaultdict
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from kingmaker.agents.calendar import month_label
from kingmaker.agents.contract import StakeRow
from kingmaker.agents.member import firm_ids
from kingmaker.agents.types import CN, NONE
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.ties.tie_kinds import ACTIONS, ATTRIBUTES, COLUMNS, KINDS, NUMBERS, ROLES

MONTHS = 48
# switching, second hosts, stakes, inquiries, failures of clouds and of start-ups: every kind of tie comes and goes
LIVELY = {"policy.interoperability": 0.8, "compute.impatience": 0.3, "compute.second_chance": 0.3,
          "compute.second_cost": 1.0, "sites.commitment_chance": 1.0,  # and several hosts
          "capital.stake_chance": 0.2, "startups.number": 60, "clouds.internal_priority": 0.9,
          "policy.complaint_weight": 0.5, "policy.trigger": 0.05,
          "policy.remedies": 1}  # fmt: skip
FRAGILE = {"clouds.contract_interest": 0.3, "clouds.advance_strong": 1.0, "clouds.reserve_months": 0.0,
    "clouds.operating_share": 0.8, "clouds.default_months": 2.0, "startups.number": 40,
           "capital.stake_chance": 0.2}  # fmt: skip
STAKES = [(StakeRow.owner.column(k), StakeRow.share.column(k)) for k in range(4)]
LOOKED_AT = ["host", "second", "used", "own_used", "used_second", "rent_paid", "term", "pledged", "paid_funds",
             "revenue", "cloud_revenue", "ai_revenue", "region", *(name for row in STAKES for name in row)]  # fmt: skip
Edges = dict[tuple[str, str, str], dict[str, Any]]


class Run:
    """A run with what panel, ledger, graph and log of ties say of it, month by month."""

    def __init__(self, seed: int, pins: dict[str, float]) -> None:
        self.model = ComputeEconomy(rng=seed, months=MONTHS, panel=True, **pins).run()  # type: ignore[arg-type]
        self.names = {
            name: [str(p.table.known.get(int(firm))) for firm in firm_ids(p.kind, 0, np.arange(p.slots))]
            for name, p in self.model.populations.items()
        }
        panel = self.model.panel_frame()
        self.panel: dict[Any, dict[str, dict[str, Any]]] = defaultdict(dict)
        for row in panel.reindex(columns=["month", "population", "firm", *LOOKED_AT]).to_dict("records"):
            self.panel[row["month"], row["population"]][row["firm"]] = row
        flows = self.model.ledger.to_frame().groupby(["month", "kind", "payer", "payee"]).musd.sum()
        self.flows: dict[Any, float] = flows.to_dict()
        self.graphs = [self.model.partnerships.graph(month=month) for month in range(MONTHS + 1)]
        self.steps = self.model.partnerships.to_frame()

    def edges(self, month: int, kind: str) -> Edges:
        """The edges of a kind at the end of a month (0 = January 2022)."""
        return {(a, b, kind): d for a, b, d in self.graphs[month + 1].edges(data=True) if d["kind"] == kind}

    def booked(self, month: int, kinds: tuple[str, ...], payer: str, payee: str) -> float:
        """What the ledger moved between two sectors."""
        return sum(self.flows.get((month_label(month), kind, payer, payee), 0.0) for kind in kinds)

    def moved(self, month: int, kind: str) -> dict[tuple[str, str], float]:
        """Money of the month over all ties of a kind, those that ended in the month included."""
        money: dict[tuple[str, str], float] = defaultdict(float)
        for (a, b, _), edge in self.edges(month, kind).items():
            money[a, b] += edge["month_musd"]
        ended = self.steps[(self.steps.month == month_label(month)) & (self.steps.kind == kind)]
        ended = ended[ended.action == "end"].drop_duplicates(["source_node", "target_node"])
        for row in ended.itertuples():
            if (row.source_node, row.target_node, kind) not in self.edges(month, kind):
                money[row.source_node, row.target_node] += row.month_musd
        return money


RUNS = {"lively": (3, LIVELY), "fragile": (1, FRAGILE), "plain": (1, {"startups.number": 100})}


@functools.cache
def made(name: str) -> Run:
    return Run(*RUNS[name])


@pytest.fixture(params=list(RUNS))
def run(request: pytest.FixtureRequest) -> Run:
    return made(request.param)


def test_the_written_log_gives_the_edges_of_every_month(run: Run) -> None:
    """Start and change set a tie, end takes it away: kind, source and target tell ties apart."""
    by_month = dict(list(run.steps.groupby("month", sort=False)))
    standing: dict[tuple[str, str, str], Any] = {}
    first = [label for label in by_month if label < "2022-01"]
    for month in range(-1, MONTHS):
        labels = sorted(first) if month < 0 else [month_label(month)]
        for row in (row for label in labels if label in by_month for row in by_month[label].itertuples(index=False)):
            assert row.action in ACTIONS
            key = (row.source_node, row.target_node, row.kind)
            if row.action == "end":
                assert standing.pop(key).since == row.since
                assert row.until == row.month
            else:
                assert (key in standing) == (row.action == "change"), row
                standing[key] = row
        graph = run.graphs[month + 1]
        edges = {(a, b, d["kind"]): d for a, b, d in graph.edges(data=True)}
        if month < 0:  # January 2022 holds steps of the day before the first month and of the month itself
            edges = {key: d for key, d in edges.items() if d["since"] < "2022-01"}
            assert set(edges) == set(standing)
            continue
        assert set(edges) == set(standing), month_label(month)
        for key, edge in edges.items():
            row = standing[key]
            assert (edge["subtype"], edge["since"], edge["until"]) == (row.subtype, row.since, ""), key
            if row.month == month_label(month):  # the numbers of a step are those of its month's end
                assert [edge[name] for name in NUMBERS] == pytest.approx([getattr(row, name) for name in NUMBERS])
                assert (edge["role"], edge["source"]) == (row.role, row.source)


def test_all_kinds_come_and_most_go() -> None:
    found = made("lively").steps
    assert set(found.kind) == set(KINDS)
    assert set(found[found.action == "end"].kind) >= {
        "cloud_contract",
        "equity",
        "chip_supply",
        "open_weights",
        "inquiry",
    }
    assert set(found.role) == set(ROLES)  # a dated contract stands beside a second one that runs for a term
    assert list(found.columns) == list(COLUMNS)
    assert made("fragile").model.measures.array("clouds_failed").sum() > 0.0


def test_rent_and_compute_of_contracts_are_those_of_panel_and_ledger(run: Run) -> None:
    to_date: dict[tuple[str, str], float] = {}
    failures = run.model.measures.array("clouds_failed")[:, 0]
    for month in range(MONTHS):
        edges = run.edges(month, "cloud_contract")
        money = run.moved(month, "cloud_contract")
        assert sum(money.values()) == pytest.approx(run.booked(month, ("rent",), "startups", "clouds"), rel=1e-9)
        labs = run.panel[month_label(month), "startups"]
        clouds = run.names["clouds"]
        to_date = {pair: to_date.get(pair, 0.0) for pair in ((a, b) for a, b, _ in edges)}
        third = defaultdict(float)
        for (lab, _, _), edge in edges.items():
            third[lab] += edge["compute_h100e"] if edge["role"] == "further" else 0.0
        for (lab, host, _), edge in edges.items():
            row = labs[lab]
            to_date[lab, host] += edge["month_musd"]
            assert edge["value_musd"] == pytest.approx(to_date[lab, host], rel=1e-9)
            if edge["role"] == "further":  # the panel has two hosts
                continue
            second = clouds[int(row["second"])] == host if row["second"] != NONE else False
            assert clouds[int(row["second" if second else "host"])] == host
            assert edge["role"] == ("second" if second else "first")
            if failures[month] > 0.0:  # a second host became the first after rent was paid to it as the second
                continue
            at = row["used_second"] if second else row["used"] - row["own_used"] - row["used_second"] - third[lab]
            assert edge["compute_h100e"] == pytest.approx(at, rel=1e-9, abs=1e-9)
            assert edge["share"] == pytest.approx(at / row["used"] if row["used"] > 0 else 0.0, rel=1e-9, abs=1e-12)
            if not second:
                assert edge["term_months"] == row["term"]
        paid = defaultdict(float)
        for (lab, _), amount in money.items():
            paid[lab] += amount
        for lab, row in labs.items():
            assert paid[lab] == pytest.approx(row["rent_paid"], rel=1e-9, abs=1e-9), lab


def test_shares_and_money_of_stakes_are_those_of_panel_and_ledger(run: Run) -> None:
    before = {key: edge["value_musd"] for key, edge in run.edges(-1, "equity").items()}
    for month in range(MONTHS):
        money = run.moved(month, "equity")
        funds = set(run.names["investors"])
        for sector, mine in (("investors", True), ("clouds", False)):
            over = sum(amount for (holder, _), amount in money.items() if (holder in funds) == mine)
            assert over == pytest.approx(run.booked(month, ("equity",), sector, "startups"), rel=1e-9, abs=1e-9)
        labs, owned, edges = run.panel[month_label(month), "startups"], defaultdict(float), run.edges(month, "equity")
        for key, edge in edges.items():
            holder, lab, _ = key
            assert edge["value_musd"] == pytest.approx(before.get(key, 0.0) + edge["month_musd"], rel=1e-9)
            owned[lab] += edge["share"]
            row = labs[lab]
            if holder in funds:
                assert edge["share"] > 0.0
                assert edge["pledged_musd"] == 0.0
                continue
            held = sum(
                row[share] for owner, share in STAKES
                if row[owner] >= 0 and run.names["clouds"][int(row[owner])] == holder
            )  # fmt: skip
            assert edge["share"] == pytest.approx(held, rel=1e-9)
            owes = row["vendor"] != NONE and run.names["clouds"][int(row["vendor"])] == holder
            assert edge["pledged_musd"] == pytest.approx(row["pledged"] if owes else 0.0)
        before = {key: edge["value_musd"] for key, edge in edges.items()}
        assert max(owned.values()) <= 1.0 + 1e-9
        paid = defaultdict(float)
        for (holder, lab, _), edge in edges.items():
            paid[lab] += edge["value_musd"] if holder in funds else 0.0
        for lab, row in labs.items():
            assert paid[lab] == pytest.approx(row["paid_funds"], rel=1e-9, abs=1e-9), lab


def test_chips_are_those_of_panel_and_ledger(run: Run) -> None:
    year: list[dict[tuple[str, str], float]] = []
    sales: list[dict[str, float]] = []
    for month in range(MONTHS):
        money = run.moved(month, "chip_supply")
        booked = run.booked(month, ("chips", "chips_drawn"), "clouds", "chipmakers")
        assert sum(money.values()) == pytest.approx(booked, rel=1e-9)
        edges = run.edges(month, "chip_supply")
        year, sales = [*year, money][-12:], [*sales, _sales(run, month)][-12:]
        for (maker, buyer, _), edge in edges.items():
            got = sum(m.get((maker, buyer), 0.0) for m in year)
            all_got = sum(v for m in year for (_, b), v in m.items() if b == buyer)
            assert edge["share"] == pytest.approx(got / all_got if all_got else 0.0, rel=1e-6, abs=1e-9)
            sold = sum(s[maker] for s in sales)
            assert edge["seller_share"] == pytest.approx(got / sold if sold else 0.0, rel=1e-6, abs=1e-9)


def _sales(run: Run, month: int) -> dict[str, float]:
    whole = run.model.partnerships.flows.by_month[month]["chip_sales"][0]
    booked = sum(run.booked(month, ("chips", "chips_drawn"), payer, "chipmakers") for payer in ("clouds", "startups"))
    assert whole.sum() == pytest.approx(booked, rel=1e-9)
    return dict(zip(run.names["chipmakers"], whole, strict=True))


def test_the_leader_supplies_most_of_the_largest_buyers(run: Run) -> None:
    for month in (11, 23, 35, 47):
        edges = run.edges(month, "chip_supply")
        for buyer in ("Microsoft Azure", "Meta"):
            assert edges["Nvidia", buyer, "chip_supply"]["share"] > 0.5
        heaviest = max(edges.items(), key=lambda item: item[1]["month_musd"])
        assert heaviest[0][0] == "Nvidia"


def test_lineage_and_cases_have_the_weights_that_they_say(run: Run) -> None:
    for month in range(MONTHS):
        parts, labs = defaultdict(float), run.panel[month_label(month), "startups"]
        lineage = run.edges(month, "open_weights")
        whole = defaultdict(float)
        for builder, developer, _ in lineage:
            whole[developer] += labs[builder]["revenue"]
        for (builder, developer, _), edge in lineage.items():
            mine = labs[builder]["revenue"]
            assert edge["share"] == pytest.approx(mine / whole[developer] if whole[developer] else 0.0, rel=1e-9)
            parts[developer] += edge["share"]
        assert all(part == pytest.approx(1.0) for part in parts.values() if part > 0.0)
        clouds = run.panel[month_label(month), "clouds"]
        for kind in ("inquiry", "remedy"):
            for (_, cloud, _), edge in run.edges(month, kind).items():
                revenue = {name: row["cloud_revenue"] + row["ai_revenue"] for name, row in clouds.items()}
                side = [n for n, row in clouds.items() if (row["region"] == CN) == (clouds[cloud]["region"] == CN)]
                assert edge["share"] == pytest.approx(revenue[cloud] / sum(revenue[n] for n in side), rel=1e-9)
                assert edge["month_musd"] == edge["value_musd"] == 0.0


def test_a_graph_of_the_past_is_the_one_that_was_drawn_then() -> None:
    late = ComputeEconomy(rng=6, months=30, **LIVELY).run()  # type: ignore[arg-type]
    for month in (0, 1, 13, 30):
        then = ComputeEconomy(rng=6, months=max(month, 1), **LIVELY).run(month)  # type: ignore[arg-type]
        assert nx.utils.graphs_equal(late.partnerships.graph(month=month), then.partnerships.graph())


def test_a_world_of_a_stack_has_the_ties_that_it_has_alone() -> None:
    stack = ComputeEconomy.stack([{"rng": s, **LIVELY} for s in (2, 6, 3)], months=20, keep_ties=True).run()
    alone = ComputeEconomy(rng=6, months=20, **LIVELY).run()  # type: ignore[arg-type]
    assert nx.utils.graphs_equal(stack.partnerships.graph(1), alone.partnerships.graph())
    mine = stack.partnerships.to_frame().query("world == 1").assign(world=0).reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, alone.partnerships.to_frame())


def test_of_many_startups_rents_are_those_of_december(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = ComputeEconomy(rng=6, months=29, **LIVELY).run()  # type: ignore[arg-type]
    monkeypatch.setattr("kingmaker.environment.ties.tie_flows.SMALL", 10)
    monkeypatch.setattr("kingmaker.environment.model.SMALL", 10)
    many = ComputeEconomy(rng=6, months=29, **LIVELY).run()  # type: ignore[arg-type]
    for month in (12, 24, 29):
        fine, coarse = (
            {(a, b, k): d for a, b, k, d in m.partnerships.graph(month=month).edges(keys=True, data=True)}
            for m in (exact, many)
        )
        assert set(fine) == set(coarse)
        for key, edge in coarse.items():
            assert [edge[n] for n in NUMBERS] == pytest.approx([fine[key][n] for n in NUMBERS], rel=1e-5, abs=1e-6)
    kept = [month for month, arrays in many.partnerships.flows.by_month.items() if "rent 0" in arrays]
    assert kept == [11, 23, 28]
    for _, _, edge in many.partnerships.graph(month=18).edges(data=True):
        assert set(edge) == set(ATTRIBUTES)
        assert np.isfinite([edge[name] for name in NUMBERS]).all()
