"""Decisions of enterprises and investors: signs, bounds, limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.enterprise import Enterprise
from kingmaker.agents.investor import Investor
from tests.helpers import firms, parameters

P = parameters()
share = st.floats(0.0, 1.0)
amount = st.floats(0.0, 1e6)


def one(decision: Any) -> float:
    assert decision.shape == (1, 1)
    return float(decision[0, 0])


def at(value: float) -> np.ndarray:
    return np.full((1, 1), value)


# --- enterprises --------------------------------------------------------------------------------


@given(adoption=share, readiness=share, useful=share, visible=share, household=st.booleans())
def test_adoption_is_a_share_that_never_falls(
    adoption: float, readiness: float, useful: float, visible: float, household: bool
) -> None:
    sector = firms(Enterprise, 1, adoption=adoption, readiness=readiness, household=household)
    after = one(sector.adopt(P, at(useful), at(visible)))
    assert adoption <= after <= 1.0


def test_adoption_needs_useful_models_and_imitation_quickens_it() -> None:
    def gain(adoption: float, useful: float) -> float:
        return one(firms(Enterprise, 1, adoption=adoption, readiness=1.0).adopt(P, at(useful), at(1.0))) - adoption

    assert gain(0.0, 1.0) > 0.0
    assert gain(0.2, 1.0) > gain(0.0, 1.0)
    assert gain(0.5, 0.0) == 0.0
    assert gain(0.3, 1.0) > gain(0.3, 0.3)


def test_sectors_without_skill_take_open_models_as_a_service_and_a_margin_puts_them_off() -> None:
    def managed(readiness: float, **pins: object) -> float:
        return one(firms(Enterprise, 1, readiness=readiness).chooses_managed(parameters(**pins)))

    assert 0.0 < managed(0.9) < managed(0.2) < 1.0
    assert managed(0.5, services__resale_margin=1.0) < managed(0.5, services__resale_margin=0.1)
    assert managed(0.9, demand__skill_weight=0.0) == pytest.approx(managed(0.2, demand__skill_weight=0.0))


def test_bass_diffusion_saturates_at_the_ceiling() -> None:
    sector = firms(Enterprise, 1, readiness=1.0)
    seen = []
    for _ in range(2000):
        sector.adoption = sector.adopt(P, at(1.0), at(1.0))
        seen.append(one(sector.adoption))
    gains = np.diff(seen)
    assert (gains >= 0.0).all()
    assert seen[-1] == pytest.approx(1.0, abs=0.01)
    assert 0 < int(np.argmax(gains)) < 1000  # an S-curve: growth peaks on the way


def test_households_wait_for_a_product_that_anybody_can_use() -> None:
    homes = firms(Enterprise, 1, household=True, adoption=0.1, readiness=1.0)
    assert one(homes.adopt(P, at(1.0), at(0.0))) == 0.1
    assert one(homes.adopt(P, at(1.0), at(1.0))) > 0.1


@given(gap=st.floats(-2.0, 20.0), price=st.floats(0.0, 100.0), cost=st.floats(0.0, 100.0), reluctance=share)
def test_self_hosting_is_a_share(gap: float, price: float, cost: float, reluctance: float) -> None:
    sector = firms(Enterprise, 1, sensitivity=reluctance)
    assert 0.0 <= one(sector.wants_self_hosting(P, at(gap), at(price), at(cost))) <= 1.0
    homes = firms(Enterprise, 1, household=True)
    assert one(homes.wants_self_hosting(P, at(gap), at(price), at(cost))) == 0.0


def test_self_hosting_falls_with_the_gap_and_its_cost_and_rises_with_reluctance() -> None:
    def want(gap: float = 0.5, price: float = 2.0, cost: float = 1.0, reluctance: float = 0.3) -> float:
        sector = firms(Enterprise, 1, sensitivity=reluctance)
        return one(sector.wants_self_hosting(P, at(gap), at(price), at(cost)))

    assert want(gap=1.5) < want() < want(gap=0.0)
    assert want(cost=2.0) < want() < want(price=4.0)
    assert want() < want(reluctance=0.9)


# --- investors ----------------------------------------------------------------------------------


@given(sentiment=share, excitement=st.floats(-1.0, 2.0), dryness=share)
def test_the_mood_of_funds_stays_in_bounds(sentiment: float, excitement: float, dryness: float) -> None:
    mood = one(firms(Investor, 1, sentiment=sentiment).update_sentiment(P, at(excitement), at(dryness)))
    assert 0.0 <= mood <= 1.0


def test_the_mood_follows_excitement_less_dryness() -> None:
    fund = firms(Investor, 1, sentiment=0.5)
    assert one(fund.update_sentiment(P, at(0.3), at(0.3))) == 0.5
    assert one(fund.update_sentiment(P, at(0.0), at(0.3))) < 0.5 < one(fund.update_sentiment(P, at(0.6), at(0.3)))


@given(commitments=amount, sentiment=share)
def test_calls_are_not_negative_and_grow_with_the_mood(commitments: float, sentiment: float) -> None:
    called = one(firms(Investor, 1, commitments=commitments, sentiment=sentiment).calls(P))
    assert called >= 0.0
    assert one(firms(Investor, 1, commitments=commitments, sentiment=1.0).calls(P)) >= called


def test_in_a_normal_month_funds_call_what_was_committed() -> None:
    called = one(firms(Investor, 1, commitments=70.0, sentiment=0.5).calls(P))
    assert called == pytest.approx(70.0 * float(P.capital.commitments[0, 0]))


@given(cash=amount, sentiment=share, deployment=st.floats(0.0, 0.5))
def test_funds_never_place_more_than_they_have(cash: float, sentiment: float, deployment: float) -> None:
    fund = firms(Investor, 1, cash=cash, sentiment=sentiment)
    assert 0.0 <= one(fund.invests(parameters(capital__deployment=deployment))) <= cash


@given(colder=share, warmer=share)
def test_funds_are_choosier_in_a_cold_market(colder: float, warmer: float) -> None:
    colder, warmer = sorted((colder, warmer))
    low, high = (one(firms(Investor, 1, sentiment=mood).accepts(P)) for mood in (colder, warmer))
    assert 0.0 < low <= high <= 1.0
    usual = firms(Investor, 1, sentiment=float(P.capital.warm_mood[0, 0]))
    assert one(usual.accepts(P)) == pytest.approx(float(P.capital.success[0, 0]))
    blind = parameters(capital__choosiness=0.0)
    assert one(firms(Investor, 1, sentiment=colder).accepts(blind)) == pytest.approx(float(P.capital.success[0, 0]))
