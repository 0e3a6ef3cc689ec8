"""Numbers of the paper in words."""

from __future__ import annotations

import math

from kingmaker.experiments.results.manifest import kingmaker_version
from kingmaker.experiments.stats.levels import whole_percent
from kingmaker.experiments.stats.multiple_tests import Interval
from kingmaker.experiments.terminal.phrases import apart


def number(value: float, sign: bool = False, digits: int = 3) -> str:
    """Digits that count, three if not said otherwise, without exponents for sizes that occur here."""
    if value == 0.0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    shown = f"{value:{'+' if sign else ''}.{min(places, 6)}f}"
    return shown.replace("-", "−") if float(shown) else "0"


def spread(found: Interval, sign: bool = True) -> str:
    """A mean with its interval."""
    return f"{number(found.mean, sign)} ({number(found.low, sign)} to {number(found.high, sign)})"


def change_text(level: float, found: Interval, unit: str) -> str:
    """How an outcome moves from its level; levels have as many digits as it takes to tell them apart."""
    a, b = apart(level, level + found.mean, lambda value, digits: number(value, digits=digits))
    difference = f"(difference {spread(found)})"
    if a == b:
        return f"is unchanged at the printed precision, {a} {unit} {difference}"
    return f"{'rises' if found.mean > 0.0 else 'falls'} from {a} to {b} {unit} {difference}"


def share_text(share: float) -> str:
    """A share in per cent, rounded down: none below a bound is printed as the bound, and 0 only where it is none."""
    if share == 0.0:
        return "0 %"
    return f"{max(1, whole_percent(share))} %"


def footnote(told: str, note: str) -> str:
    """Version, what is shown, and the note."""
    return "\n".join(filter(None, (f"Kingmaker {kingmaker_version()} · {told}", note)))
