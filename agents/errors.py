"""Errors that are meant for the user: complete sentences, shown without a traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class KingmakerError(Exception):
    """Something that the user can mend: the message names the place, the value and what is allowed."""


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint such as ``Did you mean 'baseline'?``, or an empty string if no known name is close."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" Did you mean '{close[0]}'?" if close else ""
