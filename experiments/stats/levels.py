"""How sure, and how wide: the level of intervals, the bands of runs, their quantiles, columns and words.

All that states an interval or a band takes it from here. A command's ``--level`` replaces :data:`LEVEL` (of the
intervals of means) or :data:`WIDE` (of the runs themselves, where no mean is stated). What a bar of acceptance is
defined by does not move with it: :data:`CRITERION`, :data:`COVERAGE`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kingmaker.agents.errors import WrongValueError, shown

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

LOWEST, HIGHEST = 0.5, 0.999  # below, an interval says little; above, a few runs say nothing of the tails
ALLOWED = f"a number from {LOWEST:g} to {HIGHEST:g}, such as 0.9"
ROUNDING = 1e-9  # of a share in per cent
TENTHS = {5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine"}
NO_BREAK = "\u00a0"
INTERVALS = MappingProxyType({"en": "{} % interval", "fr": "intervalle à {} %"})
ENDS = MappingProxyType({"en": "{} % to {} %", "fr": "{} % à {} %"})


@dataclass(frozen=True)
class Level:
    """The share of cases that an interval covers, or of runs that a band holds.

    Raises:
        WrongValueError: not between :data:`LOWEST` and :data:`HIGHEST`.
    """

    share: float

    def __post_init__(self) -> None:
        """Check it."""
        if not LOWEST <= self.share <= HIGHEST:
            raise WrongValueError(f"level is {shown(self.share)}; allowed is {ALLOWED}.")

    @property
    def alpha(self) -> float:
        """What is left: the level of a test, and of a family of tests."""
        return float(1 - self._exact)

    @property
    def per_cent(self) -> str:
        """Such as ``95`` or ``97.5``, without the sign."""
        return _plain(100 * self._exact)

    @property
    def plain(self) -> Level:
        """The level alone."""
        return Level(self.share)

    def method(self, over: str) -> str:
        """How the interval of a mean is made; ``over`` are seeds, pairs or points."""
        return f"Student's t over {over}"

    @property
    def stated(self) -> str:
        """What stands beside the interval."""
        return "mean"

    @property
    def among(self) -> str:
        """What it is taken over."""
        return "seeds"

    @property
    def each(self) -> str:
        """One of them."""
        return self.among.removesuffix("s")

    @property
    def words(self) -> str:
        """Such as ``95 % interval``."""
        return self.words_in("en")

    @property
    def tied(self) -> str:
        """The same for figures: no line ends before the sign."""
        return self.words.replace(" %", f"{NO_BREAK}%")

    def words_in(self, language: str) -> str:
        """Such as ``intervalle à 95 %``, numbers as the language writes them."""
        return INTERVALS[language].format(_as_written(self.per_cent, language))

    @property
    def _exact(self) -> Decimal:
        """As it was written, so that a half of what is left has no error of rounding."""
        return Decimal(repr(float(self.share)))


@dataclass(frozen=True)
class MemberLevel(Level):
    """The level of an interval over the members of a posterior: those in the middle, not an interval of a mean."""

    def method(self, over: str) -> str:
        """The quantiles; over members, whatever else was meant."""
        return "over luck and parameters"

    @property
    def stated(self) -> str:
        """What stands beside the interval."""
        return "median"

    @property
    def among(self) -> str:
        """What it is taken over."""
        return "members"


@dataclass(frozen=True)
class Band:
    """The runs in the middle: between which quantiles they lie."""

    level: Level

    @property
    def ends(self) -> tuple[float, float]:
        """The quantiles, such as 0.05 and 0.95."""
        low, high = self._exact
        return float(low), float(high)

    @property
    def columns(self) -> tuple[str, str]:
        """Names of the columns that hold them, such as ``low_90`` and ``high_90``."""
        share = self.level.per_cent.replace(".", "_")
        return f"low_{share}", f"high_{share}"

    @property
    def names(self) -> tuple[str, str]:
        """The quantiles as names, such as ``p05`` and ``p95``."""
        low, high = (_plain(each).removeprefix("0.").ljust(2, "0") for each in self._exact)
        return f"p{low}", f"p{high}"

    @property
    def words(self) -> str:
        """Such as ``middle 90 %``."""
        return f"middle {self.level.per_cent} %"

    @property
    def told(self) -> str:
        """The same in a sentence: ``middle half``, or ``middle 90 %``."""
        return "middle half" if self == HALF else self.words

    @property
    def in_ten(self) -> str:
        """Such as ``nine runs in ten``; in per cent where ten runs cannot show it."""
        number = 10 * Decimal(repr(float(self.level.share)))
        whole = number == number.to_integral_value()
        return f"{TENTHS[int(number)]} runs in ten" if whole else f"{self.level.per_cent} % of the runs"

    def ends_in(self, language: str = "en") -> str:
        """Such as ``5 % to 95 %``."""
        return ENDS[language].format(*(_as_written(text, language) for text in self._per_cent))

    def dashed_in(self, language: str = "en") -> str:
        """Such as ``10–90 %``."""
        return f"{'–'.join(_as_written(text, language) for text in self._per_cent)} %"

    @property
    def quantiles_told(self) -> str:
        """Such as ``5 % and 95 % quantiles``."""
        low, high = self._per_cent
        return f"{low} % and {high} % quantiles"

    @property
    def deviations(self) -> float:
        """Half its width where the runs are normal, in standard deviations."""
        from scipy.special import ndtri  # not before it is used: options are read before the libraries are loaded

        return float(ndtri(self.ends[1]))

    def of(self, values: FloatArray, axis: int = -1) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Lower end, median and upper end of values over one of their axes."""
        import numpy as np  # not before it is used: options are read before the libraries are loaded

        low, high = self.ends
        found = np.quantile(values, (low, 0.5, high), axis=axis)
        return found[0], found[1], found[2]

    @property
    def _exact(self) -> tuple[Decimal, Decimal]:
        outside = (1 - Decimal(repr(float(self.level.share)))) / 2
        return outside, 1 - outside

    @property
    def _per_cent(self) -> tuple[str, str]:
        low, high = self._exact
        return _plain(100 * low), _plain(100 * high)


LEVEL = Level(0.95)  # of the intervals of means, unless a level is asked
HALF = Band(Level(0.5))
WIDE = Band(Level(0.9))  # of the runs, unless a level is asked
INTERVAL_OVER: Mapping[str, Level] = MappingProxyType({"luck": LEVEL, "posterior": WIDE.level})  # unless one is asked
SIGN = (
    LEVEL  # of what probability a sign over a posterior must be for a claim, alone and all claims of a family together
)
SHOWN = WIDE.level  # in which share of the members a mechanism must hold to count as shown
SPREAD = Band(Level(0.8))  # between the tenth and the ninetieth of a hundred runs: the event study and the class page
# fixed by what they define, whatever level is asked
PATHS = WIDE  # the runs drawn beside the intervals of a comparison
COVERAGE = WIDE  # which targets the fitted ensemble covers, in the calibration and as the paper counts them
CRITERION = LEVEL  # of the widths by which a sample of a study counts as large enough (Sarrazin et al. 2016)


def read_level(value: object, where: str = "--level") -> Level:
    """A level as a user gives it, as a number or a text.

    Raises:
        WrongValueError: no number, or none that is allowed.
    """
    if isinstance(value, Level):
        return value
    number = _number(value)
    if not LOWEST <= number <= HIGHEST:
        share = _number(value.strip().removesuffix("%") if isinstance(value, str) else value) / 100.0
        hint = f" A level is a share of one: write {share:g}." if LOWEST <= share <= HIGHEST else ""
        raise WrongValueError(f"{where} is {shown(value)}; allowed is {ALLOWED}.{hint}")
    return Level(number)


def _number(value: object) -> float:
    """NaN if it is none."""
    if isinstance(value, bool) or not isinstance(value, str | Real | Decimal):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def level_record(level: Level, usual: Level = LEVEL) -> dict[str, Any]:
    """What a question says of its level: nothing where it is the usual one, which earlier results did not name."""
    return {} if level == usual else {"level": level.share}


def level_asked(level: Level, usual: Level = LEVEL) -> str:
    """The same in words, to be put behind those of a question."""
    return "" if level == usual else f", level {level.share:g}"


def level_told(level: Level, usual: Level = LEVEL) -> tuple[str, ...]:
    """The sentence that says on the terminal what numbers in brackets are; none where they are what they always are."""
    return () if level == usual else (f"All intervals are {level.words}s.",)


def bands_at(level: Level) -> tuple[Band, ...]:
    """The bands of an ensemble, the narrow one first: the middle half, and the level asked unless it is the same."""
    return tuple(dict.fromkeys((HALF, Band(level))))


def quantile_columns(bands: tuple[Band, ...]) -> Mapping[str, float]:
    """The columns of a table of bands, and the quantile that each holds."""
    return {"median": 0.5} | {name: end for band in bands for name, end in zip(band.columns, band.ends, strict=True)}


def _plain(number: Decimal) -> str:
    """Without exponent, and without zeros at its end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _as_written(text: str, language: str) -> str:
    return text.replace(".", ",") if language == "fr" else text


def whole_percent(share: float) -> int:
    """A share in per cent, rounded down: what holds in all cases but one does not hold in all."""
    return math.floor(100.0 * share + ROUNDING)
