"""Promises that meet: terms beside the first host, capacity promised once, labs bought while they have money."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kingmaker.agents.contract import FIXED
from kingmaker.agents.types import NONE
from kingmaker.environment.capital import savers
from kingmaker.environment.compute import commitments, rationing
from kingmaker.environment.firms import exits
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.ties import contracts, reservations, stakes
from kingmaker.environment.ties.contracts import Terms

EAGER = {"startups.number": 60, "contracts.scarcity_weight": 40.0}
LAB = 0


def _mask(model: ComputeEconomy, lab: int = LAB) -> np.ndarray:
    where = np.zeros(model.populations["startups"].table.alive.shape, dtype=np.bool_)
    where[:, lab] = True
    return where


@pytest.fixture
def quiet() -> ComputeEconomy:
    """A model some months old in which nobody reserves anything by itself, nor gives a second host up."""
    pins = {"contracts.most_reserved": 0.0, "compute.second_end": 0.0}
    return ComputeEconomy(rng=1, months=60, **{"startups.number": 60}, **pins).run(3)


def _reserve(model: ComputeEconomy, k: int, amount: float, *, at_once: float = 1.0, ahead: float = 0.0) -> Any:
    e, where = model.economy, _mask(model)
    row, full = e.startups.view().contracts[k], np.ones(where.shape)
    reservations.reserve(
        e, where, row, amount * full, price=2.0 * full, index=8.0 * full, due=0.9 * full, ahead=ahead * full,
        tied_to=np.full(where.shape, FIXED, dtype=np.int8), at_once=at_once * full, delivery=3.0 * full,
    )  # fmt: skip
    return row


def _second(model: ComputeEconomy, term: float) -> Any:
    """The lab's contract with another cloud than its first host, for ``term`` months."""
    e, where = model.economy, _mask(model)
    other = np.where(e.startups.view().host == 0, 1, 0).astype(np.int32)
    contracts.sign(e, where, 1, other, Terms(share=0.3, term=term))
    return e.startups.view().contracts[1]


# --- terms beside the first host -----------------------------------------------------------------------


def test_what_is_reserved_beside_the_first_host_runs_for_a_term_and_counts_as_backlog() -> None:
    model = ComputeEconomy.stack([{"rng": s, **EAGER} for s in (1, 2, 3)], months=48).run()
    labs = model.economy.startups.view()
    rows = [row for row in labs.contracts_in_use if row.rank]
    reserved = np.concatenate([(row.reserved + row.coming)[labs.alive] for row in rows])
    terms = np.concatenate([row.term[labs.alive] for row in rows])
    assert (reserved > 0.0).sum() > 3
    assert (terms[reserved > 0.0] > 0.0).all()
    assert terms.max() > 12.0


def test_a_second_contract_for_a_term_is_not_given_up_before() -> None:
    pins = {"compute.second_end": 1.0, "compute.second_chance": 0.0, "compute.second_urgency": 0.0}
    model = ComputeEconomy(rng=1, months=60, **{"startups.number": 60, "contracts.most_reserved": 0.0}, **pins).run(3)
    _second(model, 6.0)
    held = []
    for _ in range(8):
        model.step()
        held.append(bool(model.economy.startups.view().second[0, LAB] != NONE))
    assert held[:5] == [True] * 5
    assert not held[-1]


def test_a_term_begins_with_the_first_compute_that_is_delivered(quiet: ComputeEconomy) -> None:
    _second(quiet, 12.0)
    _reserve(quiet, 1, 1.0, at_once=0.0)
    terms = []
    for _ in range(5):
        quiet.step()
        terms.append(float(quiet.economy.startups.view().contracts[1].term[0, LAB]))
    assert terms[0] == terms[1] == 12.0
    assert terms[-1] < 12.0


def test_a_part_is_there_at_once_and_the_rest_is_built(quiet: ComputeEconomy) -> None:
    row = _reserve(quiet, 0, 100.0, at_once=0.25)
    assert (row.reserved[0, LAB], row.coming[0, LAB], row.coming_in[0, LAB]) == (25.0, 75.0, 3.0)


def test_who_is_cut_off_leaves_behind_what_it_had_paid_ahead(quiet: ComputeEconomy) -> None:
    row = _reserve(quiet, 0, 100.0, ahead=4.0)
    nothing = np.zeros(_mask(quiet).shape)
    reservations.cut_back(quiet.economy, _mask(quiet), row, nothing, ("deal", "test"))
    assert (row.reserved[0, LAB], row.ahead[0, LAB]) == (0.0, 0.0)
    assert quiet.economy.ledger.flow("lapsed")[0] == pytest.approx(4.0)


# --- capacity is promised once -------------------------------------------------------------------------


def test_what_a_host_cannot_serve_of_a_contract_is_asked_for_by_the_month(quiet: ComputeEconomy) -> None:
    """A host whose whole capacity is promised twice is short, and its shortage is seen."""
    e = quiet.economy
    host = int(e.startups.view().host[0, LAB])
    _reserve(quiet, 0, 10.0 * float(e.clouds.view().capacity[0, host]))
    seen: dict[str, float] = {}
    original = rationing.ration

    def watched(*given: Any) -> Any:
        served = original(*given)
        seen["by month"] = float(served.by_month[0, LAB] - given[1].open[0, LAB])
        seen["missed"] = float(given[1].reserved[0][0, LAB] - served.got_reserved[0][0, LAB])
        seen["wants"], seen["sold"] = float(served.wants[0, host]), float(served.sold[0, host])
        return served

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kingmaker.environment.compute.renting.ration", watched)
        lab = next(iter(quiet.populations["startups"].agents.values()))
        lab.cash = 1e7  # it can pay for what it has reserved
        quiet.step()
    assert seen["missed"] > 0.0
    assert seen["by month"] == pytest.approx(seen["missed"])
    assert seen["wants"] > seen["sold"]


def test_what_is_being_built_for_leases_is_not_promised_to_labs(quiet: ComputeEconomy) -> None:
    e, clouds = quiet.economy, quiet.economy.clouds.view()
    has = clouds.alive[0] & (clouds.left_to_tenants[0] > 50.0)
    before = commitments._free(e, clouds)[0]
    e.clouds.table.data["signed"][0, :] += 50.0
    assert (before - commitments._free(e, clouds)[0])[has] == pytest.approx(50.0)
    assert has.sum() > 10


def test_what_labs_owe_is_reckoned_contract_by_contract(quiet: ComputeEconomy) -> None:
    """What one has paid ahead in excess does not count against what another at the same cloud owes."""
    e = quiet.economy
    host = int(e.startups.view().host[0, LAB])
    row = _reserve(quiet, 0, 1.0, ahead=1e3)
    commitments._note_signed(e, e.startups.view())
    assert row.ahead[0, LAB] == 1e3
    assert e.now.compute.owed_by_labs[0, host] == 0.0
    assert e.clouds.view().backlog_labs[0, host] > 0.0


# --- a lab that is bought while it has money -----------------------------------------------------------


def test_who_buys_a_lab_pays_its_other_owners_and_the_till_is_shared(quiet: ComputeEconomy) -> None:
    e, where = quiet.economy, _mask(quiet)
    startups, clouds = e.startups.view(), e.clouds.view()
    for owner, share in ((1, 0.2), (0, 0.3)):
        whose, kept = np.full(where.shape, owner, dtype=np.int32), np.full(where.shape, 1.0 - share)
        stakes.sign(e, where, whose, np.full(where.shape, share), kept, np.zeros(where.shape), why="test")
    held = {int(row.owner[0, LAB]): float(row.share[0, LAB]) for row in startups.owners_held}
    worth, till = float(exits.beyond_cash(startups)[0, LAB]), float(startups.cash[0, LAB])
    assert worth > 0.0
    assert till > 0.0
    assert set(held) == {0, 1}
    cash = clouds.cash.copy()
    pools = e.investors.view().cash.sum()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(savers, "distribute", lambda *_: None)
        price = exits.buy_out(e, where, np.zeros(where.shape, dtype=np.int32))
        exits.share_tills(e, where)
    change = clouds.cash - cash
    others = 1.0 - held[0] - held[1]
    assert price[0, LAB] == pytest.approx((1.0 - held[0]) * worth)
    assert change[0, 1] == pytest.approx(held[1] * (worth + till))
    assert change[0, 0] == pytest.approx(held[0] * till - (1.0 - held[0]) * worth)
    assert e.investors.view().cash.sum() - pools == pytest.approx(others * (worth + till))
    assert startups.cash[0, LAB] == pytest.approx(0.0, abs=1e-9)


def test_own_work_worth_the_price_stands_beside_tenants() -> None:
    """Where a host's own work waits and is worth more than the price by the month, tenants get less."""
    pins = {"startups.number": 60, "clouds.internal_priority": 0.0, "chips.capacity_growth": 0.05}
    worlds = [{"rng": s, **pins, "contracts.own_elasticity": x} for x in (0.0, 3.0) for s in range(1, 7)]
    fill = ComputeEconomy.stack(worlds, months=36).run().measures.array("fill_unreserved")[12:].mean(axis=0)
    assert fill[:6].mean() < fill[6:].mean()
