"""Licences: a cloud sells the closed models of a lab in which it holds a stake, and pays for them.

The pattern is that of Microsoft and OpenAI: the shareholder sells the models through its own service and passes on the
proceeds less a margin; a host that holds a stake and is not left receives a share of the lab's revenue (facts 8c-011;
both rates from memory).
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import SMALL
from kingmaker.agents.startup import EXCLUSIVE, FIRST_REFUSAL
from kingmaker.agents.types import FloatArray
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host, by_host
from kingmaker.environment.core.phases import phase


def lent_reach(e: Economy) -> FloatArray:
    """What the cloud that holds a (the latest) stake in a lab adds to the lab's reach, 0-1, (worlds, start-ups).

    Who owns a part of a lab sells its models to customers of its own, wherever the lab rents its compute: Azure OpenAI
    Service came with Microsoft's money, Claude on Vertex AI with Google's. To be a preferred host is not enough.
    """
    startups = e.startups.view()
    clouds = e.clouds.view()
    lent = e.p.services.partner_reach * at_host(clouds.distribution, startups.vendor)
    return np.where(startups.alive, lent * (1.0 - startups.distribution), 0.0)


def resold(e: Economy, sales: FloatArray, lent: FloatArray) -> FloatArray:
    """The part of each lab's sales that its shareholder makes, M$: as much as reach is ``lent``, (worlds, n).

    Of open weights nobody needs a licence.
    """
    startups = e.startups.view()
    lent = np.where(startups.open_weights, 0.0, lent)
    return np.asarray(sales * lent / np.maximum(startups.distribution + lent, SMALL))


@phase("model_use.sell_services")
def share_revenue(e: Economy) -> None:
    """Sellers pay for the models that they have sold; labs with a stakeholding host pay it a share of their sales."""
    startups = e.startups.view()
    clouds = e.clouds.view()
    p, hosts = e.p.capital, clouds.cash.shape[-1]
    sold = e.now.services.resold
    margin = p.licence_margin * sold
    licence = sold - margin
    # a cloud always has the money: it has just been paid for the models
    e.ledger.pay("licence", "clouds", by_host(licence, startups.vendor, hosts), "startups", licence)
    bound = (startups.contract == EXCLUSIVE) | (startups.contract == FIRST_REFUSAL)
    invested = startups.vendor == startups.host
    startups.royalty = np.where(startups.alive & bound & invested, p.revenue_share, 0.0)
    share = np.minimum(startups.royalty * e.now.services.lab_sales, p.royalty_purse * startups.cash)
    got = by_host(share, startups.host, hosts)
    e.ledger.pay("revenue_share", "startups", share, "clouds", got)
    startups.shared = startups.shared + e.p.services.sales_speed * (margin + share - startups.shared)
    clouds.ai_revenue = clouds.ai_revenue + by_host(margin, startups.vendor, hosts) + got
    e.now.services.licence_musd, e.now.services.revenue_share_musd = licence.sum(axis=-1), share.sum(axis=-1)
