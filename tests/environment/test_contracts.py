"""Contracts as rows of a table: one writer, any number of hosts, and what the next phases make of them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kingmaker.agents.contract import NO_MONTH, SIGNED, TALKS, ContractRow, StakeRow, write_row
from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.startup import FIRST_REFUSAL, PLAIN, Startup
from kingmaker.agents.types import NONE
from kingmaker.environment.compute.tenancies import sign_dated
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.ties import contracts
from kingmaker.environment.ties.contracts import Terms
from tests.helpers import differing, firms, series

ROOT = Path(__file__).resolve().parents[2]
SMALL = {"startups.number": 40}
LAB = 0  # OpenAI
HOSTS = ("microsoft", "google", "amazon", "oracle")


def started(months: int = 3, **given: Any) -> tuple[ComputeEconomy, np.ndarray, list[int]]:
    """A running model, a mask of the one lab, and the slots of four clouds."""
    given = {"contracts.most_reserved": 0.0} | given  # nobody but these tests commits
    model = ComputeEconomy(rng=1, months=months + 24, register=False, **SMALL, **given).run(months)
    where = np.zeros(model.populations["startups"].table.alive.shape, dtype=np.bool_)
    where[:, LAB] = True
    slots = {row.id: k for k, row in enumerate(model.tables.clouds)}
    return model, where, [slots[name] for name in HOSTS]


def at(where: np.ndarray, cloud: int) -> np.ndarray:
    return np.full(where.shape, cloud, dtype=np.int32)


def four_hosts(model: ComputeEconomy, where: np.ndarray, clouds: list[int]) -> None:
    e = model.economy
    contracts.loosen(e, where, 0, PLAIN, why="test")
    for k, cloud in enumerate(clouds):
        contracts.sign(e, where, k, at(where, cloud), Terms(share=0.2, term=12.0 * (k + 1)), why=f"test {k}")


def test_four_contracts_of_one_lab_are_rationed_billed_and_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    model, where, clouds = started(**{"clouds.internal_priority": 0.3})  # room for all
    four_hosts(model, where, clouds)

    def splits(lab: Startup, p: Any, ratio: np.ndarray, expected: np.ndarray) -> np.ndarray:
        return np.where(lab.second != NONE, 0.2, 0.0)

    def weighs_second_host(lab: Startup, *given: Any) -> tuple[np.ndarray, np.ndarray]:
        return lab.alive & False, lab.alive & False

    monkeypatch.setattr(Startup, "weighs_second_host", weighs_second_host)
    monkeypatch.setattr(Startup, "splits", splits)
    model.step()
    lab = model.economy.startups.view()
    got = [float(row.got[0, LAB]) for row in lab.contracts[1:]]
    first = float((lab.used - lab.own_used - lab.used_elsewhere)[0, LAB])
    assert min(*got, first) > 0.0
    assert lab.first_share[0, LAB] == pytest.approx(0.4)
    assert lab.hosts_held[0, LAB] == 4.0
    assert lab.multihomed[0, LAB]
    assert got == pytest.approx([got[0]] * 3)  # the same share is asked of each, and none of them is short
    assert abs(float(model.measures.array("ledger_residual")[-1, 0])) < 1e-6
    edges = {
        model.populations["clouds"].table.names[0, cloud]: model.partnerships.graph()["OpenAI"]
        [model.populations["clouds"].table.names[0, cloud]] for cloud in clouds
    }  # fmt: skip
    ties = [next(d for d in found.values() if d["kind"] == "cloud_contract") for found in edges.values()]
    assert [tie["role"] for tie in ties] == ["first", "second", "further", "further"]
    assert [tie["compute_h100e"] for tie in ties] == pytest.approx([first, *got])
    assert all(tie["month_musd"] > 0.0 for tie in ties)
    assert sum(tie["month_musd"] for tie in ties) == pytest.approx(float(lab.rent_paid[0, LAB]))
    assert [tie["term_months"] for tie in ties] == [11.0, 23.0, 35.0, 47.0]


def test_shares_of_many_contracts_are_never_more_than_all() -> None:
    model, where, clouds = started()
    four_hosts(model, where, clouds)
    contracts.sign(model.economy, where, 3, at(where, clouds[3]), Terms(share=0.9))
    assert contracts.row_of(model.economy, 3).part[0, LAB] == pytest.approx(0.6)
    while model.running:  # the split with the second host moves
        model.step()
        lab = model.economy.startups.view()
        assert (lab.first_share >= 0.0).all()
        assert (lab.used <= lab.wanted * (1.0 + 1e-12)).all()


def test_rows_that_nobody_uses_change_no_bit() -> None:
    """Of two worlds, one has a lab with four hosts: the other is as it is alone, and with any number of rows."""
    alone = ComputeEconomy(rng=4, months=8, **SMALL).run()
    one = ComputeEconomy(rng=4, months=8, **SMALL, **{"ties.most_contracts": 8}).run()
    assert differing(series(alone), series(one)) == []
    stack = ComputeEconomy.stack([{"rng": 4, **SMALL}, {"rng": 1, **SMALL}], months=8)
    stack.run(3)
    where = np.zeros(stack.populations["startups"].table.alive.shape, dtype=np.bool_)
    where[1, LAB] = True
    slots = {row.id: k for k, row in enumerate(stack.tables.clouds)}
    four_hosts(stack, where, [slots[name] for name in HOSTS])
    stack.run()
    assert differing(series(alone), series(stack, 0)) == []


def test_a_lab_that_may_have_one_host_never_has_two() -> None:
    model = ComputeEconomy(rng=2, months=30, **SMALL, **{"ties.most_contracts": 1, "compute.second_chance": 0.9}).run()
    assert not model.measures.array("multihoming_share").any()
    assert (model.populations["startups"].table.data["second"] == NONE).all()
    other = ComputeEconomy(rng=2, months=30, **SMALL, **{"compute.second_chance": 0.9}).run()
    assert other.measures.array("multihoming_share").any()


def test_dated_contracts_for_which_there_is_no_row_are_counted_and_told() -> None:
    model = ComputeEconomy(rng=2, months=60, **SMALL, **{"ties.most_contracts": 1}).run()
    assert model.economy.refused_contracts.tolist() == [1.0]
    [note] = model.notes()
    assert note.endswith("no row was free for: 1; raise ties.most_contracts (now 1).")
    assert ComputeEconomy(rng=2, months=60, **SMALL).run().notes() == []


def test_a_further_contract_ends_with_its_term_and_one_without_term_does_not() -> None:
    model, where, clouds = started()
    four_hosts(model, where, clouds)
    contracts.sign(model.economy, where, 2, at(where, clouds[2]), Terms(share=0.1, term=2.0))
    contracts.sign(model.economy, where, 3, at(where, clouds[3]), Terms(share=0.1))
    seen = []
    for _ in range(3):
        model.step()
        lab = model.economy.startups.view()
        seen.append([int(row.lessor[0, LAB]) != NONE for row in lab.contracts[2:]])
    assert seen == [[True, True], [False, True], [False, True]]
    ended = model.partnerships.to_frame().query("action == 'end' and source == 'its term is over'")
    assert len(ended) == 1


def test_when_a_lessor_is_gone_the_next_row_becomes_the_first() -> None:
    model, where, clouds = started()
    four_hosts(model, where, clouds)
    e = model.economy
    gone = np.zeros(e.clouds.table.alive.shape, dtype=np.bool_)
    gone[0, clouds[:2]] = True
    lost = contracts.release(e, gone, np.full(where.shape, 9.0))
    lab = e.startups.view()
    assert lost[0, LAB]
    assert [int(row.lessor[0, LAB]) for row in lab.contracts] == [clouds[2], NONE, NONE, clouds[3]]
    assert (lab.term[0, LAB], lab.contract[0, LAB], lab.first_share[0, LAB]) == (9.0, PLAIN, 0.8)
    assert not np.isin(lab.host, clouds[:2]).any()


def test_dated_contracts_stand_beside_each_other_and_displace_only_what_was_decided() -> None:
    model, where, clouds = started()
    e = model.economy
    contracts.loosen(e, where, 0, FIRST_REFUSAL)
    contracts.sign(e, where, 1, at(where, clouds[3]), Terms(share=0.1))
    for cloud in clouds[1:3]:
        sign_dated(e, where, at(where, cloud), PLAIN, "test")
    lab = e.startups.view()
    assert [int(row.lessor[0, LAB]) for row in lab.contracts] == [*clouds[:3], NONE]
    sign_dated(e, where, at(where, clouds[2]), PLAIN, "test")  # it has that one
    assert [int(row.lessor[0, LAB]) for row in lab.contracts] == [*clouds[:3], NONE]


def test_every_field_is_set_at_the_signature_and_cleared_at_the_end() -> None:
    model, where, clouds = started()
    e = model.economy
    row = contracts.row_of(e, 2)
    terms = Terms(form=FIRST_REFUSAL, share=0.3, term=7.0, reserved=100.0, price=2.5, tied_to=2, due=0.8, ahead=5.0)
    contracts.offer(e, where, 2, at(where, clouds[2]), np.full(where.shape, 2.0))
    assert row.stage[0, LAB] == TALKS
    contracts.sign(e, where, 2, at(where, clouds[2]), terms)
    assert row.stage[0, LAB] == SIGNED
    held = {
        name: getattr(row, name)[0, LAB] for name in ("form", "part", "term", "reserved", "price", "tied_to", "due")
    }
    assert list(held.values()) == [FIRST_REFUSAL, 0.3, 7.0, 100.0, 2.5, 2, 0.8]
    assert (row.ahead[0, LAB], row.since[0, LAB], row.talks[0, LAB]) == (5.0, e.month, NONE)
    contracts.end(e, where, 2)
    for name, field in ContractRow.fields.items():
        if field.ranks[0] <= 2 <= field.ranks[1]:
            assert getattr(row, name)[0, LAB] == field.default, name
    assert row.since[0, LAB] == NO_MONTH


def test_a_row_that_there_is_not_is_refused() -> None:
    model, where, clouds = started()
    with pytest.raises(KingmakerError, match=r"there is no row 4; allowed is 0 to 3 \(ties.most_contracts = 4\)"):
        contracts.sign(model.economy, where, 4, at(where, clouds[0]))


@pytest.mark.parametrize("name", ["host", "second_share", "contract", "talks_left"])
def test_a_field_set_by_itself_is_refused(name: str) -> None:
    labs = firms(Startup, 3)
    with pytest.raises(KingmakerError, match=f"'{name}' is a field of a row of contracts"):
        setattr(labs, name, 0)
    model = ComputeEconomy(rng=1, months=1, **SMALL)
    agent = next(iter(model.agents_by_type[Startup]))
    for field in (name, "contracts_price_0", "contracts_lessor_2"):
        with pytest.raises(KingmakerError, match="by the verbs of"):
            setattr(agent, field, 0)


@pytest.mark.parametrize("part", [0.0, 0.01, 0.6])
def test_rows_of_few_and_of_many_firms_are_written_alike(part: float) -> None:
    rng = np.random.default_rng(1)
    labs = firms(Startup, 2_000, worlds=2)
    alive = labs._table.alive
    alive[:, ::5] = False
    row, where = labs.contracts[1], rng.random(alive.shape) < part
    amount, term, lessor = rng.random(alive.shape), rng.random((2, 1)), rng.integers(0, 9, alive.shape)
    write_row(row, where, reserved=amount, term=term, lessor=lessor, price=3.0)
    here = where & alive
    np.testing.assert_array_equal(row.reserved, np.where(here, amount, 0.0))
    np.testing.assert_array_equal(row.term, np.where(here, term, 0.0))
    np.testing.assert_array_equal(row.lessor, np.where(here, lessor, NONE))
    np.testing.assert_array_equal(row.price, np.where(here, 3.0, 0.0))
    if here.any():
        with pytest.raises(TypeError, match="same_kind"):
            write_row(row, where, lessor=amount)  # a fraction is no cloud


def test_no_module_but_the_ties_writes_rows() -> None:
    """Who calls the writer, or writes a row's array in the table, outside of environment/ties."""
    fields = {f.column(k) for row in (ContractRow, StakeRow) for f in row.fields.values() for k in range(8)}
    writers = set()
    for folder in ("agents", "environment", "experiments"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                call = isinstance(node, ast.Call) and getattr(node.func, "id", "") == write_row.__name__
                targets = node.targets if isinstance(node, ast.Assign) else ()
                stored = [t for target in targets for t in ast.walk(target)]
                names = {t.attr for t in stored if isinstance(t, ast.Attribute) and isinstance(t.ctx, ast.Store)}
                keys = {t.value for t in stored if isinstance(t, ast.Constant)}
                if call or (names | keys) & fields:
                    writers.add(path.relative_to(ROOT).as_posix())
    assert {w for w in writers if not w.startswith("environment/ties/")} == set()
    assert "environment/ties/contracts.py" in writers


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("SERML"), st.integers(0, 3), st.integers(0, 5)), max_size=12))
def test_whatever_is_signed_and_ended_a_lab_has_one_contract_with_a_cloud(deeds: list[tuple[str, int, int]]) -> None:
    model, where, _ = STARTED
    e = model.economy
    for what, k, cloud in deeds:
        if what == "S":
            contracts.sign(e, where, k, at(where, cloud), Terms(share=0.1))
        elif what == "E":
            contracts.end(e, where, k)
        elif what == "R":
            gone = np.zeros(e.clouds.table.alive.shape, dtype=np.bool_)
            gone[0, cloud] = True
            contracts.release(e, gone, np.full(where.shape, 9.0))
        elif what == "M" and k:
            contracts.move(e, where & (contracts.row_of(e, k).lessor != NONE), k, 0, Terms(), why="test")
        else:
            contracts.offer(e, where, k, at(where, cloud), np.ones(where.shape))
    lab = e.startups.view()
    held = [int(row.lessor[0, LAB]) for row in lab.contracts if row.lessor[0, LAB] != NONE]
    assert len(held) == len(set(held))
    assert {key[4] for key in model.partnerships.open_ties(e.month + 1, 0) if key[:4] == (
        "cloud_contract", key[1], "startups", LAB)} == set(held)  # fmt: skip
    for row in lab.contracts[1:]:
        assert row.lessor[0, LAB] != NONE or row.part[0, LAB] == row.got[0, LAB] == 0.0


STARTED = started()
