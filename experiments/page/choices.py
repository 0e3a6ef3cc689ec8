"""What the page offers: the levers and measures chosen in ``data/*.csv``, checked against the model's declarations."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.parameters import DECLARATIONS, Declaration, check

DATA = Path(__file__).parent / "data"
LANGUAGES = ("en", "fr")
LEVER_GROUPS = ("chips", "cloud", "startups", "europe", "china", "energy")
MEASURE_GROUPS = ("chips", "cloud", "startups", "models", "world")


class ChoiceError(KingmakerError):
    """A row of the page's data files that does not fit the model."""


@dataclass(frozen=True)
class Lever:
    """A parameter that visitors may move: its range on the page, and its words in each language."""

    key: str
    group: str
    low: float
    high: float
    step: float
    choices: tuple[float, ...]
    label: Mapping[str, str]
    meaning: Mapping[str, str]

    @property
    def declared(self) -> Declaration:
        """The one declaration."""
        return DECLARATIONS[self.key]

    @property
    def values(self) -> tuple[float, ...]:
        """All positions of the slider, in order."""
        if self.choices:
            return self.choices
        steps = round((self.high - self.low) / self.step)
        return tuple(round(self.low + self.step * k, 10) for k in range(steps + 1))

    def admit(self, value: float, where: str) -> float | int:
        """The value, if a visitor may ask for it.

        Raises:
            KingmakerError: outside of the declared range or of the page's.
        """
        checked = check(self.key, int(value) if self.declared.integer and value.is_integer() else value, where)
        low, high = min(self.values), max(self.values)
        if not low <= checked <= high:
            raise ChoiceError(f"{where}: '{self.key}' is {checked:g}; on this page allowed is {low:g} to {high:g}.")
        return checked


@dataclass(frozen=True)
class Shown:
    """A measure as the page shows it: ``factor`` turns the model's unit into the unit in words."""

    name: str
    group: str
    factor: float
    unit: Mapping[str, str]
    label: Mapping[str, str]


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _words(row: Mapping[str, str], entry: str) -> dict[str, str]:
    return {language: row[f"{entry}_{language}"] for language in LANGUAGES}


@functools.cache
def levers() -> dict[str, Lever]:
    """All levers of the page, by key, in the order of the file.

    Raises:
        ChoiceError: an unknown key or group, or a range beyond the declared one.
    """
    return {row["key"]: _lever(row) for row in _rows("levers.csv")}


def _lever(row: Mapping[str, str]) -> Lever:
    key = row["key"]
    if key not in DECLARATIONS:
        raise ChoiceError(f"levers.csv: there is no parameter '{key}'.{nearest(key, DECLARATIONS)}")
    if row["group"] not in LEVER_GROUPS:
        raise ChoiceError(f"levers.csv: {key}: group is '{row['group']}'; allowed are {', '.join(LEVER_GROUPS)}.")
    declared = DECLARATIONS[key]
    if declared.structural:
        raise ChoiceError(f"levers.csv: '{key}' fixes the model's size and is no lever.")
    choices = tuple(float(part) for part in row["choices"].split("|")) if row["choices"] else ()
    low, high, step = (float(row[name]) if row[name] else 0.0 for name in ("low", "high", "step"))
    lever = Lever(key, row["group"], low, high, step, choices, _words(row, "label"), _words(row, "meaning"))
    if not all(declared.low <= value <= declared.high for value in lever.values):
        raise ChoiceError(f"levers.csv: '{key}' goes beyond what is declared: {declared.allowed}.")
    return lever


@functools.cache
def measures() -> dict[str, Shown]:
    """The measures that the page shows, by name, in the order of the file.

    Raises:
        ChoiceError: an unknown measure or group, or a unit that is not the declared one.
    """
    return {row["name"]: _measure(row) for row in _rows("measures.csv")}


def _measure(row: Mapping[str, str]) -> Shown:
    name = row["name"]
    if name not in MEASURES:
        raise ChoiceError(f"measures.csv: there is no measure '{name}'.{nearest(name, MEASURES)}")
    if row["unit"] != MEASURES[name].unit:
        raise ChoiceError(f"measures.csv: {name}: unit is '{row['unit']}'; the model's is '{MEASURES[name].unit}'.")
    if row["group"] not in MEASURE_GROUPS:
        raise ChoiceError(f"measures.csv: {name}: group is '{row['group']}'; allowed are {', '.join(MEASURE_GROUPS)}.")
    return Shown(name, row["group"], float(row["factor"]), _words(row, "unit"), _words(row, "label"))
