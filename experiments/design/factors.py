"""One parameter of a design: the values of a grid, or the bounds of a sampled design."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kingmaker.agents.errors import nearest
from kingmaker.environment.inputs.parameters import Declaration, check
from kingmaker.experiments.design.design_file import BoundsEntry, DesignError, read_bounds
from kingmaker.experiments.design.points import merged

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

Value = float | int
MOST_STEPS = 100_000


@dataclass(frozen=True)
class Factor:
    """A parameter that a design varies; a grid's has ``values``, the others lie between ``low`` and ``high``."""

    key: str
    low: float
    high: float
    log: bool = False
    values: tuple[Value, ...] = ()
    integer: bool = False  # only whole numbers are allowed
    dropped: tuple[Value, ...] = ()  # of a grid's values as written: those that are others again, but for rounding

    def at(self, unit: FloatArray) -> list[Value]:
        """Parameter values for positions in the unit interval; whole numbers are equally likely."""
        return [int(v) if self.integer else float(v) for v in self.column(unit)]

    def column(self, unit: FloatArray) -> FloatArray:
        """The same as an array, whole numbers among them as floats."""
        import numpy as np

        places = np.asarray(unit, dtype=np.float64)
        if self.integer:
            steps = np.floor(places * (self.high - self.low + 1.0))
            return np.asarray(self.low + np.minimum(steps, self.high - self.low))
        if self.log:
            spread = np.exp(math.log(self.low) + places * (math.log(self.high) - math.log(self.low)))
        else:
            spread = self.low + places * (self.high - self.low)
        return np.clip(spread, self.low, self.high)


def read_factor(key: str, given: Any, kind: str, where: str, known: Mapping[str, Declaration]) -> Factor:
    """A parameter of a design of this kind, as written in its file; ``known`` are those of the design's scenario.

    Raises:
        DesignError, ParameterError: an unknown parameter, an empty range, or values outside the declared one.
    """
    declared = known.get(key)
    if declared is None:
        raise DesignError(f"{where}: there is no parameter '{key}'.{nearest(key, known)}")
    place = f"{where}: '{key}'"
    if isinstance(given, Mapping):
        entry = read_bounds(given, place)
        if kind == "grid":
            return _stepped(declared, entry, place)
        if entry.steps is not None:
            raise DesignError(f"{place}: steps belong to a grid; a design of kind {kind} needs bounds only.")
        low, high = _bounds(declared, entry, place)
        return Factor(key, low, high, entry.scale == "log", integer=declared.integer)
    if kind != "grid":
        raise DesignError(
            f"{place} is {given!r}; a design of kind {kind} needs bounds such as {{ low = {declared.low:g}, "
            f"high = {declared.high:g} }}, or {{}} for the declared range."
        )
    if not isinstance(given, list):
        raise DesignError(f"{place} is {given!r}; a grid needs a list of values, or {{ low, high, steps }}.")
    if not given:
        raise DesignError(f"{place} is an empty list; give at least one value, {declared.allowed}.")
    checked = [check(key, value, where, known) + 0 for value in given]  # -0.0 + 0 is 0.0
    same = merged(checked)
    values = tuple(dict.fromkeys(same[value] for value in checked))
    dropped = tuple(given[i] for i, value in enumerate(checked) if value not in values or value in checked[:i])
    return Factor(key, float(min(values)), float(max(values)), values=values, integer=declared.integer, dropped=dropped)


def _stepped(declared: Declaration, entry: BoundsEntry, place: str) -> Factor:
    """A grid's evenly spaced values; without ``steps``, all whole numbers of a parameter that allows no others."""
    import numpy as np

    low, high = _bounds(declared, entry, place)
    if entry.steps is None and declared.integer and high - low < MOST_STEPS and entry.scale == "linear":
        return Factor(declared.key, low, high, values=tuple(range(int(low), int(high) + 1)), integer=True)
    if entry.steps is None or not 2 <= entry.steps <= MOST_STEPS:
        raise DesignError(f"{place}: a grid needs a list of values, or bounds with steps (a whole number from 2 on).")
    spread = np.geomspace(low, high, entry.steps) if entry.scale == "log" else np.linspace(low, high, entry.steps)
    # linspace leaves 0.30000000000000004 where a reader expects 0.3
    values: list[Value] = [float(f"{value:.12g}") for value in spread]
    if declared.integer:
        values = [round(value) for value in values]
        if len(set(values)) < len(values):
            raise DesignError(f"{place}: {entry.steps} steps are more than there are whole numbers in the range.")
    return Factor(declared.key, low, high, entry.scale == "log", tuple(values), declared.integer)


def _bounds(declared: Declaration, entry: BoundsEntry, place: str) -> tuple[float, float]:
    """Low and high, from the declared range where they are left out."""
    low = declared.low if entry.low is None else entry.low
    high = declared.high if entry.high is None else entry.high
    for name, bound in (("low", low), ("high", high)):
        if not declared.low <= bound <= declared.high:
            raise DesignError(
                f"{place}: {name} is {bound:g}, outside the declared range; allowed is {declared.allowed}."
            )
        if declared.integer and not float(bound).is_integer():
            raise DesignError(f"{place}: {name} is {bound:g}; allowed is {declared.allowed}.")
        if not math.isfinite(bound):
            raise DesignError(
                f"{place}: its range has no finite end ({declared.allowed}); give {name} as a number, "
                "or in a grid a list of values, inf among them."
            )
    if low >= high:
        raise DesignError(f"{place}: the range is empty, as low is {low:g} and high is {high:g}.")
    if entry.scale == "log" and (low <= 0.0 or declared.integer):
        raise DesignError(f'{place}: scale = "log" needs a parameter that is no whole number, and low above 0.')
    return float(low), float(high)
