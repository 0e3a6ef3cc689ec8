"""What the paper says of its runs, intervals and rule of claims: over luck at one point, or over a posterior."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kingmaker.experiments.paper import assumptions
from kingmaker.experiments.stats.levels import SIGN, Level

if TYPE_CHECKING:
    import pandas as pd


def luck_told(seeds: int, points: int, runs: int, level: Level, questions: int, over: pd.DataFrame) -> dict[str, str]:
    """Over luck; ``over`` are the runs at points that fill the ranges of the fitted parameters."""
    n, each, share = over["point"].nunique(), over["seed"].nunique(), f"{100 * assumptions.STATED_SHARE:g}"
    return {
        "answers": "the\nsame seeds with and without the policy, and the interval of the difference",
        "flagship_shows": "Paired change against the reference along the duty, one line a cap",
        "runs_told": f"{points} points are run with {seeds} seeds each ({runs} runs",
        "bars_told": f"{level.words}s of the paired mean (Student's t)",
        "claim_rule": (
            "An outcome is claimed to change only if two things hold. The paired difference stands after Holm's "
            f"correction over all {questions} of the table\n"
            f"[@Holm1979]: luck does not explain it. And its sign is the same at {share} % or more of {n} points that "
            "fill the ranges of the fitted\n"
            f"parameters, each run with {each} seeds ({len(over)} runs): the fitted values do not carry it alone. What "
            "luck is left in the mean of\n"
            f"{each} seeds counts against the claim."
        ),
        "table_told": f"{level.words}s (Student's *t*, {seeds} pairs) at the fitted values",
        "signs_told": (f"{n} parameter points at which the outcome rises (+) and falls (−), mean of {each} seeds"),
        "sobol_signs": "Whether the signs of the answers stand over these ranges is told by the second table above.",
        "intervals_told": (
            "Intervals here are those of luck at one\npoint of the parameter space; the shares of points say how far "
            "signs hold elsewhere in it, and neither says"
        ),
    }


def members_told(members: int, points: int, runs: int, level: Level, questions: int) -> dict[str, str]:
    """Over the members of a posterior: luck and parameters together."""
    over = f"over luck and parameters, {members} members"
    return {
        "answers": (
            "the\nsame draws of luck, and of all parameters that the data leave open, with and without the policy; the "
            "interval of\nthe difference and the probability of its sign"
        ),
        "flagship_shows": "Change by each policy against the reference, outcome by outcome",
        "runs_told": f"{points} points are run with {members} members of the posterior each ({runs} runs",
        "bars_told": f"{level.words}s {over}",
        "claim_rule": (
            "Each run is a member of the posterior: a draw of luck and of all parameters that the data leave open, the "
            "same at every point. An outcome is claimed to change only where\n"
            f"its sign holds with a probability of at least {SIGN.per_cent} %, and all claims among the {questions} "
            "differences of the table hold at once with that probability."
        ),
        "table_told": f"{level.words}s {over} (medians)",
        "signs_told": f"{members} members in which the outcome rises (+) and falls (−)",
        "intervals_told": f"Intervals of the result are {over}: what the data leave open is in them. They do not say",
    }
