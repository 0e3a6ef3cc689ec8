"""Pro-rata rationing, Wright's law, Bass diffusion, cross-holdings, the present value of a contract."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.enterprise import Enterprise
from kingmaker.agents.types import NONE, FloatArray
from kingmaker.environment.capital import capital_market
from kingmaker.environment.chips import chip_market
from kingmaker.environment.compute import compute_market
from kingmaker.environment.knowledge import effective_compute
from kingmaker.experiments.studies.docking.limit import Limit, firms, largest, parameters

_RNG_SEED = 1


def pro_rata() -> float:
    """Equal standing: everybody gets the same share of what it wants, of chips and of compute."""
    rng = np.random.default_rng(_RNG_SEED)
    wants = rng.lognormal(0.0, 2.0, (50, 12))
    worst = 0.0
    for cover in (0.05, 0.5, 0.95):
        capacity = cover * wants.sum(axis=-1, keepdims=True)
        got = chip_market.ration(wants, capacity, np.full_like(wants, 0.7))
        worst = max(worst, largest(got, cover * wants))
        _, fill = compute_market.fill_rates(np.zeros_like(wants), wants, 1.0, cover * wants)
        worst = max(worst, largest(fill, cover))
    return worst


def wright() -> float:
    """Cost over many doublings of output."""
    exponents = np.array([[0.05], [0.32], [0.5]])
    made = 1000.0 * np.power(2.0, np.arange(20.0))[np.newaxis, :]
    cost = effective_compute.learning(made, np.full((3, 1), 1000.0), exponents)
    fall = np.exp(np.diff(np.log(cost), axis=-1))
    return largest(fall, np.power(2.0, -exponents) * np.ones_like(fall))


def bass(steps_a_month: int = 30) -> float:
    """A ready sector with useful models adopts along Bass's curve, step by step."""
    worst = 0.0
    for innovation, imitation in ((0.004, 0.25), (0.001, 0.035)):
        p = parameters(
            demand__innovation_firms=innovation / steps_a_month, demand__imitation_firms=imitation / steps_a_month
        )
        sector = firms(Enterprise, 1, readiness=1.0, adoption=0.0)
        one = np.ones((1, 1))
        path = []
        for _ in range(120 * steps_a_month):
            grown = sector.view().adopt(p, one, one)
            sector.table.data["adoption"][...] = grown
            path.append(float(grown[0, 0]))
        months = np.arange(1.0, 121.0)
        found = np.array(path)[steps_a_month - 1 :: steps_a_month]
        worst = max(worst, float(np.max(np.abs(found - _bass(innovation, imitation, months)))))
    return worst


def _bass(innovation: float, imitation: float, months: FloatArray) -> FloatArray:
    fading = np.exp(-(innovation + imitation) * months)
    return np.asarray((1.0 - fading) / (1.0 + imitation / innovation * fading))


def cross_holdings() -> float:
    """Stakes and revenue shares of random sizes, against the inverse of the whole matrix of holdings."""
    rng = np.random.default_rng(_RNG_SEED)
    holders, labs = 4, 30
    primitive, business = rng.lognormal(5.0, 1.0, (1, labs)), rng.lognormal(9.0, 1.0, (1, holders))
    ties = [(rng.uniform(0.0, 0.4, (1, labs)), rng.integers(NONE, holders, (1, labs)).astype(np.int32))
            for _ in range(3)]  # fmt: skip
    stakes, royalties = ties[:2], ties[2:]
    values, equity = capital_market.equity_values(primitive, business, stakes, royalties)
    held, owns = np.zeros((holders + labs, holders + labs)), np.eye(holders + labs)
    for lab in range(labs):
        for share, holder in stakes:
            if holder[0, lab] != NONE:
                held[holder[0, lab], holders + lab] += share[0, lab]
        for share, holder in royalties:
            if holder[0, lab] != NONE:
                owns[holder[0, lab], holders + lab] += share[0, lab]
                owns[holders + lab, holders + lab] -= share[0, lab]
    whole = np.linalg.solve(np.eye(holders + labs) - held, owns @ np.concatenate([business[0], primitive[0]]))
    return largest(np.concatenate([values[0], equity[0]]), whole)


def present_value() -> float:
    """A growing contract against the sum of its discounted days."""
    worst = 0.0
    for growth in (0.0, 0.008, 0.05):
        months, discount = 48.0, 0.1 / 12.0
        day = (np.arange(48 * 400) + 0.5) / 400.0
        whole = float(np.sum(np.exp((growth - discount) * day)) / 400.0)
        given = (np.array([[v]]) for v in (1.0, growth, 1.0, months, discount))
        worst = max(worst, largest(capital_market.contract_worth(*given), whole))
    return worst


LIMITS = (
    Limit(
        "Pro-rata rationing (Moulin 2000)", "`chip_market.ration`, `compute_market.fill_rates`",
        "everybody gets the share K / Σd of what it wants", pro_rata, 1e-9, "rounding",
        "Chips are rationed by standing (`chips.kingmaker` 0 is pro rata), compute to partners first.",
    ),
    Limit(
        "Learning curve (Wright 1936)", "`technology.learning`", "each doubling of output lowers cost by 2^(−b)",
        wright, 1e-9, "rounding",
        "Within a generation of chips only; from one to the next, costs are data.",
    ),
    Limit(
        "Diffusion (Bass 1969)", "`enterprise.adopt`",
        "F(t) = (1 − e^(−(p+q)t)) / (1 + (q/p) e^(−(p+q)t))", bass, 0.005,
        "thirty steps a month instead of infinitely many (absolute deviation of the share)",
        "The model steps by months, which delays take-off by about half a month; its ceiling moves with what models "
        "can do and how ready a sector is.",
    ),
    Limit(
        "Cross-holdings (Elliott, Golub & Jackson 2014)", "`capital_market.equity_values`", "V = (I − C)⁻¹ D p",
        cross_holdings, 1e-9, "rounding",
        "Labs hold no shares of clouds, so the inverse is I + C; the values hold no cost of failure: failures are "
        "events of the model.",
    ),
    Limit(
        "Present value of a contract (Campbell & Shiller 1988)", "`capital_market.contract_worth`",
        "∫ m r e^((g − d)t) dt over the horizon", present_value, 1e-6, "the sum over days",
    ),
)  # fmt: skip
