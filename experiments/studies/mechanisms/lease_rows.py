"""Rows W: leases of years between clouds, and the clouds that live by them."""

from __future__ import annotations

from typing import Any

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.experiments.studies.mechanisms.row import Mutant, Row, lever


def _seeks_nothing(cloud: Any, p: Any, lacking: FloatArray) -> FloatArray:
    return np.zeros_like(lacking)


def _lent_on_chips(cloud: Any, p: Any) -> FloatArray:
    """Lenders look at chips alone, whoever has committed to rent them."""
    return np.asarray(p.clouds.loan_to_value * cloud.fixed)


def _plans_for_tenants(cloud: Any, p: Any, horizon: FloatArray) -> FloatArray:
    """Nobody builds for what is signed."""
    return np.asarray(np.where(cloud.rents_out, cloud.demand_outside + cloud.workloads + cloud.ambition, 0.0))


def _never_dares(cloud: Any, p: Any, market: FloatArray, margin: FloatArray) -> FloatArray:
    return np.zeros_like(market * margin)


_NO_LEASES = Mutant("agents.cloud:Cloud.seeks_leases", _seeks_nothing, "no cloud leases capacity for years")
_ON_CHIPS = Mutant("agents.cloud:Cloud.can_owe", _lent_on_chips, "lenders look at chips, not at contracts")
_PURSE = lever("compute.lease_purse", 0.0, 0.05)

_LITTLE_ADVANCED = {"clouds.advance_strong": 0.05, "clouds.advance_weak": 0.05}

ROWS: tuple[Row, ...] = (
    Row("W1", "where giants lease, new clouds live by commitments", "term_leases.sign_leases, cloud.seeks_leases",
        *_PURSE, "new_cloud_committed_share", (24, 48), +1, (_NO_LEASES,)),
    Row("W2", "the longer the leases, the larger the backlog", "term_leases.sign_leases",
        *lever("compute.lease_longest", 24.0, 60.0), "backlog_musd", (24, 48), +1, (_NO_LEASES,)),
    Row("W3", "debt of new clouds follows what is signed with them", "cloud.can_owe, term_leases.see_contracts",
        *lever("clouds.advance_strong", 0.1, 0.5), "new_cloud_debt_musd", (24, 48), +1, (_ON_CHIPS,)),
    Row("W4", "a new cloud without contracts stays small", "cloud.can_owe, cloud.desired_capacity",
        *_PURSE, "new_cloud_compute_share", (24, 48), +1,
        (_NO_LEASES, Mutant("agents.cloud:Cloud.desired_capacity", _plans_for_tenants, "nobody builds for backlog"))),
    Row("W5", "money paid ahead builds what is signed, where lenders advance little on it",
        "term_leases.sign_leases, cloud.capex_limit", *lever("compute.lease_prepaid", 0.02, 0.3), "leased_h100e",
        (24, 48), +1, (_NO_LEASES,), both=_LITTLE_ADVANCED, seeds=32),
    Row("W6", "without a chance on the spot market new clouds build for contracts alone", "cloud.sees_chance",
        *lever("clouds.spot_threshold", 1.0, 5.0), "new_cloud_compute_share", (36, 72), -1,
        (Mutant("agents.cloud:Cloud.sees_chance", _never_dares, "no cloud builds for tenants whom it hopes to win"),)),
)  # fmt: skip
