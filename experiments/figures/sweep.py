"""All figures of a sweep, drawn from its results: heatmaps of a grid of two, lines, scatters, paths."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.errors import KingmakerError, nearest
from environment.measures import Measure
from environment.parameters import Declaration
from experiments.figures.effects import MOST_PATHS, draw_lines, draw_paths, draw_scatter
from experiments.figures.heatmaps import draw_heatmaps
from experiments.figures.outcomes import footer_of, outcomes_of, per_run, statistics_of, value_text
from experiments.figures.style import save, styled
from experiments.sweep.identity import declared_in, measured_in, read_sweep_manifest
from experiments.sweep.reading import load

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST_PANELS = 12


def draw_sweep(folder: Path, out: Path, measures: Sequence[str] | None = None) -> list[Path]:
    """Draw every figure of a sweep into ``out`` as PDF and PNG; gives their paths without the endings.

    Args:
        folder: the sweep's folder.
        out: where to; made if need be.
        measures: those to draw; the first twelve that were kept if None.

    Raises:
        KingmakerError: no sweep, no results yet, a measure that was not kept, a folder that cannot be written.
    """
    manifest = read_sweep_manifest(folder)
    frame = load(folder)
    wanted = _wanted(manifest, measures)
    try:
        out.mkdir(parents=True, exist_ok=True)
        drawn = []
        with styled():
            for name, figure in _figures(manifest, frame, wanted):
                save(figure, out / name.replace(":", "_"))
                drawn.append(out / name.replace(":", "_"))
    except OSError as fault:
        raise KingmakerError(f"{out}: the figures cannot be written: {fault.strerror}.") from None
    return drawn


def _wanted(manifest: Mapping[str, Any], measures: Sequence[str] | None) -> list[Measure]:
    kept = list(manifest["design"]["measures"])
    for name in measures or ():
        if name not in kept:
            raise KingmakerError(f"--outcomes: '{name}' is none of the measures of this sweep.{nearest(name, kept)}")
    known = measured_in(manifest)
    return [known[name] for name in measures or kept[:MOST_PANELS]]


def _figures(
    manifest: Mapping[str, Any], frame: pd.DataFrame, wanted: Sequence[Measure]
) -> Iterator[tuple[str, Figure]]:
    """Name and figure, one after the other."""
    design = manifest["design"]
    keys = [str(key) for key in design["parameters"]]
    title, footer = str(manifest["title"] or manifest["name"]), footer_of(manifest)
    runs = per_run(frame, manifest)
    declared = declared_in(manifest)
    reference = _reference(design, keys, declared)
    for statistic in statistics_of(manifest):
        outcomes = outcomes_of(statistic, wanted)
        if design["kind"] == "grid" and len(keys) == 2:
            both = (keys[0], keys[1])
            yield f"heatmaps_{statistic}", draw_heatmaps(runs, both, outcomes, reference, title, footer, declared)
        elif design["kind"] == "grid":
            for key in keys:
                name = f"lines_{statistic}" if len(keys) == 1 else f"lines_{key}_{statistic}"
                several = len(keys) > 1
                yield name, draw_lines(runs, key, outcomes, reference, title, footer, several, declared)
        else:
            varied = [key for key in keys if runs[key].notna().any()]
            over_points = footer_of(manifest, over="points")
            for outcome in outcomes:
                yield f"scatter_{outcome.column}", draw_scatter(runs, varied, outcome, title, over_points, declared)
    points = runs.drop_duplicates("point")
    if "month" in frame and len(points) <= MOST_PATHS:
        labels = {int(row["point"]): _label(row, keys) for _, row in points.iterrows()}
        yield "paths", draw_paths(frame, labels, wanted, title, footer)


def _reference(design: Mapping[str, Any], keys: Sequence[str], declared: Mapping[str, Declaration]) -> dict[str, float]:
    """The scenario's own values at its start."""
    given = design["scenario"]["parameters"]
    return {key: float(given.get(key, declared[key].default)) for key in keys}


def _label(row: Any, keys: Sequence[str]) -> str:
    known = [key for key in keys if not math.isnan(float(row[key]))]
    return ", ".join(f"{key} = {value_text(float(row[key]))}" for key in known)
