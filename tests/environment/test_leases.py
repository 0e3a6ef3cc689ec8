"""Leases between clouds in a run: signed, built, delivered, paid, renegotiated, ended; and the books of all of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from kingmaker.agents.cloud import CONSORTIUM, NEW, Cloud
from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.lease import RUNS, LeaseRow
from kingmaker.agents.types import NONE
from kingmaker.environment.compute import term_leases
from kingmaker.environment.core.lookups import by_host
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.ties import leases
from kingmaker.environment.ties.leases import LeaseTerms

HOURLY = 730.5e-6  # M$ a month of a dollar an hour
SMALL: dict[str, Any] = {"startups.number": 60}
MICROSOFT, GOOGLE, COREWEAVE, APPLIED = 0, 2, 5, 6


def rows(model: ComputeEconomy) -> Iterator[dict[str, Any]]:
    """Each row of all clouds' tables: field -> (worlds, clouds), copied."""
    table = model.populations["clouds"].table
    for k in range(table.ranks["leases"]):
        yield {name: np.array(table.data[f.column(k)]) for name, f in LeaseRow.fields.items()}


def clouds(model: ComputeEconomy, column: str) -> Any:
    return model.populations["clouds"].table.data[column]


def backlog(model: ComputeEconomy) -> Any:
    """What is still to be taken or paid for, by lessor, from the contracts, M$."""
    found = np.zeros_like(clouds(model, "cash"))
    for row in rows(model):
        value = row["reserved"] * row["term"] * row["due"] * row["price"] * HOURLY
        found += by_host(value, row["lessor"], found.shape[1])
    return found


def sign(model: ComputeEconomy, lessee: int, lessor: int, **terms: float) -> None:
    """Sign by hand, paid ahead in the books as well."""
    e = model.economy
    where = np.zeros_like(e.clouds.table.alive)
    where[:, lessee] = True
    to = np.full(where.shape, lessor, dtype=np.int32)
    ahead = np.where(where, terms.get("ahead", 0.0), 0.0)
    e.ledger.pay("prepayment", "clouds", ahead, "clouds", by_host(ahead, to, e.clouds.slots))
    given = {"reserved": 1000.0, "price": 2.0, "due": 1.0, "term": 36.0, **terms}
    assert leases.sign(e, where, to, LeaseTerms(**given))[:, lessee].all()


@cache
def lively() -> ComputeEconomy:
    return ComputeEconomy(rng=3, months=60, register=False, **SMALL).run()


def test_the_backlog_reconciles_with_the_contracts_in_every_month() -> None:
    """What was owed, and what is signed, less what has been delivered, is what is owed now; so says the measure."""
    # no term is over within the run
    long = {"compute.lease_shortest": 60.0, "compute.lease_longest": 72.0}
    model = ComputeEconomy(rng=3, months=48, register=False, **SMALL, **long)
    signed = delivered = 0.0
    while model.running:
        before, month = backlog(model).sum(), model.month
        model.step()
        added = sum(
            np.where(row["since"] == month, row["reserved"] * row["length"] * row["price"] * row["due"], 0.0).sum()
            for row in rows(model)
        )
        due = model.ledger.months[-1].get(("lease", "clouds", "clouds"), np.zeros(1))[0]
        now = backlog(model)
        assert now == pytest.approx(clouds(model, "backlog"), rel=1e-9, abs=1e-6)
        assert model.measures.array("backlog_musd")[-1, 0] == pytest.approx(now.sum(), rel=1e-9, abs=1e-6)
        assert now.sum() == pytest.approx(before + added * HOURLY - due, rel=1e-9, abs=1e-6), month
        signed, delivered = signed + added * HOURLY, delivered + due
    assert signed > delivered > 0.0


def test_what_is_paid_is_due_on_what_is_delivered_and_the_term_runs_with_it() -> None:
    model = ComputeEconomy(rng=3, months=40, register=False, **SMALL)
    while model.running:
        before = list(rows(model))
        model.step()
        after = list(rows(model))
        got = np.zeros_like(clouds(model, "cash"))
        for old, new in zip(before, after, strict=True):
            same = (old["lessor"] == new["lessor"]) & (old["since"] == new["since"]) & (old["lessor"] != NONE)
            ran = np.where(same & (new["length"] == old["length"]), old["term"] - new["term"], 0.0)
            assert (ran >= -1e-12).all()
            assert (ran <= 1.0 + 1e-12).all()
            got += new["reserved"] * ran
        # rows that ended or began within the month are not in the sum
        assert (got <= clouds(model, "leased_in") * (1.0 + 1e-9) + 1e-6).all()
        assert clouds(model, "leased_in").sum() == pytest.approx(clouds(model, "committed").sum(), rel=1e-9)
        assert (clouds(model, "committed") <= clouds(model, "capacity") * (1.0 + 1e-12)).all()


def test_prepayments_are_deferred_revenue_that_is_drawn_down() -> None:
    model = lively()
    flows = model.ledger.to_frame()
    paid = flows[(flows.kind == "prepayment") & (flows.payer == "clouds")].musd.sum()
    held = sum(float(row["ahead"].sum()) for row in rows(model))
    assert clouds(model, "prepaid").sum() == pytest.approx(held)
    assert 0.0 < held < paid
    ledger = flows[flows.kind == "lease"]
    assert set(ledger.payer) == set(ledger.payee) == {"clouds"}


def test_new_clouds_without_leases_borrow_nothing_and_stay_small() -> None:
    none = {"contracts.most_reserved": 0.0}  # of labs
    worlds = [{"rng": 3, **SMALL, **none, "compute.lease_purse": purse} for purse in (0.0, 0.05)]
    model = ComputeEconomy.stack(worlds, months=48).run()
    new = np.isin(clouds(model, "type"), (NEW, CONSORTIUM))
    debt = np.where(new, clouds(model, "debt"), 0.0).sum(axis=1)
    size = np.where(new, clouds(model, "capacity"), 0.0)[:, [COREWEAVE, APPLIED]].sum(axis=1)
    assert debt[0] < 20.0 < 0.01 * debt[1]  # of the 20 M$ of January 2022 some is left
    assert 10.0 * size[0] < size[1]
    assert not model.measures.array("leased_h100e")[:, 0].any()


def test_delivery_is_first_come_and_shared_as_far_as_there_is_capacity() -> None:
    model = ComputeEconomy(rng=1, months=3, register=False, **SMALL, **{"compute.lease_purse": 0.0})
    sign(model, MICROSOFT, COREWEAVE, reserved=300.0)
    sign(model, GOOGLE, COREWEAVE, reserved=900.0)
    sign(model, GOOGLE, APPLIED, reserved=500.0, delivery=3.0)
    model.step()
    capacity = clouds(model, "capacity")[0, COREWEAVE]
    assert clouds(model, "committed")[0, COREWEAVE] == pytest.approx(min(capacity, 1200.0))
    got = clouds(model, "leased_in")[0]
    assert got[GOOGLE] == pytest.approx(3.0 * got[MICROSOFT])
    assert clouds(model, "committed")[0, APPLIED] == 0.0 == clouds(model, "prepaid")[0, GOOGLE]
    first, second, *_ = rows(model)
    assert first["delivery"][0, MICROSOFT] == RUNS
    assert second["delivery"][0, GOOGLE] == 2.0
    assert first["term"][0, MICROSOFT] == pytest.approx(36.0 - min(capacity, 1200.0) / 1200.0)


def in_arrears(purse: float, months: int) -> tuple[ComputeEconomy, list[float], list[float]]:
    """A giant that may spend so little of its cash on a lease: what it has reserved, and its arrears, by month."""
    pins = {"compute.lease_purse": 0.0, "compute.wholesale_purse": purse, "compute.wholesale": 0.0}
    model = ComputeEconomy(rng=1, months=months, **SMALL, **pins)
    sign(model, MICROSOFT, COREWEAVE, reserved=100.0, ahead=50.0, price=30.0)
    reserved, arrears = [], []
    while model.running:
        model.step()
        reserved.append(float(next(rows(model))["reserved"][0, MICROSOFT]))
        arrears.append(float(clouds(model, "lease_arrears")[0, MICROSOFT]))
    return model, reserved, arrears


def test_who_pays_a_part_of_what_is_due_agrees_on_less_for_less_after_three_months() -> None:
    model, reserved, arrears = in_arrears(2e-6, 6)
    row = next(rows(model))
    assert arrears[:2] == [1.0, 2.0]
    assert arrears[3] == 0.0
    assert reserved[1] == 100.0 > reserved[2] > 0.0
    assert 0.0 < row["price"][0, MICROSOFT] < 30.0
    events = model.events_frame()
    assert "cannot pay for the capacity that it leases, and renegotiates" in set(events.text)


def test_who_pays_nothing_is_cut_off_and_the_lessor_loses_what_was_due() -> None:
    model, reserved, arrears = in_arrears(0.0, 8)
    assert arrears[:6] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert reserved[4] == 100.0
    assert reserved[5] == 0.0
    assert clouds(model, "backlog")[0, COREWEAVE] == 0.0 == clouds(model, "prepaid")[0, MICROSOFT]
    flows = model.ledger.to_frame()
    lapsed = flows[(flows.kind == "lapsed") & (flows.payer == "clouds")].musd.sum()
    drawn = flows[flows.kind == "lease"].musd.sum()
    assert lapsed + drawn == pytest.approx(50.0)
    assert drawn > 0.0
    events = model.events_frame()
    assert "is cut off from the capacity that it leases, as it does not pay" in set(events.text)
    ties = model.partnerships.to_frame()
    assert list(ties[ties.kind == "cloud_lease"].action) == ["start", "end"]


@pytest.mark.parametrize("gone", [MICROSOFT, COREWEAVE])
def test_leases_of_who_fails_end_and_what_was_paid_ahead_is_lost(gone: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = ComputeEconomy(rng=1, months=4, **SMALL, **{"compute.lease_purse": 0.0})
    sign(model, MICROSOFT, COREWEAVE, ahead=40.0, delivery=9.0)
    sign(model, GOOGLE, APPLIED, ahead=10.0, delivery=9.0)
    model.step()
    failing = np.arange(model.populations["clouds"].slots) == gone
    monkeypatch.setattr(Cloud, "defaults", lambda cloud, p: cloud.alive & failing)
    model.step()
    first = next(rows(model))
    assert first["lessor"][0, MICROSOFT] == NONE
    assert first["lessor"][0, GOOGLE] == APPLIED
    flows = model.ledger.to_frame()
    lapsed = flows[(flows.kind == "lapsed") & (flows.payer == "clouds")].musd.sum()
    drawn = flows[flows.kind == "lease"].musd.sum()
    assert clouds(model, "prepaid").sum() + lapsed + drawn == pytest.approx(50.0)
    assert lapsed > 30.0
    assert clouds(model, "prepaid")[0, GOOGLE] > 5.0


def test_leases_stand_in_graph_log_and_panel() -> None:
    model = ComputeEconomy(rng=3, months=36, panel=True, **SMALL).run()
    edges = [(a, b, d) for a, b, d in model.partnerships.graph().edges(data=True) if d["kind"] == "cloud_lease"]
    assert edges
    total = sum(d["compute_h100e"] for _, _, d in edges)
    assert total == pytest.approx(model.measures.array("leased_h100e")[-1, 0])
    flow = model.ledger.months[-1][("lease", "clouds", "clouds")][0]
    assert sum(d["month_musd"] for _, _, d in edges) == pytest.approx(flow)
    assert all(d["value_musd"] >= d["month_musd"] >= 0.0 and 0.0 <= d["share"] <= 1.0 for _, _, d in edges)
    panel = model.panel_frame()
    assert {"leased_in", "committed", "backlog", "leases_lessor_0"} <= set(panel.columns)
    assert (model.events_frame().text == "leases capacity for years from CoreWeave").any()


def test_a_field_of_a_lease_is_set_by_the_verbs_alone() -> None:
    model = ComputeEconomy(rng=1, months=2, **SMALL)
    firm = next(a for a in model.populations["clouds"].agents.values() if a.name == "CoreWeave")
    with pytest.raises(KingmakerError, match="'leases_reserved_0' is a field of a row of leases"):
        firm.leases_reserved_0 = 5.0


def test_who_has_no_empty_row_signs_nothing() -> None:
    model = ComputeEconomy(rng=1, months=2, register=False, **SMALL, **{"ties.most_leases": 1})
    sign(model, MICROSOFT, COREWEAVE)
    e = model.economy
    where = np.zeros_like(e.clouds.table.alive)
    where[:, [MICROSOFT, GOOGLE]] = True
    signed = leases.sign(e, where, np.full(where.shape, APPLIED, dtype=np.int32), LeaseTerms(reserved=1.0, term=12.0))
    assert signed[0].tolist() == [slot == GOOGLE for slot in range(where.shape[1])]
    assert not leases.has_room(e)[0, [MICROSOFT, GOOGLE]].any()


def test_a_lease_that_is_over_goes_on_for_who_is_short_and_ends_for_who_is_not() -> None:
    model = ComputeEconomy(rng=1, months=4, register=False, **SMALL, **{"compute.lease_purse": 0.0})
    for _ in range(2):
        model.step()
    unmet = np.zeros_like(clouds(model, "cash"))
    unmet[:, MICROSOFT] = 1e9
    sign(model, MICROSOFT, COREWEAVE, reserved=10.0, term=0.0, price=50.0)
    sign(model, GOOGLE, COREWEAVE, reserved=10.0, term=0.0)
    e = model.economy
    e.now.chips.unmet = unmet
    term_leases.close_leases(e, e.clouds.view())
    row = next(rows(model))
    assert row["lessor"][0, MICROSOFT] == COREWEAVE
    assert row["lessor"][0, GOOGLE] == NONE
    assert row["term"][0, MICROSOFT] == row["length"][0, MICROSOFT] == 24.0
    assert row["price"][0, MICROSOFT] == pytest.approx(clouds(model, "rent")[0, COREWEAVE])


@pytest.mark.parametrize(("price", "goes_on"), [(1.0, True), (50.0, False)])
def test_a_lease_that_is_over_in_a_glut_goes_on_only_at_what_compute_costs_by_the_month(
    price: float, goes_on: bool
) -> None:
    model = ComputeEconomy(rng=1, months=4, register=False, **SMALL, **{"compute.lease_purse": 0.0}).run(2)
    sign(model, MICROSOFT, COREWEAVE, reserved=10.0, term=0.0, price=price)
    e = model.economy
    e.now.chips.unmet = np.full_like(clouds(model, "cash"), 1e9)
    view = e.clouds.view()
    view.scarcity, view.spot, view.rent = (np.full_like(view.spot, value) for value in (-0.1, 2.0, 60.0))
    term_leases.close_leases(e, e.clouds.view())
    assert (next(rows(model))["lessor"][0, MICROSOFT] == COREWEAVE) == goes_on


def test_a_lease_is_not_prolonged_for_plans_that_what_is_ordered_meets() -> None:
    model = ComputeEconomy(rng=1, months=4, register=False, **SMALL, **{"compute.lease_purse": 0.0}).run(2)
    sign(model, MICROSOFT, COREWEAVE, reserved=10.0, term=0.0, price=0.01)
    e = model.economy
    e.now.chips.unmet = np.full_like(clouds(model, "cash"), 100.0)
    e.chips.outstanding[:, 0, MICROSOFT] = 1e6
    term_leases.close_leases(e, e.clouds.view())
    assert next(rows(model))["lessor"][0, MICROSOFT] == NONE


def test_a_lessor_that_is_short_allots_what_it_has_among_clouds_and_labs() -> None:
    model = ComputeEconomy(rng=1, months=4, register=False, **SMALL, **{"compute.lease_purse": 0.0}).run(2)
    has = float(clouds(model, "capacity")[0, COREWEAVE])
    sign(model, MICROSOFT, COREWEAVE, reserved=has, delivery=0.0)
    e = model.economy
    view = e.clouds.view()
    labs = view.signed_labs.copy()
    labs[0, COREWEAVE] = 3.0 * has
    view.signed_labs, view.labs_coming = labs, np.zeros_like(labs)
    term_leases.run_leases(e)
    assert clouds(model, "leased_in")[0, MICROSOFT] == pytest.approx(0.25 * has)
    assert view.unleased[0, COREWEAVE] == pytest.approx(0.75 * has)


def test_a_cloud_without_a_list_never_asks_less_than_its_cost_over_the_usual_term() -> None:
    model = ComputeEconomy(rng=1, months=30, register=False, **SMALL).run()
    e, view = model.economy, model.economy.clouds.view()
    p = e.p
    months = float((p.compute.shortest_term + 0.5 * (p.compute.term_spread - 1.0))[0, 0])
    rate = float(((1.0 - p.contracts.prepaid) * p.clouds.contract_interest)[0, 0]) / 12.0
    value, price = e.now.chips.line_value[0, 0, 0], e.now.chips.line_price[0, 0, 0]
    capital = price / value * (1.0 + float(p.chips.building[0, 0]))  # M$ per H100e
    worth = float(p.sites.used_value[0, 0]) * (1.0 - months / float(p.chips.asset_life[0, 0]))
    # by present values: what it earns, and what it is worth at the end, pays for it
    discount = (1.0 + rate) ** -np.arange(1, int(months) + 1)
    power = float((p.energy.mwh_per_hour * e.now.building.power_price)[0, COREWEAVE])
    running = float(p.compute.running_cost[0, 0]) + power
    hourly = capital * (1.0 - worth * discount[-1]) / discount.sum() / HOURLY + running
    assert view.lives_by_renting[0, COREWEAVE]
    assert view.rent[0, COREWEAVE] == pytest.approx(hourly, rel=0.02)  # in 2024 the price by the month is no higher
