"""A contract with a new host has nothing of the old one: every field, whenever and however the host changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kingmaker.agents.startup import EXCLUSIVE, PLAIN
from kingmaker.agents.types import NONE
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.phases import finance, tenancies

OLD = 99.0  # months: a tenure and a term that no new contract has
# clouds fail, and labs move and take second hosts often
RESTLESS: dict[str, Any] = {
    "startups.number": 60, "capital.interest": 0.3, "clouds.default_months": 2.0, "clouds.loan_cover": 40.0,
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
        assert not labs["pledged"][~np.isin(labs["pledger"], np.arange(clouds.alive.shape[1]))].any()
        gone = ~clouds.alive & living
        for column in ("host", "second", "talks", "second_talks", "pledger", "vendor", "vendor_before"):
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
    finance.sign_contract(model.economy, where, np.full(where.shape, 2, dtype=np.int32), EXCLUSIVE, "test")
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
    finance.sign_contract(model.economy, where, np.full(where.shape, host, dtype=np.int32), EXCLUSIVE, "test")
    assert (data["contract"][0, 0], data["tenure"][0, 0], data["host_fill"][0, 0]) == (EXCLUSIVE, OLD, 0.0)


@pytest.mark.parametrize("verb", ["begin", "end", "end_second", "begin_second"])
def test_only_the_labs_concerned_are_touched(verb: str) -> None:
    model, labs = _started()
    table = model.populations["startups"].table
    before = {name: array.copy() for name, array in table.data.items()}
    where = np.zeros(labs.alive.shape, dtype=np.bool_)
    where[0, :3] = True
    host = np.full(where.shape, 1, dtype=np.int32)
    given = {"begin": (host, np.full(where.shape, 12.0)), "begin_second": (host, np.full(where.shape, 0.2))}
    getattr(tenancies, verb)(labs, where, *given.get(verb, ()))
    for name, array in table.data.items():
        assert np.array_equal(array[~where], before[name][~where]), name


def test_who_promotes_its_second_host_has_one_host() -> None:
    """The column of second hosts is handed over as it stands, though it changes on the way."""
    model, labs = _started()
    data = model.populations["startups"].table.data
    data["host"][0, :4], data["second"][0, :4], data["second_share"][0, :4] = 0, 1, 0.3
    where = labs.alive & (np.arange(labs.alive.shape[1]) < 4)
    tenancies.begin(labs, where, labs.second, np.full(where.shape, 12.0))
    assert (data["host"][where] == 1).all()
    assert (data["second"][where] == NONE).all()
    assert not data["second_share"][where].any()
