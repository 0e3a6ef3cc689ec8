"""Figures of the posterior: prior against posterior, paths over the facts, what the data have taught, ranks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from kingmaker.experiments.figures.style import GREY, INK, PALETTE, SMALL, log_axis, number_text, sheet, time_axis
from kingmaker.experiments.posterior.known_truth import BINS, LEARNED, Ranks
from kingmaker.experiments.stats.levels import HALF, WIDE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kingmaker.agents.types import FloatArray
    from kingmaker.experiments.posterior.lines import DataLine

SHOWN = 24  # parameters in the first figure
COLUMNS = 4
PATH_COLUMNS = 2
STRAYS = 200  # one in so many values at either end is left out of a histogram
ROW, HEAD, FOOT = 1.05, 0.75, 0.55  # inches


def draw_learned(keys: Sequence[str], before: FloatArray, after: FloatArray, left: FloatArray, footer: str) -> Figure:
    """Prior and posterior of the parameters that the data have taught most.

    Args:
        keys: the parameters.
        before: values drawn from the prior, shape (members, parameters).
        after: values of the members, shape (members, parameters).
        left: what is left of the prior's spread, shape (parameters,).
        footer: which fit it is.
    """
    chosen = np.argsort(left, kind="stable")[:SHOWN]
    rows = -(-len(chosen) // COLUMNS)
    height = HEAD + FOOT + ROW * rows
    figure = sheet(
        height, "What the data have taught: prior and posterior",
        f"The {len(chosen)} parameters whose spread has shrunk most; grey: prior, blue: posterior", footer,
    )  # fmt: skip
    grid = figure.add_gridspec(
        rows, COLUMNS, left=0.03, right=0.98, top=1 - (HEAD + 0.1) / height, bottom=FOOT / height, hspace=0.95,
        wspace=0.12,
    )  # fmt: skip
    for place, k in enumerate(chosen):
        axes = figure.add_subplot(grid[place // COLUMNS, place % COLUMNS])
        both = np.sort(np.concatenate([before[:, k], after[:, k]]))
        ends = both[[len(both) // STRAYS, -1 - len(both) // STRAYS]]
        bins = list(np.linspace(ends[0], ends[1], 25))
        axes.hist(before[:, k], bins, density=True, color="0.8", edgecolor="none")
        axes.hist(after[:, k], bins, density=True, histtype="step", color=PALETTE[0], linewidth=1.2)
        axes.set_title(keys[k], fontsize=SMALL, fontweight="normal")
        axes.set_yticks([])
        axes.set_xticks(ends, [number_text(float(f"{end:.2g}")) for end in ends])
        first, last = axes.get_xticklabels()
        first.set_horizontalalignment("left")
        last.set_horizontalalignment("right")
        axes.grid(False)
    return figure


def draw_shrinkage(keys: Sequence[str], left: FloatArray, footer: str) -> Figure:
    """What is left of the prior's spread, parameter by parameter in each group: near one, nothing was learned."""
    groups = sorted({key.partition(".")[0] for key in keys})
    height = HEAD + FOOT + 0.27 * len(groups)
    learned = int((left < LEARNED).sum())
    figure = sheet(
        height, "Which parameters the data speak of",
        f"Spread of the posterior over that of the prior; {learned} of {len(keys)} parameters have lost a tenth",
        footer,
    )  # fmt: skip
    axes = figure.add_axes((0.14, (FOOT + 0.2) / height, 0.83, 1 - (HEAD + FOOT + 0.2) / height))
    for row, group in enumerate(groups):
        mine = np.array([key.partition(".")[0] == group for key in keys])
        axes.plot(left[mine], np.full(mine.sum(), row), "|", color=PALETTE[0], markersize=9, alpha=0.7)
    axes.axvline(1.0, color=GREY, linewidth=0.8)
    axes.set_yticks(range(len(groups)), groups)
    axes.invert_yaxis()
    axes.set_xlabel("left of the prior's spread (1: nothing learned)")
    return figure


def draw_paths(
    panels: Sequence[tuple[str, str, FloatArray, FloatArray, Sequence[tuple[DataLine, float]]]], footer: str
) -> Figure:
    """Members' paths over the facts.

    Args:
        panels: of each: title, unit, prior and posterior by month (months, members), and lines with what turns their
            value into that of a month.
        footer: which fit it is.
    """
    rows = -(-len(panels) // PATH_COLUMNS)
    height = HEAD + FOOT + 1.75 * rows
    figure = sheet(
        height, "Members' paths over the facts",
        f"Blue: {HALF.told} and {WIDE.words} of the members; grey lines: the same band of the prior; dots: facts with "
        f"{WIDE.level.words}s, hollow where they were never fitted", footer,
    )  # fmt: skip
    grid = figure.add_gridspec(
        rows, PATH_COLUMNS, left=0.08, right=0.98, top=1 - (HEAD + 0.3) / height, bottom=(FOOT + 0.1) / height,
        hspace=0.55, wspace=0.2,
    )  # fmt: skip
    for place, (title, unit, before, after, facts) in enumerate(panels):
        axes = figure.add_subplot(grid[place // PATH_COLUMNS, place % PATH_COLUMNS])
        _bands(axes, before, after)
        for line, factor in facts:
            _fact(axes, line, factor)
        log_axis(axes, "y")
        axes.set_title(f"{title} ({unit})", fontsize=SMALL)
        time_axis(axes, len(after))
        low, _, high = WIDE.of(after)
        axes.set_ylim(max(float(low.min()), float(high.max()) * 1e-4) * 0.5, float(high.max()) * 2.0)
    handles = [
        Patch(color=PALETTE[0], alpha=0.35), Line2D([], [], color="0.6"), Line2D([], [], color=INK, marker="o"),
    ]  # fmt: skip
    figure.legend(handles, ["posterior", "prior", "fact"], loc="lower left", ncols=3, fontsize=SMALL)
    return figure


def _bands(axes: Axes, before: FloatArray, after: FloatArray) -> None:
    months = np.arange(len(after))
    for band, alpha in ((WIDE, 0.2), (HALF, 0.35)):
        low, _, high = band.of(after)
        axes.fill_between(months, low, high, color=PALETTE[0], alpha=alpha, linewidth=0)
    axes.plot(months, np.median(after, axis=1), color=PALETTE[0])
    low, _, high = WIDE.of(before)
    for edge in (low, high):
        axes.plot(months, edge, color="0.6", linewidth=0.8)


def _fact(axes: Axes, line: DataLine, factor: float) -> None:
    """A dot in the middle of the line's period, with the interval of its error."""
    width = WIDE.deviations * line.error
    ends = line.back(np.array([line.observed - width, line.observed + width])) * factor
    middle = 0.5 * (line.first + line.last)
    axes.plot([middle, middle], ends, color=INK, linewidth=1.0)
    fill = "white" if line.kept_out else INK
    axes.plot([middle], [line.value * factor], "o", color=INK, markerfacecolor=fill, markersize=3.5)


def draw_ranks(ranks: Ranks, footer: str) -> Figure:
    """Histograms of the ranks of known truths: flat where the posterior is as wide as it should be."""
    groups = ranks.groups()
    height = HEAD + FOOT + 1.9
    figure = sheet(
        height, "Known truth: where the truth lies among the members",
        "Share of truths by their rank; flat is right, a hill is too wide, a valley too narrow", footer,
    )  # fmt: skip
    grid = figure.add_gridspec(
        1, len(groups), left=0.07, right=0.98, top=1 - (HEAD + 0.25) / height, bottom=(FOOT + 0.25) / height, wspace=0.3
    )  # fmt: skip
    for place, (name, found) in enumerate(groups.items()):
        axes = figure.add_subplot(grid[0, place])
        if found.size:
            axes.hist(found, BINS, range=(0.0, 1.0), weights=np.full(found.size, 1.0 / found.size), color=PALETTE[0])
        axes.axhline(1.0 / BINS, color=INK, linewidth=0.8)
        axes.set_title(name.replace(" that ", "\nthat "), fontsize=SMALL, fontweight="normal")
        axes.set_xlabel("rank")
    return figure
