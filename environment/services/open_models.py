"""Clouds sell the use of open models: compute with a margin on it (row L12)."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import positive
from kingmaker.agents.types import CN, FloatArray
from kingmaker.environment.core.economy import Economy


def overhead(e: Economy) -> FloatArray:
    """Compute of an open model in use relative to that of a service, (worlds, sectors): less where a cloud pools it."""
    sectors = e.enterprises.view()
    return np.asarray((1.0 - sectors.managed) * e.p.demand.self_hosting_overhead + sectors.managed)


def cost(e: Economy) -> FloatArray:
    """Cost of an open model in use relative to the compute of a service, (worlds, sectors): with the clouds' margin."""
    sectors = e.enterprises.view()
    return np.asarray(overhead(e) + sectors.managed * e.p.services.resale_margin)


def resell(e: Economy, bill: FloatArray) -> None:
    """Enterprises pay clouds the margin on the compute of open models that they take as a service.

    Args:
        e: the economy.
        bill: rent that enterprises pay each cloud for open models this month, M$, (worlds, clouds).
    """
    sectors = e.enterprises.view()
    clouds = e.clouds.view()
    pooled = sectors.compute * sectors.managed / overhead(e)
    fee, due = np.zeros_like(bill), np.zeros_like(sectors.cash)
    for inside in (True, False):
        here = (sectors.region == CN) == inside
        part = np.where(here, pooled, 0.0)
        whole = np.where(here, sectors.compute, 0.0).sum(axis=-1, keepdims=True)
        share = part.sum(axis=-1, keepdims=True) / positive(whole)
        side = np.where((clouds.region == CN) == inside, bill * share * e.p.services.resale_margin, 0.0)
        fee = fee + side
        total = part.sum(axis=-1, keepdims=True)
        due = due + side.sum(axis=-1, keepdims=True) * part / positive(total)
    e.from_rest("income", "enterprises", due)
    e.ledger.pay("open_models", "enterprises", due, "clouds", fee)
    e.now.services.resale = fee
