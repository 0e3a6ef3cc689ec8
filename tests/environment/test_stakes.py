"""Clouds' stakes in labs as rows of a table: the latest first, as many as are followed, written by the verbs alone."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.ties import stakes
from tests.helpers import firms

ROOT = Path(__file__).resolve().parents[2]
LAB = 2  # Cohere: no cloud holds a stake at first
HOLDERS = ("microsoft", "google", "amazon", "oracle", "meta")


def started(**given: Any) -> tuple[ComputeEconomy, np.ndarray, list[int]]:
    """A model before its first month, a mask of one lab, and the slots of five clouds."""
    model = ComputeEconomy(rng=1, months=6, register=False, **{"startups.number": 20, "ties.most_owners": 4, **given})
    where = np.zeros(model.populations["startups"].table.alive.shape, dtype=np.bool_)
    where[:, LAB] = True
    slots = {row.id: k for k, row in enumerate(model.tables.clouds)}
    return model, where, [slots[name] for name in HOLDERS]


def buy(model: ComputeEconomy, where: np.ndarray, cloud: int, part: float = 0.1, kept: float = 1.0) -> None:
    ones = np.ones(where.shape)
    owner = np.full(where.shape, cloud, dtype=np.int32)
    stakes.sign(model.economy, where, owner, part * ones, kept * ones, 10.0 * ones, why="test")


def held(model: ComputeEconomy) -> list[tuple[int, float]]:
    rows = model.economy.startups.view().owners
    return [(int(row.owner[0, LAB]), round(float(row.share[0, LAB]), 12)) for row in rows if row.owner[0, LAB] != NONE]


def test_the_latest_stake_is_first_and_four_are_followed() -> None:
    model, where, clouds = started()
    for cloud in clouds[:4]:
        buy(model, where, cloud)
    assert held(model) == [(cloud, 0.1) for cloud in reversed(clouds[:4])]
    edges = {key[4] for key in model.partnerships.open_ties(1, 0) if key[:4] == ("equity", "vendor", "startups", LAB)}
    assert edges == set(clouds[:4])


@pytest.mark.parametrize("most", [1, 2, 4])
def test_of_one_more_than_are_followed_the_earliest_is_written_off(most: int) -> None:
    model, where, clouds = started(**{"ties.most_owners": most})
    e = model.economy
    buy(model, where, clouds[0])
    e.ledger.pay("equity", "clouds", (np.arange(e.clouds.slots) == clouds[0]) * 7.0 + np.zeros((1, e.clouds.slots)),
                 "startups", where * 7.0)  # fmt: skip
    stakes.promise(e, where, where * 7.0, np.zeros((1, 1)), np.ones((1, 1)), np.zeros_like(where))
    stakes.pay(e, where * 7.0)
    for cloud in clouds[1:most]:
        buy(model, where, cloud)
    before = e.clouds.view().stakes[0, clouds[0]].copy()
    buy(model, where, clouds[most])
    assert held(model) == [(cloud, 0.1) for cloud in reversed(clouds[1 : most + 1])]
    assert before - e.clouds.view().stakes[0, clouds[0]] == pytest.approx(7.0)
    edges = {key[4] for key in model.partnerships.open_ties(1, 0) if key[:4] == ("equity", "vendor", "startups", LAB)}
    assert edges == set(clouds[1 : most + 1])


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_holder_that_buys_again_has_one_stake(place: int) -> None:
    model, where, clouds = started()
    for cloud in clouds[:4]:
        buy(model, where, cloud)
    again = clouds[3 - place]
    buy(model, where, again)
    assert held(model) == [(again, 0.2), *((cloud, 0.1) for cloud in reversed(clouds[:4]) if cloud != again)]


def test_clouds_never_hold_nearly_all_and_new_shares_dilute_all_rows() -> None:
    model, where, clouds = started()
    buy(model, where, clouds[0], 0.8)
    buy(model, where, clouds[1], 0.2, kept=0.5)
    assert held(model) == [(clouds[1], 0.2), (clouds[0], 0.4)]
    buy(model, where, clouds[2], 0.9)
    assert sum(share for _, share in held(model)) == pytest.approx(stakes.MOST_HELD)
    stakes.amend(model.economy, where, np.full(where.shape, 0.99))
    assert sum(share for _, share in held(model)) == pytest.approx(stakes.MOST_HELD)


def test_the_stake_of_a_cloud_that_is_gone_ends_whichever_it_is() -> None:
    model, where, clouds = started()
    for cloud in clouds[:3]:
        buy(model, where, cloud)
    e = model.economy
    stakes.promise(e, where, where * 9.0, np.zeros((1, 1)), np.ones((1, 1)), np.zeros_like(where))
    gone = np.zeros(e.clouds.table.alive.shape, dtype=np.bool_)
    gone[0, clouds[0]] = True
    assert not stakes.release(e, gone, "test")[0, LAB]
    assert held(model) == [(clouds[2], 0.1), (clouds[1], 0.1)]
    assert e.startups.view().pledged[0, LAB] == 9.0
    gone[0, clouds[2]] = True
    assert stakes.release(e, gone, "test")[0, LAB]
    assert e.startups.view().pledged[0, LAB] == 0.0
    buy(model, where, clouds[1])  # who held an earlier stake buys, where the latest is empty
    assert held(model) == [(clouds[1], 0.2)]
    model.run()  # and the ledger closes


@pytest.mark.parametrize("name", ["vendor", "vendor_before_share", "pledged"])
def test_a_field_set_by_itself_is_refused(name: str) -> None:
    with pytest.raises(KingmakerError, match=rf"'{name}' is a field of a row of stakes.*environment\.ties\.stakes"):
        setattr(firms(Startup, 2), name, 1)


def test_ties_are_logged_from_environment_ties_alone() -> None:
    callers = set()
    for path in sorted((ROOT / "environment").rglob("*.py")) + sorted((ROOT / "experiments").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("partnerships.note"):
                callers.add(path.relative_to(ROOT).as_posix())
    assert callers == {f"environment/ties/{name}.py" for name in ("contracts", "leases", "relations", "stakes")}
