"""The start-ups of January 2022 and those that come later: named ones from data, the others from distributions.

Sizes are log-normal (facts: ``demand.csv``, startup_seed_median and startup_round_sigma). The synthetic start-ups stand
for a given mass of firms however many of them there are: each slot carries the ``weight`` of several firms or of a
part of one, and its amounts are those of all that it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from itertools import product
from typing import Any

import numpy as np
from scipy.special import ndtr

from kingmaker.agents.arithmetic import HALF_ON, exp, positive
from kingmaker.agents.draws import Draws
from kingmaker.agents.errors import KingmakerError, nearest, shown
from kingmaker.agents.member import firm_ids
from kingmaker.agents.own_code import failed, has_nan, home
from kingmaker.agents.population import Population
from kingmaker.agents.startup import Startup, frugal_chance
from kingmaker.agents.types import CN, EU, OTHER, US, BoolArray, FloatArray, IntArray
from kingmaker.agents.units import YEAR
from kingmaker.environment.core.streams import Streams
from kingmaker.environment.firms.build import KIND_CODES, region_code, slots_for
from kingmaker.environment.inputs.parameters import StackedParameters
from kingmaker.environment.inputs.tables import Tables


class Founded(IntEnum):
    """What is drawn of a start-up that is there in January 2022, beside its traits."""

    AGE = 0
    LAST_ROUND = 1


class Trait(IntEnum):
    """What is drawn of a newcomer: each trait has draws of its own."""

    REGION = 1
    TALENT = 2
    MONEY = 3
    FRUGAL = 4
    OPEN = 5
    DATA = 6
    REACH = 7
    COMPUTE = 8
    CLASS = 9
    MAKER = 10


def newcomers(
    p: StackedParameters,
    draws: Draws,
    weight: FloatArray,
    frontier: FloatArray,
    frugal_chance: FloatArray,
    round_size: FloatArray,
    belief: FloatArray,
) -> dict[str, Any]:
    """Column values of synthetic start-ups, each of shape (worlds, n); ``cash`` is what they hope to start with.

    Some make models and spend on compute what that takes, the others apply AI and need little of it; the more the
    business believes in AI (``belief``, 0-1), the more newcomers are makers. ``round_size`` is the median of their last
    round, M$ a firm.
    """
    s = p.startups
    talent = np.clip(s.talent_mean + s.talent_spread * draws.normal(Trait.TALENT), s.talent_least, s.talent_most)
    maker = draws.uniform(Trait.MAKER) < s.makers + (s.makers_boom - s.makers) * belief
    money = np.clip(draws.normal(Trait.MONEY), -s.round_bound, s.round_bound)
    cash = weight * round_size * exp(s.round_sigma * money)
    frugal = draws.uniform(Trait.FRUGAL) < frugal_chance
    open_minded = draws.uniform(Trait.OPEN) < s.open_share
    ones = np.ones_like(talent)
    return {
        "region": _places(p, draws.uniform(Trait.REGION)), "weight": weight * ones, "talent": talent, "cash": cash,
        "data": s.first_data * draws.uniform(Trait.DATA),
        "distribution": s.first_reach + s.reach_spread * draws.uniform(Trait.REACH) ** 2,
        "openness": np.where(open_minded, s.openness_open, s.openness_closed),
        "frugality": np.where(frugal, 1.0, 0.0),
        "algorithms": frontier - s.algorithms_behind + talent, "recipe": frontier - s.algorithms_behind + talent,
        "capability": s.first_capability + s.capability_of_talent * talent * ones,
        "compute_share": np.where(maker, 1.0, s.applied_compute) * np.minimum(
            s.compute_share * (s.compute_least + s.compute_spread * draws.uniform(Trait.COMPUTE)), 1.0
        ),
        "applied": np.where(maker, 0.0, 1.0),
        "burn": cash / s.runway, "value": s.first_value * cash, "raised_cash": cash,
        "plans": (s.first_value - 1.0) * cash,
    }  # fmt: skip


def _places(p: StackedParameters, place: FloatArray) -> IntArray:
    """Region of each newcomer: a uniform number falls into the shares of the regions in turn."""
    american = p.startups.us_share
    european = american + p.startups.eu_share
    chinese = european + p.startups.cn_share
    rest = np.where(place < chinese, CN, OTHER)
    return np.where(place < american, US, np.where(place < european, EU, rest)).astype(np.int32)


def named_values(tables: Tables, p: StackedParameters) -> list[dict[str, Any]]:
    """Column values of each named start-up at its entry."""
    return [
        {
            "region": region_code(row.region), "weight": 1.0, "talent": row.talent, "cash": row.cash_musd,
            "revenue": row.revenue_musd, "data": row.data, "distribution": row.distribution,
            "openness": p.startups.named_openness if row.open_weights else 0.0, "open_weights": row.open_weights,
            "frugality": float(row.frugal), "algorithms": row.algorithms - 1.0, "recipe": row.algorithms - 1.0,
            "capability": row.capability,
            "compute_share": p.startups.named_compute * (p.startups.applied_compute if row.applied else 1.0),
            "applied": float(row.applied), "burn": row.cash_musd / p.startups.named_runway + row.staff_cost_musd,
            "value": row.value_musd, "raised_cash": row.cash_musd, "plans": max(row.value_musd - row.cash_musd, 0.0),
        }
        for row in tables.startups
    ]  # fmt: skip


def found(
    tables: Tables, p: StackedParameters, streams: Streams, classes: Sequence[type[Startup]]
) -> Population[Startup]:
    """The start-ups of January 2022: the named ones first, then the synthetic ones; the other slots stay empty.

    The first class is that of the named and of most others; each further one has a block of slots of its own and makes
    up the share of the synthetic ones that its parameter says.
    """
    named = named_values(tables, p)
    numbers = numbers_of(p, classes)
    sizes = [slots_for(p, count) for count in numbers]
    sizes[0] += len(named)
    worlds, slots = len(streams.seeds), sum(sizes)
    blocks = list(zip(classes, sizes, strict=True))
    population: Population[Startup] = Population(blocks, worlds, KIND_CODES["startups"], "startups", rows_of(p))
    number = int(p.startups.number[0, 0])
    slot = np.arange(slots)
    ids = np.tile(firm_ids(KIND_CODES["startups"], 0, slot), (worlds, 1))
    weight = p.startups.mass / number * np.ones((worlds, slots))
    frontier = np.zeros((worlds, 1))
    usual = frugal_chance(p, np.ones((worlds, 1)))
    nobody = np.zeros((worlds, 1))
    values = newcomers(p, streams.draws("founding", 0, ids), weight, frontier, usual, p.startups.founding_round, nobody)
    age = streams.draws("founding age", 0, ids)
    values["age"] = p.startups.oldest * age.uniform(Founded.AGE)
    # the last round of each was in some month of the year before, and has been spent evenly since
    left = 1.0 - YEAR * age.uniform(Founded.LAST_ROUND) / np.maximum(p.startups.runway, YEAR + 1.0)
    values |= {name: values[name] * left for name in ("cash", "raised_cash")}
    synthetic = np.zeros((worlds, slots), dtype=np.bool_)
    for (_, block), count in zip(population.blocks, numbers, strict=True):
        first = max(block.start, len(named))
        synthetic[:, first : first + count] = True
    _share_out(p, values, synthetic)
    population.enter(synthetic, ids, born(population, values, p))
    for index, row in enumerate(named):
        if tables.startups[index].entry <= 0:
            enter_named(population, index, tables.startups[index].name, row, ids, 0.0)
    return population


def _share_out(p: StackedParameters, values: dict[str, Any], synthetic: BoolArray) -> None:
    """Give the firms of January 2022 together what such firms had raised on average; luck only divides it.

    Few start-ups stand for many, so the luck of one draw would count as that of all the firms which it stands for, and
    the tenants of a world could want more than all of its clouds had, or half of it. What makers of models and the
    others, in China and elsewhere, have raised in the year before is no matter of luck but a fact (9-001).
    """
    s = p.startups
    bound, sigma = s.round_bound, s.round_sigma
    inside = exp(sigma * sigma / 2.0) * (ndtr(bound - sigma) - ndtr(-bound - sigma))
    mean = s.founding_round * (inside + ndtr(-bound) * (exp(sigma * bound) + exp(-sigma * bound)))
    maker, chinese = values["applied"] < HALF_ON, values["region"] == CN
    groups = [
        (synthetic & (maker == makes) & (chinese == inside),
         (s.makers if makes else 1.0 - s.makers) * (s.cn_share if inside else 1.0 - s.cn_share))
        for makes, inside in product((True, False), repeat=2)
    ]  # fmt: skip
    present = sum(np.where(group.any(axis=-1, keepdims=True), part, 0.0) for group, part in groups)
    for group, part in groups:
        total = np.where(group, values["value"] / s.first_value, 0.0).sum(axis=-1, keepdims=True)
        due = s.mass * mean * part / np.where(present > 0.0, present, 1.0)
        factor = due / positive(total)
        for name in ("cash", "raised_cash", "burn", "value"):
            values[name] = np.where(group, values[name] * factor, values[name])


def rows_of(p: StackedParameters) -> dict[str, int]:
    """How many rows each of a start-up's tables has."""
    return {"contracts": int(p.ties.most_contracts[0, 0]), "stakes": int(p.ties.most_owners[0, 0])}


def numbers_of(p: StackedParameters, classes: Sequence[type[Startup]]) -> list[int]:
    """How many synthetic start-ups of each class there are in January 2022: further classes by their share.

    Raises:
        KingmakerError: the shares leave nothing for the others.
    """
    number = int(p.startups.number[0, 0])
    further = [round(number * share) for share in shares(p, classes)]
    if sum(further) >= number:
        raise KingmakerError(
            f"extensions: start-ups of further kinds make up {sum(further)} of {number}; at least one must be left."
        )
    return [number - sum(further), *further]


def shares(p: StackedParameters, classes: Sequence[type[Startup]]) -> list[float]:
    """Share of newcomers of each class but the first."""
    return [float(p.array(cls.share)[0, 0]) for cls in classes[1:]]


def born(population: Population[Startup], values: dict[str, Any], p: StackedParameters) -> dict[str, Any]:
    """The values of newcomers, (worlds, slots), as each class has them."""
    if len(population.blocks) == 1:
        return values
    whole = {name: np.array(value) for name, value in values.items()}
    for cls, block in population.blocks[1:]:
        given = {name: value[:, block] for name, value in values.items()}
        try:
            own = cls.born(given, p).items()
        except (Exception, SystemExit) as fault:  # a user's code may fail in any way
            raise failed(cls, "born", fault) from fault
        for name, value in own:
            if name not in population.table.columns:
                raise KingmakerError(
                    f"extensions: {cls.__name__}.born gives '{name}', which is no column."
                    f"{nearest(name, population.table.columns)}"
                )
            column = population.table.columns[name]
            whole.setdefault(name, np.full(population.table.alive.shape, column.default, dtype=column.dtype))
            if np.shape(value) not in ((), given["cash"].shape) or (value is not given.get(name) and has_nan(value)):
                raise KingmakerError(
                    f"extensions: {cls.__name__}.born gives '{name}' as {shown(value)}; allowed are numbers of shape "
                    f"{given['cash'].shape}, or one for all ({home(cls, cls.born)})."
                )
            whole[name][:, block] = value
    return whole


def enter_named(
    population: Population[Startup], slot: int, name: str, row: dict[str, Any], ids: Any, frontier: Any
) -> None:
    """Bring a named start-up to life in its own slot; its algorithms are given relative to the frontier of its day."""
    where = np.zeros((population.worlds, population.slots), dtype=np.bool_)
    where[:, slot] = True
    population.name_firm(slot, int(ids[0, slot]), name)
    level = row["algorithms"] + frontier
    population.enter(where, ids, row | {"algorithms": level, "recipe": level, "age": 0.0})
