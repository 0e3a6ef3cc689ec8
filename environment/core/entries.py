"""What each party pays and receives, month by month: the entries of the ledger, clouds told apart by type.

The ledger notes here both sides of each payment as it books it, so that accounts made from these entries are the
ledger's own. Which line of a statement an entry belongs to is said in :mod:`kingmaker.environment.record.income_lines`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kingmaker.agents.cloud import TYPES
from kingmaker.agents.types import FloatArray, IntArray

_CODES = np.arange(len(TYPES))[:, np.newaxis]


class Entry(NamedTuple):
    """What one population pays to another, or receives from it."""

    party: str  # whose entry it is: a population
    other: str  # who is on the other side: a population
    kind: str  # of payment
    pays: bool  # whether it pays, or is paid
    drawn: bool  # a claim that was paid for before (or is lost): no money moves


# M$: of clouds (worlds, types), of the world outside (worlds, 2), of others (worlds, 1)
Entries = dict[Entry, FloatArray]


class EntryBook:
    """The entries of all months."""

    def __init__(self) -> None:
        """An empty book."""
        self.months: list[Entries] = []
        self._now: Entries = {}

    def note(self, entry: Entry, amount: FloatArray, whole: FloatArray, types: IntArray | None) -> None:
        """Add to this month's entries.

        Args:
            entry: which.
            amount: of each firm, (worlds, firms).
            whole: of all of them, (worlds,).
            types: of each firm, if they are clouds.
        """
        if types is not None:
            mine = np.where(types[:, np.newaxis, :] == _CODES, amount[:, np.newaxis, :], 0.0).sum(axis=-1)
        elif entry.party == "sectors":
            mine = amount
        else:
            mine = whole[:, np.newaxis]
        self._now[entry] = self._now[entry] + mine if entry in self._now else mine

    def close_month(self) -> None:
        """The month is over."""
        self.months.append(self._now)
        self._now = {}
