"""The policy brief of a comparison: in plain words, and silent where the numbers are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from environment.scenario import month_label
from experiments.compare.question import Question
from experiments.compare.results import CLAIM, HINT, NONE, SIGNIFICANT, ZERO, pairs_to_claim, rows_of
from experiments.compare.robustness import FLIPS, WEAKER
from experiments.compare.words import change, digits, listed, pairs
from experiments.safe_text import for_markdown

if TYPE_CHECKING:
    import pandas as pd


def write_brief(
    question: Question, table: pd.DataFrame, robustness: pd.DataFrame | None, tested: int, pairs_tested: int
) -> str:
    """The brief as Markdown.

    Args:
        question: what was compared.
        table: of :func:`experiments.compare.results.tabulate`.
        robustness: of :func:`experiments.compare.robustness.judge`; None if assumptions were not tested.
        tested: number of assumptions tested, one at a time.
        pairs_tested: pairs of worlds for each of them.
    """
    first = table[table["window"] == question.windows[0].name]
    lines = [*_head(question, first), *_question(question)]
    if (table["claim"] == ZERO).all():
        lines += _nothing(question)
    else:
        lines += [*_said(question, first, robustness), *_not_said(question, first)]
        for window in question.windows[1:]:
            lines += _other_window(question, table[table["window"] == window.name])
        lines += _assumptions(question, first, robustness, tested, pairs_tested)
    return "\n".join([*lines, *_reading(question, first)]) + "\n"


def _head(question: Question, first: pd.DataFrame) -> Iterator[str]:
    a, b = map(for_markdown, question.labels)
    yield f"# {b} compared with {a}"
    yield ""
    claims, silent = int((first["claim"] == CLAIM).sum()), int((first["claim"] != CLAIM).sum())
    verb = "differs" if claims == 1 else "differ"
    if (first["claim"] == ZERO).all():
        yield f"**In short:** no difference. All {len(first)} measures are exactly the same on both sides."
    else:
        yield (
            f"**In short:** of {len(first)} measures, {claims or 'none'} {verb} by more than luck can explain; "
            f"of the other {silent} this brief claims nothing."
        )
    yield ""


def _question(question: Question) -> Iterator[str]:
    a, b = question.labels
    yield "## The question"
    yield ""
    for side, label, setting in (("A", a, question.a), ("B", b, question.b)):
        told = for_markdown(setting.description or setting.title or "no description")
        yield f"- **{side}**, {for_markdown(label)}: {told}"
    contrasts = question.contrasts()
    yield ""
    yield "They differ in this:" if contrasts else "They do not differ in anything."
    yield ""
    yield from (f"- {for_markdown(text)}" for text in contrasts)
    if contrasts:
        yield ""
    yield (
        f"{question.replications} pairs of runs, seeds {question.seeds[0]} to {question.seeds[-1]}, from "
        f"{month_label(0)} to {month_label(question.months - 1)}. The two runs of a pair share their luck, firm by "
        f"firm. What is compared is the {question.windows[0].words}."
    )
    yield ""


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
    for row in rows_of(claims):
        yield f"{_claim(question, row)}{_footing(row, robustness)}"
    yield ""
    yield f"![All differences, in per cent of A](figures/overview_{question.windows[0].name.replace(':', '_')}.png)"
    yield ""


def _claim(question: Question, row: Any) -> str:
    measure = question.measures[row.measure]
    verb = "rises" if row.difference > 0.0 else "falls"
    told = change(measure, row.level_a, row.level_b, row.low, row.high, row.relative)
    return f"- **{for_markdown(measure.label)}** {verb} {for_markdown(told)}."


def _footing(row: Any, robustness: pd.DataFrame | None) -> str:
    """In a word whether the claim stands under other assumptions."""
    if robustness is None:
        return ""
    mine = robustness[robustness["measure"] == row.measure]
    flips, weaker = int((mine["verdict"] == FLIPS).sum()), int((mine["verdict"] == WEAKER).sum())
    if not flips + weaker:
        return f" It holds under all {len(mine)} assumptions tested."
    told = [f"its sign flips under {flips}"] * (flips > 0) + [f"it disappears under {weaker}"] * (weaker > 0)
    return f" Of {len(mine)} assumptions tested, {' and '.join(told)} (see below)."


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
            f"- {for_markdown(known[row.measure].label)}: {pairs(pairs_to_claim(row, len(first)))}"
            for row in rows_of(hints)
        )
        yield ""
    if same:
        yield f"Exactly the same in every pair: {listed(same)}."
        yield ""


def _other_window(question: Question, rows: pd.DataFrame) -> Iterator[str]:
    yield f"## The same question for {rows['months'].iloc[0]}"
    yield ""
    claims = rows[rows["claim"] == CLAIM]
    yield from (_claim(question, row) for row in rows_of(claims))
    if claims.empty:
        yield "No claim."
    yield ""


def _assumptions(
    question: Question, first: pd.DataFrame, robustness: pd.DataFrame | None, tested: int, pairs_tested: int
) -> Iterator[str]:
    yield "## Assumptions under which this changes"
    yield ""
    if robustness is None:
        told = (
            "not tested (`--no-robustness`)" if (first["claim"] == CLAIM).any() else "not tested, as there is no claim"
        )
        yield f"They were {told}."
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
            usual = f"`{row.parameter}` = {row.value:g} (usually {row.usual:g})"
            found = f"{row.difference:+.3g} ({row.low:+.3g} to {row.high:+.3g})"
            yield f"- {for_markdown(question.measures[row.measure].label)}, with {usual}: {found}"
        yield ""


def _reading(question: Question, first: pd.DataFrame) -> Iterator[str]:
    gain = first.loc[first["claim"] != ZERO, "variance_reduction"]
    yield "## How to read this"
    yield ""
    yield (
        f"- A difference is B less A, the mean over pairs. Intervals are paired 95 % intervals (Student's t with "
        f"{question.replications - 1} degrees of freedom)."
    )
    yield (
        f"- A claim needs an interval without zero and a p value of at most {SIGNIFICANT:g} after Holm's correction "
        f"for having looked at {len(first)} measures, so that all claims of a window are true together with 95 % "
        "confidence. Windows are corrected one by one."
    )
    if len(gain):
        yield (
            f"- Shared luck divides the variance of a difference by {digits(float(gain.median()))} here (median over "
            "measures): as many times more runs would be needed without it."
        )
    yield (
        "- The number of pairs needed gives a chance of 80 % if the true effect and spread are those estimated; from "
        "few pairs it is a rough guess, and often too low."
    )
    yield (
        "- All of this is about the model. Luck is in the intervals; what the model leaves out, and most of what it "
        "assumes, is not. Years after the data end are a projection, not a forecast."
    )
    yield "- All differences: `differences.csv`. All runs: `paths.parquet`. How to make them again: `manifest.json`."
