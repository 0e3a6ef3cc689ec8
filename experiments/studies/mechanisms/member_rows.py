"""A row over a posterior: in which share of the members it holds, and in which regime if it does not in all."""

from __future__ import annotations

from collections.abc import Mapping

from kingmaker.agents.types import FloatArray
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.stats.levels import Level, whole_percent
from kingmaker.experiments.stats.member_effects import middle_of
from kingmaker.experiments.stats.regimes import regime
from kingmaker.experiments.studies.mechanisms.row import Row
from kingmaker.experiments.studies.mechanisms.row_result import Result, is_shown

UNTOLD = "no regime can be told from chance"


def member_result(
    row: Row, difference: FloatArray, over: Replicates, level: Level, world: Mapping[str, FloatArray] | None = None
) -> Result:
    """What the differences of a row, shape (members,), say of its claim.

    ``world`` are the measures over the row's months in the worlds with the lever low, each of shape (members,).
    """
    low, middle, high = (float(end) for end in middle_of(difference, over.weights, level))
    holds = row.sign * difference + row.margin > 0.0
    share = min(float(holds @ over.weights), 1.0)
    told = ""
    if not is_shown(share):
        found = regime(holds, {**over.columns(), **(world or {})})
        told = UNTOLD if found is None else found.words
    return Result(row, middle, low, high, len(difference), level, share, told)


def shown_share(share: float) -> str:
    """In per cent, rounded down."""
    return f"{whole_percent(share)} %"
