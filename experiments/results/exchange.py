"""The contents of a folder, changed in one piece: old or new, whenever the process is killed. The folder itself stays.

It may be a mount point, the working folder, or have a parent that cannot be written; all work is done inside it::

    .kingmaker/lock         held by the process that works here
               made         the folder was made for a result that does not stand yet
               part/        a result that is being written
               whole/       a finished result; the old one is on its way to old/
               moving/      the same, once the old one is out of the way
               merging/     finished files that each replace one of the same name
               old/         the old result
               unfinished/  finished runs of a question whose result does not stand yet
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from kingmaker.experiments.results.locks import hold, is_free

DOT = ".kingmaker"
TRIAL = ".kingmaker-trial"
TRIAL_BYTES = 1 << 20
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Workshop:
    """The work that one process does on a folder, under its lock."""

    def __init__(self, target: Path, lock: BinaryIO, made: list[Path]) -> None:
        """``made`` are the folders made for this work, the innermost first."""
        self.target, self._lock, self._made = target, lock, made
        self._dot = target / DOT
        self.part = self._dot / "part"
        self._whole, self._moving, self._merging = (self._dot / name for name in ("whole", "moving", "merging"))
        self._old, self.unfinished = self._dot / "old", self._dot / "unfinished"

    def repair(self, ours: Collection[str]) -> bool:
        """Bring to its end what a killed process has begun; whether a result was put in its place."""
        cut = self._whole.is_dir() or self._moving.is_dir() or self._merging.is_dir()
        if self._whole.is_dir():
            self._clear_the_way(ours)
        self._settle()
        self._merge()
        (self.target / TRIAL).unlink(missing_ok=True)
        for rest in (self.part, self._old):
            shutil.rmtree(rest, ignore_errors=True)
        return cut

    def begin(self) -> None:
        """Make the folder for the new files, and find out by trying whether they can be put in their place.

        Raises:
            OSError: they cannot.
        """
        self.part.mkdir()
        trial, placed = self.part / "trial", self.target / TRIAL
        try:
            with trial.open("wb") as file:
                file.write(bytes(TRIAL_BYTES))
                file.flush()
                os.fsync(file.fileno())
            trial.rename(placed)
        finally:
            trial.unlink(missing_ok=True)
            placed.unlink(missing_ok=True)

    def commit(self, ours: Collection[str]) -> None:
        """Put the new result in the place of the old one; if that fails, the old one stands."""
        self.part.rename(self._whole)
        try:
            self._clear_the_way(ours)
        except BaseException:
            self._put_back()
            raise
        self._twice(self._settle)
        self._made.clear()
        shutil.rmtree(self.unfinished, ignore_errors=True)

    def merge(self) -> None:
        """Put each new file in the place of one of the same name; what else there is stays."""
        self.part.rename(self._merging)
        self._twice(self._merge)
        self._made.clear()

    def keep(self) -> None:
        """Files were put into the folder one by one: it stays."""
        self._made.clear()

    def leave(self) -> None:
        """Clear away all that is not a result, and give the lock back."""
        for rest in (self.part, self._old):
            shutil.rmtree(rest, ignore_errors=True)
        if not any(path.is_file() for path in self.unfinished.rglob("part-*")):
            shutil.rmtree(self.unfinished, ignore_errors=True)
        with suppress(OSError):
            if os.name == "nt":
                self._lock.close()  # an open file cannot be removed there
            (self._dot / "lock").unlink(missing_ok=True)
        self._lock.close()
        if not self.unfinished.exists():
            _remove_marker(self._dot)
        with suppress(OSError):
            self._dot.rmdir()
            for folder in self._made:
                folder.rmdir()

    def _clear_the_way(self, ours: Collection[str]) -> None:
        self._old.mkdir(exist_ok=True)
        for name in sorted(ours, key=_manifest_first):
            if os.path.lexists(self.target / name):
                (self.target / name).rename(self._old / name)
        self._whole.rename(self._moving)

    def _put_back(self) -> None:
        if self._moving.is_dir():  # only the notice of it was cut short
            self._settle()
            return
        for path in sorted(self._old.iterdir(), key=_path_manifest_last) if self._old.is_dir() else ():
            path.rename(self.target / path.name)
        self._whole.rename(self.part)

    def _settle(self) -> None:
        if not self._moving.is_dir():
            return
        for path in sorted(self._moving.iterdir(), key=_path_manifest_last):
            path.rename(self.target / path.name)
        self._moving.rmdir()
        _remove_marker(self._dot)

    def _merge(self) -> None:
        if not self._merging.is_dir():
            return
        for path in sorted(self._merging.rglob("*"), key=lambda path: (path.name.startswith("."), path)):
            if path.is_file():
                place = self.target / path.relative_to(self._merging)
                place.parent.mkdir(parents=True, exist_ok=True)
                path.replace(place)
        shutil.rmtree(self._merging)
        _remove_marker(self._dot)

    @staticmethod
    def _twice(step: Callable[[], None]) -> None:
        """Ctrl-C in a step of a few milliseconds that must be done: do it, then stop."""
        try:
            step()
        except KeyboardInterrupt:
            step()
            raise


def _manifest_first(name: str) -> tuple[bool, str]:
    """A result that is being taken apart is none at once."""
    return name != "manifest.json", name


def _path_manifest_last(path: Path) -> tuple[bool, str]:
    """A result is one only once all of it is there."""
    return path.name == "manifest.json", path.name


def _remove_marker(dot: Path) -> None:
    (dot / "made").unlink(missing_ok=True)


@contextmanager
def workshop(target: Path) -> Iterator[Workshop | None]:
    """The work on a folder, which is made if need be; None if another process is at work there.

    Raises:
        OSError: the folder cannot be made or written.
    """
    missing = [target, *target.parents]
    missing = missing[: next((k for k, folder in enumerate(missing) if folder.exists()), len(missing))]
    target.mkdir(parents=True, exist_ok=True)
    dot = target / DOT
    try:
        dot.mkdir(exist_ok=True)
        if missing:
            (dot / "made").touch()
        lock = hold(dot / "lock")
    except BaseException:
        _forget(dot, missing)
        raise
    if lock is None:
        yield None
        return
    if not missing and (dot / "made").exists():  # made by a process that was killed
        missing = [target]
    work = Workshop(target, lock, missing)
    try:
        yield work
    finally:
        work.leave()


def _forget(dot: Path, made: list[Path]) -> None:
    with suppress(OSError):
        _remove_marker(dot)
    for folder in (dot, *made):
        with suppress(OSError):
            folder.rmdir()


def clear_neighbours(target: Path) -> None:
    """Remove folders beside ``target`` that hold nothing but the beginnings of a result whose process was killed."""
    for dot in target.parent.glob(f"*/{DOT}"):
        folder = dot.parent
        with suppress(OSError):
            if folder == target or {path.name for path in folder.iterdir()} - {TRIAL} != {DOT}:
                continue
            if {path.name for path in dot.iterdir()} == {"made", "part", "lock"}:
                lock = hold(dot / "lock") if is_free(dot / "lock") else None
                if lock is None:
                    continue
                with lock:
                    shutil.rmtree(folder, ignore_errors=True)


def is_cut_short(folder: Path) -> bool:
    """Whether a process was killed while it put a result in its place, so that it must be repaired."""
    return any((folder / DOT / name).is_dir() for name in ("whole", "moving", "merging"))


def explained(fault: OSError) -> str:
    """Why something could not be written."""
    if fault.errno == errno.EFBIG:
        return f"a file would become larger than is allowed here ({fault.strerror})"
    if fault.errno in FULL:
        return f"there is no room left ({fault.strerror})"
    return fault.strerror or str(fault) or type(fault).__name__
