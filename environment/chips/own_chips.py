"""Chips that clouds design for themselves: what a unit of them costs and holds, and how many of them are aimed at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kingmaker.agents.arithmetic import SMALL, positive, ratio
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
    none, one, ready = np.zeros(shape), np.ones(shape), np.zeros(shape, dtype=np.bool_)
    found = np.stack([none, one, one, none, one])
    # all at once: programmes are few, and most of their time would go into calls
    made = chips.mix * np.stack([chips.cost, e.now.chips.value, chips.h100e, chips.hbm, obsolescence(e)])
    for buyer in own_mix(e):
        found[..., buyer] = made[..., chips.catalogue.own_blocks[buyer]].sum(axis=-1)
        ready[:, buyer] = True
    cost, value, throughput, hbm, age = found
    return OwnLine(KUSD * cost * e.p.clouds.own_overhead, np.maximum(value, SMALL), throughput, hbm, age, ready)


def own_part(e: Economy, own: OwnLine, dear: FloatArray) -> FloatArray:
    """Share of new capacity that each chip programme aims at, (worlds, clouds); 0 where no chips are ready.

    Bought chips, ``dear`` M$ per unit of capacity (worlds, clouds), and own ones compete at the margin of cost; what a
    design costs is fixed, and must come in.
    """
    chips, leader = e.chips, e.chips.catalogue.blocks[0]
    # take, as an index array would leave a memory order in which sums depend on the number of worlds
    mix = e.now.chips.mix.take(chips.line_of[: chips.clouds], axis=1)[..., leader]
    value = (mix * e.now.chips.value[:, np.newaxis, leader]).sum(axis=-1)
    bought = (mix * chips.h100e[:, np.newaxis, leader]).sum(axis=-1) / positive(value)
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
