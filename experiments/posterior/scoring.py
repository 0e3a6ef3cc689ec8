"""How well an ensemble says what was observed: coverage, ranks, misfit, and the continuous ranked probability score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.experiments.stats.levels import COVERAGE, Band

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray
    from kingmaker.experiments.posterior.lines import DataLine

NOISE = 2024  # seed of the errors that are added to predictions: the same for all ensembles


@dataclass(frozen=True)
class LineScore:
    """What an ensemble says of one line, on the line's scale.

    Attributes:
        low: lower end of the predictive band, error of the line (and discrepancy, if given) included.
        middle: median.
        high: upper end.
        rank: of the observation among the members, 0 to 1.
        misfit: squared distance of the observation from the median, in errors of the line.
        crps: continuous ranked probability score, in errors of the line.
    """

    line: DataLine
    low: float
    middle: float
    high: float
    rank: float
    misfit: float
    crps: float

    @property
    def covered(self) -> bool:
        """Whether the band holds the observation."""
        return self.low <= self.line.observed <= self.high


def predictive(predicted: FloatArray, covariance: FloatArray, seed: int = NOISE) -> FloatArray:
    """Predictions of shape (lines, members) with errors of that covariance added: what would be observed."""
    lines, members = predicted.shape
    noise = np.random.default_rng(seed).standard_normal((lines, members))
    return np.asarray(predicted + np.linalg.cholesky(covariance + 1e-12 * np.eye(lines)) @ noise)


def score(lines: Sequence[DataLine], seen: FloatArray, band: Band = COVERAGE) -> list[LineScore]:
    """The score of each line; ``seen`` are predictive values of shape (lines, members), on the lines' scales."""
    import scoringrules

    found = []
    for line, values in zip(lines, seen, strict=True):
        low, middle, high = (float(q) for q in band.of(values))
        target = line.observed
        rank = (float((values < target).sum()) + 0.5) / (len(values) + 1.0)
        crps = float(scoringrules.crps_ensemble(target, values, estimator="fair")) / line.error
        found.append(LineScore(line, low, middle, high, rank, ((target - middle) / line.error) ** 2, crps))
    return found


@dataclass(frozen=True)
class Summary:
    """Many lines in a few numbers."""

    lines: int
    covered: int
    misfit: float
    crps: float

    @property
    def coverage(self) -> float:
        """Share of the lines that their bands hold; NaN of none."""
        return self.covered / self.lines if self.lines else float("nan")

    @property
    def words(self) -> str:
        """Such as ``44 of 52 lines (85 %)``."""
        return f"{self.covered} of {self.lines} lines ({100.0 * self.coverage:.0f} %)"


def words_of(covered: Sequence[bool]) -> str:
    """How many lines bands hold, such as ``83 (90 %)``."""
    held = sum(map(bool, covered))
    return f"{held} ({100.0 * held / len(covered):.0f} %)" if len(covered) else "none"


def summary(scores: Sequence[LineScore]) -> Summary:
    """Coverage, median misfit and mean score."""
    if not scores:
        return Summary(0, 0, float("nan"), float("nan"))
    return Summary(
        len(scores),
        sum(one.covered for one in scores),
        float(np.median([one.misfit for one in scores])),
        float(np.mean([one.crps for one in scores])),
    )
