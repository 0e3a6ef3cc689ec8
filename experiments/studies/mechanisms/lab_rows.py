"""Rows L: labs, models and demand."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any

import numpy as np

from kingmaker.agents.startup import Startup
from kingmaker.agents.types import FloatArray
from kingmaker.environment.compute import renting
from kingmaker.environment.compute.rationing import Wants
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.knowledge import effective_compute
from kingmaker.environment.model import ComputeEconomy
from kingmaker.environment.services import service_market
from kingmaker.experiments.studies.mechanisms.cloud_rows import CONTENT
from kingmaker.experiments.studies.mechanisms.row import Mutant, Row, lever

EFFECTIVE = "environment.knowledge.effective_compute"

_wants = renting.startup_wants


def _grows_slowly(e: Economy, startups: Startup, *given: Any) -> tuple[Wants, FloatArray]:
    before = startups.wanted
    labs, own = _wants(e, startups, *given)
    most = np.where(before > 0.0, np.maximum(1.03 * before, own), np.inf) - own
    wanted = np.minimum(labs.wanted, most)
    return replace(labs, wanted=wanted, open=np.maximum(labs.open - (labs.wanted - wanted), 0.0)), own


_research, _attraction, _budget = effective_compute.research, service_market.attraction, Startup.budget


def _research_at_one_pace(*given: FloatArray, pace: FloatArray, **rules: FloatArray) -> FloatArray:
    return _research(*given, pace=np.full_like(pace, 0.03), **rules)


def _research_unspurred(
    own: FloatArray, best: FloatArray, public: FloatArray, talent: FloatArray, want: FloatArray, **rules: FloatArray
) -> FloatArray:
    return _research(own, best, public, talent, np.zeros_like(want), **rules)


def _research_alone(*given: FloatArray, diffusion: FloatArray, openness: FloatArray, **rules: FloatArray) -> FloatArray:
    return _research(*given, diffusion=np.zeros_like(diffusion), openness=np.zeros_like(openness), **rules)


def _attraction_without_reach(
    quality: FloatArray, best: FloatArray, reach: FloatArray, *given: FloatArray, **weights: FloatArray
) -> FloatArray:
    return _attraction(quality, best, np.ones_like(reach), *given, **weights)


def _attraction_without_data(
    quality: FloatArray, best: FloatArray, reach: FloatArray, data: FloatArray, *given: FloatArray, **w: FloatArray
) -> FloatArray:
    return _attraction(quality, best, reach, np.zeros_like(data), *given, **w)


def _whatever_the_gap(self: Any, p: Any, gap: FloatArray, price: FloatArray, cost: FloatArray) -> FloatArray:
    return np.where(self.household, 0.0, 0.05 * np.ones_like(price / cost))


def _never_opens(self: Any, *_: Any) -> Any:
    return np.zeros_like(self.open_weights)


def _fixed_parts(self: Any, p: Any, dearness: FloatArray) -> tuple[FloatArray, FloatArray]:
    spendable = np.minimum(self.burn + p.startups.reinvested * self.revenue, p.startups.spending_purse * self.cash)
    return self.compute_share * spendable, (1.0 - self.compute_share) * spendable


def _own_models_only(self: Any, p: Any, dearness: FloatArray) -> tuple[FloatArray, FloatArray]:
    compute, staff = _budget(self, p, dearness)
    builds = self.product > self.capability
    return np.where(builds, 0.0, compute), np.where(builds, compute + staff, staff)


def _no_resale(e: Any, bill: FloatArray) -> None:
    e.now.services.resale = np.zeros_like(bill)


def _serving_as_ever(
    used: FloatArray, sales: FloatArray, best: FloatArray, **_: FloatArray
) -> tuple[FloatArray, FloatArray]:
    return np.full_like(best, 0.1), np.ones_like(used)


def _hazard(model: ComputeEconomy, window: tuple[int, int]) -> FloatArray:
    failed, alive = (model.measures.array(name)[slice(*window)] for name in ("startups_failed", "startups_alive"))
    return np.asarray(failed.sum(axis=0) / alive.sum(axis=0))


def _by_habit(p: Any, dearness: FloatArray) -> FloatArray:
    return np.asarray(p.startups.frugal_share + 0.0 * dearness)


_NO_RL = Mutant("agents.developer:Developer.chooses_rl", lambda self, *_: np.zeros_like(self.rl),
                "no reinforcement learning after training")  # fmt: skip
_ONE_QUALITY = Mutant("environment.services.service_market:quality", lambda capability, *_, **__: capability,
                      "users do not tell compute from algorithms")  # fmt: skip
_CLOSED = (
    Mutant("agents.startup:Startup.opens_weights", _never_opens, "no start-up opens its weights"),
    Mutant("agents.cloud:Cloud.opens_weights", _never_opens, "no cloud opens its weights"),
)
_BY_HABIT = tuple(
    Mutant(f"{module}:frugal_chance", _by_habit, means)
    for module, means in (
        ("agents.startup", "who pivots does not look at rents"),
        ("environment.firms.turnover", "founders do not look at rents and queues"),
    )
)
_ELSEWHERE = (
    Mutant("agents.startup:Startup.budget", _own_models_only, "start-ups run open models outside of clouds"),
    Mutant("agents.startup:Startup.serves", lambda self, p, rent: np.zeros_like(self.revenue + rent),
           "start-ups serve outside of clouds"),
    Mutant("environment.compute.renting:enterprise_wants", lambda e, rent: np.zeros_like(rent),
           "enterprises run open models outside of clouds"),
    Mutant("environment.services.open_models:resell", _no_resale, "clouds do not resell open models"),
)  # fmt: skip
_SLOW_NEED = Mutant(
    "environment.compute.renting:startup_wants", _grows_slowly, "no lab's need grows by more than 3 % a month"
)
# clouds cannot grow as fast as their tenants: at the baseline they can, and the leading lab is hardly ever short
_POWER_SHORT = {"energy.cap": 0.3}
_RL = lever("technology.rl_intensity", 0.3, 1.5)
_OPENNESS = lever("technology.openness", 0.0, 2.0)
_OPEN_WORLD = (
    {"technology.openness": 0.0, "policy.interoperability": 0.0},
    {"technology.openness": 2.0, "policy.interoperability": 1.0},
)

_STEADY_SAVERS = Mutant("agents.investor:Investor.commits", lambda self, *_: self.commitments + 0.0,
                        "savers promise what they always did")  # fmt: skip

ROWS: tuple[Row, ...] = (
    Row("L1", "dearer compute leaves fewer start-ups able to train a model of a fixed capability",
        "startup.budget, technology.training_flop",
        {"compute.contract_discount": 0.8, "compute.market_markup": 0.5},
        {"compute.contract_discount": 0.2, "compute.market_markup": 4.0}, "able_labs", (18, 54), -1,
        (Mutant("environment.knowledge.effective_compute:training_flop", lambda compute, _: np.ones_like(compute),
                "training takes no compute"),),
        both={"contracts.scarcity_weight": 40.0, "contracts.binding_cost": 0.0}),  # labs compute under contracts
    # where tenants come first: a queue leaves money for compute unspent, and dearer compute shortens it
    # no other channel from the price of contracts: chips of one's own, leases, queues, what is due
    Row("L2", "dearer compute takes a larger part of the raised money that labs spend", "startup.budget",
        *lever("compute.contract_discount", 0.5, 0.1), "raised_for_compute", (6, 18), +1,
        (Mutant("agents.startup:Startup.budget", _fixed_parts, "labs spend a fixed share on compute"),),
        both={"clouds.internal_priority": 0.0, "sites.smallest_purchase": 10000.0, "compute.lease_purse": 0.0,
              "contracts.quote_up": 1.0, "contracts.due": 0.0}),
    Row("L3", "dry money lowers entry", "investor.update_sentiment",
        *lever("capital.dryness", 0.0, 0.8), "startups_entered", (6, 36), -1,
        (Mutant("agents.investor:Investor.update_sentiment", lambda self, *_: self.sentiment + 0.0,
                "funds' mood does not move"),)),
    Row("L3b", "dry money raises start-ups' hazard of failure", "startup.fails, investor.invests",
        *lever("capital.dryness", 0.0, 0.8), "failures over start-ups alive", (6, 24), +1,
        (Mutant("agents.investor:Investor.update_sentiment", lambda self, *_: self.sentiment + 0.0,
                "funds' mood does not move"),), of=_hazard, seeds=30),
    Row("L3c", "money follows returns: the more savers heed them, the more they promise in the boom",
        "investor.commits",
        *lever("capital.return_response", 0.0, 3.0), "venture_promised_musd", (42, 72), +1, (_STEADY_SAVERS,)),
    Row("L3d", "disappointment withdraws money: where users spend little, savers promise less", "investor.commits",
        *lever("demand.intensity", 0.12, 0.02), "venture_promised_musd", (42, 72), -1, (_STEADY_SAVERS,), seeds=16),
    Row("L3e", "labs that commit to compute ahead of sales raise mega-rounds: more of the money goes to few",
        "venture.commits_ahead", *lever("capital.ahead_part", 0.0, 2.0), "mega_round_share", (36, 72), +1,
        (Mutant("agents.venture:Venture.commits_ahead", lambda self, *_: 0.0 * self.revenue,
                "no plan reaches beyond today's sales"),), seeds=16),
    Row("L4", "scarce compute makes more founders choose frugal designs", "startup.frugal_chance, startup.pivots",
        *lever("clouds.internal_priority", 0.2, 0.9), "frugal_share", (24, 48), +1, _BY_HABIT),
    Row("L5", "faster algorithmic progress raises the capability that a dollar buys", "effective_compute.research",
        *lever("technology.efficiency_doubling", 14.0, 6.0), "capability_per_dollar", (12, 36), +1,
        (Mutant("environment.knowledge.effective_compute:research", _research_at_one_pace, "research has one pace"),)),
    Row("L5b", "a rebound: the more efficient serving gets, the more compute serves", "service_market.volume_response",
        *lever("technology.efficiency_doubling", 14.0, 6.0), "serving_h100e", (24, 48), +1,
        (Mutant("environment.services.service_market:volume_response", lambda price, elasticity: np.ones_like(price),
                "users spend the same whatever the price"),
         Mutant("environment.services.service_market:usefulness", lambda capability, *_: np.full_like(capability, 0.3),
                "better models are of no more use")),
        both={"clouds.own_gain": 0.0}),  # what clouds run for their own business is another matter
    Row("L6", "export limits drive restricted labs to efficiency", "effective_compute.research",
        *lever("policy.export_cap_tpp", inf, 1600.0), "algorithms_china", (24, 48), +1,
        (Mutant(f"{EFFECTIVE}:research", _research_unspurred, "want does not spur research"),)),
    Row("L6b", "and what restricted labs learn makes everybody's models cheaper to serve",
        "service_market.unit_compute",
        *lever("policy.export_cap_tpp", inf, 1600.0), "serving_cost", (24, 48), -1,
        (Mutant("environment.services.service_market:unit_compute", _serving_as_ever,
                "what serving takes does not follow algorithms"),)),
    Row("L7", "more reinforcement learning: better reasoning", "developer.chooses_rl, dimensions.valued",
        *_RL, "reasoning_sold", (40, 54), +1, (_NO_RL,)),
    Row("L7b", "more reinforcement learning: worse tool use", "developer.chooses_rl, dimensions.valued",
        *_RL, "tool_use_sold", (40, 54), -1, (_NO_RL,)),
    Row("L7c", "more reinforcement learning: worse safety", "developer.chooses_rl, dimensions.valued",
        *_RL, "safety_sold", (40, 54), -1, (_NO_RL,)),
    Row("L7d", "users sort: who wants reasoning buys the models that went through more of it", "sales.spread",
        *_RL, "reasoning_sorting", (24, 42), +1,
        (Mutant("environment.services.sales:valued", lambda reasoning, *_: np.zeros_like(reasoning),
                "users look at general capability alone"),)),
    Row("L8", "distillation brings followers closer to the frontier", "effective_compute.distil",
        *lever("technology.distillation", 0.0, 0.3), "gap_follower", (18, 36), -1,
        (Mutant(f"{EFFECTIVE}:distil", lambda capability, *_: capability, "nobody learns from outputs"),),
        seeds=20),
    Row("L9", "faster diffusion of ideas brings followers closer", "effective_compute.research",
        *lever("technology.diffusion", 0.0, 0.3), "gap_follower", (24, 48), -1,
        (Mutant(f"{EFFECTIVE}:research", _research_alone, "nobody learns of others' ideas"),)),
    Row("L10", "the more reach counts, the more incumbents sell", "service_market.attraction",
        *lever("services.distribution_weight", 1.0, 4.0), "incumbent_share", (24, 48), +1,
        (Mutant("environment.services.service_market:attraction", _attraction_without_reach,
                "users find every supplier"),)),
    # where nobody lends it: who builds on an open model has its maker's compute
    Row("L10b", "the more training compute counts, the more incumbents sell", "service_market.quality",
        *lever("services.compute_weight", 0.2, 2.0), "incumbent_share", (12, 30), +1, (_ONE_QUALITY,),
        both={"technology.openness": 0.0}, seeds=20),
    Row("L10c", "open weights equalise compute: incumbents sell less", "model_use.train",
        *_OPENNESS, "incumbent_share", (24, 48), -1, _CLOSED),
    # that challengers gain where algorithms count more holds only if they have the better ones: here open weights
    # lend them others' compute, and algorithms are what sets those ahead apart
    Row("L10d", "where open weights lend everyone compute, weight on algorithms favours those ahead",
        "service_market.quality",
        *lever("services.algorithm_weight", 0.5, 1.5), "incumbent_share", (24, 48), +1, (_ONE_QUALITY,)),
    Row("L11", "better open models let more firms run their own", "enterprise.wants_self_hosting",
        *_OPENNESS, "self_hosted_share", (36, 60), +1,
        (Mutant("agents.enterprise:Enterprise.wants_self_hosting", _whatever_the_gap,
                "firms do not look at the quality of open models"),)),
    Row("L12", "clouds run whatever models are used: with open ones their compute revenue falls by no more than 2 %",
        "renting.rent_compute, open_models.resell",
        *_OPENNESS, "cloud_compute_musd", (36, 60), +1, _ELSEWHERE, margin=40.0),
    Row("L12b", "while what is sold rests ever less on closed models", "model_use.train",
        *_OPENNESS, "closed_share", (36, 60), -1, _CLOSED),
    Row("L12c", "and clouds earn on reselling open ones", "open_models.resell",
        *_OPENNESS, "resale_musd", (36, 60), +1,
        (Mutant("environment.services.open_models:resell", _no_resale, "clouds do not resell open models"),)),
    # counted at a fixed capability: a larger least cluster holds those at the frontier back as well
    Row("L13", "the larger the least cluster, the fewer start-ups reach what was the frontier", "developer.largest_run",
        *lever("technology.least_cluster", 1000.0, 50000.0), "able_labs", (18, 42), -1,
        (Mutant("agents.developer:Developer.largest_run", lambda self, p, cluster: np.full_like(cluster, inf),
                "any cluster can train any model"),)),
    Row("L14", "open weights and interoperability make for more vendors", "service_market.attraction",
        *_OPEN_WORLD, "vendor_diversity", (36, 60), +1, _CLOSED),
    Row("L14b", "but open weights make for fewer lineages: many vendors build on one base", "model_use.train",
        *_OPENNESS, "model_diversity", (36, 60), -1, _CLOSED),
    Row("L15", "sales that grow faster make the leading lab outgrow one cloud, where power holds clouds back: it takes "
        "a second", "outlook.expected_fill, startup.weighs_second_host",
        *lever("demand.intensity", 0.03, 0.3), "leading_lab_hosts", (24, 60), +1,
        (_SLOW_NEED, CONTENT), both=_POWER_SHORT),
    Row("L15b", "and so do labs that scale up faster on the money that they have",
        "outlook.expected_fill, startup.weighs_second_host",
        *lever("startups.runway", 30.0, 9.0), "leading_lab_hosts", (24, 60), +1,
        (_SLOW_NEED, CONTENT), both=_POWER_SHORT),
    Row("L16", "the more own data counts, the more services the big clouds sell", "service_market.attraction",
        *lever("services.data_weight", 0.0, 4.0), "cloud_service_share", (24, 48), +1,
        (Mutant("environment.services.service_market:attraction", _attraction_without_data, "own data do not count"),)),
)  # fmt: skip

OPEN: dict[str, str] = {}
