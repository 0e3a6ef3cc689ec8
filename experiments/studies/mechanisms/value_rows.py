"""Rows C7, C12 and C13: know-how that hosts see, reactions of values, fates that are tied."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.studies.mechanisms.row import Mutant, Row, Statistic, lever

LISTED = ("microsoft", "amazon", "google")  # clouds that are a part of a far larger listed company


def _reaction(side: str) -> Statistic:
    """Mean reaction of the listed clouds on the side that wins or loses, over second hosts taken in the window."""

    def mean(model: ComputeEconomy, window: tuple[int, int]) -> FloatArray:
        slots = [k for k, row in enumerate(model.tables.clouds) if row.id in LISTED]
        found = model.economy.news.mean_return(side, model.worlds, window, ("second_host",), slots)
        return np.where(np.isfinite(found), found, 0.0)

    return mean


_DEAF = Mutant(
    "environment.capital.capital_market:announcement_return", lambda surprise, value, response: np.zeros_like(surprise),
    "investors do not react to announcements",
)  # fmt: skip
_UNTIED = Mutant(
    "environment.capital.valuation:stakes_held", lambda e: np.zeros_like(e.clouds.table.data["value"]),
    "a stake in a lab is no part of its holder's value",
)  # fmt: skip

ROWS: tuple[Row, ...] = (
    Row("C7", "hosts see their tenants' know-how: more spillover brings them closer to their best tenant, or ahead",
        "technology.tenant_lead", *lever("technology.tenant_spillover", 0.0, 0.2), "host_tenant_gap", (18, 42),
        +1, mutants=(Mutant(
            "environment.knowledge.technology:tenant_lead",
            lambda e: np.zeros_like(e.clouds.table.data["algorithms"]), "hosts see nothing of tenants",
        ),)),
    Row("C12", "the larger the contract, the more the winner's value rises", "announcements.announce",
        *lever("compute.second_share", 0.05, 0.5), "reaction of listed clouds that win a second contract", (12, 48), +1,
        both={"capital.news_least": 0.0}, of=_reaction("winner"), seeds=24, mutants=(_DEAF,)),
    Row("C12b", "the larger the contract, the more the value of the host that loses it falls",
        "announcements.announce", *lever("compute.second_share", 0.05, 0.5),
        "reaction of listed clouds whose tenant takes a second host", (12, 48), -1,
        both={"capital.news_least": 0.0}, of=_reaction("loser"), seeds=24, mutants=(_DEAF,)),
    Row("C13", "larger stakes tie a cloud's value to that of its tenants", "capital_market.equity_values",
        *lever("capital.stake_terms", 0.0, 3.0), "fate_correlation", (36, 72), +1,
        both={"clouds.wealth": 0.0, "clouds.stake_credit": 0.0, "capital.stake_share": 0.3}, seeds=20,
        mutants=(_UNTIED,)),
    # where cash flow bounds spending on AI, not plans: at the baseline even those who believe have money to spare
    Row("C13b", "clouds that count their stakes as wealth spend more on AI", "cloud.capex_limit",
        *lever("clouds.wealth", 0.0, 1.0), "ai_capex_musd", (24, 48), +1,
        both={"capital.stake_share": 0.2, "clouds.capex_share_boom": 0.05, "clouds.cash_share": 0.01},
        mutants=(_UNTIED,)),
)  # fmt: skip

OPEN: dict[str, str] = {}
