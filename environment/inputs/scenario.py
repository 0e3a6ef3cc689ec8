"""Scenarios: what a run starts from and which dated events change it. Read from TOML, checked in one go.

A file has these entries, all of them optional::

    title = "..."            description = "..."       extends = "baseline"
    months = 108             data = "folder"           # replacement data, relative to the file
    [parameters]             # values at the start:     policy.export_cap_tpp = 1600
    [classes]                # population -> "module:Class"
    extensions = ["module:Class"]  # what you add to the model, see environment/inputs/extensions.py
    [[events]]               # month = "2024-03", why = "...", set = { policy.interoperability = 1.0 }
    hold = true              # of an event: later events leave alone what it sets
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kingmaker.agents.calendar import month_label, month_number
from kingmaker.agents.cards import card, grid
from kingmaker.agents.checks import whole
from kingmaker.agents.errors import KingmakerError, ScenarioError, nearest, shown
from kingmaker.agents.units import FIRST_YEAR as FIRST_YEAR  # these are also handed on
from kingmaker.environment.core.measures import Measure
from kingmaker.environment.inputs.extensions import Extensions, load
from kingmaker.environment.inputs.parameters import Declaration, ParameterError, check
from kingmaker.environment.inputs.scenario_file import EventEntry, ScenarioFile, read_file
from kingmaker.environment.inputs.text_files import is_there
from kingmaker.environment.inputs.timeline import Event as Event
from kingmaker.environment.inputs.timeline import Remark, Value, beyond, described, held_back, remarks, values_in_force

DEFAULT_MONTHS = 108
MOST_MONTHS = 1200
PINS_SHOWN = 3  # in the label of a scenario; of the others it gives the number
FOLDER = Path(__file__).resolve().parent.parent / "scenarios"


@dataclass(frozen=True)
class Scenario:
    """A scenario as resolved: parents merged, events sorted by month, holds and pins applied."""

    name: str
    title: str = ""
    description: str = ""
    months: int = DEFAULT_MONTHS
    parameters: Mapping[str, Value] = field(default_factory=dict)  # only those that differ from the declared defaults
    events: tuple[Event, ...] = ()
    pinned: Mapping[str, Value] = field(default_factory=dict)  # also among `parameters`
    overridden: tuple[str, ...] = ()  # a sentence for each dated event that a pin or a held event overrides
    undone: tuple[Remark, ...] = field(default=(), compare=False)  # of what it sets, what does not last or does nothing
    data: Path | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    extensions: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()  # of the file and of those that it extends: where its classes are looked for
    source: Path | None = None

    def __repr__(self) -> str:
        """Which scenario it is, in a line."""
        own = sum(event.own for event in self.events)
        dated = f"{len(self.events)} dated events" + (f", {own} of its own" if 0 < own < len(self.events) else "")
        return f"<Scenario {self.label}: {self.title or 'no title'}; {self.months} months, {dated}>"

    def _repr_html_(self) -> str:
        about = {
            "title": self.title,
            "description": self.description,
            "months": self.months,
            "file": self.source or "–",
        }
        pins = ", ".join(f"{key} = {value:g}" for key, value in self.pinned.items())
        facts = {name: told for name, told in (about | {"pinned": pins}).items() if told}
        rows = ((month_label(e.month), e.why, ", ".join(f"{k} = {v:g}" for k, v in e.set.items())) for e in self.events)
        events = grid(f"{len(self.events)} dated events", ("month", "why", "sets"), rows, folded=True)
        return card(f"Scenario {self.label}", facts) + events

    @property
    def users_classes(self) -> tuple[str, ...]:
        """All classes that it names, as ``module:Class``."""
        return (*self.classes.values(), *self.extensions)

    def load_extensions(self) -> Extensions:
        """The classes that it names, loaded and checked."""
        return load(self.extensions, self.folders)

    def declared(self) -> Mapping[str, Declaration]:
        """Every parameter that may be set under it: the model's own and those that its extensions declare."""
        return self.load_extensions().declared()

    def measured(self) -> Mapping[str, Measure]:
        """Every measure that is taken under it: the model's own and those that its extensions add."""
        return self.load_extensions().measures()

    @property
    def start(self) -> dict[str, Value]:
        """The values of the first month, where they differ from the declared ones or an event sets them then."""
        return values_in_force(self.events, self.parameters, 0)

    @property
    def is_history(self) -> bool:
        """Whether it is the shipped history of policy, of which nobody expects that a short run reaches all."""
        return self.source == FOLDER / "baseline.toml"

    def notes(self, months: int | None = None) -> tuple[str, ...]:
        """What of this file does not do in a run of so many months what one might think, a sentence each.

        Values that an event which it inherits sets back, events that change nothing, two events of one month that set
        the same parameter, and events that lie after the last month.
        """
        horizon = self.months if months is None else months
        late = "" if self.is_history else beyond(self.events, horizon)
        return (*(remark.text for remark in self.undone if remark.month < horizon), *((late,) if late else ()))

    @property
    def label(self) -> str:
        """Name and pins, such as ``baseline with policy.interoperability = 1``: what tells this run from others."""
        if not self.pinned:
            return self.name
        pins = [f"{key} = {value:g}" for key, value in self.pinned.items()]
        more = f" and {len(pins) - PINS_SHOWN} more" if len(pins) > PINS_SHOWN else ""
        return f"{self.name} with {', '.join(pins[:PINS_SHOWN])}{more}"


def check_months(months: object, where: str) -> int:
    """The number of months of a run, if it is one that the model can run."""
    try:
        return whole(months, f"{where}: months", 1, MOST_MONTHS)
    except KingmakerError as fault:
        raise ScenarioError(str(fault)) from None


def parse_pin(text: str) -> tuple[str, object]:
    """Key and value of a setting such as ``policy.interoperability=0.5``; ``inf`` is a number.

    Whether there is such a parameter only the scenario knows: :func:`load_scenario` checks it.
    """
    key, equals, given = (part.strip() for part in text.partition("="))
    if not equals or not key or not given:
        raise ScenarioError(f"--set {text}: write it as key=value, for example policy.interoperability=0.5.")
    try:
        value: object = int(given)
    except ValueError:
        try:
            value = float(given)
        except ValueError:
            value = {"true": True, "false": False}.get(given.casefold(), given)  # checked with the parameter
    return key, value


def list_scenarios() -> dict[str, str]:
    """The scenarios that come with Kingmaker: name and title."""
    return {path.stem: load_scenario(path.stem).title for path in sorted(FOLDER.glob("*.toml"))}


def load_scenario(
    name_or_path: str | Path | Scenario, pins: Mapping[str, object] | None = None, where: str = "pinned"
) -> Scenario:
    """Read a scenario with all that it extends, and hold the pinned parameters fixed.

    Args:
        name_or_path: a name among :func:`list_scenarios`, a path that ends in ``.toml``, or a scenario already read.
        pins: parameters held in all months; dated events no longer change them.
        where: what a fault of a pin is told with, such as ``--set``.

    Raises:
        KingmakerError: with every fault of the file in one message.
    """
    if not isinstance(name_or_path, str | Path | Scenario):
        raise ScenarioError(
            f"scenario is {shown(name_or_path)}; allowed is a name, a path that ends in .toml, or a Scenario."
        )
    if isinstance(name_or_path, Scenario):
        return _pin(name_or_path, pins or {}, where)
    return _pin(_read(_locate(str(name_or_path), Path()), ()), pins or {}, where)


def _locate(name: str, beside: Path) -> Path:
    """The file of a scenario: a path ending in .toml as given (relative to ``beside``), else a name."""
    if name.endswith(".toml"):
        if not is_there(beside / name):
            raise ScenarioError(f"There is no scenario file {shown(str(beside / name))}.")
        return beside / name
    known = [path.stem for path in sorted(FOLDER.glob("*.toml"))]
    if name not in known:
        own = is_there(beside / f"{name}.toml")
        near = f" Did you mean the file '{name}.toml'?" if own else nearest(name, known)
        raise ScenarioError(
            f"There is no scenario {shown(name)}.{near} Known are {', '.join(known)}, "
            "or the path of a file ending in .toml."
        )
    return FOLDER / f"{name}.toml"


def _read(path: Path, children: tuple[Path, ...]) -> Scenario:
    """Read one file and, before it, the file that it extends; ``children`` are those that led here."""
    if path.resolve() in children:
        chain = " -> ".join(child.name for child in (*children, path))
        raise ScenarioError(f"{path}: scenarios extend each other in a circle: {chain}.")
    entries = read_file(path)
    parent = Scenario(name=path.stem)
    if entries.extends is not None:
        try:
            found = _locate(entries.extends, path.parent)
        except ScenarioError as fault:
            raise ScenarioError(f"{path}: extends: {fault}") from None
        parent = _read(found, (*children, path.resolve()))
    return _merge(parent, entries, path)


def _merge(parent: Scenario, entries: ScenarioFile, path: Path) -> Scenario:
    """The parent with this file's entries over it."""
    faults: list[str] = []
    extensions = tuple(dict.fromkeys((*parent.extensions, *entries.extensions)))
    folders = tuple(dict.fromkeys((path.resolve().parent, *parent.folders)))
    known = _extended(extensions, folders, path).declared()
    parameters = _checked(entries.parameters, f"{path}: parameters", faults, known)
    places = enumerate(entries.events, 1)
    events = [_event(event, f"{path}: events {i}", path.stem, faults, known) for i, event in places]
    faults += _other_faults(entries, path)
    if faults:
        raise ScenarioError("\n".join(faults))
    # sorted() is stable: in one month the events of the extending file come last and prevail
    inherited = [replace(event, own=False) for event in parent.events]
    events, overridden = held_back(sorted([*inherited, *events], key=lambda event: event.month))
    told = described(entries, parent.name, parameters, events) if entries.extends else ""
    start = {**{key: declared.default for key, declared in known.items()}, **parent.parameters, **parameters}
    return replace(
        parent,
        name=path.stem,
        title=entries.title,
        description=entries.description or told,
        months=entries.months or parent.months,
        parameters={**parent.parameters, **parameters},
        events=tuple(events),
        overridden=tuple(dict.fromkeys((*parent.overridden, *overridden))),
        data=parent.data if entries.data is None else path.parent / entries.data,
        classes={**parent.classes, **entries.classes},
        extensions=extensions,
        folders=folders,
        source=path,
        undone=remarks(events, start, parameters, parent.undone),
    )


def _other_faults(entries: ScenarioFile, path: Path) -> list[str]:
    """What is wrong with a file's classes and months."""
    faults = [
        f"{path}: classes: '{name}' is '{target}'; write it as 'module:Class'."
        for name, target in entries.classes.items()
        if not re.fullmatch(r"[\w.]+:\w+", target)
    ]
    if entries.months is not None:
        try:
            check_months(entries.months, str(path))
        except ScenarioError as fault:
            faults.append(str(fault))
    return faults


def _extended(names: tuple[str, ...], folders: tuple[Path, ...], path: Path) -> Extensions:
    """The classes that a file and those that it extends name; a fault is told with the file."""
    for name in names:
        if not re.fullmatch(r"[\w.]+:\w+", name):
            raise ScenarioError(f"{path}: extensions: '{name}' is no class; write it as 'module:Class'.")
    try:
        return load(names, folders)
    except KingmakerError as fault:
        raise ScenarioError(f"{path}: {fault}") from None


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Dotted keys of nested tables."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _checked(
    table: Mapping[str, Any], where: str, faults: list[str], known: Mapping[str, Declaration]
) -> dict[str, Value]:
    """The values of a table of parameters; what is wrong with it is added to ``faults``."""
    values: dict[str, Value] = {}
    for key, value in _flat(table):
        try:
            values[key] = check(key, value, where, known)
        except ParameterError as fault:
            faults.append(str(fault))
    return values


def _event(entry: EventEntry, where: str, origin: str, faults: list[str], known: Mapping[str, Declaration]) -> Event:
    """One dated event; what is wrong with it is added to ``faults``."""
    month = 0
    try:
        month = month_number(entry.month)
    except ScenarioError as fault:
        faults.append(f"{where}: {fault}")
    values = _checked(entry.set, where, faults, known)
    faults += [f"{where}: '{key}' is fixed for a whole run." for key in values if known[key].structural]
    return Event(month, entry.why, values, entry.hold, origin, own=True)


def _pin(scenario: Scenario, pins: Mapping[str, object], where: str) -> Scenario:
    """The scenario with parameters held in all months, and a sentence for each dated change that this overrides."""
    faults: list[str] = []
    values = _checked(pins, where, faults, scenario.declared())
    if faults:
        raise ScenarioError("\n".join(faults))
    held = hold(scenario, values)
    return replace(held, parameters={**scenario.parameters, **values})


def hold(scenario: Scenario, values: Mapping[str, Value], first: int = 0) -> Scenario:
    """The scenario whose events from month ``first`` on leave ``values`` alone, and a sentence for each such event."""
    overridden = [
        f"{month_label(event.month)} '{event.why}' would set {key} to {value:g}: pinned to {values[key]:g} instead"
        for event in scenario.events
        for key, value in event.set.items()
        if key in values and event.month >= first
    ]
    kept = [
        e if e.month < first else replace(e, set={key: value for key, value in e.set.items() if key not in values})
        for e in scenario.events
    ]
    return replace(
        scenario,
        events=tuple(event for event in kept if event.set),
        pinned={**scenario.pinned, **values},
        undone=tuple(remark for remark in scenario.undone if remark.key not in values),
        overridden=(*scenario.overridden, *overridden),
    )
