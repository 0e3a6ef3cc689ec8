"""Hands a comparison's numbers to the figures, which look into no result themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from experiments.compare.results import Comparison
from experiments.figures.comparison import draw_overview, draw_paths
from experiments.figures.style import save, styled

if TYPE_CHECKING:
    import pandas as pd


def draw_comparison(comparison: Comparison, table: pd.DataFrame, folder: Path, footer: str) -> None:
    """Draw all figures of a comparison into ``folder`` as PDF and PNG."""
    question = comparison.question
    known, names = question.measures, list(question.measures)
    found = comparison.difference_paths()
    shape = comparison.a.shape[:2]
    ends = [values.reshape(shape) for values in (found.difference, found.low, found.high)]
    with styled():
        for window in question.windows:
            rows = table[table["window"] == window.name]
            stem = f"overview_{window.name.replace(':', '_')}"
            save(draw_overview(rows, known, question.labels, window.words, footer), folder / stem)
        for group in dict.fromkeys(known[name].group for name in names):
            mine = [k for k, name in enumerate(names) if known[name].group == group]
            a, b = ({known[names[k]]: side[k] for k in mine} for side in (comparison.a, comparison.b))
            difference = {known[names[k]]: (ends[0][k], ends[1][k], ends[2][k]) for k in mine}
            save(draw_paths(group, a, b, question.labels, difference, footer), folder / f"paths_{group}")
