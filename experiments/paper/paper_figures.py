"""The paper's figures, drawn from its tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from kingmaker.agents.types import FloatArray
from kingmaker.experiments.figures.figure_files import FigureFolder
from kingmaker.experiments.figures.style import (
    GREY,
    INK,
    PALETTE,
    SMALL,
    Colour,
    foot,
    log_axis,
    sheet,
    styled,
    styles,
)
from kingmaker.experiments.paper import flagship, replications, sobol
from kingmaker.experiments.paper.member_figures import FIGURES
from kingmaker.experiments.paper.paper_outcomes import BY_NAME, MONTHS, OUTCOMES, WINDOW
from kingmaker.experiments.paper.paper_words import footnote
from kingmaker.experiments.stats.levels import LEVEL, Level
from kingmaker.experiments.stats.multiple_tests import interval, stable_from, variation

if TYPE_CHECKING:
    import pandas as pd

WHEN = f"mean of the last {WINDOW} of {MONTHS} months"
SHOWN = 8  # parameters a panel


def draw(tables: Mapping[str, pd.DataFrame], folder: Path, note: str = "", level: Level = LEVEL) -> list[Path]:
    """Write the three figures as PDF and PNG into ``folder``; gives the files written.

    Args:
        tables: of :mod:`kingmaker.experiments.paper.paper_run`.
        folder: where to; made if need be.
        note: a line for the foot of each, such as what is in force in the runs.
        level: of the intervals.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = FigureFolder(folder)
    with styled():
        if flagship.weights_of(tables["flagship"]) is not None:
            for name, of_members in FIGURES.items():
                files.save(of_members(tables, note, level), name)
        else:
            drawn: dict[str, Callable[[pd.DataFrame, str, Level], Figure]] = {
                "flagship": draw_flagship, "replications": draw_replications, "sobol": draw_sobol,
            }  # fmt: skip
            for name, figure in drawn.items():
                files.save(figure(tables[name], note, level), name)
    return files.written


def cap_name(cap: float) -> str:
    """A cap in words."""
    return "no cap" if math.isinf(cap) else f"cap {cap:g}"


def draw_flagship(frame: pd.DataFrame, note: str = "", level: Level = LEVEL) -> Figure:
    """The paired change of each outcome along the duty, one line a cap."""
    duties, caps, seeds = sorted(frame["duty"].unique()), sorted(frame["cap"].unique()), frame["seed"].nunique()
    told = (
        f"n = {seeds} runs a point, seeds 1 to {seeds}, the same at each; bars: {level.words}s of the paired mean "
        "(Student's t)"
    )
    footer = footnote(told, note)
    height = 8.4 + foot(footer)
    figure = sheet(
        height, "Interoperability and export cap, alone and together",
        f"Change against no duty and a cap of {flagship.REFERENCE[1]:g} TPP (value there in brackets); {WHEN}", footer,
    )  # fmt: skip
    bottom = (foot(footer) + 0.45) / height
    grid = figure.add_gridspec(
        4, 2, left=0.09, right=0.975, top=1 - 1.08 / height, bottom=bottom, hspace=0.62, wspace=0.22
    )
    for number, outcome in enumerate(OUTCOMES):
        axes = figure.add_subplot(grid[number // 2, number % 2])
        axes.axhline(0.0, color=GREY, linewidth=0.6)
        width = 0.012 * (duties[-1] - duties[0])
        for k, (cap, (colour, dash)) in enumerate(zip(caps, styles(), strict=False)):
            found = [flagship.change(frame, (duty, cap), outcome.name, level) for duty in duties]
            mean = np.array([each.mean for each in found])
            bars = np.array([[each.mean - each.low, each.high - each.mean] for each in found]).T
            place = np.array(duties) + width * (k - 0.5 * (len(caps) - 1))
            axes.errorbar(place, mean, yerr=bars, color=colour, linestyle=dash, marker="o", markersize=2.6,
                          capsize=1.8, elinewidth=0.8, label=cap_name(cap))  # fmt: skip
        there = flagship.values(frame, flagship.REFERENCE, outcome.name).mean()
        axes.set_title(f"{outcome.label} ({there:.3g})")
        axes.set_ylabel(outcome.unit)
        axes.set_xticks(duties)
        if number // 2 == 3:
            axes.set_xlabel("interoperability duty (0 none, 1 full)")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(0.01, 1 - 0.48 / height), ncols=len(labels), fontsize=SMALL
    )
    return figure


def draw_replications(frame: pd.DataFrame, note: str = "", level: Level = LEVEL) -> Figure:
    """The coefficient of variation, and the half width of the interval of the paired difference, as runs are added."""
    seeds = frame["seed"].nunique()
    footer = footnote(
        f"n = 2 to {seeds}, seeds 1 to {seeds}; vertical lines: runs a point of the other figures (dashed) and stable "
        f"within {replications.TOLERANCE:g} (dotted)", note,
    )  # fmt: skip
    height = 4.0 + foot(footer)
    figure = sheet(
        height, "How many runs are enough",
        f"Left: spread of the outcome without either policy. Right: precision of the difference made by both.\n"
        f"{WHEN[0].upper()}{WHEN[1:]}", footer,
    )  # fmt: skip
    bottom = foot(footer) + 1.0
    grid = figure.add_gridspec(1, 2, left=0.085, right=0.97, top=1 - 1.0 / height, bottom=bottom / height, wspace=0.24)
    left, right = (figure.add_subplot(grid[0, k]) for k in range(2))
    reference, both = (frame[frame["policy"] == name].sort_values("seed") for name in ("reference", "both"))
    runs = np.arange(2, seeds + 1)
    settled = []
    for outcome, (colour, dash) in zip(OUTCOMES, styles(), strict=False):
        values = reference[outcome.name].to_numpy(dtype=float)
        left.plot(runs, variation(values), color=colour, linestyle=dash, label=outcome.label, linewidth=1.1)
        settled.append(stable_from(values, replications.TOLERANCE))
        difference = both[outcome.name].to_numpy(dtype=float) - values
        right.plot(
            runs, _half_widths(difference, level) / abs(values.mean()), color=colour, linestyle=dash, linewidth=1.1
        )
    for axes in (left, right):
        if seeds > flagship.FULL.seeds:
            axes.axvline(flagship.FULL.seeds, color=INK, linestyle="--", linewidth=0.7)
        axes.set_xlabel("runs")
        axes.set_xlim(2, seeds)
    known = [n for n in settled if n is not None]
    if known:
        left.axvline(max(known), color=INK, linestyle=":", linewidth=0.9)
    left.set_ylim(bottom=0.0)
    log_axis(right, "y")
    left.set_title("Coefficient of variation")
    right.set_title(f"Half width of the {level.words} over the level")
    handles, labels = left.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="lower center", bbox_to_anchor=(0.5, foot(footer) / height), ncols=3, fontsize=SMALL
    )
    return figure


def _half_widths(values: FloatArray, level: Level) -> FloatArray:
    found = [interval(values[:n], level) for n in range(2, len(values) + 1)]
    return np.array([0.5 * (each.high - each.low) for each in found])


def draw_sobol(frame: pd.DataFrame, note: str = "", level: Level = LEVEL) -> Figure:
    """The largest total indices with their intervals: level of an outcome, and what both policies change."""
    table = sobol.indices(frame, level)
    base = frame["point"].nunique() // (table["parameter"].nunique() + 2)
    footer = footnote(
        f"n = {frame['point'].nunique()} points ({base} base points), each with and without both policies, seed "
        f"{sobol.SEED}; lines: {level.per_cent} % bootstrap intervals, cut at the frame", note,
    )  # fmt: skip
    height = 7.2 + foot(footer)
    figure = sheet(
        height, "What the results depend on",
        f"Sobol total indices of fitted parameters over their ranges, the {SHOWN} largest; {WHEN}", footer,
    )  # fmt: skip
    bottom = (foot(footer) + 0.45) / height
    grid = figure.add_gridspec(
        4, 2, left=0.22, right=0.97, top=1 - 1.0 / height, bottom=bottom, hspace=0.5, wspace=0.62
    )
    kinds = (("level", "level without either policy"), ("effect", "change by both policies"))
    for row, outcome in enumerate(sobol.LEVELS):
        for column, (kind, _) in enumerate(kinds):
            axes = figure.add_subplot(grid[row, column])
            mine = table[(table["outcome"] == outcome) & (table["kind"] == kind)]
            _bars(axes, mine.nlargest(SHOWN, "total"), PALETTE[column])
            axes.set_title(BY_NAME[outcome].label)
            if row == len(sobol.LEVELS) - 1:
                axes.set_xlabel("total index")
    bars = [Patch(color=PALETTE[column], label=what) for column, (_, what) in enumerate(kinds)]
    figure.legend(handles=bars, loc="upper left", bbox_to_anchor=(0.01, 1 - 0.47 / height), ncols=2, fontsize=SMALL)
    return figure


def _bars(axes: Axes, rows: pd.DataFrame, colour: Colour) -> None:
    place = np.arange(len(rows))[::-1]
    axes.barh(place, rows["total"], height=0.7, color=colour)
    axes.errorbar(rows["total"], place, xerr=rows["half"], fmt="none", ecolor=INK, elinewidth=0.7, capsize=1.2)
    axes.set_yticks(place)
    axes.set_yticklabels(list(rows["parameter"]))
    axes.set_xlim(0.0, max(1.0, 1.1 * float(rows["total"].max())))
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
