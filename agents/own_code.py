"""Code that a user adds: what goes wrong in it is told with the class, the method, the file and the line."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kingmaker.agents.errors import KingmakerError, nearest


def is_own(cls: type) -> bool:
    """Whether a class is a user's."""
    return cls.__module__.partition(".")[0] != "kingmaker"


def called(cls: type) -> str:
    """The class as messages name it."""
    return f"extensions: {cls.__module__}:{cls.__qualname__}"


def failed(cls: type, method: str, fault: BaseException, when: str = "") -> KingmakerError:
    """The error that tells what went wrong in a method of a user's class."""
    return KingmakerError(
        f"{called(cls)}: {method} failed{when} ({type(fault).__name__}: {fault}{_meant(fault)}), {_place(cls, fault)}"
    )


def behave(cls: type, method: Callable[..., Any], given: Sequence[Any], named: Mapping[str, Any], size: int) -> Any:
    """Call a decision of a user's kind of firm; ``size`` is the number of its slots.

    Raises:
        KingmakerError: whatever goes wrong in it, or an answer that is not one number a firm.
    """
    try:
        found = method(*given, **named)
    except (Exception, SystemExit) as fault:  # a user's code may fail in any way
        raise failed(cls, method.__name__, fault) from fault
    for part in found if isinstance(found, tuple) else (found,):
        if np.shape(part)[-1:] != (size,):
            raise KingmakerError(
                f"{called(cls)}: {method.__name__} gave shape {np.shape(part)}; allowed are arrays with one number for "
                f"each of its {size} slots on the last axis, such as those of its columns ({home(cls, method)})."
            )
        if has_nan(part):
            raise KingmakerError(
                f"{called(cls)}: {method.__name__} gave nan; allowed is a number for each of its {size} slots "
                f"({home(cls, method)})."
            )
    return found


def has_nan(values: object) -> bool:
    """Whether there is something among the values that is no number."""
    array = np.asarray(values)
    return array.dtype.kind == "f" and bool(np.isnan(array).any())


def home(cls: type, method: Callable[..., Any]) -> str:
    """Where a method stands, such as ``own.py, line 12``; the class's file where it has none of its own."""
    code = getattr(inspect.unwrap(method), "__code__", None)
    if code is None:
        return Path(inspect.getsourcefile(cls) or "").name
    return f"{Path(code.co_filename).name}, line {code.co_firstlineno}"


def _meant(fault: BaseException) -> str:
    """The nearest name, where Python's own error tells of an attribute that there is not."""
    if isinstance(fault, KingmakerError) or not isinstance(fault, AttributeError) or fault.obj is None:
        return ""
    near = nearest(fault.name, [name for name in dir(fault.obj) if not name.startswith("_")])
    return f".{near}" if near else ""


def _place(cls: type, fault: BaseException) -> str:
    """The line of the user's own file, or where it has no part in the fault, the last one."""
    frames = traceback.extract_tb(fault.__traceback__)
    own = inspect.getsourcefile(cls)
    last = next((frame for frame in reversed(frames) if frame.filename == own), frames[-1])
    return f"{Path(last.filename).name}, line {last.lineno}: {last.line}"
