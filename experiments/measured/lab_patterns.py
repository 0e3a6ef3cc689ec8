"""Labs and users: sales, compute, money raised, training runs, adoption, and the ties between labs and clouds."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.types import EU, US, FloatArray
from kingmaker.environment.core.measures import BIG_FOUR
from kingmaker.experiments.measured.registry import (
    STATISTICS,
    Statistic,
    columns,
    measure,
    span,
    statistic,
    total,
)
from kingmaker.experiments.measured.tie_pattern import TIES
from kingmaker.experiments.measured.trace import TracedEconomy

GPT_3_FLOP = 3.14e23  # fact 7e-001
GPT_3_MUSD = 2.1  # fact 7e-001: the lower figure is the amortised one, as in fact 7e-003, the higher at cloud prices
FLOP_PER_HOUR = 3.8e25 / (16384 * 2142)  # of an H100 in a run that was published, fact 7e-010


def _mean_of(series: str, lab: str, factor: float = 1.0) -> Statistic:
    """A series of a lab, the mean over the period."""

    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        mine = model.trace.of(series)[..., model.trace.labs.index(lab)]
        return np.asarray(factor * span(mine, first, last).mean(axis=0))

    return of


def _sum_of(series: str, lab: str) -> Statistic:
    """A series of a lab, summed over the period."""

    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        return total(model, series, first, last)[:, model.trace.labs.index(lab)]

    return of


@statistic("openai_compute_over_revenue")
def compute_over_revenue(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """OpenAI's compute bill over its revenue."""
    lab = model.trace.labs.index("openai")
    bill, revenue = (total(model, name, first, last)[:, lab] for name in ("lab_bill", "lab_revenue"))
    return np.asarray(bill / np.maximum(revenue, 1e-9))


@statistic("venture_genai_us_musd")
def american_labs_raise(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Equity raised by the American labs of the data (they stand for generative AI), M$."""
    labs = [slot for slot, row in enumerate(model.tables.startups) if row.region == "US"]
    raised = model.trace.of("lab_funding")[..., labs]
    step = np.maximum(np.diff(raised, axis=0, prepend=raised[:1]), 0.0)
    return np.asarray(span(step, first, last).sum(axis=(0, -1)))


def _adoption(region: int) -> Statistic:
    def of(model: TracedEconomy, first: int, last: int) -> FloatArray:
        size = model.trace.of("output") * (model.trace.of("sector_region") == region)
        users = (size * model.trace.of("adoption")).sum(axis=-1) / size.sum(axis=-1)
        return np.asarray(span(users, first, last).mean(axis=0))

    return of


@statistic("frontier_training_growth_per_year")
def training_growth(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Yearly factor of the largest training run from GPT-3 to ``last`` (``first`` plays no part)."""
    return _a_year(np.power(10.0, model.trace.of("largest_run")[last]) / GPT_3_FLOP, last)


@statistic("frontier_cost_growth_per_year")
def cost_growth(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Yearly factor of the amortised cost (chips, data centre, running) of the largest run from GPT-3 to ``last``."""
    hour = model.trace.at("host_cost", last)[:, columns(model, *BIG_FOUR)].mean(axis=-1)  # $ per H100e-hour
    cost = 1e-6 * hour * np.power(10.0, model.trace.of("largest_run")[last]) / FLOP_PER_HOUR
    return _a_year(cost / GPT_3_MUSD, last)


def _a_year(ratio: FloatArray, last: int) -> FloatArray:
    """A ratio to GPT-3, of May 2020, as a factor a year."""
    return np.asarray(np.power(ratio, 12.0 / (last + 20)))


@statistic("efficiency_doubling_months")
def doubling(model: TracedEconomy, first: int, last: int) -> FloatArray:
    """Months in which the efficiency of algorithms doubles, as given."""
    return np.asarray(model.parameters.technology.efficiency_doubling[:, 0])


STATISTICS |= {
    "openai_run_rate_musd": _mean_of("lab_revenue", "openai", 12.0),
    "anthropic_run_rate_musd": _mean_of("lab_revenue", "anthropic", 12.0),
    "openai_revenue_musd": _sum_of("lab_revenue", "openai"),
    "openai_compute_spend_musd": _sum_of("lab_bill", "openai"),
    "anthropic_compute_spend_musd": _sum_of("lab_bill", "anthropic"),
    "anthropic_compute_h100e": _mean_of("lab_compute", "anthropic"),
    "openai_compute_h100e": _mean_of("lab_compute", "openai"),
    "deepseek_compute_h100e": _mean_of("lab_compute", "deepseek"),
    "venture_ai_musd": measure("funding_musd", summed=True),
    "adoption_eu": _adoption(EU),
    "adoption_us": _adoption(US),
    **TIES,
}
