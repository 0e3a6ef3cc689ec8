"""Calls of a user's code: what goes wrong is told with class, hook, file and line, and what it leaves is checked."""

from __future__ import annotations

import inspect
import traceback
from pathlib import Path
from typing import Any

import numpy as np

from kingmaker.agents.errors import KingmakerError, nearest, shown
from kingmaker.agents.types import FloatArray
from kingmaker.environment.core.month import InForce


def guarded(extension: object, hook: str, e: Any, *given: Any) -> Any:
    """Call a hook of a user's class.

    Raises:
        KingmakerError: whatever goes wrong in it, ``sys.exit`` among it.
    """
    try:
        return getattr(extension, hook)(e, *given)
    except (Exception, SystemExit) as fault:  # a user's code may fail in any way
        raise KingmakerError(
            f"{called(extension)}: {hook} failed in month {e.month} ({type(fault).__name__}: {fault}{_meant(fault)}), "
            f"{_place(extension, fault)}"
        ) from fault


def called(extension: object) -> str:
    """The class as messages name it."""
    cls = type(extension)
    return f"extensions: {cls.__module__}:{cls.__qualname__}"


def keep_policy(extension: object, hook: str, e: Any) -> None:
    """Bring what an instrument has put in force to its shape: one number may stand for all clouds or worlds.

    Raises:
        KingmakerError: an entry of another shape, that is no number, or out of bounds.
    """
    array: FloatArray = np.zeros(0)
    sizes = {"(worlds, clouds)": (e.worlds, e.clouds.slots), "(worlds, 1)": (e.worlds, 1)}
    for name, entry in InForce.entries.items():
        in_force: InForce = e.in_force
        value, shape = in_force[name], sizes[entry.shape]
        low, high = InForce.bounds[name]
        try:
            array = np.asarray(value, dtype=np.float64)
            fits = np.broadcast_shapes(array.shape, shape) == shape and bool(((array >= low) & (array <= high)).all())
        except (TypeError, ValueError):  # no numbers, or a shape that does not go with the other
            fits = False
        if not fits:
            raise KingmakerError(
                f"{called(extension)}: {hook} leaves e.in_force.{name} as {shown(value)}; allowed are numbers from "
                f"{low:g} {f'to {high:g}' if high <= 1.0 else 'on'} of shape {entry.shape}, here {shape} ({entry.doc})."
            )
        if array.shape != shape:
            in_force[name] = np.ascontiguousarray(np.broadcast_to(array, shape))


def _meant(fault: BaseException) -> str:
    """The nearest name, where Python's own error tells of an attribute that there is not."""
    if isinstance(fault, KingmakerError) or not isinstance(fault, AttributeError) or fault.obj is None:
        return ""
    near = nearest(fault.name, [name for name in dir(fault.obj) if not name.startswith("_")])
    return f".{near}" if near else ""


def _place(extension: object, fault: BaseException) -> str:
    """The line of the user's own file, or where it has no part in the fault, the last one."""
    frames = traceback.extract_tb(fault.__traceback__)
    own = inspect.getsourcefile(type(extension))
    last = next((frame for frame in reversed(frames) if frame.filename == own), frames[-1])
    return f"{Path(last.filename).name}, line {last.lineno}: {last.line}"
