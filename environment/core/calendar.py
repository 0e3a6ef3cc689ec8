"""The calendar of the model: month 0 is January 2022."""

from __future__ import annotations

import re

from kingmaker.agents.errors import ScenarioError
from kingmaker.agents.units import FIRST_YEAR, YEAR


def month_label(month: int) -> str:
    """The calendar month of a month number: ``month_label(7)`` is ``"2022-08"``."""
    return f"{FIRST_YEAR + month // YEAR}-{month % YEAR + 1:02d}"


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
    return (int(match[1]) - FIRST_YEAR) * YEAR + int(match[2]) - 1
