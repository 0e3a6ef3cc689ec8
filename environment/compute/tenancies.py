"""Tenancies: how long new contracts with hosts run, and contracts that the data date."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.ties import contracts
from kingmaker.environment.ties.contracts import Terms


def new_term(e: Economy, decision: str, where: BoolArray) -> FloatArray:
    """Length of new contracts of the labs in ``where``, months, zero for others, (worlds, start-ups).

    ``decision`` names the luck that it is drawn with.
    """
    p, at = e.p.compute, np.flatnonzero(where)
    world, term = at // where.shape[-1], np.zeros(where.shape)
    luck = e.draws(decision, "startups").among(at).uniform()
    term.reshape(-1)[at] = np.floor(p.shortest_term[world, 0] + p.term_spread[world, 0] * luck)
    return term


def partner_price(e: Economy, price: FloatArray) -> FloatArray:
    """What each lab pays its first host where others pay ``price``, in its unit, (worlds, start-ups)."""
    return np.asarray(price * (1.0 - e.startups.act(Startup.partner_saving, e.p)))


def usual_term(e: Economy) -> FloatArray:
    """Mean length of new contracts, months, (worlds, 1)."""
    p = e.p.compute
    return np.asarray(p.shortest_term + np.maximum(p.term_spread - 1.0, 0.0) / 2.0)


def sign_dated(e: Economy, where: BoolArray, partner: IntArray, form: int, why: str) -> None:
    """A dated contract of the labs in ``where``: of who has no host the first, of who has that host a new form of it.

    Others take the cloud beside their first host, in place of a second one that they had chosen themselves; what was
    dated before stands on, in rows of its own. What they have with that cloud already goes on. Where labs have room for
    one contract only (``ties.most_contracts``), those beside the first are not signed; the run counts and tells them.

    Args:
        e: the economy.
        where: whose, (worlds, start-ups).
        partner: the cloud, same shape.
        form: of the contract, if it is that of the first host; others are plain.
        why: where it is documented.
    """
    startups = e.startups.view()
    shortest = e.p.compute.shortest_term
    known = np.any([row.lessor == partner for row in startups.contracts_in_use[1:]], axis=0)
    new = where & (startups.host == NONE)
    first = where & (startups.host == partner)
    beside = where & ~new & ~first & ~known
    row = _row_for_dated(startups)
    contracts.renew(e, first, 0, term=np.maximum(startups.term, shortest), form=form, why=why)
    contracts.sign(e, new, 0, partner, Terms(form=form, term=shortest, dated=1), why=why)
    if len(startups.contracts) == 1:
        e.refused_contracts = e.refused_contracts + beside.sum(axis=-1)
    for k in range(1, len(startups.contracts)):
        terms = Terms(share=e.p.compute.second_share, dated=1)
        contracts.sign(e, beside & (row == k), k, partner, terms, why=why)


def _row_for_dated(startups: Startup) -> IntArray:
    """The first row beside that of the first host which binds the lab to nothing; the second host's if all do.

    A row is taken rather where nothing is dated and no term runs, then where nothing is dated.
    """
    found = np.ones(startups.host.shape, dtype=np.int32)
    for bound in (True, False):  # the last word is that of the stricter rule
        for row in reversed(startups.contracts[1:]):
            free = (row.lessor == NONE) | ((row.dated == 0) & (bound | (row.term <= 0.0)))
            found = np.where(free, np.int32(row.rank), found)
    return found
