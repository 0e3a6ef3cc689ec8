"""The part of the brief that says what was asked: the sides, in what they differ, and what is in force on each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kingmaker.agents.calendar import month_label
from kingmaker.environment.inputs.scenario import Scenario
from kingmaker.experiments.results import in_force
from kingmaker.experiments.results.in_force import Held
from kingmaker.experiments.stats.windows import Window
from kingmaker.experiments.studies.compare.contrasts import same_again, unseen
from kingmaker.experiments.studies.compare.question import Question
from kingmaker.experiments.terminal.safe_text import for_markdown

Sides = tuple[list[Held], list[Held]]  # what is in force in A and in B over a window


def question_of(question: Question) -> Iterator[str]:
    """The sides with title and description, in what they differ, and how they were run."""
    yield "## The question"
    yield ""
    for side, label, setting in (("A", question.labels[0], question.a), ("B", question.labels[1], question.b)):
        yield f"- **{side}**, {for_markdown(label)}: {_about(setting)}"
    yield ""
    yield from _differences(question)
    until = f"from {month_label(0)} to {month_label(question.months - 1)}"
    if question.drawn is None:
        yield (
            f"{question.replications} pairs of runs, seeds {question.seeds[0]} to {question.seeds[-1]}, {until}. "
            "The two runs of a pair share their luck, firm by firm. What is compared is the "
            f"{question.windows[0].words}."
        )
    else:
        yield (
            f"{question.replications} pairs of runs, one for each member of the posterior, {until}. The two runs of a "
            f"pair share their luck, firm by firm, and the {len(question.drawn_keys)} parameters that the member "
            f"brings. What is compared is the {question.windows[0].words}."
        )
    yield ""


def _about(setting: Scenario) -> str:
    """Title and description of a side, as far as it has them."""
    title, description = for_markdown(setting.title), for_markdown(setting.description)
    told = [f"*{title}*."] * bool(title) + [description] * bool(description)
    return " ".join(told) or "no title and no description"


def _differences(question: Question) -> Iterator[str]:
    """What tells the sides apart, as a table; and what stands in a file or a pin but changes nothing here."""
    found = question.contrasts()
    idle = unseen(question.a, question.b, question.months)
    if found:
        yield "They differ in this:"
        yield ""
        yield "| | A | B |"
        yield "|---|---|---|"
        yield from (f"| {for_markdown(c.what)} | {for_markdown(c.a)} | {for_markdown(c.b)} |" for c in found)
        yield ""
        if same_again(question.a, question.b, question.windows[0]):
            yield (
                f"In the {question.windows[0].words} these values are the same in A and B: what is compared is what "
                "an earlier difference has left behind."
            )
            yield ""
    if idle:
        yield (
            "This changes nothing within the months compared:"
            if found
            else (
                "They do not differ in anything within the months compared. What one side says changes nothing there:"
            )
        )
        yield ""
        yield from (f"- {for_markdown(text)}" for text in idle)
        yield ""
    elif not found:
        yield "They do not differ in anything: parameters, dated events, data, classes and extensions are the same."
        yield ""
    notes = question.notes()
    if notes:
        yield "To be known:"
        yield ""
        yield from (f"- {for_markdown(note)}." for note in notes)
        yield ""


def in_force_of(window: Window, sides: Sides) -> Iterator[str]:
    """What is in force on both sides over a window, and in what that differs."""
    a, b = sides
    known = {each.measure.name: each for each in b}
    yield f"| in force, {window.words} | A | B |"
    yield "|---|---|---|"
    shown = [(one, known[one.measure.name]) for one in a if one.any or known[one.measure.name].any]
    yield from (f"| {for_markdown(one.measure.label)} | {one.told} | {other.told} |" for one, other in shown)
    yield f"| {'nothing else' if shown else 'nothing'} that is measured as in force | | |"
    yield ""
    found = in_force.contrasts(*sides, for_markdown)
    yield _different(found)
    yield ""


def different_in_force(sides: Sides) -> str:
    """The line that says what differs in force between A and B, for the terminal."""
    return _different(in_force.contrasts(*sides))


def _different(found: Sequence[str]) -> str:
    if not found:
        return "What is in force is the same in A and B."
    return f"What differs in force between A and B: {'; '.join(found)}."
