"""Every parameter of the model, declared once: value, unit, range, what it does, source.

The declarations stand in ``parameters.csv`` beside this file, one row each. They feed the validation of scenario files,
the command line's help and tables, and the bounds of sweeps. A key is ``group.name``.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.checks import is_flag, number
from kingmaker.agents.errors import KingmakerError, UnknownNameError, nearest, shown
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.environment.inputs.declared_priors import prior_fault

if TYPE_CHECKING:
    from kingmaker.agents.types import Declared, FloatArray

GROUPS = {
    "startups": "Start-ups: how many, how they enter, spend and fail.",
    "chips": "Chips: price, capacity, orders, export designs.",
    "clouds": "Clouds: belief, ambition, planning, own chips, money.",
    "ties": "Ties between firms: how many each may have.",
    "sites": "Own compute of start-ups: chips bought directly, data centres, chips of their own design.",
    "compute": "Rented compute: prices, hosts, switching.",
    "contracts": "Commitments: what is reserved, at which price, what is due and paid ahead; the price by the month.",
    "services": "AI services: what users look at, how sales turn into compute.",
    "demand": "Demand for AI services and its diffusion.",
    "capital": "Capital: venture money, stakes, takeovers.",
    "technology": "Technology: efficiency, training, diffusion.",
    "energy": "Power for data centres.",
    "places": "Where owners build: cost, power, customers near.",
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
    prior: str = ""  # of declared_priors.PRIORS; none where it is a lever, a law, a choice of the design
    spread: float = 0.0  # of the prior, on its scale

    def __post_init__(self) -> None:
        """Check the prior.

        Raises:
            ParameterError: an unknown kind, a spread that does not suit it, or a parameter that can have none.
        """
        fault = prior_fault(self)
        if fault:
            raise ParameterError(f"parameters: the prior of '{self.key}' {fault}")

    @property
    def integer(self) -> bool:
        """Whether only whole numbers are allowed."""
        return isinstance(self.default, int)

    @property
    def switch(self) -> bool:
        """Whether it is off or on, 0 or 1: True and False say the same."""
        return self.integer and (self.low, self.high) == (0.0, 1.0)

    @property
    def allowed(self) -> str:
        """The range in words."""
        kind = "a whole number" if self.integer else "a number"
        return f"{kind} from {self.low:g} to {self.high:g} ({self.unit})"


class ParameterError(KingmakerError):
    """A parameter that does not exist, has the wrong type, or lies outside its range."""


def _declare() -> dict[str, Declaration]:
    path = Path(__file__).parent.parent / "parameters.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    for row in rows:
        if None in row or None in row.values():
            raise ParameterError(
                f"{path.name}: the row of '{row['key']}' has not {len(reader.fieldnames or ())} cells, as the head "
                "has; is there a comma in a text without quotation marks?"
            )
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
        prior=row["prior"],
        spread=_spread(row["key"], row["spread"]),
    )


def _spread(key: str, text: str) -> float:
    """A spread as the table has it; none is zero."""
    try:
        return float(text or 0.0)
    except ValueError:
        raise ParameterError(f"parameters: the spread of '{key}' is {shown(text)}; allowed is a number.") from None


DECLARATIONS: dict[str, Declaration] = _declare()


def check(key: str, value: object, where: str, known: Mapping[str, Declaration] = DECLARATIONS) -> float | int:
    """The value of parameter ``key``, checked; raises :class:`ParameterError` naming ``where``, value and range."""
    declared = known.get(key)
    if declared is None:
        raise ParameterError(f"{where}: there is no parameter '{key}'.{nearest(key, known)}")
    fault = ParameterError(f"{where}: '{key}' is {shown(value)}; allowed is {declared.allowed}.")
    if is_flag(value) and declared.switch:
        return int(bool(value))
    try:
        found = number(value, key, declared.low, declared.high)
    except KingmakerError:
        raise fault from None
    if not declared.integer:
        return found
    if not found.is_integer():
        raise fault
    return int(found)


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


class ParameterGroup:
    """The parameters of one group in all worlds: each an array of shape (worlds, 1).

    Setting one checks the value and changes it in all worlds, in place; a name that there is not is refused.
    """

    _name: str
    _known: dict[str, Declaration]

    def __init__(self, name: str, known: Mapping[str, Declaration], arrays: Mapping[str, FloatArray]) -> None:
        """Take the group's declarations and arrays, by the name after the dot."""
        vars(self).update({"_name": name, "_known": dict(known), **arrays})

    def __getattr__(self, name: str) -> FloatArray:
        """Called for what is not there."""
        if name.startswith("_"):
            raise AttributeError(name)
        raise self._unknown(name)

    def _unknown(self, name: str) -> UnknownNameError:
        keys = [declared.key for declared in self._known.values()]
        return UnknownNameError(f"{self._name}.{name}", keys, "parameter", "parameters")

    def __setattr__(self, name: str, value: object) -> None:
        """Change a parameter in all worlds, or, given an array of shape (worlds,) or (worlds, 1), world by world."""
        declared = self._known.get(name)
        if declared is None:
            raise self._unknown(name)
        if declared.structural:
            raise ParameterError(
                f"parameters: '{declared.key}' fixes the shape of a model's arrays and cannot change on the way; "
                "build a new model with it."
            )
        assign(vars(self)[name], value, declared)

    def __dir__(self) -> list[str]:
        """The parameters of the group."""
        return list(self._known)

    def __repr__(self) -> str:
        """Each parameter on a line, with its value (or those of the worlds) and its unit."""
        lines = [f"  {name} = {_told(vars(self)[name], d)} ({d.unit})" for name, d in self._known.items()]
        return "\n".join([f"parameters of the group '{self._name}':", *lines])


def assign(array: FloatArray, value: object, declared: Declaration) -> None:
    """Write a checked value into the array of a parameter, for all worlds or one by one.

    Raises:
        ParameterError: a value that is not allowed, or another number of them than there are worlds.
    """
    import numpy as np

    if not isinstance(value, list | tuple | np.ndarray) or np.ndim(value) == 0:
        array[...] = check(declared.key, value, "parameters", {declared.key: declared})
        return
    if np.ma.is_masked(value):
        raise ParameterError(f"parameters: '{declared.key}' has masked values; allowed is {declared.allowed}.")
    given = np.ravel(np.asarray(value, dtype=object))
    if len(given) not in (1, len(array)):
        raise ParameterError(
            f"parameters: '{declared.key}' was given {len(given)} values; allowed is one, or one for each of the "
            f"{len(array)} worlds."
        )
    checked = [check(declared.key, each, "parameters", {declared.key: declared}) for each in given]
    array[...] = np.array(checked, dtype=np.float64)[:, np.newaxis]


def _told(array: FloatArray, declared: Declaration) -> str:
    """A plain number where there is one world (or one value), else the lowest and the highest."""
    values = [int(v) if declared.integer and math.isfinite(v) else float(v) for v in array[:, 0]]
    low, high = min(values), max(values)
    return f"{low}" if low == high else f"{low} to {high} in {len(values)} worlds"


class StackedParameters(Parameters):
    """Parameter values of all worlds: ``stacked.policy.interoperability`` is an array of shape (worlds, 1).

    The arrays are changed in place by dated events, so a phase reads them anew each month.
    """

    _OWN = ("known", "groups", "_arrays")

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
        self.groups = tuple(dict.fromkeys(key.partition(".")[0] for key in known))
        for group in self.groups:
            names = {key.partition(".")[2]: key for key in known if key.startswith(group + ".")}
            vars(self)[group] = ParameterGroup(
                group,
                {name: known[key] for name, key in names.items()},
                {name: self._arrays[key] for name, key in names.items()},
            )

    @property
    def worlds(self) -> int:
        """The number of worlds."""
        return len(next(iter(self._arrays.values())))

    if not TYPE_CHECKING:  # the groups are typed: a misspelt one is found before it runs

        def __getattr__(self, group: str) -> Any:
            """Groups are set at construction; this tells the type checker so and names a missing one."""
            if group.startswith("_") or group in self._OWN:
                raise AttributeError(group)
            raise UnknownNameError(group, self.groups, "parameter group", "parameters")

        def __setattr__(self, name: str, value: object) -> None:
            """Groups are no values; their parameters are set one by one."""
            if name not in self._OWN:
                raise ParameterError(
                    f"parameters: '{name}' cannot be set; set one parameter, such as policy.{name} = 1."
                )
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        """The groups and what can be asked of all."""
        return [*self.groups, "array", "groups", "known", "values", "worlds"]

    def __repr__(self) -> str:
        """What there is."""
        return f"<parameters of {self.worlds} world{'s' * (self.worlds > 1)}: {', '.join(self.groups)}>"

    def __getitem__(self, declared: Declared | str) -> FloatArray:
        """The values of a parameter by its declaration, or by its key, (worlds, 1); as :meth:`array`.

        Raises:
            ParameterError: no extension of the scenario lists the declaration.
        """
        if isinstance(declared, str) or declared.key in self._arrays:
            return self.array(declared if isinstance(declared, str) else declared.key)
        raise ParameterError(
            f"parameters: '{declared.key}' is declared, and listed by none of the scenario's extensions: name it in "
            "the class attribute 'parameters'."
        )

    def array(self, key: str) -> FloatArray:
        """The values of ``key`` in all worlds, shape (worlds, 1); writing into it changes them, unchecked."""
        if key not in self._arrays:
            raise UnknownNameError(key, self._arrays, "parameter", "parameters")
        return self._arrays[key]

    def values(self, world: int) -> dict[str, float | int]:
        """The values in force in one world."""
        return {
            key: int(array[world, 0]) if self.known[key].integer else float(array[world, 0])
            for key, array in self._arrays.items()
        }
