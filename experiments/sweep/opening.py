"""Opening a sweep's folder: whose it is, under lock before anything is written; who is refused writes nothing."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kingmaker.experiments.design.sweep_design import Design
from kingmaker.experiments.results.manifest import NAME as MANIFEST
from kingmaker.experiments.results.parquet import table_in
from kingmaker.experiments.sweep import versions
from kingmaker.experiments.sweep.changes import changes_of_points, other_changes
from kingmaker.experiments.sweep.identity import build_sweep_manifest, other_design, other_model, read_sweep_manifest
from kingmaker.experiments.sweep.plan import Shard
from kingmaker.experiments.sweep.run_ids import Namer
from kingmaker.experiments.sweep.runs_table import encoded, members_table, runs_table, table_digest
from kingmaker.experiments.sweep.store import RUNS, Store
from kingmaker.experiments.sweep.sweep_dictionary import dictionary_text
from kingmaker.experiments.sweep.tasks import SweepError, Work
from kingmaker.experiments.sweep.whole_files import make_folder, write_whole
from kingmaker.experiments.terminal.safe_text import for_json

if TYPE_CHECKING:
    import pyarrow as pa

MEMBERS = "members.parquet"
DICTIONARY = "data_dictionary.csv"
OURS = {
    RUNS,
    MEMBERS,
    DICTIONARY,
    "parts",
    "failures",
    "damaged",
    "figures",
    "results.csv",
    "results.parquet",
}


@dataclass
class Opening:
    """What must be written before the sweep can go on; nothing if the folder is in order.

    Attributes:
        runs: ids of all runs of the folder's sweep.
        manifest: to be written, if it is not None.
        table: of the runs, likewise.
        members: likewise; none over luck.
        dictionary: whether the data dictionary must be written.
        notes: what the user should know.
    """

    runs: list[str]
    manifest: Mapping[str, Any] | None = None
    table: pa.Table | None = None
    members: pa.Table | None = None
    dictionary: bool = False
    notes: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self.dictionary or any(each is not None for each in (self.manifest, self.table, self.members))


@dataclass
class Wanted:
    """The sweep that is asked for: its design, the ids of its runs in order, and whether the folder may grow."""

    design: Design
    work: Work
    names: list[str]
    command: tuple[str, ...] = ()
    extend: bool = False

    @functools.cached_property
    def table(self) -> pa.Table:
        """The table of its runs."""
        return runs_table(self.design, self.names)

    @functools.cached_property
    def manifest(self) -> dict[str, Any]:
        """Its manifest."""
        return build_sweep_manifest(self.design, self.work, self.command, table_digest(self.table))


@contextmanager
def opened(store: Store, wanted: Wanted, shard: Shard) -> Iterator[Opening]:
    """Hold the lock of a shard in a folder that is this sweep's; gives its runs, and what the user should know.

    Raises:
        SweepError: another design's or version's folder, or another process at work on it. Nothing is written then.
    """
    opening = examined(store, wanted)
    make_folder(store.folder)
    with ExitStack() as held:
        known_shard = store.lock_path(shard).exists()
        if known_shard:  # if another process works on it, say so at once
            held.enter_context(store.lock(shard))
        if opening or not known_shard:
            with store.opening():
                opening = examined(store, wanted)
                if not known_shard:
                    held.enter_context(store.lock(shard))
                _write(store, wanted, opening)
        store.make()
        yield opening


def _write(store: Store, wanted: Wanted, opening: Opening) -> None:
    store.make()
    if opening.table is not None:
        write_whole(store.folder / RUNS, encoded(opening.table))
    if opening.members is not None:
        write_whole(store.folder / MEMBERS, encoded(opening.members))
    if opening.dictionary:
        write_whole(store.folder / DICTIONARY, dictionary_text(wanted.design).encode())
    if opening.manifest is not None:  # last: what it says is there by then
        text = for_json(json.dumps(opening.manifest, indent=2, ensure_ascii=False, allow_nan=False))
        write_whole(store.folder / MANIFEST, (text + "\n").encode())


def examined(store: Store, wanted: Wanted) -> Opening:
    """What must be written, without writing anything.

    Raises:
        SweepError: the folder is that of another design, or of another version of the model.
    """
    manifest = wanted.manifest
    if not (store.folder / MANIFEST).exists():
        _check_new(store.folder)
        return Opening(wanted.names, manifest, wanted.table, members_table(wanted.design), dictionary=True)
    there = read_sweep_manifest(store.folder)
    _check_same(store.folder, there, manifest)
    changes = changes_of_points(there["design"], manifest["design"])
    if not changes:
        return _repaired(store, wanted.design, _resumed(store, there, wanted.table, wanted.names))
    if _only_fewer_replications(there["design"], manifest["design"]):
        whole = replace(wanted.design, replications=int(there["design"]["replications"]))
        names = Namer(wanted.work).names(whole)
        return _repaired(store, whole, _resumed(store, there, runs_table(whole, names), names))
    return _grown(store, there, wanted, changes)


def _resumed(store: Store, there: Mapping[str, Any], table: pa.Table, names: list[str]) -> Opening:
    """The same design again: its table is made anew if it is not as it should be, and new versions are noted."""
    opening = Opening(names)
    try:
        fault = "" if store.runs_table().equals(table) else "is not the table of this design"
    except SweepError:
        fault = "is missing or cannot be read"
    if fault:
        opening.table = table
        opening.notes.append(f"{store.folder / RUNS} {fault}; it is made anew.")
    made_with = _made_with(there)
    now = versions.current()
    digest = table_digest(table)
    if not versions.known_among(made_with, now):
        opening.notes.append(
            f"{store.folder}: begun with other versions ({versions.changes(made_with[-1], now)}). Each part says what "
            "has made it, and 'kingmaker digest' sums up; whether the numbers differ, see the how-to page on sweeps."
        )
        made_with = [*made_with, now]
    if made_with != there.get("made_with") or there.get("runs_digest") != digest or there.get("runs") != len(table):
        opening.manifest = {**there, "made_with": made_with, "runs_digest": digest, "runs": len(table)}
    return opening


def _repaired(store: Store, design: Design, opening: Opening) -> Opening:
    """The opening with what else is missing or damaged in the folder: the design's members, the data dictionary."""
    members = members_table(design)
    if members is not None and not _holds(store.folder / MEMBERS, members):
        opening.members = members
        opening.notes.append(f"{store.folder / MEMBERS} is missing or damaged; it is made anew.")
    if not (store.folder / DICTIONARY).is_file():
        opening.dictionary = True
        opening.notes.append(f"{store.folder / DICTIONARY} is missing; it is made anew.")
    return opening


def _holds(path: Path, table: pa.Table) -> bool:
    """Whether a file holds this table."""
    import pyarrow as pa

    try:
        return bool(table_in(path.read_bytes()).equals(table))
    except (OSError, pa.ArrowException):
        return False


def _made_with(there: Mapping[str, Any]) -> list[dict[str, str]]:
    """The versions that a manifest notes, in the order in which they came."""
    noted = there.get("made_with")
    if isinstance(noted, list) and noted and all(isinstance(one, dict) for one in noted):
        return list(noted)
    first = there.get("versions")
    known = versions.current()
    return [{key: str(v) for key, v in first.items() if key in known} if isinstance(first, dict) else {}]


def _grown(store: Store, there: Mapping[str, Any], wanted: Wanted, changes: list[str]) -> Opening:
    """More points, levels or replications; all runs that are there must stay runs of the design."""
    ours = wanted.manifest
    told = f"{store.folder}: holds the sweep of another design ({there.get('name')}): {'; '.join(changes)}."
    only_more = _only_more_replications(there["design"], ours["design"])
    begun = False
    try:
        before = set(store.runs_table(there.get("runs_digest"))["run"].to_pylist())
    except SweepError:
        begun = _is_table(store, wanted)
        if not (only_more or begun):
            raise SweepError(
                f"{told} Its {RUNS} is damaged as well: run its own design again to make that anew, or name another "
                "folder with --out."
            ) from None
        before = set()
    lost = len(before.difference(wanted.names))
    if lost:
        raise SweepError(
            f"{told} {lost} of its {len(before)} runs are none of the design now, so that it cannot be extended; name "
            "another folder with --out."
        )
    if not (only_more or begun or wanted.extend):
        more = len(set(wanted.names)) - len(before)
        raise SweepError(
            f"{told} All its {len(before)} runs are runs of the design now as well, and {more} are new: to add them "
            "and keep what is there, run the same command with --extend; or name another folder with --out."
        )
    resumed = _resumed(store, there, wanted.table, wanted.names)
    versions_noted = resumed.manifest["made_with"] if resumed.manifest is not None else _made_with(there)
    grown = {"at": ours["created"], "changes": changes}
    manifest = {
        **ours, "created": there.get("created"), "made_with": versions_noted, "grown": [*there.get("grown", []), grown]
    }  # fmt: skip
    notes = [note for note in resumed.notes if RUNS not in note]
    return Opening(wanted.names, manifest, wanted.table, members_table(wanted.design), dictionary=True, notes=notes)


def _is_table(store: Store, wanted: Wanted) -> bool:
    """Whether the folder has the table of the design that is asked for, though not yet its manifest.

    So it is if an extension was stopped between the two: all has been checked by then, and the user has consented.
    """
    try:
        return bool(store.runs_table().equals(wanted.table))
    except SweepError:
        return False


def _only_more_replications(there: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return _same_but_replications(there, now) and there["replications"] < now["replications"]


def _only_fewer_replications(there: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return _same_but_replications(there, now) and there["replications"] > now["replications"]


def _same_but_replications(there: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return changes_of_points({**there, "replications": now["replications"]}, now) == []


def _check_same(folder: Path, there: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
    """Raise :class:`SweepError` if the folder's sweep is of another kind of design, or of another model."""
    faults = other_changes(there["design"], ours["design"])
    if faults:
        faults += changes_of_points(there["design"], ours["design"])
        raise SweepError(f"{folder}: {other_design(there, faults)}. Name another folder with --out.")
    if fault := other_model(there, str(ours["source_digest"]), str(ours["data_digest"])):
        raise SweepError(f"{folder}: {fault}; name another folder with --out, or check that version out.")


def _check_new(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise SweepError(f"{folder}: is a file; name a folder with --out.")
    strangers = [p.name for p in folder.iterdir() if not p.name.startswith(".")] if folder.exists() else []
    if set(strangers) - OURS:
        raise SweepError(
            f"{folder}: the folder is not empty and is not that of a sweep (it has no {MANIFEST}); "
            "name another with --out."
        )
