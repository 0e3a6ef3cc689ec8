"""The economy of commitments: who is served, what an hour costs with a contract and without."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.agents.units import HOURS, USD
from kingmaker.experiments.measured.registry import STATISTICS, Statistic, measure, span, statistic
from kingmaker.experiments.measured.trace import TracedEconomy

LAUNCH = (11, 13)  # December 2022 to February 2023: the first months of the H100 at clouds
BOOM = (12, 23)  # the months of 2023

STATISTICS.update({
    "fill_unreserved": measure("fill_unreserved"),
    "leading_lab_unmet_share": measure("leading_lab_unmet_share"),
    "reserved_part": measure("reserved_part"),
})  # fmt: skip


@statistic("fill_unreserved_worst")
def worst_fill(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """The worst month of the unreserved in a period."""
    return np.asarray(span(model.measures.array("fill_unreserved"), first, last).min(axis=0))


def _over_list(name: str) -> Statistic:
    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        price, listed = (span(model.measures.array(key), first, last) for key in (name, "rent_list_usd_per_hour"))
        return np.asarray((price / listed).mean(axis=0))

    return of


STATISTICS["block_over_list"] = _over_list("rent_block_usd_per_hour")


@statistic("anchored_price_over_list")
def anchored_price(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """What the first lab of the data pays for an hour, over the big clouds' list."""
    bill, used = (span(model.trace.of(name), first, last)[..., 0] for name in ("lab_bill", "lab_compute"))
    listed = span(model.measures.array("rent_list_usd_per_hour"), first, last).mean(axis=0)
    hours = np.maximum(used.sum(axis=0), 1.0) * (HOURS * USD)
    return np.asarray(bill.sum(axis=0) / hours / listed)


@statistic("market_peak_over_launch")
def peak_over_launch(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """The dearest month of a period by the month at new clouds, over the price when the H100 came."""
    price = model.measures.array("rent_market_usd_per_hour")
    return np.asarray(span(price, first, last).max(axis=0) / span(price, *LAUNCH).mean(axis=0))


@statistic("market_over_peak")
def market_over_peak(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """The price of a period by the month at new clouds, over its dearest month in 2023."""
    price = model.measures.array("rent_market_usd_per_hour")
    return np.asarray(span(price, first, last).mean(axis=0) / span(price, *BOOM).max(axis=0))
