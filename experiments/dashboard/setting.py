"""What a visitor asks for: scenario, levers, seed, horizon; read from a link and written into one, within limits."""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from agents.errors import KingmakerError, nearest
from environment.scenario import Scenario, list_scenarios, load_scenario, month_label
from experiments.dashboard.choices import LANGUAGES, levers

MONTHS = (12, 24, 36, 48, 60, 72, 84, 96, 108)
RUNS = (8, 16, 32)
LARGEST_SEED = 999_999
VIEWS = ("charts", "network", "money", "timeline", "compare", "lessons", "share")
LONGEST_LINK = 4_000  # characters
_OTHER_KEYS = ("scenario", "seed", "months", "runs", "month", "lang", "view", "theme", "lesson", "teacher")

Value = float | int


class LinkError(KingmakerError):
    """A link that asks for something that there is not."""


@dataclass(frozen=True)
class Setting:
    """One run and its band: everything that the numbers depend on."""

    scenario: str = "baseline"
    seed: int = 1
    months: int = 108
    runs: int = 16
    levers: tuple[tuple[str, Value], ...] = ()

    @property
    def pins(self) -> dict[str, Value]:
        """The levers that are held, by key."""
        return dict(self.levers)

    @property
    def key(self) -> str:
        """Hash of the content: the same question has the same key, whoever asks."""
        return hashlib.sha256(
            repr((self.scenario, self.seed, self.months, self.runs, self.levers)).encode()
        ).hexdigest()

    def resolved(self) -> Scenario:
        """The scenario with the levers held in all months."""
        return load_scenario(_shipped(self.scenario), self.pins)

    def world(self, seed: int | None = None) -> dict[str, object]:
        """The arguments of one world of a stack."""
        return {"scenario": _shipped(self.scenario), "rng": self.seed if seed is None else seed, **self.pins}

    def seeds(self) -> list[int]:
        """Seeds of the band: this run's and the following ones, so that two policies share their luck."""
        return [self.seed + k for k in range(self.runs)]


@dataclass(frozen=True)
class Place:
    """Where in the page a link leads: nothing that the numbers depend on."""

    month: int = 35
    language: str = "en"
    view: str = "charts"
    theme: str = "default"
    lesson: str = ""
    teacher: str = ""
    faults: tuple[str, ...] = field(default=(), compare=False)


@functools.cache
def _shipped(name: str) -> Scenario:
    return load_scenario(name)


@functools.cache
def presets() -> dict[str, str]:
    """The shipped scenarios and their titles, the baseline first."""
    found = list_scenarios()
    return {"baseline": found.pop("baseline"), **found}


def make(scenario: str, seed: int, months: int, runs: int, held: Mapping[str, Value]) -> Setting:
    """A setting within the visitors' limits.

    Raises:
        KingmakerError: naming what is not allowed and what is.
    """
    if scenario not in presets():
        raise LinkError(f"scenario: there is no '{scenario}'.{nearest(scenario, presets())}")
    if not 0 <= seed <= LARGEST_SEED:
        raise LinkError(f"seed: is {seed}; allowed is a whole number from 0 to {LARGEST_SEED}.")
    for name, value, allowed in (("months", months, MONTHS), ("runs", runs, RUNS)):
        if value not in allowed:
            raise LinkError(f"{name}: is {value}; allowed are {', '.join(map(str, allowed))}.")
    pins = []
    for key in levers():  # one order, so that one question has one key
        if key in held:
            pins.append((key, levers()[key].admit(float(held[key]), "levers")))
    unknown = [key for key in held if key not in levers()]
    if unknown:
        raise LinkError(f"levers: there is no lever '{unknown[0]}'.{nearest(unknown[0], levers())}")
    return Setting(scenario, seed, months, runs, tuple(pins))


def read_link(query: Mapping[str, Sequence[str]]) -> tuple[Setting, Place]:
    """Setting and place of a link; what cannot be used is left out and named in ``Place.faults``."""
    faults: list[str] = []
    given = {key: values[-1] for key, values in query.items() if values}
    if sum(len(key) + len(value) for key, value in given.items()) > LONGEST_LINK:
        return Setting(), Place(faults=("the link is too long",))
    setting = Setting()
    base: dict[str, object] = {"scenario": "baseline", "seed": 1, "months": 108, "runs": 16}
    held: dict[str, Value] = {}
    for key, text in given.items():
        if key in _OTHER_KEYS and key not in base:
            continue
        try:
            trial_base, trial_held = dict(base), dict(held)
            if key == "scenario":
                trial_base[key] = text
            elif key in base:
                trial_base[key] = _whole(key, text)
            else:
                trial_held[key] = _number(key, text)
            setting = make(held=trial_held, **trial_base)  # type: ignore[arg-type]
            base, held = trial_base, trial_held
        except KingmakerError as fault:
            faults.append(str(fault))
    return setting, _read_place(given, setting, faults)


def _read_place(given: Mapping[str, str], setting: Setting, faults: list[str]) -> Place:
    month = min(35, setting.months - 1)
    if "month" in given:
        try:
            month = min(max(_whole("month", given["month"]), 0), setting.months - 1)
        except LinkError as fault:
            faults.append(str(fault))
    chosen = {}
    for key, allowed in (("lang", LANGUAGES), ("view", VIEWS), ("theme", ("default", "dark"))):
        value = given.get(key, allowed[0])
        if value not in allowed:
            faults.append(f"{key}: is '{value[:40]}'; allowed are {', '.join(allowed)}.")
            value = allowed[0]
        chosen[key] = value
    return Place(
        month, chosen["lang"], chosen["view"], chosen["theme"], given.get("lesson", "")[:40],
        given.get("teacher", "")[:80], tuple(faults),
    )  # fmt: skip


def _whole(key: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise LinkError(f"{key}: is '{text[:40]}'; allowed is a whole number.")
    return int(text)


def _number(key: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise LinkError(f"{key[:60]}: is '{text[:40]}'; allowed is a number.")
    return value


def write_query(setting: Setting, place: Place | None = None) -> str:
    """The part of a link after the question mark; what is at its default is left out."""
    pairs: dict[str, str] = {}
    usual = Setting()
    for name in ("scenario", "seed", "months", "runs"):
        if getattr(setting, name) != getattr(usual, name):
            pairs[name] = str(getattr(setting, name))
    pairs |= {key: f"{value:.10g}" for key, value in setting.levers}
    if place is not None:
        here = {"month": str(place.month), "lang": place.language, "view": place.view}
        here |= {"theme": place.theme} if place.theme != "default" else {}
        here |= {"lesson": place.lesson} if place.lesson else {}
        here |= {"teacher": place.teacher} if place.teacher else {}
        pairs |= here
    return urlencode(pairs)


def scenario_toml(setting: Setting) -> str:
    """A scenario file that ``kingmaker run`` accepts and that gives the same numbers.

    It stands by itself, without ``extends``: levers are held in all months, so that the events of a parent that would
    move them must not come back.
    """
    scenario = setting.resolved()
    command = f"kingmaker run kingmaker-scenario.toml --seed {setting.seed} --months {setting.months}"
    lines = [
        f"# To run it again: {command}",
        f"title = {_quoted(scenario.title + (' (levers held on the classroom page)' if setting.levers else ''))}",
        f"description = {_quoted(scenario.description)}",
        f"months = {setting.months}",
        "",
        "[parameters]",
        *(f"{key} = {_toml(value)}" for key, value in scenario.parameters.items()),
    ]
    for event in scenario.events:
        changes = ", ".join(f"{key} = {_toml(value)}" for key, value in event.set.items())
        lines += ["", "[[events]]", f'month = "{month_label(event.month)}"', f"why = {_quoted(event.why)}"]
        lines.append(f"set = {{ {changes} }}")
    return "\n".join(lines) + "\n"


def _toml(value: Value) -> str:
    return repr(value)  # whole numbers, floats and inf are written alike in Python and TOML


def _quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{plain}"'
