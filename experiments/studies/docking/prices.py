"""Logit-Bertrand prices and Cournot quantities."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from kingmaker.agents.cloud import NEW, Cloud
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import FloatArray
from kingmaker.environment.compute import compute_market
from kingmaker.environment.services import service_market
from kingmaker.experiments.studies.docking.limit import Limit, firms, largest, parameters

_COSTS = np.array([[1.0, 1.0, 1.15, 1.3]])
_QUALITY = np.array([[0.0, -0.1, 0.05, 0.2]])


def _shares(price: FloatArray, a: float, outside: float) -> FloatArray:
    """Shares in units sold, by the model's own attraction, with an outside option."""
    one, none = np.ones_like(price), np.zeros_like(price)
    weights = service_market.attraction(
        _QUALITY, np.zeros((1, 1)), one, none, price, one, quality_weight=np.full((1, 1), 2.0),
        distribution_weight=np.ones((1, 1)), data_weight=np.ones((1, 1)), price_sensitivity=np.full((1, 1), a),
    )  # fmt: skip
    return service_market.shares(weights, np.full((1, 1), outside))[0]


def bertrand() -> float:
    """Suppliers set prices by ``sets_price`` without friction until none moves; each must then maximise its profit.

    The textbook's p = c + 1 / (alpha (1 - s)) holds at every price for the semi-elasticity alpha = a / p that demand in
    log price has there. It is found here by maximising (p - c) s(p) numerically, one supplier at a time.
    """
    worst = 0.0
    for a, outside in ((6.0, 0.5), (4.0, 0.05), (8.0, 2.0)):
        p = parameters(services__price_sensitivity=a)
        usual = a / (a - 1.0)  # prices are relative to that of a small firm of usual cost
        price = usual * _COSTS
        sellers = firms(Startup, _COSTS.shape[1])
        for _ in range(500):
            share = _shares(price, a, outside)
            wanted = usual * sellers.view().sets_price(p, _COSTS, share)
            price = price + 0.5 * (wanted - price)
        worst = max(worst, largest(price, _best_responses(price, a, outside)))
    return worst


def _best_responses(price: FloatArray, a: float, outside: float) -> FloatArray:
    best = price.copy()
    for k in range(price.shape[1]):

        def loss(x: float, k: int = k) -> float:
            trial = price.copy()
            trial[0, k] = x
            return -float((x - _COSTS[0, k]) * _shares(trial, a, outside)[0, k])

        bounds = (float(_COSTS[0, k]), 5.0 * float(_COSTS[0, k]))
        best[0, k] = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-10}).x
    return best


def cournot() -> float:
    """Clouds that live by renting add capacity by ``sees_chance`` while a further unit pays; old chips are retired.

    Demand is Q = p^-e. Cournot's quantities: p = sum(c) / (n - 1/e), market shares e (1 - c / p).
    """
    worst = 0.0
    for elasticity, costs in ((1.4, (1.0, 1.0)), (1.4, (1.0, 1.1, 1.25)), (2.0, (1.0, 1.05, 1.1, 1.2))):
        worst = max(worst, _cournot(elasticity, np.array([costs])))
    return worst


def _cournot(elasticity: float, cost: FloatArray) -> float:
    p = parameters(clouds__appetite=2.0, clouds__spot_threshold=0.5)
    retired, step = 0.004, 0.1  # of capacity a month; months
    n = cost.shape[1]
    clouds = firms(Cloud, n, type=NEW, rents_out=True, sentiment=1.0, relation=1.0).view()
    capacity = np.full((1, n), 0.05 / n)
    for _ in range(20_000):
        market = capacity.sum(axis=-1, keepdims=True)
        rent = np.power(market, -1.0 / elasticity)
        share = capacity / market
        margin = compute_market.marginal_margin(rent, cost, share, np.full((1, 1), elasticity))
        capacity = capacity + step * (clouds.sees_chance(p, market, margin) - retired * capacity)
    market = capacity.sum(axis=-1, keepdims=True)
    rent = np.power(market, -1.0 / elasticity)
    price = cost.sum() / (n - 1.0 / elasticity)
    total = price**-elasticity
    return max(largest(rent, price), largest(capacity, elasticity * (1.0 - cost / price) * total))


LIMITS = (
    Limit(
        "Bertrand competition under logit demand (Anderson, de Palma & Thisse 1992)",
        "`developer.sets_price`, `service_market.attraction`, `service_market.shares`",
        "p = c + 1 / (α (1 − s)), α = a / p the semi-elasticity of demand in log price", bertrand, 1e-5,
        "the numerical maximiser",
        "Shares are of units sold. The model hands out *spending* in these shares, as surveys report sales; under that "
        "reading demand is more elastic by one, so its markups are those of a somewhat less competitive market. They "
        "are also held where elasticity would fall below 1.25, and prices move by `services.price_speed` a month.",
    ),
    Limit(
        "Cournot quantities (Cournot 1838)", "`cloud.sees_chance`, `compute_market.marginal_margin`",
        "p = Σc / (n − 1/ε), sᵢ = ε (1 − cᵢ / p)", cournot, 0.01,
        "capacity is replaced only while its margin is positive: a wedge of retirement over appetite",
        "Only clouds that live by renting compute choose quantities so. The big clouds plan for what tenants and their "
        "own models want (satisficing) and set list prices; their market power shows in rigid prices, not quantities.",
    ),
)  # fmt: skip
