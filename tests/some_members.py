"""A small file of members: parameters of assumed value, drawn around it, with a seed each."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.posterior.members import Members, write_members

KEYS = (
    "chips.capacity_growth", "compute.list_markup", "compute.price_sensitivity", "startups.compute_share",
    "startups.runway",
)  # fmt: skip


def some_members(number: int = 24, keys: tuple[str, ...] = (), spread: float = 0.2) -> Members:
    """So many members; the first of them are the same whatever their number."""
    chosen = tuple(sorted(keys or KEYS))
    rows = []
    for member in range(number):
        z = np.random.default_rng([7, member]).standard_normal(len(chosen))
        for_key = [DECLARATIONS[key] for key in chosen]
        rows.append(
            [min(max(d.default * float(np.exp(spread * x)), d.low), d.high) for d, x in zip(for_key, z, strict=True)]
        )
    seeds = 100 + 3 * np.arange(number, dtype=np.int64)
    weights = np.full(number, 1.0 / number)
    return Members(chosen, np.array(rows), seeds, weights, {"command": "tests", "date": "2026-01-01"})


def members_file(folder: Path, number: int = 24, keys: tuple[str, ...] = ()) -> Path:
    """The same, written."""
    path = folder / "members.parquet"
    write_members(some_members(number, keys), path)
    return path
