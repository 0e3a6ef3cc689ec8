"""What the model says where a fact speaks: for each observed series, a number a world over the fact's period.

Months count from January 2022; a period's first and last month both belong to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from agents.types import EU, US, FloatArray
from experiments.validation.ties import TIES
from experiments.validation.trace import Trace, TracedEconomy

if TYPE_CHECKING:
    from environment.tables import Tables

Statistic = Callable[[TracedEconomy, int, int], FloatArray]
BIG_FOUR = ("microsoft", "amazon", "google", "meta")
STATISTICS: dict[str, Statistic] = {}


def statistic(*names: str) -> Callable[[Statistic], Statistic]:
    """Register a statistic under the names of the series that it answers."""

    def register(function: Statistic) -> Statistic:
        STATISTICS.update(dict.fromkeys(names, function))
        return function

    return register


def _span(values: FloatArray, first: int, last: int) -> FloatArray:
    return values[max(first, 0) : last + 1]


def _measure(name: str, *, total: bool = False, factor: float = 1.0) -> Statistic:
    """A measure's mean over the period, or its sum."""

    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        values = _span(model.measures.array(name), first, last)
        return np.asarray(factor * (values.sum(axis=0) if total else values.mean(axis=0)))

    return of


STATISTICS |= {
    "leader_revenue_musd": _measure("leader_revenue_musd", total=True),
    "leader_revenue_fiscal_year_musd": _measure("leader_revenue_musd", total=True),
    "lead_time_weeks": _measure("lead_time_weeks"),
    "leader_chips_delivered": _measure("leader_chips_delivered", total=True),
    "capex_bigfour_musd": _measure("capex_musd", total=True),
    "rent_list_usd_per_hour": _measure("rent_list_usd_per_hour"),
    "rent_market_usd_per_hour": _measure("rent_market_usd_per_hour"),
    "venture_ai_musd": _measure("funding_musd", total=True),
    "hhi_cloud_all": _measure("hhi_cloud_all", factor=1e4),
    "cloud_switching_per_year": _measure("switching_rate", factor=12.0),
    **{
        f"capex_{firm}_musd": _measure(f"capex_{firm}_musd", total=True)
        for firm in ("microsoft", "amazon", "google", "meta", "oracle")
    },
}


@statistic("leader_gross_margin")
def gross_margin(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Share of the leader's revenue left after the cost of the units."""
    revenue = _span(model.trace.of("revenue")[..., 0], first, last).sum(axis=0)
    return np.asarray(1.0 - _span(model.trace.of("costs")[..., 0], first, last).sum(axis=0) / revenue)


@statistic("packaging_wafers_per_month")
def packaging(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Packaging capacity of all, wafers a month: the leader's over its share of six tenths (facts 2g-001, 2g-002)."""
    return np.asarray(_span(model.trace.of("wafers")[..., 0], first, last).mean(axis=0) / 0.6)


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
    return np.asarray(_span(price, first, last).mean(axis=0))


@statistic("chip_unit_cost_kusd")
def h100_cost(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Cost of an H100, k$."""
    product = model.trace.products.index("h100")
    return np.asarray(_span(model.trace.of("unit_cost")[..., product], first, last).mean(axis=0))


@statistic("chips_delivered_h100")
def h100_units(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """H100 and H200 delivered, units."""
    product = model.trace.products.index("h100")
    return np.asarray(_span(model.trace.of("delivered")[..., product], first, last).sum(axis=0))


def _units_bought(trace: Trace, tables: Tables, buyer: str, first: int, last: int) -> FloatArray:
    """The leader's chips that a buyer got, units, (worlds,)."""
    leader = tables.chipmakers[0].id
    products = [index for index, name in enumerate(trace.products) if name.startswith(f"{leader}_export")] + [
        trace.products.index(row.id) for row in tables.chips if row.maker == leader and row.id in trace.products
    ]
    bought = _span(trace.of("bought")[:, :, trace.buyers.index(buyer)], first, last)
    return np.asarray(bought[..., products].sum(axis=(0, -1)))


@statistic("ratio_microsoft_meta_chips")
def microsoft_over_meta(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Leader's chips bought by Microsoft over those bought by Meta."""
    trace, tables = model.trace, model.tables
    return _units_bought(trace, tables, "microsoft", first, last) / _units_bought(trace, tables, "meta", first, last)


@statistic("ratio_amazon_google_chips")
def amazon_over_google(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Leader's chips bought by Amazon over those bought by Google."""
    trace, tables = model.trace, model.tables
    return _units_bought(trace, tables, "amazon", first, last) / _units_bought(trace, tables, "google", first, last)


def _compute_sold(model: TracedEconomy, first: int, last: int) -> tuple[FloatArray, FloatArray]:
    """Compute delivered by product, (worlds, products), and by all of them, (worlds,), H100e."""
    trace = model.trace
    compute = _span(trace.of("delivered") * trace.of("compute_of"), first, last).sum(axis=0)
    return compute, compute.sum(axis=-1)


@statistic("tpu_share_of_compute_sold")
def tpu_share(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Google's own chips' share of compute delivered."""
    compute, total = _compute_sold(model, first, last)
    own = model.economy.chips.catalogue.own_blocks[model.trace.buyers.index("google")]
    return np.asarray(compute[:, own].sum(axis=-1) / total)


@statistic("leader_share_of_compute_sold")
def leader_share(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """The leader's share of compute delivered."""
    compute, total = _compute_sold(model, first, last)
    return np.asarray(compute[:, model.economy.chips.catalogue.blocks[0]].sum(axis=-1) / total)


def _compute_owned(*owners: str) -> Statistic:
    """The leader's compute that owners have got since January 2022, H100e, at the end of the period."""

    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        leader = model.economy.chips.catalogue.blocks[0]
        buyers = [model.trace.buyers.index(owner) for owner in owners]
        bought = model.trace.of("bought")[: last + 1, :, buyers, leader]
        return np.asarray((bought.sum(axis=2) * model.trace.of("compute_of")[: last + 1, :, leader]).sum(axis=(0, 2)))

    return of


def _lab_compute(lab: str) -> Statistic:
    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        return np.asarray(
            _span(model.trace.of("lab_compute")[..., model.trace.labs.index(lab)], first, last).mean(axis=0)
        )

    return of


def _cloud_income(owner: str) -> Statistic:
    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        return _cloud_total(model, first, last)[:, model.trace.buyers.index(owner)]

    return of


@statistic("cloud_revenue_musd")
def cloud_revenue(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Revenue of all clouds, ordinary and AI."""
    return np.asarray(_cloud_total(model, first, last).sum(axis=-1))


def _own_units(owner: str) -> Statistic:
    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        block = model.economy.chips.catalogue.own_blocks[model.trace.buyers.index(owner)]
        return np.asarray(_span(model.trace.of("delivered")[..., block], first, last).sum(axis=(0, -1)))

    return of


def _ai_spend(owner: str) -> Statistic:
    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        spent = model.trace.of("ai_capex")[..., model.trace.buyers.index(owner)]
        return np.asarray(_span(spent, first, last).sum(axis=0))

    return of


@statistic("leader_share_of_ai_spend")
def leader_share_of_spend(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Accelerators bought (without networking) over AI spending, the big four together."""
    four = [model.trace.buyers.index(owner) for owner in BIG_FOUR]
    accelerators = [row.share for row in model.tables.networking if row.month <= last][-1]
    chips = accelerators * _span(model.trace.of("chip_bill")[..., four], first, last).sum(axis=(0, -1))
    return np.asarray(chips / _span(model.trace.of("ai_capex")[..., four], first, last).sum(axis=(0, -1)))


def _cloud_total(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Revenue of each cloud over a period, ordinary and AI, (worlds, clouds)."""
    return np.asarray(_span(model.trace.of("cloud"), first, last).sum(axis=0))


@statistic("cloud_growth_per_year")
def cloud_growth(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Revenue of all clouds over that of the same months a year before, less one."""
    now, before = (_cloud_total(model, a, b).sum(axis=-1) for a, b in ((first, last), (first - 12, last - 12)))
    return np.asarray(now / before - 1.0)


def _cloud_share(*owners: str) -> Statistic:
    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        total = _cloud_total(model, first, last)
        chosen = [model.trace.buyers.index(owner) for owner in owners]
        return np.asarray(total[:, chosen].sum(axis=-1) / total.sum(axis=-1))

    return of


@statistic("hhi_cloud_change")
def hhi_change(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Concentration of all cloud against the last quarter of 2022, relative."""
    series = model.measures.array("hhi_cloud_all")
    before = series[9:12].mean(axis=0)
    return np.asarray(_span(series, first, last).mean(axis=0) / before - 1.0)


@statistic("capex_bigfour_growth_2025")
def capex_growth(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Capital spending of the big four over that of the year before, less one."""
    series = model.measures.array("capex_musd")
    return np.asarray(_span(series, first, last).sum(axis=0) / _span(series, first - 12, last - 12).sum(axis=0) - 1.0)


def _run_rate(lab: str) -> Statistic:
    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        return np.asarray(
            12.0 * _span(model.trace.of("lab_revenue")[..., model.trace.labs.index(lab)], first, last).mean(axis=0)
        )

    return of


@statistic("openai_compute_over_revenue")
def compute_over_revenue(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """OpenAI's compute bill over its revenue."""
    lab = model.trace.labs.index("openai")
    bill = _span(model.trace.of("lab_bill")[..., lab], first, last).sum(axis=0)
    return np.asarray(bill / np.maximum(_span(model.trace.of("lab_revenue")[..., lab], first, last).sum(axis=0), 1e-9))


@statistic("openai_compute_h100e")
def openai_compute(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Compute that OpenAI uses, H100e."""
    return np.asarray(_span(model.trace.of("lab_compute")[..., model.trace.labs.index("openai")], first, last).mean(0))


@statistic("venture_genai_us_musd")
def american_labs_raise(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Equity raised by the American labs of the data (they stand for generative AI), M$."""
    labs = [slot for slot, row in enumerate(model.tables.startups) if row.region == "US"]
    raised = model.trace.of("lab_funding")[..., labs]
    step = np.maximum(np.diff(raised, axis=0, prepend=raised[:1]), 0.0)
    return np.asarray(_span(step, first, last).sum(axis=(0, -1)))


def _adoption(region: int) -> Statistic:
    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        size = model.trace.of("output") * (model.trace.of("sector_region") == region)
        users = (size * model.trace.of("adoption")).sum(axis=-1) / size.sum(axis=-1)
        return np.asarray(_span(users, first, last).mean(axis=0))

    return of


@statistic("frontier_training_growth_per_year")
def training_growth(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Yearly factor of the largest training run from GPT-3 (May 2020, 10^23.497 FLOP, fact 7e-001) to ``last``."""
    years = (last + 20) / 12.0
    return np.asarray(np.power(10.0, (model.trace.of("largest_run")[last] - 23.497) / years))


@statistic("frontier_cost_growth_per_year")
def cost_growth(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Yearly factor of what the largest run costs at the market rent, from ``first`` to ``last``."""
    rent = model.measures.array("rent_market_usd_per_hour")
    cost = model.trace.of("largest_run") + np.log10(rent)
    return np.asarray(np.power(10.0, (cost[last] - cost[first]) / ((last - first) / 12.0)))


@statistic("efficiency_doubling_months")
def doubling(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Months in which the efficiency of algorithms doubles, as given."""
    return np.asarray(model.parameters.technology.efficiency_doubling[:, 0])


@statistic("sold_to_running_months")
def waiting(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Chips delivered and not yet running over those delivered in a month."""
    idle = _span(model.trace.of("awaiting"), first, last).mean(axis=0)
    return np.asarray(idle / _span(model.trace.of("delivered").sum(axis=-1), first, last).mean(axis=0))


STATISTICS |= {
    "inhouse_units_maia": _own_units("microsoft"),
    "inhouse_units_mtia": _own_units("meta"),
    "inhouse_units_trainium": _own_units("amazon"),
    "inhouse_units_tpu": _own_units("google"),
    **{f"ai_spend_{owner}_musd": _ai_spend(owner) for owner in BIG_FOUR},
    **{f"cloud_share_{owner}": _cloud_share(owner) for owner in ("amazon", "microsoft", "google")},
    "cloud_share_top3": _cloud_share("amazon", "microsoft", "google"),
    "openai_run_rate_musd": _run_rate("openai"),
    "anthropic_run_rate_musd": _run_rate("anthropic"),
    "openai_compute_h100e": _lab_compute("openai"),
    "coreweave_revenue_musd": _cloud_income("coreweave"),
    **{
        f"nvidia_compute_owned_{owner}_h100e": _compute_owned(owner)
        for owner in ("microsoft", "meta", "amazon", "google", "oracle")
    },
    "nvidia_compute_owned_china_h100e": _compute_owned("bytedance", "tencent", "alibaba", "other_china"),
    "adoption_eu": _adoption(EU),
    "adoption_us": _adoption(US),
    **TIES,
}


@statistic("microsoft_hopper_units")
def microsoft_units(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Leader's chips that Microsoft got, units."""
    return _units_bought(model.trace, model.tables, "microsoft", first, last)


@statistic("china_hopper_units")
def chinese_units(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Leader's chips that ByteDance and Tencent got, units."""
    trace, tables = model.trace, model.tables
    return _units_bought(trace, tables, "bytedance", first, last) + _units_bought(trace, tables, "tencent", first, last)


@statistic("google_cloud_revenue_musd")
def google_cloud(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Google's cloud revenue, ordinary and AI, M$."""
    return _cloud_total(model, first, last)[:, model.trace.buyers.index("google")]


@statistic("deepseek_compute_h100e")
def deepseek_compute(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Compute that DeepSeek uses, H100e."""
    return np.asarray(
        _span(model.trace.of("lab_compute")[..., model.trace.labs.index("deepseek")], first, last).mean(0)
    )


@statistic("ai_spend_bigfour_musd")
def spend_of_four(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """AI spending of the big four, M$."""
    four = [model.trace.buyers.index(owner) for owner in BIG_FOUR]
    return np.asarray(_span(model.trace.of("ai_capex")[..., four], first, last).sum(axis=(0, -1)))
