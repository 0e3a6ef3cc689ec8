"""The rows that are tested so far: a lever low and high, an outcome, and the sign that the difference should have.

The ids are those of the list of 47 mechanisms drawn from five newspaper articles of 2023-2025: S chip supply, C cloud
and partnerships, L labs and models, R rules. Rows without an entry here are not proven yet; :data:`OPEN` says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf


@dataclass(frozen=True)
class Row:
    """One claim.

    Attributes:
        id: of the mechanism.
        claim: in words.
        lives_in: module and function that carry it.
        low: parameters pinned in the low worlds.
        high: parameters pinned in the high worlds.
        outcome: name of a measure.
        window: first and last month (excluded) over which the outcome is averaged.
        sign: +1 or -1, of high less low.
        both: parameters pinned in all worlds (the regime in which the claim is made).
    """

    id: str
    claim: str
    lives_in: str
    low: Mapping[str, float]
    high: Mapping[str, float]
    outcome: str
    window: tuple[int, int]
    sign: int
    both: Mapping[str, float] = field(default_factory=dict)


def _lever(key: str, low: float, high: float) -> tuple[dict[str, float], dict[str, float]]:
    return {key: low}, {key: high}


ROWS: tuple[Row, ...] = (
    Row("S1", "a stronger software moat raises the leader's share", "chip_market.maker_shares",
        *_lever("chips.moat", 0.5, 2.5), "chip_leader_share", (24, 60), +1),
    Row("S2", "rivals that build software whatever their share lower the leader's share, in years",
        "phases.technology.build_moats", *_lever("chips.software_catch_up", 0.0, 0.2), "chip_leader_share",
        (96, 108), -1),
    Row("S3", "faster growth of packaging shortens the lead time", "chipmaker.plan_capacity",
        *_lever("chips.capacity_growth", 0.04, 0.15), "lead_time_weeks", (12, 48), -1),
    Row("S5", "allocation by standing rather than pro rata concentrates deliveries", "chip_market.ration",
        *_lever("chips.kingmaker", 0.0, 2.0), "hhi_deliveries", (12, 36), +1),
    Row("S6", "own chip programmes lower what the leader sells", "cloud.ramps_own_chips",
        *_lever("clouds.own_share", 0.0, 0.7), "leader_revenue_musd", (24, 60), -1),
    Row("S9", "scarcity raises the price of chips", "chipmaker.set_markup",
        *_lever("chips.capacity_growth", 0.04, 0.15), "chip_price_kusd", (12, 48), -1),
    Row("S10", "a stronger reaction to rivals raises capital spending on AI", "cloud.raise_ambition",
        *_lever("clouds.arms_race", 0.0, 0.8), "ai_capex_musd", (12, 60), +1),
    Row("S11", "where power is short, more of it means more compute", "phases.installation.install",
        *_lever("energy.cap", 0.3, 3.0), "compute_h100e", (36, 60), +1),
    Row("S12", "capacity that arrives lowers what a fixed capability costs", "cloud.post_rent",
        *_lever("chips.capacity_growth", 0.04, 0.15), "fixed_capability_musd", (24, 60), -1),
    Row("C1", "what clouds keep for themselves first, tenants do not get", "cloud.kept_inside",
        *_lever("clouds.internal_priority", 0.0, 0.9), "tenant_fill_rate", (12, 60), -1),
    Row("C3", "larger equity deals return more of clouds' own money as rent", "phases.finance.sign_stakes",
        *_lever("capital.stake_share", 0.0, 0.2), "circularity", (36, 96), +1),
    Row("C8", "higher switching costs mean less switching", "startup.switching_cost",
        *_lever("compute.switching_scale", 1.0, 10.0), "switching_rate", (24, 96), -1),
    Row("L1", "dearer compute leaves fewer start-ups able to train a model of a fixed capability", "startup.budget",
        *_lever("compute.contract_discount", 0.8, 0.2), "able_labs", (18, 42), -1),
    Row("L3", "dry money lowers entry", "investor.update_sentiment",
        *_lever("capital.dryness", 0.0, 0.8), "startups_entered", (6, 60), -1),
    Row("L5", "faster algorithmic progress raises capability", "technology.research",
        *_lever("technology.efficiency_doubling", 14.0, 6.0), "capability_frontier", (36, 60), +1),
    Row("L6", "export limits drive restricted labs to efficiency", "technology.research",
        *_lever("policy.export_cap_tpp", inf, 1600.0), "algorithms_china", (24, 72), +1),
    Row("L8", "distillation brings followers closer to the frontier", "technology.distil",
        *_lever("technology.distillation", 0.0, 0.2), "gap_follower", (24, 60), -1),
    Row("L9", "faster diffusion of ideas brings followers closer", "technology.research",
        *_lever("technology.diffusion", 0.0, 0.1), "gap_follower", (36, 96), -1),
    Row("L10", "the more reach counts, the more the incumbent lab sells", "service_market.attraction",
        *_lever("services.distribution_weight", 0.5, 4.0), "leading_lab_revenue_musd", (24, 60), +1),
    Row("L11", "better open models let more firms run their own", "enterprise.wants_self_hosting",
        *_lever("technology.openness", 0.0, 2.0), "self_hosted_share", (36, 96), +1),
    Row("L14", "open weights and interoperability make for more vendors", "service_market.attraction",
        {"technology.openness": 0.0, "policy.interoperability": 0.0},
        {"technology.openness": 2.0, "policy.interoperability": 1.0}, "vendor_diversity", (36, 96), +1),
    Row("L16", "the more own data counts, the more services the big clouds sell", "service_market.attraction",
        *_lever("services.data_weight", 0.0, 4.0), "cloud_service_share", (24, 96), +1),
    Row("R1", "interoperability raises switching", "startup.switching_cost",
        *_lever("policy.interoperability", 0.0, 1.0), "switching_rate", (24, 96), +1),
    Row("R1b", "interoperability raises multi-homing", "startup.weighs_second_host",
        *_lever("policy.interoperability", 0.0, 1.0), "multihoming_share", (36, 96), +1),
    Row("R2", "a lower trigger brings remedies earlier", "regulator.opens_inquiry",
        *_lever("policy.trigger", 1.0, 0.2), "remedies_active", (12, 60), +1),
    Row("R3", "complaints that weigh more bring remedies earlier", "regulator.weigh_evidence",
        *_lever("policy.complaint_weight", 0.0, 1.0), "remedies_active", (12, 60), +1),
    Row("R4", "a higher export cap lets more compute into China", "chip_market.sellable_to_china",
        *_lever("policy.export_cap_tpp", 600.0, inf), "china_compute_share", (24, 60), +1),
    Row("R5", "help for domestic chips undoes part of the cap", "phases.settlement.pay_costs",
        *_lever("policy.china_subsidy_musd", 0.0, 2000.0), "china_compute_share", (36, 96), +1,
        both={"policy.export_cap_tpp": 1600.0}),
)  # fmt: skip

OPEN: dict[str, str] = {
    "S4": "lead times lengthen, but direct deliveries to start-ups are not in the model",
    "S7": "no lever on renting out own chips",
    "S8": "labs cannot design or build their own compute",
    "C2": "that a ban ends exclusive contracts holds by construction; its effect on unmet need is not shown",
    "C4": "a partner's share of a lab's compute is not measured",
    "C5": "labs cannot build their own compute",
    "C6": "European clouds' access to chips has no lever of its own",
    "C7": "no effect of spillover on hosts' lead over start-ups found",
    "C9": "shortage everywhere raises multi-homing, but shortage at the own host alone cannot be varied",
    "C10": "the conflict between own use and tenants is not measured",
    "C11": "second contracts are signed without talks",
    "C12": "reactions of values are not measured",
    "C13": "stakes do not tie values yet",
    "L2": "no effect of rents on funding passed on found",
    "L4": "entry does not choose frugality",
    "L7": "capability has one dimension",
    "L12": "clouds' resale of open models is not measured",
    "L13": "no threshold of compute",
    "L15": "no effect of a lab's growth on second hosts found",
    "R6": "remedies are not all in the model",
}
