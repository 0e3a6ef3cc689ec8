"""Numbers, seeds and names that come from a user's Python: checked in one place, with one sentence each.

A whole number may also be one of NumPy's, or a float without a fraction (2.0); a Decimal or a Fraction is a number too;
a truth value is none, except where 0 and 1 are all that is allowed. NaN, text, None and NumPy's masked are refused.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from kingmaker.agents.errors import UnknownNameError, WrongValueError, shown

LARGEST_SEED = 2**63 - 1
LARGEST_WHOLE_FLOAT = 2.0**53  # from here on a float without a fraction need not be the number that was meant
V = TypeVar("V")


def is_flag(value: object) -> bool:
    """Whether it is a truth value, Python's own or NumPy's."""
    return isinstance(bare(value), bool)


def bare(value: Any) -> Any:
    """The Python object that an array without axes or a scalar of NumPy's holds; anything else as it is."""
    if getattr(value, "shape", None) != () or not hasattr(value, "item"):
        return value
    return None if getattr(value, "mask", False) else value.item()  # a masked one would be read as 0.0


def number(value: object, name: str, low: float = -math.inf, high: float = math.inf, unit: str = "") -> float:
    """A number within bounds, ends included.

    Args:
        value: what was given.
        name: what it is called in the message, such as ``branch: world`` or ``--months``.
        low: least value allowed.
        high: greatest value allowed.
        unit: shown after the range.

    Raises:
        WrongValueError: it is no number, not a number at all (NaN), or out of bounds.
    """
    found = _real(bare(value))
    if found is None or not low <= found <= high:
        raise WrongValueError(f"{name} is {shown(value)}; allowed is a number{_range(low, high)}{_in(unit)}.")
    return found


def whole(value: object, name: str, low: int | None = None, high: int | None = None, also: str = "") -> int:
    """A whole number within bounds, ends included; ``also`` says what else the caller allows, such as ``, or None``.

    Raises:
        WrongValueError: it is no whole number, or out of bounds.
    """
    given, found = bare(value), None
    if not is_flag(given):
        if isinstance(given, numbers.Integral):
            found = int(given)
        elif (real := _real(given)) is not None and real.is_integer() and abs(real) < LARGEST_WHOLE_FLOAT:
            found = int(real)
    if found is None or (low is not None and found < low) or (high is not None and found > high):
        raise WrongValueError(f"{name} is {shown(value)}; allowed is a whole number{_range(low, high)}{also}.")
    return found


def seed(value: object, name: str = "seed", also: str = "") -> int:
    """A seed: a whole number from 0 to 2**63 - 1.

    Raises:
        WrongValueError: anything else.
    """
    return whole(value, name, 0, LARGEST_SEED, also)


def seeds(first: object, count: int, name: str = "seed") -> range:
    """So many seeds in a row, of which the last must be one as well.

    Raises:
        WrongValueError: the first is no seed, or the last would be too large.
    """
    start = seed(first, name)
    if start + count - 1 > LARGEST_SEED:
        raise WrongValueError(
            f"{name} is {start}; with {count} seeds from there on, allowed is a whole number from 0 to "
            f"{LARGEST_SEED - count + 1}."
        )
    return range(start, start + count)


def world(value: object, worlds: int, where: str) -> int:
    """The number of a world in a stack.

    Raises:
        WrongValueError: there is no such world.
    """
    try:
        return whole(value, where, 0, worlds - 1)
    except WrongValueError:
        raise WrongValueError(f"{where}: there is no world {shown(value)}; the worlds are 0 to {worlds - 1}.") from None


def share(value: object, name: str) -> float:
    """A number from 0 to 1.

    Raises:
        WrongValueError: anything else.
    """
    return number(value, name, 0.0, 1.0)


def flag(value: object, name: str) -> bool:
    """True or false; 0 and 1 stand for them.

    Raises:
        WrongValueError: anything else.
    """
    given = bare(value)
    if is_flag(given) or _real(given) in (0.0, 1.0):
        return bool(given)
    raise WrongValueError(f"{name} is {shown(value)}; allowed is True or False.")


def sequence(value: object, name: str, of: str) -> Sequence[Any]:
    """A list of things, which is no text and no mapping; ``of`` says what it should hold.

    Raises:
        WrongValueError: anything else, or an empty one.
    """
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise WrongValueError(f"{name} is {shown(value)}; allowed is {of}.")
    found = list(value)
    if not found:
        raise WrongValueError(f"{name} is empty; allowed is {of}.")
    return found


def known(name: object, among: Mapping[str, V], what: str, where: str = "") -> V:
    """What stands under a name.

    Raises:
        UnknownNameError: there is no such name; the message has the nearest.
    """
    if isinstance(name, str) and name in among:
        return among[name]
    raise UnknownNameError(name, among, what, where)


class Named(dict[str, V]):
    """A dictionary whose missing keys are told with the nearest known one."""

    def __init__(self, entries: Mapping[str, V], what: str) -> None:
        """Take the entries; ``what`` says of which sort they are, such as ``population``."""
        super().__init__(entries)
        self.what = what

    def __missing__(self, key: object) -> V:
        """Told as an error of ours, which is a KeyError too."""
        raise UnknownNameError(key, self, self.what)

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle and copy."""
        return type(self), (dict(self), self.what)


def _real(value: object) -> float | None:
    """The number as a float; None if it is none, or not a number at all."""
    if is_flag(value) or not isinstance(value, numbers.Real | Decimal):
        return None
    try:
        found = float(value)
    except OverflowError:  # a whole number of hundreds of digits, or a fraction of two of them
        return math.inf if abs(value) == value else -math.inf
    except ValueError:  # a signalling NaN of Decimal's
        return None
    return None if math.isnan(found) else found


def _range(low: float | None, high: float | None) -> str:
    if low is not None and low == high:
        return f", only {_plain(low)}"
    bottom = low if low is not None and low != -math.inf else None
    top = high if high is not None and high != math.inf else None
    if bottom is None:
        return "" if top is None else f" up to {_plain(top)}"
    return f" from {_plain(bottom)} on" if top is None else f" from {_plain(bottom)} to {_plain(top)}"


def _plain(value: float) -> str:
    if value == LARGEST_SEED and isinstance(value, int):
        return "2**63 - 1"
    return str(value) if isinstance(value, int) else f"{value:g}"


def _in(unit: str) -> str:
    return f" ({unit})" if unit else ""
