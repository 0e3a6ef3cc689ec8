"""Pledges: what clouds have promised for stakes in labs is paid in tranches, part of it as compute."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import positive
from kingmaker.agents.types import BoolArray, FloatArray, IntArray
from kingmaker.environment.capital import savers
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, by_host
from kingmaker.environment.core.phases import phase
from kingmaker.environment.ties import stakes


def call_in(e: Economy, new: BoolArray, partner: IntArray) -> BoolArray:
    """What another cloud still owes the labs in ``new`` falls due: two do not pay by instalments at a time.

    Args:
        e: the economy.
        new: where ``partner`` (worlds, start-ups) buys shares now.
        partner: the buyer; promises of the same cloud add up.

    Returns:
        Whose former promises do not count any more, (worlds, start-ups).
    """
    startups = e.startups.view()
    other = new & (startups.pledged > 0.0) & (startups.vendor != partner)
    if other.any():  # else nothing falls due, in any world
        _pay(e, np.where(other, startups.pledged, 0.0))
    return np.asarray(other)


@phase("finance.enter_dated_ties")
def pay_pledges(e: Economy) -> None:
    """This month's tranche of every pledge."""
    startups = e.startups.view()
    due = np.where(startups.alive, np.minimum(startups.pledge_rate, startups.pledged), 0.0)
    if due.any():
        _pay(e, due)
    stakes.stop_paying(e)


def _pay(e: Economy, due: FloatArray) -> None:
    """Clouds pay as far as they have cash; the credit part comes back at once as a prepayment for compute."""
    startups = e.startups.view()
    clouds = e.clouds.view()
    hosts = e.clouds.slots
    whole = by_host(due, startups.vendor, hosts)
    purse = e.p.capital.pledge_purse * np.maximum(clouds.cash, 0.0)
    part = np.minimum(purse / positive(whole), 1.0)
    amount = due * at_host(part, startups.vendor)
    e.ledger.pay("equity", "clouds", by_host(amount, startups.vendor, hosts), "startups", amount)
    # compute can be owed by one cloud only: what an earlier vendor still owes bars a credit from a new one
    free = (startups.credit <= 0.0) | (startups.credit_host == startups.vendor)
    credit = np.where(free, startups.pledge_credit * amount, 0.0)
    e.ledger.pay("prepayment", "startups", credit, "clouds", by_host(credit, startups.vendor, hosts))
    startups.credit_host = np.where(credit > 0.0, startups.vendor, startups.credit_host)
    stakes.pay(e, amount)
    startups.paid_clouds = startups.paid_clouds + amount
    startups.vendor_cash = startups.vendor_cash + (amount - credit)
    startups.raised_cash = startups.raised_cash + (amount - credit)
    e.now.capital.funding_musd = e.now.capital.funding_musd + amount.sum(axis=-1)
    e.now.capital.paid_in = e.now.capital.paid_in + savers.by_side(e, amount - credit)
