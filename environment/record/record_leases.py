"""What is observed of leases between clouds, and of the clouds that live by them."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import ratio
from kingmaker.agents.types import FloatArray
from kingmaker.environment.core.economy import Economy


def observe_leases(e: Economy) -> dict[str, FloatArray]:
    """Measures of the month, each of shape (worlds,)."""
    clouds = e.clouds.view()
    reserved, months = clouds.leased, np.zeros_like(clouds.cash)
    for row in clouds.leases:
        months = months + row.reserved * row.length
    new = clouds.lives_by_renting & clouds.alive

    def of_new(amount: FloatArray) -> FloatArray:
        return np.asarray(np.where(new, amount, 0.0).sum(axis=-1))

    return {
        "leased_h100e": clouds.leased_in.sum(axis=-1),
        "backlog_musd": clouds.backlog.sum(axis=-1),
        "lease_term_months": ratio(months.sum(axis=-1), reserved.sum(axis=-1)),
        "new_cloud_committed_share": np.minimum(
            ratio(of_new(e.now.compute.lease_income), of_new(clouds.ai_revenue)), 1.0
        ),
        "new_cloud_debt_musd": of_new(clouds.debt),
        "new_cloud_compute_share": ratio(of_new(clouds.compute), clouds.compute.sum(axis=-1)),
    }
