"""The reference page of the ledger: kinds of payments, and the two matrices of a stock-flow consistent model.

The form is that of Godley & Lavoie (2007): a balance-sheet matrix, whose columns sum to zero, and a transaction-flow
matrix, whose rows sum to zero and whose columns say how each sector's money changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.firm import ASSETS, LIABILITIES
from kingmaker.agents.types import FloatArray
from kingmaker.environment.core.ledger import KINDS
from kingmaker.environment.core.parties import OUTSIDE, PARTIES

if TYPE_CHECKING:
    from kingmaker.environment.model import ComputeEconomy

# bookings that move a claim and no money; what is drawn of rent paid ahead is booked as rent
DRAWN = {
    "chips_drawn": "the part of the price of chips that was paid at the order, when they are delivered",
    "forfeits": "deposits that a buyer loses when it cancels",
    "supply_drawn": "packaging and memory that a chipmaker had paid ahead, when chips are made",
    "lapsed": "compute paid ahead that is lost when the tenant or the host fails",
    "default": "a debt that will not be paid",
}
FIRST, LAST = 24, 36  # months completed before and after 2024
Matrix = dict[str, FloatArray]  # row -> amount of each sector, G$


def who(kind: str) -> str:
    """Payer and payee of a kind in words, such as "startups, enterprises → clouds"."""
    return "; ".join(PARTIES[kind]).replace("|", ", ")


def sectors(model: ComputeEconomy) -> list[str]:
    """The columns of both matrices."""
    return [*OUTSIDE, *(name for name in model.populations if name != "sectors")]


def balance_sheets(model: ComputeEconomy) -> Matrix:
    """What each sector has and, negative, owes and is worth, G$, in the first world; each column sums to zero."""
    outside = model.populations["sectors"].table.data
    rows: Matrix = {}
    for account in (*ASSETS, *LIABILITIES, "net_worth"):
        inside = [p.table.data[account][0].sum() for name, p in model.populations.items() if name != "sectors"]
        amounts = np.array([*outside[account][0, : len(OUTSIDE)], *inside]) * 1e-3
        rows[account] = amounts if account in ASSETS else -amounts
    return rows


def flows(model: ComputeEconomy, first: int, last: int) -> Matrix:
    """What each sector receives less what it pays, by kind, G$, in the first world; each row sums to zero."""
    place = {name: k for k, name in enumerate(sectors(model))}
    found: Matrix = {}
    for month in model.ledger.months[first:last]:
        for (kind, payer, payee), amount in month.items():
            row = found.setdefault(kind, np.zeros(len(place)))
            row[place[payer]] -= float(amount[0]) * 1e-3
            row[place[payee]] += float(amount[0]) * 1e-3
    return {kind: found[kind] for kind in (*KINDS, *DRAWN) if kind in found}


def year(first: int = FIRST, last: int = LAST) -> tuple[list[str], Matrix, Matrix]:
    """Sectors, flows and final balance sheets of a year of the baseline with seed 1.

    Below the flows stand their sum, the part of it that is claims drawn and not money, and the change of money.
    """
    from kingmaker.environment.model import ComputeEconomy

    model = ComputeEconomy("baseline", rng=1, months=last, register=False)
    for _ in range(first):
        model.step()
    before = balance_sheets(model)["cash"]
    model.run()
    after, moved = balance_sheets(model), flows(model, first, last)
    change, total = after["cash"] - before, np.sum(list(moved.values()), axis=0)
    return (
        sectors(model),
        moved | {"sum": total, "of it drawn": total - change, "change of cash": change},
        after,
    )


def cells(rows: Matrix) -> tuple[list[list[str]], list[str]]:
    """Name, amount of each sector and the whole, as they are shown; and the names of rows in which nothing shows."""
    shown, silent = [], []
    for name, amounts in rows.items():
        texts = [f"{amount:,.1f}" if abs(amount) >= 0.05 else "" for amount in (*amounts, amounts.sum())]
        if any(texts):
            shown.append([name, *texts])
        else:
            silent.append(name)
    return shown, silent
