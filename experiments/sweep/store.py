"""The folder of a sweep's results.

::

    manifest.json         the design, the model's digests, versions: what suffices to make the numbers again
    runs.parquet          each run of the design: point, replication, seed, parameters, and its id
    parts/part-*.parquet  results; the name of each is the SHA-256 of its bytes
    failures/*.json       runs that raised or killed their worker, with the traceback
    damaged/              parts that were found damaged and set aside
    data_dictionary.csv   what the columns mean
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.manifest import NAME as MANIFEST
from experiments.safe_text import for_json
from experiments.sweep.files import clear_temporaries, locked, write_whole
from experiments.sweep.plan import Shard
from experiments.sweep.tasks import Failure, SweepError
from experiments.sweep.worker import RUNS_KEY

if TYPE_CHECKING:
    import pyarrow as pa

RUNS = "runs.parquet"


@dataclass(frozen=True)
class Part:
    """A whole part: its file and the runs that it holds."""

    path: Path
    runs: tuple[str, ...]


class Store:
    """A results folder, as it stands on the disk."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read or made yet."""
        self.folder = folder
        self.parts_folder = folder / "parts"
        self.failures_folder = folder / "failures"
        self.damaged_folder = folder / "damaged"

    def make(self) -> None:
        """Make the folders, and clear away what processes that were killed have left half-written."""
        for folder in (self.folder, self.parts_folder, self.failures_folder):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as fault:
                raise SweepError(f"{folder}: the folder cannot be made: {fault.strerror}.") from None
            clear_temporaries(folder)

    def lock(self, shard: Shard) -> AbstractContextManager[None]:
        """The lock under which one process works on a shard.

        Raises:
            SweepError: another process holds it.
        """
        told = f"{self.folder}: another sweep is at work on this folder (shard {shard.number}/{shard.of}); wait for it."
        return locked(self.folder / f".lock-{shard.label}", told)

    def write_part(self, content: bytes) -> Path:
        """Write results under the name that their content gives them; the same results twice are one file."""
        path = self.parts_folder / f"part-{part_name(content)}.parquet"
        write_whole(path, content)
        return path

    def write_failure(self, failure: Failure) -> None:
        """Write what is known of a failed run."""
        record = {
            "run": failure.job.run,
            "seed": failure.job.seed,
            "parameters": {key: str(value) for key, value in failure.job.parameters.items()},
            "error": failure.error,
            "traceback": failure.traceback,
        }
        text = json.dumps(record, indent=2, ensure_ascii=False)
        write_whole(self.failures_folder / f"{failure.job.run}.json", for_json(text).encode())

    def failed(self) -> set[str]:
        """Ids of the runs that have failed."""
        return {path.stem for path in self.failures_folder.glob("*.json")}

    def failures(self) -> list[dict[str, object]]:
        """What is known of each failed run."""
        paths = sorted(self.failures_folder.glob("*.json"))
        return [json.loads(path.read_text(encoding="utf-8")) for path in paths]

    def forget_failures(self) -> None:
        """Let failed runs run again."""
        for path in self.failures_folder.glob("*.json"):
            path.unlink(missing_ok=True)

    def part_paths(self) -> list[Path]:
        """The files of all parts, whole or not."""
        return sorted(self.parts_folder.glob("part-*.parquet"))

    def parts(self, damaged: list[Path] | None = None) -> Iterator[tuple[Part, bytes]]:
        """Each whole part and its bytes; damaged ones are added to ``damaged``.

        Raises:
            SweepError: a damaged part, if there is no list to add it to.
        """
        for path in self.part_paths():
            try:
                content = path.read_bytes()
            except FileNotFoundError:  # set aside by a sweep that has found it damaged
                continue
            if path.stem != f"part-{part_name(content)}":
                if damaged is None:
                    raise SweepError(
                        f"{path}: is truncated or damaged (its content does not match its name). Run the sweep again: "
                        "it sets the part aside and makes the missing runs anew."
                    )
                damaged.append(path)
                continue
            yield Part(path, runs_in(content)), content

    def finished(self) -> tuple[set[str], list[str]]:
        """Ids of the runs whose results are here, and the names of damaged parts, which are set aside.

        Raises:
            SweepError: a damaged part that cannot be moved.
        """
        damaged: list[Path] = []
        found = {run for part, _ in self.parts(damaged) for run in part.runs}
        for path in damaged:
            self.set_aside(path)
        return found, [path.name for path in damaged]

    def set_aside(self, path: Path) -> None:
        """Move a damaged part out of the way."""
        try:
            self.damaged_folder.mkdir(exist_ok=True)
            os.replace(path, self.damaged_folder / path.name)
        except FileNotFoundError:
            return  # another sweep was quicker
        except OSError as fault:
            raise SweepError(f"{path}: is damaged and cannot be moved away: {fault.strerror}.") from None

    def runs_table(self) -> pa.Table:
        """The table of all runs of the design.

        Raises:
            SweepError: it is missing or damaged.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return pq.read_table(self.folder / RUNS)
        except (OSError, pa.ArrowException) as fault:
            raise SweepError(
                f"{self.folder / RUNS}: cannot be read ({fault}); run the sweep again to make it anew."
            ) from None

    def check_is_sweep(self) -> None:
        """Raise :class:`SweepError` if this is no folder of a sweep."""
        if not (self.folder / MANIFEST).is_file() or not self.parts_folder.is_dir():
            raise SweepError(f"{self.folder}: is no folder that 'kingmaker sweep' has written.")


def part_name(content: bytes) -> str:
    """The name that a part's content gives it."""
    return hashlib.sha256(content).hexdigest()[:32]


def table_in(content: bytes, columns: Sequence[str] | None = None) -> pa.Table:
    """The table of a whole part, or some of its columns.

    Read by this thread alone: a thread of Arrow's own that still holds bytes of Python's when the interpreter ends
    brings the process down ("terminate called without an active exception").
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(pa.BufferReader(content), pre_buffer=False)
    return file.read(None if columns is None else list(columns), use_threads=False)


def runs_in(content: bytes) -> tuple[str, ...]:
    """Ids of the runs of a whole part."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    metadata = pq.read_schema(pa.BufferReader(content)).metadata
    return tuple(metadata[RUNS_KEY].decode().split())
