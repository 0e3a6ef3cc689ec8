"""What a cell of a data table holds, and what is allowed in it; and what every row ends with.

A month is a whole number counted from January 2022 = 0 (November 2021 is -2); in the files it is written YYYY-MM.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from kingmaker.agents.types import REGIONS

POWERS = ("competition", "interoperability", "export", "partnership_review", "industrial_policy", "advice")
TIE_KINDS = ("cloud_contract", "equity", "chip_supply", "open_weights", "distribution")
ACTORS = ("chipmakers", "clouds", "startups", "investors")
NODES = (*ACTORS, "regulators", "sectors")  # each row is a node of the network, which its name tells from the others


@dataclass(frozen=True, slots=True)
class Cell:
    """What a column holds and what is allowed in it.

    Attributes:
        unit: Unit of the value, empty for a name.
        low: Least value allowed.
        high: Greatest value allowed.
        choices: The only texts allowed; empty allows any.
        refers: Tables of which one must have a row with this id; empty for no reference.
        month: Whether the file writes a month (YYYY-MM) that is read as a whole number.
        blank: Whether an empty text is allowed (an optional number or month is typed ``| None`` instead).
    """

    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()
    month: bool = False
    blank: bool = False


Id = Annotated[str, Cell("id")]
Name = Annotated[str, Cell("name")]
Text = Annotated[str, Cell("text", blank=True)]
Region = Annotated[str, Cell("region", choices=REGIONS)]
Month = Annotated[int, Cell("months after January 2022", low=-600, high=600, month=True)]
MonthOrNone = Annotated[int | None, Cell("months after January 2022", low=-600, high=600, month=True)]
Flag = Annotated[bool, Cell("0 or 1")]
Share = Annotated[float, Cell("share", low=0, high=1)]
ShareOrNone = Annotated[float | None, Cell("share", low=0, high=1)]
Growth = Annotated[float, Cell("share a year", low=-1, high=10)]
Money = Annotated[float, Cell("M$", low=0)]
MoneyOrNone = Annotated[float | None, Cell("M$", low=0)]
MonthlyMoney = Annotated[float, Cell("M$ a month", low=0)]
KiloDollars = Annotated[float, Cell("k$ a chip", low=0)]
Capability = Annotated[float, Cell("log10 FLOP", low=15, high=32)]
Actor = Annotated[str, Cell("id", refers=ACTORS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedRow:
    """What every row of the project's own tables ends with: where it comes from and how far to trust it."""

    source: Annotated[str, Cell("ids of facts.csv, or a citation")]
    confidence: Annotated[str, Cell("trust", choices=("seed", "page", "memory", "derived", "assumed"))]
    note: Text
