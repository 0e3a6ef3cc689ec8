"""Scores of ensembles, the discrepancy of blocks, and ranks of known truths."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from kingmaker.experiments.posterior import discrepancy, known_truth, scoring
from kingmaker.experiments.posterior.lines import DataLine, read_lines

ALL = read_lines()
LINE = next(line for line in ALL if line.scale == "log")


def line_of(value: float, block: str = "hardware", series: str = "a", error: float = 0.1) -> DataLine:
    return dataclasses.replace(LINE, value=value, block=block, series=series, error=error)


def test_an_ensemble_around_the_truth_covers_it_and_one_beside_it_does_not() -> None:
    near = np.random.default_rng(0).normal(np.log(5.0), 0.1, 500)
    good, bad = scoring.score([line_of(5.0), line_of(50.0)], np.stack([near, near]))
    assert good.covered
    assert not bad.covered
    assert 0.3 < good.rank < 0.7
    assert bad.rank > 0.99
    assert bad.misfit == pytest.approx((np.log(10.0) / 0.1) ** 2, rel=0.05)
    assert good.crps < 1.0 < bad.crps
    total = scoring.summary([good, bad])
    assert (total.lines, total.covered, total.words) == (2, 1, "1 of 2 lines (50 %)")


def test_the_score_is_that_of_a_normal_distribution() -> None:
    """The CRPS of a standard normal at its mean is (sqrt 2 - 1) / sqrt pi, in standard deviations."""
    values = np.random.default_rng(0).normal(np.log(5.0), 0.1, 20_000)
    (found,) = scoring.score([line_of(5.0)], values[np.newaxis])
    assert found.crps == pytest.approx((np.sqrt(2.0) - 1.0) / np.sqrt(np.pi), rel=0.02)


def test_errors_are_added_with_their_covariance_and_the_same_each_time() -> None:
    covariance = np.array([[0.04, 0.03], [0.03, 0.09]])
    seen = scoring.predictive(np.zeros((2, 40_000)), covariance)
    assert np.allclose(np.cov(seen), covariance, atol=2e-3)
    assert np.array_equal(seen, scoring.predictive(np.zeros((2, 40_000)), covariance))


def missed(size: float, number: int, block: str, seed: int, series: str = "") -> list[discrepancy.Miss]:
    off = np.random.default_rng(seed).normal(0.0, np.sqrt(size**2 + 0.01), number)
    return [discrepancy.Miss(line_of(5.0, block, series or f"{block}{k}"), float(d), 0.01) for k, d in enumerate(off)]


def test_a_block_that_misses_by_more_than_its_errors_has_that_discrepancy() -> None:
    found = discrepancy.estimate(missed(0.5, 60, "labs", 1) + missed(0.0, 60, "clouds", 2))
    assert found["labs"] == pytest.approx(0.5, rel=0.2)
    assert found["clouds"] < 0.12
    assert found["clouds"] < found[""] < found["labs"]


def test_a_block_with_few_lines_leans_on_all() -> None:
    few = discrepancy.estimate(missed(0.3, 80, "labs", 1) + missed(0.0, 1, "clouds", 2))
    assert few["clouds"] > 0.15
    assert discrepancy.estimate([]) == {"": 0.0}


def test_many_lines_of_one_series_count_little_more_than_one() -> None:
    one = discrepancy.estimate(missed(0.4, 80, "labs", 1) + missed(1.5, 20, "clouds", 2, series="same"))
    many = discrepancy.estimate(missed(0.4, 80, "labs", 1) + missed(1.5, 20, "clouds", 2))
    assert one["clouds"] < many["clouds"]


def test_its_covariance_ties_neighbouring_lines_of_a_series() -> None:
    first, near = line_of(1.0), dataclasses.replace(line_of(2.0), first=LINE.first + 3, last=LINE.last + 3)
    far = dataclasses.replace(line_of(3.0), first=LINE.first + 24, last=LINE.last + 24)
    other = line_of(4.0, series="b")
    found = discrepancy.covariance([first, near, far, other], {"": 0.2})
    assert np.diag(found) == pytest.approx([0.04] * 4)
    assert found[0, 1] > found[0, 2] > 0.0 == found[0, 3]
    assert (np.linalg.eigvalsh(found) > 0.0).all()


def test_ranks_of_a_truth_that_is_one_of_the_members_are_flat() -> None:
    rng = np.random.default_rng(0)
    ranks = known_truth.rank(rng.normal(size=(4000, 50)), rng.normal(size=4000))
    assert known_truth.covered(ranks) == pytest.approx(0.9, abs=0.03)
    assert ranks.min() > 0.0
    assert ranks.max() < 1.0
    narrow = known_truth.rank(0.3 * rng.normal(size=(4000, 50)), rng.normal(size=4000))
    assert known_truth.covered(narrow) < 0.6
    assert known_truth.rank(np.zeros((1, 9)), np.zeros(1)).tolist() == [0.5]
