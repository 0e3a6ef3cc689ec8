"""Who pays whom: payments between sectors over a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from kingmaker.experiments.figures.matrix import draw_matrix
from kingmaker.experiments.figures.style import GREY, SMALL, foot, head, sheet

if TYPE_CHECKING:
    import pandas as pd

TITLE = "The flow of money"
CELL = 0.42  # inches of a row
SHORT = {"rest of the economy": "rest", "public sector": "public", "startups": "start-ups"}


def draw_money(matrix: pd.DataFrame, when: str, footer: str) -> Figure:
    """A matrix of payments, payers down and payees across, in G$ over the twelve months up to ``when``.

    Args:
        matrix: payments in M$, payers as rows, payees as columns.
        when: the last month.
        footer: which run this is.
    """
    billions = matrix.rename(index=SHORT, columns=SHORT).astype(float) / 1000
    billions = billions.loc[billions.sum(axis=1) > 0, billions.sum(axis=0) > 0]
    if billions.empty:
        return sheet(3.0, TITLE, f"No payments between sectors in the year to {when}", footer)
    rows, columns = billions.shape
    subtitle = (
        f"G$ paid by the sector at the left to the sector at the top in the year to {when}; shades on a log scale; "
        "rest: the economy outside"
    )
    above, below = head(TITLE, subtitle) + 0.3, foot(footer) + 0.05
    height = above + CELL * (rows + 1) + below
    figure = sheet(height, TITLE, subtitle, footer)
    width = 0.78 * columns / (columns + 1)
    axes = figure.add_axes((0.2, (below + CELL) / height, width, CELL * rows / height))
    norm = LogNorm(vmin=max(billions.to_numpy().max() / 1e4, 1e-3), vmax=billions.to_numpy().max())
    draw_matrix(
        axes, billions.where(billions > 0).to_numpy(), billions.map(_number).to_numpy().tolist(), norm, gaps=0.8
    )
    axes.grid(False)
    axes.tick_params(length=0, left=False, top=False)
    axes.xaxis.tick_top()
    axes.set_xticklabels([_wrap(str(name)) for name in billions.columns], rotation=0)
    axes.set_yticklabels(list(map(str, billions.index)), rotation=0, va="center")
    axes.set(xlabel="", ylabel="")
    _write_totals(figure, axes.get_position().bounds, billions)
    return figure


def _write_totals(figure: Figure, bounds: tuple[float, float, float, float], billions: pd.DataFrame) -> None:
    """What each sector pays, to the right, and what it receives, below."""
    left, bottom, width, height = bounds
    rows, columns = billions.shape
    received = bottom - 0.5 * height / rows  # as a row of its own
    for i, total in enumerate(billions.sum(axis=1)):
        y = bottom + height * (1 - (i + 0.5) / rows)
        figure.text(left + width + 0.05, y, _number(total), fontsize=SMALL, fontweight="bold", ha="center", va="center")
    for j, total in enumerate(billions.sum(axis=0)):
        x = left + width * (j + 0.5) / columns
        figure.text(x, received, _number(total), fontsize=SMALL, fontweight="bold", ha="center", va="center")
    figure.text(left + width + 0.05, bottom + height * 1.02, "pays", fontsize=SMALL, color=GREY, ha="center")
    figure.text(left - 0.01, received, "receives", fontsize=SMALL, color=GREY, ha="right", va="center")


def _number(billions: float) -> str:
    """G$ with as many digits as matter; empty if nothing was paid."""
    if not np.isfinite(billions) or billions <= 0:
        return ""
    if billions < 0.01:
        return "<0.01"
    return f"{billions:,.0f}" if billions >= 100 else f"{billions:.1f}" if billions >= 1 else f"{billions:.2f}"


def _wrap(name: str) -> str:
    return name.replace(" ", "\n").replace("_", "\n")
