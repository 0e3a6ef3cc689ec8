"""All leases that stand, side by side: one array a field, so that a month's work on them is done at once."""

from __future__ import annotations

from functools import reduce
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.lease import LeaseRow
from kingmaker.agents.types import FloatArray
from kingmaker.environment.core.lookups import at_host, by_host
from kingmaker.environment.ties.scene import Scene

A = TypeVar("A", bound=NDArray[Any])


class LeaseBook:
    """A copy of the rows in use, each field of shape (worlds, rows x clouds): row 0 of all lessees, then row 1, ...

    What a row nobody uses would add is zero, and comes last: sums have the same bits with it and without.

    Args:
        e: the economy.
    """

    def __init__(self, e: Scene) -> None:
        """Copy the rows."""
        self.rows: tuple[LeaseRow, ...] = e.clouds.view().leases
        self.clouds = e.clouds.slots
        shape = (len(e.clouds.table.alive), 0)

        def wide(name: str) -> FloatArray:
            parts = [getattr(row, name) for row in self.rows]
            return np.concatenate(parts, axis=1) if parts else np.zeros(shape)

        self.lessor = wide("lessor").astype(np.int32)
        self.reserved, self.price, self.due, self.ahead = (wide(x) for x in ("reserved", "price", "due", "ahead"))
        self.term, self.delivery, self.since = (wide(name) for name in ("term", "delivery", "since"))

    def at_lessor(self, values: FloatArray) -> FloatArray:
        """What the lessor of each lease has of ``values`` (worlds, clouds)."""
        return at_host(values, self.lessor)

    def at_lessee(self, values: FloatArray) -> FloatArray:
        """What the lessee of each lease has of ``values`` (worlds, clouds)."""
        return np.tile(values, (1, len(self.rows)))

    def by_lessor(self, amount: FloatArray) -> FloatArray:
        """Sums over each lessor's leases, (worlds, clouds)."""
        return by_host(amount, self.lessor, self.clouds)

    def by_lessee(self, amount: FloatArray) -> FloatArray:
        """Sums over each lessee's leases, (worlds, clouds)."""
        return reduce(np.add, self.split(amount), np.zeros((len(amount), self.clouds)))

    def split(self, amount: A) -> list[A]:
        """The amounts, or the mask, of each row, (worlds, clouds)."""
        return [cast(A, amount[:, k * self.clouds : (k + 1) * self.clouds]) for k in range(len(self.rows))]
