"""A start-up's decisions: signs, bounds, units, and firms that have nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kingmaker.agents.offers import Offers
from kingmaker.agents.startup import Startup, frugal_chance
from kingmaker.agents.types import CN, EU, NONE, OTHER, US
from tests.helpers import bits, firms, luck, parameters

P = parameters()
money = st.floats(0.0, 1e5)
share = st.floats(0.0, 1.0)


def lab(n: int = 1, **columns: object) -> Any:
    return firms(Startup, n, **({"weight": 1.0} | columns))


def at(value: float) -> np.ndarray:
    return np.full((1, 1), value)


def one(decision: Any) -> float:
    assert decision.shape == (1, 1)
    return float(decision[0, 0])


# --- what it spends -------------------------------------------------------------------------------


@given(cash=money, burn=money, revenue=money, part=share, frugality=share, dearness=st.floats(0.0, 1e3))
def test_a_budget_is_never_more_than_there_is(
    cash: float, burn: float, revenue: float, part: float, frugality: float, dearness: float
) -> None:
    firm = lab(cash=cash, burn=burn, revenue=revenue, compute_share=part, frugality=frugality)
    compute, staff = (one(amount) for amount in firm.budget(P, at(dearness)))
    assert compute >= 0.0
    assert staff >= -1e-9 * cash
    assert compute + staff <= cash * (1.0 + 1e-12)


def test_a_budget_is_split_by_the_compute_share_and_frugality_saves_compute() -> None:
    rich: dict[str, float] = {"cash": 1e6, "burn": 100.0, "revenue": 50.0, "compute_share": 0.6}
    whole = 100.0 + float(P.startups.reinvested[0, 0]) * 50.0
    serving = one(lab(**rich).serving_bill(P))
    assert 0.0 < serving < whole
    compute, staff = (one(a) for a in lab(**rich).budget(P, at(1.0)))
    assert compute == pytest.approx(serving + 0.6 * (whole - serving))
    assert compute + staff == pytest.approx(whole)
    lean, team = (one(a) for a in lab(**rich, frugality=1.0).budget(P, at(1.0)))
    kept = 1.0 - float(P.startups.frugal_saving[0, 0])
    assert lean == pytest.approx(kept * (serving + 0.6 * (whole - kept * serving)))
    assert team == pytest.approx(0.4 * (whole - kept * serving))  # what training saves stays in the till


@given(revenue=money, more=st.floats(1.0, 10.0), reach=share)
def test_serving_follows_sales_and_comes_first(revenue: float, more: float, reach: float) -> None:
    """Compute follows users one for one where serving is the need, and training gives way as money ends."""
    few, many = (lab(revenue=revenue * scale, cash=1e9, distribution=reach) for scale in (1.0, more))
    assert one(many.serving_bill(P)) == pytest.approx(more * one(few.serving_bill(P)))
    rent = at(2.0)
    assert one(many.serves(P, rent)) == pytest.approx(more * one(few.serves(P, rent)))
    assert one(few.serves(P, rent)) * 2.0 * 730.5e-6 == pytest.approx(one(few.serving_bill(P)))
    compute, staff = (one(a) for a in many.budget(P, at(1.0)))
    first = float(P.startups.serving_first[0, 0])
    assert compute >= min(one(many.serving_bill(P)), first * (compute + staff)) * (1.0 - 1e-9)


def test_a_well_known_lab_serves_many_who_pay_nothing() -> None:
    unknown, known = (one(lab(revenue=9.0, distribution=reach).serving_bill(P)) for reach in (0.0, 1.0))
    assert known == pytest.approx(unknown * (1.0 + float(P.startups.free_use[0, 0])))


@given(part=st.floats(0.05, 0.95), cash=st.floats(1.0, 100.0))
def test_it_spends_a_part_of_its_cash_in_a_month_at_most(part: float, cash: float) -> None:
    firm = lab(cash=cash, burn=1e6, compute_share=0.4)
    compute, staff = (one(a) for a in firm.budget(parameters(startups__spending_purse=part), at(1.0)))
    assert compute + staff == pytest.approx(part * cash)


def test_no_cash_no_budget() -> None:
    compute, staff = lab(burn=5.0, revenue=7.0, compute_share=0.5).budget(P, at(2.0))
    assert one(compute) == one(staff) == 0.0


@given(part=st.floats(0.01, 0.99), dearness=st.floats(0.05, 20.0), elasticity=st.floats(0.0, 2.0))
def test_the_split_of_a_budget_has_a_constant_elasticity_of_substitution(
    part: float, dearness: float, elasticity: float
) -> None:
    """Physical compute over staff moves with relative price at the elasticity; spending's ratio at one less."""
    p = parameters(startups__substitution=elasticity)
    firm = lab(cash=1e6, burn=100.0, compute_share=part)
    usual, now = (tuple(one(a) for a in firm.budget(p, at(x))) for x in (1.0, dearness))
    ratio = (now[0] / dearness / now[1]) / (usual[0] / usual[1])
    assert np.log(ratio) == pytest.approx(-elasticity * np.log(dearness), abs=1e-9)


def test_compute_and_people_are_complements_by_default() -> None:
    firm = lab(cash=1e6, burn=100.0, compute_share=0.3)
    assert one(firm.budget(P, at(2.0))[0]) > one(firm.budget(P, at(1.0))[0])


# --- its design -----------------------------------------------------------------------------------


def test_frugal_designs_are_chosen_by_profit() -> None:
    chance = [float(frugal_chance(P, at(x))[0, 0]) for x in (0.5, 1.0, 2.0, 4.0, 1e9)]
    assert chance[1] == pytest.approx(float(P.startups.frugal_share[0, 0]))
    assert chance == sorted(chance)
    assert chance[-1] <= 1.0
    blind = parameters(startups__design_choice=0.0)
    assert float(frugal_chance(blind, at(4.0))[0, 0]) == pytest.approx(chance[1])


def test_a_frugal_design_is_cheap_to_serve_and_suits_fewer_tasks() -> None:
    cost, market = (one(a) for a in lab(frugality=1.0).design(P))
    assert 0.0 < cost < 1.0
    assert market == pytest.approx(1.0 - float(P.startups.frugal_ceiling[0, 0]))
    assert [one(a) for a in lab().design(P)] == [1.0, 1.0]
    hungry, lean = (one(lab(revenue=9.0, frugality=f).serves(P, at(2.5))) for f in (0.0, 1.0))
    assert lean == pytest.approx(hungry * (1.0 - float(P.startups.frugal_saving[0, 0])))


def test_only_those_pressed_and_beaten_pivot_and_nobody_turns_back() -> None:
    p = parameters(startups__pivot_chance=1.0, startups__frugal_share=1.0)
    gap = float(P.startups.pivot_gap[0, 0])
    pressed: dict[str, float] = {"cash": 1.0, "burn": 1.0, "capability": 26.0 - gap - 0.1}

    def pivots(**columns: float) -> bool:
        return bool(lab(**(pressed | columns)).pivots(p, at(26.0), at(1e6), luck(1))[0, 0])

    assert pivots()
    assert not pivots(cash=1e6)
    assert not pivots(capability=26.0)
    assert not pivots(frugality=1.0)


def test_new_money_is_spread_over_the_runway_and_spending_is_cut_near_the_end() -> None:
    assert one(lab(cash=180.0).plan_burn(P)) == pytest.approx(180.0 / float(P.startups.runway[0, 0]))
    months = float(P.startups.cutting_runway[0, 0])
    steady = one(lab(cash=10.0 * months + 1.0, burn=10.0).plan_burn(P))
    cut = one(lab(cash=10.0 * months - 1.0, burn=10.0).plan_burn(P))
    assert steady == pytest.approx(10.0)
    assert cut == pytest.approx(10.0 * (1.0 - float(P.startups.cut[0, 0])))


def test_least_cost_grows_with_the_firms_that_a_slot_stands_for() -> None:
    floor = float(P.startups.minimum_staff[0, 0])
    assert one(lab().plan_burn(P)) == pytest.approx(floor)
    assert one(lab(weight=15.0).plan_burn(P)) == pytest.approx(15.0 * floor)


@given(cash=money, burn=money, weight=st.floats(1e-3, 1e3), scale=st.floats(1e-2, 1e2))
def test_spending_scales_with_the_mass_of_a_slot(cash: float, burn: float, weight: float, scale: float) -> None:
    """A slot that stands for twice as many firms, with twice the money, spends twice as much: grain does not matter."""
    small = lab(cash=cash, burn=burn, weight=weight)
    large = lab(cash=scale * cash, burn=scale * burn, weight=scale * weight)
    if abs(cash - float(P.startups.cutting_runway[0, 0]) * burn) < 1e-9 * (1.0 + cash):
        return  # on the edge of the threshold rounding decides
    assert one(large.plan_burn(P)) == pytest.approx(scale * one(small.plan_burn(P)), rel=1e-9)


# --- what it asks for -----------------------------------------------------------------------------


def test_it_asks_when_its_runway_is_short_and_earlier_in_a_boom() -> None:
    months = float(P.capital.raise_runway[0, 0])
    calm, boom = np.full((1, 1), 0.5), np.full((1, 1), 1.0)

    def asked(mood: np.ndarray, **given: float) -> float:
        return one(lab(burn=1.0, value=1e6, **given).asks(P, mood))

    assert asked(calm, cash=0.9 * months) > 0.0
    assert asked(calm, cash=1.1 * months) == 0.0
    assert asked(boom, cash=1.1 * months) > 0.0
    # what growing sales will take shortens the runway, what a cloud has promised lengthens it
    assert asked(calm, cash=1.1 * months, growth=0.1, revenue=10.0) > 0.0
    assert asked(calm, cash=0.9 * months, pledged=100.0, pledge_rate=1.0, pledge_credit=0.5) == 0.0
    assert asked(calm, cash=0.9 * months, pledged=100.0, pledge_rate=1.0, pledge_credit=1.0) > 0.0


@given(burn=money, growth=st.floats(-1.0, 1.0), value=money, mood=share)
def test_no_round_sells_more_than_founders_part_with(burn: float, growth: float, value: float, mood: float) -> None:
    asked = one(lab(cash=0.0, burn=burn, growth=growth, value=value).asks(P, np.full((1, 1), mood)))
    assert asked <= float(P.capital.most_sold[0, 0]) * (value + asked) * (1.0 + 1e-9) + 1e-12


def test_promised_money_is_spent_before_it_comes() -> None:
    months = float(P.startups.runway[0, 0])
    poor = lab(cash=18.0)
    assert one(poor.plan_burn(P)) == pytest.approx(18.0 / months)
    # two a month are to come, a quarter of them as compute: no more of it than there is
    promised = {"pledge_rate": 2.0, "pledge_credit": 0.25}
    assert one(lab(cash=18.0, pledged=1e3, **promised).plan_burn(P)) == pytest.approx(18.0 / months + 1.5)
    assert one(lab(cash=18.0, pledged=6.0, **promised).plan_burn(P)) == pytest.approx((18.0 + 4.5) / months)


def test_who_only_applies_ai_competes_for_few_users_of_models() -> None:
    part = float(P.startups.applied_market[0, 0])
    maker, applied = (one(lab(applied=kind).design(P)[1]) for kind in (0.0, 1.0))
    assert applied == pytest.approx(part * maker)
    assert part < 1.0


@given(cash=money, burn=money, growth=st.floats(-1.0, 1.0), value=money, mood=share)
def test_asks_are_finite_and_not_negative(cash: float, burn: float, growth: float, value: float, mood: float) -> None:
    asked = one(lab(cash=cash, burn=burn, growth=growth, value=value).asks(P, np.full((1, 1), mood)))
    assert np.isfinite(asked)
    assert asked >= 0.0


@given(neutral=st.floats(0.1, 0.9))
def test_at_a_neutral_mood_it_asks_as_its_parameters_say_wherever_neutral_lies(neutral: float) -> None:
    p = parameters(capital__neutral_mood=neutral, capital__dilution=0.0)
    need = float(P.capital.round_months[0, 0]) * 10.0
    asked = [one(lab(cash=1.0, burn=10.0, value=1e6).asks(p, at(neutral + more))) for more in (-0.1, 0.0, 0.1)]
    assert asked == pytest.approx([0.9 * need, need, 1.1 * need])


def test_a_plan_commits_to_spending_ahead_of_sales_as_far_as_growth_is_believed() -> None:
    p = parameters(capital__plan_growth=0.08, capital__plan_months=10.0, capital__ahead_part=1.0)
    ahead = [one(lab(revenue=10.0, growth=g).commits_ahead(p)) for g in (-0.2, 0.0, 0.04, 0.08, 0.3)]
    assert ahead == pytest.approx([0.0, 0.0, 10.0 * np.expm1(0.4), 10.0 * np.expm1(0.8), 10.0 * np.expm1(0.8)])
    assert one(lab(revenue=20.0, growth=0.04).commits_ahead(p)) == pytest.approx(2.0 * ahead[2])


def test_it_asks_for_what_its_plan_takes_and_goes_out_the_sooner_for_it() -> None:
    p = parameters(capital__dilution=0.0)
    months = float(P.capital.round_months[0, 0])
    firm = lab(cash=1.0, burn=10.0, growth=0.05, revenue=30.0, value=1e6)
    assert one(firm.asks(p, at(0.5))) == pytest.approx(months * (10.0 + one(firm.commits_ahead(p))))
    # with the plan the money lasts less long
    runway = float(P.capital.raise_runway[0, 0])
    enough: dict[str, float] = {"cash": 11.0 * runway, "burn": 10.0, "revenue": 30.0, "value": 1e6}
    assert [one(lab(**enough, growth=g).asks(p, at(0.5))) > 0.0 for g in (0.0, 0.05)] == [False, True]


def test_a_firm_that_sells_and_grows_asks_for_more() -> None:
    mood = np.full((1, 1), 0.5)
    asked = [one(lab(cash=1.0, burn=10.0, growth=g, revenue=9.0, value=1e6).asks(P, mood)) for g in (-0.2, 0.03, 0.08)]
    assert asked == sorted(asked)
    assert asked[0] < asked[-1]


# --- switching cost -------------------------------------------------------------------------------


@given(tenure=st.floats(0, 500), used=st.floats(0, 1e6), egress=share, kept=share, weight=st.floats(1e-3, 1e3))
def test_switching_cost_is_finite_and_not_negative(
    tenure: float, used: float, egress: float, kept: float, weight: float
) -> None:
    cost = one(lab(tenure=tenure, used=used, weight=weight).switching_cost(P, egress, kept))
    assert np.isfinite(cost)
    assert cost >= 0.0


@pytest.mark.parametrize("column", ["tenure", "used"])
def test_switching_cost_grows_with(column: str) -> None:
    cost = lab(50, **{column: np.linspace(0.0, 300.0, 50)}).switching_cost(P, 1.0, 1.0)[0]
    assert (np.diff(cost) > 0.0).all()


@given(fixed=share, tenure=st.floats(0.0, 1e3))
def test_the_fixed_part_of_refactoring_is_due_at_once_and_the_rest_with_tenure(fixed: float, tenure: float) -> None:
    p = parameters(compute__refactoring_fixed=fixed)
    first, now, last = (one(lab(tenure=t).switching_cost(p, 0.0, 1.0)) for t in (0.0, tenure, 1e12))
    assert last == pytest.approx(float(P.compute.switching_scale[0, 0]))
    assert first == pytest.approx(fixed * last)
    assert first - 1e-9 <= now <= last + 1e-9


def test_switching_cost_is_nothing_without_fees_and_refactoring() -> None:
    """Full interoperability and egress at no charge leave a tenant free (Klemperer's limit)."""
    assert one(lab(tenure=100.0, used=1e4).switching_cost(P, 0.0, 0.0)) == 0.0


def test_switching_cost_falls_with_interoperability_and_with_the_egress_fee() -> None:
    tenant = lab(tenure=24.0, used=100.0)
    kept = [one(tenant.switching_cost(P, 1.0, part)) for part in (1.0, 0.5, 0.0)]
    fees = [one(tenant.switching_cost(P, fee, 1.0)) for fee in (1.0, 0.25, 0.0)]
    assert kept == sorted(kept, reverse=True)
    assert fees == sorted(fees, reverse=True)
    assert kept[0] > kept[-1]
    assert fees[0] > fees[-1]


def test_switching_cost_is_per_firm_not_per_slot() -> None:
    one_firm, ten_firms = lab(used=50.0), lab(used=500.0, weight=10.0)
    assert one(one_firm.switching_cost(P, 1.0, 1.0)) == pytest.approx(one(ten_firms.switching_cost(P, 1.0, 1.0)))


# --- choice of host -------------------------------------------------------------------------------

N = 30_000


def offers(*utility: float) -> Offers:
    """The same offers for tenants of every region."""
    return Offers(np.tile(np.array(utility)[np.newaxis, :, np.newaxis], (1, 1, 4)))


def fits(choices: np.ndarray, probability: np.ndarray) -> bool:
    """Whether observed frequencies agree with the probabilities (chi-square)."""
    counts = np.bincount(choices, minlength=len(probability))
    assert (counts[probability == 0.0] == 0).all()
    some = probability > 0.0
    return bool(stats.chisquare(counts[some], probability[some] * len(choices)).pvalue > 1e-4)


def test_free_tenants_choose_by_the_logit() -> None:
    utility = np.array([0.0, 1.0, -0.7, 2.0, 0.3])
    best, other = lab(N).choose_host(offers(*utility), np.zeros((1, N)), luck(N))
    p = np.exp(utility) / np.exp(utility).sum()
    assert fits(best[0], p)
    assert bits(best) == bits(other)  # without a present host the second best is not asked for


@pytest.mark.parametrize("stay", [0.0, 0.8, 2.5])
def test_tenants_stay_by_the_logit_with_switching_cost(stay: float) -> None:
    utility = np.array([0.0, 1.0, -0.7, 2.0])
    best, other = lab(N, host=1).choose_host(offers(*utility), np.full((1, N), stay), luck(N))
    v = utility + np.array([0.0, stay, 0.0, 0.0])
    assert fits(best[0], np.exp(v) / np.exp(v).sum())
    rest = np.exp(utility) * np.array([1.0, 0.0, 1.0, 1.0])
    assert fits(other[0], rest / rest.sum())
    assert (other[0] != 1).all()


def test_who_leaves_goes_to_the_best_of_the_others() -> None:
    best, other = lab(N, host=0).choose_host(offers(0.0, 0.5, 0.2), np.full((1, N), 0.7), luck(N))
    left = best[0] != 0
    assert 0 < left.sum() < N
    assert (best[0][left] == other[0][left]).all()


def test_a_higher_switching_cost_only_keeps_tenants() -> None:
    """Firm by firm with the same luck: nobody leaves because leaving became dearer, or goes elsewhere."""
    tenants = lab(5000, host=2)
    cheap, _ = tenants.choose_host(offers(0.3, 0.6, 0.0, 0.1), np.full((1, 5000), 0.5), luck(5000))
    dear, _ = tenants.choose_host(offers(0.3, 0.6, 0.0, 0.1), np.full((1, 5000), 1.5), luck(5000))
    assert ((dear == cheap) | (dear == 2)).all()
    assert (dear != cheap).any()


def test_a_very_high_switching_cost_binds_everybody() -> None:
    best, _ = lab(1000, host=0).choose_host(offers(-3.0, 5.0), np.full((1, 1000), 500.0), luck(1000))
    assert (best == 0).all()


def test_a_host_that_does_not_serve_is_not_chosen() -> None:
    best, other = lab(5000).choose_host(offers(0.0, -np.inf, 1.0), np.zeros((1, 5000)), luck(5000))
    assert set(np.unique(best)) == {0, 2}
    assert 1 not in other


def test_an_irrelevant_alternative_moves_nobody_between_the_others() -> None:
    """Each option has its own luck (IIA, firm by firm): a new host only draws tenants to itself."""
    without, _ = lab(5000).choose_host(offers(0.0, 0.4, -np.inf), np.zeros((1, 5000)), luck(5000))
    added, _ = lab(5000).choose_host(offers(0.0, 0.4, 0.1), np.zeros((1, 5000)), luck(5000))
    assert ((added == without) | (added == 2)).all()


def test_each_region_sees_its_own_offers() -> None:
    utility = np.full((1, 4, 4), -np.inf)
    for region, host in ((US, 0), (EU, 1), (CN, 2), (OTHER, 0)):
        utility[0, host, region] = 0.0
    regions = np.array([US, EU, CN, OTHER])
    best, _ = lab(4, region=regions).choose_host(Offers(utility), np.zeros((1, 4)), luck(4))
    assert best[0].tolist() == [0, 1, 2, 0]


def test_each_world_sees_its_own_offers() -> None:
    utility = np.full((3, 3, 4), -np.inf)
    for world, host in ((0, 2), (1, 0), (2, 1)):
        utility[world, host] = 0.0
    best, _ = firms(Startup, 5, 3).choose_host(Offers(utility), np.zeros((3, 5)), luck(5, seeds=(1, 2, 3)))
    assert best.tolist() == [[2] * 5, [0] * 5, [1] * 5]


@given(st.lists(st.floats(-20.0, 20.0), min_size=2, max_size=8), st.floats(0.0, 30.0), st.integers(0, 1))
def test_a_choice_is_always_a_host(utility: list[float], stay: float, host: int) -> None:
    best, other = lab(40, host=host).choose_host(offers(*utility), np.full((1, 40), stay), luck(40))
    assert best.dtype == other.dtype == np.int32
    assert ((best >= 0) & (best < len(utility))).all()
    assert ((other >= 0) & (other < len(utility)) & (other != host)).all()


def test_where_nobody_serves_nobody_is_chosen() -> None:
    best, other = lab(20).choose_host(offers(-np.inf, -np.inf), np.zeros((1, 20)), luck(20))
    assert (best == NONE).all()
    assert (other == NONE).all()


# --- models, weights, the end ---------------------------------------------------------------------


def test_a_run_is_released_when_it_is_a_step_better() -> None:
    step = float(P.technology.release_step[0, 0])
    gains = np.array([step + 0.01, step - 0.01, step + 0.01, 0.2 * step])
    months = np.array([3.0, 3.0, 2.0, float(P.technology.release_months[0, 0])])
    runs = lab(4, training=10.0 ** (gains + 4.0), capability=25.0, run_months=months)
    assert runs.finishes_run(P)[0].tolist() == [True, False, False, bool(gains[3] > 0.05)]


def test_no_training_no_release() -> None:
    assert not lab(capability=25.0, run_months=100.0).finishes_run(P)[0, 0]


def test_the_propensity_to_open_weights_falls_with_what_there_is_to_lose() -> None:
    labs = lab(N, openness=0.6)
    small = labs.opens_weights(P, np.zeros((1, N)), luck(N))
    large = labs.opens_weights(P, np.full((1, N), 0.2), luck(N))
    assert small.mean() == pytest.approx(0.6 * float(P.technology.openness[0, 0]), abs=0.02)
    assert large.mean() < 0.1
    assert (small | ~large).all()
    assert not lab(N, openness=0.0).opens_weights(P, np.zeros((1, N)), luck(N)).any()
    bold = parameters(technology__openness_share=0.2)
    assert lab(N, openness=0.6).opens_weights(bold, np.full((1, N), 0.2), luck(N)).mean() == pytest.approx(
        0.6 * float(P.technology.openness[0, 0]) / np.e, abs=0.02
    )


def test_it_fails_without_money_and_sales() -> None:
    least = float(P.startups.minimum_staff[0, 0])
    months = float(P.startups.failure_months[0, 0])
    cash = np.array([0.0, 0.99 * months * least, 1.01 * months * least, 0.0, 0.0])
    revenue = np.array([0.0, 0.0, 0.0, 100.0, 0.5 * least])
    assert lab(5, cash=cash, revenue=revenue).fails(P)[0].tolist() == [True, True, False, False, True]


def test_money_that_a_cloud_has_promised_keeps_it_going() -> None:
    poor = {"cash": 10.0, "burn": 60.0, "peak_burn": 60.0}
    alone, promised = lab(**poor), lab(**poor, pledged=1e4, pledge_rate=300.0, pledge_credit=0.5)
    assert alone.sees_the_end(P).tolist() == [[True]]
    assert alone.fails(P).tolist() == [[True]]
    assert promised.sees_the_end(P).tolist() == [[False]]
    assert promised.fails(P).tolist() == [[False]]
    # what comes as compute pays no salaries
    in_kind = lab(**poor, pledged=1e4, pledge_rate=300.0, pledge_credit=1.0)
    assert in_kind.fails(P).tolist() == [[True]]


def test_a_heavy_slot_fails_like_the_firms_it_stands_for() -> None:
    least = float(P.startups.minimum_staff[0, 0])
    cash = np.array([1.0, 15.0]) * 1.5 * least
    assert lab(2, cash=cash, weight=np.array([1.0, 15.0])).fails(P)[0].tolist() in ([True, True], [False, False])


def test_an_empty_slot_decides_nothing() -> None:
    from kingmaker.agents.population import Population

    population: Population[Any] = Population([(Startup, 3)], 1, 9, "test")
    empty = population.view()
    mood = np.full((1, 1), 0.8)
    compute, staff = empty.budget(P, np.ones((1, 3)))
    for amount in (compute, staff, empty.plan_burn(P), empty.asks(P, mood)):
        assert (amount == 0.0).all()
    assert not empty.fails(P).any()
    assert np.isfinite(empty.switching_cost(P, 1.0, 1.0)).all()
