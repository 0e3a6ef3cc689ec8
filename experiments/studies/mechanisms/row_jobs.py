"""Rows run in processes of this machine, each finished stack kept: a stop loses nothing and moves no number."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.stats.levels import Level
from kingmaker.experiments.studies.mechanisms.row import Row
from kingmaker.experiments.studies.mechanisms.row_result import Result
from kingmaker.experiments.studies.mechanisms.row_runs import Seen, result_of, run_stack, stacks_of
from kingmaker.experiments.studies.mechanisms.rows import ROWS
from kingmaker.experiments.sweep.kept_jobs import done, kept_file, model_told
from kingmaker.experiments.sweep.whole_files import make_folder, write_whole

DIFFERENCE = "difference"


@dataclass(frozen=True)
class StackOfRows:
    """A stack and what is asked of it: all that a worker needs. Rows go by their ids, as mutants are code."""

    ids: tuple[str, ...]
    seeds: int | None
    mutated: bool
    over: Replicates | None

    def rows(self) -> list[Row]:
        """The rows."""
        known = {row.id: row for row in ROWS}
        return [known[name] for name in self.ids]

    def name(self, model: str) -> str:
        """A digest of the stack, and of the ``model`` that runs it."""
        digest = hashlib.sha256(f"{model}|{self.ids}|{self.seeds}|{self.mutated}".encode())
        for row in self.rows():
            off = [(mutant.target, mutant.means) for mutant in row.mutants]
            digest.update(repr((row.low, row.high, row.both, row.outcome, row.window, row.seeds, off)).encode())
        if self.over is not None:
            digest.update(f"{self.over.digest}|{len(self.over)}|{self.over.seeds}".encode())
        return digest.hexdigest()[:24]


def do_stack(job: StackOfRows) -> dict[str, Seen]:
    """Run a stack; in a worker, or here."""
    return run_stack(job.rows(), job.seeds, mutated=job.mutated, over=job.over)


def kept_rows(
    rows: Sequence[Row], seeds: int | None, level: Level, over: Replicates | None, keep: Path | None, workers: int, *,
    mutated: bool,
) -> Iterator[Result]:  # fmt: skip
    """The results of rows of the register, in their order, as soon as each is there.

    Args:
        rows: of the register.
        seeds: pairs of worlds of each; its own number if None.
        level: of the intervals.
        over: the members of a posterior, a pair of worlds each.
        keep: a folder for finished stacks; none are kept without one.
        workers: processes; with one, the work is done in this process.
        mutated: whether the rows' mechanisms are off.

    Raises:
        KingmakerError: a worker that dies again and again over the same rows.
    """
    number = seeds if over is None else len(over)
    jobs = [StackOfRows(tuple(r.id for r in one), number, mutated, over) for one in stacks_of(rows, number, mutated)]
    found: dict[str, Seen] = {}
    waiting = list(rows)
    for seen in _done(jobs, keep, workers):
        found |= seen
        while waiting and waiting[0].id in found:
            row = waiting.pop(0)
            yield result_of(row, found.pop(row.id), level, over, mutated=mutated)


def _done(jobs: Sequence[StackOfRows], keep: Path | None, workers: int) -> Iterator[Mapping[str, Seen]]:
    """What each stack has shown, as it is there: what was kept first."""
    model = model_told()
    if keep is not None:
        make_folder(keep)
    files = {job: None if keep is None else kept_file(keep, job.name(model), ".npz") for job in jobs}
    missing = []
    for job in jobs:
        kept = read_kept(files[job], job)
        if kept is None:
            missing.append(job)
        else:
            yield kept
    if missing:
        for job, seen in done({job: job for job in missing}, do_stack, workers, _told):
            write_kept(files[job], seen)
            yield seen


def _told(job: StackOfRows) -> str:
    return f"the rows {', '.join(job.ids)}"


def write_kept(path: Path | None, seen: Mapping[str, Seen]) -> None:
    """Keep what a stack has shown, whole or not at all."""
    if path is None:
        return
    arrays = {f"{row}|{DIFFERENCE}": one.difference for row, one in seen.items()}
    arrays |= {f"{row}|{name}": values for row, one in seen.items() for name, values in one.world.items()}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    write_whole(path, buffer.getvalue())


def read_kept(path: Path | None, job: StackOfRows) -> dict[str, Seen] | None:
    """What was kept of a stack; nothing if it is not there or is damaged."""
    if path is None or not path.is_file():
        return None
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as kept:
            arrays = {name: np.asarray(kept[name], dtype=np.float64) for name in kept.files}
    except (ValueError, OSError, EOFError, KeyError, BadZipFile):
        return None
    seen = {}
    for row in job.ids:
        mine = {name.partition("|")[2]: x for name, x in arrays.items() if name.partition("|")[0] == row}
        if DIFFERENCE not in mine:
            return None
        seen[row] = Seen(mine.pop(DIFFERENCE), mine)
    return seen
