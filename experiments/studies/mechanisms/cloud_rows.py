"""Rows C: clouds and partnerships."""

from __future__ import annotations

from typing import Any

import numpy as np

from kingmaker.agents.draws import Draws
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import BoolArray, FloatArray, IntArray
from kingmaker.environment.core.economy import Economy
from kingmaker.experiments.studies.mechanisms.row import Mutant, Row, lever
from kingmaker.experiments.studies.mechanisms.supply_rows import NOBODY_DARES, PRO_RATA

_reviews = Startup.reviews


def _keeps_nothing(cloud: Any, p: Any) -> FloatArray:
    return np.where(cloud.rents_out, 0.0, np.minimum(cloud.wanted_inside, cloud.capacity))


def _sets_nothing_aside(cloud: Any, p: Any) -> FloatArray:
    return np.zeros(cloud.cash.shape)


def _serves_alike(cloud: Any, p: Any, diverted: FloatArray, relet: FloatArray) -> FloatArray:
    return np.zeros(cloud.capacity.shape)


def _moves_freely(lab: Any, p: Any, egress: FloatArray, refactoring_kept: FloatArray) -> FloatArray:
    return np.zeros(lab.used.shape)


def _is_not_bound(lab: Any, p: Any, expected: FloatArray) -> BoolArray:
    return np.asarray(lab.alive & (lab.host >= 0))


def _saves_nothing(lab: Any, p: Any) -> FloatArray:
    return np.zeros(lab.used.shape)


def _stays_exclusive(lab: Any, p: Any, best: IntArray, banned: FloatArray, draws: Draws) -> tuple[BoolArray, BoolArray]:
    moves, _ = _reviews(lab, p, best, banned, draws)
    return moves, np.zeros(moves.shape, dtype=np.bool_)


def _reviews_as_if_banned(
    lab: Any, p: Any, best: IntArray, banned: FloatArray, draws: Draws
) -> tuple[BoolArray, BoolArray]:
    return _reviews(lab, p, best, np.ones_like(banned), draws)


def _misses_nothing(lab: Any, expected: FloatArray) -> FloatArray:
    return np.zeros(lab.fill.shape)


def _sign_at_once(e: Economy) -> FloatArray:
    return np.zeros((e.worlds, 1))


NOT_BOUND = Mutant("agents.startup:Startup.may_multihome", _is_not_bound, "no clause keeps a lab with one host")
NOT_HELD = Mutant("agents.startup:Startup.reviews", _reviews_as_if_banned, "no clause keeps a lab from leaving")
CONTENT = Mutant("agents.startup:Startup.missing", _misses_nothing, "labs do not mind being short of compute")
AT_ONCE = Mutant("environment.compute.second_hosts:months_of_talks", _sign_at_once, "contracts are signed at once")

# The regime of the rows on contracts that bind and talks that take time: the leading lab's first host cannot use most
# of what it has (the high setting of row C9). A host serves its partners first, so at the baseline the leading lab
# hardly ever lacks anything, looks for no second cloud, and neither its contract nor the length of its talks matters.
HOST_SHORT = {"clouds.outage": 0.6}
# A host that is so short would release the lab (row P11); there the contract binds as long as it lasts.
HELD = {**HOST_SHORT, "contracts.release": 5.0}
# What is reserved is served first, so that a lab with a contract for all of its need hardly feels a shortage: rows on
# what a shortage does are claims about labs that have reserved nothing.
UNRESERVED = {"contracts.most_reserved": 0.0}
# The time that deals take is also that of leases between clouds; here nobody signs any.
NO_LEASES = {"compute.lease_purse": 0.0}
UNLEASED = {**UNRESERVED, **NO_LEASES}

ROWS: tuple[Row, ...] = (
    Row("C1", "what clouds keep for themselves first, tenants do not get", "cloud.kept_inside",
        *lever("clouds.internal_priority", 0.0, 0.9), "tenant_fill_rate", (12, 60), -1,
        (Mutant("agents.cloud:Cloud.kept_inside", _keeps_nothing, "clouds serve tenants before themselves"),)),
    Row("C2", "exclusive contracts keep the leading lab from a second cloud", "startup.may_multihome",
        *lever("policy.exclusivity_ban", 1.0, 0.0), "leading_lab_hosts", (15, 42), -1,
        (NOT_BOUND, NOT_HELD), both=HELD),
    Row("C2b", "and leave it with more unmet need while its host is short", "startup.may_multihome",
        *lever("policy.exclusivity_ban", 1.0, 0.0), "leading_lab_unmet_share", (15, 45), +1,
        (NOT_BOUND, NOT_HELD), both={**HELD, **UNLEASED, "clouds.outage": 0.9}, seeds=40),
    Row("C3", "larger equity deals return more of clouds' own money as rent", "finance.sign_stakes",
        *lever("capital.stake_share", 0.0, 0.2), "circularity", (36, 96), +1,
        (Mutant("agents.cloud:Cloud.offers_stake", _sets_nothing_aside, "clouds set no money aside for stakes"),)),
    Row("C4", "a larger discount ties more of a lab's compute to its preferred partner", "startup.partner_saving",
        *lever("compute.preferred_discount", 0.0, 0.4), "preferred_partner_share", (36, 84), +1,
        (Mutant("agents.startup:Startup.partner_saving", _saves_nothing, "partners pay what others pay"),), seeds=40),
    Row("C5", "a lower fixed cost of infrastructure lets more labs host themselves", "builder.dares, sites",
        *lever("sites.fixed_cost", 2000.0, 50.0), "self_hosted_labs", (12, 48), +1, mutants=(NOBODY_DARES,)),
    Row("C6", "European clouds that get chips host more of Europe's labs", "buyers, chip_market.ration",
        *lever("chips.european_access", 0.5, 10.0), "eu_hosted_by_europeans_share", (24, 60), +1,
        mutants=(PRO_RATA,)),
    Row("C8", "higher switching costs mean less switching", "startup.switching_cost",
        *lever("compute.switching_scale", 1.0, 10.0), "switching_rate", (24, 96), -1,
        (Mutant("agents.startup:Startup.switching_cost", _moves_freely, "to leave a cloud costs nothing"),)),
    Row("C9", "shortage at its own host alone makes the leading lab take a second one", "startup.weighs_second_host",
        *lever("clouds.outage", 0.0, 0.6), "leading_lab_hosts", (24, 60), +1,
        (NOT_BOUND, CONTENT, NOBODY_DARES), seeds=24),
    Row("C9b", "and relaxes exclusivity, even where labs think highly of it, to a right of first refusal",
        "startup.reviews", *lever("clouds.outage", 0.0, 0.6), "leading_lab_exclusive", (24, 60), -1,
        (Mutant("agents.startup:Startup.reviews", _stays_exclusive, "exclusivity never relaxes"),),
        both={"compute.exclusive_stake": 5.0}, residue=0.2),  # outages also change who leads
    # while capacity that grows fast has ended the shortage: from 2026 on growing needs make another one
    Row("C10", "short capacity sets a cloud's own models against tenants who rival them", "cloud.holds_back",
        *lever("chips.capacity_growth", 0.15, 0.04), "rival_penalty", (24, 48), +1,
        (Mutant("agents.cloud:Cloud.holds_back", _serves_alike, "clouds serve rivals like others"),),
        both={"clouds.foreclosure": 0.9, "clouds.internal_priority": 0.8, **UNRESERVED}, seeds=24),
    Row("C10b", "and so does what it keeps for its own research", "cloud.holds_back",
        *lever("clouds.internal_priority", 0.1, 0.9), "rival_penalty", (12, 36), +1,
        (Mutant("agents.cloud:Cloud.holds_back", _serves_alike, "clouds serve rivals like others"),)),
    Row("C11", "the longer deals take, the later come second clouds", "second_hosts",
        *lever("compute.negotiation", 1.0, 18.0), "second_host_share", (9, 30), -1, (AT_ONCE,),
        both={**HOST_SHORT, **NO_LEASES}),
    Row("C11b", "and the more of the leading lab's need stays unmet, if it is free to go", "second_hosts",
        *lever("compute.negotiation", 1.0, 18.0), "leading_lab_unmet_share", (12, 45), +1, (AT_ONCE,),
        both={"policy.exclusivity_ban": 1, **UNLEASED, "clouds.outage": 0.9}, seeds=24),
)  # fmt: skip

OPEN: dict[str, str] = {}
