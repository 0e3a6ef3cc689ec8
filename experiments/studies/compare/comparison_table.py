"""The runs of a comparison and what follows from them: a table of differences, with claims that can be made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.calendar import month_label
from kingmaker.environment.core.measures import Measure
from kingmaker.experiments.results import in_force
from kingmaker.experiments.stats.intervals import half_width
from kingmaker.experiments.stats.levels import LEVEL, Level
from kingmaker.experiments.stats.paired import Paired, holm, paired, pairs_needed
from kingmaker.experiments.stats.windows import Window
from kingmaker.experiments.studies.compare.question import Question
from kingmaker.experiments.sweep.stacks import Advance, World, simulate

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

COLUMNS = (
    "measure", "difference", "low", "high", "p_sign", "n", "variance_reduction", "n_needed", "window", "months", "unit",
    "level_a", "level_b", "relative", "p_value", "p_holm", "claim",
)  # fmt: skip
CLAIM, HINT, NONE, ZERO = "claim", "hint", "none", "zero"


@dataclass(frozen=True)
class Comparison:
    """All paths of both sides, arrays of shape (measures, months, pairs); ``rules`` (2, rules, months, pairs)."""

    question: Question
    a: FloatArray
    b: FloatArray
    rules: FloatArray = field(default_factory=lambda: np.empty((2, 0, 0, 0)))  # of question.rules, if recorded

    def held(self, window: Window) -> tuple[list[in_force.Held], list[in_force.Held]]:
        """What is in force on both sides over a window."""
        known = self.question.measures | self.question.rules
        found = []
        for side, rules in zip((self.a, self.b), self.rules, strict=True):
            series = dict(zip(self.question.rules, rules, strict=False))
            series |= {name: side[k] for k, name in enumerate(self.question.measures) if name in in_force.RULES}
            found.append(in_force.held(series, window, known))
        return found[0], found[1]

    def in_window(self, window: Window) -> tuple[FloatArray, FloatArray]:
        """The outcomes of both sides, shape (measures, pairs)."""
        return window.mean(self.a), window.mean(self.b)

    def of_family(self, window: Window) -> tuple[FloatArray, FloatArray]:
        """The outcomes of both sides of which claims are made, shape (outcomes, pairs)."""
        names = list(self.question.measures)
        chosen = [names.index(name) for name in self.question.outcomes]
        return window.mean(self.a[chosen]), window.mean(self.b[chosen])

    def difference_paths(self) -> Paired:
        """Month by month; arrays of shape (measures * months,)."""
        n = self.question.replications
        return paired(self.a.reshape(-1, n), self.b.reshape(-1, n), self.question.level)

    def paths(self) -> pd.DataFrame:
        """Every run's path: side (a or b), seed, month, then the measures."""
        import pandas as pd

        _, months, n = self.a.shape
        names = [*self.question.measures, *list(self.question.rules)[: self.rules.shape[1]]]
        labels = np.array([month_label(month) for month in range(months)])
        frames = []
        for side, outcomes, rules in zip("ab", (self.a, self.b), self.rules, strict=True):
            values = np.concatenate([outcomes, rules]) if len(rules) else outcomes
            rows = values.transpose(2, 1, 0).reshape(n * months, len(names))
            keys = {"side": side, "seed": np.repeat(list(self.question.seeds), months), "month": np.tile(labels, n)}
            if self.question.drawn is not None:
                keys = {"side": side, "member": np.repeat(np.arange(1, n + 1), months), **keys}
            frames.append(pd.concat([pd.DataFrame(keys), pd.DataFrame(rows, columns=names)], axis=1))
        return pd.concat(frames, ignore_index=True)


def run_question(
    question: Question, workers: int = 1, advance: Advance | None = None, keep: Path | None = None
) -> Comparison:
    """Run both sides on common random numbers: pair ``i`` shares its seed. Finished runs are kept in ``keep``."""
    n, drawn = question.replications, question.drawn_keys
    worlds = [
        World(side, seed, {}, question.replicates.held(k, drawn) if drawn else {})
        for side in (question.a, question.b)
        for k, seed in enumerate(question.seeds)
    ]
    names, count = (*question.measures, *question.rules), len(question.measures)
    found = simulate(worlds, question.months, names, workers=workers, advance=advance, keep=keep)
    rules = np.stack([found[count:, :, :n], found[count:, :, n:]])
    return Comparison(question, found[:count, :, :n], found[:count, :, n:], rules)


def tabulate(comparison: Comparison) -> pd.DataFrame:
    """One row for each window and measure (:data:`COLUMNS`).

    ``claim`` says what may be said: ``zero`` (all pairs are exactly equal), ``claim`` (the interval excludes zero, and
    still does after Holm's correction over all measures of the window), ``hint`` (it excludes zero, but not after the
    correction), ``none`` (it holds zero).
    """
    import pandas as pd

    question = comparison.question
    measures = [question.measures[name] for name in question.outcomes]
    found = [paired(*comparison.of_family(window), question.level) for window in question.windows]
    frames = [_table(window, measures, each) for window, each in zip(question.windows, found, strict=True)]
    return pd.concat(frames, ignore_index=True)[list(COLUMNS)]


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a table, columns as attributes."""
    return iter(frame.itertuples())


def pairs_to_claim(row: Any, measures: int, level: Level = LEVEL) -> float:
    """Pairs that a claim needs after the correction (at its strictest step, Bonferroni's), with probability 0.8."""
    spread = (row.high - row.low) / 2.0 / half_width(1.0, row.n, level)
    return pairs_needed(abs(row.difference), spread, level.alpha / measures)


def _table(window: Window, measures: Sequence[Measure], found: Paired) -> pd.DataFrame:
    import pandas as pd

    adjusted = holm(found.p_value)
    excludes = (found.low > 0.0) | (found.high < 0.0)
    claim = np.where(excludes, np.where(adjusted <= found.level.alpha, CLAIM, HINT), np.where(found.zero, ZERO, NONE))
    scale = np.abs(found.level_a)
    logs = np.array([measure.unit.startswith("log10") for measure in measures])
    with np.errstate(over="ignore"):
        factor = 10.0**found.difference - 1.0
    relative = np.divide(found.difference, scale, out=np.full_like(scale, np.nan), where=scale > 0.0)
    return pd.DataFrame(
        {
            "measure": [measure.name for measure in measures],
            "difference": found.difference, "low": found.low, "high": found.high, "p_sign": found.p_sign,
            "n": found.n, "variance_reduction": found.variance_reduction, "n_needed": found.n_needed,
            "window": window.name, "months": window.words, "unit": [measure.unit for measure in measures],
            "level_a": found.level_a, "level_b": found.level_b, "relative": np.where(logs, factor, relative),
            "p_value": found.p_value, "p_holm": adjusted, "claim": claim,
        }
    )  # fmt: skip
