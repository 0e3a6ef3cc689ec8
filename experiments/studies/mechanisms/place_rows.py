"""Rows G: places, where compute stands; beside the 47 mechanisms of the articles."""

from __future__ import annotations

from typing import Any

import numpy as np

from kingmaker.agents.sited import Sited
from kingmaker.agents.types import FloatArray
from kingmaker.environment.chips.places import standing
from kingmaker.environment.core.regions import PLACES
from kingmaker.experiments.studies.mechanisms.row import Mutant, Row, lever

_weighs_site = Sited.weighs_site


def _minds_no_cost(owner: Sited, p: Any, stood: FloatArray, dearer: FloatArray, wait: FloatArray) -> FloatArray:
    return _weighs_site(owner, p, stood, np.ones_like(dearer), wait)


def _does_not_wait(owner: Sited, p: Any, stood: FloatArray, dearer: FloatArray, wait: FloatArray) -> FloatArray:
    return _weighs_site(owner, p, stood, dearer, np.ones_like(wait))


def _law_unheard(e: Any) -> FloatArray:
    return np.asarray(e.conditions.inference_share * e.p.places.near * np.ones(PLACES))


def _nothing_owed(e: Any) -> FloatArray:
    return np.zeros((e.worlds, e.clouds.slots))


def _everybody_in_reach(e: Any, asked: list[FloatArray], business: FloatArray) -> Any:
    return asked, business, np.zeros_like(business)


def _all_may_serve(e: Any) -> FloatArray:
    return np.ones((e.worlds, e.clouds.slots))


COST = Mutant("agents.sited:Sited.weighs_site", _minds_no_cost, "owners do not mind what a site costs")
WAIT = Mutant("agents.sited:Sited.weighs_site", _does_not_wait, "owners do not mind how long power takes")
CUSTOMERS = Mutant("environment.chips.places:customers", standing, "owners do not look where their customers are")
SITING = (
    Mutant("environment.chips.places:near_customers", _law_unheard, "owners do not build for the rule (users)"),
    Mutant("environment.chips.places:owed_to_law", _nothing_owed, "owners do not build for the rule (tenants)"),
)
REACH = Mutant("environment.compute.rationing:within_reach", _everybody_in_reach, "the rule does not bind clouds")
CHOICE = Mutant("environment.compute.hosts:may_serve", _all_may_serve, "the rule does not guide tenants' choice")

ROWS: tuple[Row, ...] = (
    Row("G1", "dear power in Europe keeps compute away from it", "sited.weighs_site",
        *lever("energy.europe_price", 0.5, 4.0), "eu_compute_share", (24, 48), -1, (COST,),
        residue=0.001),  # dear power also makes European clouds' rents dearer
    Row("G2", "aid for data centres in Europe draws compute there", "sited.weighs_site",
        *lever("policy.site_grant", 0.0, 0.5), "eu_compute_share", (24, 48), +1, (COST,),
        residue=0.001),  # aid is also money to build with
    Row("G3", "where power is slow, those who will not wait build elsewhere", "sited.weighs_site",
        *lever("places.impatience", 0.0, 0.5), "eu_compute_share", (48, 84), -1, (WAIT,),
        both={"energy.europe_price": 0.3}),
    Row("G4", "users who want to be near draw compute to where they are", "places.customers",
        *lever("places.near", 0.0, 0.9), "eu_compute_share", (24, 48), +1, (CUSTOMERS,)),
    Row("G5", "a sovereignty rule that asks for the place raises compute in Europe", "places.near_customers",
        *lever("policy.sovereign_place", 0.0, 1.0), "eu_compute_share", (12, 36), +1, SITING),
    Row("G6", "a rule that asks for the place keeps European start-ups' compute in Europe", "sovereignty.within_reach",
        *lever("policy.sovereign_place", 0.0, 1.0), "eu_hosted_at_home_share", (12, 60), +1, (REACH, *SITING)),
    Row("G7", "one that asks for the owner moves them to European clouds", "sovereignty.within_reach",
        *lever("policy.sovereign_owner", 0.0, 1.0), "eu_hosted_by_europeans_share", (12, 60), +1, (REACH, CHOICE)),
)  # fmt: skip
