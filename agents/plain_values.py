"""How a property of a firm reads: an array of a view, a plain number of a registered agent."""

from __future__ import annotations

from typing import Any


class Reading(property):
    """A property of a firm that a registered agent reads as a plain number, as it reads its columns."""

    def __get__(self, member: Any, owner: type | None = None) -> Any:
        """An array of a view; of an agent the number that an array without axes holds."""
        found = super().__get__(member, owner)
        if member is not None and member._slot is not None and getattr(found, "shape", None) == ():
            return found.item()
        return found
