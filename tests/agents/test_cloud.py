"""A cloud's decisions: signs, bounds, limits, and clouds that have nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.cloud import (
    CHINESE,
    CONSORTIUM,
    EUROPEAN,
    HYPERSCALER,
    NEW,
    OTHER_BUYER,
    SELF_BUILDER,
    TYPES,
    Cloud,
)
from kingmaker.agents.population import Population
from tests.helpers import firms, luck, parameters, population_of

P = parameters()
amount = st.floats(0.0, 1e7)
share = st.floats(0.0, 1.0)
kind = st.integers(0, len(TYPES) - 1)


def cloud(n: int = 1, **columns: object) -> Any:
    return firms(Cloud, n, **columns)


def one(decision: Any) -> float:
    assert decision.shape == (1, 1)
    return float(decision[0, 0])


def at(value: float) -> np.ndarray:
    return np.full((1, 1), value)


# --- money --------------------------------------------------------------------------------------


def test_stakes_in_labs_let_a_cloud_spend_and_owe_more() -> None:
    poor = {"type": EUROPEAN, "cash": 1e3, "fixed": 100.0, "ai_revenue": 10.0}
    assert one(cloud(holdings=1e4, **poor).capex_limit(P)) > one(cloud(**poor).capex_limit(P))
    assert one(cloud(holdings=1e4, **poor).can_owe(P)) == pytest.approx(
        one(cloud(**poor).can_owe(P)) + float(P.clouds.stake_credit[0, 0]) * 1e4
    )


@given(fixed=amount, revenue=amount, belief=share, holdings=amount, signed=amount)
def test_who_lives_by_renting_owes_what_is_signed_and_nothing_else(
    fixed: float, revenue: float, belief: float, holdings: float, signed: float
) -> None:
    columns = {"fixed": fixed, "ai_revenue": revenue, "sentiment": belief, "holdings": holdings}
    for kind_ in (NEW, CONSORTIUM):
        assert one(cloud(type=kind_, pledged_contracts=signed, **columns).can_owe(P)) == signed
    other = one(cloud(type=EUROPEAN, pledged_contracts=signed, **columns).can_owe(P))
    assert other >= max(signed, one(cloud(type=EUROPEAN, **columns).can_owe(P)))


def test_a_debtor_keeps_a_reserve_and_only_a_renter_in_long_arrears_defaults() -> None:
    rich = {"type": NEW, "cash": 1e3, "outside_cash": 100.0}
    assert one(cloud(debt=2e3, **rich).capex_limit(P)) < one(cloud(**rich).capex_limit(P))
    patience = float(P.clouds.default_months[0, 0])
    types = [NEW, NEW, HYPERSCALER]
    fails = cloud(3, type=types, arrears=[patience, patience - 1.0, patience]).defaults(P)
    assert fails.tolist() == [[True, False, False]]
    assert one(cloud(ai_revenue=100.0).can_keep(P)) >= one(cloud(ai_revenue=100.0).can_owe(P))


# --- plans --------------------------------------------------------------------------------------


@given(work=amount, ambition=amount, demand=amount, sentiment=share, used=share, horizon=st.floats(0.0, 60.0))
def test_desired_capacity_covers_todays_wants(
    work: float, ambition: float, demand: float, sentiment: float, used: float, horizon: float
) -> None:
    columns = {"workloads": work, "ambition": ambition, "demand_outside": demand, "sentiment": sentiment}
    landlord, owner = cloud(rents_out=True, utilisation=used, **columns), cloud(utilisation=used, **columns)
    wants = one(landlord.desired_capacity(P, at(horizon)))
    assert np.isfinite(wants)
    assert wants >= (work + ambition + demand) * (1.0 - 1e-12)
    assert one(owner.desired_capacity(P, at(horizon))) <= wants * (1.0 + 1e-12)


def test_desired_capacity_without_growth_is_wants_at_target_utilisation() -> None:
    flat = parameters(clouds__calm_growth=0.0)
    wants = one(cloud(workloads=82.0).desired_capacity(flat, at(12.0)))
    assert wants == pytest.approx(82.0 / float(P.clouds.target_utilisation[0, 0]))


def test_belief_looks_further_ahead_but_not_without_end_and_idle_chips_sober_it() -> None:
    def wants(horizon: float, sentiment: float = 1.0, used: float = 1.0) -> float:
        firm = cloud(rents_out=True, demand_outside=100.0, sentiment=sentiment, utilisation=used)
        return one(firm.desired_capacity(P, at(horizon)))

    furthest = float(P.clouds.planning_horizon[0, 0])
    assert wants(1.0) < wants(4.0) < wants(furthest) == wants(furthest + 20.0)
    assert wants(6.0, used=0.0) == pytest.approx(wants(6.0, sentiment=0.0))
    assert wants(6.0, used=0.0) < wants(6.0)


@given(
    columns=st.fixed_dictionaries(
        {"outside_cash": amount, "ai_revenue": amount, "outside_capex": amount, "cash": amount, "sentiment": share}
    ),
    type_=kind,
)
def test_capital_spending_is_never_more_than_the_cash(columns: dict[str, float], type_: int) -> None:
    limit = one(cloud(type=type_, **columns).capex_limit(P))
    assert 0.0 <= limit <= columns["cash"]


def test_belief_raises_capital_spending() -> None:
    limits = [one(cloud(cash=1e6, outside_cash=5e3, sentiment=s).capex_limit(P)) for s in (0.0, 0.5, 1.0)]
    assert limits == sorted(limits)
    assert limits[0] < limits[-1]


def test_only_specialised_clouds_see_a_chance_in_others_tenants() -> None:
    types = np.arange(len(TYPES))
    landlords = cloud(len(TYPES), type=types, rents_out=True, sentiment=1.0)
    chance = landlords.sees_chance(P, at(1000.0), np.full((1, len(TYPES)), 0.5))[0]
    assert {int(t) for t in types[chance > 0.0]} == {NEW, CONSORTIUM, EUROPEAN}
    assert (chance[[HYPERSCALER, CHINESE, SELF_BUILDER, OTHER_BUYER]] == 0.0).all()
    new = cloud(type=NEW, rents_out=True, sentiment=1.0)
    assert one(new.sees_chance(P, at(1000.0), at(-0.5))) == 0.0
    least = float(P.clouds.spot_threshold[0, 0]) - 1.0  # a margin below it is not worth the risk
    assert (
        one(new.sees_chance(P, at(1000.0), at(0.99 * least)))
        == 0.0
        < one(new.sees_chance(P, at(1000.0), at(1.01 * least)))
    )
    assert one(new.sees_chance(P, at(1000.0), at(5.0))) == one(new.sees_chance(P, at(1000.0), at(1.0)))


@given(own=amount, seed=amount, wanted=amount, cash=amount)
def test_an_own_chip_programme_moves_slowly_and_within_its_means(
    own: float, seed: float, wanted: float, cash: float
) -> None:
    maker = cloud(programme=True, own_plan=own)
    output = one(maker.ramps_own_chips(P, at(wanted), at(seed), at(cash)))
    now = max(own, seed)
    assert np.isfinite(output)
    assert 0.0 <= output <= min(now * (1.0 + float(P.clouds.own_ramp[0, 0])), cash) * (1.0 + 1e-12)
    assert output >= min(0.9 * now, cash) * (1.0 - 1e-12)
    assert one(cloud(own_plan=own).ramps_own_chips(P, at(wanted), at(seed), at(cash))) == 0.0


@given(share=st.floats(0.0, 0.99), bought=st.floats(0.1, 3.0), made=st.floats(0.1, 3.0))
def test_a_programme_aims_at_its_share_of_compute_whatever_its_chips_are_made_for(
    share: float, bought: float, made: float
) -> None:
    p = parameters(clouds__own_share=1.0, clouds__own_advantage=2.0, clouds__own_design=0.0)
    given = (p, at(bought), at(made), at(2.0), at(100.0))
    part = one(cloud(programme=True, own_aim=share).aims_own_chips(*given))
    assert 0.0 <= part <= 1.0
    compute = part * made + (1.0 - part) * bought
    assert part * made / compute == pytest.approx(share)
    assert one(cloud(own_aim=share).aims_own_chips(*given)) == 0.0


@given(share=st.floats(0.01, 0.9), cheaper=st.floats(1.01, 10.0))
def test_own_chips_gain_where_bought_ones_get_dearer(share: float, cheaper: float) -> None:
    """The choice between own and bought chips is a logit: its odds move with the ratio of the two costs."""
    p = parameters(clouds__own_share=1.0, clouds__own_advantage=2.0, clouds__own_design=0.0)
    owner = cloud(programme=True, own_aim=share)
    usual, dear = (one(owner.aims_own_chips(p, at(1.0), at(1.0), at(2.0 * x), at(1.0))) for x in (1.0, cheaper))
    odds = (dear / (1.0 - dear)) / (usual / (1.0 - usual))
    assert odds == pytest.approx(cheaper ** float(p.chips.price_sensitivity[0, 0]))


def test_a_programme_whose_savings_do_not_pay_for_its_designs_stops() -> None:
    p = parameters(clouds__own_share=1.0, clouds__own_advantage=2.0, clouds__own_design=20.0)
    owner = cloud(programme=True, own_aim=0.5)
    worth, not_worth = (one(owner.aims_own_chips(p, at(1.0), at(1.0), at(2.0), at(saved))) for saved in (41.0, 39.0))
    assert worth == pytest.approx(0.5)
    assert not_worth == 0.0


@given(cash=st.floats(-10.0, 1e4))
def test_designs_cost_the_same_whatever_is_made_and_no_more_than_there_is(cash: float) -> None:
    p = parameters(clouds__own_design=20.0)
    assert one(cloud(programme=True, cash=cash).design_cost(p)) == min(20.0, max(cash, 0.0))
    assert one(cloud(programme=True, cash=100.0, own_output=1e6).design_cost(p)) == 20.0
    assert one(cloud(cash=100.0).design_cost(p)) == 0.0


# --- prices -------------------------------------------------------------------------------------


@given(price=st.floats(0.01, 100.0), cost=st.floats(0.0, 100.0))
def test_the_list_price_moves_between_what_it_is_and_what_cost_bears(price: float, cost: float) -> None:
    aim = float(P.compute.list_markup[0, 0]) * cost
    posted = one(cloud(list_price=price).post_list_price(P, at(cost)))
    assert min(price, aim) - 1e-9 <= posted <= max(price, aim) + 1e-9


@given(
    spot=st.floats(0.01, 50.0), listed=st.floats(0.01, 100.0), scarcity=st.floats(-30.0, 30.0),
    floor=st.floats(0.05, 2.0),
)  # fmt: skip
def test_the_price_by_the_month_lies_between_running_cost_and_list_and_moves_slowly(
    spot: float, listed: float, scarcity: float, floor: float
) -> None:
    posted = one(cloud(type=NEW, spot=spot, list_price=listed, scarcity=scarcity).quotes_spot(P, at(floor)))
    up, down = float(P.contracts.quote_up[0, 0]), float(P.contracts.quote_down[0, 0])
    assert floor <= posted <= max(listed, floor)
    assert posted <= max(spot * np.exp(up), floor) * (1.0 + 1e-12)
    assert posted >= min(spot * np.exp(-down), listed) * (1.0 - 1e-12)


def test_the_price_by_the_month_goes_where_wants_meet_supply() -> None:
    def moved(scarcity: float) -> float:
        firm = cloud(type=NEW, spot=3.0, list_price=10.0, scarcity=scarcity)
        return float(np.log(one(firm.quotes_spot(P, at(0.4))) / 3.0))

    elasticity = float(P.contracts.spot_elasticity[0, 0])
    assert moved(0.0) == 0.0
    assert moved(0.02) == pytest.approx(0.02 / elasticity)
    assert moved(-0.02) == pytest.approx(-0.02 / elasticity)
    assert moved(9.0) == pytest.approx(float(P.contracts.quote_up[0, 0]))
    assert moved(-9.0) == pytest.approx(-float(P.contracts.quote_down[0, 0]))


@given(
    spot=st.floats(0.01, 50.0), listed=st.floats(0.01, 100.0), cost=st.floats(0.0, 50.0), more=st.floats(1.0, 3.0),
    type_=kind,
)  # fmt: skip
def test_a_contract_is_a_discount_on_the_list_or_never_below_cost_over_its_term(
    spot: float, listed: float, cost: float, more: float, type_: int
) -> None:
    posted = one(cloud(type=type_, spot=spot, list_price=listed).post_rent(P, at(cost), at(more * cost)))
    if type_ in (HYPERSCALER, CHINESE):
        assert posted == pytest.approx((1.0 - float(P.compute.contract_discount[0, 0])) * listed)
    else:
        assert more * cost <= posted <= max(float(P.compute.market_markup[0, 0]) * cost, spot, more * cost)


def test_own_work_gives_way_to_dear_compute_only() -> None:
    def run(spot: float) -> float:
        return one(cloud(spot=spot).own_use_at(P, at(100.0), at(2.0)))

    assert run(1.0) == run(2.0) == 100.0
    assert run(4.0) == pytest.approx(100.0 * 2.0 ** -float(P.contracts.own_elasticity[0, 0]))


# --- its own models and other firms -------------------------------------------------------------


@given(wanted=amount, capacity=amount, rents=st.booleans())
def test_what_is_kept_inside_is_wanted_and_there(wanted: float, capacity: float, rents: bool) -> None:
    kept = one(cloud(wanted_inside=wanted, capacity=capacity, rents_out=rents).kept_inside(P))
    assert 0.0 <= kept <= min(wanted, capacity)
    if rents:
        assert kept <= float(P.clouds.internal_priority[0, 0]) * capacity
    else:
        assert kept == min(wanted, capacity)


@given(wanted=amount, capacity=amount, part=share, rents=st.booleans(), develops=st.booleans())
def test_a_cloud_seeks_what_it_lacks_or_lets_what_is_idle(
    wanted: float, capacity: float, part: float, rents: bool, develops: bool
) -> None:
    member = cloud(type=HYPERSCALER, wanted_inside=wanted, capacity=capacity, wholesale=rents, develops=develops)
    own = capacity - part * capacity
    seeks, lets = one(member.seeks_compute(P, at(own))), one(member.lets_idle(at(own)))
    assert seeks == pytest.approx(max(wanted - own, 0.0))
    assert lets == pytest.approx(max(own - wanted, 0.0) if rents and not develops else 0.0)
    assert min(seeks, lets) == 0.0
    assert one(member.seeks_compute(parameters(**{"compute.wholesale": 0.25}), at(own))) == pytest.approx(0.25 * seeks)


@pytest.mark.parametrize(("aggregate", "alive", "seeks"), [(False, True, 1), (False, False, 0), (True, True, 0)])
def test_a_failed_cloud_neither_seeks_nor_lets_and_an_aggregate_does_not_seek(
    aggregate: bool, alive: bool, seeks: bool
) -> None:
    population = population_of(
        Cloud, 2, type=NEW, wanted_inside=[5.0, 0.0], capacity=[1.0, 9.0], wholesale=True, aggregate=aggregate
    )
    population.table.alive[:] = alive
    member = population.view()
    left = np.array([[1.0, 9.0]])
    assert member.seeks_compute(P, left).any() == seeks
    assert member.lets_idle(left).any() == alive


def test_releases_follow_the_rule_of_a_startup() -> None:
    from kingmaker.agents.startup import Startup

    training, months = np.logspace(0.0, 5.0, 40), np.tile([1.0, 3.0, 12.0, 40.0], 10)
    columns = {"training": training, "run_months": months, "capability": 24.0}
    clouds, labs = cloud(40, develops=True, **columns), firms(Startup, 40, **columns)
    assert (clouds.finishes_run(P) == labs.finishes_run(P)).all()
    assert not cloud(40, develops=False, **columns).finishes_run(P).any()


def test_openness_of_a_cloud_is_a_strategy() -> None:
    n = 20_000
    opens = [cloud(n, openness=openness).opens_weights(P, luck(n))[0] for openness in (0.0, 0.4, 0.9)]
    scale = float(P.technology.openness[0, 0])
    assert [share.mean() for share in opens] == pytest.approx([0.0, 0.4 * scale, 0.9 * scale], abs=0.02)
    assert (opens[1] <= opens[2]).all()


@given(
    signed=amount, sentiment=share, debt=amount, planned=amount, cash=amount, outside=st.floats(0.0, 1e4)
)  # fmt: skip
def test_loans_are_backed_and_needed(
    signed: float, sentiment: float, debt: float, planned: float, cash: float, outside: float
) -> None:
    backing = {"type": NEW, "pledged_contracts": signed, "sentiment": sentiment}
    firm = cloud(debt=debt, cash=cash, outside_cash=outside, **backing)
    loan = one(firm.borrows(P, at(planned)))
    assert 0.0 <= loan <= max(signed - debt, 0.0)
    service = debt * (float(P.clouds.contract_interest[0, 0]) / 12.0 + 1.0 / float(P.clouds.loan_months[0, 0]))
    need = float(P.clouds.loan_months_ahead[0, 0]) * planned + float(P.clouds.reserve_months[0, 0]) * service
    assert loan == 0.0 or cash + loan <= need * (1.0 + 1e-9)
    rich = cloud(**backing, outside_cash=float(P.clouds.self_financing[0, 0]) + 1.0)
    assert one(rich.borrows(P, at(planned))) == 0.0


@given(
    columns=st.fixed_dictionaries(
        {"outside_cash": amount, "outside_capex": amount, "cash": amount, "sentiment": share, "stake_purse": amount}
    ),
    rents=st.booleans(),
)
def test_stakes_are_paid_from_cash(columns: dict[str, float], rents: bool) -> None:
    money = one(cloud(rents_out=rents, **columns).offers_stake(P))
    assert 0.0 <= money <= 0.2 * columns["cash"] * (1.0 + 1e-12)
    assert rents or money == 0.0


def test_an_empty_slot_decides_nothing() -> None:
    population: Population[Any] = Population([(Cloud, 3)], 1, 9, "test")
    empty = population.view()
    for decision in (
        empty.raise_ambition(P, at(5.0)),
        empty.desired_capacity(P, at(5.0)),
        empty.capex_limit(P),
        empty.kept_inside(P),
        empty.offers_stake(P),
        empty.sees_chance(P, at(100.0), at(1.0)),
        empty.ramps_own_chips(P, at(5.0), at(5.0), at(5.0)),
    ):
        assert (decision == 0.0).all()
    assert np.isfinite(empty.post_rent(P, at(2.0), at(3.0))).all()
    assert np.isfinite(empty.quotes_spot(P, at(0.4))).all()
    assert not empty.finishes_run(P).any()
