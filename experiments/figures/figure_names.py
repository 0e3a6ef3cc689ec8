"""The names of figures' files: one function makes them all, light enough for pages that only point to a figure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

LONGEST = 96  # letters of a name; with folder and ending it stays below what file systems and archives allow
DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(10))})


def figure_name(*parts: str, taken: Iterable[str] = ()) -> str:
    """The name of a figure's files without their ending, safe on every system.

    It holds letters, digits, ``-`` and ``_`` only: no dot (what follows one would be taken for an ending), no device of
    Windows (``con``, ``nul``), at most :data:`LONGEST` letters.

    Args:
        parts: what the figure shows, such as ``"lines", "policy.interoperability", "final"``.
        taken: names of the same folder. A name that differs from one of them in nothing but capitals, which some file
            systems do not tell apart, gets a mark made from ``parts``.
    """
    name = re.sub(r"[^A-Za-z0-9_-]", "_", "_".join(parts).replace(".", "-")).strip("_-")
    used = {other.casefold() for other in taken}
    if not name or name.casefold() in DEVICES:
        name = f"figure_{name}".rstrip("_")
    if len(name) > LONGEST:
        name = f"{name[: LONGEST - 9]}_{_mark(parts)}"
    marked, number = name, 0
    while marked.casefold() in used:
        marked = f"{name[: LONGEST - 9]}_{_mark((*parts, str(number) if number else ''))}"
        number += 1
    return marked


def _mark(parts: Iterable[str]) -> str:
    """Eight letters that stand for the parts and for no others."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
