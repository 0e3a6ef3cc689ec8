"""Who pays whom: every payment of several runs against the table of parties and, where it matters, the firms' roles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kingmaker.environment.compute import hosts
from kingmaker.environment.core.ledger import KINDS, Ledger, LedgerError
from kingmaker.environment.core.lookups import by_host
from kingmaker.environment.core.parties import ALLOWED, INSTRUMENTS, OUTSIDE, PARTIES, pairs
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.reference.accounts import DRAWN
from tests.invariants.payments import ROLES, Payment, run_recorded

MONTHS = 60
SMALL: dict[str, Any] = {"startups.number": 60}
# settings under which every kind of payment occurs: clouds that fail, taxed chips, public compute, labs with credit,
# labs with clouds among their owners that are sold, or lose their teams
WORLDS: list[dict[str, Any]] = [
    {"rng": 1, **SMALL},
    {"rng": 1, **SMALL, "clouds.contract_interest": 0.3, "clouds.advance_strong": 1.0, "clouds.reserve_months": 0.0,
     "clouds.operating_share": 0.8, "clouds.default_months": 2.0},
    {"rng": 2, **SMALL, "policy.compute_fund_musd": 200.0, "policy.export_duty": 0.25, "policy.detection": 0.05,
     "policy.interoperability": 1.0, "policy.compliance": 0.0, "policy.lock_in_gain": 1.0, "sites.threshold": 0.2,
     "policy.site_grant": 0.3},
    {"rng": 2, **SMALL, "capital.stake_chance": 1.0, "capital.credit_part": 1.0, "capital.stake_share": 0.3,
     "capital.deployment": 0.0, "capital.credit_months": 60.0, "capital.tranche_months": 1.0},
    {"rng": 3, **SMALL, "capital.trade_sales": 0.02, "capital.trade_sale_most": 1e5, "capital.stake_chance": 1.0,
     "capital.hire_chance": 0.5, "capital.hire_months": 2000.0},
    *({"rng": seed, **SMALL, "capital.stake_chance": 1.0, "capital.hire_chance": 0.1, "capital.hire_months": 2000.0,
       "policy.merger_control": 0.0, "capital.stake_share": 0.3, "capital.takeover_gap": 3.0,
       "capital.holdings_most": 1.0} for seed in (2, 4, 5)),
]  # fmt: skip
Run = tuple[ComputeEconomy, list[Payment]]


@pytest.fixture(scope="module")
def history() -> Run:
    return run_recorded(WORLDS, MONTHS)


@pytest.fixture(scope="module")
def paid(history: Run) -> dict[tuple[str, str, str], Payment]:
    """One payment of each kind between each pair of populations."""
    return {(p.kind, p.payer, p.payee): p for p in history[1]}


def test_every_kind_has_its_parties() -> None:
    assert set(PARTIES) == set(KINDS) | set(DRAWN)
    assert set(INSTRUMENTS) <= set(KINDS)
    populations = {*ComputeEconomy(rng=1, months=1, register=False).populations} - {"sectors"} | set(OUTSIDE)
    for kind, allowed in ALLOWED.items():
        assert {name for pair in allowed for name in pair} <= populations, kind


def test_every_pair_of_the_table_pays_and_nobody_else_does(history: Run) -> None:
    """The flows of the runs are the table's pairs: a pair too many in the table, or in the model, shows here."""
    flows = history[0].ledger.to_frame()
    seen = set(flows[["kind", "payer", "payee"]].itertuples(index=False, name=None))
    declared = {(kind, *pair) for kind, lines in PARTIES.items() for pair in pairs(lines) if kind != "intervention"}
    assert seen == declared


def test_interventions_pass_between_the_rest_of_the_economy_and_any_firm() -> None:
    model = ComputeEconomy(rng=1, months=2)
    for name in ("chipmakers", "clouds", "startups", "investors", "enterprises", "regulators"):
        firm = next(iter(model.populations[name].agents.values()))
        firm.cash = firm.cash + 5.0
        firm.cash = firm.cash - 3.0
    model.step()
    flows = model.ledger.to_frame()
    seen = set(flows[flows.kind == "intervention"][["payer", "payee"]].itertuples(index=False, name=None))
    assert seen == pairs(PARTIES["intervention"])


@pytest.mark.parametrize("kind", sorted(PARTIES))
def test_swapped_sides_are_refused(kind: str, history: Run, paid: dict[tuple[str, str, str], Payment]) -> None:
    """Payer and payee change places: the ledger refuses it or, between two clouds, their roles tell."""
    model, payments = history
    mine = [p for p in payments if p.kind == kind and p.payer == p.payee]
    for (found, payer, payee), p in paid.items():
        if found == kind and payer != payee:
            with pytest.raises(LedgerError, match=rf"{kind}: .* cannot pay"):
                Ledger.pay(model.ledger, kind, payee, p.received, payer, p.amount) if kind in KINDS else (
                    Ledger.draw_down(model.ledger, kind, payee, p.received, payer, p.amount)
                )
    holds = ROLES.get((kind, "clouds", "clouds"))
    if kind == "prepayment":  # in the last month both sides of a lease may be wound up: then nobody is left to tell
        mine = [p for p in mine if p.month < MONTHS - 1]
    for p in mine:
        assert holds is not None
        swapped = replace(p, amount=p.received, received=p.amount)
        assert not holds(swapped), f"{kind} in month {p.month}"
    if kind not in ("intervention", "default"):  # tested on their own
        assert any(found == kind for found, _, _ in paid)


@pytest.mark.parametrize("key", sorted(ROLES))
def test_the_right_firms_pay_and_are_paid(key: tuple[str, str, str], history: Run) -> None:
    mine = [p for p in history[1] if (p.kind, p.payer, p.payee) == key]
    assert mine
    for p in mine:
        assert ROLES[key](p), f"{key} in month {p.month}"


@pytest.mark.parametrize("key", sorted(ROLES))
def test_a_payment_by_or_to_the_wrong_cloud_is_seen(key: tuple[str, str, str], history: Run) -> None:
    """Each payment is moved one cloud on: nobody's role fits then."""
    mine = [p for p in history[1] if (p.kind, p.payer, p.payee) == key]
    side = "received" if key[2] == "clouds" else "amount"
    wrong = [replace(p, **{side: np.roll(getattr(p, side), 1, axis=-1)}) for p in mine]
    assert sum(not ROLES[key](p) for p in wrong) > 0.9 * len(wrong)


def _fee_to_the_new_host(e: Any, startups: Any, signs: Any) -> None:
    """The fault of a fee paid to the host that is moved to, not to the one that is left."""
    fee = np.where(signs, np.minimum(0.1 * startups.cash, 1.0), 0.0)
    to = by_host(fee, startups.talks, e.populations["clouds"].slots)
    e.ledger.pay("egress", "startups", fee, "clouds", to)
    e.now.compute.switching_fees_musd = fee.sum(axis=-1)


def _fee_to_the_tenant(e: Any, startups: Any, signs: Any) -> None:
    """The fault of a fee that the host pays."""
    fee = np.where(signs, np.minimum(0.1 * startups.cash, 1.0), 0.0)
    by = by_host(fee, startups.host, e.populations["clouds"].slots)
    e.ledger.pay("egress", "clouds", by, "startups", fee)
    e.now.compute.switching_fees_musd = fee.sum(axis=-1)


def test_a_fee_to_the_wrong_host_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "pay_for_moving", _fee_to_the_new_host)
    _, payments = run_recorded([{"rng": 1}], 36)
    egress = [p for p in payments if p.kind == "egress"]
    assert egress
    assert not any(ROLES[("egress", "startups", "clouds")](p) for p in egress)


@pytest.mark.parametrize("fault", [_fee_to_the_tenant])
def test_a_fee_paid_by_the_wrong_side_stops_the_run(
    fault: Callable[[Any, Any, Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "pay_for_moving", fault)
    with pytest.raises(LedgerError, match="egress: clouds cannot pay startups; it is paid by startups to clouds"):
        ComputeEconomy(rng=1, months=24, register=False, **SMALL).run()
