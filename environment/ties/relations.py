"""Ties that no table holds: chip supply, lineage of models, inquiries and remedies. They are logged from here alone.

What they follow from stands in columns of the firms (deliveries, the base model, an authority's case); here it becomes
a dated tie of the log, in the words of :mod:`kingmaker.environment.ties.tie_kinds`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kingmaker.agents.regulator import REMEDIES
from kingmaker.agents.types import NONE, BoolArray, IntArray
from kingmaker.environment.ties.scene import Scene

SUPPLY = ("chipmakers", "clouds")
CASES = ("regulators", "clouds")


def supply(e: Scene, buyers: Sequence[str], before: BoolArray, after: BoolArray) -> None:
    """A chipmaker has begun to supply a cloud, or has not done so for a year.

    Args:
        e: the economy.
        buyers: ids of the clouds.
        before: who supplied whom until this month, (worlds, makers, buyers).
        after: who does from now on.
    """
    for slot, buyer in enumerate(buyers):
        first, last = after & ~before, before & ~after
        for action, where, why in (("start", first, "first delivery"), ("end", last, "a year without a delivery")):
            _supply(e, e.month, action, where[:, :, slot], slot, buyer, why)


def founding_supply(e: Scene, maker: int, buyer: str, slot: int, since: int, why: str) -> None:
    """The data say that a chipmaker supplies the cloud in ``slot`` since a month before the first."""
    where = np.zeros(e.partnerships.populations["chipmakers"].table.alive.shape, dtype=np.bool_)
    where[:, maker] = True
    _supply(e, since, "start", where, slot, buyer, why)


def lineage(e: Scene, before: IntArray, after: IntArray) -> None:
    """Start-ups build on another's open model than before.

    Args:
        e: the economy.
        before: whose, (worlds, start-ups): codes below the number of clouds are clouds, the others start-ups.
        after: whose from now on.
    """
    changed = before != after
    if not (e.partnerships.keep and changed.any()):
        return
    hosts = e.clouds.slots
    for lower, population in ((True, "clouds"), (False, "startups")):
        old = (before != NONE) & ((before < hosts) == lower) & changed
        new = (after != NONE) & ((after < hosts) == lower) & changed
        shift = 0 if lower else hosts
        ends = ("startups", population)
        e.partnerships.note(e.month, "end", "open_weights", "base", old, ends, before - shift)
        e.partnerships.note(e.month, "start", "open_weights", "base", new, ends, after - shift)


def inquiry(e: Scene, opens: BoolArray, own: BoolArray, target: IntArray) -> None:
    """Authorities (worlds, authorities) begin to look into a cloud: on evidence, or of their ``own`` motion."""
    e.partnerships.note(e.month, "start", "inquiry", "case", opens, CASES, target, why="inquiry on evidence")
    e.partnerships.note(e.month, "start", "inquiry", "case", own, CASES, target, why="inquiry of its own motion")


def inquiry_ends(e: Scene, ends: BoolArray, target: IntArray) -> None:
    """Inquiries into the cloud ``target`` (worlds, authorities) come to an end."""
    e.partnerships.note(e.month, "end", "inquiry", "case", ends, CASES, target)


def remedy(e: Scene, imposed: BoolArray, kind: IntArray, target: IntArray) -> None:
    """Authorities bind a cloud by a remedy; ``kind`` numbers :data:`kingmaker.agents.regulator.REMEDIES`."""
    for number, name in enumerate(REMEDIES):
        where = imposed & (kind == number)
        e.partnerships.note(e.month, "start", "remedy", "case", where, CASES, target, why=f"remedy: {name}")


def remedy_ends(e: Scene, lapses: BoolArray, target: IntArray) -> None:
    """Remedies that bound the cloud ``target`` are lifted."""
    e.partnerships.note(e.month, "end", "remedy", "case", lapses, CASES, target)


def _supply(e: Scene, month: int, action: str, where: BoolArray, slot: int, buyer: str, why: str) -> None:
    target = np.full(where.shape, slot, dtype=np.int32)
    e.partnerships.note(month, action, "chip_supply", f"supply {buyer}", where, SUPPLY, target, why=why)
