"""What a question changes against another, member by member: by measure, where it shows most, and in a sentence.

A difference is clear where its sign is as sure as the house asks of a claim (:data:`levels.SIGN`) in the two years in
which it shows most, and where it can be seen: it is at least a fiftieth of the height of the chart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kingmaker.agents.calendar import year_of
from kingmaker.agents.types import FloatArray
from kingmaker.experiments.classroom.choices import LANGUAGES, Shown, measures
from kingmaker.experiments.classroom.records import Band
from kingmaker.experiments.classroom.visitor_question import MONTHS
from kingmaker.experiments.classroom.wording import Words, words_in
from kingmaker.experiments.stats.levels import SIGN, WIDE

WINDOWS = tuple((first, first + 24) for first in range(0, MONTHS, 24))  # two calendar years each
VISIBLE = 0.02  # of the height of a chart
TOP = 3
SHARE = WIDE.level.share


@dataclass(frozen=True)
class Difference:
    """B less A of one measure, averaged over a window of months, in the unit shown."""

    measure: Shown
    window: tuple[int, int]
    a: float
    b: float
    middle: float
    low: float
    high: float
    sign: float  # share of the members with the sign that most have
    strength: float  # size relative to the height of the chart

    @property
    def clear(self) -> bool:
        """Whether it is named as a difference."""
        return self.sign >= SIGN.share and self.strength >= VISIBLE

    @property
    def verdict(self) -> str:
        """``up`` or ``down`` if it is clear, else ``unclear``."""
        return "unclear" if not self.clear else "up" if self.middle > 0.0 else "down"


def difference(a: Band, b: Band, name: str, window: tuple[int, int]) -> Difference:
    """The difference of one measure in one window; both bands are of the same members."""
    levels = _levels(a, b, name)
    return _within(measures()[name], levels, _height(levels), window)


def _levels(a: Band, b: Band, name: str) -> list[FloatArray]:
    """A measure in the members that both bands have, in the unit shown."""
    n, factor = min(a.n, b.n), measures()[name].factor
    return [band.series[name][:n].astype(np.float64) * factor for band in (a, b)]


def _within(measure: Shown, levels: list[FloatArray], height: float, window: tuple[int, int]) -> Difference:
    means = [_mean(values, window) for values in levels]
    change = means[1] - means[0]
    change = change[np.isfinite(change)]
    if not len(change):
        return Difference(measure, window, np.nan, np.nan, 0.0, 0.0, 0.0, 0.0, 0.0)
    low, middle, high = (float(value) for value in WIDE.of(change))
    sign = float(max((change > 0.0).mean(), (change < 0.0).mean()))
    return Difference(
        measure, window, _middle(means[0]), _middle(means[1]), middle, low, high, sign,
        abs(middle) / height if height > 0.0 else 0.0,
    )  # fmt: skip


def _mean(values: FloatArray, window: tuple[int, int]) -> FloatArray:
    with np.errstate(invalid="ignore"):
        return np.asarray(values[:, window[0] : window[1]].mean(axis=1))


def _middle(values: FloatArray) -> float:
    found = values[np.isfinite(values)]
    return float(np.median(found)) if len(found) else float("nan")


def _height(levels: list[FloatArray]) -> float:
    """Of the chart that shows both bands."""
    found = np.concatenate([values[np.isfinite(values)] for values in levels])
    if not len(found):
        return 0.0
    low, high = np.quantile(found, (0.02, 0.98))
    return float(high - min(low, 0.0))


def strongest(a: Band, b: Band, name: str) -> Difference:
    """The difference in the window in which it shows most; a clear one goes first."""
    levels = _levels(a, b, name)
    height = _height(levels)  # of all months: the same in each window
    found = [_within(measures()[name], levels, height, window) for window in WINDOWS]
    return max(found, key=lambda d: (d.clear, d.strength))


def ranked(a: Band, b: Band) -> list[Difference]:
    """Every measure, the clear ones first, the strongest first."""
    found = [strongest(a, b, name) for name in measures()]
    return sorted(found, key=lambda d: (not d.clear, -d.strength))


def row(d: Difference, names: tuple[str, str] = ("reference", "value")) -> dict[str, Any]:
    """One difference as the API gives it."""
    return {
        "measure": d.measure.name, "theme": d.measure.theme, names[0]: rounded(d.a), names[1]: rounded(d.b),
        "difference": rounded(d.middle), "low": rounded(d.low), "high": rounded(d.high), "share": SHARE,
        "sign": round(d.sign, 3), "verdict": d.verdict, "strength": round(d.strength, 4),
        "window": [d.window[0], d.window[1] - 1],
        "sentence": {language: sentence(d, words_in(language)) for language in LANGUAGES},
    }  # fmt: skip


def kept(d: Difference) -> list[Any]:
    """The numbers of a difference, for the file of precomputed answers; :func:`told` reads them."""
    numbers = [rounded(value) for value in (d.a, d.b, d.middle, d.low, d.high)]
    return [d.measure.name, *d.window, *numbers, round(d.sign, 3), round(d.strength, 4)]


def told(numbers: list[Any]) -> Difference:
    """The difference that :func:`kept` has written."""
    name, first, end, a, b, middle, low, high, sign, strength = numbers
    a, b = (np.nan if value is None else value for value in (a, b))
    return Difference(measures()[name], (first, end), a, b, middle, low, high, sign, strength)


def sentence(d: Difference, words: Words) -> str:
    """One difference in words."""
    language = words.language
    first, last = year_of(d.window[0]), year_of(d.window[1] - 1)
    years = f"{first}–{last % 100:02d}" if language == "en" else f"{first}–{last}"
    label = d.measure.label[language]
    if not d.clear:
        return words("sentences", "unclear", label=label, years=years)
    way = 1.0 if d.middle > 0.0 else -1.0
    ends = sorted((way * d.low, way * d.high))
    return words(
        "sentences", "clear", label=label, years=years,
        change=words.sized(d.measure.change[d.verdict][language], abs(d.middle)),
        low=words.number(ends[0]), high=words.number(ends[1]),
    )  # fmt: skip


def body(found: list[Difference]) -> dict[str, Any]:
    """``changes``, ``top`` and ``badges`` of the ranked differences from the reference."""
    clear = [d for d in found if d.clear]
    badges: dict[str, int] = {}
    for d in clear:
        badges[d.measure.theme] = badges.get(d.measure.theme, 0) + 1
    return {
        "changes": [row(d) for d in found],
        "top": [d.measure.name for d in clear[:TOP]],
        "badges": badges,
    }


def rounded(value: float) -> float | None:
    """Four significant digits; None where it is not defined."""
    if not np.isfinite(value):
        return None
    return float(f"{value:.4g}")


def series(values: FloatArray) -> list[float | int | None]:
    """A series of numbers with four significant digits, whole ones without a point."""
    found: list[float | int | None] = []
    for value in np.asarray(values, dtype=np.float64).tolist():
        number = rounded(value)
        found.append(int(number) if number is not None and number.is_integer() else number)
    return found
