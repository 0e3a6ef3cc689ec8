"""What passes between the driver of a sweep and its workers: plain data, small enough to pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.inputs.scenario import Scenario

Value = float | int


class SweepError(KingmakerError):
    """A sweep that cannot go on, or a results folder that cannot be used."""


@dataclass(frozen=True)
class Work:
    """What all runs of a sweep share, and the digests by which a worker knows that it has the same model."""

    setting: Scenario
    months: int
    measures: tuple[str, ...]
    statistics: tuple[str, ...]  # empty: monthly values
    keys: tuple[str, ...]  # the varied parameters, columns of the results
    source_digest: str
    data_digest: str
    integers: frozenset[str] = frozenset()  # those of the varied parameters that are whole numbers


@dataclass(frozen=True)
class Job:
    """One run: its id (hash of all that its numbers depend on), its parameters and seed."""

    run: str
    parameters: Mapping[str, Value]
    seed: int


@dataclass(frozen=True)
class Task:
    """A stack of runs, and how often a worker has died with it."""

    work: Work
    jobs: tuple[Job, ...]
    deaths: int = 0


@dataclass(frozen=True)
class Failure:
    """A run that gave no result: the error in one line, and the traceback."""

    job: Job
    error: str
    traceback: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a worker hands back: results as the bytes of a Parquet file, failed runs, the model's CPU seconds."""

    part: bytes | None
    runs: tuple[str, ...]
    failures: tuple[Failure, ...]
    seconds: float
    peak_bytes: int  # largest memory of the worker's process so far; 0 where the system does not tell


@dataclass(frozen=True)
class Skew:
    """Instead of an outcome: the worker has another model than the driver."""

    text: str
