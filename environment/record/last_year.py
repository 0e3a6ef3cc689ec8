"""Sums over the last twelve months, for measures that a month by itself would make too noisy."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.agents.units import YEAR


class TwelveMonths:
    """The amounts of the last twelve months, each (worlds,)."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._months: list[FloatArray] = []

    def add(self, amount: FloatArray) -> FloatArray:
        """Add this month's amount; the sum over twelve months."""
        self._months.append(amount)
        del self._months[:-YEAR]
        total = np.zeros_like(amount)
        for month in self._months:
            total = total + month
        return total


@dataclass
class LastYear:
    """What is summed.

    Attributes:
        circular: rent paid with the host's own money, M$.
        rent: paid by start-ups, M$.
        spent: raised money spent on compute, M$.
        raised: by start-ups, M$.
        in_mega_rounds: agreed in rounds of 100 M$ and more, M$.
        agreed: with start-ups in all, M$.
        by_clouds: stakes agreed with clouds, M$.
        in_labs: agreed with start-ups that make models, M$.
        surviving: logarithm of the share of start-ups that stay open in the month.
    """

    circular: TwelveMonths = field(default_factory=TwelveMonths)
    rent: TwelveMonths = field(default_factory=TwelveMonths)
    spent: TwelveMonths = field(default_factory=TwelveMonths)
    raised: TwelveMonths = field(default_factory=TwelveMonths)
    in_mega_rounds: TwelveMonths = field(default_factory=TwelveMonths)
    agreed: TwelveMonths = field(default_factory=TwelveMonths)
    by_clouds: TwelveMonths = field(default_factory=TwelveMonths)
    in_labs: TwelveMonths = field(default_factory=TwelveMonths)
    surviving: TwelveMonths = field(default_factory=TwelveMonths)
