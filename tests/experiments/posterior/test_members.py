"""The file of members: what is written is read, what is not of this model is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kingmaker as km
from kingmaker.experiments.posterior import members as module
from kingmaker.experiments.posterior.members import Members, MembersError, load_members, write_members
from kingmaker.experiments.posterior.priors import member_seeds, read_priors


@pytest.fixture
def drawn() -> Members:
    priors = read_priors()
    return Members(
        priors.keys, priors.values(priors.draw(5, 1)), member_seeds(5, 1), np.array([0.1, 0.2, 0.3, 0.2, 0.2]),
        {"date": "2026-01-01", "digest": "abc"},
    )  # fmt: skip


def test_what_is_written_is_read_to_the_last_bit(drawn: Members, tmp_path: Path) -> None:
    write_members(drawn, tmp_path / "m.parquet")
    found = load_members(tmp_path / "m.parquet")
    assert found.keys == drawn.keys
    assert np.array_equal(found.values, drawn.values)
    assert np.array_equal(found.seeds, drawn.seeds)
    assert np.allclose(found.weights, drawn.weights)
    assert dict(found.source) == dict(drawn.source)
    write_members(found, tmp_path / "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == (tmp_path / "m.parquet").read_bytes()


def test_worlds_bear_seed_and_values_and_pins_win(drawn: Members) -> None:
    worlds = drawn.worlds(**{"chips.deposit": 0.5, "scenario": "no_new_law"})
    assert [world["rng"] for world in worlds] == drawn.seeds.tolist()
    assert {world["chips.deposit"] for world in worlds} == {0.5}
    assert {world["scenario"] for world in worlds} == {"no_new_law"}
    assert worlds[2]["startups.runway"] == drawn.column("startups.runway")[2]
    model = km.ComputeEconomy.stack([world | {"startups.number": 10} for world in worlds[:2]], months=2).run()
    assert model.parameters["startups.runway"].ravel().tolist() == drawn.column("startups.runway")[:2].tolist()


def test_the_first_few_are_weighted_anew(drawn: Members) -> None:
    few = drawn.first(2)
    assert len(few) == 2
    assert few.weights.tolist() == pytest.approx([1 / 3, 2 / 3])
    assert np.array_equal(few.values, drawn.values[:2])
    for number in (0, 6, 2.5):
        with pytest.raises(km.KingmakerError, match="members"):
            drawn.first(number)  # type: ignore[arg-type]
    with pytest.raises(MembersError, match=r"'policy.interoperability' is not among"):
        drawn.column("policy.interoperability")


def test_it_says_what_it_is(drawn: Members) -> None:
    assert repr(drawn) == f"<5 members over {len(drawn.keys)} parameters, of 2026-01-01>"


def written(tmp_path: Path, **columns: list[float]) -> Path:
    path = tmp_path / "own.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def test_files_that_cannot_be_used_are_refused_with_their_name(tmp_path: Path) -> None:
    missing = tmp_path / "none.parquet"
    with pytest.raises(MembersError, match=r"none.parquet: there is no such file.*posterior fit"):
        load_members(missing)
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(MembersError, match=r"bad.parquet: cannot be read"):
        load_members(tmp_path / "bad.parquet")
    with pytest.raises(MembersError, match="no columns 'seed' and 'weight'"):
        load_members(written(tmp_path, **{"chips.deposit": [0.1]}))
    columns = {"seed": [1], "weight": [1.0]}
    with pytest.raises(MembersError, match=r"no parameter 'chips.depositt'.*another model"):
        load_members(written(tmp_path, **columns, **{"chips.depositt": [0.1]}))
    with pytest.raises(MembersError, match=r"'chips.deposit' is 3.*another model"):
        load_members(written(tmp_path, **columns, **{"chips.deposit": [3.0]}))
    for weight in (-1.0, float("nan"), 0.0):
        with pytest.raises(MembersError, match="weights"):
            load_members(written(tmp_path, seed=[1], weight=[weight], **{"chips.deposit": [0.1]}))


def test_the_shipped_members_are_at_hand() -> None:
    found = km.posterior()
    assert len(found) >= 100
    assert abs(float(found.weights.sum()) - 1.0) < 1e-9
    assert set(found.keys) <= set(read_priors().keys)
    assert module.SHIPPED.stat().st_size < 1_500_000
