"""Clouds: capital spending, what of it goes into AI, revenue, shares and rents."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.environment.core.measures import BIG_FOUR, CAPEX_FIRMS
from kingmaker.experiments.measured.registry import (
    STATISTICS,
    Statistic,
    columns,
    measure,
    span,
    statistic,
    total,
)
from kingmaker.experiments.measured.trace import TracedEconomy


def _revenue(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Revenue of each cloud over a period, ordinary and AI, (worlds, clouds)."""
    return total(model, "cloud", first, last)


def _income(owner: str) -> Statistic:
    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        return _revenue(model, first, last)[:, model.trace.buyers.index(owner)]

    return of


@statistic("cloud_revenue_musd")
def cloud_revenue(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Revenue of all clouds, ordinary and AI."""
    return np.asarray(_revenue(model, first, last).sum(axis=-1))


@statistic("cloud_growth_per_year")
def cloud_growth(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Revenue of all clouds over that of the same months a year before, less one."""
    now, before = (_revenue(model, a, b).sum(axis=-1) for a, b in ((first, last), (first - 12, last - 12)))
    return np.asarray(now / before - 1.0)


def _cloud_share(*owners: str) -> Statistic:
    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        revenue = _revenue(model, first, last)
        return np.asarray(revenue[:, columns(model, *owners)].sum(axis=-1) / revenue.sum(axis=-1))

    return of


@statistic("hhi_cloud_change")
def hhi_change(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Concentration of all cloud against the last quarter of 2022, relative."""
    series = model.measures.array("hhi_cloud_all")
    before = series[9:12].mean(axis=0)
    return np.asarray(span(series, first, last).mean(axis=0) / before - 1.0)


@statistic("capex_bigfour_growth_2025")
def capex_growth(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Capital spending of the big four over that of the year before, less one."""
    series = model.measures.array("capex_musd")
    return np.asarray(span(series, first, last).sum(axis=0) / span(series, first - 12, last - 12).sum(axis=0) - 1.0)


def _ai_spend(*owners: str) -> Statistic:
    """Chips, own chips and data centres, M$."""

    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        spent = total(model, "ai_capex", first, last)
        return np.asarray(spent[:, columns(model, *owners)].sum(axis=-1))

    return of


@statistic("leader_share_of_ai_spend")
def leader_share_of_spend(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """The leader's accelerators (without networking) over AI spending, the big four together."""
    chips = total(model, "leader_accelerators", first, last)[:, columns(model, *BIG_FOUR)].sum(axis=-1)
    return np.asarray(chips / _ai_spend(*BIG_FOUR)(model, first, last))


STATISTICS |= {
    "capex_bigfour_musd": measure("capex_musd", summed=True),
    **{f"capex_{firm}_musd": measure(f"capex_{firm}_musd", summed=True) for firm in CAPEX_FIRMS},
    **{f"ai_spend_{owner}_musd": _ai_spend(owner) for owner in BIG_FOUR},
    "ai_spend_bigfour_musd": _ai_spend(*BIG_FOUR),
    **{f"cloud_share_{owner}": _cloud_share(owner) for owner in ("amazon", "microsoft", "google")},
    "cloud_share_top3": _cloud_share("amazon", "microsoft", "google"),
    "google_cloud_revenue_musd": _income("google"),
    "coreweave_revenue_musd": _income("coreweave"),
    "hhi_cloud_all": measure("hhi_cloud_all", factor=1e4),
    "cloud_switching_per_year": measure("switching_rate", factor=12.0),
    "rent_list_usd_per_hour": measure("rent_list_usd_per_hour"),
    "rent_market_usd_per_hour": measure("rent_market_usd_per_hour"),
}
