"""Double entry: every payment has a payer and a payee, every booking a debit and a credit; the audit checks both.

The accounts are the money columns of :class:`kingmaker.agents.firm.Firm`. The form is that of stock-flow consistent
models (Godley & Lavoie 2007): the columns of the transaction-flow matrix sum to zero, and so do the balance sheets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from kingmaker.agents.calendar import month_label
from kingmaker.agents.errors import nearest
from kingmaker.agents.firm import ASSETS, LIABILITIES
from kingmaker.agents.population import Population
from kingmaker.agents.types import FloatArray, Who
from kingmaker.agents.units import YEAR
from kingmaker.environment.core.entries import Entry, EntryBook
from kingmaker.environment.core.parties import ALLOWED, OUTSIDE

if TYPE_CHECKING:
    import pandas as pd

_Side: TypeAlias = tuple[Who, FloatArray, FloatArray]  # of a payment: who, what of each firm, and of all, (worlds,)

TOLERANCE, OF_LARGEST = 1e-9, 1e-12  # of a whole; rounding of one amount, relative to the largest beside it
CENT = 1e-8  # M$: so little below nothing is rounding of larger sums that have come and gone within the month

# kind of payment: (the payer's other account, the payee's other account, meaning)
KINDS: dict[str, tuple[str, str, str]] = {
    "services": ("net_worth", "net_worth", "users and enterprises buy AI services"),
    "licence": ("net_worth", "net_worth", "a cloud pays for its partner's models that it has sold"),
    "revenue_share": ("net_worth", "net_worth", "a lab pays its host the agreed share of its sales"),
    "rent": ("net_worth", "net_worth", "compute rented and paid in cash"),
    "sublet": ("net_worth", "net_worth", "a cloud passes on the rent of what a lab had reserved and did not use"),
    "wholesale": ("net_worth", "net_worth", "clouds rent idle compute from one another"),
    "lease": ("net_worth", "net_worth", "clouds pay for capacity that they have leased from one another for years"),
    "open_models": ("net_worth", "net_worth", "clouds' margin on open models that they run for enterprises"),
    "prepayment": ("prepaid", "deferred", "compute paid ahead"),
    "egress": ("net_worth", "net_worth", "switching charges: fees for moving data out of a host that is left"),
    "parallel_egress": ("net_worth", "net_worth", "fees for moving data between two hosts used side by side"),
    "public_compute": ("net_worth", "net_worth", "public money rents compute for public users"),
    "deposits": ("deposits", "deferred", "part of the price of chips, paid at the order"),
    "chips": ("fixed", "net_worth", "the balance of the price of chips, paid at delivery"),
    "refunds": ("deferred", "deposits", "deposits given back for cancelled orders"),
    "resale": (
        "fixed",
        "net_worth",
        "chips sold used, smuggled or out of an estate; the seller books off their cost",
    ),
    "construction": ("fixed", "net_worth", "own chips and data centres, bought from the rest of the economy"),
    "outside_capex": ("net_worth", "net_worth", "investment outside AI"),
    "supply_prepaid": ("prepaid", "deferred", "packaging and memory that chipmakers pay ahead"),
    "costs": ("net_worth", "net_worth", "wafers, packaging, memory, research, wages"),
    "energy": ("net_worth", "net_worth", "electricity"),
    "equity": ("stakes", "net_worth", "new shares paid in cash"),
    "credit": ("loans", "debt", "a loan"),
    "repayment": ("debt", "loans", "a loan paid back"),
    "interest": ("net_worth", "net_worth", "interest"),
    "commitments": ("net_worth", "net_worth", "money called by funds, of savers or of the firm behind them"),
    "dividends": (
        "net_worth",
        "net_worth",
        "dividends, buybacks, proceeds handed to savers or to the firm behind a fund",
    ),
    "outside_profit": ("net_worth", "net_worth", "cash flow of the business outside AI"),
    "own_benefit": ("net_worth", "net_worth", "what AI earns or saves in the business of its owner"),
    "cloud_revenue": ("net_worth", "net_worth", "ordinary cloud services"),
    "acquisitions": ("stakes", "net_worth", "price of a firm taken over, to its owners"),
    "hire_aways": ("net_worth", "net_worth", "licence fee for a team hired away, to the owners of its firm"),
    "trade_sales": ("net_worth", "net_worth", "price of a start-up sold to a firm outside AI, to its owners"),
    "estate": ("net_worth", "net_worth", "what a failed firm leaves, to its owners"),
    "tax": ("net_worth", "net_worth", "profit tax"),
    "duty": ("net_worth", "net_worth", "export duty on chips"),
    "fines": ("net_worth", "net_worth", "fines"),
    "subsidy": ("net_worth", "net_worth", "public money: industrial policy"),
    "income": ("net_worth", "net_worth", "enterprises' revenue that pays for AI"),
    "intervention": ("net_worth", "net_worth", "money set from outside the model"),
}


class LedgerError(RuntimeError):
    """The accounts do not close: a fault of the model (or of an extension), never of the user's input."""


class Ledger:
    """All accounts of all worlds; ``allowed`` says who may pay whom, by kind.

    Args:
        populations: by sector name.
        worlds: the number of worlds.
        history: whether to keep each month's flows by kind and sector.
    """

    allowed: ClassVar[Mapping[str, frozenset[tuple[str, str]]]] = ALLOWED

    def __init__(self, populations: Mapping[str, Population[Any]], worlds: int, history: bool = True) -> None:
        """Open the accounts: net worth is what the given balance sheets leave."""
        self.populations = dict(populations)
        self.worlds = worlds
        self.history = history
        self.flows: dict[tuple[str, str, str], FloatArray] = {}
        self.months: list[dict[tuple[str, str, str], FloatArray]] = []
        self.book_of_entries = EntryBook()
        self._net = {name: np.zeros_like(p.table.data["cash"]) for name, p in self.populations.items()}
        self._opening = {name: p.table.data["cash"].copy() for name, p in self.populations.items()}
        self._residual = np.zeros(worlds)
        for population in self.populations.values():
            self._close_net_worth(population)

    def __repr__(self) -> str:
        """How many kinds of payment have been made so far, in which worlds."""
        made = len({kind for month in (*self.months, self.flows) for kind, _, _ in month})
        return f"<ledger of {self.worlds} world{'s' * (self.worlds > 1)}: payments of {made} kinds so far>"

    def pay(self, kind: str, payer: Who, amount: FloatArray, payee: Who, received: FloatArray) -> None:
        """Move money: ``amount`` (worlds, payers) leaves, ``received`` (worlds, payees) arrives; all are >= 0.

        Raises:
            LedgerError: unknown kind, a payment between others than its parties, the two sides differ, or an amount is
                negative.
        """
        if kind not in KINDS:
            raise LedgerError(f"no such kind of payment: '{kind}'.{nearest(kind, KINDS)}")
        payer_account, payee_account, _ = KINDS[kind]
        paid, got = amount.sum(axis=-1), received.sum(axis=-1)
        self._compare(f"{kind} from {payer} to {payee}", paid, got)
        self._check(kind, payer, amount, payee, received)
        source, target = self.populations[payer].table.data, self.populations[payee].table.data
        source["cash"] -= amount
        self._net[payer] -= amount
        _debit(source, payer_account, amount)
        target["cash"] += received
        self._net[payee] += received
        _credit(target, payee_account, received)
        self._note(kind, payer, payee, paid, amount if payer == "sectors" else received)
        self._enter(kind, (payer, amount, paid), (payee, received, got), drawn=False)

    def sell(
        self, kind: str, buyer: Who, paid: FloatArray, seller: Who, received: FloatArray, cost: FloatArray
    ) -> None:
        """Fixed assets change hands: the buyer has them at the price, the seller is rid of their book value ``cost``.

        What the price is above that cost is the seller's gain, what it is below it the seller's loss.
        """
        self.pay(kind, buyer, paid, seller, received)
        self.book(seller, "net_worth", "fixed", cost)

    def book(self, name: Who, debit: str, credit: str, amount: FloatArray) -> None:
        """A booking inside the firms of one sector that moves no money, such as depreciation."""
        _not_negative(f"booking of {name}, {debit} to {credit}", amount)
        data = self.populations[name].table.data
        _debit(data, debit, amount)
        _credit(data, credit, amount)

    def draw_down(self, kind: str, holder: Who, used: FloatArray, issuer: Who, earned: FloatArray) -> None:
        """Use what was paid ahead: the holder's expense (or fixed asset, for chips), the issuer's income."""
        spent, got = used.sum(axis=-1), earned.sum(axis=-1)
        self._compare(f"{kind} drawn by {holder} at {issuer}", spent, got)
        self._check(kind, holder, used, issuer, earned)
        chips = kind in ("chips_drawn", "forfeits")
        self.book(holder, "fixed" if kind == "chips_drawn" else "net_worth", "deposits" if chips else "prepaid", used)
        self.book(issuer, "deferred", "net_worth", earned)
        self._note(kind, holder, issuer, spent, earned)
        self._enter(kind, (holder, used, spent), (issuer, earned, got), drawn=True)

    def write_off(self, debtor: Who, forgiven: FloatArray, creditor: Who, lost: FloatArray) -> None:
        """A debt that will not be paid: the debtor is rid of it, the creditor bears the loss (flow "default")."""
        rid, written = forgiven.sum(axis=-1), lost.sum(axis=-1)
        self._compare(f"default of {debtor} on {creditor}", rid, written)
        self._check("default", creditor, lost, debtor, forgiven)
        self.book(debtor, "debt", "net_worth", forgiven)
        self.book(creditor, "net_worth", "loans", lost)
        self._note("default", creditor, debtor, written, lost if creditor == "sectors" else forgiven)
        self._enter("default", (creditor, lost, written), (debtor, forgiven, rid), drawn=True)

    def audit(self) -> FloatArray:
        """Check the month and open the next one: flows, balance sheets, stocks below zero, claims and debts.

        Returns:
            The largest relative residual of each world, shape (worlds,).

        Raises:
            LedgerError: a residual above 1e-9, an asset or a debt below zero, or a number that is not finite.
        """
        residual = self._residual
        for name, population in self.populations.items():
            residual = np.maximum(residual, self.gap(name))
            self._opening[name] = population.table.data["cash"].copy()
            self._net[name][...] = 0.0
        residual = np.maximum(residual, self._mirror_gap())
        if not np.all(residual <= TOLERANCE):
            world = int(np.argmax(np.where(np.isnan(residual), np.inf, residual)))
            raise LedgerError(f"the ledger does not close in world {world}: relative residual {residual[world]:.3g}")
        if self.history:
            self.months.append(self.flows)
            self.book_of_entries.close_month()
        self.flows = {}
        self._residual = np.zeros(self.worlds)
        return residual

    def gap(self, name: str) -> FloatArray:
        """What of a sector's cash was not paid so far this month, and of its balance sheets does not balance.

        Returns:
            The larger of both, relative, shape (worlds,).

        Raises:
            LedgerError: a firm has less than nothing of an asset or a debt.
        """
        data = self.populations[name].table.data
        turned = 1.0 + np.abs(self._opening[name]).sum(axis=-1) + np.abs(self._net[name]).sum(axis=-1)
        drift = np.abs(data["cash"] - (self._opening[name] + self._net[name])).max(axis=-1)
        assets, liabilities = _sides(data)
        gap = np.abs(assets - liabilities).max(axis=-1)
        owed = sum((np.abs(data[account]).sum(axis=-1) for account in LIABILITIES), np.zeros(turned.shape))
        whole = turned + np.abs(assets).sum(axis=-1) + owed
        self._check_stocks(name, assets)
        # cash is set against the balance sheet too: payments that cancel one another leave their rounding behind
        return np.asarray(np.maximum(drift, gap) / whole)

    def flow(self, kind: str, payer: str | None = None, payee: str | None = None) -> FloatArray:
        """Payments of a kind since the last audit, M$, shape (worlds,), optionally of one payer or payee sector."""
        total = np.zeros(self.worlds)
        for (k, source, target), amount in self.flows.items():
            if k == kind and payer in (None, source) and payee in (None, target):
                total = total + amount
        return total

    def to_frame(self) -> pd.DataFrame:
        """All flows: world, month (such as 2022-01), kind, payer, payee, musd."""
        import pandas as pd

        rows = [
            (world, month_label(month), *key, float(amount[world]))
            for month, flows in enumerate(self.months)
            for key, amount in flows.items()
            for world in range(self.worlds)
            if amount[world] != 0.0
        ]
        return pd.DataFrame(rows, columns=["world", "month", "kind", "payer", "payee", "musd"])

    def matrix(self, last: int = YEAR, world: int = 0) -> pd.DataFrame:
        """Payer sector x payee sector, M$ in the last ``last`` months, in one world."""
        import pandas as pd

        names = [*OUTSIDE, *(name for name in self.populations if name != "sectors")]
        place = {name: k for k, name in enumerate(names)}
        amounts = np.zeros((len(names), len(names)))
        for flows in self.months[-last:]:
            for (_, payer, payee), amount in flows.items():
                amounts[place[payer], place[payee]] += float(amount[world])
        return pd.DataFrame(amounts, index=names, columns=names)

    def _note(self, kind: str, payer: str, payee: str, paid: FloatArray, apart: FloatArray) -> None:
        """Add to the transaction-flow matrix; the two sectors outside the model are told apart.

        Args:
            kind: of payment.
            payer: sector.
            payee: sector.
            paid: in all, (worlds,).
            apart: what each of the sectors outside pays or receives, (worlds, 2), if it is one of them.
        """
        if payer == "sectors":
            parts = [(OUTSIDE[slot], payee, apart[:, slot]) for slot in range(len(OUTSIDE))]
        elif payee == "sectors":
            parts = [(payer, OUTSIDE[slot], apart[:, slot]) for slot in range(len(OUTSIDE))]
        else:
            parts = [(payer, payee, paid)]
        for source, target, part in parts:
            key = (kind, source, target)
            self.flows[key] = self.flows[key] + part if key in self.flows else part

    def _enter(self, kind: str, paying: _Side, paid: _Side, drawn: bool) -> None:
        """Note both sides of a payment by party, where months are kept."""
        if not self.history:
            return
        for (party, firms, whole), other, pays in ((paying, paid[0], True), (paid, paying[0], False)):
            types = self.populations[party].table.data.get("type") if party == "clouds" else None
            self.book_of_entries.note(Entry(party, other, kind, pays, drawn), firms, whole, types)

    def _check(self, kind: str, payer: Who, amount: FloatArray, payee: Who, received: FloatArray) -> None:
        """Who pays whom is as declared, and nobody pays less than nothing (rounding apart)."""
        for source in _names(payer, amount):
            for target in _names(payee, received):
                if (source, target) not in self.allowed[kind]:
                    allowed = ", ".join(f"{one} to {other}" for one, other in sorted(self.allowed[kind]))
                    raise LedgerError(f"{kind}: {source} cannot pay {target}; it is paid by {allowed}")
        _not_negative(f"{kind} paid by {payer}", amount)
        _not_negative(f"{kind} received by {payee}", received)

    def _check_stocks(self, name: str, assets: FloatArray) -> None:
        """No firm has less than nothing, or owes less than nothing, by more than rounding of its own size."""
        table = self.populations[name].table
        for account in (*ASSETS, *LIABILITIES):
            amount = table.data[account]
            if table.columns[account].low < 0.0 or amount.min(initial=0.0) >= 0.0:
                continue
            below = amount < -CENT - TOLERANCE * (np.abs(self._opening[name]) + np.abs(assets))
            for world, slot in np.argwhere(below):
                held = float(amount[world, slot])
                raise LedgerError(f"{name} {slot} has {held!r} M$ of {account}, less than nothing (world {world})")

    def _compare(self, what: str, paid: FloatArray, got: FloatArray) -> None:
        residual = np.abs(paid - got) / (1.0 + np.abs(paid))
        if not residual.max() <= TOLERANCE:  # true for a NaN as well
            world = int(np.argmax(np.where(np.isnan(residual), np.inf, residual)))
            raise LedgerError(f"{what}: {paid[world]!r} paid, {got[world]!r} received (world {world})")
        self._residual = np.maximum(self._residual, residual)

    def _mirror_gap(self) -> FloatArray:
        """What is paid ahead is owed by somebody, and every loan is somebody's debt."""
        gap = np.zeros(self.worlds)
        for assets, liability in ((("prepaid", "deposits"), "deferred"), (("loans",), "debt")):
            held = sum(p.table.data[asset].sum(axis=-1) for p in self.populations.values() for asset in assets)
            owed = sum(p.table.data[liability].sum(axis=-1) for p in self.populations.values())
            gap = np.maximum(gap, np.abs(held - owed) / (1.0 + np.abs(held)))
        return gap

    def _close_net_worth(self, population: Population[Any]) -> None:
        data = population.table.data
        data["net_worth"][...] = 0.0
        assets, liabilities = _sides(data)
        data["net_worth"][...] = assets - liabilities


def _names(population: str, amount: FloatArray) -> tuple[str, ...]:
    """A population's name; of the sectors outside, the names of those that pay or receive anything."""
    if population != "sectors":
        return (population,)
    return tuple(name for slot, name in enumerate(OUTSIDE) if amount[:, slot].any())


def _not_negative(what: str, amount: FloatArray) -> None:
    """Nobody pays less than nothing (rounding apart): that would be a payment the other way."""
    least = amount.min(initial=0.0)
    if least < -TOLERANCE and least < -TOLERANCE - OF_LARGEST * amount.max():
        world, slot = (int(k) for k in np.unravel_index(int(np.argmin(amount)), amount.shape))
        raise LedgerError(
            f"{what}: {float(amount[world, slot])!r} M$ in slot {slot} (world {world}), less than nothing"
        )


def _sides(data: Mapping[str, Any]) -> tuple[FloatArray, FloatArray]:
    assets: FloatArray = np.zeros_like(data["cash"])
    for account in ASSETS:
        assets += data[account]
    liabilities: FloatArray = data["net_worth"].copy()
    for account in LIABILITIES:
        liabilities += data[account]
    return assets, liabilities


def _debit(data: dict[str, Any], account: str, amount: FloatArray) -> None:
    if account in ASSETS:
        data[account] += amount
    else:
        data[account] -= amount


def _credit(data: dict[str, Any], account: str, amount: FloatArray) -> None:
    if account in ASSETS:
        data[account] -= amount
    else:
        data[account] += amount
