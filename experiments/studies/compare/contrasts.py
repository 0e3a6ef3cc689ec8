"""In what the two sides of a comparison differ within its months, and what of their events never shows there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kingmaker.agents.calendar import month_label
from kingmaker.environment.inputs.parameters import resolve
from kingmaker.environment.inputs.scenario import Event, Scenario
from kingmaker.experiments.stats.windows import Window

Value = float | int


@dataclass(frozen=True)
class Step:
    """The value of a parameter from a month on; ``why`` is the event's, empty at the start."""

    month: int
    value: Value
    why: str = ""


@dataclass(frozen=True)
class Contrast:
    """One thing in which the sides differ: a parameter with its course on each, or another thing in words."""

    what: str
    a: str
    b: str

    def __str__(self) -> str:
        """Such as ``policy.tax: 0.17 in A, 0.3 in B``."""
        return f"{self.what}: {self.a} in A, {self.b} in B"


def contrasts(a: Scenario, b: Scenario, months: int) -> list[Contrast]:
    """In what two scenarios differ within so many months: values and their dates, extensions, data, classes."""
    one, other = courses(a, months), courses(b, months)
    known = [key for key in one if key in other]
    found = [
        Contrast(key, _told(one[key], key in a.pinned), _told(other[key], key in b.pinned))
        for key in known
        if [(step.month, step.value) for step in one[key]] != [(step.month, step.value) for step in other[key]]
    ]
    for name in dict.fromkeys((*a.extensions, *b.extensions)):
        if (name in a.extensions) != (name in b.extensions):
            found.append(Contrast(f"extension {name}", _present(name in a.extensions), _present(name in b.extensions)))
    if str(a.data) != str(b.data):
        found.append(Contrast("data files", str(a.data or "those of Kingmaker"), str(b.data or "those of Kingmaker")))
    for kind in dict.fromkeys((*a.classes, *b.classes)):
        here, there = (side.classes.get(kind, "Kingmaker's own") for side in (a, b))
        if here != there:
            found.append(Contrast(f"class of {kind}", here, there))
    return found


def _present(there: bool) -> str:
    return "present" if there else "absent"


def courses(scenario: Scenario, months: int) -> dict[str, tuple[Step, ...]]:
    """Each parameter's values over the months: the first, then one for each month in which it changes."""
    found = {
        key: [Step(0, value)] for key, value in resolve(scenario.parameters, scenario.name, scenario.declared()).items()
    }
    for event in scenario.events:
        if event.month < months:
            for key, value in event.set.items():
                steps = found[key]
                if steps[-1].month == event.month:  # in one month the last event prevails
                    steps.pop()
                if not steps or steps[-1].value != value:
                    steps.append(Step(event.month, value, event.why))
    return {key: tuple(steps) for key, steps in found.items()}


def _told(steps: Sequence[Step], pinned: bool) -> str:
    """A course in words, such as ``4800, 1600 from 2024-06 until 2026-02 (tighter cap), then 21000 (new rule)``."""
    if len(steps) == 1:
        return f"{steps[0].value:g}{' held in all months' if pinned else ''}"
    words = [f"{steps[0].value:g} until {month_label(steps[1].month)}"]
    for k, step in enumerate(steps[1:], 1):
        end = f" until {month_label(steps[k + 1].month)}" if k + 1 < len(steps) else ""
        why = f" ({step.why})" if step.why else ""
        words.append(f"{step.value:g} from {month_label(step.month)}{end}{why}")
    return ", then ".join(words)


def same_again(a: Scenario, b: Scenario, window: Window) -> bool:
    """Whether the sides have the same values in all months of the window, though they differ before it."""
    one, other = courses(a, window.stop), courses(b, window.stop)
    alike = all(list(_values(one[key], window)) == list(_values(other[key], window)) for key in one if key in other)
    plain = dict(a.classes) == dict(b.classes) and a.extensions == b.extensions and str(a.data) == str(b.data)
    return alike and plain and one != other


def _values(steps: Sequence[Step], window: Window) -> Iterator[tuple[int, Value]]:
    """The value at the window's first month, and each later change within it."""
    yield window.first, [step.value for step in steps if step.month <= window.first][-1]
    yield from ((step.month, step.value) for step in steps if window.first < step.month < window.stop)


def unseen(a: Scenario, b: Scenario, months: int) -> list[str]:
    """What the files or pins of one side alone say, and why it makes no difference within the months compared."""
    found: list[str] = []
    for name, side, other in (("A", a, b), ("B", b, a)):
        theirs = {(event.month, key, value) for event in other.events for key, value in event.set.items()}
        found += [f"in {name}, {text}" for text in _idle(side, months, theirs)]
        there = courses(other, months)
        found += [
            f"in {name}, {key} is held at {value:g}, which it is in the other side in all months anyway"
            for key, value in side.pinned.items()
            if key not in other.pinned and key in there and [step.value for step in there[key]] == [value]
        ]
    return found


def _idle(scenario: Scenario, months: int, theirs: set[tuple[int, str, Value]]) -> Iterator[str]:
    """The changes of events that are not the other side's too, and that change nothing within the months."""
    values: dict[str, Value] = dict(resolve(scenario.parameters, scenario.name, scenario.declared()))
    for place, event in enumerate(scenario.events):
        for key, value in event.set.items():
            before, values[key] = values[key], value
            if (event.month, key, value) in theirs:
                continue
            told = f"the event of {month_label(event.month)} ({event.why}) sets {key} to {value:g}"
            if event.month >= months:
                yield f"{told} only after the last month compared, {month_label(months - 1)}"
            elif undone := _undone(scenario.events[place + 1 :], event.month, key):
                yield f"{told}, but in the same month '{undone.why}' sets it to {undone.set[key]:g}"
            elif before == value:
                yield f"{told}, which it is already"


def _undone(later: Sequence[Event], month: int, key: str) -> Event | None:
    """The event of the same month that sets the same parameter after this one."""
    return next((event for event in later if event.month == month and key in event.set), None)
