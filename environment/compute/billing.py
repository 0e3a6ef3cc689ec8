"""Bills for compute: what each contract costs this month, what is due whether used or not, how it is paid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kingmaker.agents.arithmetic import ROUNDING, TINY, positive, ratio
from kingmaker.agents.contract import ContractRow
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray
from kingmaker.agents.units import HOURS, USD
from kingmaker.environment.compute import compute_market as market
from kingmaker.environment.compute.rationing import Served
from kingmaker.environment.compute.tenancies import partner_price
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import Hosted, Listed, by_host, sum_in_order, sum_of
from kingmaker.environment.ties import reservations


@dataclass(frozen=True)
class ContractTerms:
    """One contract this month: the first of all labs, (worlds, n), a further one of the few who have it, (firms,)."""

    row: ContractRow
    lessor: Hosted  # nobody moves while compute is rented
    reserved: FloatArray  # compute that stands, H100e
    price: FloatArray  # of it, $ an hour
    spot: FloatArray  # price by the month at the same lessor, $ an hour
    due: FloatArray  # part of what is reserved that is paid, used or not
    ahead: FloatArray  # of what was paid ahead the part of this month, M$

    def is_with(self, cloud: IntArray) -> BoolArray:
        """Whose contract is with a ``cloud`` of its own, (worlds, n)."""
        return np.asarray(self.lessor.of(self.row.lessor) == self.lessor.of(cloud))


def terms_of(e: Economy, startups: Startup) -> list[ContractTerms]:
    """What each contract in use says this month; what was paid ahead is spread over what is left of the term."""
    clouds = e.clouds.view()
    found = []
    for row, price in zip(startups.contracts_in_use, e.now.compute.contract_prices, strict=True):
        lessor = (Listed if row.rank else Hosted)(row.lessor, e.clouds.slots)
        reserved, price, due, ahead, term = (lessor.of(x) for x in (row.reserved, price, row.due, row.ahead, row.term))
        spot = lessor.at(clouds.spot)
        month = np.minimum(ahead, ahead / np.maximum(term, 1.0))
        used = np.minimum(month, market.spending(reserved, price))
        spot = spot if row.rank else partner_price(e, spot)
        found.append(ContractTerms(row, lessor, reserved, price, spot, due, used))
    return found


def sum_over_contracts(terms: list[ContractTerms], amounts: list[FloatArray]) -> FloatArray:
    """The sum of amounts of each contract, (worlds, n)."""
    return sum_of([item.lessor for item in terms], amounts)


def dearness(e: Economy, startups: Startup, terms: list[ContractTerms], blend: FloatArray) -> FloatArray:
    """What a lab pays for an hour, relative to the usual: under its contracts, and by the month for the rest."""
    whole = np.maximum(startups.wanted - startups.own_used, 0.0)
    reserved = sum_over_contracts(terms, [item.reserved for item in terms])
    paid = sum_over_contracts(terms, [item.reserved * item.price for item in terms])
    mean = np.where(reserved > 0.0, paid / positive(reserved), blend)
    part = np.minimum(ratio(reserved, whole), 1.0)
    price = part * mean + (1.0 - part) * blend
    return np.where(price > 0.0, price / e.p.startups.usual_rent, 1.0)


def pay_rent(
    e: Economy, startups: Startup, terms: list[ContractTerms], served: Served
) -> tuple[list[FloatArray], FloatArray]:
    """Tenants pay their hosts: what is paid ahead first, then credit, then cash; who has too little runs late.

    Returns:
        What each host gets from each tenant, M$, by contract in use; and what the first host's hour costs, $.
    """
    fixed = [_reserved_bill(item, got, served.stands) for item, got in zip(terms, served.got_reserved, strict=True)]
    bills = [
        owed + market.spending(np.maximum(got - taken, 0.0), item.spot)
        for owed, item, got, taken in zip(fixed, terms, served.got, served.got_reserved, strict=True)
    ]
    ahead = [np.minimum(item.ahead, owed) for item, owed in zip(terms, fixed, strict=True)]
    from_ahead = []
    for item, part in zip(terms, ahead, strict=True):
        if part.any():
            from_ahead.append(item.lessor.sum(part))
            drawn = item.lessor.table(part)
            e.ledger.draw_down("rent", "startups", drawn, "clouds", from_ahead[-1])
            reservations.use_ahead(e, item.row, drawn)
    owed = [bill - part for bill, part in zip(bills, ahead, strict=True)]
    paid, income = _pay_owed(e, startups, terms, owed)
    for item, bill, part, reserved in zip(terms, owed, paid, fixed, strict=True):
        missed = (reserved > 0.0) & (part < (1.0 - ROUNDING) * bill)
        late = np.where(missed, item.lessor.of(item.row.late) + 1.0, 0.0)
        reservations.run_late(item.row, item.lessor.table(late))
    missing = np.maximum(sum_over_contracts(terms, owed) - sum_over_contracts(terms, paid), 0.0)
    e.now.compute.unpaid_musd = missing.sum(axis=-1)
    used_ahead = sum_over_contracts(terms, ahead)
    startups.rent_paid = startups.rent_paid + used_ahead
    startups.spending_raised = startups.spending_raised + used_ahead
    e.now.compute.rent_income = sum_in_order([income, *from_ahead])
    e.now.compute.startup_rent = startups.rent_paid.sum(axis=-1)
    whole = [item.lessor.table(part + more) for item, part, more in zip(terms, paid, ahead, strict=True)]
    return whole, np.where(served.got[0] > 0.0, bills[0] / (np.maximum(served.got[0], TINY) * (HOURS * USD)), 0.0)


def _reserved_bill(item: ContractTerms, got: FloatArray, stands: FloatArray) -> FloatArray:
    """What a lab owes for what it has reserved, M$: what it used, or the part that is due of what stood ready."""
    return market.take_or_pay(got, item.due, _ready(item, stands), item.price)


def _ready(item: ContractTerms, stands: FloatArray) -> FloatArray:
    """What of the compute reserved under a contract its lessor can serve this month, H100e."""
    return np.asarray(item.reserved * item.lessor.at(stands))


def _pay_owed(
    e: Economy, startups: Startup, terms: list[ContractTerms], due: list[FloatArray]
) -> tuple[list[FloatArray], FloatArray]:
    """Pay from credit, then from cash; what each host gets from each tenant, by contract in use, and in all."""
    from_credit, drawn = _draw_credit(startups, terms, due)
    earned = by_host(drawn, startups.credit_host, e.clouds.slots)
    e.ledger.draw_down("rent", "startups", drawn, "clouds", earned)
    cash = [owed - part for owed, part in zip(due, from_credit, strict=True)]
    share = sum_over_contracts(terms, cash)
    purse = e.p.compute.rent_purse * startups.cash  # who cannot pay what is due without risking wages runs late
    squeeze = np.minimum(purse / positive(share), 1.0)
    cash = [part * item.lessor.of(squeeze) for part, item in zip(cash, terms, strict=True)]
    income = [item.lessor.sum(part) for part, item in zip(cash, terms, strict=True)]
    own = startups.vendor_cash / np.maximum(startups.cash, TINY)
    at_vendor = sum_over_contracts(
        terms, [np.where(item.is_with(startups.vendor), part, 0.0) for part, item in zip(cash, terms, strict=True)]
    )
    circular = drawn + np.where(startups.vendor != NONE, np.minimum(own, 1.0) * at_vendor, 0.0)
    raised = np.minimum(startups.raised_cash / np.maximum(startups.cash, TINY), 1.0)
    paid = sum_over_contracts(terms, cash)
    startups.rent_paid = drawn + paid
    startups.spending_raised = drawn + raised * paid + e.now.building.raised_on_chips
    e.ledger.pay("rent", "startups", paid, "clouds", sum_in_order(income))
    left = np.maximum(1.0 - paid / np.maximum(startups.cash + paid, TINY), 0.0)
    startups.vendor_cash = startups.vendor_cash * left
    startups.raised_cash = startups.raised_cash * left
    e.now.compute.circular_musd = circular.sum(axis=-1)
    return [credit + part for credit, part in zip(from_credit, cash, strict=True)], sum_in_order([earned, *income])


def _draw_credit(
    startups: Startup, terms: list[ContractTerms], due: list[FloatArray]
) -> tuple[list[FloatArray], FloatArray]:
    """What of the rent is paid from a vendor's credit: by contract in use, and altogether, M$, (worlds, start-ups).

    One cloud owes it, so at most one contract is paid so; the first is asked first.
    """
    first, *others = terms
    owed = startups.credit_host != NONE
    credit = startups.credit
    from_first = np.where(first.is_with(startups.credit_host), np.minimum(credit, due[0]), 0.0)
    drawn, left = from_first, credit - from_first
    for item, rent in zip(others, due[1:], strict=True):
        more = np.where(item.is_with(startups.credit_host), np.minimum(item.lessor.of(left), rent), 0.0)
        drawn = item.lessor.added(drawn, more)
    drawn = np.where(owed, np.maximum(drawn, 0.0), 0.0)
    from_first = np.minimum(from_first, drawn)
    rest = drawn - from_first
    from_others = [np.where(item.is_with(startups.credit_host), item.lessor.of(rest), 0.0) for item in others]
    return [from_first, *from_others], drawn


def share_sublet(e: Economy, terms: list[ContractTerms], served: Served) -> None:
    """What labs have reserved and leave idle stands in for the lessor's own free capacity: they have its rent.

    Of what a host served by the month, its lessees' idle part counts as theirs as far as the contract lets them sub-let
    (``contracts.sublet``); the rest of what is idle is the host's gain.
    """
    clouds = e.clouds.view()
    idle = [
        np.maximum(_ready(item, served.stands) - got, 0.0) for item, got in zip(terms, served.got_reserved, strict=True)
    ]
    e.now.compute.sublet_h100e, e.now.compute.sublet_musd = np.zeros(e.worlds), np.zeros_like(clouds.cash)
    if not any(part.any() for part in idle):
        return
    here = [item.lessor.sum(part) for part, item in zip(idle, terms, strict=True)]
    whole = sum_in_order(here)
    share = e.p.contracts.sublet * np.minimum(ratio(served.open_sold, np.maximum(served.free, whole)), 1.0)
    let = whole * share
    income = market.spending(let, clouds.spot)
    purse = np.clip(e.now.compute.rent_income, 0.0, np.maximum(clouds.cash, 0.0))  # no more than it was paid itself
    part = np.minimum(purse, income) / positive(income)
    rate = share * part
    theirs = [
        market.spending(amount * item.lessor.at(rate), item.lessor.at(clouds.spot))
        for amount, item in zip(idle, terms, strict=True)
    ]
    got = sum_over_contracts(terms, theirs)
    e.ledger.pay("sublet", "clouds", income * part, "startups", got)
    e.now.compute.sublet_musd = income * part
    e.now.compute.sublet_h100e = let.sum(axis=-1)
