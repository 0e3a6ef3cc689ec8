"""Dated events in their order: what holds when, what held events keep back, what of a file does not last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from kingmaker.agents.calendar import month_label
from kingmaker.environment.inputs.scenario_file import ScenarioFile

MOST_NAMED = 4  # changes or events that a sentence names; of the others it gives the number
Value = float | int


@dataclass(frozen=True)
class Event:
    """A dated change of parameters; month 0 is January 2022."""

    month: int
    why: str
    set: Mapping[str, Value]
    hold: bool = field(default=False, compare=False)  # later events leave alone what it sets
    origin: str = field(default="", compare=False)  # the scenario that wrote it
    own: bool = field(default=False, compare=False)  # whether that is this scenario, and not one that it extends


@dataclass(frozen=True)
class Remark:
    """A sentence on a parameter, true of runs that reach its month."""

    key: str
    month: int
    text: str


def held_back(events: Sequence[Event]) -> tuple[list[Event], list[str]]:
    """The events, given in their order, without what held events keep them from changing; a sentence for each change.

    In its own month a held event goes before the others; a later one that is itself held takes over. Events that are
    left with nothing to set are left out.
    """
    held: dict[str, Event] = {}
    found, told = [], []
    for _, together in groupby(events, key=lambda event: event.month):
        month = list(together)
        held |= {key: event for event in month if event.hold for key in event.set}
        for event in month:
            kept = {key: value for key, value in event.set.items() if held.get(key, event) is event}
            lost = [key for key in event.set if held.get(key, event).set[key] != event.set[key]]
            told += [_kept_back(event, key, held[key]) for key in lost]
            if kept:
                found.append(event if len(kept) == len(event.set) else replace(event, set=kept))
    return found, told


def _kept_back(event: Event, key: str, holds: Event) -> str:
    return (
        f"{month_label(event.month)} '{event.why}' would set {key} to {event.set[key]:g}: held at "
        f"{holds.set[key]:g} since {month_label(holds.month)} instead"
    )


def values_in_force(events: Iterable[Event], start: Mapping[str, Value], month: int) -> dict[str, Value]:
    """The values of a month, given those before the first: what the events up to it have set comes over them."""
    found = dict(start)
    for event in events:
        if event.month <= month:
            found |= event.set
    return found


def described(entries: ScenarioFile, parent: str, parameters: Mapping[str, Value], events: Iterable[Event]) -> str:
    """What a file without a description does to the scenario that it extends, in words."""
    changes = [f"{key} = {value:g}" for key, value in parameters.items()]
    changes += [
        f"{key} = {value:g} from {month_label(event.month)}"
        for event in events
        if event.own
        for key, value in event.set.items()
    ]
    for what, given in (("data", entries.data), ("classes", entries.classes), ("extensions", entries.extensions)):
        changes += [f"{what} of its own"] if given else []
    if not changes:
        return f"{parent}, unchanged"
    more = f" and {len(changes) - MOST_NAMED} more" if len(changes) > MOST_NAMED else ""
    return f"{parent}, with {', '.join(changes[:MOST_NAMED])}{more}"


def remarks(
    events: Sequence[Event], start: Mapping[str, Value], parameters: Iterable[str], before: Iterable[Remark]
) -> tuple[Remark, ...]:
    """What of the values that a file sets does not last, clashes or does nothing.

    Args:
        events: those of the file and those that it inherits, in their order.
        start: every parameter's value before the first event.
        parameters: those that the file itself sets at the start.
        before: what was said of the scenario that it extends; it stands where this file does not touch the parameter.
    """
    mine = {key for event in events if event.own for key in event.set} | set(parameters)
    found = [remark for remark in before if remark.key not in mine]
    for key in sorted(mine):
        found += _remarks_on(key, start[key], key in parameters, events)
    return tuple(sorted(found, key=lambda remark: remark.month))


def _remarks_on(key: str, now: Value, set_here: bool, events: Sequence[Event]) -> Iterator[Remark]:
    """Month by month, what becomes of one parameter."""
    since, mine, dated = 0, set_here, False  # of the value that holds: its month, and whether this file set it, and how
    steps = [event for event in events if key in event.set]
    for month, together in groupby(steps, key=lambda event: event.month):
        *others, last = together
        value = last.set[key]
        for event in others:
            if event.set[key] != value and (last.own or event.own):
                yield Remark(key, month, _clash(key, event, last))
        if mine and not last.own and value != now:
            yield Remark(key, month, _undone(key, now, since, dated, last))
        if last.own and value == now and not last.hold and not others:
            text = f"event '{last.why}' of {month_label(month)} sets {key} to {value:g}, which it already is"
            yield Remark(key, month, text)
        if last.own or value != now:
            since, mine, dated = month, last.own, True
        now = value


def _clash(key: str, event: Event, last: Event) -> str:
    return (
        f"in {month_label(event.month)} '{event.why}' of {event.origin} sets {key} to {event.set[key]:g} and "
        f"'{last.why}' of {last.origin} to {last.set[key]:g}: the latter comes last and holds"
    )


def _undone(key: str, now: Value, since: int, dated: bool, by: Event) -> str:
    how = "write hold = true to keep it" if dated else "set it by an event with hold = true, or by --set, to keep it"
    return (
        f"{key} = {now:g} from {month_label(since)} holds until {month_label(by.month)}, when '{by.why}' of "
        f"{by.origin} sets it to {by.set[key]:g}; {how}"
    )


def beyond(events: Iterable[Event], months: int) -> str:
    """A sentence on the file's own events that lie after the last of so many months; empty if none does."""
    late = [event for event in events if event.own and event.month >= months]
    if not late:
        return ""
    named = ", ".join(f"'{event.why}' of {month_label(event.month)}" for event in late[:MOST_NAMED])
    more = f" and {len(late) - MOST_NAMED} more" if len(late) > MOST_NAMED else ""
    noun, lies, has = ("event", "lies", "has") if len(late) == 1 else ("events", "lie", "have")
    return f"{noun} {named}{more} {lies} after the last month, {month_label(months - 1)}, and {has} no effect"
