"""One digest of a sweep's results, whatever the parts, their order, the stacking and the workers were."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.sweep.store import Store, table_in
from experiments.sweep.tasks import SweepError

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


def digest_of(folder: Path) -> Digest:
    """The digest of a sweep's results.

    Raises:
        SweepError: no sweep, a damaged part, or a run with two different results.
    """
    store = Store(folder)
    store.check_is_sweep()
    plan = store.runs_table()
    parameters = {name for name in plan.column_names if name not in ("run", "seed", "point", "replication")}
    found: dict[str, bytes] = {}
    for part, content in store.parts():
        table = table_in(content)
        for run, digest in _run_digests(table, parameters):
            if found.setdefault(run, digest) != digest:
                raise SweepError(
                    f"{part.path}: run {run} has other results here than in another part; "
                    "were they made by different versions of Python or NumPy?"
                )
    whole = hashlib.sha256()
    for run in sorted(found):
        whole.update(run.encode() + found[run])
    failed = len(store.failed() - set(found))
    return Digest(whole.hexdigest(), len(found), len(set(plan["run"].to_pylist())), failed)


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
