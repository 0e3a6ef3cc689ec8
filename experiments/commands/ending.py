"""How the command ends: one sentence for the user and an exit code, whatever happens."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.commands.stopping import StoppedError, deaf, listen, stop_asked, unlisten
from kingmaker.experiments.terminal.telling import complain, forgive_encodings

FAULT, STOPPED = 2, 130
# Address space that the libraries take once they are imported, in bytes, rounded up. With less, linear algebra that is
# refused memory at import may abort the process or never return, which no error can tell.
LEAST = 540_000_000
NO_MORE = (errno.EAGAIN, errno.ENOMEM)
# what libraries say when the system gives no more memory, in the texts of errors of any type
SIGNS = ("cannot allocate memory", "failed to map segment", "can't start new thread", "unable to allocate",
         "not enough memory", "out of memory", "std::bad_alloc", "failed to allocate")  # fmt: skip


@contextmanager
def told(last: bool = False) -> Iterator[None]:
    """Every error of the block in a sentence.

    Args:
        last: the process ends with the block, and from then on no signal disturbs it.

    Raises:
        SystemExit: always, with the exit code.
    """
    before = listen()
    if last:
        _open_streams()
    forgive_encodings()
    spare_memory()
    code: int | str | None = 0
    try:
        try:
            _demand_memory()
            yield
        except SystemExit as left:
            code = left.code
            if code and stop_asked():
                code = STOPPED
                _say("stopped, nothing half-written.")
        except BaseException as fault:
            code = _tell(fault)
    finally:
        if last:
            deaf()
        else:
            unlisten(before)
    raise SystemExit(_flushed(code))


def _open_streams() -> None:
    """Where the caller has closed stdin, stdout or stderr, they lead nowhere.

    Left closed, the next file that is opened takes the stream's number, and what a library or a worker writes to stderr
    ends up in a table of results.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:  # the lowest free number is given, and those below are taken by now
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - as long as the process


def _tell(fault: BaseException) -> int:
    """Say what happened; gives the exit code.

    Raises:
        BaseException: a fault of ours, as it is: a traceback is what helps then.
    """
    if isinstance(fault, KeyboardInterrupt | StoppedError) or stop_asked():
        _say(str(fault) if isinstance(fault, StoppedError) else "stopped, nothing half-written.")
        return STOPPED
    if isinstance(fault, BrokenPipeError):
        _silence(sys.stdout)
        return 1
    if lacks_memory(fault):
        _say(f"there is not enough memory{_limit()}; free some, allow more, or run less at once (fewer start-ups, "
             "seeds or workers).")  # fmt: skip
        return FAULT
    if isinstance(fault, KingmakerError):
        _say(str(fault))
        return FAULT
    if isinstance(fault, OSError):
        _say(_disk(fault))
        return FAULT
    raise fault


def _disk(fault: OSError) -> str:
    from kingmaker.experiments.results.exchange import FULL, explained

    if fault.filename is None and fault.errno in FULL:
        return f"what is printed or written cannot be: {explained(fault)}."
    where = f"{fault.filename}: " if fault.filename is not None else ""
    return f"{where}cannot be read or written: {explained(fault)}."


def lacks_memory(fault: BaseException | None) -> bool:
    """Whether an error, or what has led to it, is the system's refusal to give memory or threads."""
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        if isinstance(fault, MemoryError) or (isinstance(fault, OSError) and fault.errno in NO_MORE):
            return True
        if isinstance(fault, ImportError | OSError | RuntimeError | KingmakerError | SystemError):
            text = str(fault).lower()
            if any(sign in text for sign in SIGNS) or "memoryerror" in text:
                return True
        fault = fault.__cause__ or fault.__context__
    return False


def _limit() -> str:
    """The limit that is set on this process, if there is one."""
    allowed = _allowed()
    return "" if allowed is None else f" (this process may take {allowed / 1e6:,.0f} MB: ulimit -v)"


def _allowed() -> int | None:
    """Bytes of address space that this process may take; None if there is no limit."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY else soft


def spare_memory() -> None:
    """Where memory is limited, libraries must not reserve it ahead: not a share a thread, nor Arrow's gigabyte."""
    if _allowed() is not None:
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(name, "1")
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def _demand_memory() -> None:
    allowed = _allowed()
    if allowed is not None and allowed < LEAST and not {"--help", "--version"} & set(sys.argv):
        raise MemoryError


def _say(text: str) -> None:
    with suppress(OSError, ValueError, AttributeError):  # a closed or full stderr: there is nobody to tell
        complain(text)


def _flushed(code: int | str | None) -> int | str | None:
    """The exit code, once all that was printed is written; a reader that has gone is no fault."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout)
        return code or 1
    except (OSError, ValueError) as fault:
        _silence(sys.stdout)
        if code:
            return code
        why = getattr(fault, "strerror", None) or str(fault)
        _say(f"what is printed cannot be written: {why}.")
        return FAULT
    return code


def _silence(stream: object) -> None:
    """What is still to be flushed when the interpreter ends goes nowhere."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())  # type: ignore[attr-defined]
        os.close(nowhere)
