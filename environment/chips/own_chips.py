"""Chips that clouds design for themselves: what a unit of them costs and holds, and how many of them are aimed at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kingmaker.agents.arithmetic import SMALL, ratio
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.population import by_slot
from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.agents.units import KUSD
from kingmaker.environment.chips.product_mix import obsolescence
from kingmaker.environment.core.economy import Economy


def own_mix(e: Economy) -> dict[int, FloatArray]:
    """What each chip programme with a product makes: share of each of its products, (worlds, products of the owner)."""
    catalogue = e.chips.catalogue
    return {
        buyer: e.chips.mix[:, block]
        for buyer, block in catalogue.own_blocks.items()
        if (catalogue.released[block] <= e.month).any()
    }


class OwnLine(NamedTuple):
    """A unit of the chips that each cloud makes itself, each of shape (worlds, clouds)."""

    cost: FloatArray  # M$, with boards and network; 0 where there are none
    value: FloatArray  # capacity; 1 where there are none
    throughput: FloatArray  # dense, H100e; 1 where there are none
    hbm: FloatArray  # memory, GB; 0 where there are none
    age: FloatArray  # full life over that left, ratio; 1 where there are none
    ready: BoolArray  # whether there are any


def own_line(e: Economy) -> OwnLine:
    """What the chip programmes make this month."""
    chips, shape = e.chips, (e.worlds, e.chips.clouds)
    none, one = np.zeros(shape), np.ones(shape)
    line = OwnLine(none, one, one.copy(), none.copy(), one.copy(), np.zeros(shape, dtype=np.bool_))
    for buyer, mix in own_mix(e).items():
        block = chips.catalogue.own_blocks[buyer]
        line.cost[:, buyer] = KUSD * (mix * chips.cost[:, block]).sum(axis=-1)
        line.value[:, buyer] = np.maximum((mix * e.now.chips.value[:, block]).sum(axis=-1), SMALL)
        line.throughput[:, buyer] = (mix * chips.h100e[:, block]).sum(axis=-1)
        line.hbm[:, buyer] = (mix * chips.hbm[:, block]).sum(axis=-1)
        line.age[:, buyer] = (mix * obsolescence(e)[:, block]).sum(axis=-1)
        line.ready[:, buyer] = True
    return line._replace(cost=line.cost * e.p.clouds.own_overhead)


def own_part(e: Economy, own: OwnLine, dear: FloatArray) -> FloatArray:
    """Share of new capacity that each chip programme aims at, (worlds, clouds); 0 where no chips are ready.

    Bought chips, ``dear`` M$ per unit of capacity (worlds, clouds), and own ones compete at the margin of cost; what a
    design costs is fixed, and must come in.
    """
    chips, leader = e.chips, e.chips.catalogue.blocks[0]
    # take, as an index array would leave a memory order in which sums depend on the number of worlds
    mix = e.now.chips.mix.take(chips.line_of[: chips.clouds], axis=1)[..., leader]
    value = (mix * e.now.chips.value[:, np.newaxis, leader]).sum(axis=-1)
    bought = (mix * chips.h100e[:, np.newaxis, leader]).sum(axis=-1) / np.where(value > 0.0, value, 1.0)
    made = own.throughput / own.value
    cheap = np.where(own.ready, own.cost / own.value, dear)
    age = e.now.chips.line_age[:, :, 0].take(chips.line_of[: chips.clouds], axis=1)
    saved = np.maximum(dear - cheap, 0.0) * chips.need
    part = e.clouds.act(
        Cloud.aims_own_chips,
        e.p,
        by_slot(bought),
        by_slot(made),
        by_slot(ratio(dear * age, cheap * own.age)),
        by_slot(saved),
    )
    return np.where(own.ready, part, 0.0)
