"""The fit: priors, lines and the smoother together, first without each fold of lines, then with all that are fitted.

1. Each of three folds of the fitted lines is predicted by a fit to the two others; what is missed there is the model's
   discrepancy, by block (:mod:`discrepancy`).
2. The fit proper takes all fitted lines, with that discrepancy as a part of their error.
3. Lines that are kept out are only predicted, never fitted, and play no part in the discrepancy either.

Each member keeps its own seed through all steps: parameters and luck move apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.experiments.posterior import discrepancy
from kingmaker.experiments.posterior.ensemble_runs import EnsembleRuns
from kingmaker.experiments.posterior.lines import (
    FOLDS,
    WINDOW,
    DataLine,
    error_covariance,
    fold,
    observed,
    scaled,
)
from kingmaker.experiments.posterior.priors import Priors, member_seeds
from kingmaker.experiments.posterior.smoother import Smoothed, smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kingmaker.agents.types import FloatArray

SMALL_WORLDS = {"startups.number": 60}  # of a quick fit: a coarser grain of the same mass
QUICK_MEMBERS, QUICK_STEPS = 64, 2
FOLD_MEMBERS = 192  # at most, in the fits without a fold
FRESH = 1_000_003  # what is added to a member's seed for luck that no fit has seen

Tell = Callable[[str], None]


@dataclass(frozen=True)
class FitPlan:
    """What a fit is asked to be; all that it depends on beside model and data."""

    members: int = 512
    steps: int = 5
    seed: int = 1
    quick: bool = False
    months: int = WINDOW

    @property
    def pins(self) -> dict[str, Any]:
        """What is the same in all worlds."""
        return dict(SMALL_WORLDS) if self.quick else {}

    @property
    def record(self) -> dict[str, Any]:
        """For a manifest."""
        return {"members": self.members, "steps": self.steps, "seed": self.seed, "quick": self.quick}

    @property
    def fold_members(self) -> int:
        """Members of the fits without a fold."""
        return min(self.members, FOLD_MEMBERS)

    @property
    def runs(self) -> int:
        """Worlds that a whole fit runs, at most; those of the first run are shared."""
        folds = self.fold_members * self.steps * FOLDS
        return self.members * (self.steps + 2) + folds


def plan_for(members: int | None, steps: int | None, seed: int, quick: bool) -> FitPlan:
    """A plan, with what is not given as usual; a quick fit takes a minute, and its intervals are of no use."""
    usual = FitPlan(QUICK_MEMBERS, QUICK_STEPS) if quick else FitPlan()
    return FitPlan(members or usual.members, steps or usual.steps, seed, quick)


@dataclass(frozen=True)
class Fitted:
    """A finished fit.

    Attributes:
        lines: all lines of the window, fitted and kept out.
        priors: the parameters.
        before: places drawn from the prior, shape (parameters, members that are left).
        after: places after the fit, the same shape.
        seeds: of the members, shape (members,).
        prior: what the prior ensemble says of all lines, on their scales, shape (lines, members).
        posterior: what the posterior ensemble says.
        fresh: the same parameters with other luck.
        blocks: relative discrepancy by block.
    """

    lines: tuple[DataLine, ...]
    priors: Priors
    before: FloatArray
    after: FloatArray
    seeds: NDArray[np.int64]
    prior: FloatArray
    posterior: FloatArray
    fresh: FloatArray
    blocks: Mapping[str, float] = field(default_factory=dict)

    @property
    def values(self) -> FloatArray:
        """The members' parameters in their own units, shape (members, parameters)."""
        return self.priors.values(self.after)


@dataclass
class Fitter:
    """Fits some of the lines of ``runs``; what is asked of the members are always all of them."""

    plan: FitPlan
    priors: Priors
    runs: EnsembleRuns

    def __post_init__(self) -> None:
        """Draw the first ensemble."""
        self.lines = tuple(self.runs.lines)
        self.places = self.priors.draw(self.plan.members, self.plan.seed)
        self.seeds = member_seeds(self.plan.members, self.plan.seed)

    def says(self, places: FloatArray, seeds: NDArray[np.int64]) -> FloatArray:
        """What members say of all lines, on their scales, shape (lines, members); NaN where a world failed."""
        raw = self.runs.run(self.priors.keys, self.priors.values(places), seeds)
        failed = ~np.isfinite(raw).all(axis=0)
        return np.where(failed, np.nan, scaled(np.where(failed, 1.0, raw), self.lines))

    def to(
        self, chosen: Sequence[int], blocks: Mapping[str, float], members: int, target: FloatArray | None = None
    ) -> tuple[Smoothed, FloatArray, FloatArray]:
        """Fit some of the lines.

        Args:
            chosen: their numbers.
            blocks: the discrepancy that is a part of their error.
            members: the first so many.
            target: what to fit instead of what was observed, shape (all lines,).

        Returns:
            What the smoother gives, and what the members that are left say of all lines, before and after.
        """
        picked = [self.lines[k] for k in chosen]
        wanted = observed(self.lines) if target is None else target
        said: list[FloatArray] = []

        def forward(places: FloatArray, alive: NDArray[np.int64]) -> FloatArray:
            found = self.says(places, self.seeds[alive])
            said.append(found[:, np.isfinite(found).all(axis=0)])
            return found[list(chosen)]

        result = smooth(
            self.places[:, :members], forward, wanted[list(chosen)],
            error_covariance(picked) + discrepancy.covariance(picked, blocks), self.priors.bounds, self.plan.steps,
            self.plan.seed,
        )  # fmt: skip
        return result, said[0], said[-1]

    def discrepancy(self, chosen: Sequence[int], tell: Tell) -> dict[str, float]:
        """The discrepancy by block, from each fold predicted by a fit to the others."""
        errors = np.diag(error_covariance(self.lines))
        found: list[discrepancy.Miss] = []
        for number in range(FOLDS):
            left = [k for k in chosen if fold(self.lines[k].source, self.lines[k].entity) == number]
            rest = [k for k in chosen if k not in set(left)]
            if not left or not rest:
                continue
            tell(f"without fold {number + 1} of {FOLDS}")
            after = self.to(rest, {}, self.plan.fold_members)[2]
            found += discrepancy.misses([self.lines[k] for k in left], after[left], errors[left])
        return discrepancy.estimate(found)

    def fit(self, tell: Tell = lambda text: None) -> Fitted:
        """The whole fit.

        Raises:
            PosteriorError: too few members, too many that fail, or workers that die.
        """
        chosen = [k for k, line in enumerate(self.lines) if not line.kept_out]
        blocks = self.discrepancy(chosen, tell)
        tell("all lines that are fitted")
        result, before, after = self.to(chosen, blocks, self.plan.members)
        seeds = self.seeds[result.alive]
        tell("the same parameters with other luck")
        fresh = self.says(result.places, seeds + FRESH)
        return Fitted(
            self.lines, self.priors, self.places[:, result.alive], result.places, seeds, before, after,
            fresh[:, np.isfinite(fresh).all(axis=0)], blocks,
        )  # fmt: skip


def fitter_of(
    plan: FitPlan, priors: Priors, lines: Sequence[DataLine], keep: Path | None, workers: int,
    advance: Callable[[int], None],
) -> Fitter:  # fmt: skip
    """A fitter over lines of the window."""
    runs = EnsembleRuns(lines, plan.months, keep, workers, plan.pins, advance)
    return Fitter(plan, priors, runs)
