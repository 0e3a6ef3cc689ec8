"""Known truth: data made by the model at drawn parameters and fitted blind, many times (Talts et al. 2018).

If priors, smoother and members' luck say what is true, a truth is just another member: its rank among the members is
uniform, and intervals hold it as often as they say. Truths are drawn from the prior with a seed of their own; their
data have the errors of the real lines, on the same lines, and the lines that are kept out are kept out here too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.experiments.posterior.ensemble_runs import PosteriorError
from kingmaker.experiments.posterior.lines import error_covariance
from kingmaker.experiments.posterior.priors import member_seeds
from kingmaker.experiments.stats.levels import COVERAGE

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray
    from kingmaker.experiments.posterior.fitting import Fitter

SHIFT = 7919  # between the seed of a fit and that of its truths
LEARNED = 0.9  # of the prior's standard deviation: what a fit leaves less than of a parameter, the data have taught
BINS = 10  # of a histogram of ranks


@dataclass(frozen=True)
class Ranks:
    """Where truths lie among the members of their fits, each in 0 to 1.

    Attributes:
        parameters: shape (truths, parameters).
        learned: whether the data have taught the parameter something, the same shape.
        fitted: of what the truth says of the lines that were fitted, without their errors, shape (truths, lines).
        kept: of the lines that were kept out, shape (truths, lines).
    """

    parameters: FloatArray
    learned: FloatArray
    fitted: FloatArray
    kept: FloatArray

    def groups(self) -> dict[str, FloatArray]:
        """The ranks by what they are of."""
        return {
            "parameters that the data have taught": self.parameters[self.learned.astype(bool)],
            "all parameters": self.parameters.ravel(),
            "lines that were fitted": self.fitted.ravel(),
            "lines that were kept out": self.kept.ravel(),
        }


def covered(ranks: FloatArray) -> float:
    """The share of truths that lie in the interval of :data:`COVERAGE`; NaN of none."""
    low, high = COVERAGE.ends
    return float(np.mean((ranks >= low) & (ranks <= high))) if ranks.size else float("nan")


def rank(members: FloatArray, truth: FloatArray) -> FloatArray:
    """The rank of truths of shape (n,) among members of shape (n, members), 0 to 1; ties count half."""
    below = (members < truth[:, np.newaxis]).sum(axis=1) + 0.5 * (members == truth[:, np.newaxis]).sum(axis=1)
    return np.asarray((below + 0.5) / (members.shape[1] + 1.0))


def known_truths(fitter: Fitter, truths: int, tell: Callable[[str], None]) -> Ranks:
    """Fit the data of drawn truths.

    Raises:
        PosteriorError: no truth's world can be run, or a fit fails.
    """
    plan, lines = fitter.plan, fitter.lines
    places = fitter.priors.draw(truths, plan.seed + SHIFT)
    seeds = member_seeds(truths, plan.seed + SHIFT)
    said = fitter.says(places, seeds)
    well = np.flatnonzero(np.isfinite(said).all(axis=0))
    if not well.size:
        raise PosteriorError(f"none of the {truths} truths gives a finite number.")
    root = np.linalg.cholesky(error_covariance(lines))
    chosen = [k for k, line in enumerate(lines) if not line.kept_out]
    rest = [k for k, line in enumerate(lines) if line.kept_out]
    spread = fitter.places.std(axis=1)
    rows: list[tuple[FloatArray, ...]] = []
    for number, truth in enumerate(well):
        tell(f"truth {number + 1} of {len(well)}")
        noise = root @ np.random.default_rng([plan.seed, int(seeds[truth])]).standard_normal(len(lines))
        result, _, after = fitter.to(chosen, {}, plan.members, said[:, truth] + noise)
        ranks = rank(after, said[:, truth])
        rows.append(
            (
                rank(result.places, places[:, truth]),
                (result.places.std(axis=1) < LEARNED * spread).astype(np.float64),
                ranks[chosen],
                ranks[rest],
            )
        )
    parameters, learned, fitted, kept = (np.array(part) for part in zip(*rows, strict=True))
    return Ranks(parameters, learned, fitted, kept)
