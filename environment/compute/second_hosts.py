"""Second hosts: talks begin, end in a signature months later or in nothing, contracts are given up; the split moves."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import is_on, positive
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.contract import ContractRow
from kingmaker.agents.population import by_slot
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray
from kingmaker.environment.compute.outlook import Outlook
from kingmaker.environment.compute.tenancies import partner_price
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.lookups import at_host
from kingmaker.environment.ties import contracts
from kingmaker.environment.ties.contracts import Terms

SECOND = 1  # the row of the second host, which is the one that labs decide on


def cost_of_two(e: Economy) -> FloatArray:
    """What the law leaves of the cost of using a second host beside the first, relative, (worlds, start-ups)."""
    startups = e.startups.view()
    left = np.maximum(1.0 - at_host(e.in_force.interoperability, startups.host), 0.0)
    return np.asarray(left + e.p.compute.egress_part * e.in_force.parallel_egress)


def share_asked(e: Economy, row: ContractRow) -> FloatArray:
    """Share of what a lab wants that it asks under ``row``, 0-1, (worlds, start-ups).

    A first host with a right of first refusal, or alone, is asked for all of it.
    """
    if row.rank:
        return np.asarray(row.share)
    return np.where(e.startups.act(Startup.asks_host_first), 1.0, row.share)


def agrees_exclusivity(e: Economy, asked: BoolArray, cost: FloatArray, when: str) -> BoolArray:
    """Which labs of those ``asked`` to rent from their host alone find it worth their while, (worlds, start-ups)."""
    if not asked.any():  # nothing to think about, in any world
        return asked
    startups = e.startups.view()
    asks = e.clouds.act(Cloud.asks_exclusivity, e.p) & is_on(e.in_force.exclusivity)
    luck = e.draws(when, "startups")
    accepts = e.startups.act(Startup.accepts_exclusivity, e.p, by_slot(Outlook(e).fill), by_slot(cost), luck)
    return np.asarray(asked & accepts & is_on(at_host(asks.astype(np.float64), startups.host)))


def move_second_hosts(e: Economy, other: IntArray, expected: FloatArray, cost: FloatArray) -> None:
    """Talks that end become second contracts; new ones begin; what is not needed is given up; the split moves.

    Args:
        e: the economy.
        other: the best host other than the first, (worlds, start-ups).
        expected: share of its need that a tenant can count on at its first host some months ahead.
        cost: what the law leaves of the cost of using two hosts.
    """
    p = e.p.compute
    startups = e.startups.view()
    if len(startups.contracts) <= SECOND:  # one host is all that a lab may have
        return
    luck = e.draws("second host", "startups")
    opens, drops = e.startups.act(
        Startup.weighs_second_host, e.p, by_slot(other), by_slot(expected), by_slot(cost), luck
    )
    contracts.negotiate(e, SECOND)
    may = e.startups.act(Startup.may_multihome, e.p, by_slot(expected))
    signs, fails = _conclude(startups, may)
    drops = drops & (startups.contracts[SECOND].term <= 0.0)  # what is reserved for a term is not given up before
    contracts.end(e, drops, SECOND)
    contracts.sign(
        e, signs, SECOND, startups.second_talks, Terms(share=p.second_share), told=("deal", "takes a second cloud")
    )
    contracts.break_off(e, fails, SECOND)
    opening = ("deal", "begins to talk to a second cloud")
    contracts.offer(e, opens, SECOND, other, months_of_talks(e), told=opening)
    clouds = e.clouds.view()
    own = partner_price(e, at_host(clouds.rent, startups.host))
    theirs = at_host(clouds.rent, startups.second)
    dearer = np.where((own > 0.0) & (theirs > 0.0), own / positive(theirs), 1.0)
    split = e.startups.act(Startup.splits, e.p, by_slot(dearer), by_slot(expected))
    contracts.amend(e, startups.alive, SECOND, split)
    contracts.note_first(e, signs | drops)


def months_of_talks(e: Economy) -> FloatArray:
    """How long contracts that are negotiated take from the first talk to the signature, (worlds, 1) (row C11)."""
    return np.asarray(e.p.compute.negotiation)


def _conclude(startups: Startup, may: BoolArray) -> tuple[BoolArray, BoolArray]:
    """Who signs with a second host now, and whose talks come to nothing: talks take months.

    They come to nothing if the lab has bound itself since, or if its host, asked first, can serve it after all.
    """
    over = (startups.second_talks != NONE) & (startups.second_talks_left <= 0.0)
    signs = may & over & (startups.second == NONE) & (startups.second_talks != startups.host)
    return np.asarray(signs), np.asarray(over & ~signs)
