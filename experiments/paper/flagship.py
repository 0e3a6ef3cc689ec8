"""The flagship question: a duty of interoperability and the cap on chips for China, alone and together.

Both are held in a world without other new law for clouds, so that "no duty" is none; what the law as it stands does is
asked apart, against the same reference.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.types import FloatArray
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.paper.paper_outcomes import CHANNELS, OUTCOMES, run
from kingmaker.experiments.stats.levels import LEVEL, Level
from kingmaker.experiments.stats.member_effects import member_effects
from kingmaker.experiments.stats.multiple_tests import Interval, interval

if TYPE_CHECKING:
    import pandas as pd

WITHOUT_LAW, LAW = "no_new_law", "baseline"  # scenarios: the reference, and the law as it stands
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


def grid_over(over: Replicates) -> Grid:
    """The factorial that is run over a posterior: each lever at two levels, every member."""
    return Grid(QUICK.duties, QUICK.caps, len(over))


def world(seed: int, duty: float, cap: float, over: Replicates | None = None) -> dict[str, Any]:
    """A run at a point: both levers held, no other new law; over a posterior ``seed`` is the number of the member."""
    return {**_drawn(seed, over), "scenario": WITHOUT_LAW, DUTY: duty, CAP: cap}


def law_world(seed: int, over: Replicates | None = None) -> dict[str, Any]:
    """A run of the law as it stands, under the cap of the reference."""
    return {**_drawn(seed, over), "scenario": LAW, CAP: REFERENCE[1]}


def _drawn(seed: int, over: Replicates | None) -> dict[str, Any]:
    """The seed, and what a member brings in both scenarios alike."""
    if over is None:
        return {"rng": seed}
    return {**over.held(seed - 1, drawn_keys(over)), "rng": over.seeds[seed - 1]}


def drawn_keys(over: Replicates) -> tuple[str, ...]:
    """The parameters that members bring in both scenarios."""
    return over.drawn_under(load_scenario(WITHOUT_LAW), load_scenario(LAW), but=(DUTY, CAP))


def _weights(frame: pd.DataFrame, over: Replicates | None) -> pd.DataFrame:
    """Over a posterior, with the weight of each member, whose number stands under ``seed``."""
    if over is None:
        return frame
    return frame.assign(weight=over.weights[frame["seed"].to_numpy() - 1])


def weights_of(frame: pd.DataFrame) -> FloatArray | None:
    """The weights of the members that a table of runs lies over, in their order; None over luck."""
    if "weight" not in frame:
        return None
    found = frame.drop_duplicates("seed").sort_values("seed")["weight"].to_numpy(dtype=float)
    return np.asarray(found / found.sum())


def runs(grid: Grid, workers: int, tell: Callable[[int], None], over: Replicates | None = None) -> pd.DataFrame:
    """One row a run: duty, cap, seed (the number of the member, over a posterior), outcomes, what is in force.

    Raises:
        KingmakerError: what is in force is not what the points are called.
    """
    import pandas as pd

    keys = list(itertools.product(grid.duties, grid.caps, range(1, grid.seeds + 1)))
    channels = () if over is None else CHANNELS
    found = run([world(seed, duty, cap, over) for duty, cap, seed in keys], workers, tell, channels)
    frame = _weights(pd.concat([pd.DataFrame(keys, columns=["duty", "cap", "seed"]), found], axis=1), over)
    check_named(frame)
    return frame


def law_runs(grid: Grid, workers: int, tell: Callable[[int], None], over: Replicates | None = None) -> pd.DataFrame:
    """One row a run of the law as it stands: seed, outcomes, what is in force."""
    import pandas as pd

    seeds = range(1, grid.seeds + 1)
    found = run([law_world(seed, over) for seed in seeds], workers, tell)
    return _weights(pd.concat([pd.DataFrame({"seed": seeds}), found], axis=1), over)


def check_named(frame: pd.DataFrame) -> None:
    """Whether each point is what it is called: its duty is in force, and no remedy or designation beside it.

    Raises:
        KingmakerError: another duty, or a remedy.
    """
    off = np.abs(frame["duty_in_force"] - frame["duty"]) > 1e-6
    for wrong, what in ((off, "duty_in_force"), (frame["remedies_active"] > 0.0, "remedies_active"),
                        (frame["gatekeepers"] > 0.0, "gatekeepers")):  # fmt: skip
        if wrong.any():
            row = frame[wrong].iloc[0]
            raise KingmakerError(
                f"the paper: at duty {row['duty']:g}, cap {row['cap']:g}, seed {row['seed']:g}, {what} is "
                f"{row[what]:g} in '{WITHOUT_LAW}' where no remedy or gatekeeper may stand beside the duty."
            )


def count(grid: Grid) -> int:
    """The number of runs."""
    return len(grid.duties) * len(grid.caps) * grid.seeds


def values(frame: pd.DataFrame, point: tuple[float, float], outcome: str) -> FloatArray:
    """The outcome at a point, by seed, shape (seeds,)."""
    here = frame[(frame["duty"] == point[0]) & (frame["cap"] == point[1])].sort_values("seed")
    return here[outcome].to_numpy(dtype=float)


def change(frame: pd.DataFrame, point: tuple[float, float], outcome: str, level: Level = LEVEL) -> Interval:
    """The paired difference between a point and the reference."""
    return _stated(differences(frame, point, outcome), frame, level)


def differences(frame: pd.DataFrame, point: tuple[float, float], outcome: str) -> FloatArray:
    """The difference between a point and the reference, seed by seed or member by member."""
    return values(frame, point, outcome) - values(frame, REFERENCE, outcome)


def _stated(d: FloatArray, frame: pd.DataFrame, level: Level) -> Interval:
    """Mean and interval of the mean over luck; median and interval of the members over a posterior."""
    weights = weights_of(frame)
    if weights is None:
        return interval(d, level)
    found = member_effects(d[np.newaxis], weights, level)
    return Interval(float(found.effect[0]), float(found.low[0]), float(found.high[0]), np.nan, found.n)


def law_change(frame: pd.DataFrame, law: pd.DataFrame, outcome: str, level: Level = LEVEL) -> Interval:
    """The paired difference between the law as it stands and the reference."""
    return _stated(law_differences(frame, law, outcome), frame, level)


def law_differences(frame: pd.DataFrame, law: pd.DataFrame, outcome: str) -> FloatArray:
    """That difference, seed by seed or member by member."""
    return law.sort_values("seed")[outcome].to_numpy(dtype=float) - values(frame, REFERENCE, outcome)


def interaction(frame: pd.DataFrame, outcome: str, level: Level = LEVEL) -> Interval:
    """What both policies do together beyond the sum of what each does alone, paired."""
    return _stated(beyond(frame, outcome), frame, level)


def beyond(frame: pd.DataFrame, outcome: str) -> FloatArray:
    """That, seed by seed or member by member."""
    both, neither = values(frame, BOTH, outcome), values(frame, REFERENCE, outcome)
    duty, cap = values(frame, (BOTH[0], REFERENCE[1]), outcome), values(frame, (REFERENCE[0], BOTH[1]), outcome)
    return np.asarray(both - duty - cap + neither)


def variance_reduction(frame: pd.DataFrame, outcome: str) -> float:
    """Variance of the duty's difference without shared seeds over that with them; infinite if there is none."""
    a, b = values(frame, (BOTH[0], REFERENCE[1]), outcome), values(frame, REFERENCE, outcome)
    paired = float((a - b).var(ddof=1))
    return math.inf if paired == 0.0 else float(a.var(ddof=1) + b.var(ddof=1)) / paired


POLICIES: Sequence[tuple[str, tuple[float, float]]] = (
    ("duty", (BOTH[0], REFERENCE[1])), ("cap", (REFERENCE[0], BOTH[1])), ("both", BOTH),
)  # fmt: skip
NAMES = tuple(outcome.name for outcome in OUTCOMES)
