"""Windows: the months over which a measure is averaged into one outcome of a run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kingmaker.agents.calendar import month_label, month_number
from kingmaker.agents.errors import KingmakerError

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray

_LAST = re.compile(r"last([1-9]\d*)")
FORMS = "lastN (the mean of the last N months, such as last24), final, mean (of all months), or 2025-01:2026-12"


@dataclass(frozen=True)
class Window:
    """Months ``first`` to ``stop`` (not included), 0 is January 2022."""

    name: str
    first: int
    stop: int

    @property
    def words(self) -> str:
        """Such as ``mean of 2029-01 to 2030-12``."""
        if self.stop - self.first == 1:
            return month_label(self.first)
        return f"mean of {month_label(self.first)} to {month_label(self.stop - 1)}"

    def mean(self, series: FloatArray) -> FloatArray:
        """The outcome of series of shape (measures, months, worlds): shape (measures, worlds).

        Reduced along the last axis of a C-contiguous array, so that a world gives the same bits in any stack.
        """
        import numpy as np

        part = np.ascontiguousarray(series[:, self.first : self.stop].transpose(0, 2, 1))
        return np.asarray(part.mean(axis=-1))


def read_window(text: str, months: int, where: str = "--window") -> Window:
    """A window as a user writes it, for runs of ``months`` months.

    Raises:
        KingmakerError: it is not of a known form, or reaches beyond the runs.
    """
    last = _LAST.fullmatch(text)
    if last is not None or text in ("final", "mean"):
        length = 1 if text == "final" else months if last is None else int(last[1])
        if length > months:
            raise KingmakerError(f"{where} {text}: needs at least {length} months; the runs have {months}.")
        return Window(text, months - length, months)
    first, colon, final = text.partition(":")
    if not colon:
        raise KingmakerError(f"{where} {text}: is no window; write {FORMS}.")
    try:
        window = Window(text, month_number(first), month_number(final) + 1)
    except KingmakerError as fault:
        raise KingmakerError(f"{where} {text}: {fault}") from None
    if not window.first < window.stop <= months:
        raise KingmakerError(
            f"{where} {text}: allowed are months from {month_label(0)} to {month_label(months - 1)}, in order."
        )
    return window
