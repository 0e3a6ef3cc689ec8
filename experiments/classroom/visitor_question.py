"""What a visitor asks: scenario, levers month by month, luck; read from a link and written into one, within limits."""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from urllib.parse import parse_qsl, quote

from kingmaker.agents.calendar import month_label, month_number
from kingmaker.agents.errors import KingmakerError, nearest, shown
from kingmaker.environment.inputs.scenario import Event, Scenario, hold, list_scenarios, load_scenario
from kingmaker.experiments.classroom.choices import levers

MONTHS = 96  # of every run on the page: January 2022 to December 2029
REFERENCE = "baseline"
LARGEST_LUCK = 999_999
LONGEST = 4_000  # characters of a question
MOST_STEPS = 24  # of one lever
# what the page itself keeps in a link, and no number depends on
OF_THE_PAGE = frozenset(
    ("month", "lang", "view", "theme", "lesson", "measure", "v", "a", "b", "embed", "step", "mode", "group", "firm",
     "t", "quick", "mandate", "from", "to")
)  # fmt: skip

Value = float | int
Step = tuple[int, Value]  # month from which on, and value


class QuestionError(KingmakerError):
    """A link that asks for something that there is not; ``where`` names its entry."""

    def __init__(self, where: str, message: str) -> None:
        """Say what is wrong, and where."""
        super().__init__(message)
        self.where = where


@dataclass(frozen=True)
class Question:
    """One run and its band: all that the numbers depend on."""

    scenario: str = REFERENCE
    luck: int = 1
    moves: tuple[tuple[str, tuple[Step, ...]], ...] = ()  # lever and its steps, in the order of the table of levers

    @property
    def text(self) -> str:
        """The one spelling: what is at its default is left out, so that the reference is the empty text."""
        parts = [f"scenario={self.scenario}"] if self.scenario != REFERENCE else []
        parts += [f"luck={self.luck}"] if self.luck != 1 else []
        parts += [f"{key}={','.join(map(_written, steps))}" for key, steps in self.moves]
        return "&".join(parts)

    @property
    def key(self) -> str:
        """Hash of the content: the same question has the same key, whoever asks."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:20]

    @property
    def lucky(self) -> Question:
        """The same question without its luck, on which a band does not depend."""
        return replace(self, luck=1)

    @property
    def start(self) -> int:
        """The first month in which a lever is held; the horizon if none is."""
        return min((steps[0][0] for _, steps in self.moves), default=MONTHS)

    def resolved(self) -> Scenario:
        """The scenario with the levers: those held in all months as parameters, the others as dated events.

        Once a lever has come into force, the scenario's own events leave it alone.
        """
        return _resolved(self.scenario, self.moves)


def _written(step: Step) -> str:
    month, value = step
    whole = math.isfinite(value) and float(value).is_integer()
    text = str(int(value)) if whole else repr(value)
    return f"{text}@{month_label(month)}" if month else text


@functools.cache
def shipped(name: str) -> Scenario:
    """One of the scenarios that ship."""
    return load_scenario(name)


@functools.cache
def presets() -> dict[str, str]:
    """The shipped scenarios and their titles, the reference first."""
    found = list_scenarios()
    return {REFERENCE: found.pop(REFERENCE), **found}


@functools.lru_cache(maxsize=512)
def _resolved(name: str, moves: tuple[tuple[str, tuple[Step, ...]], ...]) -> Scenario:
    pinned = {key: steps[0][1] for key, steps in moves if steps[0][0] == 0}
    scenario = load_scenario(shipped(name), pinned)
    for key, steps in moves:
        later = [(month, value) for month, value in steps if month]
        if not later:
            continue
        if key in pinned:  # what is pinned would hold for ever: a start value, and no event of the scenario's own
            start = {**scenario.parameters, key: pinned[key]}
            rest = {name: value for name, value in scenario.pinned.items() if name != key}
            scenario = replace(hold(scenario, {key: pinned[key]}, first=0), parameters=start, pinned=rest)
        else:
            scenario = hold(scenario, {key: later[0][1]}, first=later[0][0])
        own = [Event(month, moved(key, value), {key: value}) for month, value in later]
        scenario = replace(scenario, events=tuple(sorted([*scenario.events, *own], key=lambda event: event.month)))
    return scenario


def moved(key: str, value: Value) -> str:
    """What the chronicle tells of a lever that comes into force; ``sentences.fr.csv`` has it in French."""
    return f"{levers()[key].label['en']} is set to {'∞' if math.isinf(value) else f'{value:g}'}"


def make(scenario: str = REFERENCE, luck: int = 1, moves: Mapping[str, Iterable[Step]] | None = None) -> Question:
    """A question within the visitors' limits.

    Raises:
        QuestionError: naming what is not allowed and what is.
    """
    if scenario not in presets():
        raise QuestionError("scenario", f"scenario: there is no {shown(scenario)}.{nearest(scenario, presets())}")
    if not 0 <= luck <= LARGEST_LUCK:
        raise QuestionError("luck", f"luck: is {luck}; allowed is a whole number from 0 to {LARGEST_LUCK}.")
    given = dict(moves or {})
    for key in given:
        if key not in levers():
            raise QuestionError(key[:60], f"there is no lever {shown(key)}.{nearest(key, levers())}")
    return Question(scenario, luck, tuple((key, _admitted(key, given[key])) for key in levers() if key in given))


def _admitted(key: str, steps: Iterable[Step]) -> tuple[Step, ...]:
    found = tuple(steps)
    if not 1 <= len(found) <= MOST_STEPS:
        raise QuestionError(key, f"{key}: has {len(found)} steps; allowed are 1 to {MOST_STEPS}.")
    for month, _ in found:
        if not 0 <= month < MONTHS:
            raise QuestionError(
                key, f"{key}: comes into force in {month_label(month)}; allowed is a month from {month_label(0)} to "
                f"{month_label(MONTHS - 1)}.",
            )  # fmt: skip
    if any(later <= earlier for (earlier, _), (later, _) in pairwise(found)):
        raise QuestionError(key, f"{key}: the months of its steps must rise.")
    try:
        return tuple((month, levers()[key].admit(float(value), "levers")) for month, value in found)
    except KingmakerError as fault:
        raise QuestionError(key, str(fault)) from None


def read(text: str) -> Question:
    """The question of a link's query string.

    Raises:
        QuestionError: naming the entry that cannot be used.
    """
    if len(text) > LONGEST:
        raise QuestionError("", f"the link is too long: at most {LONGEST} characters.")
    return read_pairs(parse_qsl(text, keep_blank_values=True, max_num_fields=200))


def read_pairs(pairs: Iterable[tuple[str, str]]) -> Question:
    """The question of the entries of a query; those of the page itself are passed over. Raises as :func:`read`."""
    scenario, luck = REFERENCE, 1
    moves: dict[str, list[Step]] = {}
    for key, value in pairs:
        if key == "scenario":
            scenario = value
        elif key == "luck":
            luck = _whole(key, value)
        elif key in levers():
            moves[key] = [_step(key, part) for part in value.split(",")]
        elif key not in OF_THE_PAGE:
            raise QuestionError(
                key[:60], f"there is no lever {shown(key[:60])}.{nearest(key[:60], [*levers(), 'scenario', 'luck'])}"
            )
    return make(scenario, luck, moves)


def _step(key: str, text: str) -> Step:
    number, _, month = text.partition("@")
    if len(number) > 40:
        raise QuestionError(key, f"{key}: is {shown(number[:40])}; allowed is a number.")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise QuestionError(key, f"{key}: is {shown(number)}; allowed is a number, such as 0.5, or inf.")
    try:
        return (month_number(month[:20]) if month else 0), value
    except KingmakerError as fault:
        raise QuestionError(key, f"{key}: {fault}") from None


def _whole(key: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise QuestionError(key, f"{key}: is {shown(text[:40])}; allowed is a whole number.")
    return int(text)


def quoted(question: Question) -> str:
    """A question as one value of a link."""
    return quote(question.text, safe="")


def scenario_toml(question: Question) -> str:
    """A scenario file that ``kingmaker run`` accepts and that gives the same numbers.

    It stands by itself, without ``extends``: the events of a parent that would move a lever must not come back.
    """
    scenario = question.resolved()
    command = f"kingmaker run kingmaker-scenario.toml --seed {question.luck} --months {MONTHS}"
    title = scenario.title + (" (levers held on the class page)" if question.moves else "")
    lines = [
        f"# To run it again: {command}",
        f"title = {_text(title)}",
        f"description = {_text(scenario.description)}",
        f"months = {MONTHS}",
        "",
        "[parameters]",
        *(f"{key} = {value!r}" for key, value in scenario.parameters.items()),
    ]
    for event in scenario.events:
        changes = ", ".join(f"{key} = {value!r}" for key, value in event.set.items())
        lines += ["", "[[events]]", f'month = "{month_label(event.month)}"', f"why = {_text(event.why)}"]
        lines.append(f"set = {{ {changes} }}")
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{plain}"'
