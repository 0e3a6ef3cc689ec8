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
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kingmaker.experiments.results.manifest import NAME as MANIFEST
from kingmaker.experiments.results.parquet import table_in
from kingmaker.experiments.sweep.plan import Shard
from kingmaker.experiments.sweep.runs_table import table_digest
from kingmaker.experiments.sweep.tasks import Failure, SweepError
from kingmaker.experiments.sweep.versions import of_part
from kingmaker.experiments.sweep.whole_files import clear_temporaries, locked, make_folder, write_whole
from kingmaker.experiments.sweep.worker import RUNS_KEY
from kingmaker.experiments.terminal.safe_text import for_json

if TYPE_CHECKING:
    import pyarrow as pa

RUNS = "runs.parquet"
PART = re.compile(r"part-[0-9a-f]{32}\.parquet")
OPENING_SECONDS = 30.0  # that another process may take to set a folder up


@dataclass(frozen=True)
class Part:
    """A whole part: its file and the runs that it holds."""

    path: Path
    runs: tuple[str, ...]
    versions: Mapping[str, str]  # of Python and the libraries that have made it


@dataclass(frozen=True)
class Known:
    """What parts of a sweep must hold: some of these runs, and all of these columns."""

    runs: Collection[str]
    columns: frozenset[str]


@dataclass
class Odd:
    """What else lies among the parts and failures: what is damaged, and what was not written by this sweep."""

    damaged: list[Path] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)  # path and what it is, each a sentence


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
            make_folder(folder)
            clear_temporaries(folder)

    def lock_path(self, shard: Shard) -> Path:
        """The file of a shard's lock."""
        return self.folder / f".lock-{shard.label}"

    def lock(self, shard: Shard) -> AbstractContextManager[None]:
        """The lock under which one process works on a shard.

        Raises:
            SweepError: another process holds it.
        """
        told = f"{self.folder}: another sweep is at work on this folder (shard {shard.number}/{shard.of}); wait for it."
        return locked(self.lock_path(shard), told)

    def opening(self) -> AbstractContextManager[None]:
        """The lock under which manifest and table of runs are written, whatever the shard; waited for a while.

        Raises:
            SweepError: another process does not give it back.
        """
        told = f"{self.folder}: another sweep is just being set up in this folder, and does not get on; wait for it."
        return locked(self.folder / ".lock", told, OPENING_SECONDS)

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

    def failed(self, known: Known, odd: Odd | None = None) -> set[str]:
        """Ids of the sweep's runs that have failed; what else lies there is noted in ``odd``."""
        odd = Odd() if odd is None else odd
        found = set()
        for path in _visible(self.failures_folder):
            if path.suffix != ".json" or path.stem not in known.runs or not path.is_file():
                odd.strangers.append(f"{path} is no failed run of this sweep")
            elif _is_record(path):
                found.add(path.stem)
            else:
                odd.damaged.append(path)
        return found

    def forget_failures(self, runs: Collection[str]) -> None:
        """Let these runs run again, if they have failed."""
        for path in _visible(self.failures_folder):
            if path.stem in runs and path.suffix == ".json" and not path.is_dir():
                path.unlink(missing_ok=True)

    def parts(self, odd: Odd | None = None, known: Known | None = None) -> Iterator[tuple[Part, bytes]]:
        """Each whole part and its bytes; what else lies there is noted in ``odd``.

        Args:
            odd: where damaged parts and strangers are noted.
            known: the sweep whose parts are wanted; all if None.

        Raises:
            SweepError: a damaged part, if there is no ``odd`` to note it in.
        """
        for path in _visible(self.parts_folder):
            content, strange = _read(path)
            if content is not None and path.stem != f"part-{part_name(content)}":
                if odd is None:
                    raise SweepError(
                        f"{path}: is truncated or damaged (its content does not match its name). Run the sweep again: "
                        "it sets the part aside and makes the missing runs anew."
                    )
                odd.damaged.append(path)
                continue
            if content is not None:
                part = _part(path, content, known)
                if part is not None:
                    yield part, content
                    continue
                strange = "is no part of this sweep"
            if strange and odd is not None:
                odd.strangers.append(f"{path} {strange}")

    def finished(self, odd: Odd, known: Known | None = None) -> set[str]:
        """Ids of the runs whose results are here; damaged parts are noted, and set aside.

        Raises:
            SweepError: a damaged part that cannot be moved.
        """
        before = len(odd.damaged)
        found = {run for part, _ in self.parts(odd, known) for run in part.runs}
        for path in odd.damaged[before:]:
            self.set_aside(path)
        return found

    def set_aside(self, path: Path) -> None:
        """Move a damaged part or record out of the way."""
        try:
            self.damaged_folder.mkdir(exist_ok=True)
            os.replace(path, self.damaged_folder / path.name)
        except FileNotFoundError:
            return  # another sweep was quicker
        except OSError as fault:
            raise SweepError(f"{path}: is damaged and cannot be moved away: {fault.strerror}.") from None

    def runs_table(self, digest: str | None = None) -> pa.Table:
        """The table of all runs of the design.

        Args:
            digest: what the table's content must give; not compared if None.

        Raises:
            SweepError: it is missing, damaged, or that of another design.
        """
        import pyarrow as pa

        path = self.folder / RUNS
        try:
            table = table_in(path.read_bytes())
        except OSError as fault:
            why = fault.strerror or "it is truncated or damaged"  # Arrow's own errors are OSErrors too
            raise SweepError(f"{path}: cannot be read ({why}); run the sweep again to make it anew.") from None
        except pa.ArrowException:
            raise SweepError(f"{path}: is truncated or damaged; run the sweep again to make it anew.") from None
        if digest is not None and table_digest(table) != digest:
            raise SweepError(f"{path}: is not the table of this sweep; run the sweep again to make it anew.")
        return table

    def check_is_sweep(self) -> None:
        """Raise :class:`SweepError` if this is no folder of a sweep."""
        if not (self.folder / MANIFEST).is_file():
            raise SweepError(f"{self.folder}: is no folder that 'kingmaker sweep' has written.")
        if not self.parts_folder.is_dir():
            raise SweepError(f"{self.parts_folder}: there is no such folder; run the sweep again to make it anew.")


def _visible(folder: Path) -> list[Path]:
    """What lies in a folder, in order, but for hidden files; nothing if there is no such folder."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _read(path: Path) -> tuple[bytes | None, str]:
    """The bytes of what may be a part, or what it is instead; neither if it has gone in the meantime."""
    if path.is_symlink() and not path.exists():
        return None, "is a link to nowhere"
    if path.is_dir():
        return None, "is a folder"
    if not PART.fullmatch(path.name):
        return None, "is no part of this sweep"
    if not path.is_file():
        return None, "is no file" if path.exists() else ""
    try:
        return path.read_bytes(), ""
    except FileNotFoundError:  # set aside by a sweep that has found it damaged
        return None, ""
    except OSError as fault:
        return None, f"cannot be read ({fault.strerror})"


def _part(path: Path, content: bytes, known: Known | None) -> Part | None:
    """The part in a file whose content is whole; None if it is no part, or another sweep's."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(pa.BufferReader(content))
    except pa.ArrowException:
        return None
    metadata = schema.metadata or {}
    if RUNS_KEY not in metadata:
        return None
    runs = tuple(metadata[RUNS_KEY].decode(errors="replace").split())
    if known is not None:
        runs = tuple(run for run in runs if run in known.runs) if known.columns <= set(schema.names) else ()
        if not runs:
            return None
    return Part(path, runs, of_part(metadata))


def _is_record(path: Path) -> bool:
    """Whether a failure's record is whole."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(record, dict) and record.get("run") == path.stem and isinstance(record.get("error"), str)


def part_name(content: bytes) -> str:
    """The name that a part's content gives it."""
    return hashlib.sha256(content).hexdigest()[:32]
