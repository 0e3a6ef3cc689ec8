"""Policy: regulators look at last month's measures and move their inquiries on; this month's policy is fixed."""

from __future__ import annotations

import numpy as np

from agents.regulator import IN_FORCE, INQUIRY, STAGES, WATCHING, WINDOW, Regulator
from agents.types import EU
from environment.economy import Economy


def move_inquiries(e: Economy) -> None:
    """Each authority weighs evidence, opens, concludes, and lets its remedy come into force."""
    population = e.populations["regulators"]
    p, c = e.p, e.conditions
    regulators: Regulator = population.view()
    old = regulators.stage
    regulators.evidence = population.act("weigh_evidence", p, c.hhi_cloud_all, c.complaints)
    opens = population.act("opens_inquiry", p)
    ends = (old == INQUIRY) & (regulators.months_in_stage >= regulators.inquiry_months)
    harm = population.act("finds_harm", p)
    in_time = (old == WINDOW) & (regulators.months_in_stage >= regulators.window_months)
    stage = np.where(opens, INQUIRY, old)
    stage = np.where(ends, np.where(harm & regulators.interoperability, WINDOW, WATCHING), stage)
    stage = np.where(in_time, IN_FORCE, stage).astype(np.int8)
    regulators.months_in_stage = np.where(stage == old, regulators.months_in_stage + 1.0, 0.0)
    # after an inquiry that found nothing the authority starts with a clean sheet
    regulators.evidence = np.where(ends & ~harm, 0.0, regulators.evidence)
    for number, name in enumerate(STAGES):
        e.tell((stage != old) & (stage == number) & (number > 0), "regulators", "policy", f"now: {name}")
    regulators.stage = stage
    e.now["remedies_active"] = (stage == IN_FORCE).sum(axis=-1).astype(np.float64)


def fix_policy(e: Economy) -> None:
    """The policy in force this month: the stricter of dated event (or pin) and remedy, times compliance."""
    population = e.populations["regulators"]
    regulators: Regulator = population.view()
    p = e.p.policy
    remedy = ((regulators.stage == IN_FORCE) & regulators.interoperability & (regulators.region == EU)).any(
        axis=-1, keepdims=True
    )
    law = np.maximum(p.interoperability, np.where(remedy, p.remedy_interoperability, 0.0))
    e.in_force["interoperability"] = law * p.compliance
    e.in_force["egress"] = p.egress_fee
    e.in_force["parallel_egress"] = p.parallel_egress_fee
    e.in_force["exclusivity"] = 1.0 - p.exclusivity_ban
    e.in_force["export_vintage"] = p.export_vintage
    e.in_force["export_cap"] = p.export_cap_tpp
