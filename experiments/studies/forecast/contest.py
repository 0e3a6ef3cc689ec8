"""The contest: at each origin the model is fitted on what was known and runs on; all are scored on what followed.

Every line that describes the world up to the origin is fitted, those too that the shipped posterior never sees: naive
forecasters see them as well, and no fit of the contest goes anywhere else. The latest fact of each series has a small
error, so that the members' paths start where the world stood. *Anchored* forecasts also shift each member's path by
what it is off at the last observation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from kingmaker.agents.calendar import month_number
from kingmaker.agents.units import YEAR
from kingmaker.experiments.posterior.ensemble_runs import EnsembleRuns, PosteriorError
from kingmaker.experiments.posterior.fitting import FitPlan, Fitter
from kingmaker.experiments.posterior.lines import DataLine, error_covariance, observed, read_lines, scaled
from kingmaker.experiments.posterior.priors import read_priors
from kingmaker.experiments.posterior.smoother import smooth
from kingmaker.experiments.stats.levels import WIDE
from kingmaker.experiments.studies.forecast.contest_data import (
    CLOSE,
    LAST,
    ORIGINS,
    ObservedSeries,
    observed_series,
    times,
)
from kingmaker.experiments.studies.forecast.naive import FORECASTERS, Past, spread, usual_noise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kingmaker.agents.types import FloatArray

MODEL, ANCHORED, MEDIAN = "kingmaker", "kingmaker, anchored", "median of all"
QUANTILES = (np.arange(99) + 1.0) / 100.0  # by which a distribution is handed on
HORIZONS = ((6, "to 6 months"), (12, "7 to 12"), (18, "13 to 18"), (YEAR * 3, "19 to 24"))


@dataclass(frozen=True)
class Forecast:
    """What one forecaster has said of one line from one origin, and how it was off, on the line's scale."""

    origin: str
    series: str
    block: str
    period: str
    months: int
    forecaster: str
    observed: float
    median: float
    crps: float
    low_90: float = np.nan  # the ends of WIDE
    high_90: float = np.nan

    @property
    def error(self) -> float:
        """Distance of the median, on the line's scale: of logarithms, a relative error."""
        return abs(self.median - self.observed)

    @property
    def horizon(self) -> str:
        """The class of its horizon."""
        return next(name for most, name in HORIZONS if self.months <= most)


def contest(
    plan: FitPlan, keep: Path | None, workers: int, advance: Callable[[int], None], tell: Callable[[str], None],
    origins: Sequence[str] = ORIGINS,
) -> list[Forecast]:  # fmt: skip
    """All forecasts from all origins.

    Raises:
        PosteriorError: a fit fails.
    """
    series = observed_series()
    found: list[Forecast] = []
    for origin in origins:
        tell(f"origin {origin}")
        month = month_number(origin)
        chosen = [each for each in series if each.known(month) and each.ahead(month)]
        asked = [line for each in chosen for line in (each.known(month)[-1], *each.ahead(month))]
        said = _model(plan, month, series, asked, keep, workers, advance)
        by_line = dict(zip(((line.series, line.first, line.last) for line in asked), said, strict=True))
        usual = usual_noise([_past(each.known(month)) for each in chosen])
        for each in chosen:
            found += _of_series(each, month, origin, by_line, usual)
    return found


def _past(known: Sequence[DataLine]) -> Past:
    return Past(times(known), observed(known))


def _model(
    plan: FitPlan, origin: int, series: Sequence[ObservedSeries], asked: Sequence[DataLine], keep: Path | None,
    workers: int, advance: Callable[[int], None],
) -> FloatArray:  # fmt: skip
    """What members fitted on what was known say of the lines that are asked for, shape (lines, members)."""
    lines = known_lines(series, origin)
    months = max(line.last for line in lines) + 1
    fitter = Fitter(plan, read_priors(), EnsembleRuns(lines, months, keep, workers, plan.pins, advance))

    def forward(places: FloatArray, alive: NDArray[np.int64]) -> FloatArray:
        return fitter.says(places, fitter.seeds[alive])

    result = smooth(
        fitter.places, forward, observed(lines), error_covariance(lines), fitter.priors.bounds, plan.steps, plan.seed
    )
    runs = EnsembleRuns(asked, LAST + 1, keep, workers, plan.pins, advance)
    raw = runs.run(fitter.priors.keys, fitter.priors.values(result.places), fitter.seeds[result.alive])
    well = np.isfinite(raw).all(axis=0)
    if not well.any():
        raise PosteriorError("none of the members runs on from its origin.")
    return scaled(raw[:, well], asked)


def known_lines(series: Sequence[ObservedSeries], origin: int) -> list[DataLine]:
    """The lines that describe the world up to the origin; the latest fact of each series with a small error."""
    known = {(line.series, line.first, line.last): line for line in read_lines() if line.last <= origin}
    for each in series:
        past = each.known(origin)
        if past:
            latest = past[-1]
            place = (latest.series, latest.first, latest.last)
            known[place] = replace(latest, error=min(latest.error, CLOSE * latest.unit), bias=0.0)
    return [known[place] for place in sorted(known)]


def _of_series(
    each: ObservedSeries, month: int, origin: str, by_line: dict[tuple[str, int, int], FloatArray], usual: float
) -> list[Forecast]:
    """What all forecasters say of what followed of one series."""
    known, ahead = each.known(month), each.ahead(month)
    past, when = _past(known), times(ahead)
    quantiles: dict[str, FloatArray] = {}  # forecaster -> shape (lines ahead, quantiles)
    last = by_line[known[-1].series, known[-1].first, known[-1].last]
    members = np.array([by_line[line.series, line.first, line.last] for line in ahead])
    quantiles[MODEL] = np.quantile(members, QUANTILES, axis=1).T
    quantiles[ANCHORED] = np.quantile(members - last + known[-1].observed, QUANTILES, axis=1).T
    width = spread(past, when, usual)
    for name, forecaster in FORECASTERS.items():
        middle = forecaster(past, when)
        quantiles[name] = middle[:, np.newaxis] + np.outer(width, ndtri(QUANTILES))
    quantiles[MEDIAN] = np.median(np.stack([quantiles[name] for name in (ANCHORED, *FORECASTERS)]), axis=0)
    return [
        _scored(each, line, month, origin, name, found[k])
        for name, found in quantiles.items()
        for k, line in enumerate(ahead)
    ]


def _scored(
    each: ObservedSeries, line: DataLine, month: int, origin: str, name: str, quantiles: FloatArray
) -> Forecast:
    import scoringrules

    target = line.observed
    crps = float(scoringrules.crps_ensemble(target, quantiles, estimator="qd"))
    middle = float(quantiles[len(quantiles) // 2])
    low, high = (float(np.interp(share, QUANTILES, quantiles)) for share in WIDE.ends)
    return Forecast(
        origin, each.name, each.block, line.period, line.last - month, name, target, middle, crps, low, high
    )  # fmt: skip
