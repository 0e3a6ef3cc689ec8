"""The question of a comparison: two scenarios, the seeds that they share, the months, the windows."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.environment.core.measures import Measure
from kingmaker.environment.inputs.parameters import DECLARATIONS, Declaration, check, resolve
from kingmaker.environment.inputs.scenario import Scenario, check_months, load_scenario, parse_pin
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.results import in_force
from kingmaker.experiments.stats.levels import INTERVAL_OVER, LEVEL, Level, read_level
from kingmaker.experiments.stats.windows import Window, read_window
from kingmaker.experiments.studies.compare.contrasts import Contrast, contrasts

MOST_REPLICATIONS = 100_000
CHECKS = ("ledger_residual",)  # a check of the arithmetic, which says nothing of the economy


@dataclass(frozen=True)
class Question:
    """What is compared with what, over what, and how sure a claim must be.

    The first window is the one that the brief and the robustness table speak of. ``family`` are the outcomes chosen
    beforehand, of which alone claims are made; all measures if it is empty. ``drawn`` are the members of a posterior,
    None over luck. ``lucks`` are the seeds of each of the first members, by which luck and parameters are told apart.
    """

    a: Scenario
    b: Scenario
    months: int
    seed: int
    replications: int
    windows: tuple[Window, ...]
    level: Level = LEVEL  # of the intervals, and (over luck) of all claims of a window together
    family: tuple[str, ...] = ()
    drawn: Replicates | None = None
    lucks: int = 1

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

    @functools.cached_property
    def replicates(self) -> Replicates:
        """What the pairs differ in."""
        return Replicates.luck(self.seed, self.replications) if self.drawn is None else self.drawn

    @functools.cached_property
    def drawn_keys(self) -> tuple[str, ...]:
        """The parameters that a member brings: not those that the question is about, on neither side."""
        return self.replicates.drawn_under(self.a, self.b, but=self.touched()) if self.drawn is not None else ()

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The family: what claims are made of."""
        return self.family or tuple(self.measures)

    @property
    def seeds(self) -> Sequence[int]:
        """One seed a pair."""
        return range(self.seed, self.seed + self.replications) if self.drawn is None else self.drawn.seeds

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
    level: Level | float | None = None,
    outcomes: Sequence[str] = (),
    over: Replicates | None = None,
    lucks: int = 1,
) -> Question:
    """A question as a user asks it, checked.

    ``over`` are the members of a posterior (``km.posterior()`` by way of ``Replicates.of``), which stand for seeds and
    parameters; without them the pairs are seeds in a row. ``outcomes`` are the family of which claims are made.

    Raises:
        KingmakerError: an unknown scenario, parameter, window or outcome, too few replications, a level that is
            none, months that differ.
    """
    usual = LEVEL if over is None else INTERVAL_OVER[over.over]
    sure = usual if level is None else read_level(level, "level")
    one, other = load_scenario(a, set_a, "--set, --set-a"), load_scenario(b, set_b, "--set, --set-b")
    if months is None and one.months != other.months:
        raise KingmakerError(
            f"{one.name} runs for {one.months} months and {other.name} for {other.months}; "
            "say with --months how many months to compare."
        )
    horizon = one.months if months is None else check_months(months, "--months")
    replications = replications if over is None else len(over)
    check_replications(replications)
    given = windows or (f"last{min(24, horizon)}", "final")
    found = tuple(read_window(text, horizon) for text in dict.fromkeys(given))
    first = seed if over is None else over.seeds[0]
    drawn = over if over is not None and over.keys else None
    question = Question(one, other, horizon, first, replications, found, sure, (), drawn, lucks)
    return replace(question, family=_family(question, outcomes))


def check_replications(number: int | None) -> None:
    """Whether so many pairs can be run.

    Raises:
        KingmakerError: too few, or too many.
    """
    if number is not None and not 2 <= number <= MOST_REPLICATIONS:
        raise KingmakerError(f"--replications is {number}; allowed is a whole number from 2 to {MOST_REPLICATIONS}.")


def _family(question: Question, outcomes: Sequence[str]) -> tuple[str, ...]:
    """The outcomes chosen beforehand, each once.

    Raises:
        KingmakerError: no measure of that name, or one that is no outcome.
    """
    for name in outcomes:
        if name in question.rules:
            raise KingmakerError(f"--outcomes: '{name}' says what is in force: it is part of the question.")
        sides = [side for side in (question.a, question.b) if name in side.measured()]
        if len(sides) == 1:
            other = question.b if sides[0] is question.a else question.a
            raise KingmakerError(
                f"--outcomes: only {sides[0].name} measures '{name}', and {other.name} does not. Name its extension in "
                f"both scenarios, or compare {sides[0].name} with itself and switch what you ask about off by --set-a."
            )
        if name not in question.measures:
            raise KingmakerError(f"--outcomes: there is no measure '{name}'.{nearest(name, question.measures)}")
    return tuple(dict.fromkeys(outcomes))


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
