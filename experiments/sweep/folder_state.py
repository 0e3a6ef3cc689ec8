"""How far a sweep is: which of its runs are there, have failed or are missing, and what else lies in its folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.agents.errors import shown
from kingmaker.experiments.sweep.identity import known_of, read_sweep_manifest
from kingmaker.experiments.sweep.store import Known, Odd, Part, Store
from kingmaker.experiments.sweep.tasks import SweepError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass
class Folder:
    """A sweep's folder, opened for reading."""

    store: Store
    manifest: dict[str, Any]
    plan: pa.Table
    known: Known
    odd: Odd = field(default_factory=Odd)

    def parts(self) -> Iterator[tuple[Part, bytes]]:
        """The parts of this sweep; what else lies among them is noted in ``odd``.

        Raises:
            SweepError: a damaged part.
        """
        for part, content in self.store.parts(self.odd, self.known):
            if self.odd.damaged:
                break
            yield part, content
        if self.odd.damaged:
            list(self.store.parts(None))  # says which, and what to do


@dataclass(frozen=True)
class Shortfall:
    """How many runs of a sweep are missing, and how many have failed."""

    folder: Path
    missing: int
    failed: int

    def sentences(self) -> Iterator[str]:
        """What a user should know and do, a sentence each; none if the sweep is complete."""
        if self.missing:
            are = "run is" if self.missing == 1 else "runs are"
            yield f"{self.folder}: {self.missing} {are} still missing; run the sweep again."
        if self.failed:
            have = "run has" if self.failed == 1 else "runs have"
            yield (
                f"{self.folder}: {self.failed} {have} failed; {self.folder / 'failures'} says why. Run the sweep again "
                "with --retry-failed to try them once more, or leave what fails out of the design."
            )


def open_folder(folder: str | Path) -> Folder:
    """A sweep's folder, for reading.

    Raises:
        SweepError: no sweep, or a table of runs that is not its own.
    """
    if not isinstance(folder, str | Path):
        raise SweepError(f"the folder is {shown(folder)}; allowed is the path of a sweep's folder.")
    store = Store(Path(folder))
    manifest = read_sweep_manifest(store.folder)
    store.check_is_sweep()
    digest = manifest.get("runs_digest")
    plan = store.runs_table(digest if isinstance(digest, str) else None)
    return Folder(store, manifest, plan, known_of(manifest, set(plan["run"].to_pylist())))


def shortfall(folder: Folder, seen: set[str]) -> Shortfall:
    """What is missing of a sweep of which these runs are there."""
    failed = folder.store.failed(folder.known, folder.odd) - seen
    missing = len(set(folder.known.runs) - seen - failed)
    return Shortfall(folder.store.folder, missing, len(failed))
