"""What a unit of compute fetches in China and elsewhere: the grey premium is the difference of the two prices."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import SMALL, is_on, positive, ratio
from kingmaker.agents.types import CN, BoolArray, FloatArray
from kingmaker.environment.chips import buyers
from kingmaker.environment.chips.chip_market import scarcity_price
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.phases import phase


@phase("chip_supply.build_own_chips")
def quote_premium(e: Economy) -> None:
    """What foreign chips fetch in China over what they fetch elsewhere, once the month's chips are delivered."""
    e.now.chips.grey_premium = premium(e)[:, 0]


def premium(e: Economy) -> FloatArray:
    """Price of foreign chips in China over their price elsewhere, less one, (worlds, 1); of either sign.

    In each place the price is the legal cost of compute times what scarcity makes of it. It is above that elsewhere
    while Chinese buyers want more than they get, or may buy poor chips only, and below it where chips made at home are
    plentiful, or where a block turns buyers away from foreign chips (facts 8b-008 to 8b-010).
    """
    chips, makers = e.chips, e.chipmakers.view()
    china = chips.in_china[: chips.clouds]
    offered = is_on(e.now.chips.offered[:, :, : chips.clouds])
    leader = np.arange(makers.region.shape[-1]) == 0
    abroad = cost_of_use(e, 0, leader & (offered & ~china).any(axis=-1))
    at_home = cost_of_use(e, 1, (leader | (makers.region == CN)) & (offered & china).any(axis=-1))
    at_home = np.where(np.isfinite(at_home), at_home, abroad)  # where nothing may be had, it costs what it does abroad
    turned = 1.0 - e.p.policy.import_block_reach * buyers.kept_out(e)
    held = _held(e)
    prices = (at_home * _scarcity(e, china, held, turned), abroad * _scarcity(e, ~china, held, np.ones_like(turned)))
    return np.where(np.isfinite(abroad), ratio(*prices) - 1.0, 0.0)


def cost_of_use(e: Economy, line: int, offered: BoolArray) -> FloatArray:
    """Legal cost of a unit of compute as it is used, M$, (worlds, 1): infinite where nobody offers.

    A part of use serves users and takes memory bandwidth, the rest trains and takes throughput; each is bought where it
    is cheapest. A chip with little of the one does not stand in for it, whatever it has of the other.

    Args:
        e: the economy.
        line: 0 the world's products, 1 China's.
        offered: by which makers, (worlds, makers).
    """
    chips, serving = e.chips, e.conditions.inference_share
    taxed = line * (e.chipmakers.view().region != CN)
    duty = 1.0 + e.p.chips.duty_pass_through * e.p.policy.export_duty * taxed
    mix, price = e.now.chips.mix[:, line], e.now.chips.line_price[:, line] * duty

    def cheapest(attribute: FloatArray) -> FloatArray:
        per_unit = np.maximum(chips.by_maker(mix * attribute), SMALL)
        return np.asarray(np.where(offered & (price > 0.0), price / per_unit, np.inf).min(axis=-1, keepdims=True))

    def weighed(part: FloatArray, cost: FloatArray) -> FloatArray:
        """What a part of use costs; what nobody offers costs nothing where nothing is used so."""
        return np.where(part > 0.0, positive(part) * cost, 0.0)

    return weighed(1.0 - serving, cheapest(chips.h100e)) + weighed(serving, cheapest(chips.memory))


def _held(e: Economy) -> FloatArray:
    """Capacity of the chips that clouds have, and of those that come before one ordered now would, (worlds, clouds)."""
    chips = e.chips
    units = chips.running[:, : chips.clouds] + chips.awaiting[:, : chips.clouds]
    coming = e.p.chips.shortest_lead[..., np.newaxis] * chips.delivered_now[:, : chips.clouds]
    return np.asarray(((units + coming) * e.now.chips.value[:, np.newaxis, :]).sum(axis=-1))


def _scarcity(e: Economy, there: BoolArray, held: FloatArray, looking: FloatArray) -> FloatArray:
    """What scarcity makes of the price of compute among the clouds ``there``, ratio, (worlds, 1).

    A part ``looking`` of what is wanted looks for foreign chips; clouds have ``held`` (worlds, clouds).
    """
    wanted = np.where(there, e.now.chips.wanted, 0.0).sum(axis=-1, keepdims=True)
    held = np.where(there, held, 0.0).sum(axis=-1, keepdims=True)
    return scarcity_price(looking * wanted, held, e.p.chips.scarcity_elasticity)
