"""The scores of a forecast contest: a row a forecaster, the best at the top, with the means of the series as dots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kingmaker.experiments.figures.style import GREY, INK, PALETTE, SMALL, Sheet, foot, head, sheet

if TYPE_CHECKING:
    import pandas as pd

ROW = 0.3  # inches
OURS = "kingmaker"  # the beginning of the names of the model's own forecasts


def draw_scores(frame: pd.DataFrame, what: str, footer: str) -> Sheet:
    """Mean continuous ranked probability scores; each series counts alike.

    Args:
        frame: a row a forecast: series, forecaster, crps.
        what: of which series, in words.
        footer: which contest it is.
    """
    means = frame.groupby(["forecaster", "series"])["crps"].mean()
    scores = means.groupby("forecaster").mean().sort_values(ascending=False)
    each = int(frame.groupby("forecaster").size().iloc[0])
    title = f"Who forecasts best: {scores.index[-1]}"
    subtitle = (
        f"Mean CRPS of {what} on the scale of logarithms (lower is better; 0.1 is about a tenth of the value); n = "
        f"{each} forecasts of {frame['series'].nunique()} series. Grey: the series; blue: Kingmaker"
    )
    above, below = head(title, subtitle) + 0.1, foot(footer) + 0.4
    height = above + ROW * len(scores) + below
    figure = sheet(height, title, subtitle, footer)
    axes = figure.add_axes((0.26, below / height, 0.68, ROW * len(scores) / height))
    for place, (name, score) in enumerate(zip(map(str, scores.index), scores, strict=True)):
        mine = means[name]
        if len(mine) > 1:
            axes.plot(mine, [place] * len(mine), "o", color="0.8", markersize=3)
        colour = PALETTE[0] if name.startswith(OURS) else INK
        axes.plot(score, place, "D", color=colour, markersize=6)
        axes.annotate(
            f"{score:.3f}", (score, place), (0, 6), textcoords="offset points", fontsize=SMALL, ha="center", color=GREY
        )
    axes.set_yticks(range(len(scores)), list(scores.index))
    axes.set_xlim(left=0.0)
    axes.set_ylim(-0.6, len(scores) - 0.2)
    axes.set_xlabel("CRPS")
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    return figure
