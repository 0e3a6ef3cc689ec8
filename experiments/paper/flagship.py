"""The flagship question: a duty of interoperability and the cap on chips for China, alone and together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.types import FloatArray
from experiments.paper.outcomes import OUTCOMES, run
from experiments.paper.statistics import Interval, interval

if TYPE_CHECKING:
    import pandas as pd

DUTY, CAP = "policy.interoperability", "policy.export_cap_tpp"
REFERENCE = (0.0, 4800.0)  # no duty; the cap of the rules of 2022 and 2023
BOTH = (1.0, 1600.0)


@dataclass(frozen=True)
class Grid:
    """Which points are run, and with how many seeds (from 1 on)."""

    duties: tuple[float, ...]
    caps: tuple[float, ...]
    seeds: int


FULL = Grid((0.0, 0.25, 0.5, 0.75, 1.0), (1600.0, 4800.0, 21000.0, math.inf), 80)
QUICK = Grid((0.0, 1.0), (1600.0, 4800.0), 6)


def runs(grid: Grid, workers: int, tell: Callable[[int], None]) -> pd.DataFrame:
    """One row a run: duty, cap, seed, outcomes."""
    import pandas as pd

    keys = list(itertools.product(grid.duties, grid.caps, range(1, grid.seeds + 1)))
    found = run([{"rng": seed, DUTY: duty, CAP: cap} for duty, cap, seed in keys], workers, tell)
    return pd.concat([pd.DataFrame(keys, columns=["duty", "cap", "seed"]), found], axis=1)


def count(grid: Grid) -> int:
    """The number of runs."""
    return len(grid.duties) * len(grid.caps) * grid.seeds


def values(frame: pd.DataFrame, point: tuple[float, float], outcome: str) -> FloatArray:
    """The outcome at a point, by seed, shape (seeds,)."""
    here = frame[(frame["duty"] == point[0]) & (frame["cap"] == point[1])].sort_values("seed")
    return here[outcome].to_numpy(dtype=float)


def change(frame: pd.DataFrame, point: tuple[float, float], outcome: str) -> Interval:
    """The paired difference between a point and the reference."""
    return interval(values(frame, point, outcome) - values(frame, REFERENCE, outcome))


def interaction(frame: pd.DataFrame, outcome: str) -> Interval:
    """What both policies do together beyond the sum of what each does alone, paired."""
    both, neither = values(frame, BOTH, outcome), values(frame, REFERENCE, outcome)
    duty, cap = values(frame, (BOTH[0], REFERENCE[1]), outcome), values(frame, (REFERENCE[0], BOTH[1]), outcome)
    return interval(both - duty - cap + neither)


def variance_reduction(frame: pd.DataFrame, outcome: str) -> float:
    """Variance of the duty's difference without shared seeds over that with them; infinite if there is none."""
    a, b = values(frame, (BOTH[0], REFERENCE[1]), outcome), values(frame, REFERENCE, outcome)
    paired = float((a - b).var(ddof=1))
    return math.inf if paired == 0.0 else float(a.var(ddof=1) + b.var(ddof=1)) / paired


POLICIES: Sequence[tuple[str, tuple[float, float]]] = (
    ("duty", (BOTH[0], REFERENCE[1])), ("cap", (REFERENCE[0], BOTH[1])), ("both", BOTH),
)  # fmt: skip
NAMES = tuple(outcome.name for outcome in OUTCOMES)
