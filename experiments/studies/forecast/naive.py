"""Naive forecasters, fitted on the same past: what any forecast of the model must beat.

Each gives a normal distribution on the scale of the series (logarithms, or logits of shares), whose standard deviation
grows with the square root of the horizon. The past is short, so that its noise leans on that of all series together.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

LEAN = 2.0  # observations that the noise of all series counts for
USUAL_NOISE = 0.4  # a year, where no series has a past to take it from
DAMPED = 0.9  # a quarter: a usual damping (Gardner & McKenzie 1985), where the past is too short to estimate it
QUARTERS = 4.0  # in a year
ENOUGH = 6  # observations on a regular grid from which a damped trend is estimated
NEAR_A_YEAR = 0.3  # years by which an observation may lie off a year before the last one


@dataclass(frozen=True)
class Past:
    """What was known of a series: times in years and values on its scale, in the order of time."""

    times: FloatArray
    values: FloatArray

    @property
    def slope(self) -> float:
        """Mean change a year; zero of a single observation."""
        if len(self.times) < 2:
            return 0.0
        return float((self.values[-1] - self.values[0]) / (self.times[-1] - self.times[0]))

    def squares(self) -> FloatArray:
        """Squares of the changes around the mean change, each over the time that it took."""
        steps = np.diff(self.times)
        return np.asarray((np.diff(self.values) - self.slope * steps) ** 2 / steps)


Forecaster = Callable[[Past, "FloatArray"], "FloatArray"]


def random_walk(past: Past, ahead: FloatArray) -> FloatArray:
    """The last value."""
    return np.full(len(ahead), past.values[-1])


def drift(past: Past, ahead: FloatArray) -> FloatArray:
    """The last value, and the mean change of the past."""
    return np.asarray(past.values[-1] + past.slope * (ahead - past.times[-1]))


def last_years_growth(past: Past, ahead: FloatArray) -> FloatArray:
    """The last value, and the change of the last year; the drift where no value is a year old."""
    before = np.abs(past.times - (past.times[-1] - 1.0))
    nearest = int(np.argmin(before))
    if before[nearest] > NEAR_A_YEAR:
        return drift(past, ahead)
    year = past.times[-1] - past.times[nearest]
    growth = (past.values[-1] - past.values[nearest]) / year
    return np.asarray(past.values[-1] + growth * (ahead - past.times[-1]))


def log_linear(past: Past, ahead: FloatArray) -> FloatArray:
    """A straight line through the past, by least squares; the drift of two values or one."""
    if len(past.times) < 3:
        return drift(past, ahead)
    slope, level = np.polyfit(past.times, past.values, 1)
    return np.asarray(level + slope * ahead)


def damped_trend(past: Past, ahead: FloatArray) -> FloatArray:
    """Holt's damped trend, by statsmodels where the past is long and regular enough; else the drift, damped."""
    steps = np.diff(past.times)
    if len(past.times) >= ENOUGH and np.ptp(steps) < 1e-9:
        from statsmodels.tsa.holtwinters import Holt

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an optimum that is flat
            model = Holt(past.values, damped_trend=True, initialization_method="estimated").fit()
            number = round(float((ahead[-1] - past.times[-1]) / steps[0]))
            path = np.concatenate([past.values[-1:], model.forecast(number)])
        grid = past.times[-1] + steps[0] * np.arange(number + 1)
        return np.asarray(np.interp(ahead, grid, path))
    rate = -np.log(DAMPED) * QUARTERS
    return np.asarray(past.values[-1] + past.slope * (1.0 - np.exp(-rate * (ahead - past.times[-1]))) / rate)


FORECASTERS: dict[str, Forecaster] = {
    "random walk": random_walk,
    "drift": drift,
    "last year's growth": last_years_growth,
    "log-linear trend": log_linear,
    "damped trend": damped_trend,
}


def usual_noise(pasts: list[Past]) -> float:
    """The variance a year of all series together."""
    squares = [past.squares() for past in pasts if len(past.times) > 2]
    return float(np.median(np.concatenate(squares))) if squares else USUAL_NOISE**2


def spread(past: Past, ahead: FloatArray, usual: float) -> FloatArray:
    """Standard deviations at times ahead."""
    squares = past.squares() if len(past.times) > 2 else np.zeros(0)
    variance = (LEAN * usual + squares.sum()) / (LEAN + len(squares))
    return np.asarray(np.sqrt(variance * np.maximum(ahead - past.times[-1], 1e-9)))
