"""Rows R: rules of the game."""

from __future__ import annotations

from math import inf

from experiments.mechanisms.row import Row, lever

ROWS: tuple[Row, ...] = (
    Row("R1", "interoperability raises switching", "startup.switching_cost",
        *lever("policy.interoperability", 0.0, 1.0), "switching_rate", (24, 96), +1),
    Row("R1b", "interoperability raises multi-homing", "startup.weighs_second_host",
        *lever("policy.interoperability", 0.0, 1.0), "multihoming_share", (36, 96), +1),
    Row("R2", "a lower trigger brings remedies earlier", "regulator.opens_inquiry",
        *lever("policy.trigger", 1.0, 0.2), "remedies_active", (12, 60), +1),
    Row("R3", "complaints that weigh more bring remedies earlier", "regulator.weigh_evidence",
        *lever("policy.complaint_weight", 0.0, 1.0), "remedies_active", (12, 60), +1),
    Row("R4", "a higher export cap lets more compute into China", "chip_market.sellable_to_china",
        *lever("policy.export_cap_tpp", 600.0, inf), "china_compute_share", (24, 60), +1),
    Row("R5", "help for domestic chips undoes part of the cap", "phases.settlement.pay_costs",
        *lever("policy.china_subsidy_musd", 0.0, 2000.0), "china_compute_share", (36, 96), +1,
        both={"policy.export_cap_tpp": 1600.0}),
)  # fmt: skip

OPEN: dict[str, str] = {
    "R6": "remedies are not all in the model",
}
