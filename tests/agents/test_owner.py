"""An owner's returns, belief and own needs: signs, bounds, limits, and owners that have nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kingmaker.agents.cloud import Cloud
from tests.helpers import firms, parameters

P = parameters()
amount = st.floats(0.0, 1e7)
share = st.floats(0.0, 1.0)
growth = st.floats(-0.3, 0.3)
COST = 2e-3  # M$ a month of an H100e


def owner(n: int = 1, **columns: object) -> Any:
    return firms(Cloud, n, **columns)


def business(n: int = 1, **columns: object) -> Any:
    """Owners of a business of 10 G$ a month, a tenth of it reached, who know what AI is worth."""
    usual = {"outside_revenue": 1e4, "reach": 0.1, "own_worth": float(P.clouds.own_gain[0, 0]), "own_cost": COST}
    return owner(n, **(usual | columns))


def one(decision: Any) -> float:
    assert decision.shape == (1, 1)
    return float(decision[0, 0])


def at(value: float) -> np.ndarray:
    return np.full((1, 1), value)


# --- what compute brings ------------------------------------------------------------------------


@given(work=st.floats(0.0, 1e8), more=st.floats(1.0, 1e8), reach=st.floats(0.01, 1.0), revenue=st.floats(1.0, 1e6))
def test_returns_grow_with_compute_ever_less_and_not_beyond_what_the_business_bears(
    work: float, more: float, reach: float, revenue: float
) -> None:
    firm = owner(3, reach=reach, outside_revenue=revenue, workloads=[work, work + more, work + 2.0 * more], inside=1e12)
    low, middle, high = firm.gains(P)[0]
    most = float(P.clouds.own_gain[0, 0]) * reach * revenue
    slack = 1e-12 * most
    assert 0.0 <= low <= middle + slack <= high + 2.0 * slack <= most + 4.0 * slack
    assert high - middle <= middle - low + 1e-9 * most


def test_half_the_gain_takes_half_the_depth_and_only_compute_that_runs_brings_any() -> None:
    half = float(P.clouds.own_half[0, 0]) * 1e3  # a tenth of 10 G$
    full = one(business(workloads=half, inside=half).gains(P))
    assert full == pytest.approx(0.5 * float(P.clouds.own_gain[0, 0]) * 1e3)
    assert one(business(workloads=half, inside=0.0).gains(P)) == 0.0
    assert one(business(workloads=half, inside=half / 2.0).gains(P)) < full


def test_returns_scale_with_the_size_of_the_business() -> None:
    small, large = business(2, outside_revenue=[1e3, 1e4], workloads=[1e3, 1e4], inside=1e9).gains(P)[0]
    assert large == pytest.approx(10.0 * small)


def test_what_ai_is_worth_is_learnt_from_what_it_brought() -> None:
    work = {"workloads": 1e4, "inside": 1e4}
    brought = one(business(**work).gains(P))
    known = float(P.clouds.own_gain[0, 0])
    assert one(business(own_benefit=brought, **work).learns_worth(P)) == pytest.approx(known)
    assert one(business(own_benefit=0.5 * brought, **work).learns_worth(P)) < known
    assert one(business(own_benefit=2.0 * brought, **work).learns_worth(P)) > known
    assert one(business().learns_worth(P)) == known  # who used none has learnt nothing


# --- belief -------------------------------------------------------------------------------------


@given(sentiment=share, signal=share, mood=share, came=amount, expected=amount)
def test_belief_stays_between_nothing_and_certainty(
    sentiment: float, signal: float, mood: float, came: float, expected: float
) -> None:
    firm = owner(sentiment=sentiment, own_benefit=came, expected_returns=expected)
    assert 0.0 <= one(firm.update_sentiment(P, at(signal), at(mood))) <= 1.0


def test_belief_is_caught_from_growth_and_from_peers_and_wears_off() -> None:
    calm = owner(sentiment=0.2, evidence=0.2)
    assert one(calm.update_sentiment(P, at(0.0), at(1.0))) < 0.2
    alone = one(calm.update_sentiment(P, at(0.8), at(0.0)))
    among_believers = one(calm.update_sentiment(P, at(0.8), at(0.8)))
    assert 0.2 < alone < among_believers
    unproven = owner(sentiment=0.2, evidence=0.0)
    assert one(unproven.update_sentiment(P, at(0.8), at(0.8))) < among_believers
    assert one(owner(sentiment=0.0).update_sentiment(P, at(0.0), at(0.0))) == 0.0
    assert one(owner(sentiment=1.0, evidence=1.0).update_sentiment(P, at(1.0), at(1.0))) == 1.0


def test_returns_move_belief_and_disappointment_lowers_it_even_among_good_news() -> None:
    believers = owner(3, sentiment=0.9, evidence=[0.0, 0.5, 0.9])
    left = believers.update_sentiment(P, at(0.9), at(0.0))[0]
    assert left[0] < left[1] < left[2]
    assert left[0] < 0.9
    came = owner(3, sentiment=0.2, evidence=0.2, own_benefit=[50.0, 100.0, 200.0], expected_returns=100.0)
    found = came.update_sentiment(P, at(0.0), at(0.0))[0]
    assert found[0] == found[1] < found[2]  # a shortfall works through the evidence


@given(came=st.floats(0.0, 1e5), expected=st.floats(0.0, 1e5), used=share, evidence=share, grows=growth)
def test_evidence_is_a_share_and_needs_returns_that_grow_and_use(
    came: float, expected: float, used: float, evidence: float, grows: float
) -> None:
    columns = {"expected_returns": expected, "evidence": evidence, "return_growth": grows, "returns": came}
    firm = owner(own_benefit=came, utilisation=used, **columns)
    assert 0.0 <= one(firm.weighs_evidence(P)) <= 1.0
    assert one(owner(own_benefit=came, utilisation=0.0, **columns).weighs_evidence(P)) <= evidence + 1e-12
    more = owner(own_benefit=2.0 * came + 1.0, utilisation=used, **columns)
    assert one(more.weighs_evidence(P)) >= one(firm.weighs_evidence(P)) - 1e-12
    assume(came > 1.0)
    still = owner(own_benefit=came, utilisation=1.0, **(columns | {"return_growth": 0.0}))
    assert one(still.weighs_evidence(P)) <= evidence + 1e-12


def test_steady_growth_within_the_cap_disappoints_nobody_and_its_end_does() -> None:
    speed = 0.5 * float(P.clouds.return_cap[0, 0])
    firm = owner(returns=100.0, expected_returns=100.0 * np.exp(speed), return_growth=speed)
    came, worst = 100.0, 0.0
    for month in range(36):
        came *= np.exp(speed) if month < 24 else 1.0
        firm.own_benefit = at(came)
        worst = one(firm.surprise(P)) if month < 24 else min(worst, one(firm.surprise(P)))
        assert month >= 24 or worst == pytest.approx(0.0, abs=1e-9)
        firm.returns, firm.return_growth = firm.sees_returns(P)
        firm.expected_returns = firm.expects_returns(P)
    assert worst < -0.1
    assert one(firm.return_growth) < 0.5 * speed


@given(grows=growth, sentiment=share)
def test_no_more_growth_is_extrapolated_than_the_cap_over_the_horizon(grows: float, sentiment: float) -> None:
    ahead = one(owner(return_growth=grows, sentiment=sentiment).looks_ahead(P))
    most = float(np.exp(P.clouds.return_cap * P.clouds.return_horizon)[0, 0])
    assert 1.0 <= ahead <= most * (1.0 + 1e-12)
    assert one(owner(return_growth=grows, sentiment=0.0).looks_ahead(P)) == 1.0


# --- plans --------------------------------------------------------------------------------------


@given(cost=st.floats(1e-5, 1.0), worth=share, sentiment=share, grows=growth)
def test_the_last_hour_planned_covers_its_cost_at_expected_returns(
    cost: float, worth: float, sentiment: float, grows: float
) -> None:
    firm = business(own_cost=cost, own_worth=worth, sentiment=sentiment, return_growth=grows)
    depth, half = one(firm.depth(P)), float(P.clouds.own_half[0, 0])
    expected = worth * one(firm.looks_ahead(P)) / half / (1.0 + depth) ** 2
    assert depth >= 0.0
    assert expected == pytest.approx(cost) if depth > 0.0 else expected <= cost * (1.0 + 1e-9)


def test_own_work_follows_returns_up_and_down_and_is_finite() -> None:
    worth = float(P.clouds.own_gain[0, 0])
    firm = business(3, own_worth=[0.0, worth, 2.0 * worth], workloads=1e3)
    for _ in range(200):
        firm.workloads = firm.plans_work(P)
    none, some, more = firm.workloads[0]
    assert none < 1e-3
    assert 1e3 < some < more
    settled = firm.plans_work(P)[0, 1:]
    assert settled == pytest.approx(firm.workloads[0, 1:], rel=1e-6)


def test_ai_spreads_up_to_what_models_can_do_faster_with_belief_and_after_rivals() -> None:
    def spread(reach: float, useful: float = 0.8, leader: float = 0.0, **columns: object) -> float:
        return one(business(reach=reach, **columns).spreads_ai(P, at(useful), at(leader)))

    assert 0.1 < spread(0.1) < spread(0.1, sentiment=1.0) < spread(0.1, sentiment=1.0, leader=0.6)
    assert spread(0.1, leader=0.6) == spread(0.1)
    assert spread(0.8) == pytest.approx(0.8)
    assert spread(0.8, useful=0.5) < 0.8
    assert spread(0.5, own_worth=0.0, sentiment=1.0, leader=0.8) < 0.5  # given up where it does not pay


@given(reach=share, useful=st.floats(1e-3, 1.0), leader=share, sentiment=share, worth=share, work=amount)
def test_reach_is_a_share_and_nobody_without_a_business_has_any(
    reach: float, useful: float, leader: float, sentiment: float, worth: float, work: float
) -> None:
    columns = {"reach": reach, "sentiment": sentiment, "own_worth": worth, "workloads": work}
    assert 0.0 < one(business(**columns).spreads_ai(P, at(useful), at(leader))) <= 1.0
    nothing = columns | {"reach": 0.0, "outside_revenue": 0.0}
    assert one(business(**nothing).spreads_ai(P, at(useful), at(leader))) == 0.0
    assert one(business(**nothing).plans_work(P)) <= work


def test_who_runs_work_already_is_taken_to_want_just_that() -> None:
    firm = business(reach=0.0, workloads=2e4)
    calm = parameters(clouds__own_calm=0.0)
    firm.reach = firm.spreads_ai(calm, at(1.0), at(0.0))
    assert 0.0 < one(firm.reach) < 1.0
    assert one(firm.plans_work(calm)) == pytest.approx(2e4)


@given(ambition=amount, sentiment=share, compute=amount, rival=amount, benefit=amount)
def test_ambition_is_bounded_by_what_runs(
    ambition: float, sentiment: float, compute: float, rival: float, benefit: float
) -> None:
    columns = {"ambition": ambition, "sentiment": sentiment, "capacity": compute, "own_benefit": benefit}
    plan = one(business(develops=True, **columns).raise_ambition(P, at(rival)))
    assert 0.0 <= plan <= max(float(P.clouds.reach[0, 0]) * compute, ambition) * (1.0 + 1e-12)
    assert one(business(**columns).raise_ambition(P, at(rival))) == 0.0  # who makes no models plans none


def test_training_follows_what_models_bring_what_backers_pay_in_and_the_largest_rival() -> None:
    def plan(rival: float = 0.0, **columns: object) -> float:
        firm = business(develops=True, ambition=100.0, capacity=1e9, **columns)
        return one(firm.raise_ambition(P, at(rival)))

    cut, rise = float(P.clouds.own_cut[0, 0]), float(P.clouds.boom_growth[0, 0])
    assert plan() == pytest.approx(100.0 * np.exp(-cut))  # nothing to pay for it
    assert plan(own_benefit=1e4) == pytest.approx(100.0 * np.exp(rise))
    assert plan(revenue=1e4) == plan(own_benefit=1e4)
    steady = 100.0 * COST / float(P.clouds.research_share[0, 0])
    assert plan(own_benefit=steady) == pytest.approx(100.0)
    assert plan(own_benefit=steady, sentiment=1.0, return_growth=0.05) > 100.0
    assert plan(outside_cash=2e4, sentiment=1.0) > plan(outside_cash=1e4, sentiment=1.0)  # beyond its revenue
    assert plan(1e3, sentiment=1.0) > plan(500.0, sentiment=1.0) > plan(sentiment=1.0)
    assert plan(1e3) == plan()
    assert plan(1e3, own_benefit=steady, sentiment=1.0) < 1e3  # no leap past the rival


@given(work=amount, ambition=amount, grew=growth, ahead=st.floats(0.0, 36.0))
def test_orders_run_ahead_of_own_needs_but_not_without_end(
    work: float, ambition: float, grew: float, ahead: float
) -> None:
    needs = one(owner(workloads=work, ambition=ambition, own_growth=grew).own_needs(P, at(ahead)))
    most = (work + ambition) * np.exp(float(P.clouds.own_ahead[0, 0]) * ahead)
    assert (work + ambition) * (1.0 - 1e-12) <= needs <= most * (1.0 + 1e-12)
    assert one(owner(workloads=work, ambition=ambition).sees_own_growth(P, at(0.0))) == 0.0
