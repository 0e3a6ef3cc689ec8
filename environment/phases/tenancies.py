"""Tenancies: every field of a lab's contract with a host is set here when the contract begins or ends.

What a tenancy remembers (how long it has lasted, how well it has been served) is of that host, and goes with it.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.startup import PLAIN, Startup
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray
from kingmaker.environment.economy import Economy


def new_term(e: Economy, decision: str) -> FloatArray:
    """Length of a new contract, months, (worlds, start-ups); ``decision`` names the luck that it is drawn with."""
    p = e.p.compute
    return np.asarray(np.floor(p.shortest_term + p.term_spread * e.draws(decision, "startups").uniform()))


def begin(
    startups: Startup, where: BoolArray, host: IntArray, term: FloatArray, contract: IntArray | int = PLAIN
) -> None:
    """Labs in ``where`` (worlds, start-ups) become tenants of ``host``, their only one if it was their second.

    Args:
        startups: all of them.
        where: whose first host changes.
        host: the new one, (worlds, start-ups).
        term: months, (worlds, start-ups).
        contract: its kind.
    """
    host = host.copy()  # it may be a view of a column that changes below
    end_second(startups, where & (startups.second == host))
    startups.host = np.where(where, host, startups.host).astype(np.int32)
    startups.contract = np.where(where, contract, startups.contract).astype(np.int8)
    startups.term = np.where(where, term, startups.term)
    _forget(startups, where)
    # nobody goes on to negotiate with the host that it has
    _end_talks(startups, where & (startups.talks == host))
    _end_second_talks(startups, where & (startups.second_talks == host))


def end(startups: Startup, where: BoolArray) -> None:
    """Labs in ``where`` lose their first host and have none until they find another."""
    startups.host = np.where(where, NONE, startups.host)
    startups.contract = np.where(where, PLAIN, startups.contract).astype(np.int8)
    startups.term = np.where(where, 0.0, startups.term)
    _forget(startups, where)


def begin_second(startups: Startup, where: BoolArray, host: IntArray, share: FloatArray) -> None:
    """Labs in ``where`` take ``host`` beside their first one, for ``share`` of their compute."""
    startups.second = np.where(where, host, startups.second).astype(np.int32)
    startups.second_share = np.where(where, share, startups.second_share)
    startups.used_second = np.where(where, 0.0, startups.used_second)
    _end_talks(startups, where & (startups.talks == host))
    _end_second_talks(startups, where)


def end_second(startups: Startup, where: BoolArray) -> None:
    """Labs in ``where`` are left with their first host."""
    if not where.any():  # nothing to end, in any world
        return
    startups.second = np.where(where, NONE, startups.second)
    startups.second_share = np.where(where, 0.0, startups.second_share)
    startups.used_second = np.where(where, 0.0, startups.used_second)


def end_talks(startups: Startup, gone: BoolArray, second_gone: BoolArray) -> None:
    """Talks with a first host (``gone``) or with a second one (``second_gone``) come to nothing."""
    _end_talks(startups, gone)
    _end_second_talks(startups, second_gone)


def _forget(startups: Startup, where: BoolArray) -> None:
    startups.tenure = np.where(where, 0.0, startups.tenure)
    startups.host_fill = np.where(where, 1.0, startups.host_fill)
    startups.fill = np.where(where, 1.0, startups.fill)
    startups.royalty = np.where(where, 0.0, startups.royalty)


def _end_talks(startups: Startup, where: BoolArray) -> None:
    if not where.any():
        return
    startups.talks = np.where(where, NONE, startups.talks)
    startups.talks_left = np.where(where, 0.0, startups.talks_left)


def _end_second_talks(startups: Startup, where: BoolArray) -> None:
    if not where.any():
        return
    startups.second_talks = np.where(where, NONE, startups.second_talks)
    startups.second_talks_left = np.where(where, 0.0, startups.second_talks_left)
