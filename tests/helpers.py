"""What several tests share: blocks of firms, luck, parameters, random parameter sets, comparison bit for bit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kingmaker.agents.draws import Draws
from kingmaker.agents.member import Member, firm_ids
from kingmaker.agents.population import Population
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.core.streams import Streams
from kingmaker.environment.inputs.parameters import DECLARATIONS, StackedParameters, resolve
from kingmaker.environment.model import ComputeEconomy

KIND = 9  # an id prefix that no population of the model uses


def population_of(cls: type[Member], n: int, worlds: int = 1, **columns: object) -> Population[Any]:
    """A population of ``n`` living firms of one class; ``columns`` broadcast to (worlds, n)."""
    population: Population[Any] = Population([(cls, n)], worlds, KIND, "test")
    everywhere = np.ones((worlds, n), dtype=np.bool_)
    ids = np.tile(firm_ids(KIND, 0, np.arange(n)), (worlds, 1))
    data = population.table.data
    values = {name: np.asarray(value).astype(data[name].dtype) for name, value in columns.items()}
    population.enter(everywhere, ids, {name: np.broadcast_to(v, (worlds, n)) for name, v in values.items()})
    return population


def firms(cls: type[Member], n: int, worlds: int = 1, **columns: object) -> Any:
    """A bulk view of such firms, on which a decision can be called."""
    return population_of(cls, n, worlds, **columns).view()


def luck(n: int, *, seeds: Sequence[int] = (1,), decision: str = "test", month: int = 0) -> Draws:
    """The draws of ``n`` firms, shape (seeds, n)."""
    return Streams(seeds).draws(decision, month, np.tile(firm_ids(KIND, 0, np.arange(n)), (len(seeds), 1)))


def parameters(*worlds: Mapping[str, object], **pins: object) -> StackedParameters:
    """Declared defaults, one world unless more are given; ``pins`` hold in all of them (``group__name=value``)."""
    common = {key.replace("__", "."): value for key, value in pins.items()}
    return StackedParameters([resolve({**common, **world}) for world in worlds or ({},)])


STRUCTURAL = tuple(key for key, declared in DECLARATIONS.items() if declared.structural)


def random_parameters(rng: np.random.Generator, *, edges: float = 0.05) -> dict[str, float | int]:
    """Every parameter that may differ within a stack, uniform in its declared range; now and then an end of it.

    An infinite upper bound is sampled up to eight times the default, and with probability ``edges`` as infinity.
    """
    values: dict[str, float | int] = {}
    for key, declared in DECLARATIONS.items():
        if declared.structural:
            continue
        high = declared.high if math.isfinite(declared.high) else 8.0 * declared.default
        value = rng.uniform(declared.low, high)
        end = rng.random()
        if end < edges:
            value = declared.low if end < edges / 2.0 else declared.high
        values[key] = round(value) if declared.integer else float(value)
    return values


def structure(rng: np.random.Generator, most: int = 400) -> dict[str, float | int]:
    """The parameters that one stack shares, at random; never more than ``most`` start-ups."""
    values: dict[str, float | int] = {}
    for key in STRUCTURAL:
        declared = DECLARATIONS[key]
        value = rng.uniform(declared.low, min(declared.high, most) if key == "startups.number" else declared.high)
        values[key] = round(value) if declared.integer else float(value)
    return values


def bits(array: Any) -> bytes:
    """The bytes of an array, so that -0.0 is not 0.0 and a NaN is itself."""
    return np.ascontiguousarray(array).tobytes()


def series(model: ComputeEconomy, world: int = 0) -> dict[str, np.ndarray]:
    """All measures of one world, each of shape (months,)."""
    return {name: np.ascontiguousarray(model.measures.array(name)[:, world]) for name in MEASURES}


def differing(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> list[str]:
    """Names of the measures that are not the same bit for bit, with the first month in which they part."""
    found = []
    for name, a in one.items():
        if bits(a) != bits(other[name]):
            month = int(np.flatnonzero(a.view(np.uint64) != other[name].view(np.uint64))[0])
            found.append(f"{name} from month {month}: {a[month]!r} and {other[name][month]!r}")
    return found


def acted(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> list[str]:
    """Like `differing`, but of what an economy does: the residual of the ledger is rounding."""
    return [said for said in differing(one, other) if not said.startswith("ledger_residual ")]


def paired_interval(difference: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of the mean of paired differences (Student's t)."""
    from scipy.stats import t

    n = len(difference)
    half = float(t.ppf(0.975, n - 1)) * float(difference.std(ddof=1)) / math.sqrt(n)
    return float(difference.mean()) - half, float(difference.mean()) + half


def states(model: ComputeEconomy) -> dict[str, np.ndarray]:
    """Every array of the model's state, by a name that an error can show."""
    from dataclasses import fields

    found: dict[str, np.ndarray] = {}
    for name, population in model.populations.items():
        found |= {f"{name}.{column}": array for column, array in population.table.data.items()}
    for key, value in vars(model.economy.chips).items():
        if isinstance(value, np.ndarray):
            found[f"chips.{key}"] = value
    for field in fields(model.economy.conditions):
        value = getattr(model.economy.conditions, field.name)
        if isinstance(value, np.ndarray):
            found[f"conditions.{field.name}"] = value
    return found
