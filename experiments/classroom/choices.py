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
WAYS = ("up", "down")  # in which a measure may differ
THEMES = ("chips", "cloud", "startups", "models", "world")


class ChoiceError(KingmakerError):
    """A row of the page's data files that does not fit the model."""


@dataclass(frozen=True)
class Lever:
    """A parameter that visitors may move: its stops on the page, and its words in each language."""

    key: str
    group: str
    listed: bool  # whether the page always shows it; one that moves nothing by itself may be asked, and is not listed
    beside: str  # one that is not listed: the lever beside which it is shown, once that one is moved
    stops: tuple[float, ...]
    names: Mapping[str, tuple[str, ...]]  # of the stops
    label: Mapping[str, str]
    meaning: Mapping[str, str]

    @property
    def declared(self) -> Declaration:
        """The one declaration."""
        return DECLARATIONS[self.key]

    def admit(self, value: float, where: str) -> float | int:
        """The value, if a visitor may ask for it.

        Raises:
            KingmakerError: outside of the declared range or of the page's.
        """
        checked = check(self.key, int(value) if self.declared.integer and value.is_integer() else value, where)
        low, high = self.stops[0], self.stops[-1]
        if not low <= checked <= high:
            raise ChoiceError(f"{where}: '{self.key}' is {checked:g}; on this page allowed is {low:g} to {high:g}.")
        return checked


@dataclass(frozen=True)
class Shown:
    """A measure as the page shows it: ``factor`` turns the model's unit into the unit in words.

    ``change`` says by how much it is higher (``up``) or lower (``down``), in each language, with a gap for the size.
    """

    name: str
    theme: str
    factor: float
    digits: int
    unit: Mapping[str, str]
    short: Mapping[str, str]
    label: Mapping[str, str]
    change: Mapping[str, Mapping[str, str]]


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of one of the page's tables."""
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
    found = {row["key"]: _lever(row) for row in rows_of("levers.csv")}
    for key, lever in found.items():
        if lever.beside and lever.beside not in found:
            raise ChoiceError(f"levers.csv: '{key}' is shown beside '{lever.beside}'.{nearest(lever.beside, found)}")
    return found


def listed() -> dict[str, Lever]:
    """The levers that the page shows."""
    return {key: lever for key, lever in levers().items() if lever.listed}


def _lever(row: Mapping[str, str]) -> Lever:
    key = row["key"]
    if key not in DECLARATIONS:
        raise ChoiceError(f"levers.csv: there is no parameter '{key}'.{nearest(key, DECLARATIONS)}")
    if row["group"] not in LEVER_GROUPS:
        raise ChoiceError(f"levers.csv: {key}: group is '{row['group']}'; allowed are {', '.join(LEVER_GROUPS)}.")
    declared = DECLARATIONS[key]
    if declared.structural:
        raise ChoiceError(f"levers.csv: '{key}' fixes the model's size and is no lever.")
    stops = tuple(float(part) for part in row["stops"].split("|"))
    names = {language: tuple(text.split("|")) for language, text in _words(row, "stops").items()}
    lever = Lever(
        key, row["group"], row["listed"] == "yes", row["beside"], stops, names, _words(row, "label"),
        _words(row, "meaning"),
    )  # fmt: skip
    if any(len(texts) != len(stops) or not all(texts) for texts in names.values()):
        raise ChoiceError(f"levers.csv: '{key}' has {len(stops)} stops; each language must name all of them.")
    if list(stops) != sorted(set(stops)) or not all(declared.low <= value <= declared.high for value in stops):
        raise ChoiceError(f"levers.csv: '{key}': stops must rise and lie in what is declared: {declared.allowed}.")
    return lever


@functools.cache
def measures() -> dict[str, Shown]:
    """The measures that the page shows, by name, in the order of the file.

    Raises:
        ChoiceError: an unknown measure or theme, a unit that is not the declared one or has no words for differences.
    """
    changes = {row["unit"]: {way: _words(row, way) for way in WAYS} for row in rows_of("differences.csv")}
    return {row["name"]: _measure(row, changes) for row in rows_of("measures.csv")}


def _measure(row: Mapping[str, str], changes: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Shown:
    name = row["name"]
    if name not in MEASURES:
        raise ChoiceError(f"measures.csv: there is no measure '{name}'.{nearest(name, MEASURES)}")
    if row["unit"] != MEASURES[name].unit:
        raise ChoiceError(f"measures.csv: {name}: unit is '{row['unit']}'; the model's is '{MEASURES[name].unit}'.")
    if row["group"] not in THEMES:
        raise ChoiceError(f"measures.csv: {name}: group is '{row['group']}'; allowed are {', '.join(THEMES)}.")
    if row["unit_en"] not in changes:
        raise ChoiceError(f"differences.csv: {name}: there is no '{row['unit_en']}'.{nearest(row['unit_en'], changes)}")
    return Shown(
        name, row["group"], float(row["factor"]), int(row["digits"]), _words(row, "unit"), _words(row, "short"),
        _words(row, "label"), changes[row["unit_en"]],
    )  # fmt: skip
