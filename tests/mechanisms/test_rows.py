"""One test a row: the paired difference has the claimed sign and its interval excludes zero."""

from __future__ import annotations

import pytest

from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.parameters import check
from kingmaker.experiments.studies.mechanisms.row import Row
from kingmaker.experiments.studies.mechanisms.row_result import Result
from kingmaker.experiments.studies.mechanisms.row_runs import run_row, run_rows
from kingmaker.experiments.studies.mechanisms.rows import OPEN, ROWS

EXPECTED = {f"S{k}" for k in range(1, 13)} | {f"C{k}" for k in range(1, 14)} | {f"L{k}" for k in range(1, 17)} | {
    f"R{k}" for k in range(1, 7)
}  # fmt: skip
BESIDE = {f"G{k}" for k in range(1, 8)} | {f"W{k}" for k in range(1, 7)} | {"P1", "P11", "P12"}


def test_every_one_of_the_47_rows_is_tested_or_named_as_open() -> None:
    tested = {row.id.rstrip("abcdefgh") for row in ROWS}
    assert tested | set(OPEN) == EXPECTED | BESIDE
    assert not tested & set(OPEN)
    assert len({row.id for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_names_what_exists(row: Row) -> None:
    assert row.of is not None or row.outcome in MEASURES
    for key, value in {**row.low, **row.high, **row.both}.items():
        check(key, value, row.id)
    assert not [mutant.target for mutant in row.mutants if ":_" in mutant.target or "._" in mutant.target]


def asked(request: pytest.FixtureRequest, test: str) -> list[Row]:
    """The rows of a test that are chosen in this session, so that they share stacks of worlds."""
    items = [item for item in request.session.items if getattr(item, "originalname", "") == test]
    return [item.callspec.params["row"] for item in items if isinstance(item, pytest.Function)]


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest) -> dict[str, Result]:
    return {result.row.id: result for result in run_rows(asked(request, "test_the_mechanism_works"))}


@pytest.fixture(scope="module")
def switched_off(request: pytest.FixtureRequest) -> dict[str, Result]:
    rows = asked(request, "test_it_no_longer_works_once_it_is_switched_off")
    return {result.row.id: result for result in run_rows(rows, mutated=True)}


@pytest.mark.slow
@pytest.mark.mechanism
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_the_mechanism_works(row: Row, results: dict[str, Result]) -> None:
    result = results[row.id]
    assert result.holds, f"{row.id}: {row.claim}: {result.effect:.4g} ({result.low:.4g} to {result.high:.4g})"


@pytest.mark.slow
@pytest.mark.mechanism
@pytest.mark.parametrize("row", [row for row in ROWS if row.mutants], ids=lambda row: row.id)
def test_it_no_longer_works_once_it_is_switched_off(row: Row, switched_off: dict[str, Result]) -> None:
    result = switched_off[row.id]
    assert not result.holds, f"{row.id}: {result.effect:.4g} ({result.low:.4g} to {result.high:.4g})"


@pytest.mark.slow
@pytest.mark.mechanism
@pytest.mark.parametrize(("names", "mutated"), [("C12 S4 C12b S4b", False), ("S4 S4b", True)])
def test_rows_that_share_a_stack_give_the_numbers_of_each_alone(names: str, mutated: bool) -> None:
    rows = [row for name in names.split() for row in ROWS if row.id == name]
    together = list(run_rows(rows, seeds=2, mutated=mutated))
    assert [result.row.id for result in together] == names.split()
    assert together == [run_row(row, seeds=2, mutated=mutated) for row in rows]


def test_a_lever_that_does_not_move_shows_no_effect() -> None:
    still = Row(
        "X", "nothing happens", "nowhere", {"chips.moat": 1.0}, {"chips.moat": 1.0}, "chip_leader_share", (2, 6), 1
    )
    result = run_row(still, seeds=3)
    assert (result.effect, result.low, result.high, result.holds) == (0.0, 0.0, 0.0, False)


def test_one_seed_gives_no_interval() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        run_row(ROWS[0], seeds=1)
