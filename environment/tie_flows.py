"""What goes over the ties: payments and deliveries between pairs of firms, kept month by month as they are booked.

The ledger knows sectors; here stands who paid whom, from the same arrays. All of it is kept only where ties are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, FloatArray

SMALL = 5_000  # slots of start-ups up to which firms and rents are kept every month, not only each December
YEAR = 12

Arrays = dict[str, NDArray[Any]]


class TieFlows:
    """Monthly arrays by name, the world their first axis.

    Args:
        keep: whether anything is kept.
    """

    def __init__(self, keep: bool) -> None:
        """Nothing yet."""
        self.keep = keep
        self.by_month: dict[int, Arrays] = {}  # month (0 = January 2022; -1: what stood before) -> name -> array
        self.tenancy: Arrays = {}  # hosts of the last month in which rent was paid, and what was paid to them so far

    def record(self, month: int, **arrays: NDArray[Any]) -> None:
        """Keep arrays of a month; each has the world as its first axis."""
        if self.keep:
            self.by_month.setdefault(month, {}).update({name: np.array(array) for name, array in arrays.items()})

    def rent(self, month: int, startups: Startup, first: FloatArray, second: FloatArray) -> None:
        """Keep the rent of the month and the compute that it bought.

        Args:
            month: of the payment.
            startups: all of them, with hosts and compute of the month.
            first: M$ to the first host, cash and credit, (worlds, start-ups).
            second: to the second one.
        """
        if not self.keep:
            return
        host, second_host, ids = startups.host, startups.second, startups.ids
        total, second_total = first, second
        if self.tenancy:
            last = self.tenancy
            same = ids == last["ids"]
            total = first + _carried(host, last, same)
            second_total = second + _carried(second_host, last, same)
        self.tenancy = {
            "ids": np.array(ids), "host": np.array(host), "second": np.array(second_host),
            "total": total, "second_total": second_total,
        }  # fmt: skip
        large = host.shape[-1] > SMALL
        kept = np.float32 if large else np.float64
        if large and month % YEAR != 0:
            self._drop_rents(month - 1)
        used, at_second = startups.used, startups.used_second
        at_first = np.maximum(used - startups.own_used - at_second, 0.0)
        self.by_month.setdefault(month, {}).update({
            "host": self.tenancy["host"], "second": self.tenancy["second"], "rent": first.astype(kept),
            "second_rent": second.astype(kept), "rent_total": total.astype(kept),
            "second_rent_total": second_total.astype(kept), "at_host": at_first.astype(kept),
            "at_second": at_second.astype(kept), "used": used.astype(kept),
        })  # fmt: skip

    def _drop_rents(self, month: int) -> None:
        """Of many start-ups the rents of Decembers are kept, and those of the latest month."""
        for name in ("host", "second", "rent", "second_rent", "rent_total", "second_rent_total", "at_host", "at_second",
                     "used"):  # fmt: skip
            self.by_month.get(month, {}).pop(name, None)

    def latest(self, month: int, name: str) -> NDArray[Any] | None:
        """The latest array of this name up to ``month``."""
        for earlier in range(month, -2, -1):
            found = self.by_month.get(earlier, {}).get(name)
            if found is not None:
                return found
        return None

    def total(self, name: str, first: int, last: int, world: int) -> FloatArray:
        """Sum of a monthly array of one world over the months ``first`` to ``last``; zero where there are none."""
        kept = (self.by_month.get(month, {}) for month in range(max(first, 0), last + 1))
        months = [arrays[name][world] for arrays in kept if name in arrays]
        return np.asarray(np.sum(months, axis=0)) if months else np.zeros(())


def _carried(host: NDArray[Any], last: Arrays, same: NDArray[np.bool_]) -> FloatArray:
    """What has been paid so far to the host of now, which may have been the other one of the two."""
    here = same & (host != NONE)
    was_second = np.where(here & (host == last["second"]), last["second_total"], 0.0)
    return np.where(here & (host == last["host"]), last["total"], was_second)
