"""The brief of a factorial: one page with one figure first, the long table behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.calendar import month_label
from kingmaker.environment.core.measures import Measure
from kingmaker.experiments.results import in_force
from kingmaker.experiments.stats.levels import SIGN, Level
from kingmaker.experiments.stats.member_effects import FEWEST
from kingmaker.experiments.stats.turning import FEWEST as FEWEST_TO_TURN
from kingmaker.experiments.studies.compare.comparison_table import CLAIM, ZERO, rows_of
from kingmaker.experiments.studies.compare.difference_words import digits, moved
from kingmaker.experiments.studies.compare.member_brief import ROUNDED, VERDICTS, per_cent, share, signs
from kingmaker.experiments.studies.compare.turn_words import Told, sentences
from kingmaker.experiments.studies.factorial.factorial_effects import INTERACTION, MAIN
from kingmaker.experiments.studies.factorial.factorial_question import FactorialQuestion
from kingmaker.experiments.terminal.phrases import listed
from kingmaker.experiments.terminal.safe_text import for_markdown

if TYPE_CHECKING:
    import pandas as pd

MOST = 6  # sign flips that the page tells; all are in flips.csv
FIGURE = "effects"


def write_factorial_brief(
    question: FactorialQuestion, table: pd.DataFrame, told: Mapping[tuple[str, str, str], Told],
    held: Sequence[Sequence[in_force.Held]],
) -> str:  # fmt: skip
    """The brief as Markdown.

    Args:
        question: what was crossed.
        table: of :func:`kingmaker.experiments.studies.factorial.factorial_effects.tabulate_effects`.
        told: where signs flip, by window, outcome and effect.
        held: what is in force in each cell, over the first window.
    """
    first = table[table["window"] == question.windows[0].name]
    lines = [*_head(question, first), *_outcomes(question, first), *_together(question, first)]
    lines += [*_flips(question, told), *_reading(question, first), *_question(question, held)]
    for window in question.windows:
        lines += _long_table(question, window.words, table[table["window"] == window.name])
    return "\n".join(lines)


def _head(question: FactorialQuestion, first: pd.DataFrame) -> Iterator[str]:
    title = question.design.title or " × ".join(lever.key for lever in question.levers)
    yield f"# {for_markdown(title)}"
    yield ""
    yield f"**In short:** {for_markdown(factorial_in_short(question, first))}"
    yield ""
    over = question.replicates.words
    yield f"![Effects with their {question.level.words}s over {over}](figures/{FIGURE}.png)"
    yield ""


def factorial_in_short(question: FactorialQuestion, first: pd.DataFrame) -> str:
    """How many effects are claimed, and whether the policies do more or less together than each alone."""
    if question.replicates.keys and len(question.replicates) < FEWEST:
        return f"no claim, as {len(question.replicates)} members are too few: it takes {FEWEST}."
    claims = first[first["claim"] == CLAIM]
    chosen = "chosen beforehand" if question.chosen else "looked at"
    outcomes = "1 outcome" if len(question.outcomes) == 1 else f"{len(question.outcomes)} outcomes"
    said = (
        f"{len(claims) or 'none'} of {len(first)} effects on {outcomes} {chosen} "
        f"{'has' if len(claims) == 1 else 'have'} a sure sign, over {question.replicates.words}"
    )
    beyond = claims[claims["kind"] == INTERACTION]
    if len(question.levers) == 1:
        return f"{said}."
    if beyond.empty:
        return f"{said}; for none is it sure that the policies together differ from the sum of each alone."
    labels = [question.measures[name].label for name in dict.fromkeys(beyond["measure"])]
    return f"{said}; together the policies differ from the sum of each alone in {listed(labels)}."


def _outcomes(question: FactorialQuestion, first: pd.DataFrame) -> Iterator[str]:
    """Outcome by outcome what is claimed of the cells and main effects, and what is open."""
    yield f"## What each policy does, {question.windows[0].words}"
    yield ""
    for name in question.outcomes:
        rows = first[(first["measure"] == name) & (first["kind"] != INTERACTION)]
        if len(question.levers) > 1 and len(rows) > 2 * len(question.levers) + 1:
            rows = rows[rows["kind"] == MAIN]
        yield f"- **{for_markdown(question.measures[name].label)}**"
        yield from (f"  - {for_markdown(text)}." for text in _told(question, rows))
    yield ""


def _told(question: FactorialQuestion, rows: pd.DataFrame) -> list[str]:
    """What is claimed, what is open, what is exactly the same, a phrase each."""
    known = rows[rows["kind"] != MAIN] if (rows["kind"] != MAIN).any() else rows
    said = [_claimed(question, row) for row in rows_of(known[known["claim"] == CLAIM])]
    unsure = [_open(question, row) for row in rows_of(known[~known["claim"].isin([CLAIM, ZERO])])]
    zero = list(known.loc[known["claim"] == ZERO, "effect"])
    return [*said, *unsure, *[f"exactly the same under {listed(zero)}"] * bool(zero)]


def _open(question: FactorialQuestion, row: Any) -> str:
    words = moved(
        question.measures[row.measure], row.reference, row.difference, row.low, row.high, None, question.level
    )
    return f"open under {row.effect}: {words}; {signs(row)}"


def _claimed(question: FactorialQuestion, row: Any) -> str:
    words = moved(
        question.measures[row.measure], row.reference, row.difference, row.low, row.high, row.relative, question.level
    )
    return f"{'rises' if row.difference > 0.0 else 'falls'} under {row.effect}: {words}"


def _together(question: FactorialQuestion, first: pd.DataFrame) -> Iterator[str]:
    """Each interaction: more or less than the sum, or open."""
    rows = first[first["kind"] == INTERACTION]
    if rows.empty:
        return
    yield "## What they do beyond the sum of each alone"
    yield ""
    for row in rows_of(rows):
        measure = question.measures[row.measure]
        words = moved(measure, row.reference, row.difference, row.low, row.high, row.relative, question.level)
        label = f"- **{for_markdown(measure.label)}**, {for_markdown(row.effect)}"
        if row.claim == ZERO:
            yield f"{label}: exactly nothing."
        elif row.claim == CLAIM:
            more = "more" if row.difference > 0.0 else "less"
            sure = f"so in {per_cent(row.p_sign)} of the {_unit(question)}"
            yield f"{label}: {more} than the sum, {for_markdown(words)}; {sure}."
        else:
            yield f"{label}: open, {signs(row)} of the {_unit(question)}; {for_markdown(words)}."
    yield ""


def told_of_effect(row: Any, measure: Measure, level: Level, unit: str) -> str:
    """An effect in a sentence: what it is of, whether it is claimed, its size with the interval, its signs."""
    words = moved(measure, row.reference, row.difference, row.low, row.high, row.relative, level)
    head = f"{measure.label}, {row.effect} ({row.kind})"
    return f"{head}: {VERDICTS[row.claim]}" + (
        "" if row.claim == ZERO else f", {words}; {signs(row, f' of the {unit}')}"
    )


def _unit(question: FactorialQuestion) -> str:
    return "members" if question.replicates.keys else "seeds"


def _flips(question: FactorialQuestion, told: Mapping[tuple[str, str, str], Told]) -> Iterator[str]:
    mine = [each for (window, _, _), each in told.items() if window == question.windows[0].name]
    clear = [each for each in mine if each.turn is not None and each.turn.drivers]
    if not mine:
        return
    yield "## When the sign flips"
    yield ""
    for each in clear[:MOST]:
        yield from sentences(each, question.measures, question.design.declared, len(question.drawn_keys))
    if len(clear) > MOST:
        yield f"- and {len(clear) - MOST} more in `flips.csv`."
    if not clear:
        few = sum(each.turn is None for each in mine)
        rare = f" Of {few} of them fewer than {FEWEST_TO_TURN} members have the other sign, too few to say where."
        yield (
            f"Of {len(mine)} effects the sign is not sure, and none of the {len(question.drawn_keys)} parameters drawn "
            f"goes with any of them clearly enough to be named.{rare if few else ''}"
        )
    yield ""


def _reading(question: FactorialQuestion, first: pd.DataFrame) -> Iterator[str]:
    level, over = question.level.words, question.replicates.words
    yield "## How to read this"
    yield ""
    if question.replicates.keys:
        yield (
            "- An effect is a difference between runs of one member: the same luck and the same "
            f"{len(question.drawn_keys)} parameters. Stated is the median with its {level} over {over}."
        )
        yield ROUNDED
        yield (
            f"- A claim needs a sign that holds with a probability of at least {SIGN.per_cent} %. All {len(first)} "
            "effects of a window are one family: all its claims hold at once with that probability."
        )
        known = first[first["luck"].notna()]
        if not known.empty:
            median = share(known["luck"].median())
            yield f"- Of the variance of an effect, luck makes up {median} (median over effects)."
    else:
        yield (
            f"- An effect is a difference between runs of one seed. Stated is the mean with its {level} over {over} "
            "(Student's t): luck alone. What is not known of the parameters is not in it; ask `--over posterior`."
        )
        yield (
            f"- A claim needs an interval without zero after Holm's correction over all {len(first)} effects of a "
            "window."
        )
    yield (
        "- *Against the reference*: only what is named is changed. *Main effect*: the mean difference over all levels "
        "of the other levers. *Interaction*: what two do together beyond the sum of each alone."
    )
    yield "- All numbers: `effects.csv`; every run's outcomes: `outcomes.csv`."
    yield ""


def _question(question: FactorialQuestion, held: Sequence[Sequence[in_force.Held]]) -> Iterator[str]:
    design = question.design
    yield "## The question"
    yield ""
    if design.description:
        yield for_markdown(design.description)
        yield ""
    yield (
        f"Scenario `{design.setting.name}`, {month_label(0)} to {month_label(design.months - 1)}; "
        f"{len(question.cells)} combinations of levels, each run over {question.replicates.words}."
    )
    yield ""
    yield "| lever | reference | levels |"
    yield "|---|---|---|"
    for lever in question.levers:
        levels = ", ".join(f"{value:g}" for value in lever.levels[1:])
        yield f"| `{lever.key}` | {lever.levels[0]:g} | {levels} |"
    yield ""
    if question.since:
        yield f"All levels hold {question.since} on; before, the scenario's own values do.{question.months_before}"
        yield ""
    yield from _in_force(question, held)
    yield ""


def _in_force(question: FactorialQuestion, held: Sequence[Sequence[in_force.Held]]) -> Iterator[str]:
    """What is in force in all cells, said once, and in each what is not so in all."""
    shared, own = in_force.apart(held)
    everywhere = [str(each) for each in shared if each.any]
    yield f"In force in all of them, {question.windows[0].words}: {for_markdown('; '.join(everywhere) or 'nothing')}."
    yield ""
    first = {each.measure.name: each for each in own[0]}
    for cell, mine in zip(question.cells, own, strict=True):
        moved = [each for each in mine if not np.array_equal(each.values, first[each.measure.name].values)]
        said = "; ".join(str(each) for each in mine if each.any) or "nothing else"
        if any(cell) and not moved:
            said = f"as in the reference: no measure says that this lever is in force ({said})"
        yield f"- {for_markdown(question.name(cell))}: {for_markdown(said)}."


def _long_table(question: FactorialQuestion, words: str, rows: pd.DataFrame) -> Iterator[str]:
    yield f"## All effects: {words}"
    yield ""
    yield f"Over {question.replicates.words}."
    yield ""
    yield f"| outcome | unit | effect | kind | reference | size | {question.level.words} | up | down | luck's part | |"
    yield "|---|---|---|---|--:|--:|---|--:|--:|--:|---|"
    for row in rows_of(rows):
        luck = "" if row.luck != row.luck else share(row.luck)
        yield (
            f"| {for_markdown(question.measures[row.measure].label)} | {for_markdown(row.unit)} "
            f"| {for_markdown(row.effect)} | {row.kind} | {digits(row.reference)} | {digits(row.difference)} "
            f"| {digits(row.low)} to {digits(row.high)} | {per_cent(row.p_up)} | {per_cent(row.p_down)} | {luck} "
            f"| {VERDICTS[row.claim]} |"
        )
    yield ""
