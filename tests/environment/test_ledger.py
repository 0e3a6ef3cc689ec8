"""Double entry: every payment has two sides, every booking a debit and a credit, and the audit sees what has not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.firm import ASSETS, LIABILITIES, Firm, Sector
from kingmaker.agents.population import Population
from kingmaker.environment.core.ledger import KINDS, Ledger, LedgerError
from kingmaker.environment.core.parties import OUTSIDE
from kingmaker.environment.model import ComputeEconomy
from tests.helpers import population_of


class OpenLedger(Ledger):
    """A ledger in which shops, banks and the rest of the economy may pay one another."""

    allowed = dict.fromkeys([*KINDS, "chips_drawn", "lapsed", "default"], frozenset(
        (payer, payee) for payer in ("shops", "banks", *OUTSIDE) for payee in ("shops", "banks", *OUTSIDE)
    ))  # fmt: skip


def books(worlds: int = 1) -> tuple[Ledger, dict[str, Population[Firm]]]:
    """Three shops with 100 M$ each, two banks with 1000, and the outside."""
    populations = {
        "sectors": population_of(Sector, 2, worlds, cash=1e6),
        "shops": population_of(Firm, 3, worlds, cash=100.0),
        "banks": population_of(Firm, 2, worlds, cash=1000.0),
    }
    return OpenLedger(populations, worlds), populations


def closes(populations: dict[str, Population[Firm]]) -> bool:
    """Whether assets equal liabilities and net worth, firm by firm."""
    for population in populations.values():
        data = population.table.data
        assets = sum(data[name] for name in ASSETS)
        owed = sum(data[name] for name in (*LIABILITIES, "net_worth"))
        if not np.allclose(assets, owed, rtol=1e-12, atol=1e-9):
            return False
    return True


ONE_EACH = np.array([[5.0, 0.0, 2.0]]), np.array([[3.0, 4.0]])


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_payment_keeps_the_books_closed(kind: str) -> None:
    ledger, populations = books()
    ledger.pay(kind, "shops", ONE_EACH[0], "banks", ONE_EACH[1])
    assert populations["shops"].table.data["cash"].tolist() == [[95.0, 100.0, 98.0]]
    assert populations["banks"].table.data["cash"].tolist() == [[1003.0, 1004.0]]
    assert closes(populations)
    assert ledger.flow(kind)[0] == 7.0


def test_accounts_of_the_kinds_exist() -> None:
    accounts = {*ASSETS, *LIABILITIES, "net_worth"}
    for kind, (payer, payee, meaning) in KINDS.items():
        assert payer in accounts, kind
        assert payee in accounts, kind
        assert meaning, kind


def test_a_purchase_of_an_asset_leaves_the_buyers_worth() -> None:
    ledger, populations = books()
    ledger.pay("chips", "shops", ONE_EACH[0], "banks", ONE_EACH[1])
    shops, banks = populations["shops"].table.data, populations["banks"].table.data
    assert shops["fixed"].tolist() == [[5.0, 0.0, 2.0]]
    assert (shops["net_worth"] == 100.0).all()
    assert banks["net_worth"].tolist() == [[1003.0, 1004.0]]


def test_a_loan_is_a_debt_and_is_paid_back() -> None:
    ledger, populations = books()
    ledger.pay("credit", "banks", ONE_EACH[1], "shops", ONE_EACH[0])
    assert populations["banks"].table.data["loans"].sum() == populations["shops"].table.data["debt"].sum() == 7.0
    assert (ledger.audit() < 1e-12).all()
    ledger.pay("repayment", "shops", ONE_EACH[0], "banks", ONE_EACH[1])
    assert populations["shops"].table.data["debt"].tolist() == [[0.0, 0.0, 0.0]]
    assert (ledger.audit() < 1e-12).all()


def test_what_is_paid_ahead_is_drawn_down() -> None:
    ledger, populations = books()
    ledger.pay("prepayment", "shops", ONE_EACH[0], "banks", ONE_EACH[1])
    ledger.audit()
    ledger.draw_down("rent", "shops", ONE_EACH[0] / 2.0, "banks", ONE_EACH[1] / 2.0)
    shops, banks = populations["shops"].table.data, populations["banks"].table.data
    assert shops["prepaid"].sum() == banks["deferred"].sum() == 3.5
    assert shops["net_worth"].sum() == 300.0 - 3.5
    assert banks["net_worth"].sum() == 2000.0 + 3.5
    assert ledger.flow("rent", "shops", "banks")[0] == 3.5
    assert closes(populations)
    assert (ledger.audit() < 1e-12).all()


def test_chips_paid_ahead_become_fixed_assets() -> None:
    ledger, populations = books()
    ledger.pay("deposits", "shops", ONE_EACH[0], "banks", ONE_EACH[1])
    ledger.draw_down("chips_drawn", "shops", ONE_EACH[0], "banks", ONE_EACH[1])
    assert populations["shops"].table.data["fixed"].sum() == 7.0
    assert (populations["shops"].table.data["net_worth"] == 100.0).all()
    assert (ledger.audit() < 1e-12).all()


def test_a_booking_moves_no_money() -> None:
    ledger, populations = books()
    ledger.pay("chips", "shops", ONE_EACH[0], "banks", ONE_EACH[1])
    ledger.book("shops", "net_worth", "fixed", np.array([[1.0, 0.0, 0.5]]))
    data = populations["shops"].table.data
    assert data["fixed"].tolist() == [[4.0, 0.0, 1.5]]
    assert data["net_worth"].tolist() == [[99.0, 100.0, 99.5]]
    assert (ledger.audit() < 1e-12).all()


@pytest.mark.parametrize(("price", "gain"), [(9.0, 3.0), (6.0, 0.0), (2.0, -4.0)])
def test_a_sale_takes_the_cost_out_of_stock_and_the_rest_is_a_gain(price: float, gain: float) -> None:
    ledger, populations = books()
    ledger.pay("construction", "shops", np.array([[6.0, 0.0, 0.0]]), "banks", np.array([[6.0, 0.0]]))
    paid, got, cost = np.array([[price, 0.0]]), np.array([[price, 0.0, 0.0]]), np.array([[6.0, 0.0, 0.0]])
    ledger.sell("resale", "banks", paid, "shops", got, cost)
    shops, banks = populations["shops"].table.data, populations["banks"].table.data
    assert shops["fixed"].tolist() == [[0.0, 0.0, 0.0]]
    assert shops["net_worth"].tolist() == [[100.0 + gain, 100.0, 100.0]]
    assert banks["fixed"].tolist() == [[price, 0.0]]
    assert banks["net_worth"].tolist() == [[1006.0, 1000.0]]
    assert (ledger.audit() < 1e-12).all()


@pytest.mark.parametrize("account", ["cash", "prepaid", "deposits", "fixed", "stakes", "loans", "debt", "deferred"])
def test_the_audit_catches_a_stock_below_zero(account: str) -> None:
    """Booked on both sides, so that all sums close, and yet nobody can have or owe less than nothing."""
    ledger, _ = books(worlds=2)
    amount = np.array([[0.0, 0.0, 0.0], [0.0, 1e-3, 0.0]])
    if account == "cash":
        amount = 1e5 * amount
        ledger.pay("costs", "shops", amount + 100.0, "banks", np.repeat((amount + 100.0).sum(-1), 2).reshape(2, 2) / 2)
    elif account in ASSETS:
        ledger.book("shops", "net_worth", account, amount)
    else:
        ledger.book("shops", account, "net_worth", amount)
    with pytest.raises(LedgerError, match=rf"shops 1 has -.* M\$ of {account}, less than nothing \(world 1\)"):
        ledger.audit()


def test_the_world_outside_may_pay_out_more_than_it_has() -> None:
    ledger, _ = books()
    ledger.pay("costs", "sectors", np.array([[3e6, 0.0]]), "banks", np.array([[3e6, 0.0]]))
    assert (ledger.audit() < 1e-12).all()


def test_less_than_nothing_is_no_payment() -> None:
    ledger, populations = books()
    for amount, received in ((-ONE_EACH[0], -ONE_EACH[1]), (np.array([[9.0, 0.0, -2.0]]), ONE_EACH[1])):
        with pytest.raises(LedgerError, match=r"costs paid by shops: -.* less than nothing"):
            ledger.pay("costs", "shops", amount, "banks", received)
    with pytest.raises(LedgerError, match=r"booking of shops, net_worth to fixed: -5\.0 M"):
        ledger.book("shops", "net_worth", "fixed", -ONE_EACH[0])
    assert (populations["shops"].table.data["cash"] == 100.0).all()


def test_a_payment_between_others_than_its_parties_is_refused() -> None:
    _, populations = books()
    ledger = Ledger({**populations, "clouds": populations["banks"]}, 1)
    with pytest.raises(LedgerError, match="egress: shops cannot pay clouds; it is paid by startups to clouds"):
        ledger.pay("egress", "shops", ONE_EACH[0], "clouds", ONE_EACH[1])
    tax, to = np.array([[5.0, 0.0]]), np.array([[0.0, 5.0]])
    ledger.pay("tax", "clouds", tax, "sectors", to)
    with pytest.raises(LedgerError, match="tax: clouds cannot pay rest of the economy"):
        ledger.pay("tax", "clouds", tax, "sectors", tax)
    with pytest.raises(LedgerError, match="default: rest of the economy cannot pay shops"):
        ledger.write_off("shops", ONE_EACH[0], "sectors", np.array([[7.0, 0.0]]))


def test_an_unknown_kind_is_refused() -> None:
    ledger, _ = books()
    with pytest.raises(LedgerError, match="no such kind of payment: 'gifts'"):
        ledger.pay("gifts", "shops", ONE_EACH[0], "banks", ONE_EACH[1])


@pytest.mark.parametrize("extra", [1e-3, -1e-3, np.nan, np.inf])
def test_sides_that_differ_are_refused_and_nothing_moves(extra: float) -> None:
    ledger, populations = books()
    with pytest.raises(LedgerError, match=r"costs from shops to banks: .* \(world 0\)"):
        ledger.pay("costs", "shops", ONE_EACH[0], "banks", ONE_EACH[1] + np.array([[extra, 0.0]]))
    assert (populations["shops"].table.data["cash"] == 100.0).all()
    with pytest.raises(LedgerError, match="rent drawn by shops at banks"):
        ledger.draw_down("rent", "shops", ONE_EACH[0], "banks", ONE_EACH[1] + np.array([[extra, 0.0]]))


def test_the_world_at_fault_is_named() -> None:
    ledger, _ = books(worlds=3)
    amount, received = np.tile(ONE_EACH[0], (3, 1)), np.tile(ONE_EACH[1], (3, 1))
    received[2, 0] += 1.0
    with pytest.raises(LedgerError, match="world 2"):
        ledger.pay("costs", "shops", amount, "banks", received)


@pytest.mark.parametrize("account", ["cash", "fixed", "debt", "net_worth"])
def test_the_audit_catches_a_direct_write(account: str) -> None:
    ledger, populations = books(worlds=2)
    populations["banks"].table.data[account][1, 0] += 0.5
    with pytest.raises(LedgerError, match="does not close in world 1"):
        ledger.audit()


def test_the_audit_catches_money_forged_on_both_sides_of_a_balance_sheet() -> None:
    """Assets still equal liabilities, but no payment explains the cash."""
    ledger, populations = books()
    for account in ("cash", "net_worth"):
        populations["banks"].table.data[account][0, 0] += 0.5
    with pytest.raises(LedgerError, match="does not close"):
        ledger.audit()


def test_the_audit_catches_a_debt_that_nobody_lent() -> None:
    ledger, _ = books()
    ledger.book("shops", "net_worth", "debt", np.array([[1.0, 0.0, 0.0]]))
    with pytest.raises(LedgerError, match="does not close"):
        ledger.audit()


def test_the_audit_catches_what_is_not_a_number() -> None:
    ledger, populations = books()
    populations["shops"].table.data["fixed"][0, 1] = np.nan
    with pytest.raises(LedgerError, match="does not close"):
        ledger.audit()


def test_a_model_with_a_forger_stops() -> None:
    model = ComputeEconomy(rng=1, months=3)
    model.step()
    model.populations["startups"].table.data["cash"][0, 0] += 1.0
    with pytest.raises(LedgerError, match="does not close"):
        model.step()


def test_flows_are_of_the_month_by_kind_and_sector() -> None:
    ledger, _ = books()
    ledger.pay("costs", "shops", ONE_EACH[0], "banks", ONE_EACH[1])
    ledger.pay("costs", "banks", ONE_EACH[1], "shops", ONE_EACH[0])
    ledger.pay("costs", "banks", ONE_EACH[1], "sectors", np.array([[4.0, 3.0]]))
    assert ledger.flow("costs")[0] == 21.0
    assert ledger.flow("costs", "shops")[0] == 7.0
    assert ledger.flow("costs", payee="shops")[0] == 7.0
    assert [ledger.flow("costs", "banks", name)[0] for name in OUTSIDE] == [4.0, 3.0]
    assert ledger.flow("rent")[0] == 0.0
    ledger.audit()
    assert ledger.flow("costs")[0] == 0.0


def test_the_matrix_sums_the_last_months() -> None:
    ledger, _ = books()
    for month in range(3):
        ledger.pay("costs", "shops", (month + 1) * ONE_EACH[0], "banks", (month + 1) * ONE_EACH[1])
        ledger.audit()
    assert ledger.matrix(last=2).loc["shops", "banks"] == 7.0 * (2 + 3)
    assert ledger.matrix(last=2).to_numpy().sum() == 35.0
    frame = ledger.to_frame()
    assert frame.month.tolist() == ["2022-01", "2022-02", "2022-03"]
    assert frame.musd.tolist() == [7.0, 14.0, 21.0]


@given(st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.floats(0.0, 1e6), st.booleans()), max_size=25))
def test_no_history_of_payments_makes_money(history: list[tuple[str, float, bool]]) -> None:
    ledger, populations = books()
    for kind, amount, forth in history:
        shops, banks = np.array([[amount, 0.0, 2.0 * amount]]), np.array([[1.5 * amount, 1.5 * amount]])
        if forth:
            ledger.pay(kind, "shops", shops, "banks", banks)
        else:
            ledger.pay(kind, "banks", banks, "shops", shops)
    whole = sum(p.table.data["cash"].sum() for p in populations.values())
    assert whole == pytest.approx(2e6 + 300.0 + 2000.0, rel=1e-12)


def test_the_flows_of_a_run_explain_the_change_of_cash() -> None:
    """Receipts less payments are the change of cash, sector by sector; what is drawn down moves no cash."""
    model = ComputeEconomy(rng=1, months=24).run(12)
    before = {name: population.table.data["cash"].sum() for name, population in model.populations.items()}
    drawn: dict[tuple[str, str], float] = {}
    original = Ledger.draw_down

    def watched(ledger: Ledger, kind: str, holder: str, used: np.ndarray, issuer: str, earned: np.ndarray) -> None:
        drawn[(holder, issuer)] = drawn.get((holder, issuer), 0.0) + float(used.sum())
        original(ledger, kind, holder, used, issuer, earned)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "draw_down", watched)
        model.step()
    matrix = model.ledger.matrix(last=1)
    for (holder, issuer), amount in drawn.items():
        matrix.loc[holder, OUTSIDE[0] if issuer == "sectors" else issuer] -= amount
    for name in ("chipmakers", "clouds", "startups", "enterprises", "investors"):
        change = model.populations[name].table.data["cash"].sum() - before[name]
        assert change == pytest.approx(matrix[name].sum() - matrix.loc[name].sum(), rel=1e-9, abs=1e-3), name


def test_less_than_a_cent_below_nothing_is_rounding_and_more_is_not() -> None:
    """A stake bought and sold at a great price within a month leaves the rounding of that price behind."""
    model = ComputeEconomy(rng=1, months=2, register=False).run()
    stakes = model.populations["clouds"].table.data["stakes"]
    nothing = np.zeros_like(stakes)
    poorest = int(np.argmin(np.abs(model.ledger._opening["clouds"][0])))
    stakes[0, poorest] = -5e-9
    model.ledger._check_stocks("clouds", nothing)
    stakes[0, poorest] = -1.0
    with pytest.raises(LedgerError, match=f"clouds {poorest} has -1.0 M\\$ of stakes, less than nothing"):
        model.ledger._check_stocks("clouds", nothing)
