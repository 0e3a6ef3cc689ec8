"""Every parameter of the model, declared once: value, unit, range, what it does, source.

The declarations stand in ``parameters.csv`` beside this file, one row each. They feed the validation of scenario files,
the command line's help and tables, and the bounds of sweeps. A key is ``group.name``.
"""

from __future__ import annotations

import csv
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from agents.errors import KingmakerError, nearest

if TYPE_CHECKING:
    from agents.types import FloatArray

GROUPS = {
    "startups": "Start-ups: how many, how they enter, spend and fail.",
    "chips": "Chips: price, capacity, orders, export designs.",
    "clouds": "Clouds: belief, ambition, planning, own chips, money.",
    "sites": "Own compute of start-ups: chips bought directly, data centres, chips of their own design.",
    "compute": "Rented compute: prices, contracts, switching.",
    "services": "AI services: what users look at, how sales turn into compute.",
    "demand": "Demand for AI services and its diffusion.",
    "capital": "Capital: venture money, stakes, takeovers.",
    "technology": "Technology: efficiency, training, diffusion.",
    "energy": "Power for data centres.",
    "policy": "Levers, each with its legal instrument.",
}


@dataclass(frozen=True)
class Declaration:
    """One parameter as declared: what a table, a slider or a sweep needs to know of it."""

    key: str
    default: float | int
    unit: str
    low: float
    high: float
    meaning: str
    source: str
    structural: bool  # the worlds of one stack must agree on it (it fixes the shape of the arrays)

    @property
    def integer(self) -> bool:
        """Whether only whole numbers are allowed."""
        return isinstance(self.default, int)

    @property
    def allowed(self) -> str:
        """The range in words."""
        kind = "a whole number" if self.integer else "a number"
        return f"{kind} from {self.low:g} to {self.high:g} ({self.unit})"


class ParameterError(KingmakerError):
    """A parameter that does not exist, has the wrong type, or lies outside its range."""


def _declare() -> dict[str, Declaration]:
    path = Path(__file__).with_name("parameters.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["key"]: _declaration(row) for row in rows}


def _declaration(row: Mapping[str, str]) -> Declaration:
    value = row["value"]
    whole = value.lstrip("-").isdigit()
    return Declaration(
        key=row["key"],
        default=int(value) if whole else float(value),
        unit=row["unit"],
        low=float(row["low"]),
        high=float(row["high"]),
        meaning=row["meaning"],
        source=row["source"],
        structural=row["structural"] == "1",
    )


DECLARATIONS: dict[str, Declaration] = _declare()


def check(key: str, value: object, where: str, known: Mapping[str, Declaration] = DECLARATIONS) -> float | int:
    """The value of parameter ``key``, checked; raises :class:`ParameterError` naming ``where``, value and range."""
    declared = known.get(key)
    if declared is None:
        raise ParameterError(f"{where}: there is no parameter '{key}'.{nearest(key, known)}")
    fault = ParameterError(f"{where}: '{key}' is {value!r}; allowed is {declared.allowed}.")
    # numbers.Real takes in NumPy's scalars, which come from designs and data frames
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise fault
    number = float(value)
    if not declared.low <= number <= declared.high:
        raise fault
    if not declared.integer:
        return number
    if not number.is_integer():
        raise fault
    return int(number)


def resolve(
    overrides: Mapping[str, object], where: str = "parameters", known: Mapping[str, Declaration] = DECLARATIONS
) -> dict[str, float | int]:
    """All parameters that are ``known``, the given ones replaced. Every fault is reported at once.

    Raises:
        ParameterError: for unknown keys, wrong types and values out of range.
    """
    values: dict[str, float | int] = {key: declared.default for key, declared in known.items()}
    faults: list[str] = []
    for key, value in overrides.items():
        try:
            values[key] = check(key, value, where, known)
        except ParameterError as fault:
            faults.append(str(fault))
    if faults:
        raise ParameterError("\n".join(faults))
    return values


class StackedParameters:
    """Parameter values of all worlds: ``stacked.policy.interoperability`` is an array of shape (worlds, 1).

    The arrays are changed in place by dated events, so a phase reads them anew each month.
    """

    def __init__(
        self, worlds: Sequence[Mapping[str, float | int]], known: Mapping[str, Declaration] = DECLARATIONS
    ) -> None:
        """Stack the resolved values of each world; structural parameters must agree between worlds."""
        import numpy as np

        self.known = known
        for key, declared in known.items():
            if declared.structural and len({world[key] for world in worlds}) > 1:
                given = sorted({world[key] for world in worlds})
                raise ParameterError(f"stack: the worlds differ in '{key}' ({given}), which must be one value a stack.")
        self._arrays = {key: np.array([[float(world[key])] for world in worlds], dtype=np.float64) for key in known}
        for group in {key.split(".")[0]: None for key in known}:
            names = [key for key in self._arrays if key.startswith(group + ".")]
            setattr(self, group, SimpleNamespace(**{key.split(".")[1]: self._arrays[key] for key in names}))

    def __getattr__(self, group: str) -> Any:
        """Groups are set at construction; this only tells the type checker and names a missing one."""
        raise AttributeError(f"no parameter group '{group}'")

    def array(self, key: str) -> FloatArray:
        """The values of ``key`` in all worlds, shape (worlds, 1); writing into it changes them."""
        return self._arrays[key]

    def values(self, world: int) -> dict[str, float | int]:
        """The values in force in one world."""
        return {
            key: int(array[world, 0]) if self.known[key].integer else float(array[world, 0])
            for key, array in self._arrays.items()
        }
