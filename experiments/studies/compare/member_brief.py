"""The brief of a comparison over a posterior: one page with one figure first, the long table behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kingmaker.experiments.figures.figure_names import figure_name
from kingmaker.experiments.stats.levels import SIGN
from kingmaker.experiments.stats.member_effects import FEWEST
from kingmaker.experiments.stats.windows import Window
from kingmaker.experiments.studies.compare.comparison_table import CLAIM, HINT, NONE, ZERO, rows_of
from kingmaker.experiments.studies.compare.difference_words import digits, listed, moved
from kingmaker.experiments.studies.compare.question import Question
from kingmaker.experiments.studies.compare.sides import Sides, in_force_of, question_of
from kingmaker.experiments.studies.compare.turn_words import Told, sentences
from kingmaker.experiments.terminal.safe_text import for_markdown

if TYPE_CHECKING:
    import pandas as pd

ROUNDING = 1e-9  # of a sum of weights
MOST = 12  # outcomes, and sign flips, on the page; the others are in the tables behind it


def write_member_brief(
    question: Question, table: pd.DataFrame, told: Mapping[tuple[str, str], Told], luck_members: int,
    held: Sequence[Sides] = (),
) -> str:  # fmt: skip
    """The brief as Markdown.

    Args:
        question: what was compared.
        table: of :func:`kingmaker.experiments.studies.compare.over_members.tabulate_members`.
        told: where signs flip, by window and measure.
        luck_members: members that were run with further seeds.
        held: what is in force on both sides, for each window.
    """
    first = table[table["window"] == question.windows[0].name]
    lines = [*_head(question, first)]
    if not (table["claim"] == ZERO).all():
        lines += [*_said(question, first), *_open(question, first), *_flips(question, told)]
        lines += _luck(question, first, luck_members)
    lines += [*_reading(question, first), *question_of(question)]
    if held:
        lines += ["## What is in force", ""]
        for window, sides in zip(question.windows, held, strict=True):
            lines += in_force_of(window, sides)
    for window in question.windows:
        lines += _long_table(question, window, table[table["window"] == window.name])
    return "\n".join(lines)


def _head(question: Question, first: pd.DataFrame) -> Iterator[str]:
    a, b = map(for_markdown, question.labels)
    yield f"# {b} compared with {a}"
    yield ""
    yield f"**In short:** {in_short(question, first)}"
    yield ""
    overview = figure_name("overview", question.windows[0].name)
    yield f"![Effects with their {question.level.words}s over {question.replicates.words}](figures/{overview}.png)"
    yield ""


def in_short(question: Question, first: pd.DataFrame) -> str:
    """Of how many outcomes a direction is claimed, and over what."""
    over, number = question.replicates.words, len(first)
    outcomes = "1 outcome" if number == 1 else f"{number} outcomes"
    if (first["claim"] == ZERO).all():
        return f"no difference. All {number} outcomes are exactly the same on both sides (over {over})."
    if question.replications < FEWEST:
        return f"no claim, as {question.replications} members are too few: it takes {FEWEST}. Over {over}."
    claims = int((first["claim"] == CLAIM).sum())
    chosen = "chosen beforehand" if question.family else "looked at"
    return (
        f"of {outcomes} {chosen}, {claims or 'none'} {'has' if claims == 1 else 'have'} a sign that holds with "
        f"{SIGN.per_cent} % over {over}; of the others the direction is open."
    )


def _said(question: Question, first: pd.DataFrame) -> Iterator[str]:
    yield f"## What can be said of the {question.windows[0].words}"
    yield ""
    claims = list(rows_of(first[first["claim"] == CLAIM].sort_values("p_sign", ascending=False, kind="stable")))
    yield from (_claim(question, row) for row in claims[:MOST])
    if len(claims) > MOST:
        yield f"- and {len(claims) - MOST} more, in the table below."
    if not claims:
        yield "Nothing: no sign is sure enough."
    yield ""


def _claim(question: Question, row: Any) -> str:
    measure = question.measures[row.measure]
    words = moved(measure, row.level_a, row.difference, row.low, row.high, row.relative, question.level)
    return (
        f"- **{for_markdown(measure.label)}** {'rises' if row.difference > 0.0 else 'falls'}: {for_markdown(words)}; "
        f"the sign holds in {per_cent(row.p_sign)} of the members."
    )


def _open(question: Question, first: pd.DataFrame) -> Iterator[str]:
    left = first[first["claim"].isin([HINT, NONE])]
    if not left.empty:
        yield "## What is open"
        yield ""
        rows = list(rows_of(left.sort_values("p_sign", ascending=False, kind="stable")))
        yield from (_open_line(question, row) for row in rows[:MOST])
        if len(rows) > MOST:
            yield f"- and {len(rows) - MOST} more, in the table below."
        yield ""
    same = [question.measures[name] for name in first.loc[first["claim"] == ZERO, "measure"]]
    if same:
        yield f"Exactly the same in every member: {listed(same)}."
        yield ""


def _open_line(question: Question, row: Any) -> str:
    measure = question.measures[row.measure]
    words = moved(measure, row.level_a, row.difference, row.low, row.high, row.relative, question.level)
    alone = ", sure enough alone, but not together with the claims above" if row.claim == HINT else ""
    return f"- {for_markdown(measure.label)}: {signs(row, ' of the members')}{alone}; {for_markdown(words)}."


def signs(row: Any, among: str = "") -> str:
    """In how many replicates an effect is above zero, below, and (where there are such) exactly zero."""
    told = f"up in {per_cent(row.p_up)}{among}, down in {per_cent(row.p_down)}"
    same = 1.0 - row.p_up - row.p_down
    return f"{told}, exactly zero in {per_cent(same)}" if same > ROUNDING else told


def per_cent(share: float) -> str:
    """Rounded towards the doubt: 99.6 % is no 100 %."""
    if share >= 1.0 - ROUNDING:
        return "all"
    return f"{int(100.0 * share + ROUNDING)} %"


def _flips(question: Question, told: Mapping[tuple[str, str], Told]) -> Iterator[str]:
    window = question.windows[0].name
    mine = [each for (name, _), each in told.items() if name == window]
    if not mine:
        return
    yield "## When the sign flips"
    yield ""
    clear = [each for each in mine if each.turn is not None and each.turn.drivers]
    others = [each for each in mine if each not in clear]
    for each in (*clear, *others)[:MOST]:
        yield from sentences(each, question.measures, question.declared, len(question.drawn_keys))
    if len(mine) > MOST:
        yield f"- and {len(mine) - MOST} more; those that can be told are in `flips.csv`."
    yield ""


def _luck(question: Question, first: pd.DataFrame, members: int) -> Iterator[str]:
    known = first[first["luck"].notna()]
    if known.empty:
        return
    chosen = known if question.family else known[known["claim"] == CLAIM]
    yield "## Luck or parameters"
    yield ""
    yield (
        f"Of the variance of an effect, luck makes up {share(known['luck'].median())} (median over outcomes), what is "
        f"not known of the parameters the rest; {question.lucks} seeds for each of {members} members."
    )
    told = [
        f"{for_markdown(question.measures[row.measure].label)} {share(row.luck)} "
        f"({share(row.luck_low)} to {share(row.luck_high)})"
        for row in list(rows_of(chosen))[:MOST]
    ]
    if told:
        yield ""
        yield f"Luck's part, with its {question.level.words}: {'; '.join(told)}."
    yield ""


def share(value: float) -> str:
    """A share in whole per cent."""
    return f"{100.0 * value:.0f} %"


def _reading(question: Question, first: pd.DataFrame) -> Iterator[str]:
    yield "## How to read this"
    yield ""
    yield (
        f"- An effect is B less A in a member: one draw of luck and of {len(question.drawn_keys)} parameters, the same "
        f"on both sides. Stated is the median with its {question.level.words} over {question.replicates.words}."
    )
    yield (
        f"- A claim needs a sign that holds with a probability of at least {SIGN.per_cent} %, and all {len(first)} "
        "outcomes are one family: all its claims hold at once with that probability. Windows are families of their own."
    )
    yield ROUNDED
    yield (
        "- All of this is about the model: what the data leave open of its parameters is in the intervals, what its "
        "rules leave out is not. Years after the data end are a projection, not a forecast."
    )
    yield (
        "- All effects: `differences.csv`; where signs flip: `flips.csv`; all runs: `paths.parquet`; the members: "
        "`members.parquet`."
    )
    yield ""


def _long_table(question: Question, window: Window, rows: pd.DataFrame) -> Iterator[str]:
    yield f"## All effects: {window.words}"
    yield ""
    level = question.level.words
    yield f"Over {question.replicates.words}."
    yield ""
    yield f"| outcome | unit | without (A) | effect | {level} | up | down | luck's part | |"
    yield "|---|---|--:|--:|---|--:|--:|--:|---|"
    for row in rows_of(rows):
        luck = "" if row.luck != row.luck else share(row.luck)
        label, unit = for_markdown(question.measures[row.measure].label), for_markdown(row.unit)
        yield (
            f"| {label} | {unit} | {digits(row.level_a)} | {digits(row.difference)} "
            f"| {digits(row.low)} to {digits(row.high)} | {per_cent(row.p_up)} "
            f"| {per_cent(row.p_down)} | {luck} | {VERDICTS[row.claim]} |"
        )
    yield ""


ROUNDED = (
    "- Shares of members are rounded down, so that none seems surer than it is; they may add up to a little less than "
    "100 %."
)
VERDICTS = {CLAIM: "claimed", HINT: "sure alone only", NONE: "open", ZERO: "exactly zero"}
