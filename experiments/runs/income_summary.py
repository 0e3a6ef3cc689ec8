"""Who pays for AI and who earns on it, in two sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kingmaker.agents.units import YEAR
from kingmaker.environment.record import income_lines as il
from kingmaker.environment.record.income_sector import (
    BY_BUSINESS,
    BY_FUNDS,
    BY_LENDERS,
    BY_OWNERS,
    BY_STATE,
    BY_USERS,
    RATIO,
    TO_BUILDERS,
    TO_CHIPMAKERS,
    TO_SUPPLIERS,
)
from kingmaker.experiments.results.income_table import amounts_of, full_years

if TYPE_CHECKING:
    import pandas as pd

PAYERS = {
    BY_BUSINESS: "clouds' other business gains by it",
    BY_OWNERS: "owners of clouds, from their other business, add",
    BY_FUNDS: "investors",
    BY_LENDERS: "lenders",
    BY_STATE: "the public sector",
}


def income_sentences(income: pd.DataFrame, months: int, column: str = "amount") -> list[str]:
    """Who pays how much in the last full year, and who earns it.

    Args:
        income: a statement by year, or its bands over runs.
        months: that were run.
        column: the amounts: ``amount``, or ``median`` of bands.
    """
    year = full_years(months)[-1]
    pays, earns, capital = (amounts_of(income, section, year, column) for section in (il.PAYS, il.EARNS, il.CAPITAL))
    if not pays:
        return []
    when = f"In {year}" + (f" ({months} months)" if months < YEAR else "")
    payers = [_pays(who, pays[line]) for line, who in PAYERS.items()]
    builders, supplies, profit = (earns.pop(line) for line in (TO_BUILDERS, TO_SUPPLIERS, TO_CHIPMAKERS))
    others, ratio = sum(earns.values()), capital[RATIO]
    beside = "" if math.isnan(ratio) else f"; AI capital spending is {ratio:.1f} times AI income"
    over = "" if column == "amount" else f" (medians of {income['n'].iloc[0]} runs)"
    return [
        f"{when} users pay {_gusd(pays[BY_USERS])} for AI; {', '.join(payers)}{over}.",
        f"Chipmakers keep {_gusd(profit)} of it as profit, their suppliers and staff get {_gusd(supplies)}, builders "
        f"of data centres and own chips {_gusd(builders)}, energy, staff, tax and others {_gusd(others)}{beside}.",
    ]


def _pays(who: str, musd: float) -> str:
    return f"{who} {_gusd(musd)}" if musd >= 0.0 else f"{who.removesuffix(' add')} take {_gusd(-musd)} out"


def _gusd(musd: float) -> str:
    """G$ with as many digits as matter."""
    billions = musd / 1000
    digits = 0 if abs(billions) >= 100 else 1 if abs(billions) >= 0.95 else 2
    return f"{billions:,.{digits}f} G$".replace("-", "\u2212")
