"""The ensemble smoother against the exact posterior of a linear Gaussian problem."""

from __future__ import annotations

import numpy as np
import pytest

from kingmaker.experiments.posterior.ensemble_runs import PosteriorError
from kingmaker.experiments.posterior.smoother import TrustedCorrelations, smooth, trusted_part

PARAMETERS, LINES, ERROR = 200, 40, 0.3


@pytest.fixture(scope="module")
def problem() -> dict[str, np.ndarray]:
    """Each line hangs on a tenth of the parameters; the exact posterior by linear algebra."""
    rng = np.random.default_rng(1)
    G = rng.normal(size=(LINES, PARAMETERS)) * (rng.random((LINES, PARAMETERS)) < 0.1)
    G /= np.linalg.norm(G, axis=1, keepdims=True)
    truth = rng.normal(size=PARAMETERS)
    observed = G @ truth + ERROR * rng.normal(size=LINES)
    precision = np.eye(PARAMETERS) + G.T @ G / ERROR**2
    covariance = np.linalg.inv(precision)
    return {"G": G, "observed": observed, "covariance": covariance, "mean": covariance @ G.T @ observed / ERROR**2}


def smoothed(problem: dict[str, np.ndarray], members: int = 400, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    G = problem["G"]
    found = smooth(
        rng.normal(size=(PARAMETERS, members)), lambda places, alive: G @ places, problem["observed"],
        ERROR**2 * np.eye(LINES), np.tile([-6.0, 6.0], (PARAMETERS, 1)), 4, seed,
    )  # fmt: skip
    return found.places


def test_means_and_spreads_are_those_of_the_exact_posterior(problem: dict[str, np.ndarray]) -> None:
    places = smoothed(problem)
    exact = np.sqrt(np.diag(problem["covariance"]))
    off = (places.mean(axis=1) - problem["mean"]) / exact
    assert float(np.sqrt(np.mean(off**2))) < 0.35  # of a posterior standard deviation
    assert float(np.mean(places.std(axis=1) / exact)) == pytest.approx(1.0, abs=0.08)


def test_without_localisation_the_spread_would_be_far_too_small(
    problem: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is why it is there: chance correlations of so many parameters all shrink the ensemble."""
    monkeypatch.setattr("kingmaker.experiments.posterior.smoother.NOISE", 0.0)
    exact = np.sqrt(np.diag(problem["covariance"]))
    assert float(np.mean(smoothed(problem, 150).std(axis=1) / exact)) < 0.85


def test_a_parameter_that_lowers_a_line_is_moved_the_other_way() -> None:
    """Thresholding by correlation in pyesmda 1.0 turns the sign of negative correlations; ours must not."""
    rng = np.random.default_rng(0)
    start = rng.normal(size=(2, 300))
    found = smooth(
        start, lambda places, alive: np.array([-places[0]]), np.array([2.0]), np.array([[0.1]]),
        np.tile([-6.0, 6.0], (2, 1)), 3, 1,
    )  # fmt: skip
    assert found.places[0].mean() == pytest.approx(-2.0 / 1.1, abs=0.1)
    assert abs(found.places[1].mean() - start[1].mean()) < 0.1


def test_the_trusted_part_is_none_of_noise_and_all_of_what_is_far_above_it() -> None:
    found = trusted_part(np.array([0.0, 0.05, -0.05, 0.5, -0.5, 1.0]), 400)
    assert found[:3].tolist() == [0.0, 0.0, 0.0]
    assert found[3] == found[4] > 0.9
    assert found[5] > 0.99


def test_the_covariances_are_numpys_where_all_is_trusted() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 5000))
    y = x[:2] * 2.0
    found = TrustedCorrelations().localize(x, y)
    exact = np.cov(np.vstack([x, y]))[:3, 3:]
    assert np.allclose(np.diag(found[:2]), np.diag(exact[:2]), rtol=1e-2)
    assert np.allclose(TrustedCorrelations().localize_multi_dot(x, y, np.eye(2)), found)


def test_members_that_fail_are_left_out_and_the_others_keep_their_numbers(problem: dict[str, np.ndarray]) -> None:
    seen: list[list[int]] = []

    def forward(places: np.ndarray, alive: np.ndarray) -> np.ndarray:
        seen.append(alive.tolist())
        found = problem["G"] @ places
        found[3, alive == 7] = np.inf if len(seen) == 1 else found[3, alive == 7]
        return found

    places = np.random.default_rng(0).normal(size=(PARAMETERS, 40))
    found = smooth(places, forward, problem["observed"], np.eye(LINES), np.tile([-6.0, 6.0], (PARAMETERS, 1)), 2, 1)
    assert seen[0] == list(range(40))
    assert seen[1] == seen[2] == found.alive.tolist() == [k for k in range(40) if k != 7]


def test_too_many_failures_and_too_few_members_are_refused(problem: dict[str, np.ndarray]) -> None:
    bounds = np.tile([-6.0, 6.0], (PARAMETERS, 1))

    def failing(places: np.ndarray, alive: np.ndarray) -> np.ndarray:
        return np.where(alive % 4 == 0, np.nan, problem["G"] @ places)

    with pytest.raises(PosteriorError, match="10 of 40 have given no finite number"):
        smooth(np.zeros((PARAMETERS, 40)), failing, problem["observed"], np.eye(LINES), bounds, 2, 1)
    with pytest.raises(PosteriorError, match="members is 8; an ensemble smoother needs at least 16"):
        smooth(np.zeros((PARAMETERS, 8)), failing, problem["observed"], np.eye(LINES), bounds, 2, 1)
