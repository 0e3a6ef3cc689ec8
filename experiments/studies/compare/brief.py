"""The policy brief of a comparison: in plain words, and silent where the numbers are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kingmaker.experiments.figures.figure_names import figure_name
from kingmaker.experiments.stats.paired import POWER
from kingmaker.experiments.stats.windows import Window
from kingmaker.experiments.studies.compare.comparison_table import (
    CLAIM,
    HINT,
    NONE,
    ZERO,
    pairs_to_claim,
    rows_of,
)
from kingmaker.experiments.studies.compare.difference_words import digits, listed, pairs, told
from kingmaker.experiments.studies.compare.question import Question
from kingmaker.experiments.studies.compare.robustness import FLIPS, WEAKER, standing
from kingmaker.experiments.studies.compare.sides import Sides, in_force_of, question_of
from kingmaker.experiments.terminal.safe_text import for_markdown

if TYPE_CHECKING:
    import pandas as pd

MOST_TOLD = 1000  # of a gain of variance


def write_brief(
    question: Question, table: pd.DataFrame, robustness: pd.DataFrame | None, tested: int, pairs_tested: int,
    held: Sequence[Sides] = (),
) -> str:  # fmt: skip
    """The brief as Markdown.

    Args:
        question: what was compared.
        table: of :func:`kingmaker.experiments.studies.compare.comparison_table.tabulate`.
        robustness: of :func:`kingmaker.experiments.studies.compare.robustness.judge`; None if none were tested.
        tested: number of assumptions tested, one at a time.
        pairs_tested: pairs of worlds for each of them.
        held: what is in force on both sides, for each window; empty if it was not recorded.
    """
    first = table[table["window"] == question.windows[0].name]
    lines = [*_head(question, first, robustness), *question_of(question)]
    if held:
        lines += ["## What is in force", ""]
        for window, sides in zip(question.windows, held, strict=True):
            lines += in_force_of(window, sides)
    if (table["claim"] == ZERO).all():
        lines += _nothing(question)
    else:
        lines += [*_said(question, first, robustness), *_not_said(question, first)]
        for window in question.windows[1:]:
            lines += _other_window(question, window, table[table["window"] == window.name], robustness)
        lines += _assumptions(question, table, robustness, tested, pairs_tested)
    return "\n".join([*lines, *_reading(question, first)]) + "\n"


def _head(question: Question, first: pd.DataFrame, robustness: pd.DataFrame | None) -> Iterator[str]:
    a, b = map(for_markdown, question.labels)
    yield f"# {b} compared with {a}"
    yield ""
    if (first["claim"] == ZERO).all():
        yield f"**In short:** no difference. All {len(first)} measures are exactly the same on both sides."
    else:
        yield f"**In short:** {in_short(question, first, robustness)}"
    yield ""


def in_short(question: Question, first: pd.DataFrame, robustness: pd.DataFrame | None) -> str:
    """How many claims there are in a window, how many of them stand, and of how much nothing is claimed."""
    claims = first[first["claim"] == CLAIM]
    silent = f"of the other {len(first) - len(claims)} this brief claims nothing."
    verb = "differs" if len(claims) == 1 else "differ"
    start = f"of {len(first)} measures, {len(claims) or 'none'} {verb} by more than luck can explain"
    if claims.empty:
        return f"{start}; {silent}"
    if robustness is None:
        return f"{start}, not tested under other assumptions; {silent}"
    sturdy, fragile = sorted_claims(claims, robustness)
    tested = standing(robustness, claims["window"].iloc[0], claims["measure"].iloc[0]).tested
    names = "; ".join(question.measures[row.measure].label for row in fragile)
    weak = f"; {len(fragile)} **not robustly** ({names})" if fragile else ""
    holding = "all" if not fragile else len(sturdy) or "none"
    return f"{start}, {holding} of them under all {tested} other assumptions tested{weak}; {silent}"


def sorted_claims(claims: pd.DataFrame, robustness: pd.DataFrame | None) -> tuple[list[Any], list[Any]]:
    """The claims that are made, and those that other assumptions contradict; all are made if none was tested."""
    rows = list(rows_of(claims))
    if robustness is None:
        return rows, []
    robust = [standing(robustness, row.window, row.measure).robust for row in rows]
    return (
        [row for row, stands in zip(rows, robust, strict=True) if stands],
        [row for row, stands in zip(rows, robust, strict=True) if not stands],
    )


def _nothing(question: Question) -> Iterator[str]:
    yield "## What can be said"
    yield ""
    yield (
        f"Every difference is exactly zero: all measures, in all windows, in all {question.replications} pairs. "
        + ("A and B are the same." if question.same else "What tells B from A has no effect within these months.")
    )
    yield ""


def _said(question: Question, first: pd.DataFrame, robustness: pd.DataFrame | None) -> Iterator[str]:
    yield "## What can be said"
    yield ""
    claims = first[first["claim"] == CLAIM]
    if claims.empty:
        yield "Nothing: no measure differs by more than luck can explain."
    yield from _claims(question, claims, robustness)
    yield ""
    overview = figure_name("overview", question.windows[0].name)
    yield f"![All differences, in per cent of A](figures/{overview}.png)"
    yield ""


def _claims(question: Question, claims: pd.DataFrame, robustness: pd.DataFrame | None) -> Iterator[str]:
    """The claims that stand; then, apart, what holds under the usual assumptions only, with what contradicts it."""
    sturdy, fragile = sorted_claims(claims, robustness)
    for row in sturdy:
        measure = question.measures[row.measure]
        holds = "" if robustness is None else f" {_capital(standing(robustness, row.window, row.measure))}."
        yield f"- **{for_markdown(measure.label)}** {for_markdown(told(measure, row, question.level))}.{holds}"
    if not fragile or robustness is None:
        return
    if sturdy:
        yield ""
    yield "Not robust, so that no claim is made beyond the usual assumptions (see below which contradict it):"
    yield ""
    for row in fragile:
        measure = question.measures[row.measure]
        under = standing(robustness, row.window, row.measure)
        words = for_markdown(told(measure, row, question.level))
        yield f"- **{for_markdown(measure.label)}**: under the usual assumptions it {words}, but {under}."


def _capital(text: object) -> str:
    return str(text)[0].upper() + str(text)[1:]


def _not_said(question: Question, first: pd.DataFrame) -> Iterator[str]:
    yield "## What cannot be said"
    yield ""
    hints, none = first[first["claim"] == HINT], first[first["claim"] == NONE]
    known = question.measures
    same = [known[name] for name in first.loc[first["claim"] == ZERO, "measure"]]
    if not none.empty:
        silent = listed(known[name] for name in none["measure"])
        yield f"The interval of these holds zero, so no claim is made either way: {silent}."
        yield ""
    if not hints.empty:
        yield (
            f"{len(hints)} would look clear if they were the only ones looked at, but among {len(first)} measures a "
            "few do so by luck alone. No claim is made; that many pairs could settle it, corrected for all measures:"
        )
        yield ""
        yield from (
            f"- {for_markdown(known[row.measure].label)}: {pairs(pairs_to_claim(row, len(first), question.level))}"
            for row in rows_of(hints)
        )
        yield ""
    if same:
        yield f"Exactly the same in every pair: {listed(same)}."
        yield ""


def _other_window(
    question: Question, window: Window, rows: pd.DataFrame, robustness: pd.DataFrame | None
) -> Iterator[str]:
    yield f"## The same question for {window.words}"
    yield ""
    claims = rows[rows["claim"] == CLAIM]
    yield from _claims(question, claims, robustness)
    if claims.empty:
        yield "No claim."
    yield ""


def _assumptions(
    question: Question, table: pd.DataFrame, robustness: pd.DataFrame | None, tested: int, pairs_tested: int
) -> Iterator[str]:
    yield "## Assumptions under which this changes"
    yield ""
    if robustness is None:
        why = "`--no-robustness`" if (table["claim"] == CLAIM).any() else None
        yield f"They were not tested ({why})." if why else "They were not tested, as there is no claim."
        yield ""
        return
    yield (
        f"The comparison was made again {tested} times, with {pairs_tested} pairs each, every time with one parameter "
        "that no data pin down (its source is given as *free*) moved on both sides."
    )
    yield ""
    for verdict, heading in ((FLIPS, "The sign flips:"), (WEAKER, "The claim disappears, as the interval holds zero:")):
        rows = robustness[robustness["verdict"] == verdict]
        if rows.empty:
            yield f"{heading.split(',')[0].rstrip(':')}: under none of them."
            yield ""
            continue
        yield heading
        yield ""
        for row in rows_of(rows):
            when = f" ({row.window})" if len(question.windows) > 1 else ""
            usual = f"`{row.parameter}` = {row.value:g} (usually {row.usual:g})"
            found = f"{row.difference:+.3g} ({row.low:+.3g} to {row.high:+.3g})"
            yield f"- {for_markdown(question.measures[row.measure].label)}{when}, with {usual}: {found}"
        yield ""


def _times(gain: float) -> str:
    """A gain of variance in words: beyond some size only that it is large can be told from a few pairs."""
    return digits(gain) if gain <= MOST_TOLD else f"more than {MOST_TOLD:,}"


def _reading(question: Question, first: pd.DataFrame) -> Iterator[str]:
    gain, level = first.loc[first["claim"] != ZERO, "variance_reduction"], question.level
    yield "## How to read this"
    yield ""
    yield (
        f"- A difference is B less A, the mean over pairs. Intervals are paired {level.words}s (Student's t with "
        f"{question.replications - 1} degrees of freedom), over {question.replicates.words}: what is not known of the "
        "parameters is not in them."
    )
    yield (
        f"- A claim needs an interval without zero and a p value of at most {level.alpha:g} after Holm's correction "
        f"for having looked at {len(first)} measures, so that all claims of a window are true together with "
        f"{level.per_cent} % confidence. Windows are corrected one by one."
    )
    yield (
        "- It is made without reserve only if it also holds under every other assumption tested; else it stands apart, "
        "as not robust."
    )
    if len(gain):
        yield (
            f"- Shared luck divides the variance of a difference by {_times(float(gain.median()))} here (median over "
            "measures): as many times more runs would be needed without it."
        )
    yield (
        f"- The number of pairs needed gives a chance of {100.0 * POWER:.0f} % if the true effect and spread are "
        "those estimated; from few pairs it is a rough guess, and often too low."
    )
    yield (
        "- All of this is about the model. Luck is in the intervals; what the model leaves out, and most of what it "
        "assumes, is not. Years after the data end are a projection, not a forecast."
    )
    yield "- All differences: `differences.csv`. All runs: `paths.parquet`. How to make them again: `manifest.json`."
