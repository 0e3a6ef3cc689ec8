"""Pledges: what clouds have promised for stakes in labs is paid in tranches, part of it as compute."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray
from kingmaker.environment.compute_market import at_host, by_host
from kingmaker.environment.economy import Economy
from kingmaker.environment.month import phase


def promise(e: Economy, amount: FloatArray, partner: IntArray, credit: FloatArray) -> None:
    """A cloud promises ``amount`` (worlds, start-ups) for new shares, the part ``credit`` of it as compute.

    Promises of the same cloud add up. What another one still owes falls due: two do not pay by instalments at a time.
    """
    startups = e.startups.view()
    new = amount > 0.0
    other = new & (startups.pledged > 0.0) & (startups.pledger != partner)
    if other.any():  # else nothing falls due, in any world
        _pay(e, np.where(other, startups.pledged, 0.0))
    still = np.where(other, 0.0, startups.pledged)
    mixed = (still * startups.pledge_credit + amount * credit) / np.maximum(still + amount, 1e-9)
    startups.pledge_credit = np.where(new, mixed, startups.pledge_credit)
    startups.pledged = still + amount
    startups.pledge_rate = np.where(other, 0.0, startups.pledge_rate) + amount / e.p.capital.tranche_months
    startups.pledger = np.where(new, partner, startups.pledger)


@phase("finance.enter_dated_ties")
def pay_pledges(e: Economy) -> None:
    """This month's tranche of every pledge."""
    startups = e.startups.view()
    due = np.where(startups.alive, np.minimum(startups.pledge_rate, startups.pledged), 0.0)
    if due.any():
        _pay(e, due)
    startups.pledge_rate = np.where(startups.pledged > 1e-9, startups.pledge_rate, 0.0)


def lapse(startups: Startup, where: BoolArray) -> None:
    """What was promised to the start-ups in ``where`` will not be paid."""
    for name in ("pledged", "pledge_rate", "pledge_credit"):
        setattr(startups, name, np.where(where, 0.0, getattr(startups, name)))
    startups.pledger = np.where(where, NONE, startups.pledger)


def _pay(e: Economy, due: FloatArray) -> None:
    """Clouds pay as far as they have cash; the credit part comes back at once as a prepayment for compute."""
    startups = e.startups.view()
    clouds = e.clouds.view()
    hosts = e.clouds.slots
    whole = by_host(due, startups.pledger, hosts)
    part = np.minimum(0.5 * np.maximum(clouds.cash, 0.0) / np.where(whole > 0.0, whole, 1.0), 1.0)
    amount = due * at_host(part, startups.pledger)
    e.ledger.pay("equity", "clouds", by_host(amount, startups.pledger, hosts), "startups", amount)
    # compute can be owed by one cloud only: what an earlier vendor still owes bars a credit from a new one
    free = (startups.prepaid <= 0.0) | (startups.credit_host == startups.pledger)
    credit = np.where(free, startups.pledge_credit * amount, 0.0)
    e.ledger.pay("prepayment", "startups", credit, "clouds", by_host(credit, startups.pledger, hosts))
    startups.credit_host = np.where(credit > 0.0, startups.pledger, startups.credit_host)
    e.partnerships.note(
        e.month, "pay", "equity", "vendor", amount > 0.0, ("startups", "clouds"), startups.pledger, value=amount
    )
    startups.pledged = startups.pledged - amount
    startups.paid_clouds = startups.paid_clouds + amount
    startups.vendor_paid = startups.vendor_paid + amount  # who promises money is the latest holder of a stake
    startups.vendor_cash = startups.vendor_cash + (amount - credit)
    startups.raised_cash = startups.raised_cash + (amount - credit)
    e.now.capital.funding_musd = e.now.capital.funding_musd + amount.sum(axis=-1)
