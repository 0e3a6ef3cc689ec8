"""Hands a comparison's numbers to the figures, which look into no result themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kingmaker.experiments.figures.comparison import draw_overview, draw_paths
from kingmaker.experiments.figures.figure_files import FigureFolder
from kingmaker.experiments.figures.style import styled
from kingmaker.experiments.stats.member_effects import difference, middle_of
from kingmaker.experiments.studies.compare.comparison_table import Comparison

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray


def draw_comparison(
    comparison: Comparison, table: pd.DataFrame, folder: Path, footer: str, note: str = ""
) -> list[Path]:
    """Draw all figures of a comparison into ``folder`` as PDF and PNG; gives the files written.

    Args:
        comparison: the runs.
        table: of :func:`kingmaker.experiments.studies.compare.comparison_table.tabulate`.
        folder: where to; it is there already.
        footer: the line that says which runs these are.
        note: one more line, such as what is in force on both sides.
    """
    question, files = comparison.question, FigureFolder(folder)
    footer = "\n".join(filter(None, (footer, note)))
    known, names = question.measures, list(question.measures)
    ends, over = _bands(comparison), "" if question.drawn is None else question.drawn.words
    with styled():
        for window in question.windows:
            rows = table[table["window"] == window.name]
            files.save(
                draw_overview(rows, known, question.labels, window.words, footer, question.level, over),
                "overview",
                window.name,
            )
        for group in dict.fromkeys(known[name].group for name in names):
            mine = [k for k, name in enumerate(names) if known[name].group == group]
            a, b = ({known[names[k]]: side[k] for k in mine} for side in (comparison.a, comparison.b))
            differences = {known[names[k]]: (ends[0][k], ends[1][k], ends[2][k]) for k in mine}
            figure = draw_paths(group, a, b, question.labels, differences, footer, question.level, over)
            files.save(figure, "paths", group)
    return files.written


def _bands(comparison: Comparison) -> list[FloatArray]:
    """The difference month by month, and the ends of its interval, each (measures, months)."""
    question, shape = comparison.question, comparison.a.shape[:2]
    if question.drawn is None:
        found = comparison.difference_paths()
        return [values.reshape(shape) for values in (found.difference, found.low, found.high)]
    low, middle, high = middle_of(difference(comparison.a, comparison.b), question.drawn.weights, question.level)
    return [middle, low, high]
