"""The outcomes of a sweep as figures need them: one number a run, with label, unit and what was made of the months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from environment.measures import Measure
from environment.parameters import DECLARATIONS, Declaration
from experiments.figures.style import scaled_unit
from experiments.manifest import kingmaker_version
from experiments.statistics import meaning

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Outcome:
    """A column of results: the measure, the statistic, and how it is drawn."""

    column: str
    measure: Measure
    statistic: str

    @property
    def title(self) -> str:
        """The measure's short name."""
        return self.measure.label

    @property
    def factor(self) -> float:
        """From the measure's unit to the drawn one."""
        return scaled_unit(self.measure)[0]

    @property
    def unit(self) -> str:
        """The unit in which it is drawn."""
        unit = scaled_unit(self.measure)[1]
        return unit.removesuffix("/month") if self.statistic == "total" else unit


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


def outcomes_of(statistic: str, wanted: Sequence[Measure]) -> list[Outcome]:
    """The outcomes of one statistic, in the order given."""
    return [Outcome(f"{measure.name}_{statistic}", measure, statistic) for measure in wanted]


def axis_label(key: str, declared: Mapping[str, Declaration] = DECLARATIONS) -> str:
    """A parameter and its unit."""
    unit = declared[key].unit
    return f"{key} ({unit})" if unit not in ("1", "") else key


def value_text(value: float) -> str:
    """A parameter's value on an axis."""
    return "∞" if value == float("inf") else f"{value:g}"


def footer_of(manifest: Mapping[str, Any], over: str = "seeds") -> str:
    """Which sweep a figure shows, its n, its seeds and the kind of its intervals, taken over seeds or points."""
    design = manifest["design"]
    first, n = int(design["seed"]), int(design["replications"])
    seeds = f"seed {first}" if n == 1 else f"seeds {first}–{first + n - 1}"
    runs = "run" if n == 1 else "runs"
    interval = "" if n == 1 and over == "seeds" else f" · 95 % intervals: Student's t over {over}"
    what = f"design {manifest['name']} · scenario {design['scenario']['name']} · {design['months']} months"
    return f"Kingmaker {kingmaker_version()} · {what}\nn = {n} {runs} a point ({seeds}){interval}"


def subtitle_of(statistic: str) -> str:
    """What was made of the months, as the start of a sentence."""
    text = meaning(statistic)
    return text[0].upper() + text[1:]
