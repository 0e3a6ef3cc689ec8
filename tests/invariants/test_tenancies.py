"""A contract with a new host has nothing of the old one: every field, whenever and however the host changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kingmaker.agents.cloud import HYPERSCALER, Cloud
from kingmaker.agents.startup import EXCLUSIVE, PLAIN
from kingmaker.agents.types import NONE
from kingmaker.environment.compute.tenancies import sign_dated
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.ties import contracts
from kingmaker.environment.ties.contracts import Terms

OLD = 99.0  # months: a tenure and a term that no new contract has
CLOSING = (30, 50)  # months in which all clouds but hyperscalers are wound up
# labs move and take second hosts often
RESTLESS: dict[str, Any] = {
    "startups.number": 60,
    "policy.interoperability": 1.0, "compute.impatience": 0.5, "compute.patience": 0.9, "compute.second_chance": 0.5,
    "compute.second_urgency": 0.5, "compute.second_end": 0.3,
}  # fmt: skip
WORLDS = [{"rng": 1, **RESTLESS}, {"rng": 2, **RESTLESS, "compute.memory": 0.9}, {"rng": 3, **RESTLESS}]


def poison(labs: dict[str, Any]) -> None:
    """Give all present tenancies a past that shows: long, badly served, at a high share of sales."""
    hosted = labs["host"] != NONE
    for column, value in (("tenure", OLD), ("host_fill", 0.0), ("fill", 0.0), ("royalty", 0.9)):
        labs[column][hosted] = value


def test_a_new_tenancy_has_nothing_of_the_old_one() -> None:
    """After each month: of whoever has another host than before, the past of the tenancy is gone."""
    model = ComputeEconomy.stack(WORLDS, months=66)
    table, clouds = model.populations["startups"].table, model.populations["clouds"].table
    labs, p = table.data, model.parameters
    seen = {"moved": 0, "first": 0, "promoted": 0}
    while model.running:
        poison(labs)
        host, second, ids = labs["host"].copy(), labs["second"].copy(), table.ids.copy()
        term, living = labs["term"].copy(), clouds.alive.copy()
        with pytest.MonkeyPatch.context() as patch:
            if model.month in CLOSING:
                patch.setattr(Cloud, "defaults", lambda cloud, p: cloud.alive & (cloud.type != HYPERSCALER))
            model.step()
        new = table.alive & (table.ids == ids) & (labs["host"] != host) & (labs["host"] != NONE)
        failed = np.take_along_axis(living & ~clouds.alive, np.maximum(host, 0), axis=1) & (host != NONE)
        promoted = new & failed & (labs["host"] == second)
        assert (labs["tenure"][new] <= 1.0).all()
        memory = np.broadcast_to(p.compute.memory, new.shape)
        for column in ("host_fill", "fill"):  # one month of the new host has been seen at most
            assert (labs[column] >= 1.0 - memory)[new].all(), column
        assert (labs["royalty"][new] < 0.9).all()
        shortest, longest = p.compute.shortest_term, p.compute.shortest_term + p.compute.term_spread
        fresh = (labs["term"] >= np.floor(shortest) - 1.0) & (labs["term"] <= longest)
        assert fresh[new & (labs["contract"] == PLAIN)].all()
        assert (labs["contract"][promoted] == PLAIN).all()
        assert (labs["term"] != term - 1.0)[promoted].any() or not promoted.any()
        for column in ("second", "talks", "second_talks"):
            assert (labs[column] != labs["host"])[new].all(), column
        assert not labs["second_share"][labs["second"] == NONE].any()
        assert not labs["used_second"][labs["second"] == NONE].any()
        assert not labs["pledged"][~np.isin(labs["vendor"], np.arange(clouds.alive.shape[1]))].any()
        gone = ~clouds.alive & living
        for column in ("host", "second", "talks", "second_talks", "vendor", "vendor_before"):
            named = np.take_along_axis(gone, np.maximum(labs[column], 0), axis=1) & (labs[column] != NONE)
            assert not named.any(), column
        newborn = table.alive & (table.ids != ids)
        for column in ("host", "second", "talks", "second_talks", "tenure", "host_fill", "fill", "royalty", "term"):
            assert (labs[column][newborn] == table.columns[column].default).all(), column
        seen["promoted"] += int(promoted.sum())
        seen["first"] += int((new & (host == NONE)).sum())
        seen["moved"] += int((new & (host != NONE) & ~failed).sum())
    assert min(seen.values()) >= 3, seen


def _started() -> tuple[ComputeEconomy, Any]:
    model = ComputeEconomy(rng=1, months=6, register=False).run(3)
    poison(model.populations["startups"].table.data)
    model.populations["startups"].table.data["term"][...] = OLD
    return model, model.populations["startups"].view()


def test_a_dated_contract_of_a_lab_without_host_is_new() -> None:
    model, labs = _started()
    data = model.populations["startups"].table.data
    where = np.zeros(labs.alive.shape, dtype=np.bool_)
    where[0, 0] = True
    assert labs.alive[0, 0]
    data["host"][0, 0], data["term"][0, 0], data["talks"][0, 0] = NONE, 0.0, 2
    sign_dated(model.economy, where, np.full(where.shape, 2, dtype=np.int32), EXCLUSIVE, "test")
    row = {name: data[name][0, 0] for name in ("host", "contract", "tenure", "host_fill", "fill", "royalty", "talks")}
    assert row == {
        "host": 2, "contract": EXCLUSIVE, "tenure": 0.0, "host_fill": 1.0, "fill": 1.0, "royalty": 0.0, "talks": NONE,
    }  # fmt: skip
    assert data["term"][0, 0] == model.parameters.compute.shortest_term[0, 0]


def test_a_contract_amended_keeps_its_past() -> None:
    model, labs = _started()
    data = model.populations["startups"].table.data
    where = np.zeros(labs.alive.shape, dtype=np.bool_)
    where[0, 0] = True
    host = int(data["host"][0, 0])
    sign_dated(model.economy, where, np.full(where.shape, host, dtype=np.int32), EXCLUSIVE, "test")
    assert (data["contract"][0, 0], data["tenure"][0, 0], data["host_fill"][0, 0]) == (EXCLUSIVE, OLD, 0.0)


HOST = np.full((1, 1), 1, dtype=np.int32)
VERBS: dict[str, Any] = {
    "offer": lambda e, where, k: contracts.offer(e, where, k, HOST, np.full((1, 1), 3.0)),
    "break_off": contracts.break_off,
    "sign": lambda e, where, k: contracts.sign(e, where, k, HOST, Terms(share=0.2, term=12.0)),
    "renew": lambda e, where, k: contracts.renew(e, where, k, term=24.0, form=EXCLUSIVE),
    "loosen": lambda e, where, k: contracts.loosen(e, where, k, PLAIN),
    "move": lambda e, where, k: contracts.move(e, where, 1, 0, Terms(term=12.0), why="test"),
    "end": contracts.end,
}


@pytest.mark.parametrize("k", [0, 1, 3])
@pytest.mark.parametrize("verb", VERBS)
def test_only_the_labs_concerned_are_touched(verb: str, k: int) -> None:
    model, labs = _started()
    table = model.populations["startups"].table
    where = np.zeros(labs.alive.shape, dtype=np.bool_)
    where[0, :3] = True
    contracts.sign(model.economy, where, k, HOST + 1, Terms(share=0.1))
    before = {name: array.copy() for name, array in table.data.items()}
    VERBS[verb](model.economy, where, k)
    for name, array in table.data.items():
        assert np.array_equal(array[~where], before[name][~where]), name


def test_who_promotes_its_second_host_has_one_host() -> None:
    """The lessor of the second row is handed over as it stands, though it changes on the way."""
    model, labs = _started()
    data = model.populations["startups"].table.data
    data["host"][0, :4], data["second"][0, :4], data["second_share"][0, :4] = 0, 1, 0.3
    where = labs.alive & (np.arange(labs.alive.shape[1]) < 4)
    contracts.move(model.economy, where, 1, 0, Terms(term=12.0), why="test")
    assert (data["host"][where] == 1).all()
    assert (data["second"][where] == NONE).all()
    assert not data["second_share"][where].any()
    assert (data["term"][where] == 12.0).all()
