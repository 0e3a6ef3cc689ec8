"""Rows R: rules of the game."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from kingmaker.agents.regulator import Regulator
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import CN, BoolArray, FloatArray
from kingmaker.environment.core.regions import PLACES
from kingmaker.experiments.studies.mechanisms.row import Mutant, Row, lever

_switching_cost, _second_host = Startup.switching_cost, Startup.weighs_second_host
_weigh = Regulator.weigh_evidence


def _refactoring_stays(firm: Startup, p: Any, egress: FloatArray, kept: FloatArray) -> FloatArray:
    return _switching_cost(firm, p, egress, np.ones_like(kept))


def _second_host_stays_dear(firm: Startup, p: Any, other: Any, expected: Any, kept: FloatArray, draws: Any) -> Any:
    return _second_host(firm, p, other, expected, np.ones_like(kept), draws)


def _ban_ignored(law: FloatArray, remedy: BoolArray) -> FloatArray:
    return np.ones(np.broadcast(law, remedy).shape)


def _never_opens(authority: Regulator, p: Any, dated: BoolArray) -> BoolArray:
    return np.zeros_like(dated)


def _deaf(authority: Regulator, p: Any, hhi: FloatArray, short: FloatArray, closed: FloatArray, tied: Any) -> Any:
    return _weigh(authority, p, hhi, np.zeros_like(short), np.zeros_like(closed), tied)


def _all_cleared(amount: FloatArray, worry: FloatArray, bar: FloatArray, least: FloatArray) -> Any:
    return np.zeros(amount.shape, dtype=np.bool_), np.zeros(amount.shape, dtype=np.bool_)


def _all_sellable(tpp: FloatArray, *rest: Any, **limits: Any) -> BoolArray:
    return np.ones(tpp.shape, dtype=np.bool_)


def _china_for_chinese(e: Any) -> BoolArray:
    chinese = e.clouds.view().region == CN
    return np.asarray(chinese[..., np.newaxis] | (np.arange(PLACES) != CN))


def _nothing(*given: Any) -> None:
    return None


def _no_quota(to_china: FloatArray, elsewhere: FloatArray, quota: FloatArray) -> FloatArray:
    return np.ones(to_china.shape)


def _duty_not_passed_on(e: Any) -> FloatArray:
    return np.ones(e.chips.outstanding.shape)


def _moving_is_free(e: Any, startups: Startup, signs: BoolArray) -> None:
    e.now.compute.switching_fees_musd = np.zeros(e.worlds)


def _parallel_use_is_free(e: Any, second: FloatArray) -> None:
    e.now.compute.parallel_fees_musd = np.zeros(e.worlds)


def _lets_in(e: Any) -> FloatArray:
    return np.zeros((e.worlds, 1))


def _same_price(e: Any) -> FloatArray:
    return np.zeros((e.worlds, 1))


def _no_reserve(small: FloatArray, capacity: FloatArray, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    return np.zeros_like(small), np.zeros_like(small)


def _nobody_calls(e: Any, solvent: BoolArray, lot: FloatArray) -> tuple[BoolArray, BoolArray]:
    return np.zeros_like(solvent), np.zeros_like(solvent)


def _no_public_wants(e: Any, rent: FloatArray, free: FloatArray) -> FloatArray:
    return np.zeros_like(free)


SWITCHING = Mutant("agents.startup:Startup.switching_cost", _refactoring_stays,
                   "the law does not lower the work of moving")  # fmt: skip
SECOND = Mutant("agents.startup:Startup.weighs_second_host", _second_host_stays_dear,
                "the law does not lower the cost of a second host")  # fmt: skip
INQUIRIES = Mutant("agents.regulator:Regulator.opens_inquiry", _never_opens, "authorities open no inquiry")
COMPLAINTS = Mutant("agents.regulator:Regulator.weigh_evidence", _deaf, "complaints are no evidence")
REVIEW = Mutant("environment.policy.review:verdict", _all_cleared, "every deal is cleared")
TEAMS = Mutant("environment.firms.exits:approach_teams", _nobody_calls, "no giant approaches a team")
CAP = (
    Mutant("environment.chips.chip_market:sellable_to_china", _all_sellable, "every chip may be sold to China"),
    Mutant("environment.chips.places:may_build", _china_for_chinese, "the rule does not decide who builds in China"),
)
SUBSIDY = Mutant("environment.firms.settlement:support_industry", _nothing, "public money does not reach chipmakers")
SMUGGLING = Mutant("environment.chips.installation:smuggle", _nothing, "nothing is resold on the grey market")
QUOTA = Mutant("environment.chips.chip_market:within_quota", _no_quota, "the quota is not applied")
DUTY = (
    Mutant("environment.chips.orders:duty_passed_on", _duty_not_passed_on, "sellers bear the duty (orders)"),
    Mutant("environment.chips.chip_supply:duty_passed_on", _duty_not_passed_on, "sellers bear the duty (bills)"),
)
MOVING = Mutant("environment.compute.hosts:pay_for_moving", _moving_is_free, "nobody is charged for moving")
PARALLEL = Mutant("environment.compute.renting:pay_parallel_egress", _parallel_use_is_free,
                  "nobody is charged for using two hosts")  # fmt: skip
BAN = Mutant("environment.policy.procedures:exclusivity_allowed", _ban_ignored, "the law does not reach contracts")
RESERVE = Mutant("environment.compute.compute_market:reserve", _no_reserve, "no capacity is set aside")
BLOCK = Mutant("environment.chips.buyers:kept_out", _lets_in, "the Chinese authorities let all foreign chips in")
NO_PREMIUM = Mutant("environment.chips.grey_prices:premium", _same_price, "chips cost the same in China as elsewhere")
FUND = Mutant("environment.compute.rationing:public_wants", _no_public_wants, "public money buys no compute")

CAPPED = {"policy.export_cap_tpp": 1600.0}
DECIDED = {"policy.gatekeeper_designation": 1, "policy.remedies": 1}  # what authorities find, they may remedy

ROWS: tuple[Row, ...] = (
    Row("R1", "interoperability raises switching", "startup.switching_cost",
        *lever("policy.interoperability", 0.0, 1.0), "switching_rate", (24, 72), +1, (SWITCHING, SECOND)),
    Row("R1b", "interoperability raises multi-homing", "startup.weighs_second_host",
        *lever("policy.interoperability", 0.0, 1.0), "multihoming_share", (36, 72), +1, (SECOND,)),
    Row("R2", "a lower trigger brings remedies earlier", "regulator.opens_inquiry",
        *lever("policy.trigger", 1.0, 0.2), "remedies_active", (12, 60), +1, (INQUIRIES,), both=DECIDED),
    Row("R2b", "where the remedy is interoperability, earlier remedies leave the cloud market less concentrated",
        "regulator.opens_inquiry", *lever("policy.trigger", 2.0, 0.1), "hhi_cloud_all", (60, 72), -1, (INQUIRIES,),
        both={**DECIDED, "policy.remedy_interoperability": 1.0, "policy.compliance": 1.0}),
    Row("R3", "more complaints bring more inquiries", "regulator.weigh_evidence",
        *lever("policy.complaint_chance", 0.0, 1.0), "inquiries_opened", (12, 60), +1, (COMPLAINTS,)),
    Row("R3b", "a stricter review lets clouds buy fewer stakes in labs", "review.verdict",
        *lever("policy.partnership_review", 0.0, 0.9), "stakes_signed", (6, 60), -1, (REVIEW,)),
    Row("R3c", "a mild review, which blocks nothing, unbundles ties", "partnership_review.review_deals",
        *lever("policy.partnership_review", 0.0, 0.5), "exclusive_share", (14, 48), -1, (REVIEW,)),
    Row("R3d", "where merger control keeps giants from buying labs they hire the teams away",
        "exits.approach_teams", *lever("policy.merger_control", 0.0, 0.9), "hire_aways", (12, 72), +1, (TEAMS,),
        seeds=24),
    Row("R3e", "where hiring a team counts as a merger, fewer teams are hired away", "exits.approach_teams",
        *lever("policy.hire_review", 0.0, 0.9), "hire_aways", (12, 72), -1, (TEAMS,),
        both={"policy.merger_control": 0.9}, seeds=24),
    Row("R4", "a higher export cap lets more compute into China", "chip_market.sellable_to_china",
        *lever("policy.export_cap_tpp", 600.0, inf), "china_compute_share", (24, 60), +1, CAP),
    Row("R5", "help for domestic chips undoes part of the cap", "settlement.support_industry",
        *lever("policy.china_subsidy_musd", 0.0, 2000.0), "china_compute_share", (36, 72), +1, (SUBSIDY,),
        both=CAPPED),
    Row("R5b", "the grey market undoes part of the cap", "installation.smuggle",
        *lever("policy.grey_leak", 0.0, 0.3), "china_compute_share", (24, 60), +1, (SMUGGLING,), both=CAPPED),
    Row("R5c", "a volume quota keeps compute out of China", "chip_market.within_quota",
        *lever("policy.export_quota", 0.02, 1e6), "china_compute_share", (24, 60), +1, (QUOTA,),
        both={"policy.export_cap_tpp": inf}),
    Row("R5d", "an export duty that sellers pass on keeps compute out of China", "orders.duty_passed_on",
        *lever("policy.export_duty", 0.0, 1.0), "china_compute_share", (24, 60), -1, DUTY,
        both={"policy.export_cap_tpp": inf}),
    Row("R5e", "China's own block of foreign chips raises what its chipmakers make", "buyers.kept_out",
        *lever("policy.import_block", 0.0, 1.0), "china_chips_made", (30, 60), +1, (BLOCK,)),
    Row("R5f", "the block keeps compute out of China", "buyers.kept_out",
        *lever("policy.import_block", 0.0, 1.0), "china_compute_share", (24, 60), -1, (BLOCK,)),
    Row("R5g", "buyers whom the block turns away from foreign chips lower the grey premium", "grey_prices.premium",
        *lever("policy.import_block_reach", 0.0, 0.8), "grey_premium", (24, 60), -1, (NO_PREMIUM,),
        both={"policy.import_block": 1.0}),
    Row("R6", "a cap on switching charges lowers what is paid for moving", "hosts.pay_for_moving",
        *lever("policy.egress_fee", 0.0, 1.0), "switching_fees_musd", (24, 72), +1, (MOVING,),
        both={"policy.interoperability": 1.0}),
    Row("R6b", "a cap on fees of parallel use lowers what is paid for a second host",
        "public_compute.pay_parallel_egress", *lever("policy.parallel_egress_fee", 0.0, 1.0),
        "parallel_fees_musd", (24, 60), +1, (PARALLEL,),
        both={"policy.interoperability": 1.0}),
    Row("R6c", "a ban of exclusive contracts lowers the share of compute under them", "startup.reviews",
        *lever("policy.exclusivity_ban", 0, 1), "exclusive_share", (6, 36), -1, (BAN,)),
    Row("R6d", "reserved capacity serves small tenants in a shortage", "compute_market.reserve",
        *lever("policy.reserved_capacity", 0.0, 0.2), "small_fill_rate", (16, 36), +1, (RESERVE,), seeds=40),
    Row("R6e", "a public fund gives public users compute", "public_compute.public_wants",
        *lever("policy.compute_fund_musd", 0.0, 50.0), "public_compute_h100e", (12, 36), +1, (FUND,)),
    Row("R6f", "interoperability imposed on gatekeepers raises switching", "enforcement.designate",
        *lever("policy.remedy_interoperability", 0.0, 1.0), "switching_rate", (36, 96), +1, (SWITCHING,),
        both={**DECIDED, "policy.trigger": 0.2, "policy.compliance": 1.0}),
)  # fmt: skip

OPEN: dict[str, str] = {}
