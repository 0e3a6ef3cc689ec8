"""An entry of the log of ties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kingmaker.agents.types import FloatArray, IntArray


@dataclass
class Change:
    """One month's changes of one sort: parallel arrays over the ties that changed.

    The source is the firm in whose columns the tie is held; its edge leads as
    :mod:`kingmaker.environment.ties.tie_kinds` says.
    """

    month: int
    action: str  # start, change, end; pay, round, dilute (shares); leave (all ties of a firm end)
    kind: str
    slot: str  # which of a firm's ties of this kind (host, second, vendor, ...); of a round, the array of funds' parts
    source: str  # its population
    target: str
    world: IntArray
    source_slot: IntArray
    source_id: Any
    target_slot: IntArray
    target_id: Any  # None where the target's slot is never given to another firm
    subtype: Any
    share: FloatArray
    value: FloatArray
    term: FloatArray
    why: str
