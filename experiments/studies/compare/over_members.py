"""A comparison over a posterior: effects member by member, what is luck in them, and where their sign turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.checks import LARGEST_SEED
from kingmaker.experiments.stats.levels import SIGN
from kingmaker.experiments.stats.member_effects import MemberEffects, difference, member_effects
from kingmaker.experiments.stats.turning import Turning, turning
from kingmaker.experiments.stats.variance_shares import Shares, shares
from kingmaker.experiments.studies.compare.comparison_table import CLAIM, HINT, NONE, ZERO, Comparison
from kingmaker.experiments.studies.compare.question import Question
from kingmaker.experiments.sweep.stacks import Advance, World, simulate

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray
    from kingmaker.experiments.stats.windows import Window

COLUMNS = (
    "measure", "difference", "low", "high", "p_up", "p_down", "p_sign", "p_together", "n", "luck", "luck_low",
    "luck_high", "window", "months", "unit", "level_a", "level_b", "relative", "claim",
)  # fmt: skip
LUCK_MEMBERS = 16  # that are run with further seeds, so that the cost stays bounded


@dataclass(frozen=True)
class MemberFindings:
    """All that a comparison over a posterior found.

    Attributes:
        comparison: the runs.
        table: :data:`COLUMNS`.
        turns: by window and measure, where the sign turns; None where it cannot be told.
        luck_members: how many members were run with further seeds.
    """

    comparison: Comparison
    table: pd.DataFrame
    turns: dict[tuple[str, str], Turning | None]
    luck_members: int


def further_lucks(question: Question) -> list[tuple[int, int]]:
    """Member and seed of the further runs: for each of the first members, seeds that no member has."""
    return further_seeds(question.seeds, question.lucks)


def further_seeds(seeds: Sequence[int], lucks: int) -> list[tuple[int, int]]:
    """For each of the first members ``lucks - 1`` seeds that no member has: number of the member, and seed."""
    taken, found = set(seeds), []
    fresh = (max(seeds) + 1) % LARGEST_SEED
    for member in range(min(LUCK_MEMBERS, len(seeds))):
        for _ in range(lucks - 1):
            while fresh in taken:
                fresh = (fresh + 1) % LARGEST_SEED
            taken.add(fresh)
            found.append((member, fresh))
    return found


def luck_members(question: Question) -> int:
    """How many members are run with further seeds."""
    return min(LUCK_MEMBERS, question.replications) if question.lucks > 1 else 0


def run_lucks(
    comparison: Comparison, workers: int = 1, advance: Advance | None = None, keep: Path | None = None
) -> dict[str, Shares]:
    """By window, luck's share of the variance of each outcome's effect; nothing if one luck a member is asked."""
    question = comparison.question
    seen = luck_members(question)
    if not seen:
        return {}
    drawn, pairs = question.drawn_keys, further_lucks(question)
    worlds = [
        World(side, seed, {}, question.replicates.held(member, drawn))
        for side in (question.a, question.b)
        for member, seed in pairs
    ]
    windows = tuple(window.name for window in question.windows)
    found = simulate(
        worlds, question.months, question.outcomes, statistics=windows, workers=workers, advance=advance, keep=keep
    )
    more = found.reshape(len(question.outcomes), len(windows), 2, seen, question.lucks - 1)
    told = {}
    for k, window in enumerate(question.windows):
        own = difference(*comparison.of_family(window))[:, :seen, np.newaxis]
        further = difference(more[:, k, 0], more[:, k, 1])
        told[window.name] = shares(np.concatenate([own, further], axis=-1), question.level)
    return told


def tabulate_members(comparison: Comparison, lucks: dict[str, Shares]) -> pd.DataFrame:
    """One row for each window and outcome of the family (:data:`COLUMNS`).

    ``claim`` says what may be said: ``zero`` (exactly equal in all members), ``claim`` (the sign holds with the
    probability that a claim needs, and so do all claims of the window at once), ``hint`` (alone, but not together with
    the others), ``none`` (less probable).
    """
    import pandas as pd

    frames = [_table(comparison, window, lucks.get(window.name)) for window in comparison.question.windows]
    return pd.concat(frames, ignore_index=True)[list(COLUMNS)]


def _table(comparison: Comparison, window: Window, luck: Shares | None) -> pd.DataFrame:
    import pandas as pd

    question = comparison.question
    a, b = comparison.of_family(window)
    weights = question.replicates.weights
    found = member_effects(difference(a, b), weights, question.level)
    levels = [member_effects(side, weights, question.level).effect for side in (a, b)]
    units = [question.measures[name].unit for name in question.outcomes]
    nothing = np.full(len(units), np.nan)
    return pd.DataFrame(
        {
            "measure": list(question.outcomes), "difference": found.effect, "low": found.low, "high": found.high,
            "p_up": found.up, "p_down": found.down, "p_sign": found.p_sign, "p_together": found.joint, "n": found.n,
            "luck": nothing if luck is None else luck.luck, "luck_low": nothing if luck is None else luck.low,
            "luck_high": nothing if luck is None else luck.high, "window": window.name, "months": window.words,
            "unit": units, "level_a": levels[0], "level_b": levels[1],
            "relative": relative(found.effect, levels[0], units), "claim": verdicts(found),
        }
    )  # fmt: skip


def verdicts(found: MemberEffects) -> FloatArray:
    """What may be said of each effect, in the words of the table."""
    return np.where(found.zero, ZERO, np.where(found.claimed, CLAIM, np.where(found.sure, HINT, NONE)))


def relative(effect: FloatArray, level: FloatArray, units: list[str]) -> FloatArray:
    """Effects over the level without the policy; of a logarithm the factor less one."""
    scale = np.abs(level)
    logs = np.array([unit.startswith("log10") for unit in units], dtype=np.bool_)
    with np.errstate(over="ignore"):
        factor = 10.0**effect - 1.0
    shares = np.divide(effect, scale, out=np.full_like(scale, np.nan), where=scale > 0.0)
    return np.asarray(np.where(logs, factor, shares))


def turns_of(comparison: Comparison, table: pd.DataFrame) -> dict[tuple[str, str], Turning | None]:
    """Where the sign turns, of each outcome whose sign is not sure enough."""
    question = comparison.question
    columns = {key: values for key, values in question.replicates.columns().items() if key in question.drawn_keys}
    found: dict[tuple[str, str], Turning | None] = {}
    for window in question.windows:
        a, b = comparison.in_window(window)
        world = dict(zip(question.measures, a, strict=True))
        effects = dict(zip(question.measures, difference(a, b), strict=True))
        rows = table[(table["window"] == window.name) & (table["p_sign"] < SIGN.share) & (table["claim"] != ZERO)]
        for name in rows["measure"]:
            found[window.name, name] = turning(effects[name], columns, world)
    return found
