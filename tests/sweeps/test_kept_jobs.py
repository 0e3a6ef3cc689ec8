"""Jobs in processes: each once, one that loses its worker again, one that always does is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.results.outputs import at_work, unfinished
from kingmaker.experiments.sweep import kept_jobs
from kingmaker.experiments.sweep.whole_files import make_folder


class DyingError(KingmakerError):
    """A class of a caller's own."""


def engine_that_dies(monkeypatch: pytest.MonkeyPatch, deaths: dict[int, int]) -> Counter[int]:
    """Each job's worker dies so often before it does it; gives how often each was tried."""
    tried: Counter[int] = Counter()

    def submit(work: Any, job: int) -> Future[int]:
        tried[job] += 1
        future: Future[int] = Future()
        if tried[job] <= deaths.get(job, 0):
            future.set_exception(BrokenExecutor())
        else:
            future.set_result(work(job))
        return future

    @contextmanager
    def engine(workers: int = 1) -> Iterator[Any]:
        yield SimpleNamespace(executor=SimpleNamespace(submit=submit))

    monkeypatch.setattr(kept_jobs, "inline_engine", engine)
    monkeypatch.setattr(kept_jobs, "local_engine", engine)
    return tried


@pytest.mark.parametrize("workers", [1, 2])
def test_a_job_that_loses_its_worker_is_tried_again(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = engine_that_dies(monkeypatch, {2: kept_jobs.DEATHS - 1})
    found = dict(kept_jobs.done({"a": 1, "b": 2}, lambda job: 10 * job, workers, str))
    assert found == {"a": 10, "b": 20}
    assert tried == {1: 1, 2: kept_jobs.DEATHS}


def test_one_that_always_does_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    engine_that_dies(monkeypatch, {2: kept_jobs.DEATHS})
    with pytest.raises(DyingError, match=r"died 3 times over the job 2; is there enough memory\?"):
        list(kept_jobs.done({"a": 1, "b": 2}, str, 2, lambda job: f"the job {job}", DyingError))


def test_what_is_kept_outlives_a_stop(tmp_path: Path) -> None:
    """A command that is stopped takes away all but what bears the name of a finished job."""
    make_folder(unfinished(tmp_path))
    kept, other = kept_jobs.kept_file(unfinished(tmp_path), "0a1b", ".npy"), unfinished(tmp_path) / "rows-0a1b.npy"
    with at_work(tmp_path, tmp_path):
        kept.write_bytes(b"finished")
    assert kept.read_bytes() == b"finished"
    kept.rename(other)
    with at_work(tmp_path, tmp_path):
        pass
    assert not other.exists()
