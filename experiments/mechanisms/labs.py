"""Rows L: labs, models and demand."""

from __future__ import annotations

from math import inf

import numpy as np

from agents.startup import Startup
from agents.types import FloatArray
from environment.economy import Economy
from environment.phases import compute
from experiments.mechanisms.clouds import CONTENT, NOT_BOUND
from experiments.mechanisms.row import Mutant, Row, lever

_wants = compute._wants


def _grows_slowly(e: Economy, startups: Startup, at: FloatArray, at_second: FloatArray) -> FloatArray:
    before = startups.wanted
    return np.minimum(_wants(e, startups, at, at_second), np.where(before > 0.0, 1.03 * before, np.inf))


ROWS: tuple[Row, ...] = (
    Row("L1", "dearer compute leaves fewer start-ups able to train a model of a fixed capability", "startup.budget",
        *lever("compute.contract_discount", 0.8, 0.2), "able_labs", (18, 42), -1),
    Row("L3", "dry money lowers entry", "investor.update_sentiment",
        *lever("capital.dryness", 0.0, 0.8), "startups_entered", (6, 60), -1),
    Row("L5", "faster algorithmic progress raises capability", "technology.research",
        *lever("technology.efficiency_doubling", 14.0, 6.0), "capability_frontier", (36, 60), +1),
    Row("L6", "export limits drive restricted labs to efficiency", "technology.research",
        *lever("policy.export_cap_tpp", inf, 1600.0), "algorithms_china", (24, 72), +1),
    Row("L8", "distillation brings followers closer to the frontier", "technology.distil",
        *lever("technology.distillation", 0.0, 0.2), "gap_follower", (24, 60), -1),
    Row("L9", "faster diffusion of ideas brings followers closer", "technology.research",
        *lever("technology.diffusion", 0.0, 0.1), "gap_follower", (36, 96), -1),
    Row("L10", "the more reach counts, the more the incumbent lab sells", "service_market.attraction",
        *lever("services.distribution_weight", 0.5, 4.0), "leading_lab_revenue_musd", (24, 60), +1),
    Row("L11", "better open models let more firms run their own", "enterprise.wants_self_hosting",
        *lever("technology.openness", 0.0, 2.0), "self_hosted_share", (36, 96), +1),
    Row("L14", "open weights and interoperability make for more vendors", "service_market.attraction",
        {"technology.openness": 0.0, "policy.interoperability": 0.0},
        {"technology.openness": 2.0, "policy.interoperability": 1.0}, "vendor_diversity", (36, 96), +1),
    Row("L15", "a leading lab whose sales grow faster outgrows what clouds can serve, where power holds them back",
        "phases.compute.rent_compute", *lever("services.fashion", 0.0, 0.1), "leading_lab_unmet_share", (36, 72), +1,
        (Mutant("environment.phases.compute:_wants", _grows_slowly, "no lab's need grows by more than 3 % a month"),),
        both={"energy.cap": 0.3}),
    Row("L15b", "labs that scale up faster outgrow one cloud: the leading one takes a second",
        "startup.weighs_second_host", *lever("startups.runway", 30.0, 9.0), "leading_lab_hosts", (24, 60), +1,
        (NOT_BOUND, CONTENT)),
    Row("L16", "the more own data counts, the more services the big clouds sell", "service_market.attraction",
        *lever("services.data_weight", 0.0, 4.0), "cloud_service_share", (24, 96), +1),
)  # fmt: skip

OPEN: dict[str, str] = {
    "L2": "no effect of rents on funding passed on found",
    "L4": "entry does not choose frugality",
    "L7": "capability has one dimension",
    "L12": "clouds' resale of open models is not measured",
    "L13": "no threshold of compute",
}
