"""Rounds, savers and exits: whose money goes where, what follows returns, how a solvent lab is emptied."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.investor import CHIPMAKER, CORPORATE, KINDS, PUBLIC_FUND, SOVEREIGN, VENTURE, Investor, merit
from kingmaker.agents.types import CN
from kingmaker.agents.venture import team_worth
from kingmaker.environment.capital import rounds, savers
from kingmaker.environment.firms import exits
from kingmaker.environment.model import ComputeEconomy
from tests.helpers import bits, firms, parameters, series

P = parameters()
NOTHING = np.zeros((1, 1))


def one(value: Any) -> float:
    return float(np.asarray(value).ravel()[0])


def at(value: float) -> np.ndarray:
    return np.full((1, 1), value)


def promised(p: Any = P, *, use: float = 0.0, chips: float = 0.0, worth: float = 0.0, **columns: float) -> float:
    given: dict[str, float] = {"usual": 10.0, "commitments": 10.0, "horizon": 12.0, "sentiment": 0.5}
    fund = firms(Investor, 1, **(given | columns))
    return one(fund.commits(p, at(use), at(chips), at(worth)))


# --- what investors are promised ------------------------------------------------------------------


@given(outlook=st.floats(-2.0, 5.0), more=st.floats(0.0, 2.0), kind=st.sampled_from([VENTURE, PUBLIC_FUND]))
def test_money_follows_returns_within_a_bound_and_can_fall_again(outlook: float, more: float, kind: int) -> None:
    step = float(P.capital.flow_step[0, 0])
    low, high = promised(kind=kind, outlook=outlook), promised(kind=kind, outlook=outlook + more)
    assert low <= high
    assert 10.0 * np.exp(-step) * (1.0 - 1e-12) <= low
    assert high <= 10.0 * np.exp(step) * (1.0 + 1e-12)
    hurdle = float(P.capital.hurdle[0, 0])
    assert promised(kind=kind, outlook=hurdle) == pytest.approx(10.0)
    assert promised(kind=kind, outlook=hurdle - 0.3) < 10.0 < promised(kind=kind, outlook=hurdle + 0.3)


def test_promises_have_no_ceiling_while_they_are_placed_and_do_not_grow_while_plenty_lies_idle() -> None:
    assert promised(kind=VENTURE, outlook=1.0, commitments=1e6) > 1e6
    idle = float(P.capital.dry_powder[0, 0]) * 10.0
    assert promised(kind=VENTURE, outlook=1.0, cash=idle) == pytest.approx(10.0)
    assert promised(kind=VENTURE, outlook=-1.0, cash=idle) < 10.0


def test_savers_hope_for_more_in_a_good_mood() -> None:
    assert promised(kind=VENTURE, sentiment=0.9) > promised(kind=VENTURE) > promised(kind=VENTURE, sentiment=0.1)
    blind = parameters(capital__mood_return=0.0)
    assert promised(blind, kind=VENTURE, sentiment=0.9) == promised(blind, kind=VENTURE, sentiment=0.1)


@pytest.mark.parametrize(
    ("kind", "signal"), [(CORPORATE, "use"), (CHIPMAKER, "chips"), (SOVEREIGN, "worth")], ids=lambda x: str(x)
)
def test_others_follow_motives_of_their_own(kind: int, signal: str) -> None:
    low, high = (promised(kind=kind, **{signal: value}) for value in (0.0, 1e5))
    assert low == pytest.approx(10.0)
    assert high > low
    assert promised(kind=kind, outlook=3.0) == pytest.approx(10.0)
    for other in {"use", "chips", "worth"} - {signal}:
        assert promised(kind=kind, **{other: 1e5}) == pytest.approx(10.0)
    # and when the reason is gone, so is the money
    assert promised(kind=kind, commitments=100.0) < 100.0


def test_a_sovereign_fund_that_holds_its_part_puts_in_no_more() -> None:
    part = float(P.capital.sovereign_part[0, 0])
    assert promised(kind=SOVEREIGN, worth=1e5, stakes=part * 1e5) == pytest.approx(10.0)


def test_each_kind_likes_what_it_looks_for() -> None:
    world = np.zeros(2, dtype=np.int64)

    def prefers(kind: int, behind: tuple[float, float], growth: tuple[float, float], bill: tuple[float, float]) -> int:
        first, second = merit(kind, P, world, *(np.array(pair) for pair in (behind, growth, bill)))
        return int(np.sign(first - second))

    assert [prefers(k, (0.0, 2.0), (0.1, 0.1), (1.0, 1.0)) for k in range(len(KINDS))] == [1, 1, 1, 0, 0]
    assert [prefers(k, (1.0, 1.0), (0.2, 0.0), (1.0, 1.0)) for k in range(len(KINDS))] == [1, 1, 0, 0, 0]
    assert [prefers(k, (1.0, 1.0), (0.1, 0.1), (9.0, 1.0)) for k in range(len(KINDS))] == [0, 0, 0, 1, 0]


# --- in the model ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model() -> ComputeEconomy:
    return ComputeEconomy.stack([{"rng": 1}, {"rng": 2}], months=60, keep_ties=True).run()


def test_kinds_of_investor_add_up_to_what_is_agreed(model: ComputeEconomy) -> None:
    read = model.measures.array
    kinds = ("funds", "corporate", "chipmakers", "clouds", "sovereigns")
    parts = sum(read(f"venture_{kind}_musd") for kind in kinds)
    assert read("venture_musd") == pytest.approx(parts)
    assert all(read(f"venture_{kind}_musd").sum() > 0.0 for kind in kinds)
    assert (read("largest_round_musd") <= read("venture_musd") * (1.0 + 1e-9)).all()
    # a stake counts when it is agreed, and is paid for over years
    assert read("venture_clouds_musd")[12].min() >= 10_000.0 * 0.99


def test_the_chipmaker_pays_for_its_arm(model: ComputeEconomy) -> None:
    flows = model.ledger.to_frame()
    pair = flows[(flows.kind == "commitments") & (flows.payer == "chipmakers")]
    assert len(pair) > 0
    assert set(pair.payee) == {"investors"}
    arm = [row.kind for row in model.tables.investors].index("chipmaker")
    assert model.tables.investors[arm].parent == "nvidia"
    assert (model.populations["investors"].table.data["stakes"][:, arm] > 0.0).all()


def test_only_large_rounds_interest_others_than_funds() -> None:
    model = ComputeEconomy(rng=3, months=12, **{"capital.strategic_ticket": 10_000.0}).run()
    assert model.measures.array("venture_funds_musd").sum() > 0.0
    for kind in ("corporate", "chipmakers", "sovereigns"):
        assert model.measures.array(f"venture_{kind}_musd").sum() == 0.0


def test_no_pool_pays_for_the_other_side() -> None:
    model = ComputeEconomy(rng=3, months=12).run()
    e = model.economy
    e.begin_month()
    investors, startups = e.investors.view(), e.startups.view()
    asks = np.where(startups.alive, 10.0 * startups.weight, 0.0)
    granted, paid, lead = rounds.place(e, asks)
    inside = investors.region == CN
    assert np.where(inside, paid, 0.0).sum() == pytest.approx(np.where(startups.region == CN, granted, 0.0).sum())
    assert (paid <= investors.cash).all()
    assert (granted <= asks * (1.0 + 1e-12)).all()
    got = granted > 0.0
    assert got.any()
    assert (inside[0][lead[got]] == (startups.region == CN)[got]).all()
    assert (lead[~got] == -1).all()


def test_money_given_is_no_return_and_a_firm_that_closes_is_a_loss() -> None:
    e = ComputeEconomy(rng=3, months=12).run(6).economy
    e.begin_month()
    startups, investors = e.startups.view(), e.investors.view()
    savers.carry(e)
    quiet = np.zeros_like(startups.value)
    horizon, before = investors.horizon, investors.outlook.copy()

    def seen(granted: np.ndarray) -> np.ndarray:
        investors.outlook = before.copy()
        savers.see_returns(e, granted)
        return np.asarray((investors.outlook - before) * horizon + before)

    assert seen(quiet) == pytest.approx(0.0, abs=1e-9)
    startups.value = startups.value + np.where(startups.alive, 5.0, 0.0)
    assert seen(np.where(startups.alive, 5.0, 0.0)) == pytest.approx(0.0, abs=1e-9)
    assert (seen(quiet) > 0.0).all()
    startups.value = startups.value * 0.5
    assert (seen(quiet) < 0.0).all()


# --- exits ----------------------------------------------------------------------------------------

EAGER = {"capital.hire_chance": 0.9, "capital.hire_months": 2000.0, "capital.trade_sales": 0.0}


def test_a_team_is_worth_years_of_its_cost() -> None:
    world = np.zeros(3, dtype=np.int64)
    worth = team_worth(P, world, np.array([1.0, 2.0, 1.0]), np.full(3, 0.9), np.array([0.8, 0.8, 0.0]))
    assert worth[1] == pytest.approx(2.0 * worth[0])
    assert worth[0] == pytest.approx(0.72 * float(P.capital.hire_months[0, 0]))
    assert worth[2] == 0.0


def test_where_merger_control_binds_a_giant_hires_the_team_and_a_shell_is_left() -> None:
    model = ComputeEconomy(rng=1, months=48, **EAGER, **{"policy.merger_control": 1.0})
    labs, clouds = model.populations["startups"].table, model.populations["clouds"].table
    named = [k for k, row in enumerate(model.tables.startups) if not row.applied]
    while model.running:
        before = {name: labs.data[name].copy() for name in ("applied", "talent", "capability", "compute_share")}
        there = labs.alive.copy()
        model.step()
        shell = (labs.data["applied"] > before["applied"]) & labs.alive & there
        if shell[:, named].any():
            break
    world, slot = np.argwhere(shell)[0]
    assert model.measures.array("hire_aways")[-1, 0] >= 1.0
    part = float(model.economy.p.capital.hired_part[0, 0])
    assert labs.data["talent"][world, slot] == pytest.approx((1.0 - part) * before["talent"][world, slot])
    assert labs.data["compute_share"][world, slot] < before["compute_share"][world, slot]
    partner = exits.partner_of(model.economy.startups.view())[world, slot]
    assert clouds.data["capability"][world, partner] >= labs.data["capability"][world, slot]
    flows = model.ledger.to_frame()
    fee = flows[flows.kind == "hire_aways"]
    assert set(zip(fee.payer, fee.payee, strict=True)) == {("clouds", "investors")}
    told = [text for *_, text in model.economy.events if "loses its team" in text]
    assert told
    model.run()  # and the ledger closes


@pytest.mark.parametrize(
    ("law", "hired", "bought"),
    [
        ({"policy.merger_control": 0.0}, False, True),
        ({"policy.merger_control": 1.0}, True, False),
        ({"policy.merger_control": 1.0, "policy.hire_review": 1.0}, False, False),
    ],
    ids=["may buy", "may only hire", "hiring is a merger"],
)
def test_the_law_decides_whether_a_firm_is_bought_or_emptied(law: dict[str, float], hired: bool, bought: bool) -> None:
    stack = [{"rng": seed, **EAGER, **law, "policy.review_threshold_musd": 0.0, "capital.takeover_chance": 0.0}
             for seed in (1, 2)]  # fmt: skip
    model = ComputeEconomy.stack(stack, months=40).run()
    assert (model.measures.array("hire_aways").sum() > 0.0) == hired
    assert (model.measures.array("startups_acquired").sum() > 0.0) == bought


def test_trade_sales_pay_the_owners_and_pass_on_to_savers() -> None:
    model = ComputeEconomy(rng=2, months=14, **{"capital.recycled": 0.0, "capital.trade_sales": 0.05}).run()
    assert model.measures.array("startups_sold").sum() > 0.0
    flows = model.ledger.to_frame()
    sold = flows[(flows.kind == "trade_sales") & (flows.payee == "investors")]
    handed = flows[(flows.kind == "dividends") & (flows.payer == "investors")]
    column = next(name for name in flows.columns if "musd" in name or name == "amount")
    assert handed[column].sum() >= sold[column].sum() * (1.0 - 1e-9) > 0.0


def test_exits_and_rounds_of_a_world_are_the_same_alone_and_in_a_stack() -> None:
    worlds = [{"rng": 4, **EAGER}, {"rng": 5, "capital.trade_sales": 0.05}, {"rng": 4, "policy.merger_control": 0.0}]
    together = ComputeEconomy.stack(worlds, months=24).run()
    for place, world in enumerate(worlds):
        alone = ComputeEconomy.stack([world], months=24).run()
        mine, theirs = series(alone, 0), series(together, place)
        assert {name: bits(a) for name, a in mine.items()} == {name: bits(a) for name, a in theirs.items()}
