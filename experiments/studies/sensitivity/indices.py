"""Indices of sensitivity from a sample and its outcomes; knows nothing of the model.

One factor at a time: the paired difference between a parameter's ends. Morris (1991): mean absolute and spread of
elementary effects. Sobol (1993; estimators of Saltelli et al. 2010): shares of variance, alone (S1), in all (ST) and of
pairs (S2). A Latin hypercube gives S1 by random balance designs (RBD-FAST; Tarantola et al. 2006). All but the first by
SALib.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.experiments.stats.levels import LEVEL, Level
from kingmaker.experiments.stats.paired import paired

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

Row = tuple[str, str, float, float, float]  # parameter, index, value, low, high
Pair = tuple[str, str, float, float, float]  # parameter, parameter, value, low, high
MAIN = {"oat": "swing", "morris": "mu_star", "sobol": "ST", "lhs": "S1"}  # by which parameters are ranked
RESAMPLES = 200
HARMONICS = 10  # of balance designs, SALib's number
POINTS_A_HARMONIC = 8  # the bootstrap takes half of them, and two a harmonic leave nothing to correct the bias by


@dataclass(frozen=True)
class Sample:
    """What was sampled: the parameters, the method, positions in the unit cube.

    Attributes:
        names: of the parameters.
        kind: oat, morris, sobol or lhs.
        unit: shape (points, parameters); for oat without meaning.
        second_order: a Sobol sample with the points for pairs.
        levels: of a Morris sample.
        seed: of the bootstrap.
    """

    names: tuple[str, ...]
    kind: str
    unit: FloatArray
    second_order: bool = True
    levels: int = 4
    seed: int = 1

    @property
    def block(self) -> int:
        """Points that belong together: a sample can be cut only between blocks."""
        k = len(self.names)
        return {"morris": k + 1, "sobol": 2 * k + 2 if self.second_order else k + 2}.get(self.kind, 1)

    @property
    def blocks(self) -> int:
        """Base samples, trajectories, or points."""
        return len(self.unit) // self.block

    def problem(self) -> dict[str, Any]:
        """As SALib wants it."""
        return {"num_vars": len(self.names), "names": list(self.names), "bounds": [[0.0, 1.0]] * len(self.names)}

    def half(self) -> Sample:
        """The first half of the sample."""
        return Sample(
            self.names, self.kind, self.unit[: self.blocks // 2 * self.block], self.second_order, self.levels, self.seed
        )


def indices(sample: Sample, y: FloatArray, level: Level = LEVEL) -> tuple[list[Row], list[Pair]]:
    """All indices of one outcome, shape (points, replications), with their intervals; pairs only for Sobol."""
    if sample.kind == "oat":
        return _one_at_a_time(sample, y, level), []
    mean = y.mean(axis=1)
    if float(mean.std()) <= 1e-12 * max(abs(float(mean.mean())), 1e-300):
        return [], []  # a constant has no sensitivity
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SALib's warnings on pandas and division; nan and width are told in our words
        if sample.kind == "sobol":
            return _sobol(sample, mean, level)
        return (_morris if sample.kind == "morris" else _balance)(sample, mean, level), []


def _one_at_a_time(sample: Sample, y: FloatArray, level: Level) -> list[Row]:
    """Points: the base, then low and high of each parameter. An interval needs two replications."""
    rows: list[Row] = []
    for k, name in enumerate(sample.names):
        low, high = y[1 + 2 * k], y[2 + 2 * k]
        for index, (one, other) in (("low", (y[0], low)), ("high", (y[0], high)), ("swing", (low, high))):
            if y.shape[1] < 2:
                rows.append((name, index, float((other - one).mean()), np.nan, np.nan))
                continue
            found = paired(one[np.newaxis], other[np.newaxis], level)
            rows.append((name, index, float(found.difference[0]), float(found.low[0]), float(found.high[0])))
    return rows


def _morris(sample: Sample, mean: FloatArray, level: Level) -> list[Row]:
    from SALib.analyze import morris

    found = morris.analyze(
        sample.problem(), sample.unit, mean, num_resamples=RESAMPLES, conf_level=level.share, num_levels=sample.levels,
        seed=sample.seed,
    )  # fmt: skip
    rows: list[Row] = []
    for k, name in enumerate(sample.names):
        star, half = float(found["mu_star"][k]), float(found["mu_star_conf"][k])
        rows.append((name, "mu_star", star, max(star - half, 0.0), star + half))
        rows.append((name, "mu", float(found["mu"][k]), np.nan, np.nan))
        rows.append((name, "sigma", float(found["sigma"][k]), np.nan, np.nan))
    return rows


def _sobol(sample: Sample, mean: FloatArray, level: Level) -> tuple[list[Row], list[Pair]]:
    from SALib.analyze import sobol

    found = sobol.analyze(
        sample.problem(), mean, calc_second_order=sample.second_order, num_resamples=RESAMPLES, conf_level=level.share,
        seed=sample.seed,
    )  # fmt: skip
    rows: list[Row] = []
    for k, name in enumerate(sample.names):
        for index in ("S1", "ST"):
            value, half = float(found[index][k]), float(found[f"{index}_conf"][k])
            rows.append((name, index, value, value - half, value + half))
    pairs: list[Pair] = []
    if sample.second_order:
        for i, one in enumerate(sample.names):
            for j in range(i + 1, len(sample.names)):
                value, half = float(found["S2"][i, j]), float(found["S2_conf"][i, j])
                pairs.append((one, sample.names[j], value, value - half, value + half))
    return rows, pairs


def _balance(sample: Sample, mean: FloatArray, level: Level) -> list[Row]:
    from SALib.analyze import rbd_fast

    found = rbd_fast.analyze(
        sample.problem(), sample.unit, mean, num_resamples=RESAMPLES, conf_level=level.share, seed=sample.seed,
        M=max(min(HARMONICS, len(mean) // POINTS_A_HARMONIC), 1),
    )  # fmt: skip
    rows: list[Row] = []
    for k, name in enumerate(sample.names):
        value, half = float(found["S1"][k]), float(found["S1_conf"][k])
        rows.append((name, "S1", value, value - half, value + half))
    return rows


def main_index(sample: Sample, rows: Sequence[Row]) -> dict[str, tuple[float, float, float]]:
    """Of each parameter the index that ranks it, with its interval; of a swing and of mu* relative to the largest."""
    found = {name: (value, low, high) for name, index, value, low, high in rows if index == MAIN[sample.kind]}
    if sample.kind in ("sobol", "lhs") or not found:
        return found
    largest = max(abs(value) for value, _, _ in found.values()) or 1.0
    return {name: (value / largest, low / largest, high / largest) for name, (value, low, high) in found.items()}
