"""The record of announcements: who signed with whom, for how much, and how investors took it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.arithmetic import positive
from kingmaker.agents.calendar import month_label
from kingmaker.agents.population import Population
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray
from kingmaker.environment.ties.graph import firm_name

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("switch", "second_host", "second_host_ends", "exclusivity_lost")
COLUMNS = ("world", "month", "kind", "lab", "winner", "loser", "rent_musd", "value_musd", "winner_return",
           "loser_return")  # fmt: skip


@dataclass
class Batch:
    """Announcements of one kind in one month: parallel arrays."""

    month: int
    kind: str
    world: IntArray
    lab: Any  # ids
    winner: IntArray  # slots of clouds, or NONE
    loser: IntArray
    rent: FloatArray  # M$ a month
    value: FloatArray  # M$
    winner_return: FloatArray
    loser_return: FloatArray


class News:
    """All announcements of all worlds, in the order in which they were made."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.batches: list[Batch] = []

    def add(
        self,
        month: int,
        kind: str,
        where: BoolArray,
        labs: Any,
        winner: IntArray,
        loser: IntArray,
        rent: FloatArray,
        value: FloatArray,
        winner_return: FloatArray,
        loser_return: FloatArray,
    ) -> None:
        """Keep the announcements of the labs in ``where`` (worlds, n); all arrays are of that shape."""
        places = np.flatnonzero(where)
        if not len(places):
            return
        arrays = [
            np.broadcast_to(a, where.shape).ravel().take(places)
            for a in (labs, winner, loser, rent, value, winner_return, loser_return)
        ]
        self.batches.append(Batch(month, kind, (places // where.shape[1]).astype(np.int32), *arrays))

    def mean_return(
        self, side: str, worlds: int, window: tuple[int, int], kinds: tuple[str, ...], clouds: Sequence[int]
    ) -> FloatArray:
        """Mean return of the winners or the losers over the announcements of a window, shape (worlds,).

        Args:
            side: "winner" or "loser".
            worlds: the number of worlds.
            window: first and last month (excluded).
            kinds: of announcement.
            clouds: slots of the clouds whose returns count.

        Returns:
            A mean a world, NaN where nothing was announced.
        """
        total, count = np.zeros(worlds), np.zeros(worlds)
        for batch in self.batches:
            if window[0] <= batch.month < window[1] and batch.kind in kinds:
                there = np.isin(getattr(batch, side), clouds)
                np.add.at(total, batch.world[there], getattr(batch, f"{side}_return")[there])
                np.add.at(count, batch.world[there], 1.0)
        return np.where(count > 0.0, total / positive(count), np.nan)

    def to_frame(self, populations: Mapping[str, Population[Any]]) -> pd.DataFrame:
        """One row an announcement: world, month, kind, lab, winner, loser, rent, value, both returns."""
        import pandas as pd

        rows = [
            (int(b.world[k]), month_label(b.month), b.kind, firm_name(populations, "startups", int(b.lab[k])),
             *(_cloud(populations, int(slot[k])) for slot in (b.winner, b.loser)),
             float(b.rent[k]), float(b.value[k]), float(b.winner_return[k]), float(b.loser_return[k]))
            for b in self.batches
            for k in range(len(b.world))
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=list(COLUMNS))


def _cloud(populations: Mapping[str, Population[Any]], slot: int) -> str:
    """The name of the cloud in a slot; a cloud's slot is never given to another."""
    known = list(populations["clouds"].table.known.values())
    return "" if slot == NONE else known[slot]
