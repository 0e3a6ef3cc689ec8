"""Which assumptions carry a claim: the comparison again, with one uncertain parameter at a time at an end of its range.

The parameters are those of ``parameters.csv`` whose source says *free*: no data pin them down, they were set so that
the whole behaves. Levers of policy, dated inputs, and parameters that the question itself is about are left alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.parameters import resolve
from kingmaker.experiments.stats.paired import paired
from kingmaker.experiments.studies.compare.comparison_table import CLAIM
from kingmaker.experiments.studies.compare.question import Question
from kingmaker.experiments.sweep.stacks import Advance, World, simulate

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.environment.inputs.scenario import Scenario

COLUMNS = ("window", "measure", "parameter", "value", "usual", "difference", "low", "high", "verdict")
HOLDS, WEAKER, FLIPS = "holds", "disappears", "flips"
LEAST_PAIRS = 20


class Ends(StrEnum):
    """How far an uncertain parameter is moved."""

    RANGE = "range"  # to the ends of its declared range
    HALF = "half"  # to half and to double its value, within that range


def read_ends(text: str) -> Ends:
    """As a user writes it.

    Raises:
        KingmakerError: neither range nor half.
    """
    if text not in list(Ends):
        raise KingmakerError(f"--ends is '{text}'; allowed is range or half.")
    return Ends(text)


@dataclass(frozen=True)
class Variant:
    """One assumption changed on both sides, or on the one that knows it (the parameter of an extension)."""

    key: str
    value: float | int
    usual: float | int

    def world(self, scenario: Scenario, seed: int) -> World:
        """A run under this assumption; it is no policy, so it does not count among the scenario's pins."""
        return World(scenario, seed, {self.key: self.value} if self.key in scenario.declared() else {})

    def __str__(self) -> str:
        """Such as ``chips.capacity_response = 2 (usually 0.6)``."""
        return f"{self.key} = {self.value:g} (usually {self.usual:g})"


def assumptions(question: Question) -> list[str]:
    """The uncertain parameters that this question does not touch."""
    touched = question.touched()
    return [
        key
        for key, declared in question.declared.items()
        if "free" in [part.strip() for part in re.split("[;:,]", declared.source)]
        and not declared.structural
        and key not in touched
        and math.isfinite(declared.high)
    ]


def variants(question: Question, ends: Ends = Ends.RANGE) -> Iterator[Variant]:
    """Both ends of each assumption; an end at which the parameter stands already is left out."""
    values = resolve({**question.b.parameters, **question.a.parameters}, "compare", question.declared)
    for key in assumptions(question):
        declared, usual = question.declared[key], values[key]
        low, high = declared.low, declared.high
        if ends is Ends.HALF:
            around = sorted((0.5 * usual, 2.0 * usual))
            low, high = max(low, around[0]), min(high, around[1])
        for end in (low, high):
            value = round(end) if declared.integer else end
            if value != usual:
                yield Variant(key, value, usual)


def pairs_for(table: pd.DataFrame, question: Question) -> int:
    """How many pairs tell whether a claim still holds: as many as the weakest claim needs, with some to spare."""
    needed = float(claims_of(table)["n_needed"].max())
    return min(question.replications, max(LEAST_PAIRS, math.ceil(1.5 * needed)))


def claims_of(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of which a claim is made, in all windows."""
    return table[table["claim"] == CLAIM]


def run_variants(
    question: Question, chosen: list[Variant], n: int, workers: int = 1, advance: Advance | None = None,
    keep: Path | None = None,
) -> list[tuple[np.ndarray, np.ndarray]]:  # fmt: skip
    """The outcomes of the first ``n`` pairs, both of shape (measures, windows, n), for each variant."""
    worlds = [
        variant.world(side, seed)
        for variant in chosen
        for side in (question.a, question.b)
        for seed in question.seeds[:n]
    ]
    windows = tuple(window.name for window in question.windows)
    means = simulate(
        worlds, question.months, tuple(question.measures), statistics=windows, workers=workers, advance=advance,
        keep=keep,
    )  # fmt: skip
    pairs = means.reshape(len(question.measures), len(windows), len(chosen), 2, n)
    return [(pairs[:, :, k, 0], pairs[:, :, k, 1]) for k in range(len(chosen))]


def judge(
    table: pd.DataFrame, question: Question, chosen: list[Variant], outcomes: list[tuple[np.ndarray, np.ndarray]]
) -> pd.DataFrame:
    """One row for each claim, of every window, and each variant (:data:`COLUMNS`).

    ``flips``: the interval excludes zero on the other side; ``disappears``: it holds zero; ``holds`` otherwise.
    """
    import pandas as pd

    names, windows = list(question.measures), [window.name for window in question.windows]
    claims = claims_of(table)
    rows = []
    for variant, (a, b) in zip(chosen, outcomes, strict=True):
        found = [paired(a[:, w], b[:, w], question.level) for w in range(len(windows))]
        for window, measure, usual in zip(claims["window"], claims["measure"], claims["difference"], strict=True):
            pair, k = found[windows.index(window)], names.index(measure)
            low, high, difference = float(pair.low[k]), float(pair.high[k]), float(pair.difference[k])
            same = low > 0.0 if usual > 0 else high < 0.0
            other = high < 0.0 if usual > 0 else low > 0.0
            verdict = HOLDS if same else FLIPS if other else WEAKER
            rows.append((window, measure, variant.key, variant.value, variant.usual, difference, low, high, verdict))
    return pd.DataFrame(rows, columns=list(COLUMNS))


@dataclass(frozen=True)
class Standing:
    """How a claim stands under the other assumptions: how many were tested, and under how many it turns or goes."""

    tested: int
    flips: int
    weaker: int

    @property
    def robust(self) -> bool:
        """Whether it holds under every assumption tested."""
        return not self.flips + self.weaker

    def __str__(self) -> str:
        """Such as ``its sign flips under 2 and it disappears under 1 of 62 other assumptions``."""
        told = [f"its sign flips under {self.flips}"] * (self.flips > 0)
        told += [f"it disappears under {self.weaker}"] * (self.weaker > 0)
        other = f"{self.tested} other assumptions tested"
        return f"{' and '.join(told)} of {other}" if told else f"it holds under all {other}"


def standing(robustness: pd.DataFrame, window: str, measure: str) -> Standing:
    """How a claim stands, from the table of :func:`judge`."""
    mine = robustness[(robustness["window"] == window) & (robustness["measure"] == measure)]["verdict"]
    return Standing(len(mine), int((mine == FLIPS).sum()), int((mine == WEAKER).sum()))
