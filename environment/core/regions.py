"""Sums by region over start-ups, and their payments for compute of their own."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import ratio
from kingmaker.agents.types import REGIONS, FloatArray, IntArray
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import places_in, sum_by

PLACES = len(REGIONS)


def in_region(values: FloatArray, region: IntArray) -> FloatArray:
    """Look up ``values`` (worlds, regions) at each firm's region, (worlds, n)."""
    return values.ravel()[places_in(region, PLACES)]


def over_region(amount: FloatArray, region: IntArray) -> FloatArray:
    """Sum ``amount`` (worlds, n) by region, (worlds, regions); each world's sums run in slot order."""
    return sum_by(amount, region, 0, PLACES)


def spend(e: Economy, kind: str, wanted: FloatArray, to: FloatArray | None = None) -> None:
    """Start-ups pay for compute, to the rest of the economy or to chipmakers; raised money leaves in proportion.

    Args:
        e: the economy.
        kind: of payment.
        wanted: M$, (worlds, start-ups); never more than their cash.
        to: what each chipmaker gets, (worlds, makers); None is the rest of the economy.
    """
    if not wanted.any():
        return
    startups = e.startups.view()
    part = np.minimum(ratio(wanted, startups.cash), 1.0)
    e.now.building.raised_on_chips = e.now.building.raised_on_chips + startups.raised_cash * part
    left = 1.0 - part
    startups.vendor_cash = startups.vendor_cash * left
    startups.raised_cash = startups.raised_cash * left
    if kind in ("chips", "construction"):
        e.now.building.lab_capex = e.now.building.lab_capex + wanted.sum(axis=-1)
    if to is None:
        e.pay_rest(kind, "startups", wanted)
    else:
        e.ledger.pay(kind, "startups", wanted, "chipmakers", to)
