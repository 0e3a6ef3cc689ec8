"""Jobs done by processes of this machine, each finished one kept under a digest of all that makes it.

A stop loses nothing: the same command finds what was finished. A job that loses its worker is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, as_completed
from pathlib import Path
from typing import TypeVar

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.provenance import source_digest
from kingmaker.environment.inputs.tables import read_tables
from kingmaker.experiments.sweep.engines import inline_engine, local_engine

DEATHS = 3  # of a worker over one job, after which it is no accident
K = TypeVar("K")
J = TypeVar("J")
R = TypeVar("R")


def model_told() -> str:
    """The model's source and data by their digests: with another model nothing that was kept is found."""
    return f"{source_digest()} {read_tables().digest}"


def kept_file(keep: Path, name: str, ending: str) -> Path:
    """Where a finished job is kept; by this name the folder ``keep`` is known to hold something worth keeping."""
    return keep / f"part-{name}{ending}"


def done(
    jobs: Mapping[K, J], work: Callable[[J], R], workers: int, told: Callable[[J], str],
    error: type[KingmakerError] = KingmakerError,
) -> Iterator[tuple[K, R]]:  # fmt: skip
    """Do the jobs, and give each as it is there.

    Args:
        jobs: what is to be done.
        work: does one; in a worker, so that it must be found by its name.
        workers: processes; with one, the work is done in this process.
        told: a job in words, for the error.
        error: its class.

    Raises:
        KingmakerError: a worker that dies again and again over the same job.
    """
    deaths: dict[K, int] = {}
    waiting = dict(jobs)
    with inline_engine() if workers == 1 else local_engine(workers) as engine:
        while waiting:
            futures = {engine.executor.submit(work, job): key for key, job in waiting.items()}
            for future in as_completed(futures):
                key = futures[future]
                try:
                    found = future.result()
                except BrokenExecutor:
                    deaths[key] = deaths.get(key, 0) + 1
                    if deaths[key] >= DEATHS:
                        raise error(
                            f"a worker died {DEATHS} times over {told(jobs[key])}; is there enough memory? What was "
                            "finished is kept; run the same command again, perhaps with fewer --workers."
                        ) from None
                    continue
                del waiting[key]
                yield key, found
