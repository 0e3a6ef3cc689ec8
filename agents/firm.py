"""What every firm has: a balance sheet, moved only by the ledger."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.member import Column, Member
from kingmaker.agents.types import OTHER

ASSETS = ("cash", "prepaid", "deposits", "fixed", "stakes", "loans")
LIABILITIES = ("debt", "deferred")


class Firm(Member):
    """A firm (or sector) with a balance sheet: assets = liabilities + net worth.

    A slot may stand for more or less than one firm (``weight`` of a start-up); the amounts are those of the slot.
    """

    cash = Column(0.0, unit="M$", doc="money at the bank", money=True)
    prepaid = Column(
        0.0, unit="M$", doc="compute paid ahead, credit at a host; of a chipmaker: supplies paid ahead", money=True
    )
    deposits = Column(0.0, unit="M$", doc="paid ahead on chips ordered and not delivered", money=True)
    fixed = Column(0.0, unit="M$", doc="chips and data centres at cost less depreciation", money=True)
    stakes = Column(0.0, unit="M$", doc="equity stakes held, at cost less write-offs", money=True)
    loans = Column(0.0, unit="M$", doc="loans granted", money=True)
    debt = Column(0.0, unit="M$", doc="loans owed", money=True)
    deferred = Column(0.0, unit="M$", doc="received ahead: compute owed to tenants, chips owed to buyers", money=True)
    # who owes more than it has is worth less than nothing
    net_worth = Column(0.0, unit="M$", doc="assets less liabilities", money=True, low=-np.inf)
    region = Column(OTHER, dtype=np.int32, unit="US 0, EU 1, CN 2, other 3", doc="home region")
    value = Column(0.0, unit="M$", doc="what investors think that the firm is worth")


class Sector(Firm):
    """The rest of the economy (households, other firms, foundries, builders, power, savers), or the public sector."""

    # the other side of all accounts: it was paid, or has paid out, what it has since January 2022
    cash = Column(0.0, unit="M$", doc="money at the bank; below zero what it has paid out", money=True, low=-np.inf)
