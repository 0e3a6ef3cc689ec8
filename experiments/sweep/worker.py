"""What a worker does: step a stack of worlds, find the runs that raise, hand back the results as a Parquet file."""

from __future__ import annotations

import functools
import gc
import io
import socket
import sys
import time
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.results.income_table import keep_entries, series_of
from kingmaker.experiments.sweep.tasks import Failure, Job, Outcome, Skew, Task, Work
from kingmaker.experiments.sweep.versions import footer

if TYPE_CHECKING:
    import pyarrow as pa

    from kingmaker.agents.types import FloatArray

RUNS_KEY = b"kingmaker.runs"


def run_task(task: Task) -> Outcome | Skew:
    """Run a stack of worlds; a run that raises is found by halving and reported, the others are not touched by it."""
    skew = _skew(task.work)
    if skew is not None:
        return skew
    tables: list[pa.Table] = []
    failures: list[Failure] = []
    clock = _Clock()
    _run_halving(task.work, task.jobs, tables, failures, clock)
    done = {failure.job.run for failure in failures}
    runs = tuple(job.run for job in task.jobs if job.run not in done)
    part = encode(tables, runs) if tables else None
    del tables
    gc.collect()  # a model is a web of references, and NumPy's memory is none that the collector counts
    return Outcome(part, runs, tuple(failures), clock.seconds, peak_memory())


class _Clock:
    """CPU seconds that the model itself has taken."""

    def __init__(self) -> None:
        self.seconds = 0.0


def _run_halving(
    work: Work, jobs: Sequence[Job], tables: list[pa.Table], failures: list[Failure], clock: _Clock
) -> None:
    try:
        tables.append(run_stack(work, jobs, clock))
        return
    except Exception as fault:  # whatever a model or a user's class may raise
        if len(jobs) == 1:
            error = str(fault) if isinstance(fault, KingmakerError) else f"{type(fault).__name__}: {fault}"
            failures.append(Failure(jobs[0], error, traceback.format_exc()))
            return
    middle = len(jobs) // 2
    for half in (jobs[:middle], jobs[middle:]):
        _run_halving(work, half, tables, failures, clock)


def run_stack(work: Work, jobs: Sequence[Job], clock: _Clock | None = None) -> pa.Table:
    """The results of a stack: run, seed, varied parameters, (month), outcomes; rows run by run."""
    from kingmaker.environment.model import ComputeEconomy

    worlds: list[dict[str, Any]] = [{"scenario": work.setting, "rng": job.seed, **job.parameters} for job in jobs]
    began = time.process_time()
    model = ComputeEconomy.stack(worlds, months=work.months)
    keep_entries(model, work.measures)
    model.run()
    if clock is not None:
        clock.seconds += time.process_time() - began
    return tabulate(work, jobs, series_of(model, work.measures))


def tabulate(work: Work, jobs: Sequence[Job], series: dict[str, FloatArray]) -> pa.Table:
    """The table of a stack's results, from monthly series of shape (worlds, months)."""
    import numpy as np
    import pyarrow as pa

    from kingmaker.agents.calendar import month_label
    from kingmaker.experiments.stats.run_statistics import summarise

    repeats = 1 if work.statistics else work.months
    columns: dict[str, Any] = {
        "run": pa.array(np.repeat([job.run for job in jobs], repeats), pa.string()),
        "seed": pa.array(np.repeat([job.seed for job in jobs], repeats), pa.int64()),
    }
    for key in work.keys:
        kind = pa.int64() if key in work.integers else pa.float64()
        columns[key] = pa.array(_repeated([job.parameters.get(key) for job in jobs], repeats), kind)
    if work.statistics:
        for name, values in series.items():
            for statistic, summary in summarise(values, work.statistics).items():
                columns[f"{name}_{statistic}"] = pa.array(summary, pa.float64())
    else:
        columns["month"] = pa.array([month_label(month) for month in range(work.months)] * len(jobs), pa.string())
        for name, values in series.items():
            columns[name] = pa.array(np.ascontiguousarray(values).ravel(), pa.float64())
    return pa.table(columns)


def _repeated(values: list[float | int | None], repeats: int) -> list[float | int | None]:
    return [value for value in values for _ in range(repeats)]


def encode(tables: Sequence[pa.Table], runs: Sequence[str]) -> bytes:
    """The bytes of a Parquet file with these results; the ids of its runs and the versions stand in its metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.concat_tables(tables).replace_schema_metadata({RUNS_KEY: " ".join(runs).encode(), **footer()})
    outcomes = [field.name for field in table.schema if field.type == pa.float64()]
    repeating = [name for name in table.column_names if name not in outcomes]
    buffer = io.BytesIO()
    pq.write_table(
        table, buffer, compression="zstd", use_dictionary=repeating, column_encoding=dict.fromkeys(
            outcomes, "BYTE_STREAM_SPLIT"
        ), write_statistics=repeating,
    )  # fmt: skip
    return buffer.getvalue()


def peak_memory() -> int:
    """Largest resident memory of this process so far, in bytes; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak) * (1 if sys.platform == "darwin" else 1024)


def _skew(work: Work) -> Skew | None:
    """Whether this machine's model is another than the driver's."""
    for what, theirs, ours in (
        ("code", work.source_digest, _source(tuple(sorted(work.setting.users_classes)), work)),
        ("data", work.data_digest, _data(work)),
    ):
        if theirs != ours:
            return Skew(
                f"the worker on {socket.gethostname()} has another {what} of the model (digest {ours[:12]}) than the "
                f"driver ({theirs[:12]}); install the same version of Kingmaker on all machines, and start "
                "the workers anew."
            )
    return None


def _source(classes: tuple[str, ...], work: Work) -> str:
    if classes:
        from kingmaker.environment.firms.build import load_classes

        load_classes(work.setting)  # the digest covers modules that are loaded
        work.setting.load_extensions()
    return _source_of(classes)


@functools.lru_cache(maxsize=8)
def _source_of(classes: tuple[str, ...]) -> str:
    from kingmaker.experiments.results.manifest import source_digest

    return source_digest(classes)


def _data(work: Work) -> str:
    from kingmaker.environment.inputs.tables import read_tables

    return str(read_tables(work.setting.data).digest)
