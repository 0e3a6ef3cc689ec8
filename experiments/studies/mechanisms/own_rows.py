"""Rows on own needs, beside S10: what owners of clouds run for themselves follows its returns."""

from __future__ import annotations

from typing import Any

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.experiments.studies.mechanisms.row import Mutant, Row, lever

# returns that have all but stopped, against those of the reference
RETURNS = lever("clouds.own_gain", 0.02, 0.2)


def _sink(owner: Any, p: Any) -> FloatArray:
    """More is added month by month, whatever it brings."""
    return np.asarray(owner.workloads * np.exp(p.clouds.own_calm))


def _never_disappointed(owner: Any, p: Any) -> FloatArray:
    return np.ones_like(owner.sentiment)


def _not_surprised(owner: Any, p: Any) -> FloatArray:
    return np.zeros_like(owner.sentiment)


def _every_unit_alike(owner: Any, p: Any, work: FloatArray) -> FloatArray:
    """Each unit of compute serves as much business as the first one."""
    return np.asarray(work / p.clouds.own_half * (owner.outside_revenue > 0.0))


OWN_NEEDS: tuple[Row, ...] = (
    Row("S10b", "owners whose compute brings next to nothing stop wanting more of it", "owner.plans_work",
        *RETURNS, "own_work_h100e", (24, 72), +1,
        (Mutant("agents.cloud:Cloud.plans_work", _sink, "own work grows, whatever it brings"),)),
    Row("S10c", "and believe less in AI's growth, as their returns fall short", "owner.weighs_evidence",
        *RETURNS, "belief", (24, 72), +1,
        (Mutant("agents.cloud:Cloud.weighs_evidence", _never_disappointed, "returns disappoint nobody"),
         Mutant("agents.cloud:Cloud.surprise", _not_surprised, "nobody compares returns with what was expected"))),
    Row("S10d", "who asks a higher return on own compute runs less, of which each hour brings more", "owner.served",
        *lever("clouds.hurdle", 0.0, 0.4), "own_yield", (24, 72), +1,
        (Mutant("agents.cloud:Cloud.served", _every_unit_alike, "each further hour brings as much as the first"),)),
)  # fmt: skip
