"""A user's policy instruments take their turns in the month."""

from __future__ import annotations

from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.phases import phase


@phase("procedures.fix_policy")
def fix(e: Economy) -> None:
    """Instruments change the policy in force."""
    e.extensions.fix(e)


@phase("renting.post_prices")
def price(e: Economy) -> None:
    """Instruments act on posted prices."""
    e.extensions.price(e)


@phase("settlement.pay_costs")
def settle(e: Economy) -> None:
    """Instruments pay and are paid."""
    e.extensions.settle(e)
