"""The effects of a factorial: each cell against the reference, main effects, interactions; replicate by replicate.

A main effect is the mean, over all levels of the other levers, of the difference that one lever makes; an interaction
is what two levers do together beyond the sum of each alone, averaged likewise (Box, Hunter & Hunter 2005, chapter 5,
in differences from the reference level).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.experiments.stats.member_effects import member_effects, together
from kingmaker.experiments.stats.paired import ROUNDING, holm, paired
from kingmaker.experiments.stats.variance_shares import Shares, shares
from kingmaker.experiments.studies.compare.comparison_table import CLAIM, HINT, NONE, ZERO
from kingmaker.experiments.studies.compare.over_members import further_seeds, relative, verdicts
from kingmaker.experiments.studies.factorial.factorial_question import Cell, FactorialQuestion
from kingmaker.experiments.sweep.stacks import Advance, World, simulate

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.experiments.stats.windows import Window

AGAINST, MAIN, INTERACTION = "against the reference", "main effect", "interaction"
COLUMNS = (
    "window", "months", "measure", "unit", "kind", "effect", "reference", "difference", "low", "high", "p_up", "p_down",
    "p_sign", "p_together", "n", "luck", "luck_low", "luck_high", "relative", "claim",
)  # fmt: skip


@dataclass(frozen=True)
class Effect:
    """A contrast between cells: its kind, its name, and the weight of each cell."""

    kind: str
    name: str
    weights: tuple[float, ...]


@dataclass(frozen=True)
class FactorialRuns:
    """All paths, shape (cells, measures, months, replicates); of rules likewise; of further lucks the window means.

    ``lucks`` has the shape (cells, windows, outcomes, members, seeds less one); it is empty if none were run.
    """

    question: FactorialQuestion
    values: FloatArray
    rules: FloatArray
    lucks: FloatArray = field(default_factory=lambda: np.empty(0))

    def outcome(self, window: Window, name: str) -> FloatArray:
        """An outcome over a window, shape (cells, replicates)."""
        place = list(self.question.measures).index(name)
        return np.array([window.mean(cell[place : place + 1])[0] for cell in self.values])

    def world(self, window: Window) -> dict[str, FloatArray]:
        """What the world is like in the reference: each measure over a window, shape (replicates,)."""
        return dict(zip(self.question.measures, window.mean(self.values[0]), strict=True))


def effects_of(question: FactorialQuestion) -> tuple[Effect, ...]:
    """All effects: cells against the reference, main effects (of two levers or more), interactions of pairs."""
    cells, levers = question.cells, question.levers
    places = {cell: n for n, cell in enumerate(cells)}
    moved = sorted(cells[1:], key=lambda cell: (sum(map(bool, cell)), [level == 0 for level in cell], cell))
    found = [
        Effect(AGAINST, question.name(cell), tuple(float(k == places[cell]) - float(k == 0) for k in range(len(cells))))
        for cell in moved
    ]
    if len(levers) == 1:
        return tuple(found)
    for which, lever in enumerate(levers):
        for level in range(1, len(lever.levels)):
            found.append(Effect(MAIN, lever.at(level), _contrast(cells, {which: level})))
    for one, other in itertools.combinations(range(len(levers)), 2):
        for a, b in itertools.product(range(1, len(levers[one].levels)), range(1, len(levers[other].levels))):
            name = f"{levers[one].at(a)} × {levers[other].at(b)}"
            found.append(Effect(INTERACTION, name, _contrast(cells, {one: a, other: b})))
    return tuple(found)


def _contrast(cells: Sequence[Cell], moved: dict[int, int]) -> tuple[float, ...]:
    """The weights of a contrast in which the levers ``moved`` go from reference to a level; all others are averaged."""
    chosen = [all(cell[lever] in (0, level) for lever, level in moved.items()) for cell in cells]
    number = sum(chosen) / 2 ** len(moved)
    signs = [(-1) ** sum(cell[lever] == 0 for lever in moved) for cell in cells]
    return tuple(sign / number if inside else 0.0 for sign, inside in zip(signs, chosen, strict=True))


def contrast(values: FloatArray, weights: Sequence[float]) -> FloatArray:
    """The contrast of values whose first axis are the cells; what is below the rounding of the levels is zero."""
    found = np.tensordot(np.asarray(weights), values, axes=1)
    size = np.abs(values).max(axis=0)
    return np.where(np.abs(found) <= ROUNDING * len(weights) * size, 0.0, found)


def run_factorial(
    question: FactorialQuestion, workers: int = 1, advance: Advance | None = None, keep: Path | None = None
) -> FactorialRuns:
    """Run every cell with every replicate; finished runs are kept in ``keep``."""
    n, drawn = len(question.replicates), question.drawn_keys
    brought = [question.replicates.held(k, drawn) if drawn else {} for k in range(n)]
    worlds = [
        World(setting, seed, question.pinned(cell), brought[k])
        for cell, setting in zip(question.cells, question.settings, strict=True)
        for k, seed in enumerate(question.replicates.seeds)
    ]
    names = (*question.measures, *question.rules)
    found = simulate(worlds, question.design.months, names, workers=workers, advance=advance, keep=keep)
    cells = found.reshape(len(names), -1, len(question.cells), n).transpose(2, 0, 1, 3)
    count = len(question.measures)
    lucks = _run_lucks(question, workers, advance, keep)
    return FactorialRuns(question, cells[:, :count], cells[:, count:], lucks)


def further_worlds(question: FactorialQuestion) -> list[tuple[int, int]]:
    """Member and seed of the runs by which luck and parameters are told apart."""
    return further_seeds(question.replicates.seeds, question.lucks)


def _run_lucks(question: FactorialQuestion, workers: int, advance: Advance | None, keep: Path | None) -> FloatArray:
    pairs = further_worlds(question)
    if not pairs:
        return np.empty(0)
    worlds = [
        World(setting, seed, question.pinned(cell), question.replicates.held(member, question.drawn_keys))
        for cell, setting in zip(question.cells, question.settings, strict=True)
        for member, seed in pairs
    ]
    windows = tuple(window.name for window in question.windows)
    found = simulate(
        worlds, question.design.months, question.outcomes, statistics=windows, workers=workers, advance=advance,
        keep=keep,
    )  # fmt: skip
    shape = (len(question.outcomes), len(windows), len(question.cells), -1, question.lucks - 1)
    return found.reshape(shape).transpose(2, 1, 0, 3, 4)


def tabulate_effects(runs: FactorialRuns) -> pd.DataFrame:
    """One row for each window, outcome and effect (:data:`COLUMNS`); the effects of a window are one family."""
    import pandas as pd

    frames = [_table(runs, number) for number in range(len(runs.question.windows))]
    return pd.concat(frames, ignore_index=True)[list(COLUMNS)]


def _table(runs: FactorialRuns, number: int) -> pd.DataFrame:
    import pandas as pd

    question = runs.question
    window, effects = question.windows[number], effects_of(question)
    outcomes = {name: runs.outcome(window, name) for name in question.outcomes}
    rows = [(name, effect) for name in question.outcomes for effect in effects]
    d = np.array([contrast(outcomes[name], effect.weights) for name, effect in rows])
    reference = np.array([np.median(outcomes[name][0]) for name, _ in rows])
    units = [question.measures[name].unit for name, _ in rows]
    luck = list(_luck(runs, number, outcomes, effects))
    shares_of = {"luck": 0, "luck_low": 1, "luck_high": 2}
    return pd.DataFrame(
        {
            "window": window.name, "months": window.words, "measure": [name for name, _ in rows], "unit": units,
            "kind": [effect.kind for _, effect in rows], "effect": [effect.name for _, effect in rows],
            "reference": reference, **_statistics(d, question, reference, units),
            **{name: [one[place] for one in luck] for name, place in shares_of.items()},
        }
    )  # fmt: skip


def _statistics(
    d: FloatArray, question: FactorialQuestion, reference: FloatArray, units: list[str]
) -> dict[str, FloatArray]:
    """Intervals, probabilities and verdicts of effects of shape (effects, replicates)."""
    weights = question.replicates.weights
    if question.replicates.keys:
        found = member_effects(d, weights, question.level)
        return {
            "difference": found.effect, "low": found.low, "high": found.high, "p_up": found.up, "p_down": found.down,
            "p_sign": found.p_sign, "p_together": found.joint, "n": np.full(len(d), found.n),
            "relative": relative(found.effect, reference, units), "claim": verdicts(found),
        }  # fmt: skip
    pair = paired(np.zeros_like(d), d, question.level)
    adjusted, alpha = holm(pair.p_value), question.level.alpha
    excludes = (pair.low > 0.0) | (pair.high < 0.0)
    claim = np.where(excludes, np.where(adjusted <= alpha, CLAIM, HINT), np.where(pair.zero, ZERO, NONE))
    holds = np.where((pair.difference >= 0.0)[:, np.newaxis], d > 0.0, d < 0.0)
    return {
        "difference": pair.difference, "low": pair.low, "high": pair.high, "p_up": (d > 0.0) @ weights,
        "p_down": (d < 0.0) @ weights, "p_sign": pair.p_sign, "p_together": together(holds, weights),
        "n": np.full(len(d), pair.n), "relative": relative(pair.difference, reference, units), "claim": claim,
    }  # fmt: skip


def _luck(
    runs: FactorialRuns, number: int, outcomes: dict[str, FloatArray], effects: Sequence[Effect]
) -> Iterator[tuple[float, float, float]]:
    """Luck's share of the variance of each effect with its interval, outcome by outcome."""
    question = runs.question
    for place, name in enumerate(question.outcomes):
        if not runs.lucks.size:
            yield from ((np.nan, np.nan, np.nan) for _ in effects)
            continue
        further = runs.lucks[:, number, place]  # (cells, members, seeds)
        own = outcomes[name][:, : further.shape[1], np.newaxis]
        both = np.concatenate([own, further], axis=-1)
        d = np.array([contrast(both, effect.weights) for effect in effects])
        found: Shares = shares(d, question.level)
        yield from zip(map(float, found.luck), map(float, found.low), map(float, found.high), strict=True)
