"""Lines of data: errors, scales, biases of sources, and the third that is kept out for good."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.environment.inputs.tables import DATA
from kingmaker.experiments.posterior import lines as module
from kingmaker.experiments.posterior.lines import (
    CLASSES,
    FOLDS,
    LINES,
    SOURCES,
    WINDOW,
    LineError,
    error_covariance,
    fold,
    kept_out,
    read_lines,
    scaled,
    window,
)

ALL = read_lines()


def test_a_third_is_kept_out_in_blocks_and_every_block_of_lines_is_fitted_somewhere() -> None:
    assert 0.25 < sum(line.kept_out for line in ALL) / len(ALL) < 0.42
    by_block = {(line.source, line.entity): set() for line in ALL}
    for line in ALL:
        by_block[line.source, line.entity].add(line.kept_out)
    assert all(len(kept) == 1 for kept in by_block.values())
    assert {line.block for line in ALL} == {line.block for line in ALL if not line.kept_out}
    assert {fold(line.source, line.entity) for line in ALL if not line.kept_out} == set(range(FOLDS))


def test_what_is_kept_out_never_changes() -> None:
    """Chosen once: a change of the hash, or of its salt, would let lines in that had been kept out."""
    kept = {("filings", "nvidia"), ("filings", "meta"), ("epoch", "google"), ("synergy", "world")}
    assert {pair: kept_out(*pair) for pair in kept} == dict.fromkeys(kept, True)
    fitted = {("filings", "microsoft"), ("epoch", "nvidia"), ("cb_insights", "all_ai"), ("omdia", "meta")}
    assert {pair: kept_out(*pair) for pair in fitted} == dict.fromkeys(fitted, False)


def test_every_line_lies_in_the_window_and_cites_facts_of_the_repository() -> None:
    assert len(window(ALL)) == len(ALL) >= 90
    assert max(line.last for line in ALL) < WINDOW
    with (DATA / "facts.csv").open(encoding="utf-8", newline="") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    with LINES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["fact"], row["id"]
            assert set(row["fact"].split()) <= known, row["id"]
    with SOURCES.open(encoding="utf-8", newline="") as file:
        assert {row["source"] for row in csv.DictReader(file)} == {line.source for line in ALL}


def test_errors_of_a_class_are_those_of_the_class() -> None:
    for line in ALL:
        if line.error_class in CLASSES and line.scale == "log":
            assert line.error == CLASSES[line.error_class], line.id
        assert 0.0 < line.error / line.unit < 1.5, line.id


@given(st.sampled_from(ALL), st.floats(-1e9, 1e12, allow_nan=False))
def test_scales_are_finite_rise_and_go_back(line: module.DataLine, value: float) -> None:
    one, other = line.on_scale(np.array([value, value + abs(value) + 1.0]))
    assert np.isfinite(one)
    assert other >= one
    assert float(line.back(np.array([line.observed]))[0]) == pytest.approx(line.value, rel=1e-9)


def test_a_world_that_failed_stays_known_as_one() -> None:
    assert np.isnan(scaled(np.full((len(ALL), 2), np.nan), ALL)).all()


def test_lines_of_a_source_share_its_bias_and_others_do_not() -> None:
    epoch = [line for line in ALL if line.source == "epoch" and line.scale == "log"][:2]
    omdia = next(line for line in ALL if line.source == "omdia" and line.scale == "log")
    found = error_covariance([*epoch, omdia])
    assert found[0, 1] == pytest.approx(epoch[0].bias * epoch[1].bias)
    assert epoch[0].bias > 0.0
    assert found[0, 2] == 0.0
    assert found[0, 0] == pytest.approx(epoch[0].error ** 2 + epoch[0].bias ** 2)
    assert (np.linalg.eigvalsh(error_covariance(ALL)) > 0.0).all()


def altered(tmp_path: Path, **cells: str) -> Path:
    with LINES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:3]
    rows[1] |= cells
    path = tmp_path / "lines.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize(
    ("cells", "parts"),
    [
        ({"series": "leader_revenue_musdd"}, ["line 3", "'leader_revenue_musdd'", "mean 'leader_revenue_musd'"]),
        ({"scale": "logarithm"}, ["line 3", "'logarithm'", "linear, log, logit"]),
        ({"value": "-3"}, ["line 3", "-3", "above zero"]),
        ({"value": "many"}, ["line 3", "'many'", "a number"]),
        ({"scale": "logit"}, ["3810", "between zero and one"]),
        ({"error": "0"}, ["line 3", "error is 0"]),
        ({"error": "-0.1"}, ["'-0.1'", "from 0 up"]),
        ({"error": "nan"}, ["'nan'"]),
        ({"error_class": "guess"}, ["'guess'", "filing, tracker, press"]),
        ({"source": "epochs"}, ["'epochs'", "mean 'epoch'"]),
        ({"id": "H01"}, ["line 3", "'H01' is given twice"]),
        ({"start": "2023-05"}, ["2023-05 to 2022-07"]),
    ],
)
def test_a_fault_names_place_value_and_what_is_allowed(tmp_path: Path, cells: dict[str, str], parts: list[str]) -> None:
    with pytest.raises(LineError) as fault:
        read_lines(altered(tmp_path, **cells))
    assert all(part in str(fault.value) for part in parts), fault.value
