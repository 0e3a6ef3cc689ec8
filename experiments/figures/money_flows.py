"""Who pays whom: payments between sectors over a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import seaborn as sns
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from kingmaker.experiments.figures.style import GREY, SMALL, sheet

if TYPE_CHECKING:
    import pandas as pd

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
        return sheet(3.0, "The flow of money", f"No payments between sectors in the year to {when}", footer)
    rows, columns = billions.shape
    height = 1.6 + 0.42 * (rows + 1)
    subtitle = (
        f"G$ paid by the sector at the left to the sector at the top in the year to {when}; shades on a log scale; "
        "rest: the economy outside"
    )
    figure = sheet(height, "The flow of money", subtitle, footer)
    left, top, bottom = 0.2, 1 - 0.95 / height, 0.45 / height
    width = 0.78 * columns / (columns + 1)
    axes = figure.add_axes((left, bottom + 0.42 / height, width, top - bottom - 0.42 / height))
    norm = LogNorm(vmin=max(billions.to_numpy().max() / 1e4, 1e-3), vmax=billions.to_numpy().max())
    sns.heatmap(
        billions.where(billions > 0), ax=axes, norm=norm, cmap="Blues", cbar=False, linewidths=0.8,
        annot=billions.map(_number).to_numpy(), fmt="", annot_kws={"fontsize": SMALL},
    )  # fmt: skip
    axes.grid(False)
    axes.tick_params(length=0, left=False, top=False)
    axes.xaxis.tick_top()
    axes.set_xticklabels([_wrap(str(name)) for name in billions.columns], rotation=0)
    axes.set_yticklabels(list(map(str, billions.index)), rotation=0)
    axes.set(xlabel="", ylabel="")
    _write_totals(figure, axes.get_position().bounds, billions)
    return figure


def _write_totals(figure: Figure, bounds: tuple[float, float, float, float], billions: pd.DataFrame) -> None:
    """What each sector pays, to the right, and what it receives, below."""
    left, bottom, width, height = bounds
    rows, columns = billions.shape
    for i, total in enumerate(billions.sum(axis=1)):
        y = bottom + height * (1 - (i + 0.5) / rows)
        figure.text(left + width + 0.05, y, _number(total), fontsize=SMALL, fontweight="bold", ha="center", va="center")
    for j, total in enumerate(billions.sum(axis=0)):
        x = left + width * (j + 0.5) / columns
        figure.text(x, bottom * 0.78, _number(total), fontsize=SMALL, fontweight="bold", ha="center", va="center")
    figure.text(left + width + 0.05, bottom + height * 1.02, "pays", fontsize=SMALL, color=GREY, ha="center")
    figure.text(left - 0.01, bottom * 0.78, "receives", fontsize=SMALL, color=GREY, ha="right", va="center")


def _number(billions: float) -> str:
    """G$ with as many digits as matter; empty if nothing was paid."""
    if not np.isfinite(billions) or billions <= 0:
        return ""
    if billions < 0.01:
        return "<0.01"
    return f"{billions:,.0f}" if billions >= 100 else f"{billions:.1f}" if billions >= 1 else f"{billions:.2f}"


def _wrap(name: str) -> str:
    return name.replace(" ", "\n").replace("_", "\n")
