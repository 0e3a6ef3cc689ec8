"""The question of a comparison: two scenarios, the seeds that they share, the months, the windows."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.core.measures import Measure
from kingmaker.environment.inputs.parameters import DECLARATIONS, Declaration, check, resolve
from kingmaker.environment.inputs.scenario import Scenario, check_months, load_scenario, parse_pin
from kingmaker.experiments.results import in_force
from kingmaker.experiments.stats.levels import LEVEL, Level, read_level
from kingmaker.experiments.stats.windows import Window, read_window
from kingmaker.experiments.studies.compare.contrasts import Contrast, contrasts

MOST_REPLICATIONS = 100_000
CHECKS = ("ledger_residual",)  # a check of the arithmetic, which says nothing of the economy


@dataclass(frozen=True)
class Question:
    """What is compared with what, and how sure a claim must be.

    The first window is the one that the brief and the robustness table speak of.
    """

    a: Scenario
    b: Scenario
    months: int
    seed: int
    replications: int
    windows: tuple[Window, ...]
    level: Level = LEVEL  # of the intervals, and of all claims of a window together

    @functools.cached_property
    def measures(self) -> dict[str, Measure]:
        """What is compared: the measures that are taken on both sides, those of extensions among them.

        What is in force is part of the question, not of the answer: it is told beside, and no claim is made of it.
        """
        return {name: m for name, m in self._shared.items() if name not in CHECKS and m.group != in_force.GROUP}

    @functools.cached_property
    def rules(self) -> dict[str, Measure]:
        """The measures that say what is in force and are no outcomes."""
        return {name: m for name, m in self._shared.items() if m.group == in_force.GROUP}

    @property
    def _shared(self) -> dict[str, Measure]:
        there = self.b.measured()
        return {name: m for name, m in self.a.measured().items() if name in there}

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

    def contrasts(self) -> list[Contrast]:
        """In what the two scenarios differ within the months compared."""
        return contrasts(self.a, self.b, self.months)

    def notes(self) -> list[str]:
        """What of either scenario does not last, has no effect or is overridden, a sentence each."""
        told: dict[str, list[str]] = {}
        for name, side in (("A", self.a), ("B", self.b)):
            for text in (*side.notes(self.months), *side.overridden):
                told.setdefault(text, []).append(name)
        return [f"{' and '.join(sides)}: {text}" for text, sides in told.items()]

    def touched(self) -> set[str]:
        """Parameters that the question is about: they differ, are pinned, or are set by an event of either side."""
        one, other = (resolve(side.parameters, side.name, side.declared()) for side in (self.a, self.b))
        found = {key for key in self.declared if one.get(key) != other.get(key)}
        for side in (self.a, self.b):
            found |= set(side.pinned) | {key for event in side.events for key in event.set}
        return found


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
    level: Level | float = LEVEL,
) -> Question:
    """A question as a user asks it, checked.

    Raises:
        KingmakerError: an unknown scenario, parameter or window, too few replications, a level that is
            none, months that differ.
    """
    sure = read_level(level, "level")
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
    return Question(one, other, horizon, seed, replications, found, sure)


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
