"""Rows S: chip supply."""

from __future__ import annotations

from experiments.mechanisms.row import Row, lever

ROWS: tuple[Row, ...] = (
    Row("S1", "a stronger software moat raises the leader's share", "chip_market.maker_shares",
        *lever("chips.moat", 0.5, 2.5), "chip_leader_share", (24, 60), +1),
    Row("S2", "rivals that build software whatever their share lower the leader's share, in years",
        "phases.technology.build_moats", *lever("chips.software_catch_up", 0.0, 0.2), "chip_leader_share",
        (96, 108), -1),
    Row("S3", "faster growth of packaging shortens the lead time", "chipmaker.plan_capacity",
        *lever("chips.capacity_growth", 0.04, 0.15), "lead_time_weeks", (12, 48), -1),
    Row("S5", "allocation by standing rather than pro rata concentrates deliveries", "chip_market.ration",
        *lever("chips.kingmaker", 0.0, 2.0), "hhi_deliveries", (12, 36), +1),
    Row("S6", "own chip programmes lower what the leader sells", "cloud.ramps_own_chips",
        *lever("clouds.own_share", 0.0, 0.7), "leader_revenue_musd", (24, 60), -1),
    Row("S9", "scarcity raises the price of chips", "chipmaker.set_markup",
        *lever("chips.capacity_growth", 0.04, 0.15), "chip_price_kusd", (12, 48), -1),
    Row("S10", "a stronger reaction to rivals raises capital spending on AI", "cloud.raise_ambition",
        *lever("clouds.arms_race", 0.0, 0.8), "ai_capex_musd", (12, 60), +1),
    Row("S11", "where power is short, more of it means more compute", "phases.installation.install",
        *lever("energy.cap", 0.3, 3.0), "compute_h100e", (36, 60), +1),
    Row("S12", "capacity that arrives lowers what a fixed capability costs", "cloud.post_rent",
        *lever("chips.capacity_growth", 0.04, 0.15), "fixed_capability_musd", (24, 60), -1),
)  # fmt: skip

OPEN: dict[str, str] = {
    "S4": "lead times lengthen, but direct deliveries to start-ups are not in the model",
    "S7": "no lever on renting out own chips",
    "S8": "labs cannot design or build their own compute",
}
