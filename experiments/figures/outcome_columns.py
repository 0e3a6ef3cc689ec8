"""The outcomes of a sweep as figures need them: one number a run, with label, unit and what was made of the months."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kingmaker.environment.core.measures import MEASURES, Measure
from kingmaker.environment.inputs.parameters import DECLARATIONS, Declaration
from kingmaker.experiments.figures.mean_intervals import FEWEST, FREE, Bounds
from kingmaker.experiments.figures.style import scaled_unit
from kingmaker.experiments.results.manifest import kingmaker_version
from kingmaker.experiments.stats.levels import LEVEL, Level
from kingmaker.experiments.stats.run_statistics import meaning

if TYPE_CHECKING:
    import pandas as pd


# differences of shares, margins and news can be negative though their units are shares and money
SIGNED = frozenset({"rival_penalty", "announced_musd", "resale_musd"})
SHARES = ("0-1", "0/1", "share")
NEVER_NEGATIVE = (
    "firms",
    "inquiries",
    "remedies",
    "clouds",
    "number",
    "units",
    "weeks",
    "H100e",
    "GW",
    "k$",
    "M$",
    "$",
)


@dataclass(frozen=True)
class Outcome:
    """A column of results: measure, statistic, how it is drawn, largest absolute value, level of intervals."""

    column: str
    measure: Measure
    statistic: str
    largest: float = math.nan
    level: Level = LEVEL

    @property
    def title(self) -> str:
        """The measure's short name."""
        return self.measure.label

    @property
    def factor(self) -> float:
        """From the measure's unit to the drawn one."""
        return scaled_unit(self.measure, self.largest)[0]

    @property
    def unit(self) -> str:
        """The unit in which it is drawn."""
        unit = scaled_unit(self.measure, self.largest)[1]
        return unit.removesuffix("/month") if self.statistic == "total" else unit

    @property
    def bounds(self) -> Bounds:
        """What the outcome cannot pass, in the drawn unit: 0 for amounts, 0 and 1 for shares."""
        kind = self.measure.unit.split(" per ")[0]
        if self.statistic == "sd":
            return 0.0, math.inf
        if self.measure.name not in MEASURES or self.measure.name in SIGNED:
            return FREE
        if kind in SHARES:
            return 0.0, math.inf if self.statistic == "total" else 1.0
        return (0.0, math.inf) if kind in NEVER_NEGATIVE else FREE

    @property
    def whole(self) -> bool:
        """Whether the outcome of a run is a whole number where the measure counts things."""
        return self.statistic in ("final", "min", "max", "total")


def statistics_of(manifest: Mapping[str, Any]) -> list[str]:
    """The statistics that a sweep has kept; of monthly values, the mean of the last year."""
    keep = manifest["design"]["keep"]
    return list(keep) if keep != "monthly" else [f"last{min(12, int(manifest['design']['months']))}"]


def per_run(frame: pd.DataFrame, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """One row a run: monthly values become their mean over the last year, in columns named like kept statistics."""
    import numpy as np

    if "month" not in frame:
        return frame
    (statistic,) = statistics_of(manifest)
    months = sorted(frame["month"].unique())[-int(statistic.removeprefix("last")) :]
    measures = list(manifest["design"]["measures"])
    last = frame[frame["month"].isin(months)].groupby("run", sort=False)[measures].mean()
    last.columns = [f"{name}_{statistic}" for name in measures]
    runs = frame.drop_duplicates(["point", "replication"])
    found = runs.drop(columns=["month", *measures]).merge(last, left_on="run", right_index=True)
    return found.replace({None: np.nan})


def outcomes_of(statistic: str, wanted: Sequence[Measure], runs: pd.DataFrame, level: Level = LEVEL) -> list[Outcome]:
    """The outcomes of one statistic in ``runs``, in the order given."""
    names = [f"{measure.name}_{statistic}" for measure in wanted]
    return [
        Outcome(name, measure, statistic, float(runs[name].abs().max()), level)
        for name, measure in zip(names, wanted, strict=True)
    ]


def axis_label(key: str, declared: Mapping[str, Declaration] = DECLARATIONS) -> str:
    """A parameter and its unit."""
    unit = declared[key].unit
    return f"{key} ({unit})" if unit not in ("1", "") else key


def value_text(value: float) -> str:
    """A parameter's value on an axis."""
    return "∞" if value == float("inf") else f"{value:g}"


def footer_of(
    manifest: Mapping[str, Any], over: str = "seeds", runs: pd.DataFrame | None = None, level: Level = LEVEL
) -> str:
    """Which sweep a figure shows, its n, its seeds and the kind of its intervals.

    Args:
        manifest: of the sweep.
        over: what the intervals are taken over: seeds, pairs of runs with one seed; empty if there are none or others.
        runs: those that there are, which can be fewer than were planned.
        level: of the intervals.
    """
    design = manifest["design"]
    first, n = int(design["seed"]), int(design["replications"])
    seeds = f"seed {first}" if n == 1 else f"seeds {first}–{first + n - 1}"
    seeds = str(manifest["over"]) if "over" in design else f"{seeds}, luck at one point"
    what = f"design {manifest['name']} · scenario {design['scenario']['name']} · {design['months']} months"
    return f"Kingmaker {kingmaker_version()} · {what}\n{_runs_a_point(n, runs)} ({seeds}){_interval(n, over, level)}"


def _runs_a_point(planned: int, runs: pd.DataFrame | None) -> str:
    """How many runs each point has."""
    low = high = planned
    if runs is not None and len(runs):
        number = runs.groupby("point").size()
        low, high = int(number.min()), int(number.max())
    span = f"{low}" if low == high else f"{low} to {high}"
    return f"n = {span} {'run' if high == 1 else 'runs'} a point"


def _interval(n: int, over: str, level: Level) -> str:
    """The kind of interval, or why there is none."""
    if not over:
        return ""
    if over in ("seeds", "pairs") and n < FEWEST:
        return f" · too few runs for intervals (from {FEWEST} on)" if n > 1 else ""
    return f" · {level.tied}s: {level.method(over)}"


def subtitle_of(statistic: str) -> str:
    """What was made of the months, as the start of a sentence."""
    text = meaning(statistic)
    return text[0].upper() + text[1:]
