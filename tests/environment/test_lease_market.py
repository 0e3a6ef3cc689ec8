"""Prices of leases between clouds and who takes whose, as pure functions; and what each side decides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.cloud import CONSORTIUM, HYPERSCALER, NEW, SELF_BUILDER, Cloud
from kingmaker.agents.types import NONE
from kingmaker.environment.compute import lease_market as market
from tests.helpers import firms, parameters

P = parameters()
money = st.floats(1e-4, 1.0)
amount = st.floats(0.0, 1e7)


def at(value: float) -> Any:
    return np.full((1, 1), value)


def cloud(**columns: object) -> Any:
    return firms(Cloud, 1, **columns)


def one(decision: Any) -> float:
    return float(decision[0, 0])


@given(capital=money, interest=st.floats(0.0, 0.3), term=st.integers(1, 120), residual=st.floats(0.0, 1.0))
def test_the_charge_pays_back_capital_with_interest(
    capital: float, interest: float, term: int, residual: float
) -> None:
    charge = one(market.capital_charge(at(capital), at(interest), at(float(term)), at(residual)))
    left = capital
    for _ in range(term):
        left = left * (1.0 + interest / 12.0) - charge
    assert left == pytest.approx(residual * capital, rel=1e-6, abs=1e-7)


@given(charge=money, running=st.floats(0.05, 2.0), spot=st.floats(0.0, 20.0), margin=st.floats(0.0, 3.0),
       weight=st.floats(0.0, 1.0))  # fmt: skip
def test_nobody_leases_below_the_cost_of_new_capacity(
    charge: float, running: float, spot: float, margin: float, weight: float
) -> None:
    def price(spot: float, margin: float) -> float:
        return one(market.term_price(at(charge), at(running), at(spot), at(margin), at(weight)))

    cost = charge / (730.5 * 1e-6) + running
    assert price(spot, margin) >= cost * (1.0 - 1e-12)
    assert price(spot + 1.0, margin) >= price(spot, margin) <= price(spot, margin + 0.1)
    assert price(0.0, 0.0) == pytest.approx(cost)


@given(st.data())
def test_a_lessor_lets_what_it_has_room_for_and_no_more(data: st.DataObject) -> None:
    n = 4
    asked = np.array([data.draw(st.lists(amount, min_size=n, max_size=n))])
    room = np.array([data.draw(st.lists(amount, min_size=n, max_size=n))])
    lessor = np.array([data.draw(st.lists(st.integers(NONE, n - 1), min_size=n, max_size=n))], dtype=np.int32)
    got = market.within_room(asked, lessor, room)
    assert (got <= asked * (1.0 + 1e-12)).all()
    assert not got[lessor == NONE].any()
    for seller in range(n):
        mine = lessor == seller
        assert got[mine].sum() == pytest.approx(min(asked[mine].sum(), room[0, seller]))


def test_who_does_not_deal_is_never_chosen_and_the_liked_more_often() -> None:
    taste = np.full((1, 2, 3), -np.inf)
    taste[0, 0] = [0.0, 2.0, -np.inf]
    luck = np.random.default_rng(1).uniform(size=(4000, 2, 3))
    chosen = market.choose_lessor(np.broadcast_to(taste, luck.shape), luck)
    assert (chosen[:, 1] == NONE).all()
    share = np.bincount(chosen[:, 0], minlength=3) / len(luck)
    assert share == pytest.approx([1.0 / (1.0 + np.e**2), np.e**2 / (1.0 + np.e**2), 0.0], abs=0.02)


# --- what each side decides ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "deals"),
    [({"type": NEW}, True), ({"type": CONSORTIUM}, True), ({"type": HYPERSCALER}, True),
     ({"type": HYPERSCALER, "develops": True}, False), ({"type": NEW, "wholesale": False}, False)],
)  # fmt: skip
def test_who_lets_for_years(columns: dict[str, Any], deals: bool) -> None:
    room = one(cloud(capacity=1e4, **{"rents_out": True, "wholesale": True, **columns}).offers_leases(P))
    assert (room > 0.0) == deals


@given(capacity=amount, signed=amount, part=st.floats(0.0, 1.0))
def test_a_lessor_builds_a_multiple_of_what_it_runs_at_a_time(capacity: float, signed: float, part: float) -> None:
    seller = cloud(type=NEW, rents_out=True, wholesale=True, capacity=capacity, signed=signed, committed=part * signed)
    reach, smallest = (float(x[0, 0]) for x in (P.clouds.seller_reach, P.compute.lease_smallest))
    room = one(seller.offers_leases(P))
    assert room == pytest.approx(max(reach * max(capacity, smallest) - (1.0 - part) * signed, 0.0), abs=1e-6)


@given(wanted=amount, inside=amount, lacking=amount, outside=st.floats(0.0, 1e4))
def test_a_lessee_is_large_and_takes_what_waits_and_will_wait(
    wanted: float, inside: float, lacking: float, outside: float
) -> None:
    giant = cloud(type=SELF_BUILDER, outside_cash=outside, wanted_inside=wanted, inside=inside)
    large = outside >= float(P.clouds.self_financing[0, 0])
    expected = min(max(wanted - inside, 0.0), lacking) if large else 0.0
    assert one(giant.seeks_leases(P, at(lacking))) == pytest.approx(expected)
    seller = cloud(type=HYPERSCALER, rents_out=True, wholesale=True, outside_cash=1e5, wanted_inside=1e5)
    assert one(seller.seeks_leases(P, at(lacking))) == 0.0
    many = cloud(aggregate=True, outside_cash=1e5, wanted_inside=1e5)  # buyers of all sizes do not sign as one
    assert one(many.seeks_leases(P, at(lacking))) == 0.0


@given(outside=st.floats(0.0, 1e5), bill=amount, cash=amount, hourly=st.floats(1e-4, 1e-2), term=st.floats(12.0, 60.0))
def test_a_lessee_signs_what_its_cash_flow_bears(
    outside: float, bill: float, cash: float, hourly: float, term: float
) -> None:
    giant = cloud(outside_cash=outside, lease_bill=bill, cash=cash)
    taken = one(giant.affords_leases(P, at(hourly), at(term)))
    purse, ahead = (float(x[0, 0]) for x in (P.compute.lease_purse, P.compute.lease_prepaid * P.compute.lease_due))
    assert taken * hourly <= max(purse * outside - bill, 0.0) * (1.0 + 1e-9)
    assert taken * hourly * term * ahead <= float(P.compute.wholesale_purse[0, 0]) * cash * (1.0 + 1e-9)


def test_a_glut_in_which_the_month_is_cheaper_ends_signatures() -> None:
    giant = cloud(rent=2.0)
    short, glut = np.array([[False]]), np.array([[True]])
    assert giant.accepts_price(at(1.9), at(1.0), short).all()
    assert giant.accepts_price(at(2.5), at(3.0), short).all()
    assert not giant.accepts_price(at(2.5), at(1.0), short).any()
    assert not giant.accepts_price(at(1.9), at(1.0), glut).any()
    assert giant.accepts_price(at(0.9), at(1.0), glut).all()


def test_a_renter_builds_for_what_is_signed_and_for_a_chance_alone() -> None:
    columns = {"type": NEW, "rents_out": True, "capacity": 100.0, "utilisation": 1.0, "demand_outside": 5000.0}
    horizon = at(6.0)
    idle = one(cloud(**columns).desired_capacity(P, horizon))
    assert idle <= 100.0 * 1.6  # what it has, at target utilisation and the growth that all see
    assert one(cloud(**columns, signed=7000.0).desired_capacity(P, horizon)) == pytest.approx(7000.0)
    assert one(cloud(**columns, chance=10.0).desired_capacity(P, horizon)) > 5000.0
    assert one(cloud(**columns, signed_labs=800.0).desired_capacity(P, horizon)) == pytest.approx(800.0)
    host = cloud(**{**columns, "type": HYPERSCALER})
    assert one(host.desired_capacity(P, horizon)) > 5000.0


def test_what_is_leased_need_not_be_built() -> None:
    giant = {"type": SELF_BUILDER, "workloads": 1000.0, "capacity": 1000.0, "utilisation": 1.0}
    alone, leasing = (one(cloud(**giant, leased=x).desired_capacity(P, at(6.0))) for x in (0.0, 300.0))
    assert alone - leasing == pytest.approx(300.0)


def test_lenders_advance_more_on_those_with_a_business_of_their_own() -> None:
    strong, weak = (one(cloud(outside_cash=x).advance_rate(P)) for x in (1e4, 0.0))
    assert weak == float(P.clouds.advance_weak[0, 0]) < strong == float(P.clouds.advance_strong[0, 0])
