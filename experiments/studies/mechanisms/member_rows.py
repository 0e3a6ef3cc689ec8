"""A row over a posterior: in which share of the members it holds, and what goes with its failing in the others."""

from __future__ import annotations

from kingmaker.agents.types import FloatArray
from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.stats.levels import SHOWN, Level
from kingmaker.experiments.stats.member_effects import middle_of
from kingmaker.experiments.stats.turning import turning
from kingmaker.experiments.studies.mechanisms.row import Row
from kingmaker.experiments.studies.mechanisms.row_result import Result


def member_result(row: Row, difference: FloatArray, over: Replicates, level: Level) -> Result:
    """What the differences of a row, shape (members,), say of its claim."""
    low, middle, high = (float(end) for end in middle_of(difference, over.weights, level))
    beyond = row.sign * difference + row.margin  # above zero where the claim holds
    share = min(float((beyond > 0.0) @ over.weights), 1.0)
    where = _where(beyond, over) if share < SHOWN.share else ""
    return Result(row, middle, low, high, len(difference), level, share, where)


def _where(beyond: FloatArray, over: Replicates) -> str:
    """The parameter that goes with the claim most closely, in words; empty if none can be named."""
    found = turning(beyond, over.columns(), {})
    if found is None or not found.drivers:
        return ""
    first = found.drivers[0]
    fails_low = (first.turned_low >= first.turned_high) != found.up
    bound = first.lower if fails_low else first.upper
    return f"fails mostly where {first.key} is {'at most' if fails_low else 'at least'} {bound:.3g}"


def shown_share(share: float) -> str:
    """In per cent, rounded down: what holds in all but one of the members does not hold in all."""
    return f"{int(100.0 * share + 1e-9)} %"
