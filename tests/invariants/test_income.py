"""The sector's income statement against the ledger: nothing is lost, counted twice, or left without a place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kingmaker.agents.cloud import HYPERSCALER, TYPES, Cloud
from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.core.entries import Entry
from kingmaker.environment.core.ledger import KINDS, LedgerError
from kingmaker.environment.core.parties import OUTSIDE, PARTIES, pairs
from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.record import income_lines as il
from kingmaker.environment.record.income import Line, statement
from kingmaker.environment.record.income_sector import AI_INCOME, CAPEX, DEFINITIONS, OWN_BENEFIT, RATIO
from tests.invariants.search import draw_value
from tests.invariants.test_parties import WORLDS

SMALL: dict[str, Any] = {"startups.number": 60}
POPULATIONS = {"chipmakers": il.CHIPMAKERS, "startups": il.STARTUPS, "enterprises": il.USERS, "investors": il.INVESTORS,
               "regulators": il.REGULATORS}  # fmt: skip
CLAIMS = ("chips_drawn", "forfeits", "lapsed", "supply_drawn", "default")


def _drawn_world(seed: int) -> dict[str, Any]:
    """A world of random parameters, as the search for broken invariants draws them."""
    rng = np.random.default_rng(seed)
    free = [d for d in DECLARATIONS.values() if not d.structural and not d.integer]
    chosen = rng.choice(len(free), size=8, replace=False)
    return {"rng": seed, **SMALL, **{free[k].key: draw_value(free[k], rng) for k in chosen}}


def _cash(model: ComputeEconomy) -> dict[tuple[str, str], Any]:
    """Cash by party and type of cloud, each (worlds,)."""
    found: dict[tuple[str, str], Any] = {}
    for name, party in POPULATIONS.items():
        found[party, ""] = model.populations[name].table.data["cash"].sum(axis=-1)
    clouds = model.populations["clouds"].table.data
    for k, kind in enumerate(TYPES):
        found[il.CLOUDS, kind] = np.where(model.types == k, clouds["cash"], 0.0).sum(axis=-1)  # type: ignore[attr-defined]
    outside = model.populations["sectors"].table.data["cash"]
    return found | {(name, ""): outside[:, k].copy() for k, name in enumerate(OUTSIDE)}


def _types(model: ComputeEconomy) -> Any:
    """Types of clouds; those that enter later or have failed keep the type of their row."""
    rows = np.array([TYPES.index(row.type) for row in model.tables.clouds])
    return np.broadcast_to(rows, model.populations["clouds"].table.data["cash"].shape)


def _run(model: ComputeEconomy, meddle: Callable[[ComputeEconomy], None] | None = None, wind_up: bool = False) -> None:
    """Step to the end; the statement's change of cash is that of the accounts in every month.

    Args:
        model: at its start.
        meddle: what is paid besides, before each month.
        wind_up: close all clouds but hyperscalers in the last month, so that estates with money in them go to owners.
    """
    model.types = _types(model)  # type: ignore[attr-defined]
    changes = []
    while model.running:
        before = _cash(model)
        if meddle is not None:
            meddle(model)
        with pytest.MonkeyPatch.context() as patch:
            if wind_up and model.month == model.months - 1:
                patch.setattr(Cloud, "defaults", lambda cloud, p: cloud.alive & (cloud.type != HYPERSCALER))
            model.step()
        changes.append({key: after - before[key] for key, after in _cash(model).items()})
    _check_change_of_cash(model, changes)
    _check_lines(model)


def _check_change_of_cash(model: ComputeEconomy, changes: list[dict[tuple[str, str], Any]]) -> None:
    lines = statement(model.ledger)
    scale = 1.0 + max(np.abs(amount).max() for amount in lines.values())
    zero = np.zeros((model.worlds, len(changes)))
    inside = {*POPULATIONS.values(), il.CLOUDS, il.WHOLE, "public sector"}
    roles = sorted({line.party for line in lines} - inside)
    assert set(roles) <= {booking.rest for booking in il.BOOKINGS.values()}
    for key in changes[0]:
        moved = np.stack([change[key] for change in changes], axis=1)
        party, kind = key
        if party == OUTSIDE[0]:  # in all its roles
            told = sum((lines[Line(name, "", il.TOTAL, il.CHANGE)] for name in roles), zero)
        else:
            told = lines.get(Line(party, kind, il.TOTAL, il.CHANGE), zero)
        assert np.abs(moved - told).max() <= 1e-9 * scale, key


def _check_lines(model: ComputeEconomy) -> None:
    """Each payment is one party's and another's; the sector's sources are its uses; all of the ledger is in it."""
    lines = statement(model.ledger)
    scale = 1.0 + max(np.abs(amount).max() for amount in lines.values())
    basic = {k: a for k, a in lines.items() if k.party != il.WHOLE and k.type != il.ALL and k.section != il.TOTAL}
    for name in {line.line for line in basic}:
        assert np.abs(sum(a for k, a in basic.items() if k.line == name)).max() <= 1e-9 * scale, name
    sides = [sum(a for k, a in lines.items() if k.section == section) for section in (il.PAYS, il.EARNS)]
    assert np.abs(sides[0] - sides[1]).max() <= 1e-9 * scale
    for kinds in ("services",), ("wholesale",), ("chips", "chips_drawn"), ("tax",), ("equity",), ("rent",), ("costs",):
        booking = il.BOOKINGS[kinds[0]]
        got = sum(a for k, a in basic.items() if k[2:] == (booking.payee, booking.line) and a.sum() > 0.0)
        flows = [sum((m[key] for key in m if key[0] in kinds), np.zeros(model.worlds)) for m in model.ledger.months]
        flow = np.stack(flows, axis=1)
        if kinds == ("costs",):  # ordinary cloud is a part of the other business
            assert (got <= flow + 1e-9 * scale).all()
        else:
            assert np.abs(got - flow).max() <= 1e-9 * scale, kinds


def test_the_baseline_reconciles() -> None:
    _run(ComputeEconomy(rng=1, months=48, register=False, **SMALL))


def test_a_stack_in_which_every_kind_is_paid_reconciles() -> None:
    model = ComputeEconomy.stack(WORLDS, months=60, keep_ties=True)
    _run(model, wind_up=True)
    paid = {
        key
        for month in model.ledger.months
        for key, amount in month.items()
        if amount.any() and key[0] != "intervention"
    }
    assert paid == {(kind, *pair) for kind, lines in PARTIES.items() for pair in pairs(lines) if kind != "intervention"}


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_random_parameters_reconcile(seed: int) -> None:
    worlds = [_drawn_world(10 * seed + k) for k in range(4)]
    _run(ComputeEconomy.stack(worlds, months=24, keep_ties=True))


def _set_cash(model: ComputeEconomy) -> None:
    for name in ("clouds", "startups", "chipmakers", "investors", "enterprises"):
        firm = next(iter(model.populations[name].agents.values()))
        firm.cash = firm.cash + 50.0 if model.month % 2 else 0.75 * firm.cash


def _levy_and_grant(model: ComputeEconomy) -> None:
    """What an instrument of a user's own may do: tax and fine any firm, and grant it a subsidy."""
    for name in ("clouds", "startups", "chipmakers", "investors", "enterprises"):
        one = np.zeros_like(model.populations[name].table.data["cash"])
        one[:, 0] = 3.0
        to = model.economy.to_sectors(public=one.sum(axis=-1))
        model.ledger.pay("subsidy", "sectors", to, name, one)
        model.ledger.pay("fines", name, one / 3.0, "sectors", to / 3.0)
        model.ledger.pay("tax", name, one / 2.0, "sectors", to / 2.0)


def test_a_users_own_instruments_reconcile() -> None:
    model = ComputeEconomy.stack([{"rng": 3, **SMALL}, {"rng": 4, **SMALL}], months=6, keep_ties=True)
    _run(model, meddle=_levy_and_grant)
    lines = statement(model.ledger)
    assert np.allclose(lines[Line(il.USERS, "", il.COST, "fines")], -1.0)
    assert np.allclose(lines[Line(il.STARTUPS, "", il.FINANCE, il.SUBSIDIES)], 3.0)
    assert np.allclose(lines[Line(il.WHOLE, "", il.PAYS, "public sector")].min(), 9.0 + 60.0)


def test_a_snapshot_keeps_the_statement() -> None:
    model = ComputeEconomy(rng=1, months=6, register=False, **SMALL)
    model.run(4)
    again = ComputeEconomy.restore(model.snapshot())
    assert again.income_frame().equals(model.income_frame())
    assert again.run().income_frame().equals(model.run().income_frame())


def test_interventions_reconcile() -> None:
    model = ComputeEconomy(rng=2, months=12, **SMALL)
    _run(model, meddle=_set_cash)
    set_from_outside = model.income_frame().query("party == 'outside the model' and line == 'interventions'")
    assert set_from_outside["amount"].abs().sum() > 0.0


def test_every_kind_of_payment_has_its_line() -> None:
    """Who adds a kind to parties.py says where it stands; else this fails, and so does a statement that meets it."""
    missing, strange = set(PARTIES) - set(il.BOOKINGS), set(il.BOOKINGS) - set(PARTIES)
    assert not missing, f"say in environment/record/income_lines.py where these stand: {sorted(missing)}"
    assert not strange, f"no such kinds of payment: {sorted(strange)}"
    assert set(PARTIES) == set(KINDS) | set(CLAIMS)
    for kind, booking in il.BOOKINGS.items():
        assert {booking.payer, booking.payee} <= set(il.SECTIONS), kind
        assert "" not in {party for party, _, _ in il.possible(kind)}, f"{kind}: the rest of the economy has no role"
        assert bool(booking.ahead) == (kind in (*CLAIMS[:4], "rent", "lease")), kind


def test_a_kind_without_a_line_is_refused() -> None:
    model = ComputeEconomy(rng=1, months=2, register=False, **SMALL).run()
    one = np.ones((1, 1))
    model.ledger.book_of_entries.months[-1][Entry("startups", "sectors", "service", True, False)] = one
    with pytest.raises(LedgerError, match=r"kind 'service' have no line. Did you mean 'services'"):
        model.income_frame()


def test_a_world_of_a_stack_has_its_own_statement_bit_for_bit() -> None:
    worlds: list[dict[str, Any]] = [{"rng": 3, **SMALL}, {**WORLDS[2], "rng": 4}, {"rng": 5, **SMALL}]
    stack = ComputeEconomy.stack(worlds, months=15, keep_ties=True).run()
    for by in ("year", "month"):
        for k in (0, 1):
            given = {key: value for key, value in worlds[k].items() if key != "rng"}
            alone = ComputeEconomy(rng=worlds[k]["rng"], months=15, register=False, **given).run()
            assert alone.income_frame(by=by).equals(stack.income_frame(k, by=by)), (by, k)


def test_a_branch_goes_on_with_the_statement() -> None:
    model = ComputeEconomy(rng=1, months=6, register=False, **SMALL)
    model.run(3)
    kept = model.branch([{}, {"policy.tax": 0.5}], keep_ties=True).run()
    bare = model.branch([{}])
    assert kept.income_frame(0).equals(model.run().income_frame())
    assert not kept.income_frame(1).equals(kept.income_frame(0))
    with pytest.raises(KingmakerError, match="keeps no flows"):
        bare.income_frame()


def test_years_are_sums_of_months_and_the_ratio_is_of_sums() -> None:
    model = ComputeEconomy(rng=1, months=15, register=False, **SMALL).run()
    years, months = model.income_frame(), model.income_frame(by="month")
    keys = ["party", "type", "section", "line"]
    money = months[months["unit"] == "M$"]
    added = money.assign(year=money["month"].str[:4].astype(int)).groupby(["year", *keys])["amount"].sum()
    told = years[years["unit"] == "M$"].set_index(["year", *keys])["amount"]
    assert np.allclose(told, added.reindex(told.index), rtol=1e-9, atol=1e-6)
    sector = years[(years["party"] == il.WHOLE) & (years["year"] == 2022)].set_index("line")["amount"]
    assert sector[RATIO] == pytest.approx(sector[CAPEX] / sector[AI_INCOME])
    assert 0.0 < sector[OWN_BENEFIT] < sector[AI_INCOME]
    assert sector[OWN_BENEFIT] == pytest.approx(model.measures.array("own_benefit_musd")[:12].sum())
    assert set(sector.index) == {line for _, line in DEFINITIONS}


def test_capital_spending_is_that_of_the_measures() -> None:
    """A second way to the same number: what the chip market and builders note, against what the ledger has booked."""
    model = ComputeEconomy(rng=1, months=24, register=False, **SMALL).run()
    capex = statement(model.ledger)[Line(il.WHOLE, "", il.CAPITAL, CAPEX)][0]
    assert np.allclose(capex, model.measures.array("ai_capex_musd")[:, 0], rtol=1e-6)


@pytest.mark.parametrize(("call", "told"), [
    ({"by": "years"}, "by is 'years'; allowed are year, month. Did you mean 'year'?"),
    ({"by": 12}, "by is 12; allowed are year, month"), ({"world": 1}, "there is no world 1"),
])  # fmt: skip
def test_wrong_questions_are_refused(call: dict[str, Any], told: str) -> None:
    model = ComputeEconomy(rng=1, months=2, register=False, **SMALL)
    assert model.income_frame().empty
    with pytest.raises(KingmakerError) as refused:
        model.run().income_frame(**call)
    assert told in str(refused.value)
