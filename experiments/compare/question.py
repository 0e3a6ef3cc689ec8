"""The question of a comparison: two scenarios, the seeds that they share, the months, the windows."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agents.errors import KingmakerError
from environment.measures import Measure
from environment.parameters import DECLARATIONS, Declaration, check, resolve
from environment.scenario import Event, Scenario, check_months, load_scenario, month_label, parse_pin
from experiments.windows import Window, read_window

MOST_REPLICATIONS = 100_000
CHECKS = ("ledger_residual",)  # a check of the arithmetic, which says nothing of the economy


@dataclass(frozen=True)
class Question:
    """What is compared with what. The first window is the one that the brief and the robustness table speak of."""

    a: Scenario
    b: Scenario
    months: int
    seed: int
    replications: int
    windows: tuple[Window, ...]

    @functools.cached_property
    def measures(self) -> dict[str, Measure]:
        """What is compared: the measures that are taken on both sides, those of extensions among them."""
        there = self.b.measured()
        return {name: m for name, m in self.a.measured().items() if name in there and name not in CHECKS}

    @functools.cached_property
    def declared(self) -> dict[str, Declaration]:
        """The parameters of either side, those of extensions among them."""
        return {**self.a.declared(), **self.b.declared()}

    @property
    def seeds(self) -> range:
        """One seed a pair."""
        return range(self.seed, self.seed + self.replications)

    @property
    def same(self) -> bool:
        """Whether both sides are the same scenario with the same values."""
        return not self.contrasts()

    @property
    def labels(self) -> tuple[str, str]:
        """A name for each side; the two are told apart."""
        if self.a.label != self.b.label:
            return self.a.label, self.b.label
        return f"{self.a.label} (A)", f"{self.b.label} (B)"

    def contrasts(self) -> list[str]:
        """In what the two scenarios differ, one phrase a difference."""
        one, other = _values(self.a), _values(self.b)
        both = [key for key in one if key in other]
        found = [f"{key}: {one[key]:g} in A, {other[key]:g} in B" for key in both if one[key] != other[key]]
        found += [f"only in A, {name}" for name in self.a.extensions if name not in self.b.extensions]
        found += [f"only in B, {name}" for name in self.b.extensions if name not in self.a.extensions]
        here, there = _events(self.a, self.months), _events(self.b, self.months)
        found += [f"only in A, {text}" for text in here if text not in there]
        found += [f"only in B, {text}" for text in there if text not in here]
        if str(self.a.data) != str(self.b.data):
            found.append("the data files")
        if dict(self.a.classes) != dict(self.b.classes):
            found.append("the classes of firms")
        return found

    def notes(self) -> list[str]:
        """What of either scenario does not last, has no effect or is overridden, a sentence each."""
        told: dict[str, list[str]] = {}
        for name, side in (("A", self.a), ("B", self.b)):
            for text in (*side.notes(self.months), *side.overridden):
                told.setdefault(text, []).append(name)
        return [f"{' and '.join(sides)}: {text}" for text, sides in told.items()]

    def touched(self) -> set[str]:
        """Parameters that the question is about: they differ, are pinned, or are set by an event of either side."""
        one, other = _values(self.a), _values(self.b)
        found = {key for key in self.declared if one.get(key) != other.get(key)}
        for side in (self.a, self.b):
            found |= set(side.pinned) | {key for event in side.events for key in event.set}
        return found


def _values(scenario: Scenario) -> dict[str, float | int]:
    """All parameters of a scenario as it starts."""
    return resolve(scenario.parameters, scenario.name, scenario.declared())


def _events(scenario: Scenario, months: int) -> list[str]:
    found = []
    for number, event in enumerate(scenario.events):
        later = scenario.events[number + 1 :]
        values = [f"{key} = {value:g}{_until(key, value, later)}" for key, value in event.set.items()]
        if event.month < months:
            found.append(f"from {month_label(event.month)}: {', '.join(values)} ({event.why})")
    return found


def _until(key: str, value: float, later: tuple[Event, ...]) -> str:
    """When a later event ends a value, if one does."""
    ends = next((event for event in later if event.set.get(key, value) != value), None)
    return "" if ends is None else f" until {month_label(ends.month)}"


def ask(
    a: str | Path | Scenario,
    b: str | Path | Scenario,
    *,
    set_a: Mapping[str, object] | None = None,
    set_b: Mapping[str, object] | None = None,
    months: int | None = None,
    seed: int = 1,
    replications: int = 20,
    windows: tuple[str, ...] = (),
) -> Question:
    """A question as a user asks it, checked.

    Raises:
        KingmakerError: an unknown scenario, parameter or window, too few replications, months that differ.
    """
    one, other = load_scenario(a, set_a, "--set, --set-a"), load_scenario(b, set_b, "--set, --set-b")
    if months is None and one.months != other.months:
        raise KingmakerError(
            f"{one.name} runs for {one.months} months and {other.name} for {other.months}; "
            "say with --months how many months to compare."
        )
    horizon = one.months if months is None else check_months(months, "--months")
    if not 2 <= replications <= MOST_REPLICATIONS:
        raise KingmakerError(
            f"--replications is {replications}; allowed is a whole number from 2 to {MOST_REPLICATIONS}."
        )
    given = windows or (f"last{min(24, horizon)}", "final")
    found = tuple(read_window(text, horizon) for text in dict.fromkeys(given))
    return Question(one, other, horizon, seed, replications, found)


def pins(texts: list[str] | None, option: str) -> dict[str, object]:
    """The settings ``KEY=VALUE`` of a repeated option; errors name the option that they stand in.

    Raises:
        KingmakerError: not of that form, an unknown parameter, a value out of range.
    """
    found: dict[str, object] = {}
    for text in texts or ():
        try:
            key, value = parse_pin(text)
        except KingmakerError as fault:
            raise KingmakerError(str(fault).replace("--set", option, 1)) from None
        found[key] = check(key, value, option) if key in DECLARATIONS else value  # a scenario may know more
    return found
