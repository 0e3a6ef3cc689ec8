"""Policy: authorities weigh evidence and move their procedures on; this month's policy is fixed.

Complaints and concentration are evidence; evidence above a trigger opens an inquiry of about a year; its conclusion
may end it without a remedy; a remedy fits the evidence, leaves a window to comply, is enforced with fines, and is
reviewed. What is in force is the stricter of dated event (or pin) and remedy. Remedies are no law before they are
imposed: where ``policy.remedies`` is 0, as in the baseline, authorities inquire and impose nothing.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import is_on
from kingmaker.agents.population import by_slot
from kingmaker.agents.regulator import (
    EXCLUSIVITY_BAN,
    IN_FORCE,
    INQUIRY,
    INTEROPERABILITY,
    NO_REMEDY,
    RESERVED_CAPACITY,
    WATCHING,
    WINDOW,
    Regulator,
)
from kingmaker.agents.types import REGIONS, BoolArray, FloatArray
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.phases import phase
from kingmaker.environment.policy.chronicle import note_cases, tell_steps
from kingmaker.environment.policy.complaints import Heard, hear_complaints
from kingmaker.environment.policy.enforcement import comply, designate, duties_in_force


@phase()
def move_inquiries(e: Economy) -> None:
    """Each authority weighs evidence, opens, concludes, lets its remedy come into force, and reviews it."""
    population = e.regulators
    regulators: Regulator = population.view()
    old, months = regulators.stage.copy(), regulators.months_in_stage.copy()
    heard = hear_complaints(e)
    _weigh(e, heard)
    own = regulators.own_inquiry == e.month
    opens = population.act(Regulator.opens_inquiry, e.p, by_slot(own))
    harm = population.act(Regulator.finds_harm, e.p)
    superseded = opens & (old == INQUIRY)
    ends = (old == INQUIRY) & (months >= regulators.inquiry_months) & ~opens
    decides = is_on(e.p.policy.remedies)
    found = (ends & harm & regulators.interoperability & decides).any(axis=-1, keepdims=True)
    gatekeepers = designate(e, found).sum(axis=-1, keepdims=True).astype(np.float64)
    chosen = population.act(Regulator.chooses_remedy, e.p, gatekeepers)
    remedied = ends & harm & (chosen != NO_REMEDY)
    in_time = (old == WINDOW) & (months >= regulators.window_months)
    lapses = _lapses(e, regulators, harm, gatekeepers)
    loses = (old >= WINDOW) & ~decides
    stage = np.where(opens, INQUIRY, np.where(ends, np.where(remedied, WINDOW, WATCHING), old))
    stage = np.where(lapses | loses, WATCHING, np.where(in_time, IN_FORCE, stage)).astype(np.int8)
    opinions = ends & harm & regulators.advises
    kept = np.where(lapses | loses, NO_REMEDY, regulators.remedy)
    regulators.remedy = np.where(remedied, chosen, kept).astype(np.int8)
    target = regulators.target.copy()
    regulators.target = np.where(opens, heard.target, regulators.target).astype(np.int32)
    regulators.months_in_stage = np.where((stage == old) & ~opens, months + 1.0, 1.0)
    regulators.stage = stage
    _weigh_opinions(e, opinions, cleared=ends & ~remedied)
    closes = ends & ~remedied & ~opinions
    tell_steps(
        e, own=opens & own, opens=opens & ~own, cleared=closes & ~harm, powerless=closes & harm, opinions=opinions,
        remedied=remedied, binds=in_time & ~loses, lapses=lapses & ~loses, loses=loses,
    )  # fmt: skip
    note_cases(e, own=opens & own, opens=opens & ~own, ends=ends | superseded, remedied=remedied,
               lapses=lapses | loses, before=target)  # fmt: skip
    e.now.oversight.inquiries_opened = opens.sum(axis=-1).astype(np.float64)
    e.now.oversight.inquiries_open = (stage == INQUIRY).sum(axis=-1).astype(np.float64)
    e.now.oversight.remedies_active = (stage == IN_FORCE).sum(axis=-1).astype(np.float64)


def _weigh(e: Economy, heard: Heard) -> None:
    regulators = e.regulators.view()
    if e.month == 0:  # how concentrated the market is, authorities know before the first month
        regulators.concentrated = e.regulators.act(Regulator.judges_concentration, e.p, e.conditions.hhi_cloud_all)
    evidence = e.regulators.act(
        Regulator.weigh_evidence,
        e.p,
        e.conditions.hhi_cloud_all,
        by_slot(heard.short),
        by_slot(heard.foreclosed),
        heard.tied,
    )
    regulators.concentrated, regulators.short, regulators.foreclosed, regulators.tied = evidence


def _lapses(e: Economy, regulators: Regulator, harm: BoolArray, gatekeepers: FloatArray) -> BoolArray:
    """Remedies that a review finds no longer needed; a duty of gatekeepers lasts as long as there are gatekeepers."""
    due = (regulators.stage == IN_FORCE) & (np.fmod(regulators.months_in_stage, e.p.policy.review_months) < 1.0)
    needed = harm | ((regulators.remedy == INTEROPERABILITY) & (gatekeepers > 0.0))
    return np.asarray(due & ~needed)


def _weigh_opinions(e: Economy, opinions: BoolArray, cleared: BoolArray) -> None:
    """After an inquiry without remedy an authority starts with a clean sheet; an opinion adds weight elsewhere.

    An opinion does not bind; the other authorities of its region weigh the same facts more heavily for a while.
    """
    regulators = e.regulators.view()
    heard = np.zeros(opinions.shape)
    for region in range(len(REGIONS)):
        in_region = regulators.region == region
        spoken = (opinions & in_region).any(axis=-1, keepdims=True)
        heard = np.where(in_region & spoken & ~regulators.advises, e.p.policy.opinion_weight, heard)
    factor = np.where(cleared, 0.0, 1.0 + heard)
    regulators.concentrated, regulators.short = regulators.concentrated * factor, regulators.short * factor
    regulators.foreclosed, regulators.tied = regulators.foreclosed * factor, regulators.tied * factor


def _imposed(regulators: Regulator, remedy: int) -> BoolArray:
    """Whether any authority has this remedy in force, (worlds, 1)."""
    return np.asarray(((regulators.stage == IN_FORCE) & (regulators.remedy == remedy)).any(axis=-1, keepdims=True))


@phase("procedures.move_inquiries")
def fix_policy(e: Economy) -> None:
    """The policy in force this month: the stricter of dated event (or pin) and remedy, times compliance."""
    regulators = e.regulators.view()
    p = e.p.policy
    reserve = np.maximum(p.reserved_capacity, np.where(_imposed(regulators, RESERVED_CAPACITY), p.remedy_reserve, 0.0))
    interoperability, reserved = duties_in_force(e, reserve)
    kept = comply(e, interoperability, reserved)
    e.in_force.duty = interoperability
    e.in_force.interoperability = interoperability * kept
    e.in_force.reserve = reserve
    e.in_force.reserved = reserved * kept
    e.in_force.egress = p.egress_fee
    e.in_force.parallel_egress = p.parallel_egress_fee
    e.in_force.exclusivity = exclusivity_allowed(p.exclusivity_ban, _imposed(regulators, EXCLUSIVITY_BAN))
    e.in_force.review_bar = e.regulators.act(Regulator.tolerates, e.p).min(axis=-1, keepdims=True)
    e.in_force.export_vintage = p.export_vintage
    e.in_force.export_cap = p.export_cap_tpp
    e.in_force.memory_control, e.in_force.import_block = p.memory_control, p.import_block


def exclusivity_allowed(law: FloatArray, remedy: BoolArray) -> FloatArray:
    """1 where exclusive contracts may be made, 0 where a law or a remedy bans them, (worlds, 1)."""
    return np.asarray(1.0 - np.maximum(law, remedy))
