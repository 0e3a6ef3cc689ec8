"""Numbers of a comparison in words: with their unit, and in relation to the level."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from kingmaker.environment.core.measures import Measure
from kingmaker.experiments.stats.levels import LEVEL, Level
from kingmaker.experiments.terminal.phrases import apart
from kingmaker.experiments.terminal.safe_text import for_markdown


def digits(value: float, count: int = 3) -> str:
    """Significant digits, three if not said otherwise, without exponents."""
    if value == 0.0:  # of either sign
        return "0"
    if not math.isfinite(value):
        return f"{value:g}"
    places = max(0, count - 1 - math.floor(math.log10(abs(value))))
    shown = f"{value:,.{min(places, 12)}f}"
    return shown if float(shown.replace(",", "")) else "0"


def _signed(value: float) -> str:
    return ("+" if value > 0.0 else "−" if value < 0.0 else "") + digits(abs(value))


def _scale(measure: Measure, size: float) -> tuple[float, str, str]:
    """Factor, unit of a level and unit of a difference, for numbers of about ``size``."""
    unit = measure.unit
    if unit == "0-1" and not measure.name.startswith("hhi"):  # an index is no percentage
        return 100.0, " %", " percentage points"
    if unit == "share per month":
        return 100.0, " % a month", " percentage points a month"
    plain = unit.replace(" per month", " a month")
    if unit.startswith("M$") and size >= 1000.0:
        return 1e-3, f" {plain.replace('M$', 'G$', 1)}", f" {plain.replace('M$', 'G$', 1)}"
    if unit == "0-1":
        return 1.0, "", ""
    return 1.0, f" {plain}", f" {plain}"


def told(measure: Measure, row: Any, level: Level = LEVEL) -> str:
    """A row of the table of differences in words: which way the measure moves, and how far."""
    moves = "rises" if row.difference > 0.0 else "falls"
    told = change(measure, row.level_a, row.level_b, row.low, row.high, row.relative, level)
    return f"{moves if told.startswith('from ') else 'differs, but'} {told}"


def change(
    measure: Measure, level_a: float, level_b: float, low: float, high: float, relative: float, sure: Level = LEVEL
) -> str:
    """How a measure changes, with its interval and in relation to the level.

    Such as ``from 0.79 % to 2.12 %: +1.33 percentage points``, the interval with its level ``sure`` in brackets, and
    ``+168 % of its level``.
    Levels have as many digits as it takes to tell them apart; where six do not, this is said instead.
    """
    factor, level_unit, unit = _scale(measure, max(abs(level_a), abs(level_b)))
    a, b = apart(factor * level_a, factor * level_b, digits)
    levels = f"from {a}{level_unit} to {b}{level_unit}"
    if a == b:
        levels = f"unchanged at the printed precision, {a}{level_unit}"
    difference = _signed(factor * (level_b - level_a))
    interval = f"({sure.words} {_signed(factor * low)} to {_signed(factor * high)})"
    return f"{levels}: {difference}{unit} {interval}{_relation(measure, relative)}"


def in_unit(measure: Measure, value: float) -> str:
    """A level with its unit, such as ``2.12 %`` or ``3.4 G$ a month``."""
    factor, unit, _ = _scale(measure, abs(value))
    return f"{digits(factor * value)}{unit}"


def moved(
    measure: Measure, level: float, effect: float, low: float, high: float, relative: float | None, sure: Level
) -> str:  # fmt: skip
    """An effect over members: its median, interval and relation to the level without the policy, a median too.

    The relation is left out if it is None.
    """
    factor, _, unit = _scale(measure, max(abs(level), abs(effect)))
    interval = f"({sure.words} {_signed(factor * low)} to {_signed(factor * high)})"
    return f"{_signed(factor * effect)}{unit} {interval}{'' if relative is None else _relation(measure, relative)}"


def _relation(measure: Measure, relative: float) -> str:
    if not math.isfinite(relative):
        return ", from a level of zero"
    if measure.unit.startswith("log10"):
        return f", a factor of {digits(1.0 + relative)} on the scale that the logarithm stands for"
    return f", {_signed(100.0 * relative)} % of its level"


def listed(measures: Iterable[Measure]) -> str:
    """Labels of measures as one phrase of Markdown."""
    return "; ".join(for_markdown(measure.label) for measure in measures)


def pairs(number: float) -> str:
    """How many pairs it would take."""
    if not math.isfinite(number):
        return "no number of pairs"
    return f"{digits(number) if number >= 1000 else f'{number:.0f}'} pairs"
