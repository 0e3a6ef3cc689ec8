"""Debts: clouds that live by renting compute borrow against it, pay interest and principal, and may fail.

A cloud that has not met its debts for some months is wound up: its chips are sold to other clouds below their book
value, its creditors take what there is and lose the rest, its tenants must move.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import ROUNDING, TINY, positive
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.population import by_slot
from kingmaker.agents.types import NONE, BoolArray, FloatArray
from kingmaker.agents.units import YEAR
from kingmaker.environment.compute import tenancies
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, by_host
from kingmaker.environment.core.phases import phase
from kingmaker.environment.ties import contracts, leases, stakes


def service_debts(e: Economy) -> None:
    """Interest is paid, new loans are taken, and lenders want back what they no longer find covered."""
    p = e.p
    population = e.clouds
    clouds: Cloud = population.view()
    due = clouds.debt * population.act(Cloud.interest, p) / YEAR
    interest = np.minimum(due, np.maximum(clouds.cash, 0.0))
    e.pay_rest("interest", "clouds", interest)
    new = population.act(Cloud.borrows, p, by_slot(e.now.chips.planned_spending))
    principal = clouds.debt / p.clouds.loan_months
    uncovered = clouds.debt > population.act(Cloud.can_keep, p)
    back = np.minimum(principal, np.where(uncovered, 1.0, p.clouds.repayment_purse) * clouds.cash)
    most = 1.0 - ROUNDING
    short = (interest < most * due) | (uncovered & (back < most * principal))
    e.ledger.pay("credit", "sectors", e.to_sectors(rest=new.sum(axis=-1)), "clouds", new)
    e.now.capital.lent = e.now.capital.lent + new.sum(axis=-1)
    e.pay_rest("repayment", "clouds", back)
    clouds.arrears = np.where(short & (clouds.debt > 0.0), clouds.arrears + 1.0, 0.0)


@phase("turnover.fail_and_merge")
def wind_up_clouds(e: Economy) -> None:
    """Clouds that cannot meet their debts close."""
    population = e.clouds
    fails = population.act(Cloud.defaults, e.p)
    e.now.turnover.clouds_failed = fails.sum(axis=-1).astype(np.float64)
    e.now.turnover.default_loss_musd = np.zeros(e.worlds)
    if not fails.any():
        return
    e.note_event(fails, "clouds", "failure", "cannot meet its debts and is wound up; its tenants must move")
    _release_tenants(e, fails)
    leases.release(e, fails)
    _release_stakes(e, fails)
    _drop_orders(e, fails)
    _sell_chips(e, fails)
    _pay_creditors(e, fails)
    e.now.compute.used = np.where(fails, 0.0, e.now.compute.used)
    e.partnerships.forget(e.month, fails, "clouds")
    population.leave(fails)


def _release_tenants(e: Economy, fails: BoolArray) -> None:
    """Compute paid ahead is lost; a second host becomes the first, the others choose anew next month."""
    startups = e.startups.view()
    gone = fails.astype(np.float64)
    lapsed = startups.credit * at_host(gone, startups.credit_host)
    e.ledger.draw_down("lapsed", "startups", lapsed, "clouds", by_host(lapsed, startups.credit_host, fails.shape[1]))
    startups.credit_host = np.where(at_host(gone, startups.credit_host) > 0.0, NONE, startups.credit_host)
    freed = startups.second != NONE
    first = contracts.release(e, fails, tenancies.new_term(e, "contract term after a failure", startups.alive))
    # that the host is gone is known to all: it is not the news of a contract
    startups.host_known = np.where(first, startups.host, startups.host_known)
    startups.second_known = np.where(freed & (startups.second == NONE), NONE, startups.second_known)
    startups.bound_known = startups.bound_known & ~first


def _release_stakes(e: Economy, fails: BoolArray) -> None:
    """Stakes in labs go to creditors at no price, what was paid for them is written off; promises are not kept."""
    startups = e.startups.view()
    clouds = e.clouds.view()
    latest = stakes.release(e, fails, "its holder is wound up")
    startups.vendor_cash = np.where(latest, 0.0, startups.vendor_cash)
    e.ledger.book("clouds", "net_worth", "stakes", np.where(fails, clouds.stakes, 0.0))


def _drop_orders(e: Economy, fails: BoolArray) -> None:
    """Orders lapse; chipmakers keep the deposits."""
    chips, closed = e.chips, fails[:, np.newaxis, :]
    mine = slice(0, chips.clouds)  # the other buyers are pools of start-ups
    lost = np.where(closed, chips.deposits[:, :, mine], 0.0)
    e.ledger.draw_down("forfeits", "clouds", lost.sum(axis=1), "chipmakers", lost.sum(axis=2))
    chips.deposits[:, :, mine] = np.where(closed, 0.0, chips.deposits[:, :, mine])
    chips.outstanding[:, :, mine] = np.where(closed, 0.0, chips.outstanding[:, :, mine])
    chips.need = np.where(fails, 0.0, chips.need)


def _sell_chips(e: Economy, fails: BoolArray) -> None:
    """Other clouds buy the chips below book value, as far as they want compute and have cash; the rest is scrapped."""
    chips, p = e.chips, e.p.clouds
    clouds = e.clouds.view()
    asked = np.where(fails, p.estate_price * clouds.fixed, 0.0)
    price = asked.sum(axis=-1, keepdims=True)
    mine = slice(0, chips.clouds)
    buyer = clouds.alive & ~fails & ~chips.in_china[mine]
    wants = np.where(buyer, e.now.chips.unmet, 0.0)
    part = wants / np.maximum(wants.sum(axis=-1, keepdims=True), TINY)
    paid = np.minimum(part * price, np.where(buyer, p.resale_purse * np.maximum(clouds.cash, 0.0), 0.0))
    taken = paid / positive(price)
    received = asked * (paid.sum(axis=-1, keepdims=True) / positive(price))
    e.ledger.sell("resale", "clouds", paid, "clouds", received, np.where(fails, clouds.fixed, 0.0))
    closed = fails[:, :, np.newaxis]
    pool = np.where(closed, chips.running[:, mine] + chips.awaiting[:, mine], 0.0).sum(axis=1)
    moved = taken[:, :, np.newaxis] * pool[:, np.newaxis, :]
    chips.running[:, mine] = np.where(closed, 0.0, chips.running[:, mine])
    chips.awaiting[:, mine] = np.where(closed, 0.0, chips.awaiting[:, mine]) + moved
    chips.retired = chips.retired + np.maximum(pool - moved.sum(axis=1), 0.0)
    chips.grey[:, mine] = np.where(closed, 0.0, chips.grey[:, mine])
    _hand_over_depreciation(e, fails, paid)


def _hand_over_depreciation(e: Economy, fails: BoolArray, bought: FloatArray) -> None:
    """A closed cloud has nothing left to depreciate; buyers depreciate what they paid."""
    chips = e.chips
    life = int(e.p.chips.asset_life[0, 0])
    chips.additions = [np.where(fails, 0.0, added) for added in chips.additions]
    chips.additions[-1] = chips.additions[-1] + bought
    chips.depreciation = np.where(fails, 0.0, chips.depreciation) + bought / life
    chips.founding_depreciation = np.where(fails, 0.0, chips.founding_depreciation)


def _pay_creditors(e: Economy, fails: BoolArray) -> None:
    """The estate goes to creditors first, then to owners; what creditors do not get is their loss."""
    clouds = e.clouds.view()
    cash = np.where(fails, np.maximum(clouds.cash, 0.0), 0.0)
    e.pay_rest("repayment", "clouds", np.minimum(cash, clouds.debt))
    lost = np.where(fails, clouds.debt, 0.0)
    e.ledger.write_off("clouds", lost, "sectors", e.to_sectors(rest=lost.sum(axis=-1)))
    e.now.turnover.default_loss_musd = lost.sum(axis=-1)
    e.pay_rest("estate", "clouds", np.where(fails, np.maximum(clouds.cash, 0.0), 0.0))
