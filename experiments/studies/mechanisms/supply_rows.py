"""Rows S: chip supply."""

from __future__ import annotations

from typing import Any

import numpy as np

from kingmaker.agents.cloud import Cloud
from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.environment.chips.chip_market import ration
from kingmaker.experiments.studies.mechanisms.own_rows import OWN_NEEDS
from kingmaker.experiments.studies.mechanisms.row import Mutant, Row, lever

_raise_ambition, _spreads_ai = Cloud.raise_ambition, Cloud.spreads_ai


def _no_reaction(cloud: Any, p: Any, largest_rival: FloatArray) -> FloatArray:
    """Plans for training follow returns, whatever the rivals plan."""
    return _raise_ambition(cloud, p, np.zeros_like(largest_rival))


def _looks_at_nobody(cloud: Any, p: Any, useful: FloatArray, leader: FloatArray) -> FloatArray:
    """AI spreads in each business, however far it is at rivals."""
    return _spreads_ai(cloud, p, useful, np.zeros_like(leader))


def _pro_rata(demand: FloatArray, capacity: FloatArray, weight: FloatArray) -> FloatArray:
    """Every order counts alike."""
    return ration(demand, capacity, np.ones_like(weight))


def _kept_by_priority_alone(cloud: Any, p: Any) -> FloatArray:
    """Own chips are rented out like all others."""
    kept = np.minimum(cloud.wanted_inside, p.clouds.internal_priority * cloud.capacity)
    return np.asarray(np.where(cloud.rents_out, kept, np.minimum(cloud.wanted_inside, cloud.capacity)))


def _nobody_dares(lab: Any, p: Any, cost: FloatArray, rent: FloatArray) -> BoolArray:
    """No start-up bears a fixed cost."""
    return np.zeros(lab.cash.shape, dtype=np.bool_)


PRO_RATA = Mutant("environment.chips.chip_market:ration", _pro_rata, "sellers ration by orders, whoever places them")
NOBODY_DARES = Mutant(
    "agents.builder:Builder.dares", _nobody_dares, "no start-up bears a fixed cost to be its own host"
)
NO_HOARDING = Mutant(
    "environment.chips.chip_market:desired_orders", lambda need, lead_time, hoarding, shortest: need * lead_time,
    "nobody orders beyond need",
)  # fmt: skip
FIXED_CAPACITY = Mutant(
    "agents.chipmaker:Chipmaker.plan_capacity", lambda maker, p: maker.capacity * 1.0, "packaging capacity stands still"
)
NO_SOFTWARE = Mutant(
    "agents.chipmaker:Chipmaker.improves_software", lambda maker, p, used, spillover: maker.software * 1.0,
    "software does not mature, whoever uses it",
)  # fmt: skip
MEMORY_FOR_ALL = Mutant(
    "environment.chips.chip_market:served_first", lambda claims, contracted, supply: claims * 1.0,
    "memory is there for all who ask",
)  # fmt: skip
# Up to 0.5, over twice the default: packaging capacity answers orders beyond need as well, so the effect is a hump.
# From about 2 on start-ups are even served better than without; where capacity stands still they are served ever worse.
_HOARDING = lever("chips.hoarding", 0.0, 0.5)

ROWS: tuple[Row, ...] = (
    Row("S1", "a stronger software moat raises the leader's share", "orders.software_moat",
        *lever("chips.moat", 0.5, 2.5), "chip_leader_share", (24, 60), +1,
        mutants=(Mutant("environment.chips.orders:software_moat",
                        lambda weight, software: np.zeros(software.shape), "buyers are not bound to software"),)),
    Row("S2", "open compilers, by which work on one chip's software serves all, lower the leader's share, in years",
        "technology.build_moats", *lever("chips.software_spillover", 0.0, 0.1), "chip_leader_share",
        (96, 108), -1, mutants=(NO_SOFTWARE,), seeds=96),
    Row("S2b", "a moat decays where rivals are used: what their users write lowers the leader's share, in years",
        "chipmaker.improves_software", *lever("chips.software_use", 0.0, 100.0), "chip_leader_share", (96, 108), -1,
        mutants=(NO_SOFTWARE,), seeds=48),
    Row("S3", "faster growth of packaging shortens the lead time", "chipmaker.plan_capacity",
        *lever("chips.capacity_growth", 0.04, 0.15), "lead_time_weeks", (12, 48), -1, mutants=(FIXED_CAPACITY,)),
    Row("S3b", "where memory is the scarcer part, more of it means more chips", "memory.allot",
        *lever("chips.memory_supply", 0.3, 1.0), "leader_chips_delivered", (24, 48), +1, mutants=(MEMORY_FOR_ALL,)),
    Row("S3c", "where memory is short, the leader, who can pay more ahead, sells the larger share",
        "supply_contracts.contract", *lever("chips.supply_prepaid", 0.0, 1.0), "chip_leader_share", (18, 42), +1,
        mutants=(MEMORY_FOR_ALL,), both={"chips.memory_supply": 0.3}),
    Row("S4", "what giants order beyond need crowds out start-ups that buy chips themselves",
        "chip_market.desired_orders", *_HOARDING, "direct_fill", (14, 28), -1, mutants=(NO_HOARDING,)),
    Row("S4b", "they get fewer chips", "chip_market.desired_orders", *_HOARDING, "direct_deliveries_h100e", (14, 28),
        -1, mutants=(NO_HOARDING,), seeds=48),
    Row("S4c", "and wait longer", "chip_market.desired_orders", *_HOARDING, "lead_time_weeks", (14, 28), +1,
        mutants=(NO_HOARDING,)),
    Row("S5", "allocation by a standing that follows size rather than pro rata concentrates deliveries",
        "chip_market.ration", *lever("chips.kingmaker", 0.0, 2.0), "hhi_deliveries", (12, 36), +1,
        mutants=(PRO_RATA,)),
    # in a shortage that lasts: allocation counts while there is not enough for all
    Row("S5b", "allocation that favours new clouds gives them more of the compute", "chip_market.ration",
        *lever("chips.favour_new", 1.0, 10.0), "new_cloud_compute_share", (24, 48), +1, mutants=(PRO_RATA,),
        both={"chips.capacity_growth": 0.05}, seeds=40),
    Row("S6", "own chip programmes lower what the leader sells", "cloud.ramps_own_chips",
        *lever("clouds.own_share", 0.0, 1.5), "leader_revenue_musd", (24, 60), -1,
        mutants=(Mutant("agents.cloud:Cloud.ramps_own_chips",
                        lambda cloud, p, wanted, seed, affordable: np.zeros(cloud.cash.shape),
                        "nobody makes chips of its own"),)),
    # once enough own chips run: in 2022-23 there are so few that the net effect is within the noise
    Row("S7", "a cloud that rents its own chips out earns more from outsiders, net of bought chips left idle",
        "cloud.kept_inside, cloud.post_rent", *lever("clouds.external_offering", 0.0, 1.0), "chip_owners_rent_musd",
        (24, 48), +1,
        mutants=(Mutant("agents.cloud:Cloud.kept_inside", _kept_by_priority_alone,
                        "own chips serve tenants like all others"),
                 Mutant("agents.cloud:Cloud.own_part_offered", lambda cloud, p: np.zeros(cloud.cash.shape),
                        "own chips are rented out at the price of bought ones")), seeds=96),
    Row("S8", "labs that dare chips, centres and reservations of their own depend less on the big clouds",
        "builder.dares, sites", *lever("sites.threshold", 20.0, 0.5), "big_cloud_dependence", (30, 60), -1,
        both={"policy.exclusivity_ban": 1}, mutants=(NOBODY_DARES,)),
    Row("S8b", "and run more compute of their own", "builder.wants_own_compute, direct",
        *lever("sites.threshold", 20.0, 0.5), "own_compute_share", (30, 60), +1, mutants=(NOBODY_DARES,)),
    # at a mix of products that does not follow value and scarcity, as each product has a price of its own
    Row("S9", "scarcity raises the price of chips", "chipmaker.set_markup",
        *lever("chips.capacity_growth", 0.04, 0.15), "chip_price_kusd", (12, 48), -1,
        mutants=(Mutant("agents.chipmaker:Chipmaker.set_markup", lambda maker, p: maker.markup * 1.0,
                        "prices do not follow scarcity"),),
        both={"chips.generation_choice": 0.0, "chips.margin_choice": 0.0}),
    Row("S10", "a stronger reaction to rivals raises capital spending on AI", "cloud.raise_ambition",
        *lever("clouds.arms_race", 0.0, 0.8), "ai_capex_musd", (12, 60), +1,
        mutants=(Mutant("agents.cloud:Cloud.raise_ambition", _no_reaction, "nobody looks at rivals' plans"),
                 Mutant("agents.cloud:Cloud.spreads_ai", _looks_at_nobody, "nobody looks at rivals' uses of AI"))),
    *OWN_NEEDS,
    Row("S11", "where power is short, more of it means more compute", "installation.install",
        *lever("energy.cap", 0.3, 3.0), "compute_h100e", (36, 60), +1,
        mutants=(Mutant("environment.chips.energy:room_for", lambda wanted, used, capacity: np.ones_like(wanted),
                        "the grid connects everybody at once"),)),
    # at fixed know-how: what the best algorithms need for a fixed capability moves with who has compute to learn on
    Row("S12", "capacity that arrives lowers the cost of entry: of the chip-hours of a run of a fixed size",
        "cloud.quotes_spot", *lever("chips.capacity_growth", 0.04, 0.15), "rent_market_usd_per_hour", (18, 42), -1,
        mutants=(Mutant("agents.cloud:Cloud.quotes_spot", lambda cloud, p, floor: cloud.spot * 1.0,
                        "prices follow neither wants nor supply"),)),
)  # fmt: skip

OPEN: dict[str, str] = {}
