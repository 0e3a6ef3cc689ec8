"""What a limit is, and how firms and parameters are set up for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kingmaker.agents.firm import Firm
from kingmaker.agents.member import firm_ids
from kingmaker.agents.population import Population
from kingmaker.environment.inputs.parameters import StackedParameters, resolve


@dataclass(frozen=True)
class Limit:
    """A textbook case.

    Attributes:
        name: of the case, with its source.
        lives_in: the function or functions of the model that are run.
        textbook: the closed form that they must meet.
        deviation: runs them; the largest relative deviation.
        tolerance: above which the docking has failed, and why it is not zero.
        why: what keeps the deviation from zero.
        note: where the model as a whole does not meet the textbook: what it does instead, and why.
    """

    name: str
    lives_in: str
    textbook: str
    deviation: Callable[[], float]
    tolerance: float
    why: str
    note: str = ""


def parameters(**pins: float) -> StackedParameters:
    """Declared defaults of one world, with some parameters set (``group__name=value``)."""
    return StackedParameters([resolve({key.replace("__", "."): value for key, value in pins.items()})])


def firms(cls: type[Firm], n: int, **columns: object) -> Any:
    """A population of ``n`` living firms of one class in one world; ``columns`` broadcast to (1, n)."""
    population: Population[Any] = Population([(cls, n)], 1, 9, "docking")
    data = population.table.data
    values = {name: np.asarray(value).astype(data[name].dtype) for name, value in columns.items()}
    ids = firm_ids(9, 0, np.arange(n))[np.newaxis, :]
    everywhere = np.ones((1, n), dtype=np.bool_)
    population.enter(everywhere, ids, {name: np.broadcast_to(v, (1, n)) for name, v in values.items()})
    return population


def largest(found: Any, textbook: Any) -> float:
    """Largest relative deviation of ``found`` from ``textbook``."""
    found, textbook = np.asarray(found, dtype=np.float64), np.asarray(textbook, dtype=np.float64)
    return float(np.max(np.abs(found - textbook) / np.maximum(np.abs(textbook), 1e-12)))
