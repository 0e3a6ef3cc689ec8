"""Errors that are meant for the user: complete sentences, shown without a traceback."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable

LONGEST_SHOWN = 80  # characters of a wrong value in a message
END_SHOWN = 30  # of these at its end: what is wrong with a path is mostly there
MOST_NAMED = 12  # known names in a message
ALIKE = 0.5  # of 1: two names at least so similar may be the same misspelt


class KingmakerError(Exception):
    """Something that the user can mend: the message names the place, the value and what is allowed."""


class WrongValueError(KingmakerError, ValueError):
    """A value that is not allowed where it was given."""


class ScenarioError(KingmakerError):
    """A scenario that does not exist or is not well formed."""


class UnknownNameError(KingmakerError, KeyError, AttributeError):
    """A name that there is not, looked up as a key or as an attribute."""

    def __init__(self, name: object, known: Iterable[str], what: str, where: str = "") -> None:
        """``what`` says of which sort the name is, such as ``measure``; ``where`` opens the message."""
        self.missing, self.known, self.what, self.where = name, tuple(known), what, where
        super().__init__(name, self.known, what, where)  # the arguments, so that it survives a pickle

    def __str__(self) -> str:
        """The sentence; made when it is read, as a look-up that may fail need not be slow."""
        place = f"{self.where}: " if self.where else ""
        return f"{place}there is no {self.what} {shown(self.missing)}.{nearest(self.missing, self.known)}{self._list()}"

    def _list(self) -> str:
        if not 0 < len(self.known) <= MOST_NAMED:
            return ""
        return f" Known are {', '.join(self.known)}."


def nearest(name: object, known: Iterable[str], alike: float = ALIKE) -> str:
    """A hint such as ``Did you mean 'baseline'?``, or an empty string if no known name is so much ``alike`` (0-1)."""
    by_fold = {each.casefold(): each for each in reversed(list(known))}
    close = difflib.get_close_matches(str(name)[:LONGEST_SHOWN].casefold(), by_fold, n=1, cutoff=alike)
    return f" Did you mean '{by_fold[close[0]]}'?" if close else ""


def shown(value: object) -> str:
    """A value as a message shows it: as Python writes it, a number of NumPy's as a plain one, long ones cut inside."""
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    try:
        scalar = getattr(value, "shape", None) == () and hasattr(value, "item")
        text = repr(value.item() if scalar and hasattr(value, "item") and not getattr(value, "mask", False) else value)
    except Exception:  # a user's object may fail in any way, and a whole number may be too long to be written
        text = f"<{type(value).__name__}>"
    if "\n" in text:  # an array of several rows
        text = " ".join(text.split())
    if len(text) <= LONGEST_SHOWN:
        return text
    return f"{text[: LONGEST_SHOWN - END_SHOWN]} … {text[-END_SHOWN:]}"
