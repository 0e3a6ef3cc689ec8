"""What a visitor asks for: scenario, levers, seed, horizon; read from a link and written into one, within limits."""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from kingmaker.agents.calendar import month_label, month_number
from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.environment.inputs.scenario import Event, Scenario, hold, list_scenarios, load_scenario
from kingmaker.experiments.page.choices import LANGUAGES, levers

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
    since: tuple[tuple[str, int], ...] = ()  # month from which a lever is held, if that is not the first

    @property
    def held(self) -> dict[str, Value]:
        """The levers that are held in all months or from some month on, by key."""
        return dict(self.levers)

    @property
    def starts(self) -> dict[str, int]:
        """The month in which a lever comes into force, by key; a lever that is not here is held in all months."""
        return dict(self.since)

    @property
    def key(self) -> str:
        """Hash of the content: the same question has the same key, whoever asks."""
        return hashlib.sha256(
            repr((self.scenario, self.seed, self.months, self.runs, self.levers, self.since)).encode()
        ).hexdigest()

    def resolved(self) -> Scenario:
        """The scenario with the levers: those held in all months as parameters, the others as dated events.

        Once a lever has come into force, the scenario's own events leave it alone.
        """
        return _resolved(self.scenario, self.levers, self.since)

    def world(self, seed: int | None = None) -> dict[str, object]:
        """The arguments of one world of a stack."""
        return {"scenario": self.resolved(), "rng": self.seed if seed is None else seed}

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


def start_of(scenario: str) -> Mapping[str, Value]:
    """The parameters with which a shipped scenario starts, where they differ from the declared ones."""
    return _shipped(scenario).start


@functools.cache
def _shipped(name: str) -> Scenario:
    return load_scenario(name)


@functools.lru_cache(maxsize=512)
def _resolved(name: str, held: tuple[tuple[str, Value], ...], since: tuple[tuple[str, int], ...]) -> Scenario:
    starts = dict(since)
    scenario = load_scenario(_shipped(name), {key: value for key, value in held if key not in starts})
    for key, value in held:
        if key in starts:
            event = Event(starts[key], moved(key, value), {key: value})
            rest = hold(scenario, {key: value}, first=event.month)
            scenario = replace(rest, events=tuple(sorted([*rest.events, event], key=lambda event: event.month)))
    return scenario


def moved(key: str, value: Value) -> str:
    """What the chronicle tells of a lever that comes into force; ``sentences.fr.csv`` has it in French."""
    return f"{levers()[key].label['en']} is set to {value:g}"


@functools.cache
def presets() -> dict[str, str]:
    """The shipped scenarios and their titles, the baseline first."""
    found = list_scenarios()
    return {"baseline": found.pop("baseline"), **found}


def make(
    scenario: str, seed: int, months: int, runs: int, held: Mapping[str, Value], since: Mapping[str, int] | None = None
) -> Setting:
    """A setting within the visitors' limits.

    Args:
        scenario: one of :func:`presets`.
        seed: the luck of the run.
        months: the horizon.
        runs: runs in the band.
        held: levers and their values.
        since: month numbers in which levers come into force, for those not held from the start.

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
    starts = tuple((key, _start(key, (since or {})[key], months)) for key, _ in pins if (since or {}).get(key))
    return Setting(scenario, seed, months, runs, tuple(pins), starts)


def _start(key: str, month: int, months: int) -> int:
    if not 1 <= month < months:
        raise LinkError(
            f"{key}: comes into force in {month_label(month)}; in this run allowed is a month from {month_label(1)} "
            f"to {month_label(months - 1)}."
        )
    return month


def read_link(query: Mapping[str, Sequence[str]]) -> tuple[Setting, Place]:
    """Setting and place of a link; what cannot be used is left out and named in ``Place.faults``."""
    faults: list[str] = []
    given = {key: values[-1] for key, values in query.items() if values}
    if sum(len(key) + len(value) for key, value in given.items()) > LONGEST_LINK:
        return Setting(), Place(faults=("the link is too long",))
    setting = Setting()
    base: dict[str, object] = {"scenario": "baseline", "seed": 1, "months": 108, "runs": 16}
    held: dict[str, Value] = {}
    since: dict[str, int] = {}
    for key, text in sorted(given.items(), key=lambda pair: pair[0] not in base):  # the horizon before the levers
        if key in _OTHER_KEYS and key not in base:
            continue
        try:
            trial_base, trial_held, trial_since = dict(base), dict(held), dict(since)
            if key == "scenario":
                trial_base[key] = text
            elif key in base:
                trial_base[key] = _whole(key, text)
            else:
                number, _, month = text.partition("@")
                trial_held[key], trial_since[key] = _number(key, number), _month(key, month)
            setting = make(held=trial_held, since=trial_since, **trial_base)  # type: ignore[arg-type]
            base, held, since = trial_base, trial_held, trial_since
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


def _month(key: str, text: str) -> int:
    """The month number of ``2026-03``; 0 if none is given: held from the start."""
    try:
        return month_number(text) if text else 0
    except KingmakerError as fault:
        raise LinkError(f"{key[:60]}: {str(fault).replace(text, text[:40])}") from None


def write_query(setting: Setting, place: Place | None = None) -> str:
    """The part of a link after the question mark; what is at its default is left out."""
    pairs: dict[str, str] = {}
    usual = Setting()
    for name in ("scenario", "seed", "months", "runs"):
        if getattr(setting, name) != getattr(usual, name):
            pairs[name] = str(getattr(setting, name))
    starts = {key: f"@{month_label(month)}" for key, month in setting.since}
    pairs |= {key: f"{value!r}{starts.get(key, '')}" for key, value in setting.levers}
    if place is not None:
        here = {"month": str(place.month), "lang": place.language, "view": place.view}
        here |= {"theme": place.theme} if place.theme != "default" else {}
        here |= {"lesson": place.lesson} if place.lesson else {}
        here |= {"teacher": place.teacher} if place.teacher else {}
        pairs |= here
    return urlencode(pairs, safe="@")


def scenario_toml(setting: Setting) -> str:
    """A scenario file that ``kingmaker run`` accepts and that gives the same numbers.

    It stands by itself, without ``extends``: the events of a parent that would move a lever must not come back.
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
