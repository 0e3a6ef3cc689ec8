"""Members run in stacks, by processes of this machine, each finished stack kept: a stop loses nothing.

What a stack gives is kept under a digest of all that makes it (parameters, seeds, statistics, the model's source and
data), so that whatever asks for the same members again finds them, in this fit or in another one.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.measured.trace import run_worlds
from kingmaker.experiments.posterior.lines import DataLine, raw_statistics
from kingmaker.experiments.sweep.kept_jobs import done, kept_file, model_told
from kingmaker.experiments.sweep.whole_files import make_folder, write_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kingmaker.agents.types import FloatArray

STACK = 64  # worlds side by side; results do not depend on it
Advance = Callable[[int], None]


class PosteriorError(KingmakerError):
    """A fit that cannot be made."""


@dataclass(frozen=True)
class StackJob:
    """Some members and what is asked of them: all that a worker needs."""

    keys: tuple[str, ...]
    values: FloatArray
    seeds: NDArray[np.int64]
    lines: tuple[DataLine, ...]
    months: int
    pins: Mapping[str, Any]

    def worlds(self) -> list[dict[str, Any]]:
        """Arguments of the worlds."""
        return [
            {"rng": int(seed), **dict(zip(self.keys, map(float, row), strict=True)), **self.pins}
            for seed, row in zip(self.seeds, self.values, strict=True)
        ]

    def name(self, model: str) -> str:
        """A digest of the job, and of the ``model`` that does it."""
        digest = hashlib.sha256(f"{model}|{self.months}|{sorted(self.pins.items())!r}".encode())
        digest.update("\0".join(self.keys).encode())
        digest.update(np.ascontiguousarray(self.values, dtype="<f8").tobytes())
        digest.update(np.ascontiguousarray(self.seeds, dtype="<i8").tobytes())
        digest.update(repr([(line.series, line.first, line.last) for line in self.lines]).encode())
        return digest.hexdigest()[:24]

    def part(self, first: int, last: int) -> StackJob:
        """Some of the members."""
        return StackJob(self.keys, self.values[first:last], self.seeds[first:last], self.lines, self.months, self.pins)


def run_job(job: StackJob) -> FloatArray:
    """The statistics of a stack, shape (lines, members); NaN for a member whose world raises, found by halving."""
    try:
        with np.errstate(all="ignore"):
            return raw_statistics(run_worlds(job.worlds(), job.months), job.lines)
    except (KingmakerError, ArithmeticError, RuntimeError, ValueError):
        members = len(job.seeds)
        if members == 1:
            return np.full((len(job.lines), 1), np.nan)
        middle = members // 2
        return np.concatenate([run_job(job.part(0, middle)), run_job(job.part(middle, members))], axis=1)


def _told(job: StackJob) -> str:
    return f"the same stack of {len(job.seeds)} members"


@dataclass
class EnsembleRuns:
    """Runs members over the months that lines need.

    Attributes:
        lines: what is asked of each member.
        months: how long the worlds run.
        keep: a folder for finished stacks; none are kept without one.
        workers: processes; with one, the work is done in this process.
        pins: what is the same in all worlds.
        advance: told the number of members that are done.
    """

    lines: Sequence[DataLine]
    months: int
    keep: Path | None = None
    workers: int = 1
    pins: Mapping[str, Any] = field(default_factory=dict)
    advance: Advance = lambda done: None

    def __post_init__(self) -> None:
        """What the results depend on beside the members."""
        self.model = model_told()
        if self.keep is not None:
            make_folder(self.keep)

    def run(self, keys: tuple[str, ...], values: FloatArray, seeds: NDArray[np.int64]) -> FloatArray:
        """The statistics of members, in the data's units, shape (lines, members); NaN where a world failed.

        Raises:
            PosteriorError: workers that die again and again.
            SweepError: the folder cannot be written.
        """
        whole = StackJob(keys, values, seeds, tuple(self.lines), self.months, self.pins)
        jobs = {first: whole.part(first, first + STACK) for first in range(0, len(seeds), STACK)}
        found = {first: kept for first, job in jobs.items() if (kept := self._kept(job)) is not None}
        for first in found:
            self.advance(len(jobs[first].seeds))
        missing = {first: job for first, job in jobs.items() if first not in found}
        if missing:
            for first, said in done(missing, run_job, self.workers, _told, PosteriorError):
                found[first] = self._note(jobs[first], said)
                self.advance(len(jobs[first].seeds))
        return np.concatenate([found[first] for first in sorted(found)], axis=1)

    def _file(self, job: StackJob) -> Path | None:
        return None if self.keep is None else kept_file(self.keep, job.name(self.model), ".npy")

    def _kept(self, job: StackJob) -> FloatArray | None:
        """What was kept of a stack; nothing if it is not there or is damaged."""
        path = self._file(job)
        if path is None or not path.is_file():
            return None
        try:
            found: FloatArray = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
        except (ValueError, OSError, EOFError):
            return None
        return found if found.shape == (len(job.lines), len(job.seeds)) else None

    def _note(self, job: StackJob, found: FloatArray) -> FloatArray:
        path = self._file(job)
        if path is not None:
            buffer = io.BytesIO()
            np.save(buffer, found, allow_pickle=False)
            write_whole(path, buffer.getvalue())
        return found
