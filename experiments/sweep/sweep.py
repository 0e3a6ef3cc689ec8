"""A sweep from beginning to end: open its folder, find what is missing, run it, say how it went."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.design import Design
from experiments.manifest import NAME as MANIFEST
from experiments.safe_text import for_json
from experiments.sweep.driver import drive
from experiments.sweep.engines import Engine, available_cores, dask_engine, free_memory, local_engine
from experiments.sweep.files import write_whole
from experiments.sweep.identity import build_sweep_manifest, same_sweep
from experiments.sweep.plan import WHOLE, Namer, Shard, named_runs, shard_of, tasks_of, work_of
from experiments.sweep.progress import Progress
from experiments.sweep.store import RUNS, Store
from experiments.sweep.tasks import Outcome, SweepError, Work

if TYPE_CHECKING:
    import pyarrow as pa

OURS = {RUNS, "data_dictionary.csv", "parts", "failures", "damaged", "figures", "results.csv", "results.parquet"}
BATCH = 50_000  # rows of the table of runs that are held at a time


@dataclass(frozen=True)
class SweepRequest:
    """What the user asked for."""

    design: Design
    out: Path
    workers: int | None = None
    engine: str = "local"
    scheduler: str | None = None
    shard: Shard = WHOLE
    stack: int | None = None
    retry_failed: bool = False
    quiet: bool = False
    command: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """How a sweep went: runs asked for, done before, done now, failed; time spent."""

    runs: int
    before: int
    done: int
    failed: int
    wall_seconds: float
    model_seconds: float  # CPU time of the model itself, in all workers
    peak_bytes: int  # largest memory of a worker
    damaged: tuple[str, ...]


def run_sweep(request: SweepRequest) -> Report:
    """Run what is missing of a sweep.

    Raises:
        SweepError: a folder that cannot be used, an unreachable scheduler, workers that cannot work, a full disk.
        KeyboardInterrupt: the user has stopped it; what was finished is safe.
    """
    began = time.perf_counter()
    work = work_of(request.design)
    store = Store(request.out)
    names = [name for name, _ in named_runs(request.design, Namer(work), WHOLE)]
    _open(request, work, store, names)
    with store.lock(request.shard):
        done, damaged = store.finished()
        if request.retry_failed:
            store.forget_failures()
        failed = store.failed()
        ids = set(names[request.shard.number - 1 :: request.shard.of])
        missing = ids - done - failed
        report = _Counter(store)
        if missing:
            with _engine(request) as engine, Progress(len(ids), len(ids) - len(missing), request.quiet) as progress:
                report.told = progress.advance
                tasks = _tasks(request, work, names, missing, engine)
                drive(tasks, engine, report.take)
    return Report(
        runs=len(ids), before=len(ids & done), done=report.done, failed=len(ids & store.failed()),
        wall_seconds=time.perf_counter() - began, model_seconds=report.seconds, peak_bytes=report.peak,
        damaged=tuple(damaged),
    )  # fmt: skip


class _Counter:
    """Writes outcomes down and counts them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.told: Callable[[int, int], None] = lambda done, failed: None
        self.done, self.failed, self.seconds, self.peak = 0, 0, 0.0, 0

    def take(self, outcome: Outcome) -> None:
        if outcome.part is not None:
            self.store.write_part(outcome.part)
        for failure in outcome.failures:
            self.store.write_failure(failure)
        self.done += len(outcome.runs)
        self.failed += len(outcome.failures)
        self.seconds += outcome.seconds
        self.peak = max(self.peak, outcome.peak_bytes)
        self.told(len(outcome.runs), len(outcome.failures))


def _tasks(request: SweepRequest, work: Work, names: list[str], missing: set[str], engine: Engine) -> Iterator[Any]:
    runs = (pair for pair in shard_of(names, request.design, request.shard) if pair[0] in missing)
    memory = free_memory() / engine.workers if request.engine == "local" else float("inf")
    return tasks_of(work, runs, len(missing), engine.workers, stack=request.stack, free_bytes=memory)


def _engine(request: SweepRequest) -> AbstractContextManager[Engine]:
    if request.engine == "dask":
        return dask_engine(request.scheduler)
    if request.scheduler:
        raise SweepError("--scheduler is given, but the engine is local; add --engine dask.")
    return local_engine(request.workers or available_cores())


def _open(request: SweepRequest, work: Work, store: Store, names: list[str]) -> None:
    """Check that the folder is this sweep's, or make it so."""
    manifest = build_sweep_manifest(request.design, work, request.command)
    folder = request.out
    if (folder / MANIFEST).exists():
        known = same_sweep(folder, manifest)
    else:
        _check_new(folder)
        known = False
    store.make()
    if known and (folder / RUNS).exists():
        return
    from experiments.sweep.dictionary import dictionary_text

    write_whole(folder / RUNS, _runs_table(request.design, names))
    write_whole(folder / "data_dictionary.csv", dictionary_text(request.design).encode())
    text = json.dumps(manifest, indent=2, ensure_ascii=False, default=str, allow_nan=False)
    # another shard may have been quicker: its manifest says the same, and is compared the next time
    write_whole(folder / MANIFEST, (for_json(text) + "\n").encode())


def _check_new(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise SweepError(f"{folder}: is a file; name a folder with --out.")
    strangers = [p.name for p in folder.iterdir() if not p.name.startswith(".")] if folder.exists() else []
    if set(strangers) - OURS:
        raise SweepError(
            f"{folder}: the folder is not empty and is not that of a sweep (it has no {MANIFEST}); "
            "name another with --out."
        )


def _runs_table(design: Design, names: list[str]) -> bytes:
    """The bytes of the table of all runs, written batch by batch."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    writer: pq.ParquetWriter | None = None
    batch: list[tuple[str, Any]] = []

    def flush() -> None:
        nonlocal writer, batch
        table = _batch(design, batch)
        writer = writer or pq.ParquetWriter(buffer, table.schema, compression="zstd")
        writer.write_table(table)
        batch = []

    for pair in shard_of(names, design, WHOLE):
        batch.append(pair)
        if len(batch) >= BATCH:
            flush()
    if batch or writer is None:
        flush()
    if writer is not None:
        writer.close()
    return buffer.getvalue()


def _batch(design: Design, pairs: list[tuple[str, Any]]) -> pa.Table:
    import pyarrow as pa

    columns: dict[str, Any] = {
        "point": pa.array([run.point for _, run in pairs], pa.int32()),
        "replication": pa.array([run.replication for _, run in pairs], pa.int32()),
        "seed": pa.array([run.seed for _, run in pairs], pa.int64()),
    }
    for key in design.keys:
        kind = pa.int64() if design.declared[key].integer else pa.float64()
        columns[key] = pa.array([run.parameters.get(key) for _, run in pairs], kind)
    columns["run"] = pa.array([name for name, _ in pairs], pa.string())
    return pa.table(columns)
