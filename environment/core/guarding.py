"""Calls of a user's code: what goes wrong is told with class, hook, file and line, and what it leaves is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents import own_code
from kingmaker.agents.calendar import month_label
from kingmaker.agents.errors import KingmakerError, shown
from kingmaker.agents.own_code import failed
from kingmaker.agents.types import FloatArray
from kingmaker.environment.core.month import InForce
from kingmaker.environment.core.trespass import before, trespasses

if TYPE_CHECKING:
    from kingmaker.environment.core.economy import Economy


def guarded(extension: object, hook: str, e: Economy, *given: Any) -> Any:
    """Call a hook of a user's class.

    Raises:
        KingmakerError: whatever goes wrong in it, ``sys.exit`` among it, and what it does that it must not.
    """
    then = before(e)
    try:
        found = getattr(extension, hook)(e, *given)
    except (Exception, SystemExit) as fault:  # a user's code may fail in any way
        raise failed(type(extension), hook, fault, f" in {_when(e)}") from fault
    wrong = next(trespasses(e, then), None)
    if wrong is not None:
        raise KingmakerError(f"{called(extension)}: {hook} {wrong} ({_when(e)}).")
    return found


def observed(gauge: object, e: Economy) -> FloatArray:
    """What a measure of a user's gives, (worlds,).

    Raises:
        KingmakerError: whatever goes wrong in it, and values of another shape or that are not finite.
    """
    found = guarded(gauge, "observe", e)
    place = f"{_when(e)}, {own_code.home(type(gauge), type(gauge).__dict__.get('observe', gauge.observe))}"  # type: ignore[attr-defined]
    try:
        value = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError):
        raise KingmakerError(
            f"{called(gauge)}: observe gave {shown(found)}; allowed are {e.worlds} numbers, one a world ({place})."
        ) from None
    if value.shape != (e.worlds,) or found is None:
        raise KingmakerError(
            f"{called(gauge)}: observe gave {'nothing' if found is None else f'an array of shape {value.shape}'}; "
            f"allowed is shape ({e.worlds},), one number a world: sum over the last axis ({place})."
        )
    if not np.isfinite(value).all():
        wrong = np.flatnonzero(~np.isfinite(value))
        raise KingmakerError(
            f"{called(gauge)}: observe gave {value[wrong[0]]} in world {wrong[0]}, and {len(wrong)} numbers that are "
            f"not finite in all; allowed are finite numbers ({place})."
        )
    return value


def _when(e: Economy) -> str:
    """The month, such as ``month 7, 2022-08``."""
    return f"month {e.month}, {month_label(e.month)}"


def called(extension: object) -> str:
    """The class as messages name it."""
    return own_code.called(type(extension))


def keep_policy(extension: object, hook: str, e: Economy) -> None:
    """Bring what an instrument has put in force to its shape: one number may stand for all clouds or worlds.

    Raises:
        KingmakerError: an entry of another shape, that is no number, or out of bounds.
    """
    array: FloatArray = np.zeros(0)
    sizes = {"(worlds, clouds)": (e.worlds, e.clouds.slots), "(worlds, 1)": (e.worlds, 1)}
    for name, entry in InForce.entries.items():
        value, shape = e.in_force[name], sizes[entry.shape]
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
            e.in_force[name] = np.ascontiguousarray(np.broadcast_to(array, shape))
