"""What is noted of contracts in each month: a new cloud's tenants and backlog, leases as they are signed and served."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kingmaker.agents.arithmetic import ratio
from kingmaker.agents.lease import RUNS
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import FloatArray, IntArray
from kingmaker.environment.compute.compute_market import spending
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.ties.lease_book import LeaseBook


@dataclass
class LeaseMemory:
    """The leases of the month before, by which one sees whose first capacity has come: fields of the book."""

    since: FloatArray | None = None
    delivery: FloatArray | None = None

    def started(self, book: LeaseBook) -> FloatArray:
        """1 for each lease of the book under which capacity is delivered for the first time."""
        runs = book.delivery == RUNS
        before = np.zeros_like(runs)
        if self.since is not None and self.delivery is not None:
            known = min(self.since.shape[1], runs.shape[1])
            same = self.since[:, :known] == book.since[:, :known]
            before[:, :known] = same & (self.delivery[:, :known] == RUNS)
        self.since, self.delivery = book.since, book.delivery
        return np.where(runs & ~before, 1.0, 0.0)


def note_contracts(e: Economy, new: int, lab: int, memory: LeaseMemory) -> dict[str, FloatArray]:
    """Notes of a month, each (worlds,).

    Args:
        e: the economy.
        new: the slot of the new cloud.
        lab: the slot of the lab.
        memory: leases as they were.
    """
    data, startups = e.clouds.table.data, e.startups.view()
    book, usual = LeaseBook(e), e.now.compute.rent_market[:, np.newaxis]
    fresh, started = np.where(book.since == e.month, book.reserved, 0.0), memory.started(book) * book.reserved
    serving = e.startups.act(Startup.serves, e.p, usual)
    return {
        "new_cloud_capex": data["capex"][:, new].copy(),
        "new_cloud_backlog": data["backlog"][:, new] + data["backlog_labs"][:, new],
        "new_cloud_largest": _largest_tenant(startups, book, new),
        "signed_musd": (spending(fresh, book.price) * book.term).sum(axis=-1),
        "signed_ahead_musd": np.where(fresh > 0.0, book.ahead, 0.0).sum(axis=-1),
        "started_h100e": started.sum(axis=-1),
        "started_waits": (started * (e.month - book.since)).sum(axis=-1),
        "lab_serving": np.minimum(serving, startups.used)[:, lab],
        "lab_rent": startups.rent_paid[:, lab].copy(),
        "lab_spending": (startups.rent_paid + startups.staff + startups.shared)[:, lab],
    }


def _largest_tenant(startups: Startup, book: LeaseBook, new: int) -> FloatArray:
    """Part of what is reserved at the cloud, and runs, that its largest tenant has, 0-1, (worlds,)."""
    clouds = book.by_lessee(np.where((book.lessor == new) & (book.delivery == RUNS), book.reserved, 0.0))
    labs = np.sum([_at(row.lessor, new) * row.reserved for row in startups.contracts_in_use], axis=0)
    tenants = np.concatenate([clouds, labs], axis=1)
    return ratio(tenants.max(axis=-1), tenants.sum(axis=-1))


def _at(lessor: IntArray, new: int) -> FloatArray:
    return np.where(lessor == new, 1.0, 0.0)
