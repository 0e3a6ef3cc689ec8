"""All figures of a sweep, drawn from its results; which they are follows from what the design is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.environment.core.measures import Measure
from kingmaker.experiments.design.replicates import POSTERIOR
from kingmaker.experiments.figures.differences import point_labels
from kingmaker.experiments.figures.effects import MOST_PATHS, draw_paths
from kingmaker.experiments.figures.figure_files import FigureFolder
from kingmaker.experiments.figures.kinds import Drawn, Shown, figures_of
from kingmaker.experiments.figures.outcome_columns import outcomes_of, per_run, statistics_of
from kingmaker.experiments.figures.plot_grid import pages
from kingmaker.experiments.figures.style import styled
from kingmaker.experiments.stats.levels import INTERVAL_OVER, LEVEL, Level, MemberLevel, read_level
from kingmaker.experiments.sweep.identity import declared_in, measured_in, read_sweep_manifest
from kingmaker.experiments.sweep.reading import load

if TYPE_CHECKING:
    import pandas as pd

MOST_PANELS = 12


def draw_sweep(
    folder: Path, out: Path, measures: Sequence[str] | None = None, note: str = "", level: Level | float | None = None
) -> list[Path]:
    """Draw every figure of a sweep into ``out`` as PDF and PNG; gives the files written.

    Args:
        folder: the sweep's folder.
        out: where to; made if need be.
        measures: those to draw; the first twelve that were kept if None.
        note: a line for the foot of each figure, such as what is in force in the runs shown.
        level: of all intervals; the usual one over luck, or over a posterior, if None.

    Raises:
        KingmakerError: no sweep, no results yet, a measure that was not kept, no such level, a folder that cannot be
            written.
    """
    asked = None if level is None else read_level(level, "level")
    manifest = read_sweep_manifest(folder)
    sure = level_in(manifest, asked)
    frame = load(folder)
    wanted = _wanted(manifest, measures)
    try:
        out.mkdir(parents=True, exist_ok=True)
        files = FigureFolder(out)
        with styled():
            for parts, figure in _figures(manifest, frame, wanted, note, sure):
                files.save(figure, *parts)
    except OSError as fault:
        raise KingmakerError(f"{out}: the figures cannot be written: {fault.strerror}.") from None
    return files.written


def level_in(manifest: Mapping[str, Any], level: Level | None) -> Level:
    """The level of the intervals of a sweep; over a posterior they are those of the members in the middle."""
    if "over" not in manifest["design"]:
        return level or LEVEL
    return MemberLevel((level or INTERVAL_OVER[POSTERIOR]).share)


def _wanted(manifest: Mapping[str, Any], measures: Sequence[str] | None) -> list[Measure]:
    kept = list(manifest["design"]["measures"])
    for name in measures or ():
        if name not in kept:
            raise KingmakerError(f"--outcomes: '{name}' is none of the measures of this sweep.{nearest(name, kept)}")
    known = measured_in(manifest)
    return [known[name] for name in dict.fromkeys(measures or kept[:MOST_PANELS])]


def _figures(
    manifest: Mapping[str, Any], frame: pd.DataFrame, wanted: Sequence[Measure], note: str, level: Level
) -> Iterator[Drawn]:
    """The parts of the name and the figure, one after the other."""
    keys = [str(key) for key in manifest["design"]["parameters"]]
    frame = frame.astype(dict.fromkeys(keys, float))
    if "over" in manifest["design"]:  # pairs are those of a member
        frame = frame.assign(seed=frame["replication"])
    runs = per_run(frame, manifest)
    declared = declared_in(manifest)
    every = [
        Shown(manifest, runs, keys, outcomes_of(statistic, wanted, runs, level), declared, note, level)
        for statistic in statistics_of(manifest)
    ]
    for shown in every:
        yield from figures_of(shown)
    labels = point_labels(runs, keys)
    if "month" in frame and len(labels) <= MOST_PATHS:
        shown = every[0]
        for page, part in pages(wanted, MOST_PANELS):
            yield ("paths", *page), draw_paths(frame, labels, part, shown.title, shown.footer(), level)
