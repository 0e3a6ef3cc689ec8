"""What is in force: the level of each instrument of policy over a window, told beside every result.

It comes from the monthly measures, so that what authorities impose of themselves is told like what a scenario sets.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.agents.calendar import month_label
from kingmaker.environment.core.measures import MEASURES, Measure
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.terminal.safe_text import for_markdown
from kingmaker.experiments.stats.windows import Window

if TYPE_CHECKING:
    import pandas as pd

Series = Mapping[str, FloatArray]  # measure -> its values, (months, worlds)

GROUP = "in force"
RULES = ("interoperability_in_effect", "gatekeepers", "remedies_active")  # of the group "rules"
# what an instrument shows where nothing is in force, if that is not zero: the parameter's value at the start
WITHOUT = {
    "switching_fee_in_force": "policy.egress_fee",
    "parallel_fee_in_force": "policy.parallel_egress_fee",
    "export_quota_in_force": "policy.export_quota",
}
UNITS = ("TPP", "M$ per month")  # those that a number needs to be understood
FIRST_RULE = 2022.0  # vintage of the first export rule: a mean below it holds months without any
NOT_IN_FORCE = "not in force"
MOST_STEPS = 4  # changes within a window that are told one by one
PROPER = ("China",)
DECIMALS = 6  # a level weighted over clouds is rounded; beyond it two levels are the same


@dataclass(frozen=True)
class Held:
    """One instrument over a window.

    Attributes:
        measure: what is measured.
        nothing: its value where nothing is in force.
        values: by month and world of the window, (months, worlds).
        steps: month since which, and level, for each level in the window; None as the month: since before what is
            known, or in other months in other worlds. Empty if worlds differ, or if it changes too often to be told.
        since: the first month in which it is in force in any world; None if never, or not known.
    """

    measure: Measure
    nothing: float
    values: FloatArray
    steps: tuple[tuple[int | None, float], ...]
    since: int | None

    @property
    def any(self) -> bool:
        """Whether it is in force at all."""
        return bool((self.values != self.nothing).any())

    @property
    def means(self) -> FloatArray:
        """Mean over the window by world, (worlds,)."""
        return np.asarray(self.values.mean(axis=0))

    @property
    def level(self) -> str:
        """Its level in words, such as ``0.6`` or ``mean of 20 runs 0.47, 0.3 to 0.6``."""
        if self.steps:
            return "; ".join(self._words(value) for _, value in self.steps)
        worlds = self.values.shape[1]
        ends = self.means if worlds > 1 else self.values
        low, high = _number(float(ends.min())), _number(float(ends.max()))
        if self.measure.unit == "year":  # the mean of two rules is no rule
            return f"{low} to {high}"
        return f"mean{f' of {worlds} runs' if worlds > 1 else ''} {_number(float(ends.mean()))}, {low} to {high}"

    @property
    def months(self) -> str:
        """Since when, in words, level by level; empty if that is not known."""
        if not self.steps:
            return "" if self.since is None else f"from {month_label(self.since)} at the earliest"
        several = "at first" if len(self.steps) > 1 else ""
        return "; ".join(self._since(month) or several for month, _ in self.steps)

    @property
    def told(self) -> str:
        """Level and months together, such as ``0.25 from 2024-04, 0.1 from 2025-10``."""
        if not self.any:
            return NOT_IN_FORCE
        if not self.steps:
            return ", ".join(filter(None, (self.level, self.months)))
        first, *later = self.steps
        shown = later if later and first[1] == self.nothing else self.steps  # "1 from 2024-03" says that it was not
        return ", ".join(f"{self._words(value)} {self._since(month)}".strip() for month, value in shown)

    def __str__(self) -> str:
        """Label, level and months, such as ``duty of interoperability 0.6 from 2026-11``."""
        return f"{_small(self.measure.label)} {self.told}"

    def _since(self, month: int | None) -> str:
        if month is None or (month == 0 and len(self.steps) > 1):
            return ""
        return f"from {month_label(month)}" if month else "throughout"

    def _words(self, value: float) -> str:
        unit = self.measure.unit
        if value == self.nothing:
            return NOT_IN_FORCE
        if unit == "0/1" and value == 1.0:
            return "in force"
        return _number(value) + (f" {unit}" if unit in UNITS else "")


def _number(value: float) -> str:
    """Three digits that count, all of a large number."""
    return f"{value:.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"


def _small(label: str) -> str:
    """A label within a sentence: small, unless it begins with a proper name."""
    return label if label.split("'")[0] in PROPER else f"{label[0].lower()}{label[1:]}"


def names(measured: Mapping[str, Measure] = MEASURES) -> tuple[str, ...]:
    """The measures that say what is in force, those of extensions in the group ``in force`` among them."""
    own = [name for name, measure in measured.items() if measure.group == GROUP]
    return (*own[:1], *(name for name in RULES if name in measured), *own[1:])


def nothing(name: str) -> float:
    """What the measure shows where nothing is in force."""
    return float(DECLARATIONS[WITHOUT[name]].default) if name in WITHOUT else 0.0


def held(series: Series, window: Window, measured: Mapping[str, Measure] = MEASURES) -> list[Held]:
    """Every instrument of which there is a series, over a window."""
    found = []
    for name in names(measured):
        if name in series:
            values = np.asarray(np.round(series[name][: window.stop], DECIMALS), dtype=np.float64)
            active = np.flatnonzero((values != nothing(name)).any(axis=1))
            since = int(active[0]) if len(active) else None
            steps = _steps(values, window.first)
            found.append(Held(measured[name], nothing(name), values[window.first :], steps, since))
    return found


def _steps(values: FloatArray, first: int) -> tuple[tuple[int | None, float], ...]:
    """The levels from month ``first`` on, each with the month since which it holds; empty if worlds differ."""
    level, inside = values[:, 0], values[first:]
    if (inside != inside[:, :1]).any():
        return ()
    changes = [k for k in range(first + 1, len(level)) if level[k] != level[k - 1]]
    if len(changes) >= MOST_STEPS:
        return ()
    begin = first
    while begin and (values[begin - 1] == level[first]).all():
        begin -= 1
    mixed = begin > 0 and bool((values[begin - 1] == level[first]).any())
    return ((None if mixed else begin, float(level[first])), *((k, float(level[k])) for k in changes))


def held_in(
    frame: pd.DataFrame, window: Window | None = None, measured: Mapping[str, Measure] = MEASURES
) -> list[Held]:
    """The same from a table of monthly measures: ``month``, perhaps ``world``, then the measures."""
    months = frame["month"].nunique()
    series = {
        name: frame[name].to_numpy(dtype=np.float64).reshape(months, -1) for name in names(measured) if name in frame
    }
    return held(series, window or Window("mean", 0, months), measured)


def held_on_average(means: Series, measured: Mapping[str, Measure] = MEASURES) -> list[Held]:
    """The same from means over a window, (runs,), of which the months are not known."""
    found = []
    for name in names(measured):
        if name in means:
            values = np.asarray(np.round(means[name], DECIMALS), dtype=np.float64)[np.newaxis]
            steps = ((None, float(values[0, 0])),) if (values == values[0, 0]).all() else ()
            found.append(Held(measured[name], nothing(name), values, steps, None))
    return found


def sentence(found: Sequence[Held], what: str = "In force") -> str:
    """One sentence for captions and footers; what is not named is not in force."""
    if not found:
        return f"{what}: not recorded."
    told = [str(each) for each in found if each.any]
    return f"{what}: {'; '.join([*told, 'nothing else'])}." if told else f"{what}: nothing."


def table(found: Sequence[Held]) -> list[str]:
    """A small table in Markdown: instrument, level, months; what is not in it is not in force."""
    rows = [f"| {for_markdown(each.measure.label)} | {each.level} | {each.months} |" for each in found if each.any]
    head = ["| instrument in force | level | months |", "|---|---|---|"]
    return [*head, *rows, "| nothing else | | |" if rows else "| nothing | | |"]


def ranges(found: Mapping[str, tuple[float, float, float]], measured: Mapping[str, Measure] = MEASURES) -> str:
    """What is in force over many runs of different policies: from lowest to highest mean of a run, and the mean.

    Args:
        found: measure -> lowest, mean, highest over the runs.
        measured: the measures known.
    """
    told = []
    for name in names(measured):
        if name in found and any(abs(value - nothing(name)) > 10.0**-DECIMALS for value in found[name]):
            words = _rule_mean if measured[name].unit == "year" else _number
            low, mean, high = (words(value) for value in found[name])
            label = measured[name].label
            rule = measured[name].unit in ("year", "TPP")  # the mean of two rules is no rule
            spread = low if low == high else f"{low} to {high}{'' if rule else f' (mean {mean})'}"
            told.append(f"{_small(label)} {spread}")
    return (
        f"In force over the runs: {'; '.join([*told, 'nothing else'])}." if told else "In force over the runs: nothing."
    )


def apart(sides: Sequence[Sequence[Held]]) -> tuple[list[Held], list[list[Held]]]:
    """What is in force alike on all sides, and of each side what is not; all of them run the same worlds."""
    rows = list(zip(*sides, strict=True))
    alike = [all(np.array_equal(one.values, row[0].values) for one in row) for row in rows]
    shared = [row[0] for row, same in zip(rows, alike, strict=True) if same]
    return shared, [[one for one, same in zip(side, alike, strict=True) if not same] for side in sides]


def _rule_mean(value: float) -> str:
    """The mean of a rule's vintage over months: a year, or that it holds in a part of them, or that it changes."""
    if value < FIRST_RULE:
        return f"in {value / FIRST_RULE:.0%} of the months".replace("%", " %") if value > 0.0 else "none"
    years = sorted({math.floor(value), math.ceil(value)})
    return " to ".join(str(year) for year in years)


def records(found: Iterable[Held]) -> list[dict[str, object]]:
    """A row an instrument, also of those that are not in force, for a file."""
    return [
        {
            "measure": each.measure.name, "unit": each.measure.unit, "mean": float(each.means.mean()),
            "lowest": float(each.means.min()), "highest": float(each.means.max()), "nothing": each.nothing,
            "level": each.level, "since": each.months,
        }
        for each in found
    ]  # fmt: skip


def contrasts(a: Sequence[Held], b: Sequence[Held], shown: Callable[[str], str] = str) -> list[str]:
    """In what two sides differ that run the same worlds, one phrase an instrument; ``shown`` makes labels safe."""
    other = {each.measure.name: each for each in b}
    return [
        f"{shown(one.measure.label)}: in A {one.told}; in B {two.told}"
        for one in a
        if (two := other.get(one.measure.name)) is not None and not np.array_equal(one.values, two.values)
    ]
