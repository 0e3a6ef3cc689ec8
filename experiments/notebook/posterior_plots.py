"""Prior beside posterior: of one parameter on axes, of those that the facts have taught most as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kingmaker.experiments.figures.style import GREY, PALETTE, SMALL
from kingmaker.experiments.notebook.series_plot import headed
from kingmaker.experiments.posterior.posterior_figures import draw_learned, draw_shrinkage
from kingmaker.experiments.results.manifest import kingmaker_version
from kingmaker.experiments.stats.levels import COVERAGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kingmaker.experiments.notebook.posterior_result import Posterior

BINS, TAIL = 30, 0.005  # of a histogram; share of the prior beyond either end


def draw_posterior(members: Posterior, name: str) -> Figure:
    """The page of the parameters that were learned most, or what is left of the spread of all."""
    footer = f"Kingmaker {kingmaker_version()} · {members.facts()['members']}"
    if name == "shrinkage":
        return draw_shrinkage(members.keys, members.left, footer)
    return draw_learned(members.keys, members.prior, members.values, members.left, footer)


def draw_parameter(axes: Axes, members: Posterior, key: str) -> None:
    """Histograms of one parameter before and after the facts, and the interval of each."""
    place, measure = members.keys.index(key), members.measures[key]
    left = members.left[place]
    known = "have taught next to nothing" if left > 0.9 else f"leave {100 * left:.0f} % of the prior's spread"
    unit = "" if measure.unit in ("", "1") else f" ({measure.unit})"
    headed(
        axes, f"{key}: the facts {known}",
        f"{measure.definition}{unit}. n = {len(members)} members; lines: median and {COVERAGE.words} of each, "
        "over luck and parameters",
    )  # fmt: skip
    before, after = members.prior[:, place], members.values[:, place]
    ends = np.quantile(np.concatenate([before, after]), [TAIL, 1.0 - TAIL])
    bins = list(np.linspace(ends[0], ends[1], BINS + 1))
    axes.hist(before, bins, density=True, color="0.85", edgecolor="none")
    heights, _, _ = axes.hist(
        after, bins, weights=members.weights, density=True, histtype="step", color=PALETTE[0], linewidth=1.6
    )
    top = float(max(np.max(heights), axes.get_ylim()[1]))
    band = members.band(key)
    for told, colour, y in (("prior", GREY, 1.16), ("posterior", PALETTE[0], 1.06)):
        low, middle, high = band.loc[told, ["low", "median", "high"]].to_numpy(dtype=float).tolist()
        axes.plot([low, high], [y * top] * 2, color=colour, linewidth=2.0, solid_capstyle="butt")
        axes.plot(middle, y * top, "o", color=colour)
        axes.annotate(
            told, (high, y * top), (5, 0), textcoords="offset points", fontsize=SMALL, color=colour, va="center",
            annotation_clip=False,
        )  # fmt: skip
    axes.set_ylim(0.0, 1.22 * top)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
