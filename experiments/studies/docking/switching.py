"""Klemperer's two periods: bargains to win tenants, then rip-offs of those who are locked in."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import brentq

from kingmaker.agents.draws import Draws
from kingmaker.agents.offers import Offers
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import FloatArray, IntArray
from kingmaker.experiments.studies.docking.limit import Limit, firms, largest

_ALPHA, _COST, _PATIENCE = 2.0, 1.0, 0.9  # price sensitivity, cost of a host, weight of the second period
_TENANTS = 10_000
Demand = Callable[[float, float, float], float]  # stay probability from price here, price there, switching cost


class _Grid(Draws):
    """The luck of tenants spread evenly over all tastes, so that shares are probabilities.

    Who wins the race of two exponentials depends on their ratio alone, which is u / (1 - u) for a uniform u.
    """

    def __init__(self) -> None:
        u = (np.arange(_TENANTS) + 0.5)[np.newaxis, :] / _TENANTS
        self._tastes = (u / (1.0 - u), np.ones_like(u))

    def exponential(self, option: int | IntArray = 0) -> FloatArray:
        return np.choose(option, self._tastes)


@cache
def _tenants() -> tuple[Any, _Grid]:
    return firms(Startup, _TENANTS, host=0), _Grid()


def model_stays(here: float, there: float, switching: float) -> float:
    """Share of a host's tenants that choose it again, by the model's own ``choose_host``."""
    population, luck = _tenants()
    utility = np.tile(-_ALPHA * np.array([here, there])[np.newaxis, :, np.newaxis], (1, 1, 4))
    stay = np.full((1, _TENANTS), switching)
    best, _ = population.view().choose_host(Offers(utility), stay, luck)
    return float((best == 0).mean())


def logit_stays(here: float, there: float, switching: float) -> float:
    """The same in closed form."""
    return float(1.0 / (1.0 + np.exp(-_ALPHA * (there - here) - switching)))


def second_prices(stays: Demand, attached: float, switching: float) -> tuple[float, float]:
    """Equilibrium prices of the second period, when a share ``attached`` of all tenants is with the first host."""
    a, b = _COST + 2.0 / _ALPHA, _COST + 2.0 / _ALPHA
    for _ in range(15):
        new_a = _best_price(lambda x, b=b: _demand(stays, x, b, attached, switching))  # type: ignore[misc]
        new_b = _best_price(lambda x, a=a: _demand(stays, x, a, 1.0 - attached, switching))  # type: ignore[misc]
        moved = max(abs(new_a - a), abs(new_b - b))
        a, b = new_a, new_b
        if moved < 1e-3:
            break
    return a, b


def _demand(stays: Demand, own: float, other: float, attached: float, switching: float) -> float:
    """Tenants of a host: of its own those who stay, of the rival's those who leave."""
    return attached * stays(own, other, switching) + (1.0 - attached) * (1.0 - stays(other, own, switching))


def _best_price(demand: Callable[[float], float]) -> float:
    """The price at which marginal profit is nil: p = c - D / D'."""

    def marginal(price: float) -> float:
        h = 0.1
        return demand(price) + (price - _COST) * (demand(price + h) - demand(price - h)) / (2.0 * h)

    return float(brentq(marginal, _COST, _COST + 4.0, xtol=1e-4))


def first_price(stays: Demand, switching: float) -> float:
    """Price of the first period: what a tenant won will bring later is given away in advance.

    p1 = c + 2 / alpha - d pi2 / d m, where pi2 is the profit of the second period and m the share attached.
    """
    h = 0.1
    profits = []
    for attached in (0.5 + h, 0.5 - h):
        a, b = second_prices(stays, attached, switching)
        profits.append((a - _COST) * _demand(stays, a, b, attached, switching))
    return _COST + 2.0 / _ALPHA - _PATIENCE * (profits[0] - profits[1]) / (2.0 * h)


def klemperer() -> float:
    """Stay probabilities and both periods' prices, with the model's tenants and in closed form."""
    worst = 0.0
    for switching in (0.0, 1.0, 2.0):
        for here, there in ((1.0, 1.0), (1.5, 1.2), (2.0, 1.0)):
            worst = max(worst, largest(model_stays(here, there, switching), logit_stays(here, there, switching)))
        kept = logit_stays(1.0, 1.0, switching)
        closed = _COST + 0.5 / (_ALPHA * kept * (1.0 - kept))
        worst = max(worst, largest(second_prices(model_stays, 0.5, switching), closed))
    return max(worst, largest(first_price(model_stays, 1.0), first_price(logit_stays, 1.0)))


LIMITS = (
    Limit(
        "Two periods with switching costs (Klemperer 1987, 1995)", "`startup.choose_host`",
        "stay R = 1 / (1 + e^(−σ)); second period p₂ = c + 1 / (2αR(1 − R)), first p₁ = c + 2/α − δ dπ₂/dm",
        klemperer, 0.01, "tastes on a finite grid, slopes by differences",
        "Tenants are Klemperer's: hosts that maximise profit against them give bargains first (p₁ below the price "
        "without switching costs) and rip-offs later (p₂ above it). The model's hosts do not price so: they post one "
        "rent for all, by cost and utilisation, as the clouds' price lists do; lock-in shows in who stays, in egress "
        "fees and in the compute that comes with a stake. Whether rents rise with lock-in is left to emerge.",
    ),
)  # fmt: skip
