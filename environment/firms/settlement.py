"""Settlement: energy, wages, interest, loans, tax, dividends."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import SMALL, TINY, exp, power
from kingmaker.agents.chipmaker import Chipmaker
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.firm import Firm
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import CN, FloatArray, Who
from kingmaker.agents.units import YEAR
from kingmaker.environment.capital import debts, savers, valuation
from kingmaker.environment.chips import energy
from kingmaker.environment.compute.sites import pay_running
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.phases import phase


@phase("licences.share_revenue")
def pay_costs(e: Economy) -> None:
    """Income of the business outside AI comes in; energy, wages, research, tax and dividends go out."""
    valuation.move_values(e)
    _cloud_accounts(e)
    _chipmaker_accounts(e)
    _startup_accounts(e)
    savers.hand_back(e)


def _cloud_accounts(e: Economy) -> None:
    p = e.p
    clouds = e.clouds.view()
    alive = clouds.alive
    grow = power(1.0 + clouds.outside_growth, 1.0 / YEAR)
    # growth of the mature businesses fades towards that of the economy
    clouds.outside_growth = clouds.outside_growth + p.clouds.mature_fade * (
        p.clouds.mature_growth - clouds.outside_growth
    )
    clouds.outside_cash, clouds.outside_revenue = clouds.outside_cash * grow, clouds.outside_revenue * grow
    luck = e.draws("ordinary cloud growth", "clouds").normal()
    beside = clouds.ai_revenue / np.maximum(clouds.cloud_revenue, SMALL)
    pull = p.clouds.ai_pull * np.minimum(beside, p.clouds.ai_pull_most)
    trough = p.clouds.trough * exp(-(((e.month - p.clouds.trough_month) / p.clouds.trough_width) ** 2))
    rate = np.maximum(clouds.cloud_growth - trough + pull + p.clouds.cloud_luck * luck, p.clouds.cloud_decline)
    clouds.cloud_growth = clouds.cloud_growth + p.clouds.cloud_fade * (p.clouds.cloud_maturity - clouds.cloud_growth)
    clouds.cloud_revenue = clouds.cloud_revenue * power(1.0 + rate, 1.0 / YEAR)
    e.from_rest("outside_profit", "clouds", clouds.outside_cash * alive)
    clouds.own_benefit = e.clouds.act(Cloud.gains, p) * alive
    clouds.own_worth = e.clouds.act(Cloud.learns_worth, p)
    e.from_rest("own_benefit", "clouds", clouds.own_benefit)
    e.from_rest("cloud_revenue", "clouds", clouds.cloud_revenue * alive)
    # the margin of ordinary cloud is part of the cash flow outside AI, so here its revenue goes out again as cost
    e.pay_rest("costs", "clouds", np.minimum(clouds.cloud_revenue * alive, clouds.cash))
    bill = energy.monthly_bill(e.now.building.power_mw * p.energy.load, e.now.building.power_price)
    _spend(e, "energy", "clouds", bill)
    _spend(e, "costs", "clouds", p.clouds.operating_share * clouds.ai_revenue)
    # cash flow outside AI is reported after its tax and interest, so only the AI business is taxed here
    costs = bill + e.now.building.depreciation + e.now.compute.wholesale_bill
    income = clouds.own_benefit + (1.0 - p.clouds.operating_share) * clouds.ai_revenue
    income = income + e.now.building.resale_gain - costs
    _tax(e, "clouds", p.policy.tax * np.maximum(income, 0.0))
    spare = np.maximum(clouds.cash - p.clouds.cash_target * (clouds.outside_cash + clouds.capex), 0.0)
    spare = np.where(clouds.debt > 0.0, 0.0, spare)  # lenders let nothing go to owners before they are paid
    _spend(e, "dividends", "clouds", p.clouds.payout * spare)
    debts.service_debts(e)


def _spend(e: Economy, kind: str, payer: Who, wanted: FloatArray) -> None:
    """Pay the rest of the economy what is due, as far as there is cash."""
    firms: Firm = e.populations[payer].view()
    e.pay_rest(kind, payer, np.minimum(np.maximum(wanted, 0.0), np.maximum(firms.cash, 0.0)))


def _tax(e: Economy, payer: Who, due: FloatArray) -> None:
    firms: Firm = e.populations[payer].view()
    e.pay_public("tax", payer, np.minimum(due, np.maximum(firms.cash, 0.0)))


def _chipmaker_accounts(e: Economy) -> None:
    p = e.p
    population = e.chipmakers
    makers: Chipmaker = population.view()
    before = np.maximum(
        makers.sales - (e.now.chips.maker_revenue - makers.sales) / (p.chips.sales_months - 1.0), 1.0
    )  # undo this month's smoothing
    other = np.array([row.other_sales_musd for row in e.tables.chipmakers])  # the value stands for these too
    growth = (np.maximum(makers.sales, 1.0) + other) / (before + other)
    makers.value = makers.value * power(growth, p.capital.sales_value)
    _spend(e, "costs", "chipmakers", population.act(Chipmaker.research_budget, p))
    research = population.act(Chipmaker.research_budget, p)
    profit = np.maximum(e.now.chips.maker_revenue - e.now.chips.unit_costs - research, 0.0)
    _tax(e, "chipmakers", p.policy.tax * profit)
    support_industry(e)
    spare = np.maximum(makers.cash - makers.deferred - p.chips.cash_months * makers.sales, 0.0)
    _spend(e, "dividends", "chipmakers", p.chips.payout * spare)


def support_industry(e: Economy) -> None:
    """Industrial policy of China: public money becomes capacity of its chipmakers (row R5)."""
    p = e.p
    makers = e.chipmakers.view()
    subsidy = np.where(makers.region == CN, p.policy.china_subsidy_musd, 0.0) * np.ones_like(makers.cash)
    e.ledger.pay("subsidy", "sectors", e.to_sectors(public=subsidy.sum(axis=-1)), "chipmakers", subsidy)
    _spend(e, "costs", "chipmakers", subsidy)  # it is spent on tools and packaging
    makers.capacity = makers.capacity + subsidy / p.chips.capacity_cost


def _startup_accounts(e: Economy) -> None:
    """Wages and other costs."""
    population = e.startups
    startups: Startup = population.view()
    p = e.p
    pay_running(e)
    _, staff = population.act(Startup.budget, p, by_slot(e.now.compute.dearness))
    _spend_from(e, startups, staff)


def _spend_from(e: Economy, startups: Startup, wanted: FloatArray) -> None:
    cash = np.maximum(startups.cash, 0.0)
    paid = np.minimum(np.maximum(wanted, 0.0), cash)
    left = 1.0 - paid / np.maximum(cash, TINY)
    e.now.turnover.raised_for_staff = (startups.raised_cash * (1.0 - left)).sum(axis=-1)
    startups.vendor_cash = startups.vendor_cash * left
    startups.raised_cash = startups.raised_cash * left
    startups.staff = paid
    startups.age = startups.age + 1.0
    e.pay_rest("costs", "startups", paid)
