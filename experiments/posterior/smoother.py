"""The ensemble smoother: ES-MDA (Emerick & Reynolds 2013), by pyesmda, with correlations told from noise.

The ensemble moves towards the data in a few linear steps, each with the errors blown up so that all of them together
count once. Correlations between a parameter and a line that an ensemble of this size gives by chance are taken out:
each is multiplied by :func:`trusted_part` of it (localisation by correlation, after Luo, Bhakta & Naevdal 2018).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pyesmda import LocalizationStrategy

from kingmaker.experiments.posterior.ensemble_runs import PosteriorError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kingmaker.agents.types import FloatArray

NOISE = 1.75  # standard errors of a correlation that is nothing but chance, below which none is trusted
MOST_FAILED = 0.1  # share of the members that may fail over a whole fit
LEAST = 16  # members: fewer tell no correlation from noise

Forward = Callable[["FloatArray", "NDArray[np.int64]"], "FloatArray"]


@dataclass(frozen=True)
class Smoothed:
    """An ensemble after the smoother.

    Attributes:
        places: shape (parameters, members left).
        predicted: what they say of the lines, on the lines' scales, shape (lines, members left).
        alive: which of the members that began are left, shape (members left,).
        first: what those that are left after the first run said of the lines, shape (lines, members).
    """

    places: FloatArray
    predicted: FloatArray
    alive: NDArray[np.int64]
    first: FloatArray


def trusted_part(correlations: FloatArray, members: int) -> FloatArray:
    """Which part of each correlation is more than the noise of an ensemble: 0 below the noise, near 1 far above it.

    The square of a correlation that is zero in truth is 1 / members on average; what is left of the square above
    ``NOISE`` such errors is taken for true, as in a positive-part James-Stein estimator.
    """
    noise = NOISE**2 / members
    return np.clip(1.0 - noise / np.maximum(correlations**2, 1e-300), 0.0, 1.0)


class TrustedCorrelations(LocalizationStrategy):
    """Covariances of parameters and lines, each multiplied by the trusted part of its correlation.

    pyesmda's own thresholding by correlation (version 1.0) multiplies covariances by the correlations themselves, which
    turns the sign of negative ones; so this is ours.
    """

    def localize(self, X: FloatArray, Y: FloatArray, batch_slice: slice = slice(None)) -> FloatArray:
        """Covariances of the rows of ``X`` (parameters, members) and ``Y`` (lines, members)."""
        members = X.shape[1]
        x, y = (part - part.mean(axis=1, keepdims=True) for part in (X[batch_slice], Y))
        covariance = x @ y.T / (members - 1)
        spread = np.outer(x.std(axis=1, ddof=1), y.std(axis=1, ddof=1))
        correlations = covariance / np.where(spread > 0.0, spread, np.inf)
        return np.asarray(covariance * trusted_part(correlations, members))

    def localize_multi_dot(
        self, X: FloatArray, Y: FloatArray, *args: FloatArray, batch_slice: slice = slice(None)
    ) -> FloatArray:
        """The same, multiplied by further matrices."""
        found = self.localize(X, Y, batch_slice)
        for matrix in args:
            found = found @ matrix
        return found


def smooth(
    places: FloatArray, forward: Forward, observed: FloatArray, covariance: FloatArray, bounds: FloatArray, steps: int,
    seed: int,
) -> Smoothed:  # fmt: skip
    """Move an ensemble towards the data.

    Args:
        places: the ensemble drawn from the prior, shape (parameters, members).
        forward: what an ensemble says of the lines: given places (parameters, members left) and which members of the
            first ensemble these are, gives (lines, members left); NaN for a member that failed, which is left out.
        observed: the lines, shape (lines,).
        covariance: of their errors, shape (lines, lines).
        bounds: of the places, shape (parameters, 2).
        steps: how many assimilations, each with the errors' variance times ``steps``.
        seed: of the perturbed observations.

    Raises:
        PosteriorError: too few members, or too many of them fail.
    """
    import covmats
    from pyesmda import ESMDA

    if places.shape[1] < LEAST:
        raise PosteriorError(f"members is {places.shape[1]}; an ensemble smoother needs at least {LEAST}.")
    runs = _Forward(forward)
    solver = ESMDA(
        obs=observed,
        m_init=places,
        cov_obs=covmats.CovViaCholesky(np.linalg.cholesky(covariance)),
        forward_model=runs,
        n_assimilations=steps,
        inversion_type="cholesky",
        C_MD_localization=TrustedCorrelations(),
        m_bounds=bounds,
        random_state=np.random.default_rng(seed),
        max_failure_fraction=MOST_FAILED,
        is_parallel_analyse_step=False,
    )
    runs.solver = solver
    try:
        solver.solve()
    except RuntimeError as fault:
        if "failed" not in str(fault) and "failure" not in str(fault):
            raise
        raise PosteriorError(
            f"more than {MOST_FAILED:.0%} of the members failed: the priors let worlds run that break. "
            f"{runs.failed} of {places.shape[1]} have given no finite number."
        ) from None
    return Smoothed(solver.m_posterior, solver.d_pred, np.asarray(solver.active_member_indices), runs.first)


class _Forward:
    """The forward model as pyesmda calls it: it does not say which members are left, so the solver is asked."""

    def __init__(self, forward: Forward) -> None:
        self._forward = forward
        self.solver: object = None
        self.failed = 0
        self.first: FloatArray = np.empty((0, 0))

    def __call__(self, places: FloatArray) -> FloatArray:
        alive = np.asarray(getattr(self.solver, "active_member_indices"))  # noqa: B009  of an untyped library
        found = self._forward(places, alive)
        well = np.isfinite(found).all(axis=0)
        self.failed += int((~well).sum())
        if not self.first.size:
            self.first = found[:, well]
        return np.where(well, found, np.nan)
