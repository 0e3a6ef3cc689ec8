"""The paper in the repository is what ``kingmaker paper`` makes: its runs, its numbers, its figures."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from agents.errors import KingmakerError
from experiments.paper import flagship, replications, sobol
from experiments.paper.numbers import number
from experiments.paper.run import fill, read_tables, render
from experiments.paper.statistics import holm, interval, stable_from, variation

ROOT = Path(__file__).resolve().parents[2]
PAPER = ROOT / "docs" / "paper"
KEYS = {"flagship": ["duty", "cap", "seed"], "replications": ["policy", "seed"], "sobol": ["point", "policy"]}


def test_the_text_has_the_numbers_of_the_tables() -> None:
    assert (PAPER / "paper.md").read_text(encoding="utf-8") == render(read_tables(PAPER)), "run: kingmaker paper"


def test_the_tables_are_those_of_the_whole() -> None:
    tables = read_tables(PAPER)
    assert len(tables["flagship"]) == flagship.count(flagship.FULL)
    assert len(tables["replications"]) == replications.count(replications.FULL)
    assert len(tables["sobol"]) == sobol.count(sobol.FULL)


def test_the_bibliography_has_what_is_cited_and_nothing_else() -> None:
    bib = (PAPER / "paper.bib").read_text(encoding="utf-8")
    assert bib == (ROOT / "experiments/paper/paper.bib").read_text(encoding="utf-8")
    text = (PAPER / "paper.md").read_text(encoding="utf-8")
    assert set(re.findall(r"@(\w+)", text)) == set(re.findall(r"^@\w+\{(\w+),", bib, flags=re.MULTILINE))


@pytest.mark.slow
def test_quick_runs_are_those_of_the_committed_tables(tmp_path: Path) -> None:
    """A world gives the same numbers in any stack, so the quick runs must be found among those of the whole."""
    words = [sys.executable, "-m", "experiments", "paper", "--quick", "--out", str(tmp_path / "paper")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    kept, made = read_tables(PAPER), read_tables(tmp_path / "paper")
    for tables in (kept, made):
        tables["flagship"]["cap"] = tables["flagship"]["cap"].astype(float)
    for name, keys in KEYS.items():
        both = made[name].merge(kept[name], on=keys, suffixes=("", "_kept"), how="left")
        assert len(both) == len(made[name])
        for column in made[name].columns.difference(keys):
            np.testing.assert_allclose(
                both[column], both[f"{column}_kept"], rtol=1e-6, atol=1e-9, err_msg=f"{name}: run kingmaker paper"
            )
    for figure in ("flagship", "replications", "sobol"):
        assert (tmp_path / f"paper/figures/{figure}.pdf").is_file()
        assert (PAPER / f"figures/{figure}.png").is_file()


@pytest.mark.slow
def test_the_validation_is_that_of_today() -> None:
    """The committed counts of hits come from a table that a run of today gives again, for its first lines."""
    from experiments.paper.run import validation

    kept = read_tables(PAPER)["validation"]
    made = validation(int(kept["seeds"].iloc[0]))
    np.testing.assert_allclose(made["model_median"], kept["model_median"], rtol=1e-5)
    assert list(made["hit"]) == list(kept["hit"])


def test_holm_is_stricter_than_each_test_alone() -> None:
    assert list(holm(np.array([0.04, 0.001, 0.03]))) == [False, True, False]
    assert list(holm(np.array([0.01, 0.02, 0.04]))) == [True, True, True]
    assert list(holm(np.array([0.02, 0.9, 0.9]))) == [False, False, False]


def test_an_interval_covers_as_often_as_it_says() -> None:
    draws = np.random.default_rng(1).normal(3.0, 2.0, size=(2000, 8))
    covers = [found.low <= 3.0 <= found.high for found in map(interval, draws)]
    assert 0.935 < np.mean(covers) < 0.965


def test_what_is_the_same_in_all_runs_is_no_effect() -> None:
    found = interval(np.zeros(5))
    assert (found.mean, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_the_variation_is_that_of_the_textbook() -> None:
    values = np.array([1.0, 2.0, 4.0, 8.0])
    expected = [values[:n].std(ddof=1) / values[:n].mean() for n in (2, 3, 4)]
    np.testing.assert_allclose(variation(values), expected)


def test_what_still_moves_at_the_end_has_not_settled() -> None:
    calm = np.tile([9.0, 11.0], 100)
    assert stable_from(calm, 0.02) is not None
    restless = np.concatenate([np.full(95, 10.0) + 0.01 * np.arange(95), [300.0] * 5])
    assert stable_from(restless, 0.02) is None


def test_a_known_effect_is_found() -> None:
    """A made-up table in which the duty adds exactly 2 and the cap nothing."""
    points = [(d, c, s) for d in (0.0, 1.0) for c in (1600.0, 4800.0) for s in range(1, 7)]
    frame = pd.DataFrame(points, columns=["duty", "cap", "seed"])
    frame["rent"] = frame["seed"] * 1.0 + 2.0 * frame["duty"]
    assert flagship.change(frame, (1.0, 4800.0), "rent").mean == 2.0
    assert flagship.change(frame, (0.0, 1600.0), "rent").p == 1.0
    assert flagship.interaction(frame, "rent").mean == 0.0


def test_fewer_base_points_are_the_first_of_more() -> None:
    _, few = sobol.samples(sobol.QUICK)
    _, many = sobol.samples(sobol.FULL)
    np.testing.assert_array_equal(few, many[: len(few)])


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (1234.5, "1234"), (0.01234, "0.0123"), (-5.678, "−5.68"), (99.95, "100.0")]
)
def test_numbers_have_three_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text


def test_a_place_without_a_value_is_told() -> None:
    with pytest.raises(KingmakerError, match="seeds has no value"):
        fill("{{seeds}}", {})
    with pytest.raises(KingmakerError, match="seeds has no place"):
        fill("", {"seeds": "1"})
