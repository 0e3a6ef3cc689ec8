"""The calendar of the model: month 0 is January 2022. No other module reckons with months and years."""

from __future__ import annotations

import re

from kingmaker.agents.errors import ScenarioError
from kingmaker.agents.units import FIRST_YEAR, YEAR


def month_of(year: int, month: int) -> int:
    """The number of a month of the calendar (1 to 12): ``month_of(2022, 8)`` is 7; months before 2022 are negative."""
    return (year - FIRST_YEAR) * YEAR + month - 1


def year_of(month: int) -> int:
    """The year in which a month lies: ``year_of(12)`` is 2023."""
    return FIRST_YEAR + month // YEAR


def month_in_year(month: int) -> int:
    """Which of its year a month is, from 0 for January."""
    return month % YEAR


def opens_year(month: int) -> bool:
    """Whether a month is a January."""
    return month % YEAR == 0


def years_in(months: int) -> range:
    """The years in which a run of so many months has months; the last may have fewer than twelve."""
    return range(FIRST_YEAR, FIRST_YEAR - (-months // YEAR))


def months_in(year: int, months: int) -> slice:
    """The months of a year that a run of so many months has."""
    first = month_of(year, 1)
    return slice(first, min(first + YEAR, months))


def month_label(month: int) -> str:
    """The calendar month of a month number: ``month_label(7)`` is ``"2022-08"``."""
    return f"{year_of(month)}-{month_in_year(month) + 1:02d}"


def month_number(label: str) -> int:
    """The number of a calendar month: ``month_number("2022-08")`` is 7.

    Raises:
        ScenarioError: if the label is no month, or lies before January 2022.
    """
    match = re.fullmatch(r"(\d{4})-(\d{2})", label, flags=re.ASCII)
    if match is None or not 1 <= int(match[2]) <= YEAR:
        raise ScenarioError(f"'{label}' is not a month; write it as year-month, for example '2024-03'.")
    if int(match[1]) < FIRST_YEAR:
        raise ScenarioError(f"'{label}' lies before the first month of the model, {FIRST_YEAR}-01.")
    return month_of(int(match[1]), int(match[2]))
