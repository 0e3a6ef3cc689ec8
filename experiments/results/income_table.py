"""The sector's income statement as files: columns of `income.csv`, and the statements of an ensemble in bands by year.

A line of the statement travels through the sweep machine as a monthly series with a name of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.calendar import months_in, year_of, years_in
from kingmaker.agents.cloud import TYPES
from kingmaker.agents.units import FIRST_YEAR, YEAR
from kingmaker.environment.record import income_lines as il
from kingmaker.environment.record.income import Line, by_year, order, statement, with_ratio
from kingmaker.environment.record.income_sector import DEFINITIONS, RATIO
from kingmaker.experiments.stats.bands import meanings, quantiles
from kingmaker.experiments.stats.levels import WIDE, Level

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

_MARK = "income/"
_OF_LINE = ("party", "type", "section", "line", "unit")
COLUMNS = {
    "year": ("year", "calendar year; amounts are sums over the months of it that were run"),
    "party": ("", "who pays and is paid; the AI sector is chipmakers, clouds and start-ups, consolidated"),
    "type": ("", f"of clouds: their type; '{il.ALL}' is the sum of the types. Else empty"),
    "section": ("", "; ".join(f"{name}: {meaning}" for name, meaning in il.SECTIONS.items())),
    "line": ("", "what is paid for; docs/reference/income.md says which payments of the ledger it holds"),
    "amount": ("M$ or ratio", "received, or negative: paid; in the sections who pays and who earns turned to positive"),
    "unit": ("", f"unit of the amount: M$, or ratio for {RATIO}"),
}


def band_columns(level: Level = WIDE.level) -> dict[str, tuple[str, str]]:
    """Unit and meaning of each column of :func:`bands_by_year`."""
    return {name: told for name, told in COLUMNS.items() if name != "amount"} | {
        name: (unit.replace("measure", "line"), meaning)
        for name, (unit, meaning) in meanings(level).items()
        if name not in ("measure", "unit", "year")
    }


def ensemble_lines() -> list[Line]:
    """The lines that are kept of each run of an ensemble: those of the sector and its parts; of types of clouds sums."""
    found = {Line(il.WHOLE, "", *key) for key in DEFINITIONS if key[1] != RATIO}
    for kind in il.BOOKINGS:
        for party, section, line in il.possible(kind):
            if party in il.SECTOR and line != il.CLOUD_REVENUE:
                found.add(Line(party, il.ALL if party == il.CLOUDS else "", section, line))
    sums = (il.RESULT, il.LEFT, il.CHANGE)
    found |= {Line(party, "", il.TOTAL, line) for party in (il.CHIPMAKERS, il.STARTUPS) for line in sums}
    found |= {Line(il.CLOUDS, kind, il.TOTAL, line) for kind in (il.ALL, *TYPES) for line in sums}
    return sorted(found, key=order)


def series_names() -> tuple[str, ...]:
    """Their names as series."""
    return tuple(_MARK + "/".join(line) for line in ensemble_lines())


def keep_entries(model: Any, names: Iterable[str]) -> None:
    """Have a stack keep its entries, if lines of the statement are asked of it; before its first month."""
    model.ledger.history = model.ledger.history or any(name.startswith(_MARK) for name in names)


def series_of(model: Any, names: Iterable[str]) -> dict[str, FloatArray]:
    """Measures and lines of a finished stack, each of shape (worlds, months)."""
    asked = tuple(names)
    lines = statement(model.ledger) if any(name.startswith(_MARK) for name in asked) else {}
    named = {_MARK + "/".join(line): amount for line, amount in lines.items()}
    zero = np.zeros((model.worlds, model.months))
    return {name: named.get(name, zero) if name.startswith(_MARK) else model.measures.array(name).T for name in asked}


def bands_by_year(
    values: FloatArray, level: Level = WIDE.level, weights: FloatArray | None = None
) -> pd.DataFrame:
    """Medians and bands over runs of the sums of each year; lines that are zero in all runs are left out.

    Args:
        values: of :func:`ensemble_lines`, M$ a month, shape (lines, months, runs).
        level: share of the runs in the wider band.
        weights: of the runs, if they do not weigh the same.
    """
    import pandas as pd

    months, runs = values.shape[1:]
    yearly = {line: by_year(values[k].T) for k, line in enumerate(ensemble_lines())}
    yearly = {line: amount for line, amount in yearly.items() if line.party == il.WHOLE or amount.any()}
    units = dict.fromkeys(yearly, "M$")
    with_ratio(yearly, units)
    frames = []
    for line in sorted(yearly, key=order):
        years = years_in(months)
        spans = [months_in(year, months) for year in years]
        within = [span.stop - span.start for span in spans]
        told = dict(zip(_OF_LINE, (*line, units[line]), strict=True))
        ends = {name: end + 0.0 for name, end in quantiles(yearly[line].T, level, weights).items()}  # no -0.0
        frames.append(pd.DataFrame({"year": years, **told, "months": within, "n": runs, **ends}))
    return pd.concat(frames, ignore_index=True).sort_values("year", kind="stable", ignore_index=True)


def amounts_of(table: pd.DataFrame, section: str, year: int, column: str = "amount") -> dict[str, float]:
    """Line -> amount of the consolidated sector in a year, out of a statement or (``column`` median) its bands."""
    chosen = table[(table["party"] == il.WHOLE) & (table["section"] == section) & (table["year"] == year)]
    return dict(zip(chosen["line"], chosen[column].astype(float), strict=True))


def full_years(months: int) -> Sequence[int]:
    """The years all of whose months were run; the first, if there is none."""
    return range(FIRST_YEAR, max(year_of(months), FIRST_YEAR + 1))
