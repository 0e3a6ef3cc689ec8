"""Licences: a cloud sells its partner's closed model and pays for it; the partner owes its host a share of its sales.

The pattern is that of Microsoft and OpenAI: the host sells the models through its own service and passes on the
proceeds less a margin, and receives a share of the lab's revenue (facts 8c-011; both rates from memory).
"""

from __future__ import annotations

import numpy as np

from agents.cloud import Cloud
from agents.startup import EXCLUSIVE, FIRST_REFUSAL, PREFERRED, Startup
from agents.types import NONE, BoolArray, FloatArray
from environment.compute_market import at_host, by_host
from environment.economy import Economy


def partners(startups: Startup) -> BoolArray:
    """Labs whose models their host sells as well, (worlds, start-ups)."""
    partner = (startups.contract == EXCLUSIVE) | (startups.contract == PREFERRED)
    return np.asarray(partner & startups.alive & (startups.host != NONE))


def sold_by_hosts(e: Economy, sales: FloatArray) -> FloatArray:
    """The part of each lab's sales that its host makes, M$: as much as it adds to the lab's reach, (worlds, n)."""
    startups: Startup = e.populations["startups"].view()
    clouds: Cloud = e.populations["clouds"].view()
    lent = e.p.services.partner_reach * at_host(clouds.distribution, startups.host) * (1.0 - startups.distribution)
    lent = np.where(partners(startups) & ~startups.open_weights, lent, 0.0)
    return np.asarray(sales * lent / np.maximum(startups.distribution + lent, 1e-9))


def share_revenue(e: Economy) -> None:
    """Hosts pay for the models that they have sold; labs with a stakeholding host pay it a share of their sales."""
    startups: Startup = e.populations["startups"].view()
    clouds: Cloud = e.populations["clouds"].view()
    p, hosts = e.p.capital, clouds.cash.shape[-1]
    sold = e.now["sold_by_hosts"]
    margin = p.licence_margin * sold
    licence = sold - margin
    # a cloud always has the money: it has just been paid for the models
    e.ledger.pay("licence", "clouds", by_host(licence, startups.host, hosts), "startups", licence)
    bound = (startups.contract == EXCLUSIVE) | (startups.contract == FIRST_REFUSAL)
    invested = startups.vendor == startups.host
    startups.royalty = np.where(startups.alive & bound & invested, p.revenue_share, 0.0)
    share = np.minimum(startups.royalty * e.now["lab_sales"], 0.5 * startups.cash)
    got = by_host(share, startups.host, hosts)
    e.ledger.pay("revenue_share", "startups", share, "clouds", got)
    startups.shared = startups.shared + e.p.services.sales_speed * (margin + share - startups.shared)
    clouds.ai_revenue = clouds.ai_revenue + by_host(margin, startups.host, hosts) + got
    e.now["licence_musd"], e.now["revenue_share_musd"] = licence.sum(axis=-1), share.sum(axis=-1)
