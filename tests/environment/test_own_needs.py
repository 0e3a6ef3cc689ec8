"""Own needs in the model: they earn, follow their returns, stop with them, and start as an economy that was there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kingmaker.agents.cloud import CONSORTIUM, NEW
from kingmaker.agents.startup import Startup
from kingmaker.environment.core.measure_table import Measures
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.record import income_lines as il
from kingmaker.environment.record.income import Line, statement
from kingmaker.environment.record.income_sector import AI_INCOME, CAPEX

SMALL: dict[str, Any] = {"startups.number": 40}
STOP, LATER = 48, 84  # January 2026, and three years on


@pytest.fixture(scope="module")
def reference() -> ComputeEconomy:
    return ComputeEconomy.stack([{"rng": k, **SMALL} for k in range(1, 5)], months=108, keep_ties=True).run()


@pytest.fixture(scope="module")
def branches() -> ComputeEconomy:
    """A world that goes on, and the same from January 2026 on with an AI that brings owners nothing any more."""
    model = ComputeEconomy(rng=3, months=LATER, register=False, **SMALL)
    model.run(STOP)
    return model.branch([{}, {"clouds.own_gain": 0.0}], keep_ties=True).run()


def test_when_returns_stop_owners_want_and_buy_no_more_compute_for_themselves(branches: ComputeEconomy) -> None:
    def own(measures: Measures) -> np.ndarray:
        return measures.array("own_work_h100e") + measures.array("own_training_h100e")

    wanted = own(branches.measures)[STOP:]
    assert wanted[-1, 0] > 1.2 * wanted[0, 0]
    assert wanted[-1, 1] < 0.5 * wanted[0, 1]
    assert wanted[-1, 1] < wanted[18, 1]
    work = branches.measures.array("own_work_h100e")[STOP:, 1]
    assert (np.diff(work[1:]) < 0.0).all()
    assert work[-1] < 0.1 * work[0]
    assert branches.measures.array("own_benefit_musd")[STOP:, 1].max() == 0.0
    spent = branches.measures.array("ai_capex_musd")[STOP + 12 :].sum(axis=0)
    assert spent[1] < 0.75 * spent[0]  # training of models that are sold goes on


def test_and_they_believe_less_and_say_so(branches: ComputeEconomy) -> None:
    belief = branches.measures.array("belief")[STOP + 3 : STOP + 24]
    assert (belief[:, 1] < belief[:, 0]).all()
    assert belief[12:, 1].mean() < 0.8 * belief[12:, 0].mean()
    told = branches.events_frame()
    cuts = told[(told.text == "wants less compute of its own: returns fall short of what it expected")
                & (told.month >= "2026-01") & (told.month <= "2026-12")]  # fmt: skip
    four = {"Meta", "Google Cloud and DeepMind", "Microsoft Azure", "Amazon AWS"}
    assert four <= set(cuts[cuts.world == 1].who)
    assert not four & set(cuts[cuts.world == 0].who)


@pytest.mark.slow
def test_capital_spending_on_ai_earns_its_keep_by_2030(reference: ComputeEconomy) -> None:
    lines = statement(reference.economy.ledger)
    capex, income = (lines[Line(il.WHOLE, "", il.CAPITAL, name)][:, 24:].sum(axis=1) for name in (CAPEX, AI_INCOME))
    assert (capex / income < 1.5).all()


@pytest.mark.slow
def test_own_needs_are_finite_and_each_hour_brings_at_least_what_it_costs(reference: ComputeEconomy) -> None:
    m = reference.measures
    wanted = m.array("own_work_h100e") + m.array("own_training_h100e")
    early, late = np.log(wanted[35] / wanted[23]), np.log(wanted[-1] / wanted[-13])
    assert (late < 0.25 * early).all()
    assert (m.array("own_return")[12:] > 1.0).all()  # the mean is above the margin
    benefit, revenue = m.array("own_benefit_musd")[-1], reference.economy.clouds.view().outside_revenue.sum(axis=-1)
    assert (benefit < float(reference.economy.p.clouds.own_gain[0, 0]) * revenue).all()


@pytest.mark.slow
def test_belief_is_high_in_the_boom_and_follows_returns_down(reference: ComputeEconomy) -> None:
    belief = reference.measures.array("belief")
    assert (belief[23:36].mean(axis=0) > 0.8).all()
    assert (belief[-1] < 0.6).all()


def test_what_owners_gain_scales_with_their_business_and_clouds_without_one_gain_nothing() -> None:
    model = ComputeEconomy(rng=1, months=6, register=False, **SMALL).run()
    clouds = model.economy.clouds.view()
    none = clouds.outside_revenue == 0.0
    assert (((clouds.type == NEW) | (clouds.type == CONSORTIUM)) <= none).all()
    assert (clouds.own_benefit[none] == 0.0).all()
    assert (clouds.own_benefit[~none & clouds.alive] > 0.0).all()
    share = clouds.own_benefit[~none & clouds.alive] / clouds.outside_revenue[~none & clouds.alive]
    assert share.max() < 0.2
    assert model.measures.latest("own_benefit_musd") == pytest.approx(clouds.own_benefit.sum())


def test_the_own_work_of_january_is_what_pays_in_january() -> None:
    model = ComputeEconomy(rng=1, months=3, register=False, **SMALL)
    before = model.economy.clouds.view().workloads.copy()
    model.run(1)
    clouds = model.economy.clouds.view()
    running = (before > 0.0) & (clouds.outside_revenue > 0.0)
    assert np.allclose(clouds.workloads[running] / before[running], 1.0, atol=0.05)


def test_the_firms_of_january_have_raised_together_what_they_had_on_average() -> None:
    model = ComputeEconomy.stack([{"rng": k} for k in range(8)], months=2)
    startups, p = model.economy.startups.view(), model.economy.p.startups
    named = len(model.tables.startups)
    money = (startups.value * startups.alive)[:, named:].sum(axis=-1) / p.first_value[:, 0]
    assert np.allclose(money, money[0], rtol=1e-9)
    firms = float(p.mass[0, 0])
    median, sigma = float(p.founding_round[0, 0]), float(p.round_sigma[0, 0])
    assert money[0] / firms == pytest.approx(median * np.exp(sigma**2 / 2.0), rel=0.15)  # the largest are cut off


def test_there_is_no_wave_of_complaints_at_the_start() -> None:
    """Tenants came over years, each to a host with room: it is not for want of a past that they go short."""
    model = ComputeEconomy.stack([{"rng": k} for k in range(16)], months=9).run()
    startups: Startup = model.economy.startups.view()
    tenants = (startups.weight * startups.alive * (startups.host >= 0)).sum(axis=-1)
    early = model.measures.array("complaints")[1:6].mean(axis=0)
    assert (early < 0.1 * tenants).all()
    assert early.mean() < 0.015 * tenants.mean()
