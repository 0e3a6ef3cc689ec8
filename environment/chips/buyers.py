"""Who stands in the queue for chips: the clouds, and by region the start-ups that buy chips themselves.

Arrays by buyer hold the clouds first and then one pool for each region (:data:`kingmaker.agents.types.REGIONS`).
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import LEAST_AMOUNT, power
from kingmaker.agents.cloud import NEW
from kingmaker.agents.types import EU, BoolArray, FloatArray, IntArray
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.regions import PLACES


def buyer_region(e: Economy) -> IntArray:
    """Region of each buyer, (worlds, buyers)."""
    clouds = e.clouds.view()
    places = np.broadcast_to(np.arange(PLACES, dtype=np.int32), (e.worlds, PLACES))
    return np.concatenate([clouds.region, places], axis=1)


def in_business(e: Economy) -> BoolArray:
    """Which buyers there are this month, (worlds, buyers)."""
    clouds = e.clouds.view()
    return np.concatenate([clouds.alive, np.ones((e.worlds, PLACES), dtype=np.bool_)], axis=1)


def kept_out(e: Economy) -> FloatArray:
    """Share of foreign chips that the Chinese authorities keep their country's buyers from, 0-1, (worlds, 1)."""
    return e.in_force.import_block


def small(e: Economy) -> BoolArray:
    """Which stand in the small buyers' queue, (worlds, buyers)."""
    clouds = e.clouds.view()
    return np.concatenate([clouds.small, np.ones((e.worlds, PLACES), dtype=np.bool_)], axis=1)


def standing(e: Economy) -> FloatArray:
    """Weight of each buyer when sellers ration their output, (worlds, buyers) (row S5).

    Standing with the sellers, sharpened by the kingmaker exponent; sellers may favour new clouds, which do not design
    chips of their own, and European buyers may be given access (row C6).
    """
    p = e.p.chips
    clouds = e.clouds.view()
    weight = power(np.maximum(clouds.relation, LEAST_AMOUNT), p.kingmaker)
    weight = weight * np.where(clouds.type == NEW, p.favour_new, 1.0)
    weight = weight * np.where(clouds.region == EU, p.european_access, 1.0)
    weight = weight * np.where(clouds.small, p.small_buyer_weight, 1.0)
    start_ups = power(p.startup_standing, p.kingmaker) * p.small_buyer_weight
    return np.concatenate([weight, start_ups * np.ones((e.worlds, PLACES))], axis=1)
