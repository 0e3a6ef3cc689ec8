"""What is kept of a run: each month's value, or summary statistics over the months."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.stats.windows import read_window

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

MEANINGS = {
    "mean": "mean over all months",
    "final": "value of the last month",
    "min": "smallest monthly value",
    "max": "largest monthly value",
    "total": "sum over all months",
    "sd": "standard deviation over the months (divisor n)",
}
_LAST = re.compile(r"last([1-9]\d*)")


def meaning(statistic: str) -> str:
    """A statistic in words."""
    last = _LAST.fullmatch(statistic)
    if ":" in statistic:
        return f"mean of {statistic.replace(':', ' to ')}"
    return f"mean over the last {last[1]} months" if last else MEANINGS[statistic]


def check_statistic(statistic: str, months: int, where: str) -> str:
    """The name of a statistic, if it is one that ``months`` months allow.

    Raises:
        KingmakerError: an unknown statistic, or one over more months than a run has.
    """
    if ":" in statistic:
        return read_window(statistic, months, where).name
    last = _LAST.fullmatch(statistic)
    if last is None and statistic not in MEANINGS:
        raise KingmakerError(
            f"{where}: there is no statistic '{statistic}'; known are {', '.join(MEANINGS)}, "
            "lastN, the mean over the last N months, such as last12, and such a mean as 2025-01:2026-12."
        )
    if last is not None and int(last[1]) > months:
        raise KingmakerError(f"{where}: '{statistic}' needs at least {last[1]} months; the runs have {months}.")
    return statistic


def summarise(series: FloatArray, statistics: Sequence[str]) -> dict[str, FloatArray]:
    """Each statistic of monthly series of shape (worlds, months), as arrays of shape (worlds,).

    The series are reduced along their last axis in C order, so that a world gives the same bits in any stack.
    """
    import numpy as np

    rows = np.ascontiguousarray(series)
    months = rows.shape[-1]
    found: dict[str, FloatArray] = {}
    for statistic in statistics:
        last = _LAST.fullmatch(statistic)
        if last is not None:
            tail = np.ascontiguousarray(rows[:, months - int(last[1]) :])
            found[statistic] = tail.mean(axis=-1)
        elif ":" in statistic:
            window = read_window(statistic, months)
            found[statistic] = np.ascontiguousarray(rows[:, window.first : window.stop]).mean(axis=-1)
        elif statistic == "final":
            found[statistic] = rows[:, -1].copy()
        else:
            method = {"total": "sum", "sd": "std"}.get(statistic, statistic)
            found[statistic] = np.asarray(getattr(rows, method)(axis=-1))
    return found
