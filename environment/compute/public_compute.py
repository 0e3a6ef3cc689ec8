"""Public compute: a public fund rents compute for public users, and fees for using two hosts side by side are paid."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import TINY, positive
from kingmaker.agents.types import CN, EU, NONE, FloatArray
from kingmaker.agents.units import KUSD
from kingmaker.environment.chips.places import standing
from kingmaker.environment.compute import compute_market as market
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import by_host


def public_wants(e: Economy, rent: FloatArray, free: FloatArray) -> FloatArray:
    """Compute that the public fund wants at each host that is not Chinese, H100e, (worlds, clouds).

    The money of the month is spread over hosts by the room that they have in the Union, and buys at posted rents.
    """
    if not e.p.policy.compute_fund_musd.any():  # no fund in any world: the same zeros for less work
        return np.zeros_like(free)
    clouds = e.clouds.view()
    serves = clouds.rents_out & clouds.alive & (clouds.region != CN)
    room = np.where(serves, free * standing(e)[..., EU], 0.0)
    whole = room.sum(axis=-1, keepdims=True)
    money = e.p.policy.compute_fund_musd * room / positive(whole)
    return market.affordable(money, rent)


def rent_public_compute(e: Economy, got: FloatArray, rent: FloatArray) -> None:
    """The public sector pays for ``got`` (H100e, (worlds, clouds)); a part of it trains European start-ups' models.

    The rest goes to universities and public bodies, whose work has no market in this model.
    """
    startups = e.startups.view()
    bill = market.spending(got, rent)
    e.ledger.pay("public_compute", "sectors", e.to_sectors(public=bill.sum(axis=-1)), "clouds", bill)
    e.now.compute.rent_income = e.now.compute.rent_income + bill
    e.now.compute.public_compute_h100e = got.sum(axis=-1)
    if not got.any():  # no fund in any world
        startups.public_compute = 0.0
        return
    mine = np.where(startups.alive & (startups.region == EU), startups.weight, 0.0)
    part = mine / np.maximum(mine.sum(axis=-1, keepdims=True), TINY)
    total = e.now.compute.public_compute_h100e[:, np.newaxis]
    startups.public_compute = e.p.policy.fund_startup_share * total * part


def pay_parallel_egress(e: Economy, elsewhere: FloatArray) -> None:
    """Fees on data that moves between hosts used side by side, paid to the first host.

    Args:
        e: the economy.
        elsewhere: compute used at hosts beside the first this month, H100e, (worlds, start-ups).
    """
    startups = e.startups.view()
    fee = e.p.compute.parallel_bill * e.in_force.parallel_egress * elsewhere * KUSD
    purse = e.p.compute.parallel_purse * np.maximum(startups.cash, 0.0)
    fee = np.where(startups.host != NONE, np.minimum(fee, purse), 0.0)
    hosts = e.clouds.slots
    e.ledger.pay("parallel_egress", "startups", fee, "clouds", by_host(fee, startups.host, hosts))
    e.now.compute.parallel_fees_musd = fee.sum(axis=-1)
