"""What each maker's line is made of: products are chosen by what they cost in use and by what their parts earn.

No generation follows a given path: a better one takes over as fast as its price, and the packaging and memory it takes,
make it worth while, and as lines can be changed over.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import SMALL, log
from kingmaker.agents.types import FloatArray
from kingmaker.agents.units import KUSD, MEGAWATT
from kingmaker.environment.chips import chip_market as market
from kingmaker.environment.core.economy import Economy


def change_lines(e: Economy) -> None:
    """Prices of vintages that have a successor fall; the mix of each line moves towards what is wanted and pays."""
    chips, p = e.chips, e.p.chips
    cheaper = chips.price * (1.0 - p.vintage_decay * (e.month > chips.succeeded))
    chips.price = np.maximum(cheaper, np.minimum(chips.price, chips.cost))  # nobody sells a chip below what it costs
    ready = chips.catalogue.released <= e.month
    target = market.choose_products(_wanted(e) + _pays(e), ready, chips.starts)
    before = chips.mix
    sizes = np.diff(np.append(chips.starts, before.shape[-1]))
    made = np.repeat(np.add.reduceat(before, chips.starts, axis=-1), sizes, axis=-1) > 0.0
    chips.mix = np.where(made, before + p.mix_speed * (target - before), target)


def _wanted(e: Economy) -> FloatArray:
    """Demand for each product of a line: cost of a unit of use, with its place in a centre, (worlds, products).

    Products of one maker are close to one another for a buyer, who has written for all of them (nested logit:
    McFadden 1978), so that this choice is keener than that among makers.
    """
    chips, p = e.chips, e.p
    full = KUSD * chips.price * obsolescence(e) + MEGAWATT * chips.tdp * p.energy.building_cost
    cost = full / np.maximum(e.now.chips.value, SMALL)
    return np.asarray(-p.chips.generation_choice * log(np.maximum(cost, SMALL)))


def obsolescence(e: Economy) -> FloatArray:
    """Full life of a chip over the life that is left to one bought now, (worlds, products); 1 at its release.

    A design earns until better ones have made it obsolete, whenever a unit of it was bought, so that an old one is the
    dearer for every month of use (capital of vintages: Solow 1960).
    """
    life = e.p.chips.asset_life
    left = np.clip(life - (e.month - e.chips.born), e.p.chips.least_life, life)
    return np.asarray(life / left)


def _pays(e: Economy) -> FloatArray:
    """Supply: where packaging or memory is short, its maker prefers what earns most on it, (worlds, products)."""
    chips, p = e.chips, e.p.chips
    margin = log(np.maximum(chips.price - chips.cost, SMALL))
    packaging = chips.packaging_tight.take(np.maximum(chips.maker_of, 0), axis=-1)
    gain = chips.memory_tight[:, np.newaxis] * (margin - log(np.maximum(chips.hbm, 1.0)))
    gain = gain + packaging * (margin + log(chips.per_wafer))
    return np.asarray(np.where(chips.maker_of >= 0, p.margin_choice * gain, 0.0))
