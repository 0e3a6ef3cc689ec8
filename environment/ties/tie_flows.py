"""What goes over the ties: payments and deliveries between pairs of firms, kept month by month as they are booked.

The ledger knows sectors; here stands who paid whom, from the same arrays. All of it is kept only where ties are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.calendar import opens_year
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, FloatArray

SMALL = 5_000  # slots of start-ups up to which firms and rents are kept every month, not only each December

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

    def rent(self, month: int, startups: Startup, paid: Sequence[FloatArray]) -> None:
        """Keep the rent of the month and the compute that it bought.

        Args:
            month: of the payment.
            startups: all of them, with hosts and compute of the month.
            paid: M$ to the host of each contract in use, cash and credit, each (worlds, start-ups).
        """
        if not self.keep:
            return
        ids, used = startups.ids, startups.used
        hosts = [np.array(row.lessor) for row in startups.contracts_in_use]
        same = ids == self.tenancy["ids"] if self.tenancy else np.zeros(ids.shape, dtype=np.bool_)
        totals = [rent + self._carried(host, same) for rent, host in zip(paid, hosts, strict=True)]
        self.tenancy = {"ids": np.array(ids)}
        self.tenancy |= {place("lessor", k): host for k, host in enumerate(hosts)}
        self.tenancy |= {place("total", k): total for k, total in enumerate(totals)}
        large = ids.shape[-1] > SMALL
        kept = np.float32 if large else np.float64
        if large and not opens_year(month):
            self._drop_rents(month - 1)
        elsewhere = [row.got for row in startups.contracts_in_use[1:]]
        at = [np.maximum(used - startups.own_used - startups.used_elsewhere, 0.0), *elsewhere]
        arrays: Arrays = {"used": used.astype(kept)}
        for k, (host, rent, total, got) in enumerate(zip(hosts, paid, totals, at, strict=True)):
            arrays |= {place("lessor", k): host, place("rent", k): rent.astype(kept),
                       place("total", k): total.astype(kept), place("at", k): got.astype(kept)}  # fmt: skip
        self.by_month.setdefault(month, {}).update(arrays)

    def _carried(self, host: NDArray[Any], same: NDArray[np.bool_]) -> FloatArray:
        """What has been paid so far to the host of now, in whatever row it was."""
        here = same & (host != NONE)
        found = np.zeros(host.shape)
        for k in reversed(rows_in(self.tenancy)):
            found = np.where(here & (host == self.tenancy[place("lessor", k)]), self.tenancy[place("total", k)], found)
        return found

    def _drop_rents(self, month: int) -> None:
        """Of many start-ups the rents of Decembers are kept, and those of the latest month."""
        kept = self.by_month.get(month, {})
        for name in [key for key in kept if key == "used" or key.split(" ")[0] in ("lessor", "rent", "total", "at")]:
            kept.pop(name)

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


def place(name: str, k: int) -> str:
    """What an array of the contracts in row ``k`` is called: lessor, rent, total (paid so far) or at (compute)."""
    return f"{name} {k}"


def rows_in(arrays: Mapping[str, Any]) -> range:
    """The rows of contracts of which there are arrays."""
    return range(sum(key.startswith("lessor ") for key in arrays))
