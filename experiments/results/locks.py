"""A lock on a file that the system gives back when its process ends, however it ends."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import BinaryIO


def hold(path: Path) -> BinaryIO | None:
    """The open lock file, held until it is closed; None if another process holds it.

    The holder may remove the file: who opened it before that finds out, and tries the new one.

    Raises:
        OSError: the file cannot be made.
    """
    while True:
        file = path.open("a+b")
        if not take(file.fileno()):
            file.close()
            return None
        try:
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        except FileNotFoundError:
            pass
        file.close()


def is_free(path: Path) -> bool:
    """Whether no living process holds the lock; a lock that is not there is free."""
    try:
        with path.open("r+b") as file:
            return take(file.fileno())
    except FileNotFoundError:
        return True
    except OSError:
        return False


def take(handle: int) -> bool:
    """Try to lock; True also where the file system has no locks."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        return fault.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)
    return True
