"""The outcomes of a study taken from a sweep that has been run already (and may have been resumed many times)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.design.sweep_design import Design
from kingmaker.experiments.stats.run_statistics import summarise
from kingmaker.experiments.sweep.changes import changes_of_points, other_changes
from kingmaker.experiments.sweep.folder_state import open_folder, shortfall
from kingmaker.experiments.sweep.identity import design_record, other_design, other_model, read_sweep_manifest
from kingmaker.experiments.sweep.plan import work_of
from kingmaker.experiments.sweep.tasks import SweepError

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray


KEPT = ("measures", "in_force", "keep")  # what a sweep keeps may be more than a study asks for


def check_sweep(folder: Path, design: Design) -> None:
    """Whether the sweep in a folder has made the runs of a design, with this version of the model.

    Raises:
        KingmakerError: it has not; the values that differ are named.
    """
    there, work = read_sweep_manifest(folder), work_of(design)
    now = {key: value for key, value in design_record(design, work).items() if key not in KEPT}
    if faults := other_changes(there["design"], now) + changes_of_points(there["design"], now):
        raise KingmakerError(
            f"{folder}: {other_design(there, faults)}. "
            "Study the design that it has run, or name the folder of this design's sweep with --from."
        )
    if fault := other_model(there, work.source_digest, work.data_digest):
        raise KingmakerError(f"{folder}: {fault}; run the sweep again in another folder, or check that version out.")


def outcomes_from(frame: pd.DataFrame, design: Design, statistics: tuple[str, ...], where: str) -> FloatArray:
    """Outcomes of shape (points, replications, outcomes).

    Args:
        frame: of :func:`kingmaker.experiments.load`: point, replication, the varied parameters, (month,) and outcomes.
        design: the design that the sweep has run.
        statistics: wanted; if the sweep kept statistics, they must be among those.
        where: the sweep's folder, for messages.

    Raises:
        KingmakerError: a sweep of another design, one that is not complete, or that lacks an outcome.
    """
    if design.kind not in ("morris", "sobol", "lhs"):
        raise KingmakerError(f"--from: needs a design of kind morris, sobol or lhs, not {design.kind}.")
    frame = frame.sort_values([name for name in ("point", "replication", "month") if name in frame], kind="stable")
    runs = frame.drop_duplicates(["point", "replication"])
    points, r = len(design.points), design.replications
    _check_points(runs, design, where)
    if len(runs) != points * r:
        raise KingmakerError(f"{where}: holds {len(runs)} of {points * r} runs; {_way_out(where)}")
    columns = [
        _outcome(frame, measure, statistic, len(runs), where) for measure in design.measures for statistic in statistics
    ]
    return np.array(columns).T.reshape(points, r, -1)


def _way_out(where: str) -> str:
    """What to do about a sweep that is not complete."""
    again = "run the sweep again until it is complete, as indices of sensitivity need every point."
    try:
        opened = open_folder(where)
        seen = {run for part, _ in opened.parts() for run in part.runs}
    except SweepError:
        return again
    lacking = shortfall(opened, seen)
    if not lacking.failed:
        return again
    return (
        f"{lacking.failed} have failed, and {lacking.folder / 'failures'} says why. Run the sweep again with "
        "--retry-failed, or leave what fails out of the design: indices of sensitivity need every point."
    )


def _check_points(runs: pd.DataFrame, design: Design, where: str) -> None:
    """Whether the runs are those of the design: the same parameters, and the same values at each point."""
    fault = KingmakerError(
        f"{where}: holds the results of another design than {design.name}, or of an older version of it."
    )
    if not {"point", "replication", *design.keys} <= set(runs.columns):
        raise fault
    numbers = runs["point"].to_numpy()
    if numbers.min() < 0 or numbers.max() >= len(design.points):
        raise fault
    for key in design.keys:
        meant = design.points.columns[key][numbers]
        if not np.array_equal(runs[key].to_numpy(dtype=np.float64), meant):
            raise fault


def _outcome(frame: pd.DataFrame, measure: str, statistic: str, runs: int, where: str) -> FloatArray:
    """One outcome of every run, shape (runs,)."""
    name = f"{measure}_{statistic}"
    if name in frame:
        return frame[name].to_numpy(dtype=np.float64)
    if "month" in frame and measure in frame:
        return summarise(frame[measure].to_numpy(dtype=np.float64).reshape(runs, -1), [statistic])[statistic]
    raise KingmakerError(f"{where}: did not keep '{name}'; choose another with --outcomes and --window.")
