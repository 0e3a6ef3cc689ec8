"""Commitments: what is reserved, delivered, due, paid ahead, let and lost; who is served first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.cloud import HYPERSCALER, NEW, Cloud
from kingmaker.agents.contract import FIRST_REFUSAL, FIXED, LIST, TALKS
from kingmaker.agents.types import NONE
from kingmaker.environment.compute.commitments import _part_reserved, contract_price, settle_arrears
from kingmaker.environment.compute.outlook import Outlook, most_for_one, promised
from kingmaker.environment.core.lookups import Hosted, at_host
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.ties import contracts, reservations
from tests.agents.test_partnership import P, at, lab
from tests.helpers import firms

EAGER = {"startups.number": 60, "contracts.scarcity_weight": 40.0}
LAB = 0


def mask(model: ComputeEconomy) -> np.ndarray:
    where = np.zeros(model.populations["startups"].table.alive.shape, dtype=np.bool_)
    where[:, LAB] = True
    return where


def sign(model: ComputeEconomy, amount: float = 100.0, delivery: float = 0.0, ahead: float = 0.0, **given: Any) -> Any:
    """One lab reserves ``amount`` at its first host at 2 $ an hour; its row."""
    e, where = model.economy, mask(model)
    row = e.startups.view().contracts[0]
    full = np.ones(where.shape)
    terms = {"price": 2.0 * full, "index": 8.0 * full, "tied_to": np.full(where.shape, FIXED, dtype=np.int8)} | given
    reservations.reserve(
        e,
        where,
        row,
        amount * full,
        due=0.9 * full,
        ahead=ahead * full,
        at_once=(0.0 if delivery else 1.0) * full,
        delivery=delivery * full,
        **terms,
    )
    return row


@pytest.fixture
def idle() -> ComputeEconomy:
    """A model some months old in which nobody reserves anything by itself."""
    return ComputeEconomy(rng=1, months=60, **EAGER, **{"contracts.most_reserved": 0.0}).run(3)


# --- decisions ----------------------------------------------------------------------------------------


@given(served=st.floats(0.0, 1.0), quote=st.floats(0.01, 50.0), price=st.floats(0.01, 50.0), due=st.floats(0.0, 1.0))
def test_what_is_reserved_is_a_share_that_grows_with_scarcity_and_falls_with_what_is_due(
    served: float, quote: float, price: float, due: float
) -> None:
    def part(served: float = served, quote: float = quote, due: float = due) -> float:
        firm = lab(used=1e6)
        return float(firm.reserves(P, at(served, 1), at(quote, 1), at(price, 1), at(due, 1))[0, 0])

    most = float(P.contracts.most_reserved[0, 0])
    assert 0.0 <= part() <= most
    assert part(served=0.5 * served) >= part()
    assert part(quote=2.0 * quote) >= part()
    assert part(due=0.5 * due) >= part()


def test_who_signs_on_a_web_page_reserves_nothing() -> None:
    assert lab(used=1.0).reserves(P, at(0.0, 1), at(9.0, 1), at(1.0, 1), at(0.0, 1))[0, 0] == 0.0


def test_a_lab_can_bind_itself_to_what_its_money_covers() -> None:
    months = float(P.contracts.cover[0, 0])
    poor, rich = (float(lab(cash=cash).can_bind(P, at(2.0, 1), at(1.0, 1))[0, 0]) for cash in (10.0, 20.0))
    assert rich == pytest.approx(2.0 * poor)
    assert poor * 2.0 * 730.0e-6 * months == pytest.approx(10.0, rel=0.01)
    sells = lab(cash=10.0, revenue=10.0)
    assert sells.can_bind(P, at(2.0, 1), at(1.0, 1))[0, 0] > rich


# --- the path of what is reserved ---------------------------------------------------------------------


def test_what_is_reserved_comes_after_as_many_months_as_delivery_takes(idle: ComputeEconomy) -> None:
    row = sign(idle, delivery=3.0)
    assert (row.reserved[0, LAB], row.coming[0, LAB]) == (0.0, 100.0)
    there = []
    for _ in range(4):
        idle.step()
        there.append(float(idle.economy.startups.view().contracts[0].reserved[0, LAB]))
    assert there == [0.0, 0.0, 100.0, 100.0]


def test_what_is_paid_ahead_is_owed_and_drawn_down_and_never_lost(idle: ComputeEconomy) -> None:
    e = idle.economy
    before = float(e.clouds.table.data["deferred"].sum())
    sign(idle, ahead=1.0)
    assert e.clouds.table.data["deferred"].sum() == pytest.approx(before + 1.0)
    left = [1.0]
    for _ in range(6):
        idle.step()
        left.append(float(e.startups.view().contracts[0].ahead[0, LAB]))
    assert left == sorted(left, reverse=True)
    assert left[-1] < 1.0
    term = float(e.startups.view().contracts[0].term[0, LAB])
    assert left[-1] == pytest.approx(term / (term + 6.0), rel=0.1)  # evenly over the term


def test_a_price_tied_to_the_list_moves_with_it_and_a_fixed_one_does_not(idle: ComputeEconomy) -> None:
    e = idle.economy
    row = sign(idle)
    host = int(row.lessor[0, LAB])
    assert contract_price(e, row)[0, LAB] == 2.0
    tied = np.full(mask(idle).shape, LIST, dtype=np.int8)
    idle.step()
    row = sign(idle, tied_to=tied, index=np.full(mask(idle).shape, float(e.clouds.view().list_price[0, host])))
    now = float(contract_price(e, row)[0, LAB])
    e.clouds.table.data["list_price"][0, host] *= 0.5
    assert contract_price(e, row)[0, LAB] == pytest.approx(0.5 * now)


def test_a_lab_pays_what_is_due_even_if_it_uses_nothing(idle: ComputeEconomy) -> None:
    sign(idle, amount=1e4)
    e = idle.economy
    paid = []
    for _ in range(2):
        idle.step()
        paid.append(float(e.startups.view().rent_paid[0, LAB]))
    ready = float(e.startups.view().contracts[0].reserved[0, LAB])
    assert ready == 1e4
    assert min(paid) >= 0.9 * 1e4 * 2.0 * 730e-6 * 0.99


def test_two_signatures_have_the_mean_price(idle: ComputeEconomy) -> None:
    sign(idle, amount=100.0)
    row = sign(idle, amount=300.0, price=np.full(mask(idle).shape, 4.0))
    assert row.price[0, LAB] == pytest.approx(3.5)
    assert row.reserved[0, LAB] == 400.0


def test_a_contract_that_ends_leaves_nothing_behind_and_the_lessor_keeps_what_was_paid(idle: ComputeEconomy) -> None:
    sign(idle, ahead=5.0)
    e = idle.economy
    contracts.end(e, mask(idle), 0)
    row = e.startups.view().contracts[0]
    assert (row.lessor[0, LAB], row.reserved[0, LAB], row.ahead[0, LAB]) == (NONE, 0.0, 0.0)
    assert e.startups.view().prepaid[0, LAB] == pytest.approx(0.0, abs=1e-9)
    assert e.ledger.flow("lapsed")[0] == pytest.approx(5.0)


def test_who_is_late_is_cut_off_where_others_pay_more_and_else_holds_less(idle: ComputeEconomy) -> None:
    e = idle.economy
    held = {}
    for name, spot in (("dear", 50.0), ("cheap", 0.01)):
        row = sign(idle, amount=1e6)
        reservations.run_late(row, np.where(mask(idle), 99.0, 0.0))
        e.clouds.table.data["spot"][...] = spot
        settle_arrears(e, e.startups.view(), row)
        held[name] = float(row.reserved[0, LAB])
        reservations.cut_back(e, mask(idle), row, np.zeros(mask(idle).shape), ("deal", "test"))
    assert held["dear"] == 0.0
    assert 0.0 < held["cheap"] < 1e6


# --- in a running economy -----------------------------------------------------------------------------


def test_contracts_are_served_before_the_rest_and_clouds_count_on_them() -> None:
    model = ComputeEconomy.stack([{"rng": s, **EAGER, "clouds.internal_priority": 0.9} for s in (1, 2, 3)], months=48)
    model.run()
    reserved, rest = model.measures.array("fill_reserved"), model.measures.array("fill_unreserved")
    assert (reserved.mean(axis=0) > rest.mean(axis=0)).all()
    assert rest.min() < 0.95
    clouds, labs = model.economy.clouds.view(), model.economy.startups.view()
    held = sum((row.reserved + row.coming).sum(axis=-1) for row in labs.contracts)
    assert (held <= clouds.signed_labs.sum(axis=-1) * (1.0 + 1e-9)).all()  # who failed at the end of the month is gone
    assert held == pytest.approx(clouds.signed_labs.sum(axis=-1), rel=0.1)
    assert (clouds.backlog_labs[clouds.signed_labs > 0.0] > 0.0).all()


def test_idle_reservations_are_let_and_their_rent_goes_to_the_lab() -> None:
    model = ComputeEconomy.stack([{"rng": s, **EAGER, "contracts.due": 0.0} for s in (1, 2)], months=60).run()
    assert model.measures.array("sublet_h100e").max() > 0.0


def test_a_run_without_reservations_has_none() -> None:
    model = ComputeEconomy(rng=1, months=24, **EAGER, **{"contracts.most_reserved": 0.0}).run()
    for name in ("reserved_part", "backlog_labs_musd", "sublet_h100e"):
        assert (model.measures.array(name) == 0.0).all(), name
    assert (model.measures.array("fill_reserved") == 1.0).all()


def test_ties_say_what_is_reserved_and_at_which_price() -> None:
    model = ComputeEconomy(rng=1, months=24, **EAGER).run()
    edges = [d for _, _, d in model.partnerships.graph().edges(data=True) if d["kind"] == "cloud_contract"]
    some = [d for d in edges if d["reserved_h100e"] > 0.0]
    assert some
    assert all(d["price_usd"] > 0.0 for d in some)
    assert all(d["price_usd"] == 0.0 for d in edges if d["reserved_h100e"] == 0.0)


def test_talks_are_not_commitments() -> None:
    worlds = [{"rng": s, **EAGER, "startups.number": 60} for s in range(3)]
    labs = ComputeEconomy.stack(worlds, months=30).run().economy.startups.view()
    talking = [np.asarray(row.stage) == TALKS for row in labs.contracts]
    assert sum(each.sum() for each in talking) > 0
    assert sum((row.reserved > 0.0).sum() for row in labs.contracts) > 0
    for row, each in zip(labs.contracts, talking, strict=True):
        assert (row.reserved[each] == 0.0).all()


# --- what a host promises to one lab -----------------------------------------------------------------


LIMITED = {"startups.number": 60, "contracts.most_to_one": 0.3}


def test_a_host_promises_one_tenant_a_limited_part_of_what_it_will_run() -> None:
    model = ComputeEconomy(rng=1, months=12, **LIMITED).run(6)
    e = model.economy
    startups, clouds = e.startups.view(), e.clouds.view()
    host = Hosted(startups.host, e.clouds.slots)
    months = float(e.p.compute.look_ahead[0, 0])
    runs = host.at(clouds.left_to_tenants * np.exp(clouds.expansion * months))
    hosted = startups.alive & (startups.host != NONE)
    other_business = hosted & (host.at(np.where(clouds.lives_by_renting, 1.0, 0.0)) == 0.0)
    assert other_business.any()
    most = host.at(most_for_one(e, clouds))
    np.testing.assert_allclose(promised(most, 10.0 * runs)[other_business], 0.03)
    assert (promised(most, 0.2 * runs)[hosted] == 1.0).all()
    assert (promised(most, np.zeros_like(runs)) == 1.0).all()  # who wants nothing lacks nothing


@given(capacity=st.floats(0.0, 1e6), grows=st.floats(0.5, 3.0))
def test_who_lives_by_renting_commits_to_one_lab_what_it_builds_at_all(capacity: float, grows: float) -> None:
    ahead = at(grows * capacity)
    reach = float(P.clouds.seller_reach[0, 0]) * max(capacity, float(P.compute.lease_smallest[0, 0]))
    new = firms(Cloud, 1, type=NEW, capacity=capacity).commits_to_one(P, ahead)[0, 0]
    assert new == pytest.approx(max(reach, grows * capacity))
    giant = firms(Cloud, 1, type=HYPERSCALER, capacity=capacity).commits_to_one(P, ahead)[0, 0]
    assert giant == pytest.approx(float(P.contracts.most_to_one[0, 0]) * grows * capacity)


def test_no_lab_reserves_more_than_its_lessor_commits_to_one_and_no_cloud_builds_more_than_it_can() -> None:
    worlds = [{"rng": s, **EAGER, "contracts.most_to_one": 0.05, "contracts.most_reserved": 1.0} for s in range(3)]
    model = ComputeEconomy.stack(worlds, months=48)
    e, bound = model.economy, 0
    while model.running:
        before = [(row.lessor.copy(), row.reserved + row.coming) for row in e.startups.view().contracts]
        model.step()
        startups, clouds = e.startups.view(), e.clouds.view()
        reach = e.p.clouds.seller_reach * np.maximum(clouds.capacity, e.p.compute.lease_smallest)
        assert (clouds.labs_coming <= reach * (1.0 + 1e-9)).all()
        most = most_for_one(e, clouds)
        for row, (lessor, held) in zip(startups.contracts, before, strict=True):
            now = row.reserved + row.coming
            more = startups.alive & (row.lessor == lessor) & (row.lessor != NONE) & (now > held * (1.0 + 1e-9))
            limit = at_host(most, row.lessor) * startups.weight
            assert (now[more] <= limit[more] * (1.0 + 1e-9)).all()
            bound += int((now[more] > 0.9 * limit[more]).sum())
    assert bound > 10  # the limit binds


def test_a_lab_that_is_promised_less_does_not_reserve_more_at_the_same_host() -> None:
    worlds = [{"rng": s, "startups.number": 60, "contracts.most_to_one": most} for most in (1.0, 0.1) for s in range(8)]
    held = ComputeEconomy.stack(worlds, months=36).run().measures.array("reserved_part")[24:].mean(axis=0)
    assert held[8:].mean() < held[:8].mean()


def test_what_a_lab_counts_on_at_its_hosts_sums_to_its_need() -> None:
    model = ComputeEconomy.stack([{"rng": s, "startups.number": 60} for s in range(6)], months=48).run()
    e = model.economy
    startups, outlook = e.startups.view(), Outlook(e)
    held = [np.where(row.lessor != NONE, outlook.share_at(row), 0.0) for row in startups.contracts]
    whole = np.sum(held, axis=0)
    first_refusal = startups.alive & (startups.contract == FIRST_REFUSAL) & startups.multihomed
    assert first_refusal.any()
    np.testing.assert_allclose(whole[startups.alive & (startups.host != NONE)], 1.0, atol=1e-9)
    np.testing.assert_allclose(held[0][first_refusal], outlook.fill[first_refusal])


def test_what_is_let_to_other_clouds_is_not_promised_to_a_lab(idle: ComputeEconomy) -> None:
    e = idle.economy
    clouds = e.clouds.view()
    clouds.signed, clouds.committed = np.zeros_like(clouds.signed), np.zeros_like(clouds.signed)
    free = most_for_one(e, clouds)
    clouds.signed = 0.4 * clouds.capacity  # built for leases, delivered or not
    bound = most_for_one(e, clouds)
    giants = clouds.alive & ~clouds.lives_by_renting & (clouds.capacity > 0.0)
    np.testing.assert_allclose(bound[giants], 0.6 * free[giants])


def test_what_a_lab_reserves_follows_how_those_are_served_who_have_reserved_nothing(idle: ComputeEconomy) -> None:
    e = idle.economy
    startups, clouds = e.startups.view(), e.clouds.view()
    e.p.array("contracts.most_reserved")[...] = 0.9
    row, full = startups.contracts[1], np.ones(startups.alive.shape)
    contracts.sign(e, mask(idle), 1, np.where(startups.host == 0, 1, 0).astype(np.int32))
    startups.used = np.where(mask(idle), 1e6, startups.used)

    def part(**columns: float) -> float:
        for name, value in columns.items():
            setattr(clouds, name, np.full_like(clouds.shortage, value))
        return float(_part_reserved(e, row, full, full)[0, LAB])

    served = part(shortage=0.0, shortage_by_month=0.0)
    assert part(shortage=0.5, shortage_by_month=0.0) == served > 0.0
    assert part(shortage=0.0, shortage_by_month=0.5) > served


def test_a_contract_goes_on_from_month_to_month_while_its_lab_talks_to_another_host() -> None:
    model = ComputeEconomy.stack([{"rng": s, "startups.number": 200} for s in range(8)], months=48)
    data, seen = model.populations["startups"].table.data, 0
    while model.running:
        talks, term, ids = data["talks"].copy(), data["term"].copy(), model.populations["startups"].table.ids.copy()
        model.step()
        table = model.populations["startups"].table
        same = (ids == table.ids) & table.alive
        still = same & (talks != NONE) & (data["talks"] == talks) & (term <= 0.0)
        assert (data["term"][still] == 0.0).all()
        seen += int(still.sum())
    assert seen > 10


def test_the_strain_on_a_host_ends_with_its_contract(idle: ComputeEconomy) -> None:
    e, where = idle.economy, mask(idle)
    startups = e.startups.view()
    startups.strain = np.where(where, 0.5, startups.strain)
    other = np.where(startups.host == 0, 1, 0).astype(np.int32)
    contracts.sign(e, where, 0, other)
    assert startups.strain[0, LAB] == 0.0


def test_the_less_a_host_promises_to_one_the_sooner_it_lets_its_lab_go_and_a_short_boom_frees_nobody() -> None:
    limits = (("contracts.most_to_one", 1.0), ("contracts.most_to_one", 0.1), ("contracts.strain_memory", 0.005))
    worlds = [{"rng": s, "startups.number": 60, key: value} for key, value in limits for s in range(6)]
    bound = ComputeEconomy.stack(worlds, months=48).run().measures.array("leading_lab_exclusive").mean(axis=0)
    whole, little, slow = bound[:6].mean(), bound[6:12].mean(), bound[12:].mean()
    assert little < whole - 0.2
    assert slow > little


def test_nobody_is_short_in_the_first_months_of_2022() -> None:
    run = ComputeEconomy.stack([{"rng": s} for s in range(4)], months=12).run()
    assert (run.measures.array("tenant_fill_rate")[2:] > 0.9).all()
    assert run.measures.array("complaints")[2:6].max() < 100.0


def test_the_part_that_is_due_follows_what_is_signed(idle: ComputeEconomy) -> None:
    e, where = idle.economy, mask(idle)
    row, full = sign(idle), np.ones(where.shape)
    terms = {"price": 2.0 * full, "index": 8.0 * full, "ahead": 0.0 * full, "at_once": full, "delivery": 0.0 * full}
    reservations.reserve(e, where, row, 300.0 * full, tied_to=row.tied_to, due=0.5 * full, **terms)
    assert row.due[0, LAB] == pytest.approx((100.0 * 0.9 + 300.0 * 0.5) / 400.0)
    reservations.sign_again(where, row, 200.0 * full, 3.0 * full, 8.0 * full, 0.7 * full)
    assert (row.due[0, LAB], row.reserved[0, LAB], row.price[0, LAB]) == (0.7, 200.0, 3.0)
