"""One digest of a sweep's results, whatever the parts, their order, the stacking and the workers were."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kingmaker.experiments.results.parquet import table_in
from kingmaker.experiments.sweep.folder_state import open_folder, shortfall
from kingmaker.experiments.sweep.tasks import SweepError
from kingmaker.experiments.sweep.versions import text

if TYPE_CHECKING:
    import pyarrow as pa

NOT_OUTCOMES = ("run", "seed", "month")


@dataclass(frozen=True)
class Digest:
    """SHA-256 of the results of ``runs`` runs; ``failed`` runs gave none."""

    sha256: str
    runs: int
    of: int
    failed: int
    made_with: tuple[tuple[str, int], ...] = field(default=(), compare=False)  # versions, and the runs made with them
    notes: tuple[str, ...] = field(default=(), compare=False)  # what is missing, and what else lies there


def digest_of(folder: Path) -> Digest:
    """The digest of a sweep's results.

    Raises:
        SweepError: no sweep, a damaged part, or a run with two different results.
    """
    opened = open_folder(folder)
    plan = opened.plan
    parameters = {name for name in plan.column_names if name not in ("run", "seed", "point", "replication")}
    found: dict[str, bytes] = {}
    made_with: Counter[str] = Counter()
    for part, content in opened.parts():
        mine = set(part.runs)
        made_with[text(part.versions)] += len(mine.difference(found))
        for run, digest in _run_digests(table_in(content), parameters):
            if run in mine and found.setdefault(run, digest) != digest:
                raise SweepError(
                    f"{part.path}: run {run} has other results here than in another part; "
                    "were they made by different versions of Python or NumPy? This part is of "
                    f"{text(part.versions)}. Move it out of the folder, and run the sweep again."
                )
    whole = hashlib.sha256()
    for run in sorted(found):
        whole.update(run.encode() + found[run])
    short = shortfall(opened, set(found))
    notes = (*short.sentences(), *(f"{told}; it is left alone." for told in opened.odd.strangers))
    counts = tuple((versions, runs) for versions, runs in made_with.items() if runs)
    return Digest(whole.hexdigest(), len(found), len(set(opened.known.runs)), short.failed, counts, notes)


def _run_digests(table: pa.Table, parameters: set[str]) -> Iterator[tuple[str, bytes]]:
    """Id and digest of each run of a part: the names of its outcomes and the bytes of their values, month by month."""
    import numpy as np

    if "month" in table.column_names:
        table = table.sort_by([("run", "ascending"), ("month", "ascending")])
    names = sorted(name for name in table.column_names if name not in NOT_OUTCOMES and name not in parameters)
    values = np.column_stack([table[name].to_numpy() for name in names]).astype("<f8")
    head = "\0".join(names).encode()
    runs = table["run"].to_numpy(zero_copy_only=False)
    starts = np.flatnonzero(np.concatenate([[True], runs[1:] != runs[:-1]]))
    for start, end in zip(starts, [*starts[1:], len(runs)], strict=True):
        digest = hashlib.sha256(head)
        digest.update(np.ascontiguousarray(values[start:end]).tobytes())
        yield str(runs[start]), digest.digest()
