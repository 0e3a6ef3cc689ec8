"""Whether the sign of an answer stands over the ranges of the fitted parameters, not only at the fitted point.

The points are those of the two independent samples from which the Sobol design is built. At each, the policies and the
reference are run on the same seeds; the sign is that of the mean difference over them, so that what luck is left counts
against a claim.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.experiments.paper import flagship, sobol
from kingmaker.experiments.paper.paper_outcomes import run

if TYPE_CHECKING:
    import pandas as pd

STATED_SHARE = 0.9  # of the points at which a sign must hold for a claim
POLICIES = ("reference", "duty", "cap", "both", "law")


@dataclass(frozen=True)
class Ranges:
    """Base points of the Sobol design (two independent points each), and seeds, from 1 on, at each."""

    base: int
    seeds: int


FULL, QUICK = Ranges(32, 4), Ranges(2, 2)


def count(ranges: Ranges) -> int:
    """The number of runs."""
    return 2 * ranges.base * ranges.seeds * len(POLICIES)


def samples(base: int) -> tuple[list[str], FloatArray]:
    """Names of the parameters and the points, (2 * base, k); fewer base points are the first of more."""
    names, design = sobol.samples(base)
    block = len(names) + 2
    first = np.arange(base) * block
    return names, design[np.stack([first, first + block - 1], axis=1).ravel()]


def runs(ranges: Ranges, workers: int, tell: Callable[[int], None]) -> pd.DataFrame:
    """One row a point, policy and seed: point, policy, seed, outcomes, what is in force."""
    import pandas as pd

    names, points = samples(ranges.base)
    keys = [
        (policy, point, seed)
        for policy in POLICIES
        for point in range(len(points))
        for seed in range(1, ranges.seeds + 1)
    ]
    worlds = [_world(policy, seed) | dict(zip(names, map(float, points[k]), strict=True)) for policy, k, seed in keys]
    return pd.concat([pd.DataFrame(keys, columns=["policy", "point", "seed"]), run(worlds, workers, tell)], axis=1)


def _world(policy: str, seed: int) -> dict[str, Any]:
    if policy == "law":
        return flagship.law_world(seed)
    return flagship.world(seed, *dict([*flagship.POLICIES, ("reference", flagship.REFERENCE)])[policy])


def differences(frame: pd.DataFrame, policy: str, outcome: str) -> FloatArray:
    """The mean difference between a policy and the reference at each point, (points,)."""
    means = frame.groupby(["policy", "point"])[outcome].mean()
    return np.asarray(means[policy].to_numpy() - means["reference"].to_numpy())


def interactions(frame: pd.DataFrame, outcome: str) -> FloatArray:
    """What both policies do beyond the sum of each alone, at each point, (points,)."""
    both, duty, cap = (differences(frame, policy, outcome) for policy in ("both", "duty", "cap"))
    return both - duty - cap
