"""Who pays whom: for each kind of payment, and of claim drawn, the populations of payer and payee.

The ledger refuses a payment between others. ``rest of the economy`` and ``public sector`` are the two sectors outside.
"""

from __future__ import annotations

from itertools import product

REST, PUBLIC = "rest of the economy", "public sector"
OUTSIDE = (REST, PUBLIC)  # the slots of the population "sectors"
_FIRMS = "chipmakers|clouds|startups|investors|enterprises"

PARTIES: dict[str, tuple[str, ...]] = {
    "services": ("enterprises → startups|clouds",),
    "licence": ("clouds → startups",),
    "revenue_share": ("startups → clouds",),
    "rent": ("startups|enterprises → clouds",),
    "sublet": ("clouds → startups",),
    "wholesale": ("clouds → clouds",),
    "lease": ("clouds → clouds",),
    "open_models": ("enterprises → clouds",),
    "prepayment": ("startups|clouds → clouds",),
    "egress": ("startups → clouds",),
    "parallel_egress": ("startups → clouds",),
    "public_compute": (f"{PUBLIC} → clouds",),
    "deposits": ("clouds|startups → chipmakers",),
    "chips": ("clouds|startups → chipmakers",),
    "refunds": ("chipmakers → clouds|startups",),
    "resale": ("clouds → clouds|startups",),
    "construction": (f"clouds|startups → {REST}",),
    "outside_capex": (f"clouds → {REST}",),
    "supply_prepaid": (f"chipmakers → {REST}",),
    "costs": (f"chipmakers|clouds|startups → {REST}",),
    "energy": (f"clouds|startups → {REST}",),
    "equity": ("investors|clouds → startups",),
    "credit": (f"{REST} → clouds",),
    "repayment": (f"clouds → {REST}",),
    "interest": (f"clouds → {REST}",),
    "commitments": (f"{REST} → investors|clouds", "chipmakers → investors"),
    "dividends": (f"chipmakers|clouds|investors → {REST}", "investors → chipmakers"),
    "outside_profit": (f"{REST} → clouds",),
    "own_benefit": (f"{REST} → clouds",),
    "cloud_revenue": (f"{REST} → clouds",),
    "acquisitions": ("clouds → investors|clouds",),
    "hire_aways": ("clouds → investors",),
    "trade_sales": (f"{REST} → investors|clouds",),
    "estate": ("startups → clouds|investors", f"clouds → {REST}"),
    "tax": (f"chipmakers|clouds → {PUBLIC}",),
    "duty": (f"chipmakers → {PUBLIC}",),
    "fines": (f"clouds → {PUBLIC}",),
    "subsidy": (f"{PUBLIC} → chipmakers|clouds",),
    "income": (f"{REST} → enterprises",),
    "intervention": (f"{REST} → {_FIRMS}|regulators", f"{_FIRMS}|regulators → {REST}"),
    # claims that are drawn, or written off by the creditor
    "chips_drawn": ("clouds|startups → chipmakers",),
    "forfeits": ("clouds|startups → chipmakers",),
    "supply_drawn": (f"chipmakers → {REST}",),
    "lapsed": ("startups|clouds → clouds",),
    "default": (f"{REST} → clouds",),
}

# what an instrument of a user's own may levy and grant besides (docs/how-to/add-a-policy-instrument.md)
INSTRUMENTS: dict[str, tuple[str, ...]] = {
    "tax": (f"{_FIRMS} → {PUBLIC}",),
    "fines": (f"{_FIRMS} → {PUBLIC}",),
    "subsidy": (f"{PUBLIC} → {_FIRMS}",),
}


def pairs(lines: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """The pairs (payer, payee) that lines such as ``startups|enterprises → clouds`` stand for."""
    sides = [[side.split("|") for side in line.split(" → ")] for line in lines]
    return frozenset(pair for payers, payees in sides for pair in product(payers, payees))


ALLOWED = {kind: pairs(lines + INSTRUMENTS.get(kind, ())) for kind, lines in PARTIES.items()}
