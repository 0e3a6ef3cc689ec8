"""Identifiability: the score along each fitted parameter's bounds, the others held where the fit has put them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from kingmaker.experiments.figures.style import PALETTE, SMALL, log_axis, sheet
from kingmaker.experiments.studies.calibration.objective import Fitted, calibrated_patterns, present, scores

POINTS = 9


def profiles(fitted: Sequence[Fitted], seeds: Sequence[int], points: int = POINTS) -> list[tuple[str, float, float]]:
    """Key, value and score at ``points`` places between the bounds of each parameter, and where the baseline is."""
    patterns, now = calibrated_patterns(), present(fitted)
    found = []
    for f in fitted:
        values = sorted({*(f.at(place) for place in np.linspace(0.0, 1.0, points)), now[f.key]})
        scored = scores([{**now, f.key: value} for value in values], seeds, patterns)
        found += [(f.key, value, float(score)) for value, score in zip(values, scored, strict=True)]
    return found


def write_profiles(rows: Sequence[tuple[str, float, float]], path: Path) -> None:
    """Write them as a table."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("parameter", "value", "score"))
        writer.writerows((key, f"{value:.6g}", f"{score:.6g}") for key, value, score in rows)


def draw_profiles(fitted: Sequence[Fitted], rows: Sequence[tuple[str, float, float]], seeds: int) -> Figure:
    """One small plot a parameter: a sharp valley is well identified, a flat line is not."""
    columns, number = 3, len(fitted)
    lines = -(-number // columns)
    figure = sheet(
        1.1 + 1.55 * lines, "What the patterns say about each fitted parameter",
        "Score (mean loss in tolerances; lower is better) along its bounds, the others held; dot: baseline",
        f"{seeds} seeds a point",
    )  # fmt: skip
    grid = figure.add_gridspec(
        lines, columns, left=0.08, right=0.98, top=1 - 0.75 / (1.1 + 1.55 * lines), bottom=0.5 / (1.1 + 1.55 * lines),
        hspace=0.75, wspace=0.28,
    )  # fmt: skip
    now = present(fitted)
    low = min(score for *_, score in rows)
    for place, f in enumerate(fitted):
        axes = figure.add_subplot(grid[place // columns, place % columns])
        mine = [(value, score) for key, value, score in rows if key == f.key]
        axes.plot([v for v, _ in mine], [s for _, s in mine], color=PALETTE[0], marker=".", markersize=3)
        here = [(value, score) for value, score in mine if value == now[f.key]]
        axes.plot(*zip(*here, strict=True), "o", color=PALETTE[3], markersize=4.5)
        axes.set_title(f.key, fontsize=SMALL)
        axes.set_ylim(0.9 * low, min(3.0 * low, 1.05 * max(score for *_, score in rows)))
        if f.log:
            log_axis(axes, "x")
    return figure
