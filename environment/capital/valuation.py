"""Values: what investors think that clouds are worth, and how stakes and revenue shares tie a host to its labs (C13).

A cloud's value is that of its own business plus what it holds in labs. The business follows the growth of the cloud's
trade, announcements, and the chance of the day; a cloud that lives by renting compute is drawn to what it earns.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import BELOW_ALL, SMALL, exp, power
from kingmaker.agents.cloud import HYPERSCALER
from kingmaker.agents.types import NONE, FloatArray
from kingmaker.agents.units import YEAR
from kingmaker.environment.capital import capital_market as market
from kingmaker.environment.capital import savers
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import best_by_host, by_host
from kingmaker.environment.core.phases import phase


def open_values(e: Economy) -> None:
    """The values of the data include the stakes of the day: the rest is the business."""
    clouds = e.clouds.view()
    held = stakes_held(e)
    clouds.holdings = np.minimum(held, e.p.capital.holdings_most * clouds.value)
    clouds.business = clouds.value - clouds.holdings


def move_values(e: Economy) -> None:
    """Own business: growth of the mature trade, the luck of the day, and earnings where compute is all there is."""
    p = e.p
    clouds = e.clouds.view()
    luck = e.draws("market value", "clouds").normal()
    sigma = p.capital.volatility
    grow = power(1.0 + clouds.outside_growth, 1.0 / YEAR) * exp(sigma * luck - sigma * sigma / 2.0)
    drifted = clouds.business * grow
    earned = YEAR * p.capital.earnings_multiple * (1.0 - p.clouds.operating_share) * clouds.ai_revenue
    # the equity of a leveraged firm is what its assets or earnings bear beyond its debt, and an option at least
    asset = np.maximum(earned, clouds.fixed) + clouds.cash
    worth = np.maximum(asset - clouds.debt, p.capital.option_value * asset)
    clouds.business = np.where(clouds.lives_by_renting, drifted + p.capital.earnings_pull * (worth - drifted), drifted)


@phase("turnover.enter")
def tie_values(e: Economy) -> None:
    """A cloud's value is its business and what it holds: V = (I - C)^-1 D p (Elliott, Golub & Jackson 2014)."""
    clouds = e.clouds.view()
    before = clouds.value.copy()
    clouds.holdings = stakes_held(e)
    clouds.value = np.where(clouds.alive, clouds.business + clouds.holdings, 0.0)
    p = e.p.capital
    e.comovement.see(
        clouds.value, before, *_invested(e), months=p.comovement_months, bound=p.comovement_bound
    )  # fmt: skip
    startups = e.startups.view()
    startups.value_known = startups.value
    savers.carry(e)


def _invested(e: Economy) -> tuple[FloatArray, FloatArray]:
    """Worth of the labs in which each cloud has put money, now and a month ago, each (worlds, clouds)."""
    startups = e.startups.view()
    hosts = e.clouds.slots
    now, last = np.zeros((e.worlds, hosts)), np.zeros((e.worlds, hosts))
    known = np.where(startups.value_known > 0.0, 1.0, 0.0)
    for vendor in [stake.owner for stake in startups.owners_held]:
        held = known * (vendor != NONE)
        if held.any():  # else nothing would be added
            now = now + by_host(held * startups.value, vendor, hosts)
            last = last + by_host(held * startups.value_known, vendor, hosts)
    return now, last


def stakes_held(e: Economy) -> FloatArray:
    """Worth of what each cloud holds in labs, (worlds, clouds)."""
    startups = e.startups.view()
    business = np.zeros_like(e.clouds.view().value)
    stakes = [(stake.share, stake.owner) for stake in startups.owners_held]
    royalty = np.where(startups.host != NONE, startups.royalty, 0.0)
    held, _ = market.equity_values(startups.value, business, stakes, [(royalty, startups.host)])
    return held


def observe_values(e: Economy) -> dict[str, FloatArray]:
    """Measures of values, announcements, ties of fate and defaults, each of shape (worlds,)."""
    clouds = e.clouds.view()
    startups = e.startups.view()
    landlord = clouds.alive & clouds.rents_out
    worth = np.where(landlord, clouds.value, 0.0).sum(axis=-1)
    best = best_by_host(startups.algorithms, startups.host, clouds.value.shape[-1], BELOW_ALL)
    rivals = landlord & clouds.develops & (best > BELOW_ALL)
    gap = np.where(rivals, clouds.algorithms - best, 0.0).sum(axis=-1) / np.maximum(rivals.sum(axis=-1), 1)
    most = np.where(landlord, clouds.sentiment, 0.0).max(axis=-1)
    least = np.where(landlord, clouds.sentiment, 1.0).min(axis=-1)
    return {
        "listed_value_musd": np.where(clouds.type == HYPERSCALER, clouds.value, 0.0).sum(axis=-1),
        "holdings_share": np.where(landlord, clouds.holdings, 0.0).sum(axis=-1) / np.maximum(worth, SMALL),
        "announced_musd": e.now.capital.announced_musd,
        "winner_return": np.maximum(e.now.capital.reaction.max(axis=-1), 0.0),
        "loser_return": np.maximum(-e.now.capital.reaction.min(axis=-1), 0.0),
        "fate_correlation": e.comovement.correlation(e.p.capital.comovement_least),
        "licence_musd": e.now.services.licence_musd,
        "revenue_share_musd": e.now.services.revenue_share_musd,
        "host_tenant_gap": gap,
        "belief_spread": np.maximum(most - least, 0.0),
        "clouds_failed": e.now.turnover.clouds_failed,
        "default_loss_musd": e.now.turnover.default_loss_musd,
    }
