"""Values of clouds: announcements, stakes, licences and revenue shares, and clouds that fail."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.types import NONE
from kingmaker.environment.capital import capital_market
from kingmaker.environment.capital.news import COLUMNS, News
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.services import licences
from tests.invariants.stocks import faults

FRAGILE = {
    "clouds.contract_interest": 0.3, "clouds.advance_strong": 1.0, "clouds.reserve_months": 0.0,
    "clouds.operating_share": 0.8, "clouds.default_months": 2.0, "startups.number": 60,
}  # fmt: skip


def row(*values: float) -> np.ndarray:
    return np.array([values])


@pytest.fixture(scope="module")
def run() -> ComputeEconomy:
    return ComputeEconomy(rng=3, months=60)


@pytest.fixture(scope="module")
def finished(run: ComputeEconomy) -> ComputeEconomy:
    return run.run()


# --- pure functions -----------------------------------------------------------------------------


@given(st.floats(0.0, 1e6), st.floats(0.0, 1e6), st.floats(1.0, 1e7))
def test_a_larger_surprise_moves_more_and_never_beyond_all(small: float, more: float, value: float) -> None:
    moved = capital_market.announcement_return(row(small, small + more), row(value), row(1.0))[0]
    assert 0.0 <= moved[0] <= moved[1] <= 1.0
    fallen = capital_market.announcement_return(-row(small), row(value), row(1.0))[0, 0]
    assert fallen == -moved[0]


def test_a_contract_is_worth_more_the_longer_the_faster_growing_and_the_less_discounted() -> None:
    def worth(growth: float = 0.02, months: float = 36.0, discount: float = 0.008) -> float:
        given_ = (row(v) for v in (10.0, growth, 0.4, months, discount))
        return float(capital_market.contract_worth(*given_)[0, 0])

    assert worth(growth=0.0) < worth() < worth(growth=0.04)
    assert worth(months=12.0) < worth() < worth(months=60.0)
    assert worth(discount=0.02) < worth() < worth(discount=0.0)
    assert worth(growth=0.008) == pytest.approx(10.0 * 0.4 * 36.0)  # growth and discount cancel


def test_comovement_is_one_for_the_same_and_minus_one_for_the_opposite() -> None:
    rng = np.random.default_rng(1)
    seen = capital_market.Comovement()
    assert seen.correlation(row(10.0)).tolist() == [0.0]
    labs, value = row(10.0, 10.0), row(5.0, 5.0)
    for _ in range(40):
        step = np.exp(0.1 * rng.standard_normal())
        new_labs, new_value = labs * step, value * row(step, 1.0 / step)
        seen.see(new_value, value, new_labs, labs, months=row(36.0), bound=row(0.5))
        labs, value = new_labs, new_value
    assert seen.correlation(row(10.0))[0] == pytest.approx(0.0, abs=1e-9)  # mean of 1 and -1
    assert seen.correlation(row(36.0)).tolist() == [0.0]  # with fading, nobody has been seen for so long


# --- announcements ------------------------------------------------------------------------------


def test_announcements_are_on_record_with_both_reactions(finished: ComputeEconomy) -> None:
    frame = finished.news_frame()
    assert tuple(frame.columns) == COLUMNS
    assert not frame.empty
    assert (frame.winner_return >= 0.0).all()
    assert (frame.loser_return <= 0.0).all()
    assert (frame.value_musd > 0.0).all()
    assert frame.month.between("2022-02", "2026-12").all()
    named = {row_.name for row_ in finished.tables.clouds} | {""}
    assert set(frame.winner) | set(frame.loser) <= named
    moved = frame[frame.kind.isin(["switch", "second_host"])]
    assert (moved.winner != moved.loser).all()
    assert (moved.winner_return > 0.0).all()


def test_a_full_host_loses_little() -> None:
    from kingmaker.environment.capital.announcements import _refilled

    model = ComputeEconomy(rng=1, months=2).run()
    data = model.populations["clouds"].table.data
    data["sold"][...], data["shortage"][...] = 100.0, 0.5
    data["shortage"][:, 1] = 0.0
    share = _refilled(model.populations["clouds"].view(), np.full_like(data["sold"], 50.0))
    assert share[0, 0] == 1.0
    assert share[0, 1] == 0.0


def test_small_contracts_are_no_news() -> None:
    loud = ComputeEconomy(rng=3, months=30, **{"capital.news_least": 0.0}).run()
    deaf = ComputeEconomy(rng=3, months=30, **{"capital.news_least": 1e5}).run()
    assert len(loud.news_frame()) > len(deaf.news_frame()) == 0
    assert deaf.measures.array("winner_return").max() == 0.0 < loud.measures.array("winner_return").max()


def test_means_of_the_record_are_by_world_side_and_window() -> None:
    news, one = News(), np.ones((2, 1))
    slot = np.zeros((2, 1), dtype=np.int32)
    nobody = np.full((2, 1), NONE, dtype=np.int32)
    where = np.array([[True], [False]])
    news.add(5, "switch", where, one, slot, nobody, one, one, 0.2 * one, -0.1 * one)
    assert news.mean_return("winner", 2, (0, 9), ("switch",), [0])[0] == 0.2
    for side, window, kinds, clouds in (
        ("winner", (6, 9), ("switch",), [0]), ("winner", (0, 9), ("second_host",), [0]),
        ("winner", (0, 9), ("switch",), [1]), ("loser", (0, 9), ("switch",), [0]),
    ):  # fmt: skip
        assert np.isnan(news.mean_return(side, 2, window, kinds, clouds)).all()


# --- stakes and revenue shares ------------------------------------------------------------------


def test_a_clouds_value_is_its_business_and_what_it_holds(finished: ComputeEconomy) -> None:
    data = finished.populations["clouds"].table.data
    assert np.allclose(data["value"], data["business"] + data["holdings"])
    assert data["holdings"].max() > 1e3
    labs = finished.populations["startups"].table.data
    assert (labs["vendor_share"] + labs["vendor_before_share"] <= 1.0 + 1e-9).all()


def test_a_chipmakers_value_moves_with_all_that_it_sells(finished: ComputeEconomy) -> None:
    rows = finished.tables.chipmakers
    table = finished.populations["chipmakers"].table
    start = np.array([row.market_value_musd for row in rows])
    leader, huawei = (next(k for k, row in enumerate(rows) if row.id == name) for name in ("nvidia", "huawei"))
    assert table.data["sales"][0, huawei] > 50.0 * max(rows[huawei].units_per_month_2022, 1.0)  # it began with nothing
    assert 1.0 < table.data["value"][0, huawei] / start[huawei] < 3.0  # most of what the firm sells are no AI chips
    assert table.data["value"][0].argmax() == leader


def test_what_a_lab_gains_its_holder_gains_in_proportion() -> None:
    stake, royalty, holder = row(0.4, 0.1), row(0.2, 0.0), np.array([[0, NONE]], dtype=np.int32)
    before, _ = capital_market.equity_values(row(100.0, 50.0), row(1e3, 5.0), [(stake, holder)], [(royalty, holder)])
    after, equity = capital_market.equity_values(row(200.0, 90.0), row(1e3, 5.0), [(stake, holder)],
                                                 [(royalty, holder)])  # fmt: skip
    assert (after - before)[0] == pytest.approx([100.0 * (0.2 + 0.4 * 0.8), 0.0])
    assert equity[0] == pytest.approx([160.0, 90.0])


def test_licences_and_revenue_shares_are_flows_of_the_ledger(finished: ComputeEconomy) -> None:
    flows = finished.ledger.to_frame()
    for kind, payer, payee, measure in (
        ("licence", "clouds", "startups", "licence_musd"),
        ("revenue_share", "startups", "clouds", "revenue_share_musd"),
    ):  # fmt: skip
        part = flows[flows.kind == kind]
        assert set(part.payer) == {payer}
        assert set(part.payee) == {payee}
        assert part.musd.sum() == pytest.approx(finished.measures.array(measure).sum())
        assert part.musd.sum() > 0.0


def test_who_holds_a_stake_sells_the_models_wherever_they_are_hosted() -> None:
    model = ComputeEconomy(rng=3, months=16).run()  # Google has bought into Anthropic, a tenant of Amazon's
    e = model.economy
    labs, clouds = (model.populations[name].table for name in ("startups", "clouds"))
    all_lent = licences.lent_reach(e)
    lent, vendor = all_lent[0], labs.data["vendor"][0]
    owned = labs.alive[0] & (vendor != NONE)
    assert owned.any()
    assert (lent[~owned] == 0.0).all()  # a preferred host that has bought nothing sells nothing
    distribution = labs.data["distribution"][0, owned]
    reach = e.p.services.partner_reach[0, 0] * clouds.data["distribution"][0, vendor[owned]]
    assert lent[owned] == pytest.approx(reach * (1.0 - distribution))
    assert (distribution + lent[owned] <= 1.0).all()
    elsewhere = owned & (vendor != labs.data["host"][0]) & ~labs.data["open_weights"][0]
    resold = licences.resold(e, np.ones_like(labs.data["revenue"]), all_lent)[0]
    assert elsewhere.any()
    assert (resold[elsewhere] > 0.0).all()
    assert (resold[labs.data["open_weights"][0]] == 0.0).all()


def test_without_partners_reach_and_without_a_share_nothing_is_passed_on() -> None:
    model = ComputeEconomy(rng=3, months=20, **{"services.partner_reach": 0.0, "capital.revenue_share": 0.0}).run()
    assert model.measures.array("licence_musd").max() == 0.0
    assert model.measures.array("revenue_share_musd").max() == 0.0


# --- clouds that fail ---------------------------------------------------------------------------


def test_clouds_that_cannot_pay_are_wound_up_and_nothing_is_lost_on_the_way() -> None:
    model = ComputeEconomy(rng=1, months=72, **FRAGILE)
    closed = 0.0
    while model.running:
        model.step()
        if model.measures.latest("clouds_failed") > 0.0:
            closed += model.measures.latest("clouds_failed")
            assert not list(faults(model))
            table = model.populations["clouds"].table
            dead = np.flatnonzero(~table.alive[0])
            labs = model.populations["startups"].table.data
            for column in ("host", "second", "vendor", "vendor_before", "credit_host", "talks"):
                assert not np.isin(labs[column][0], dead).any(), column
            assert model.economy.chips.running[0, dead].sum() == 0.0
            assert table.data["debt"][0, dead].sum() == 0.0
    assert closed >= 1.0
    flows = model.ledger.to_frame()
    lost = flows[flows.kind == "default"]
    assert lost.musd.sum() == pytest.approx(model.measures.array("default_loss_musd").sum())
    assert lost.musd.sum() > 0.0
    assert (model.events_frame().kind == "failure").any()
    model.partnerships.graph()


def test_failures_of_clouds_do_not_touch_other_worlds() -> None:
    alone = ComputeEconomy(rng=2, months=66, **FRAGILE).run()
    stack = ComputeEconomy.stack([{"rng": s, **FRAGILE} for s in (1, 2, 4)], months=66).run()
    assert stack.measures.array("clouds_failed").sum() > 0.0
    for name in ("services_musd", "compute_h100e", "default_loss_musd", "fate_correlation", "listed_value_musd"):
        assert np.array_equal(alone.measures.array(name)[:, 0], stack.measures.array(name)[:, 1]), name


def test_clouds_with_a_business_of_their_own_never_fail() -> None:
    model = ComputeEconomy(rng=1, months=40, **FRAGILE).run()
    names = [r.id for r in model.tables.clouds]
    alive = model.populations["clouds"].table.alive[0]
    assert all(alive[names.index(name)] for name in ("microsoft", "amazon", "google", "meta", "oracle"))
