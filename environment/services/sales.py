"""Sales of AI services: groups of sectors that value the same dimensions spread their spending over the suppliers."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import exp, positive
from kingmaker.agents.types import CN, FloatArray
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.services.dimensions import reasoning_gain, valued

Tastes = tuple[float, float, float]  # weights of reasoning, tool use and safety


def tastes_of(e: Economy) -> dict[Tastes, list[int]]:
    """The sectors (slots) that share each set of weights: a structure of the data file, alike in all worlds."""
    groups: dict[Tastes, list[int]] = {}
    for slot, row in enumerate(e.tables.sectors):
        groups.setdefault((row.reasoning, row.tool_use, row.safety), []).append(slot)
    return groups


def spread(
    e: Economy, weights: FloatArray, rl: FloatArray, spending: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sales of each supplier, spending that found a supplier, and the reasoning that each group of tastes buys.

    China buys from China and the others from the rest. Within a side and a group of tastes, suppliers share by logit
    attraction; the dimensions of their models count with the group's weights.

    Args:
        e: the economy.
        weights: attraction by general capability, reach, data and price, (worlds, clouds + start-ups).
        rl: intensity of reinforcement learning of what they sell, same shape.
        spending: of each sector, M$, (worlds, sectors).

    Returns:
        M$ by supplier, shape as ``weights``; M$ by sector, shape as ``spending``; mean reasoning beyond general
        capability outside China, log10 FLOP, (worlds, groups of tastes).
    """
    sectors = e.enterprises.view()
    clouds = e.clouds.view()
    startups = e.startups.view()
    chinese = np.concatenate([clouds.region, startups.region], axis=-1) == CN
    in_china = sectors.region == CN
    reasoning = reasoning_gain(rl, e.p.technology)
    got, spent = np.zeros_like(weights), np.zeros_like(spending)
    bought = []
    for tastes, members in tastes_of(e).items():
        factor = exp(e.p.services.quality_weight * valued(reasoning, rl, tastes, e.p.technology))
        mine = np.zeros(len(e.tables.sectors))
        mine[members] = 1.0
        attraction = weights * factor
        foreign = np.where(chinese, 0.0, attraction)
        rates = []
        wholes = [side.sum(axis=-1, keepdims=True) for side in (attraction - foreign, foreign)]
        for inside, whole in zip((True, False), wholes, strict=True):
            # where nobody is left to sell, nobody buys
            buys = np.where((in_china == inside) & (whole > 0.0), spending * mine, 0.0)
            spent = spent + buys
            rates.append(buys.sum(axis=-1, keepdims=True) / positive(whole))
        got = got + attraction * np.where(chinese, *rates)
        # outside China, where most suppliers compete
        sold = wholes[1][:, 0]
        bought.append((foreign * reasoning).sum(axis=-1) / positive(sold))
    return got, spent, np.stack(bought, axis=-1)


def note_tastes(e: Economy, spent: FloatArray) -> None:
    """What a developer sees of its market: weights of the dimensions, by spending, (worlds, 1) each."""
    sectors = e.enterprises.view()
    total = spent.sum(axis=-1, keepdims=True)
    whole = positive(total)
    e.conditions.tastes = np.concatenate(
        [
            (spent * weight).sum(axis=-1, keepdims=True) / whole
            for weight in (sectors.reasoning, sectors.tool_use, sectors.safety)
        ],
        axis=-1,
    )


def note_dimensions(e: Economy, got: FloatArray, quality: FloatArray, rl: FloatArray, bought: FloatArray) -> None:
    """The dimensions of what is sold, by sales, and how users sort: (worlds,) each, for the measures."""
    t = e.p.technology
    total = got.sum(axis=-1, keepdims=True)
    whole = positive(total)
    capability, reasoning, intensity = (
        (got * each).sum(axis=-1, keepdims=True) / whole for each in (quality, reasoning_gain(rl, t), rl)
    )
    e.now.services.reasoning_sold = (capability + reasoning)[:, 0]
    e.now.services.tool_use_sold = (capability - t.rl_tool_loss * intensity)[:, 0]
    e.now.services.safety_sold = (capability - t.rl_safety_loss * intensity)[:, 0]
    tastes = list(tastes_of(e))
    keenest = max(range(len(tastes)), key=lambda k: tastes[k][0])
    most_careful = max(range(len(tastes)), key=lambda k: tastes[k][2])
    e.now.services.reasoning_sorting = bought[:, keenest] - bought[:, most_careful]
