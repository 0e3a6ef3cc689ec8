"""Payments of a run as they were made, firm by firm, and who should have had each by the state of the day.

What is expected is reckoned anew, firm by firm in plain loops, from the columns that name a firm's partners.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from kingmaker.agents.cloud import HYPERSCALER, Cloud
from kingmaker.agents.contract import MOST_ROWS, ContractRow
from kingmaker.agents.lease import MOST_LEASES, LeaseRow
from kingmaker.agents.startup import EXCLUSIVE, FIRST_REFUSAL
from kingmaker.agents.types import CN, NONE
from kingmaker.environment.core.ledger import Ledger
from kingmaker.environment.model import ComputeEconomy

BESIDE = ("second", *(ContractRow.lessor.column(k) for k in range(2, MOST_ROWS)))  # hosts beside the first
TIES = ("host", *BESIDE, "contract", "vendor", "vendor_before", "credit_host", "prepaid", "region", "used_second")
CLOUD = ("region", "rents_out", "small", "resells", "debt", "spot")
LESSORS, SINCE, AHEAD = (
    [field.column(k) for k in range(MOST_LEASES)] for field in (LeaseRow.lessor, LeaseRow.since, LeaseRow.ahead)
)


@dataclass
class Payment:
    """One call of the ledger: what each payer pays and each payee receives, and who was tied to whom then."""

    month: int
    kind: str
    payer: str
    payee: str
    amount: Any  # (worlds, payers)
    received: Any  # (worlds, payees)
    drawn: bool  # a claim, not money
    startups: dict[str, Any]
    clouds: dict[str, Any]
    before: dict[str, Any] = field(default_factory=dict)  # start-ups at the end of the month before
    after: dict[str, Any] = field(default_factory=dict)  # clouds at the end of the month


@contextmanager
def recorded(payments: list[Payment]) -> Iterator[None]:
    """Record every payment made and claim drawn in models that run meanwhile."""
    pay, draw = Ledger.pay, Ledger.draw_down

    def note(ledger: Ledger, kind: str, payer: str, amount: Any, payee: str, received: Any, drawn: bool) -> None:
        if not amount.any():
            return
        startups, clouds = (ledger.populations[name].table for name in ("startups", "clouds"))
        held = {name: startups.data[name].copy() for name in TIES if name in startups.data}
        theirs = {name: clouds.data[name].copy() for name in (*CLOUD, *LESSORS, *AHEAD) if name in clouds.data}
        payments.append(
            Payment(len(ledger.months), kind, payer, payee, amount.copy(), received.copy(), drawn, held, theirs)
        )

    def watched_pay(ledger: Ledger, kind: str, payer: str, amount: Any, payee: str, received: Any) -> None:
        note(ledger, kind, payer, amount, payee, received, False)
        pay(ledger, kind, payer, amount, payee, received)

    def watched_draw(ledger: Ledger, kind: str, holder: str, used: Any, issuer: str, earned: Any) -> None:
        note(ledger, kind, holder, used, issuer, earned, True)
        draw(ledger, kind, holder, used, issuer, earned)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "pay", watched_pay)
        patch.setattr(Ledger, "draw_down", watched_draw)
        yield


def run_recorded(worlds: list[dict[str, Any]], months: int) -> tuple[ComputeEconomy, list[Payment]]:
    """A stack that keeps its flows, and all its payments; in the last month all clouds but hyperscalers are wound up.

    No run of the model closes a cloud that has money left, so the last month makes it: estates go to owners there.
    """
    payments: list[Payment] = []
    model = ComputeEconomy.stack(worlds, months=months, keep_ties=True)
    startups, clouds = (model.populations[name].table for name in ("startups", "clouds"))
    with recorded(payments):
        while model.running:
            first = len(payments)
            before = {"host": startups.data["host"].copy()}
            with pytest.MonkeyPatch.context() as patch:
                if model.month == months - 1:
                    patch.setattr(Cloud, "defaults", lambda cloud, p: cloud.alive & (cloud.type != HYPERSCALER))
                model.step()
            kept = ("rented", "leased_out", *(name for name in (*LESSORS, *SINCE) if name in clouds.data))
            after = {name: clouds.data[name].copy() for name in kept} | {"alive": clouds.alive.copy()}
            for payment in payments[first:]:
                payment.before, payment.after = before, after
    return model, payments


def _by(firm: Any, amount: Any, hosts: int) -> Any:
    """Sums of ``amount`` by the cloud that ``firm`` names, one by one; what names none is dropped."""
    sums = np.zeros((amount.shape[0], hosts))
    for world, slot in np.argwhere(amount):
        if firm[world, slot] != NONE:
            sums[world, firm[world, slot]] += amount[world, slot]
    return sums


def _same(one: Any, other: Any) -> bool:
    return bool(np.allclose(one, other, rtol=1e-9, atol=1e-9))


def _to(column: str, state: str = "startups") -> Callable[[Payment], bool]:
    """Start-ups pay the cloud that a column of theirs names."""

    def holds(p: Payment) -> bool:
        named = getattr(p, state)[column]
        return _same(_by(named, p.amount, p.received.shape[1]), p.received)

    return holds


def _either(*columns: str) -> Callable[[Payment], bool]:
    """All start-ups that pay do so to the cloud that one of the columns names, the same column for all."""
    return lambda p: any(_to(column)(p) for column in columns if column in p.startups)


def _from(column: str) -> Callable[[Payment], bool]:
    """The cloud that a column of the start-ups names pays them."""

    def holds(p: Payment) -> bool:
        return _same(_by(p.startups[column], p.received, p.amount.shape[1]), p.amount)

    return holds


def _revenue_share(p: Payment) -> bool:
    bound = np.isin(p.startups["contract"], (EXCLUSIVE, FIRST_REFUSAL)) & (p.startups["vendor"] == p.startups["host"])
    return not p.amount[~bound].any() and _to("host")(p)


def _rent(p: Payment) -> bool:
    """Of who has one host, all goes there; of who has more, all goes to these."""
    beside = [p.startups[name] for name in BESIDE if name in p.startups]
    if p.drawn:  # what a vendor owes, or what one of the contracts has paid ahead
        return _either("credit_host", "host", *BESIDE)(p)
    one = np.all([host == NONE for host in beside], axis=0)
    hosts = p.received.shape[1]
    sure = _by(p.startups["host"], np.where(one, p.amount, 0.0), hosts)
    shared = np.where(one, 0.0, p.amount)
    most = sure + sum(_by(host, shared, hosts) for host in (p.startups["host"], *beside))
    return bool((p.received >= sure - 1e-6).all() and (p.received <= most + 1e-6).all())


def _takeover(p: Payment) -> bool:
    """What is left in the till of a lab that is taken over goes to its shareholder, or else to its host.

    If it is bought while it has money, the till goes to the clouds that hold shares in it.
    """
    vendor, host = p.startups["vendor"], p.startups["host"]
    partner = _by(np.where(vendor != NONE, vendor, host), p.amount, p.received.shape[1])
    return _same(partner, p.received) or _to_holders(p)


def _to_holders(p: Payment) -> bool:
    """What one cloud alone holds goes to it, what two hold to the two."""
    one, hosts = p.startups["vendor_before"] == NONE, p.received.shape[1]
    sure = _by(p.startups["vendor"], np.where(one, p.amount, 0.0), hosts)
    most = _by(p.startups["vendor"], p.amount, hosts) + _by(p.startups["vendor_before"], p.amount, hosts)
    return bool((p.received >= sure - 1e-6).all() and (p.received <= most + 1e-6).all())


def _acquisition(p: Payment) -> bool:
    """Who buys a lab is its latest shareholder or its host; who is paid has held a share in a lab for longer."""
    for world in range(len(p.amount)):
        buyers, sellers = (set(np.flatnonzero(side[world])) for side in (p.amount, p.received))
        held = {int(x) for name in ("vendor", "host") for x in p.startups[name][world]}
        before = {int(x) for x in p.startups["vendor_before"][world]}
        if not (buyers <= held and sellers <= before and not (len(buyers) == 1 and buyers & sellers)):
            return False
    return True


def _wholesale(p: Payment) -> bool:
    """What a cloud lets it is paid for at its price by the month, by clouds that rent."""
    alive, hourly = p.after["alive"], 730.5e-6 * p.clouds["spot"]
    due = np.where(alive, p.after["leased_out"] * hourly, p.received)
    return _same(due, p.received) and not p.amount[alive & (p.after["rented"] <= 0.0)].any()


def _lease(p: Payment) -> bool:
    """Who leases from one lessor pays it all; who leases from several pays these, and nobody else is paid."""
    rows = [p.clouds[name] for name in LESSORS if name in p.clouds]
    most, sure = np.zeros(p.received.shape), np.zeros(p.received.shape)
    for world, slot in np.argwhere(p.amount):
        lessors = {int(row[world, slot]) for row in rows} - {NONE}
        for lessor in lessors:
            most[world, lessor] += p.amount[world, slot]
            sure[world, lessor] += p.amount[world, slot] * (len(lessors) == 1)
    return bool(((p.received >= sure - 1e-6) & (p.received <= most + 1e-6)).all())


def _lapsed(p: Payment) -> bool:
    """All that a row still has paid ahead goes to the lessor that it names."""
    rows = [(p.clouds[a], p.clouds[b]) for a, b in zip(LESSORS, AHEAD, strict=True) if a in p.clouds]
    return any(
        _same(_by(lessor, p.amount, p.received.shape[1]), p.received)
        and _same(np.where(p.amount > 0.0, ahead, 0.0), p.amount)
        for lessor, ahead in rows
    )


def _ahead(p: Payment) -> bool:
    """Who pays ahead has signed with that lessor this month; a lessor that is wound up in it has no lessees left."""
    expected = np.zeros_like(p.received)
    for lessor, since in zip(LESSORS, SINCE, strict=True):
        if lessor in p.after:
            new = np.where(p.after[since] == p.month, p.amount, 0.0)
            expected += _by(p.after[lessor], new, p.received.shape[1])
    return _same(np.where(p.after["alive"], expected, p.received), p.received)


def _resale(p: Payment) -> bool:
    """Among clouds: from those that are wound up this month, or on the grey market.

    There, who may resell abroad sells to small buyers in China.
    """
    sells, buys = p.received > 0.0, p.amount > 0.0
    china = p.clouds["region"] == CN
    closing = not sells[p.after["alive"]].any() and not buys[~p.after["alive"]].any()
    grey = not sells[china | ~p.clouds["resells"]].any() and not buys[~(china & p.clouds["small"])].any()
    return closing or grey


def _debtor(p: Payment) -> bool:
    return not p.amount[p.clouds["debt"] <= 0.0].any()


def _outside_china(p: Payment) -> bool:
    return not p.received[(p.clouds["region"] == CN) | ~p.clouds["rents_out"]].any()


# (kind, payer, payee) -> whether the firms inside the populations are the right ones
ROLES: dict[tuple[str, str, str], Callable[[Payment], bool]] = {
    ("egress", "startups", "clouds"): _to("host", "before"),  # the host that is left, not the new one
    ("parallel_egress", "startups", "clouds"): _to("host"),
    ("rent", "startups", "clouds"): _rent,
    ("prepayment", "startups", "clouds"): _either("vendor", "host", *BESIDE),
    ("lapsed", "startups", "clouds"): _either("credit_host", "host", *BESIDE),
    ("revenue_share", "startups", "clouds"): _revenue_share,
    ("licence", "clouds", "startups"): _from("vendor"),
    ("equity", "clouds", "startups"): _from("vendor"),
    ("estate", "startups", "clouds"): _takeover,
    ("acquisitions", "clouds", "clouds"): _acquisition,
    ("wholesale", "clouds", "clouds"): _wholesale,
    ("lease", "clouds", "clouds"): _lease,
    ("prepayment", "clouds", "clouds"): _ahead,
    ("lapsed", "clouds", "clouds"): _lapsed,
    ("resale", "clouds", "clouds"): _resale,
    ("interest", "clouds", "sectors"): _debtor,
    ("repayment", "clouds", "sectors"): _debtor,
    ("public_compute", "sectors", "clouds"): _outside_china,
}
