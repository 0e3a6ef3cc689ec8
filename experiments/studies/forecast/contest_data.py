"""What is forecast: the observed series of the window, and what of each was known at an origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.calendar import month_label, month_number
from kingmaker.agents.errors import KingmakerError, shown
from kingmaker.agents.units import YEAR
from kingmaker.environment.inputs.table_rows import SeriesRow
from kingmaker.environment.inputs.tables import read_tables
from kingmaker.experiments.measured import STATISTICS
from kingmaker.experiments.posterior.lines import DataLine, read_lines

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

ORIGINS = ("2022-12", "2023-06", "2023-12", "2024-06")
LAST = month_number("2024-12")
EARLIEST = "2022-06"  # two quarters are known
CLOSE = 0.05  # error of the latest facts: paths are to start where the world stood
BLOCKS = (  # beginnings of the names of series, and the block that they belong to
    ("leader_gross", "prices"), ("leader_", "hardware"), ("nvidia_", "hardware"), ("chips_", "hardware"),
    ("lead_time", "hardware"), ("packaging", "hardware"), ("inhouse", "hardware"), ("tpu", "hardware"),
    ("chip_price", "prices"), ("rent_", "prices"), ("capex", "clouds"), ("cloud", "clouds"), ("hhi", "clouds"),
    ("google_cloud", "clouds"), ("coreweave", "new clouds"), ("venture", "capital"), ("openai", "labs"),
    ("anthropic", "labs"), ("adoption", "adoption"),
)  # fmt: skip


@dataclass(frozen=True)
class ObservedSeries:
    """One series at one length of period, in the order of time."""

    name: str
    block: str
    lines: tuple[DataLine, ...]

    def known(self, origin: int) -> tuple[DataLine, ...]:
        """What describes the world up to and with month ``origin``."""
        return tuple(line for line in self.lines if line.last <= origin)

    def ahead(self, origin: int) -> tuple[DataLine, ...]:
        """What followed; a period that has begun by the origin is no forecast."""
        return tuple(line for line in self.lines if line.first > origin and line.last <= LAST)


def read_origins(given: Sequence[str] | None) -> tuple[str, ...]:
    """The origins asked for, in the order of time; the usual ones if none is.

    Raises:
        KingmakerError: no month, or one with nothing known before it or nothing observed after it.
    """
    if not given:
        return ORIGINS
    lowest, highest = month_number(EARLIEST), LAST - 1
    found = {}
    for text in given:
        try:
            month = month_number(text)
        except (KingmakerError, ValueError):
            month = -1
        if not lowest <= month <= highest:
            raise KingmakerError(
                f"--origin is {shown(text)}; allowed is a month from {EARLIEST} to {month_label(highest)}."
            )
        found[month] = month_label(month)
    return tuple(found[month] for month in sorted(found))


def times(lines: Sequence[DataLine]) -> FloatArray:
    """The middle of each period, in years."""
    return np.array([0.5 * (line.first + line.last) / YEAR for line in lines])


def observed_series() -> list[ObservedSeries]:
    """The series that are observed at least twice, at one length of period, and that the model has a statistic for."""
    found: dict[tuple[str, int], dict[tuple[int, int], DataLine]] = {}
    lines = [line for line in read_lines() if line.error_class != "spread" or line.scale != "linear"]
    facts = [_line(row) for row in read_tables().series if row.use != "input" and _block(row.series)]
    for line in (*lines, *(fact for fact in facts if fact is not None)):
        if line.last <= LAST and _block(line.series):
            group = found.setdefault((line.series, line.last - line.first), {})
            group.setdefault((line.first, line.last), line)
    return [
        ObservedSeries(name, _block(name), tuple(group[period] for period in sorted(group)))
        for (name, _), group in sorted(found.items())
        if len(group) > 1
    ]


def _block(series: str) -> str:
    return next((block for beginning, block in BLOCKS if series.startswith(beginning)), "")


def _line(row: SeriesRow) -> DataLine | None:
    """A fact of the data as a line with a small error; none where it has no logarithm or the model no statistic."""
    share = 0.0 < row.value < 1.0 and ("share" in row.unit or row.unit == "0-1")
    if row.series not in STATISTICS or row.value <= 0.0 or row.period_start < 0:
        return None
    scale = "logit" if share else "log"
    return DataLine(
        f"{row.series} {row.period_start}", row.series, row.period_start, row.period_end, row.value, scale, CLOSE,
        "spread", _block(row.series), row.series, "series", 0.0,
    )  # fmt: skip
