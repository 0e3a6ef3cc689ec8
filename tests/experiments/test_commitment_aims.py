"""What commitments were to bring about: targets, what is noted of contracts, a page that says what its table holds."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.lease import NOW, RUNS
from kingmaker.agents.types import FloatArray
from kingmaker.environment.ties.lease_book import LeaseBook
from kingmaker.experiments.studies.measured_points import aims_page
from kingmaker.experiments.studies.measured_points.aim_numbers import AIMS, NEEDED
from kingmaker.experiments.studies.measured_points.aims_page import AimLine, aim_lines, page, read_aims
from kingmaker.experiments.studies.measured_points.point_cases import seen_in
from kingmaker.experiments.studies.measured_points.watched import Seen
from kingmaker.experiments.studies.measured_points.watched_contracts import LeaseMemory

DOCS = Path(__file__).resolve().parents[2] / "docs"
COLUMNS = "pattern,id,words,low,high,source,why"


@pytest.fixture(scope="module")
def cases() -> dict[str, Seen]:
    return seen_in(range(2), NEEDED)


def test_each_number_has_one_target_and_each_target_a_number() -> None:
    aims = read_aims()
    assert sorted(aim.id for aim in aims) == sorted(AIMS)
    assert {aim.pattern for aim in aims} == {f"P{k}" for k in range(1, 15)} - {"P11", "P12"}


@pytest.mark.slow
def test_every_aim_is_measured_in_every_world(cases: dict[str, Seen]) -> None:
    values = {name: of(cases) for name, of in AIMS.items()}
    assert {len(value) for value in values.values()} == {2}
    assert all(np.isfinite(value).all() for value in values.values())
    for name in ("committed", "largest", "ahead", "inference", "merchant", "own", "clouds_part"):
        assert (values[name] >= 0.0).all()
        assert (values[name] <= 100.0).all()
    assert (values["fill_2023"] <= cases["base"].of("fill_unreserved")[12:24].mean(axis=0)).all()


@pytest.mark.slow
def test_what_is_noted_of_leases_is_what_parameters_say(cases: dict[str, Seen]) -> None:
    seen = cases["base"]
    signed, ahead = (seen.of(name).sum() for name in ("signed_musd", "signed_ahead_musd"))
    # a fifth of what is due in any case; all of a lease is due
    assert 0.0 < ahead / signed <= 0.2 + 1e-9
    started, waits = (seen.of(name).sum(axis=0) for name in ("started_h100e", "started_waits"))
    assert (started > 0.0).all()
    assert (waits / started >= 1.0).all()


def book(since: list[float], delivery: list[float]) -> LeaseBook:
    found = LeaseBook.__new__(LeaseBook)
    found.since, found.delivery = np.array([since]), np.array([delivery])
    return found


def test_first_capacity_is_noted_once_and_again_for_another_contract_in_the_same_row() -> None:
    memory = LeaseMemory()
    assert memory.started(book([3.0, 4.0], [2.0, RUNS])).tolist() == [[0.0, 1.0]]
    assert memory.started(book([3.0, 4.0], [NOW, RUNS])).tolist() == [[0.0, 0.0]]
    assert memory.started(book([3.0, 9.0, 9.0], [RUNS, RUNS, 1.0])).tolist() == [[1.0, 1.0, 0.0]]
    assert memory.started(book([], [])).shape == (1, 0)


def test_an_aim_is_met_if_the_median_of_each_half_of_the_seeds_lies_inside() -> None:
    aims = [aim for aim in read_aims() if aim.id == "fill_2022"]
    fill: FloatArray = np.tile(np.repeat([0.95, 0.8], 2), (108, 1))
    lines = aim_lines({"base": Seen({"fill_unreserved": fill})}, aims)
    assert [(line.seeds, line.median, line.inside) for line in lines] == [
        ("0 to 1", 0.95, True),
        ("2 to 3", 0.8, False),
    ]
    text = page(lines, aims)
    assert "**0 of 1 medians" in text
    assert "0.800 (0.800 to 0.800) *outside*" in text


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("P1,fill_2021,words,0,1,12b,", "line 2: there is no number 'fill_2021'. Did you mean 'fill_202"),
        ("P1,fill_2022,words,1,0,12b,", "low is 1, which must be below high, 0"),
        ("P1,fill_2022,words,some,1,12b,", "low is 'some' and high '1'; numbers are allowed"),
    ],
)
def test_a_wrong_target_is_told_with_its_line(tmp_path: Path, row: str, told: str) -> None:
    path = tmp_path / "aims.csv"
    path.write_text(f"{COLUMNS}\n{row}\n", encoding="utf-8")
    with pytest.raises(KingmakerError) as fault:
        read_aims(path)
    assert told in str(fault.value)


def test_the_page_is_that_of_its_table_and_gives_a_reason_for_each_miss() -> None:
    with (DOCS / aims_page.TABLE).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    numbers = ("low", "high", "median", "band_low", "band_high")
    lines = [
        AimLine(r["pattern"], r["id"], *(float(r[k]) for k in numbers[:2]), r["seeds"],
                *(float(r[k]) for k in numbers[2:]), r["inside"] == "True")
        for r in rows
    ]  # fmt: skip
    aims = read_aims()
    assert (DOCS / aims_page.PAGE).read_text(encoding="utf-8") == page(lines, aims)
    missed = {line.id for line in lines if not line.inside}
    assert [aim.id for aim in aims if aim.id in missed and not aim.why] == []
