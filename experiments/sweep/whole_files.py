"""Files that are whole or not there, and a lock that ends with its process."""

from __future__ import annotations

import errno
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kingmaker.experiments.results.locks import take
from kingmaker.experiments.sweep.tasks import SweepError

HOST = re.sub(r"\W", "-", socket.gethostname())
LOOK_SECONDS = 0.05  # between two looks at a lock that another process holds
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_whole(path: Path, content: bytes, *, keep_old: bool = False) -> bool:
    """Write a file by way of a temporary one that takes its name when it is safe on the disk.

    Args:
        path: where to.
        content: its bytes.
        keep_old: leave a file that is there as it is.

    Returns:
        Whether the file was written.

    Raises:
        SweepError: the disk is full, or the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{HOST}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if keep_old and path.exists():
            return False
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as fault:
        raise SweepError(_explained(path, fault)) from fault
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return True


def _explained(path: Path, fault: OSError) -> str:
    if fault.errno in FULL:
        return (
            f"{path.parent}: there is no room for more results ({fault.strerror}). What is there is whole; make room, "
            "and run the same command again to go on."
        )
    if fault.errno == errno.ENOENT:
        return f"{path.parent}: the folder has been taken away; run the same command again to go on."
    return f"{path}: cannot be written: {fault.strerror}."


def make_folder(folder: Path) -> None:
    """Make a folder, if it is not there.

    Raises:
        SweepError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise SweepError(f"{folder}: the folder cannot be made: {fault.strerror}.") from None


def _sync_folder(folder: Path) -> None:
    """Make a new name safe on the disk, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems cannot
            os.fsync(handle)
    finally:
        os.close(handle)


def clear_temporaries(folder: Path) -> None:
    """Remove what processes that are no more have left half-written."""
    for path in folder.glob(".*.*.*.tmp"):
        host, owner = path.name.split(".")[-3:-1]
        if host == HOST and owner.isdigit() and not _alive(int(owner)):
            with suppress(OSError):
                path.unlink()


def _alive(process: int) -> bool:
    if os.name == "nt":
        return True  # asking would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def locked(path: Path, told: str, patience: float = 0.0) -> Iterator[None]:
    """Hold a lock that the system gives back when the process ends, however it ends.

    It holds between machines too, where their file system has locks (NFS: version 4, or with lockd). Where there are
    none, this does nothing: results are keyed by content, so that two sweeps in one folder double work, but no result.

    Args:
        path: the file of the lock; it is made if need be.
        told: what whoever does not get it is told.
        patience: seconds to wait for another process to give it back.

    Raises:
        SweepError: with the text ``told``, if another process holds it.
    """
    try:
        file = path.open("a+b")
    except OSError as fault:
        raise SweepError(_explained(path, fault)) from None
    until = time.monotonic() + patience
    with file:
        while not take(file.fileno()):
            if time.monotonic() >= until:
                raise SweepError(told)
            time.sleep(LOOK_SECONDS)
        yield
