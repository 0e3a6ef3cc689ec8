"""Stakes are paid in tranches; rounds are in proportion; January 2022 stands on the money of 2021."""

from __future__ import annotations

import numpy as np
import pytest

from kingmaker.environment.model import ComputeEconomy

SMALL = {"startups.number": 40}
OPENAI = 0


def build(months: int, seeds: int = 1, **pins: float) -> ComputeEconomy:
    return ComputeEconomy.stack([{"rng": 3 + s, **SMALL, **pins} for s in range(seeds)], months=months)


def test_of_an_older_stake_the_tranches_from_january_2022_on_are_still_to_come() -> None:
    months = 42.0
    data = build(1, **{"capital.tranche_months": months}).populations["startups"].table.data
    rate = (2000.0 + 1000.0) / months  # June 2021 and July 2019
    left = 2000.0 * (months - 7.0) / months + 1000.0 * (months - 30.0) / months
    assert data["pledge_rate"][0, OPENAI] == pytest.approx(rate)
    assert data["pledged"][0, OPENAI] == pytest.approx(left)
    done = build(1, **{"capital.tranche_months": 7.0}).populations["startups"].table.data
    assert done["pledged"][0, OPENAI] == 0.0
    assert done["pledge_rate"][0, OPENAI] == 0.0


def test_a_dated_stake_is_paid_month_by_month_part_of_it_as_compute() -> None:
    model = build(30, **{"capital.tranche_months": 10.0, "capital.stake_chance": 0.0, "capital.success": 0.0})
    data = model.populations["startups"].table.data
    model.run(12)
    before = data["paid_clouds"][0, OPENAI]
    stakes = []
    for month in range(1, 12):
        model.step()
        paid = data["paid_clouds"][0, OPENAI] - before
        assert paid == pytest.approx(1000.0 * min(month, 10), rel=1e-9)
        stakes.append(data["vendor_share"][0, OPENAI])
    assert data["pledged"][0, OPENAI] == pytest.approx(0.0, abs=1e-6)
    assert stakes[0] > 0.3  # the shares are bought at once, the money comes later
    assert data["prepaid"][0, OPENAI] > 0.0
    assert data["credit_host"][0, OPENAI] == [row.id for row in model.tables.clouds].index("microsoft")


def test_another_clouds_stake_makes_the_first_ones_promise_fall_due() -> None:
    model = build(20, **{"capital.stake_chance": 0.0, "capital.success": 0.0})
    model.run(14)
    from kingmaker.environment.capital import finance

    e = model.economy
    startups = e.populations["startups"].view()
    slots = startups.alive.shape[-1]
    amount = np.where(np.arange(slots) == OPENAI, 500.0, 0.0)[np.newaxis]
    google = [row.id for row in model.tables.clouds].index("google")
    owed, paid = startups.pledged[0, OPENAI].copy(), startups.paid_clouds[0, OPENAI].copy()
    assert owed > 5000.0
    e.now.capital.funding_musd = np.zeros(1)
    finance._buy_in(e, amount, np.full((1, slots), google, dtype=np.int32), "test")
    assert startups.paid_clouds[0, OPENAI] == pytest.approx(paid + owed)
    assert startups.pledged[0, OPENAI] == pytest.approx(500.0)
    assert startups.vendor[0, OPENAI] == google
    model.run(2)  # and the ledger closes
    startups = e.populations["startups"].view()
    assert startups.pledged[0, OPENAI] < 500.0


def test_no_lab_raises_more_than_funds_put_into_one_firm() -> None:
    model = build(30, seeds=6)
    data, funds = model.populations["startups"].table.data, model.populations["investors"].table.data
    part = float(model.economy.p.capital.concentration[0, 0])
    largest = 0.0
    while model.running and model.month < model.months:
        held, before = funds["cash"].sum(axis=-1), data["paid_funds"][:, :16].copy()
        model.step()
        raised = np.maximum(data["paid_funds"][:, :16] - before, 0.0).max(axis=-1)
        first = 1000.0  # first money of a named lab comes when it enters
        assert (raised <= np.maximum(1.1 * part * held, first)).all()
        largest = max(largest, float(raised.max()))
    assert largest > 200.0


def test_the_firms_of_january_2022_hold_what_is_left_of_the_rounds_of_2021() -> None:
    model = build(1, seeds=200)
    table = model.populations["startups"].table
    named = len(model.tables.startups)
    cash, burn = table.data["cash"][:, named:].sum(axis=-1), table.data["burn"][:, named:].sum(axis=-1)
    runway = float(model.economy.p.startups.runway[0, 0])
    assert (burn * runway).mean() == pytest.approx(74_600.0, rel=0.1)  # fact 9-001
    assert (cash / (burn * runway)).mean() == pytest.approx(1.0 - 6.0 / runway, abs=0.03)
    applied = table.data["applied"][:, named:][table.alive[:, named:]].mean()
    assert 1.0 - applied == pytest.approx(float(model.economy.p.startups.makers[0, 0]), abs=0.01)
