"""Rows P: commitments, who is served, and prices that clear what is left."""

from __future__ import annotations

from typing import Any

import numpy as np

from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.experiments.studies.mechanisms.row import Mutant, Row, lever

ENDLESS = 1e12  # H100e


def _reserves_nothing(lab: Any, p: Any, served: FloatArray, *given: FloatArray) -> FloatArray:
    return np.zeros(served.shape)


def _is_never_released(lab: Any, p: Any) -> BoolArray:
    return np.zeros(lab.used.shape, dtype=np.bool_)


def _keeps_its_quote(cloud: Any, p: Any, floor: FloatArray) -> FloatArray:
    return np.asarray(cloud.spot * 1.0)


def _commits_all(cloud: Any, p: Any, ahead: FloatArray) -> FloatArray:
    return np.full(ahead.shape, ENDLESS)


RESERVES_NOTHING = Mutant("agents.startup:Startup.reserves", _reserves_nothing, "nobody reserves compute")
COMMITS_ALL = Mutant("agents.cloud:Cloud.commits_to_one", _commits_all, "a host would build for one lab alone")
NEVER_RELEASED = Mutant("agents.startup:Startup.is_released", _is_never_released, "no host releases a lab")
KEEPS_ITS_QUOTE = Mutant("agents.cloud:Cloud.quotes_spot", _keeps_its_quote, "prices by the month do not move")

ROWS: tuple[Row, ...] = (
    Row("P1", "labs that fear to be short reserve more of their compute", "lessee.reserves",
        *lever("contracts.scarcity_weight", 0.0, 40.0), "reserved_part", (12, 60), +1, (RESERVES_NOTHING,)),
    Row("P1b", "and what is reserved is served first: who has no contract is served the worse", "rationing.ration",
        *lever("contracts.most_reserved", 0.0, 1.0), "fill_unreserved", (12, 60), -1, (RESERVES_NOTHING,),
        both={"contracts.scarcity_weight": 40.0}),
    Row("P1c", "the less of what it runs a host commits to one lab, the less is reserved", "lessor.commits_to_one",
        *lever("contracts.most_to_one", 1.0, 0.1), "reserved_part", (12, 60), -1, (COMMITS_ALL,)),
    Row("P11", "a bound lab is released as its need outgrows its host: the sooner, the less of it the host bears",
        "lessee.is_released", *lever("contracts.release", 5.0, 0.005), "leading_lab_exclusive", (12, 60), -1,
        (NEVER_RELEASED,)),
    Row("P11b", "and the sooner, the less of what it runs a host promises to one lab", "lessor.commits_to_one",
        *lever("contracts.most_to_one", 1.0, 0.1), "leading_lab_exclusive", (12, 60), -1, (COMMITS_ALL,)),
    Row("P12", "a surge of load raises prices by the month", "cloud.quotes_spot",
        *lever("startups.compute_share", 0.2, 0.6), "rent_market_usd_per_hour", (3, 36), +1, (KEEPS_ITS_QUOTE,)),
    Row("P12b", "and a glut that new clouds build on hope lowers them", "cloud.quotes_spot, cloud.sees_chance",
        *lever("clouds.appetite", 0.0, 2.0), "rent_market_usd_per_hour", (12, 60), -1, (KEEPS_ITS_QUOTE,)),
)  # fmt: skip

OPEN: dict[str, str] = {}
