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


# Of arrays, (months, worlds), for whoever has the months of a run in another form than a traced economy.


def worst(values: FloatArray, first: int, last: int) -> FloatArray:
    """The lowest month of a period, (worlds,)."""
    return np.asarray(span(values, first, last).min(axis=0))


def over_list(price: FloatArray, listed: FloatArray, first: int, last: int) -> FloatArray:
    """A price over the list, the mean of a period, (worlds,)."""
    return np.asarray((span(price, first, last) / span(listed, first, last)).mean(axis=0))


def paid_over_list(bill: FloatArray, used: FloatArray, listed: FloatArray, first: int, last: int) -> FloatArray:
    """What an hour costs by ``bill`` (M$ a month) and compute ``used`` (H100e), over the list, (worlds,)."""
    hours = np.maximum(span(used, first, last).sum(axis=0), 1.0) * (HOURS * USD)
    return np.asarray(span(bill, first, last).sum(axis=0) / hours / span(listed, first, last).mean(axis=0))


def over_launch(price: FloatArray, first: int, last: int) -> FloatArray:
    """The dearest month of a period over the price when the H100 came, (worlds,)."""
    return np.asarray(span(price, first, last).max(axis=0) / span(price, *LAUNCH).mean(axis=0))


def over_boom(price: FloatArray, first: int, last: int) -> FloatArray:
    """The price of a period over its dearest month in 2023, (worlds,)."""
    return np.asarray(span(price, first, last).mean(axis=0) / span(price, *BOOM).max(axis=0))


@statistic("fill_unreserved_worst")
def worst_fill(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """The worst month of the unreserved in a period."""
    return worst(model.measures.array("fill_unreserved"), first, last)


def _over_list(name: str) -> Statistic:
    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        listed = model.measures.array("rent_list_usd_per_hour")
        return over_list(model.measures.array(name), listed, first, last)

    return of


STATISTICS["block_over_list"] = _over_list("rent_block_usd_per_hour")


@statistic("anchored_price_over_list")
def anchored_price(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """What the first lab of the data pays for an hour, over the big clouds' list."""
    bill, used = (model.trace.of(name)[..., 0] for name in ("lab_bill", "lab_compute"))
    return paid_over_list(bill, used, model.measures.array("rent_list_usd_per_hour"), first, last)


@statistic("market_peak_over_launch")
def peak_over_launch(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """The dearest month of a period by the month at new clouds, over the price when the H100 came."""
    return over_launch(model.measures.array("rent_market_usd_per_hour"), first, last)


@statistic("market_over_peak")
def market_over_peak(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """The price of a period by the month at new clouds, over its dearest month in 2023."""
    return over_boom(model.measures.array("rent_market_usd_per_hour"), first, last)
