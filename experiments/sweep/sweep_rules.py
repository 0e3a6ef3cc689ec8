"""What is in force over the runs of a sweep, from what it has kept beside its outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kingmaker.experiments.results import in_force
from kingmaker.experiments.stats.run_statistics import meaning
from kingmaker.experiments.sweep.identity import measured_in, read_sweep_manifest
from kingmaker.experiments.sweep.reading import query

LEVELS = ("mean", "final")  # statistics that are levels, beside lastN and windows


def in_force_in(folder: str | Path) -> str:
    """One sentence for summaries, captions and footers: the range and mean of each instrument over the runs.

    Raises:
        KingmakerError: no sweep, no results yet, or a damaged part.
    """
    manifest = read_sweep_manifest(Path(folder))
    known, statistic = measured_in(manifest), _statistic(manifest)
    names = list(in_force.names(known))
    if statistic is None or not names:
        return "In force over the runs: not recorded, as no level (mean, final, lastN, a window) is kept."
    end = f"_{statistic}" if statistic else ""
    columns = ", ".join(f'{how}("{name}{end}")' for name in names for how in ("min", "avg", "max"))
    values = query(folder, f"select {columns} from results").to_numpy(dtype=float)[0].reshape(-1, 3)
    found = {
        name: (float(low), float(mean), float(high)) for name, (low, mean, high) in zip(names, values, strict=True)
    }
    when = meaning(statistic) if statistic else "month by month"
    return f"{in_force.ranges(found, known).rstrip('.')} ({when})."


def _statistic(manifest: Mapping[str, Any]) -> str | None:
    """The statistic that tells the level; empty if monthly values are kept, None if only other statistics are."""
    keep = manifest["design"]["keep"]
    if keep == "monthly":
        return ""
    return next((name for name in keep if name in LEVELS or name.startswith("last") or ":" in name), None)
