"""Chips: the leader's sales, prices, units, who bought them and who made their own."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.environment.core.measures import CAPEX_FIRMS
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


@statistic("leader_gross_margin")
def gross_margin(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Share of the leader's revenue left after the cost of the units."""
    revenue, costs = (total(model, name, first, last)[..., 0] for name in ("revenue", "costs"))
    return np.asarray(1.0 - costs / revenue)


@statistic("packaging_wafers_per_month")
def packaging(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Packaging capacity of all, wafers a month: the leader's over its share of six tenths (facts 2g-001, 2g-002)."""
    return np.asarray(span(model.trace.of("wafers")[..., 0], first, last).mean(axis=0) / 0.6)


@statistic("leader_revenue_centre_month")
def revenue_centre(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Mean month of the growth of the leader's sales, quarters of a period weighted by the rise of their logarithm.

    A smooth companion of the month of take-off, which jumps from quarter to quarter.
    """
    revenue = span(model.measures.array("leader_revenue_musd"), first, last)
    quarters = np.log(np.maximum(revenue.reshape(-1, 3, revenue.shape[-1]).sum(axis=1), 1e-9))
    rise = np.maximum(np.diff(quarters, axis=0), 0.0)
    between = first + 2.5 + 3.0 * np.arange(len(rise))
    return np.asarray((rise * between[:, np.newaxis]).sum(axis=0) / np.maximum(rise.sum(axis=0), 1e-9))


@statistic("takeoff_month")
def takeoff_month(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Middle month of the fiscal quarter of 2022-24 in which the leader's revenue grows most."""
    return np.asarray(2.0 + 3.0 * (1.0 + np.argmax(_growth(model), axis=0)))


@statistic("takeoff_growth")
def takeoff_growth(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Revenue of that quarter over the one before."""
    return np.asarray(_growth(model).max(axis=0))


def _growth(model: TracedEconomy) -> FloatArray:
    revenue = model.measures.array("leader_revenue_musd")[1:37]
    quarters = revenue.reshape(12, 3, -1).sum(axis=1)
    return np.asarray(quarters[1:] / quarters[:-1])


@statistic("chip_price_kusd")
def h100_price(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """The leader's price of an H100, k$, before its age: list price times markup."""
    product = model.trace.products.index("h100")
    price = model.trace.of("list_price")[..., product] * model.trace.of("markup")[..., 0]
    return np.asarray(span(price, first, last).mean(axis=0))


@statistic("chip_unit_cost_kusd")
def h100_cost(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Cost of an H100, k$."""
    product = model.trace.products.index("h100")
    return np.asarray(span(model.trace.of("unit_cost")[..., product], first, last).mean(axis=0))


def _delivered(product: str) -> Statistic:
    """Units of a product delivered; those of the H100 stand for the H200 as well."""

    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        return total(model, "delivered", first, last)[..., model.trace.products.index(product)]

    return of


def _h100_bought(buyer: str) -> Statistic:
    """H100 and H200 that a buyer got, units."""

    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        bought = model.trace.of("bought")[:, :, columns(model, buyer), model.trace.products.index("h100")]
        return np.asarray(span(bought, first, last).sum(axis=(0, 2)))

    return of


def _units_bought(*buyers: str) -> Statistic:
    """The leader's chips that buyers got, units."""

    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        leader = model.economy.chips.catalogue.blocks[0]
        bought = model.trace.of("bought")[:, :, columns(model, *buyers), leader]
        return np.asarray(span(bought, first, last).sum(axis=(0, 2, 3)))

    return of


def _over(one: str, other: str) -> Statistic:
    """The leader's chips that one buyer got over those of another."""

    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        return _units_bought(one)(model, first, last) / _units_bought(other)(model, first, last)

    return of


def _compute_sold(model: TracedEconomy, first: int, last: int) -> tuple[FloatArray, FloatArray]:
    """Compute delivered by product, (worlds, products), and by all of them, (worlds,), H100e."""
    trace = model.trace
    compute = span(trace.of("delivered") * trace.of("compute_of"), first, last).sum(axis=0)
    return compute, compute.sum(axis=-1)


@statistic("tpu_share_of_compute_sold")
def tpu_share(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Google's own chips' share of compute delivered."""
    compute, whole = _compute_sold(model, first, last)
    own = model.economy.chips.catalogue.own_blocks[model.trace.buyers.index("google")]
    return np.asarray(compute[:, own].sum(axis=-1) / whole)


@statistic("leader_compute_delivered_h100e")
def leader_compute(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """The leader's compute delivered, H100e."""
    return np.asarray(_compute_sold(model, first, last)[0][:, model.economy.chips.catalogue.blocks[0]].sum(axis=-1))


@statistic("leader_share_of_compute_sold")
def leader_share(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """The leader's share of compute delivered."""
    compute, whole = _compute_sold(model, first, last)
    return np.asarray(compute[:, model.economy.chips.catalogue.blocks[0]].sum(axis=-1) / whole)


def _compute_owned(*owners: str) -> Statistic:
    """The leader's compute that owners have got since January 2022, H100e, at the end of the period."""

    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        leader = model.economy.chips.catalogue.blocks[0]
        bought = model.trace.of("bought")[: last + 1, :, columns(model, *owners), leader]
        return np.asarray((bought.sum(axis=2) * model.trace.of("compute_of")[: last + 1, :, leader]).sum(axis=(0, 2)))

    return of


def _own_units(owner: str) -> Statistic:
    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        block = model.economy.chips.catalogue.own_blocks[model.trace.buyers.index(owner)]
        return np.asarray(span(model.trace.of("delivered")[..., block], first, last).sum(axis=(0, -1)))

    return of


@statistic("sold_to_running_months")
def waiting(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Chips delivered and not yet running over those delivered in a month."""
    idle = span(model.trace.of("awaiting"), first, last).mean(axis=0)
    return np.asarray(idle / span(model.trace.of("delivered").sum(axis=-1), first, last).mean(axis=0))


STATISTICS |= {
    "leader_revenue_musd": measure("leader_revenue_musd", summed=True),
    "leader_revenue_fiscal_year_musd": measure("leader_revenue_musd", summed=True),
    "lead_time_weeks": measure("lead_time_weeks"),
    "leader_chips_delivered": measure("leader_chips_delivered", summed=True),
    "ratio_microsoft_meta_chips": _over("microsoft", "meta"),
    "ratio_amazon_google_chips": _over("amazon", "google"),
    "chips_delivered_a100": _delivered("a100"),
    "chips_delivered_h100": _delivered("h100"),
    **{f"{buyer}_h100_units": _h100_bought(buyer) for buyer in CAPEX_FIRMS},
    **{f"{buyer}_hopper_units": _units_bought(buyer) for buyer in ("meta", "amazon", "google")},
    "microsoft_hopper_units": _units_bought("microsoft"),
    "china_hopper_units": _units_bought("bytedance", "tencent"),
    "inhouse_units_maia": _own_units("microsoft"),
    "inhouse_units_mtia": _own_units("meta"),
    "inhouse_units_trainium": _own_units("amazon"),
    "inhouse_units_tpu": _own_units("google"),
    **{
        f"nvidia_compute_owned_{owner}_h100e": _compute_owned(owner)
        for owner in ("microsoft", "meta", "amazon", "google", "oracle")
    },
    "nvidia_compute_owned_china_h100e": _compute_owned("bytedance", "tencent", "alibaba", "other_china"),
}
