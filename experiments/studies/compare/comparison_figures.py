"""Hands a comparison's numbers to the figures, which look into no result themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kingmaker.experiments.figures.comparison import MOST_ROWS, PAIRS, draw_overview, draw_paths
from kingmaker.experiments.figures.figure_files import FigureFolder
from kingmaker.experiments.figures.plot_grid import pages
from kingmaker.experiments.figures.style import styled
from kingmaker.experiments.stats.member_effects import difference, middle_of
from kingmaker.experiments.studies.compare.comparison_table import Comparison
from kingmaker.experiments.studies.compare.question import Question

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray


PAGE = PAIRS * MOST_ROWS  # measures whose paths fit a sheet of paper


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
        for group, chosen in groups_of(question):
            for page, part in pages(chosen, PAGE):
                mine = [names.index(name) for name in part]
                a, b = ({known[names[k]]: side[k] for k in mine} for side in (comparison.a, comparison.b))
                differences = {known[names[k]]: (ends[0][k], ends[1][k], ends[2][k]) for k in mine}
                figure = draw_paths(group, a, b, question.labels, differences, footer, question.level, over)
                files.save(figure, "paths", group, *page)
    return files.written


def groups_of(question: Question) -> Iterator[tuple[str, list[str]]]:
    """What pages of paths show: the outcomes that were chosen, or group by group all measures."""
    if question.family:
        yield "outcomes", list(question.family)
        return
    known = question.measures
    for group in dict.fromkeys(measure.group for measure in known.values()):
        yield group, [name for name, measure in known.items() if measure.group == group]


def _bands(comparison: Comparison) -> list[FloatArray]:
    """The difference month by month, and the ends of its interval, each (measures, months)."""
    question, shape = comparison.question, comparison.a.shape[:2]
    if question.drawn is None:
        found = comparison.difference_paths()
        return [values.reshape(shape) for values in (found.difference, found.low, found.high)]
    low, middle, high = middle_of(difference(comparison.a, comparison.b), question.drawn.weights, question.level)
    return [middle, low, high]
