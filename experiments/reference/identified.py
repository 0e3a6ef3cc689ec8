"""How far the fit pins each parameter down, in words: read from the committed profiles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kingmaker.experiments.studies.calibration.calibration_page import CLOSE, PROFILES, read_profiles
from kingmaker.experiments.studies.calibration.calibration_record import read_result
from kingmaker.experiments.studies.calibration.objective import Fitted, read_fitted
from kingmaker.experiments.terminal.phrases import listed

EDGE = 0.03  # of the way between the bounds: nearer than this a value lies at its bound
WIDE = 0.5  # of the way between the bounds: a parameter that is free over this much is hardly identified


def sentences(path: Path = PROFILES) -> list[str]:
    """Which parameters are hardly identified, and which lie at a bound; what a profile does not show."""
    fitted, values = read_fitted(), read_result().parameters
    profiles = read_profiles(path)
    width = {f.key: free(f, values[f.key], profiles[f.key]) for f in fitted}
    loose = [f"`{f.key}`" for f in fitted if width[f.key] >= WIDE - 1e-6]
    low = [f"`{f.key}`" for f in fitted if f.place(values[f.key]) < EDGE]
    high = [f"`{f.key}`" for f in fitted if f.place(values[f.key]) > 1.0 - EDGE]
    bounds = [f"at the {name} bound: {listed(found)}" for name, found in (("lower", low), ("upper", high)) if found]
    return [
        "- Hardly identified (the score stays within a quarter of the best over half the way between the bounds or "
        f"more): {listed(loose) or 'none'}.{' There the value is an assumption.' if loose else ''}",
        f"- {'; '.join(bounds).capitalize()}: there the bound speaks, not the patterns."
        if bounds
        else "- None lies at a bound.",
        "- A profile moves one parameter and holds the others: two that can stand in for each other look better "
        "identified than they are.",
        "",
    ]


def free(fitted: Fitted, value: float, points: Sequence[tuple[float, float]]) -> float:
    """How much of the way between the bounds, 0-1, the score of (value, score) points stays close to that at ``value``.

    Only the stretch around ``value`` counts; it ends at the last point that is close.
    """
    ordered = sorted(points)
    here = min(range(len(ordered)), key=lambda k: abs(fitted.place(ordered[k][0]) - fitted.place(value)))
    close = [score <= CLOSE * ordered[here][1] for _, score in ordered]
    first = last = here
    while first > 0 and close[first - 1]:
        first -= 1
    while last < len(ordered) - 1 and close[last + 1]:
        last += 1
    return fitted.place(ordered[last][0]) - fitted.place(ordered[first][0])
