"""The economy of commitments in its limits: spot clearing, take-or-pay, debt capacity, renegotiation."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.cloud import NEW, Cloud
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import FloatArray
from kingmaker.agents.units import HOURS, USD, YEAR
from kingmaker.environment.compute import compute_market, lease_market
from kingmaker.experiments.studies.docking.limit import Limit, firms, largest, parameters


def spot_clearing() -> float:
    """Sellers quote month by month until nobody moves; wants give way to price with one elasticity, supply is fixed.

    The market clears where D p^-e = S: p = (D / S)^(1 / e), from above and from below.
    """
    worst = 0.0
    for elasticity, wants in ((0.85, 3.0), (0.85, 0.4), (1.5, 2.0)):
        p = parameters(contracts__spot_elasticity=elasticity)
        for start in (0.2, 9.0):
            cloud = firms(Cloud, 1, type=NEW, rents_out=True, list_price=50.0, spot=start).view()
            for _ in range(400):
                cloud.scarcity = np.log(wants * np.power(cloud.spot, -elasticity))
                cloud.spot = cloud.quotes_spot(p, np.full((1, 1), 1e-3))
            worst = max(worst, largest(cloud.spot, np.full((1, 1), wants ** (1.0 / elasticity))))
    return worst


def take_or_pay() -> float:
    """A tenant's use is uniform between nothing and all; the bill of the month is averaged over it.

    Take-or-pay is a forward on the part d that is due and a call on the rest: E max(u, d) = d + (1 - d)^2 / 2.
    """
    use = ((np.arange(200_000) + 0.5) / 200_000)[np.newaxis, :]
    worst = 0.0
    for due in (0.0, 0.3, 0.9, 1.0):
        bill = compute_market.take_or_pay(use, np.full((1, 1), due), np.ones_like(use), np.full((1, 1), 2.0))
        per_hour = float(bill.mean()) / (2.0 * HOURS * USD)
        worst = max(worst, abs(per_hour / (due + 0.5 * (1.0 - due) ** 2) - 1.0))
    return worst


def debt_capacity() -> float:
    """A cloud builds a unit for a contract at the charge of its capital and owes all of it, at the same interest.

    What the contract pays services the debt to the last month, with what the unit is worth then left to repay: debt
    capacity is the present value of what is signed (Modigliani & Miller 1958).
    """
    worst = 0.0
    for capital, interest, term, residual in ((30.0, 0.11, 48.0, 0.2), (20.0, 0.05, 24.0, 0.5), (45.0, 0.2, 60.0, 0.0)):
        one: FloatArray = np.ones((1, 1))
        charge = lease_market.capital_charge(capital * one, interest * one, term * one, residual * one)
        debt = capital
        for _ in range(int(term)):
            debt = debt * (1.0 + interest / YEAR) - float(charge[0, 0])
        worst = max(worst, abs(debt - residual * capital) / capital)
    return worst


def renegotiation() -> float:
    """A lab that cannot pay for all that it holds is held to what it can.

    The creditor takes all that there is and no more (Hart & Moore 1998): what falls due afterwards is the lab's money.
    """
    worst = 0.0
    for cash, price, due in ((10.0, 2.0, 0.9), (250.0, 1.1, 0.5), (3.0, 6.0, 1.0)):
        p, one = parameters(), np.ones((1, 1))
        lab = firms(Startup, 1, cash=cash, weight=1.0).view()
        held = lab.can_bind(p, price * one, due * one)
        owed = p.contracts.cover * compute_market.take_or_pay(np.zeros((1, 1)), due * one, held, price * one)
        worst = max(worst, largest(owed, cash * one))
    return worst


LIMITS = (
    Limit(
        "Spot clearing (Marshall 1890)", "`cloud.quotes_spot`", "p = (D / S)^(1/ε)", spot_clearing, 1e-9,
        "quotes until nobody moves, from above and from below",
        "In the model sellers keep room for what may come (they clear `clouds.target_utilisation` of what is free), "
        "quotes move by a bounded step a month, and lie between running cost and the list.",
    ),
    Limit(
        "Take-or-pay as a forward and a call (Black 1976)", "`compute_market.take_or_pay`",
        "E max(u, d) = d + (1 − d)² / 2 for uniform use", take_or_pay, 1e-6, "a mean over 200 000 uses",
        "Part of what is idle may be sub-let by the month (`contracts.sublet`), which the option leaves out.",
    ),
    Limit(
        "Debt capacity of a contract (Modigliani & Miller 1958)", "`lease_market.capital_charge`",
        "debt left at the end of the term = residual value", debt_capacity, 1e-9, "debt serviced month by month",
        "Lenders advance less than that: `clouds.advance_strong` or `clouds.advance_weak` of what is still to be paid, "
        "as tenants may fail.",
    ),
    Limit(
        "Renegotiation to what can be paid (Hart & Moore 1998)", "`lessee.can_bind`, `commitments.settle_arrears`",
        "due over the months looked at = money", renegotiation, 1e-12, "one lab without sales",
        "Only where the price by the month is below the contract's; above it the lessor cuts off and lets to others.",
    ),
)  # fmt: skip
