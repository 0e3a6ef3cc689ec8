"""How many runs are enough: the coefficient of variation as runs are added (Lee et al. 2015)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kingmaker.experiments.paper.flagship import BOTH, REFERENCE, world
from kingmaker.experiments.paper.paper_outcomes import run

if TYPE_CHECKING:
    import pandas as pd

FULL, QUICK = 120, 12  # seeds, from 1 on
TOLERANCE = 0.02


def count(seeds: int) -> int:
    """The number of runs."""
    return 2 * seeds


def runs(seeds: int, workers: int, tell: Callable[[int], None]) -> pd.DataFrame:
    """One row a run: policy (reference, both), seed, outcomes."""
    import pandas as pd

    keys = [(name, seed) for name in ("reference", "both") for seed in range(1, seeds + 1)]
    points = {"reference": REFERENCE, "both": BOTH}
    worlds = [world(seed, *points[name]) for name, seed in keys]
    return pd.concat([pd.DataFrame(keys, columns=["policy", "seed"]), run(worlds, workers, tell)], axis=1)
