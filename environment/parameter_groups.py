"""The parameters themselves, by group. See :mod:`environment.parameters` for what is done with them."""

from __future__ import annotations

from math import inf
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


def _p(
    default: float | int, unit: str, low: float, high: float, meaning: str, source: str, structural: bool = False
) -> Any:
    extra = {"unit": unit, "source": source, "structural": structural}
    return Field(default, ge=low, le=high, description=meaning, json_schema_extra=extra)


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)



class StartupsParameters(_Group):
    """Start-ups: how many, how they enter, spend and fail."""

    number: int = _p(
        200, "firms", 10, 1000000,
        "synthetic start-ups at the start; more of them is a finer grain of the same mass",
        "design", structural=True,
    )
    mass: float = _p(
        3000.0, "firms", 100.0, 100000.0,
        "firms that the synthetic start-ups of January 2022 stand for",
        "assumed; about 210 AI financings a month in 2023-24 (facts 9-002: 739 deals a quarter)",
    )
    slots_factor: float = _p(
        1.6, "ratio", 1.1, 5.0,
        "slots kept for start-ups, relative to their number at the start",
        "design", structural=True,
    )
    first_round: float = _p(
        1.5, "M$", 0.1, 20.0,
        "median of a newcomer's first money",
        "assumed, from first rounds of 1-6 M$ (demand.csv, startup_seed_median)",
    )
    round_sigma: float = _p(
        1.2, "log points", 0.2, 2.0,
        "spread of first rounds (log-normal)",
        "demand.csv, startup_round_sigma",
    )
    runway: float = _p(
        18.0, "months", 6.0, 48.0,
        "months over which a start-up spreads its cash",
        "assumed: common planning rule",
    )
    cutting_runway: float = _p(
        5.0, "months", 0.0, 24.0,
        "runway below which spending is cut",
        "assumed",
    )
    cut: float = _p(
        0.12, "1/month", 0.0, 1.0,
        "cut of spending a month when the end is near",
        "assumed",
    )
    reinvested: float = _p(
        0.85, "0-1", 0.0, 1.0,
        "share of sales that is spent again",
        "assumed",
    )
    compute_share: float = _p(
        0.3, "0-1", 0.05, 0.6,
        "mean share of a synthetic start-up's budget that goes to compute",
        "assumed; row L2",
    )
    frugal_share: float = _p(
        0.1, "0-1", 0.0, 1.0,
        "share of newcomers whose approach needs little compute",
        "assumed; row L4, facts S1-015",
    )
    frugal_saving: float = _p(
        0.7, "0-1", 0.0, 0.95,
        "compute that a frugal approach does without",
        "assumed; row L4",
    )
    open_share: float = _p(
        0.25, "0-1", 0.0, 1.0,
        "share of newcomers inclined to open weights",
        "assumed; row L9",
    )
    minimum_staff: float = _p(
        0.03, "M$/month", 0.001, 1.0,
        "least monthly cost of a firm",
        "assumed: a few salaries",
    )
    failure_months: float = _p(
        2.0, "months", 0.5, 12.0,
        "months of least cost below which a firm without sales closes",
        "assumed; Hopenhayn 1992",
    )
    entry_rate: float = _p(
        0.016, "1/month", 0.0, 0.2,
        "newcomers a month at neutral mood, relative to the initial mass",
        "assumed, so that entry balances failure in 2022",
    )
    entry_response: float = _p(
        1.6, "log per unit", 0.0, 6.0,
        "how entry rises with the mood of venture money",
        "Gompers & Lerner 2000; facts 9-001, 9-004",
    )


class ChipsParameters(_Group):
    """Chips: price, capacity, orders, own programmes."""

    scarcity_premium: float = _p(
        0.32, "ratio", 0.0, 1.0,
        "highest premium of price in a shortage",
        "H100 34.6 against 26.3 k$; facts 2b-003, 2b-005",
    )
    markup_speed: float = _p(
        0.3, "1/month", 0.01, 1.0,
        "speed at which the markup moves",
        "assumed",
    )
    shortest_lead: float = _p(
        2.8, "months", 1.0, 6.0,
        "shortest possible lead time",
        "calibration page: about 12 weeks; facts 2f-003",
    )
    packaging_yield: float = _p(
        0.75, "0-1", 0.2, 1.0,
        "good packages out of those that fit on the wafers",
        "assumed: 400 k units in Q3 2023 on 5-6 k wafers a month; facts 2c-021, 2g-001",
    )
    capacity_response: float = _p(
        0.6, "1/month", 0.0, 2.0,
        "how capacity answers the gap between backlog and capacity",
        "free; facts 2g-001 to 2g-003",
    )
    capacity_growth: float = _p(
        0.1, "1/month", 0.0, 0.5,
        "fastest growth of packaging capacity",
        "calibration page: at most 11-13 % a month",
    )
    capacity_fall: float = _p(
        0.01, "1/month", 0.0, 0.2,
        "fastest fall of packaging capacity",
        "assumed: tools are not scrapped",
    )
    capacity_delay: float = _p(
        2.5, "months", 1.0, 12.0,
        "delay with which capacity planning sees the backlog",
        "calibration page: two to three months",
    )
    research_share: float = _p(
        0.15, "0-1", 0.0, 0.6,
        "research and other fixed costs, share of sales",
        "demand.csv, leader_other_costs (10-26 %)",
    )
    design_months: float = _p(
        5.0, "months", 1.0, 24.0,
        "from a ban to the first chip designed to the cap",
        "H800 and H20 followed within 4-6 months; facts 8a-001, 8a-004",
    )
    design_gain: float = _p(
        0.7, "ratio", 0.0, 1.0,
        "a design is begun if the best chip allowed is worth less than this part of what the cap would allow",
        "assumed",
    )
    export_margin: float = _p(
        0.49, "0-1", 0.1, 1.0,
        "performance of a chip designed to the cap, relative to the cap",
        "H20: 2368 of 4800 (a lower prong of ECCN 3A090 at 2400)",
    )
    price_sensitivity: float = _p(
        1.6, "1", 0.0, 8.0,
        "sensitivity of a buyer's split over makers to price per performance",
        "assumed",
    )
    moat: float = _p(
        1.3, "1", 0.0, 4.0,
        "weight of the stock of software in the choice of maker",
        "Church & Gandal 1992; leader above 90 % of revenue, facts S2-001",
    )
    wait_aversion: float = _p(
        0.25, "1", 0.0, 4.0,
        "weight of the lead time in the choice of maker",
        "assumed",
    )
    software_fade: float = _p(
        0.02, "1/month", 0.0, 0.2,
        "speed at which the software stock follows use",
        "assumed: skills last about four years",
    )
    software_catch_up: float = _p(
        0.03, "relative", 0.0, 0.5,
        "software that a maker builds whatever its share",
        "assumed; row S2",
    )
    hoarding: float = _p(
        0.25, "ratio", 0.0, 3.0,
        "orders beyond need of large buyers when supply is rationed",
        "Lee, Padmanabhan & Whang 1997; not identified by C1 and C7",
    )
    longest_line: float = _p(
        9.0, "months", 3.0, 48.0,
        "longest supply line that buyers keep",
        "facts 2f-001: 52 weeks",
    )
    order_speed: float = _p(
        0.7, "1/month", 0.05, 1.0,
        "share of the gap in the supply line that is ordered in a month",
        "calibration page: about a month; Sterman 1989",
    )
    order_slack: float = _p(
        0.5, "ratio", 0.0, 3.0,
        "orders beyond what is wanted that a buyer lets stand",
        "assumed",
    )
    cancel_speed: float = _p(
        0.15, "1/month", 0.0, 1.0,
        "share of the excess cancelled in a month",
        "assumed",
    )
    deposit: float = _p(
        0.15, "0-1", 0.0, 0.9,
        "share of the price paid at the order",
        "assumed",
    )
    forfeit: float = _p(
        0.3, "0-1", 0.0, 1.0,
        "share of the deposit lost by cancelling",
        "assumed",
    )
    building: float = _p(
        0.45, "ratio", 0.0, 2.0,
        "data centre and servers' other cost relative to chips, as buyers reckon",
        "facts 7d-017: 1.5 of 3.2 G$",
    )
    install_months: float = _p(
        3.0, "months", 1.0, 12.0,
        "from delivery to running",
        "calibration page, C17: one quarter",
    )
    kingmaker: float = _p(
        1.0, "exponent", 0.0, 4.0,
        "exponent on standing with the seller when output is rationed; 0 is pro rata",
        "facts S2-011; row S5",
    )
    small_buyer_weight: float = _p(
        0.9, "weight", 0.05, 2.0,
        "standing of small buyers' queue",
        "corrections page: small buyers have a queue of their own",
    )
    retirement: float = _p(
        0.25, "1/year", 0.0, 1.0,
        "share of chips older than five years retired in a year",
        "facts 4e-001",
    )
    cash_months: float = _p(
        8.0, "months", 0.0, 48.0,
        "months of sales that a chipmaker keeps as cash",
        "assumed",
    )
    asset_life: int = _p(
        66, "months", 24, 120,
        "life over which chips and centres are written off",
        "five to six years; facts 4e-001", structural=True,
    )


class CloudsParameters(_Group):
    """Clouds: belief, ambition, planning, money."""

    signal_weight: float = _p(
        0.06, "1/month", 0.0, 1.0,
        "how far visible growth of use alone convinces",
        "free; Bass 1969",
    )
    contagion: float = _p(
        1.0, "1/month", 0.0, 3.0,
        "how fast belief spreads between peers while growth is visible",
        "free; Shiller 2017",
    )
    disappointment: float = _p(
        0.03, "1/month", 0.0, 1.0,
        "speed at which belief falls to what growth bears out",
        "free",
    )
    calm_growth: float = _p(
        0.055, "1/month", 0.0, 0.15,
        "growth of compute plans without belief in AI",
        "compute on the ground grew by about 85 % in 2022; facts 2c-015 to 2c-018, 7b-001",
    )
    boom_growth: float = _p(
        0.14, "1/month", 0.0, 0.25,
        "growth of training plans with full belief",
        "free; training compute grew x4.5 a year (0.125 a month); facts 7f-001",
    )
    extrapolation: float = _p(
        0.03, "1/month", 0.0, 0.25,
        "growth that full belief extrapolates into orders",
        "free: response of capex to expected demand",
    )
    arms_race: float = _p(
        0.35, "0-1", 0.0, 0.95,
        "reaction to the largest rival's plan (below one: no explosion)",
        "Richardson 1960; row S10",
    )
    reaction_speed: float = _p(
        0.15, "1/month", 0.0, 1.0,
        "speed of that reaction",
        "assumed",
    )
    reach: float = _p(
        2.0, "ratio", 1.0, 6.0,
        "plans for own training are at most this multiple of what runs",
        "assumed: satisficing bound",
    )
    planning_horizon: float = _p(
        12.0, "months", 3.0, 36.0,
        "furthest ahead that clouds extrapolate",
        "economics page: no firm sees far",
    )
    idle_utilisation: float = _p(
        0.3, "0-1", 0.0, 0.79,
        "utilisation at which belief in growth no longer makes a cloud order",
        "corrections page: expected utilisation as brake",
    )
    target_utilisation: float = _p(
        0.82, "0-1", 0.8, 1.0,
        "utilisation that capacity is planned for",
        "assumed",
    )
    capex_share_calm: float = _p(
        0.15, "0-1", 0.0, 1.0,
        "share of free cash flow spent on AI without belief",
        "assumed; about 15 G$ of 150 in 2022",
    )
    capex_share_boom: float = _p(
        1.15, "0-1", 0.0, 1.5,
        "share of free cash flow spent on AI with full belief",
        "free; facts S3-001 (98 G$ in 2024)",
    )
    cash_share: float = _p(
        0.02, "1/month", 0.0, 0.2,
        "share of cash at hand spent on AI in a month",
        "assumed",
    )
    cash_share_new: float = _p(
        0.2, "1/month", 0.0, 1.0,
        "the same for clouds that live of renting compute",
        "assumed",
    )
    appetite: float = _p(
        0.12, "0-1", 0.0, 2.0,
        "part of tenants' wants that a specialised cloud hopes to win at full belief and a full margin",
        "free; facts 7a-029, 7a-030 (CoreWeave)",
    )
    ai_margin: float = _p(
        0.6, "0-1", 0.0, 1.0,
        "share of AI revenue that can be invested again",
        "AWS margin before depreciation; facts 4d-008",
    )
    plan_speed: float = _p(
        0.33, "1/month", 0.05, 1.0,
        "speed at which plans move (quarterly plans)",
        "economics page",
    )
    workload_growth: float = _p(
        0.7, "1/year", 0.0, 1.0,
        "growth of older AI workloads (ranking, advertising)",
        "assumed",
    )
    internal_priority: float = _p(
        0.45, "0-1", 0.0, 1.0,
        "share of capacity that own wants may take before tenants",
        "row C1; free",
    )
    demand_speed: float = _p(
        0.35, "1/month", 0.05, 1.0,
        "speed at which a cloud's expected demand follows tenants' wants",
        "adaptive expectations",
    )
    own_share: float = _p(
        0.35, "0-1", 0.0, 1.0,
        "share of need that a mature chip programme aims at",
        "row S6; facts S3-009 to S3-012",
    )
    own_seed: float = _p(
        0.01, "1/month", 0.0, 0.1,
        "first output of a chip programme relative to compute running",
        "assumed",
    )
    own_ramp: float = _p(
        0.13, "1/month", 0.0, 0.5,
        "fastest growth of a chip programme",
        "row S6; facts 7b-005, 7b-006",
    )
    own_overhead: float = _p(
        1.6, "ratio", 1.0, 5.0,
        "cost of an own chip with boards and network, relative to the chip",
        "assumed",
    )
    operating_share: float = _p(
        0.35, "0-1", 0.0, 1.0,
        "running cost of AI business without energy, share of AI revenue",
        "facts 4d-008 to 4d-010",
    )
    mature_growth: float = _p(
        0.06, "1/year", -0.1, 0.3,
        "growth to which businesses outside AI fade",
        "assumed",
    )
    cloud_maturity: float = _p(
        0.13, "1/year", -0.1, 0.3,
        "growth to which ordinary cloud fades",
        "facts 4c-006",
    )
    trough: float = _p(
        0.05, "1/year", 0.0, 0.3,
        "dip of ordinary cloud growth around September 2023 (customers optimise)",
        "dated input; facts 4c-006",
    )
    ai_pull: float = _p(
        0.15, "1/year", 0.0, 1.0,
        "ordinary cloud growth that AI revenue pulls along",
        "facts 4c-012",
    )
    cash_target: float = _p(
        5.0, "months", 0.0, 24.0,
        "months of flow that a cloud keeps as cash",
        "assumed",
    )
    payout: float = _p(
        0.08, "1/month", 0.0, 1.0,
        "share of cash beyond the target paid out in a month",
        "assumed",
    )
    loan_to_value: float = _p(
        0.7, "0-1", 0.0, 1.0,
        "loans that chips and centres back",
        "CoreWeave's chip-backed debt; assumed level",
    )
    belief_loans: float = _p(
        4000.0, "M$", 0.0, 50000.0,
        "unsecured loans that a small cloud gets at full belief",
        "assumed; facts 4f-002",
    )
    loan_months: float = _p(
        60.0, "months", 12.0, 240.0,
        "term of loans",
        "assumed",
    )


class ComputeParameters(_Group):
    """Rented compute: prices, contracts, switching."""

    list_markup: float = _p(
        3.4, "ratio", 1.0, 10.0,
        "list price on demand over full cost",
        "facts 6-023: 7-12 $ in 2023",
    )
    list_speed: float = _p(
        0.03, "1/month", 0.0, 1.0,
        "speed of list prices (rigid)",
        "calibration page, C16",
    )
    contract_discount: float = _p(
        0.62, "0-1", 0.0, 0.9,
        "discount on the list under contract",
        "assumed; OpenAI about 2 $ an hour (5b-001 over 7c-004)",
    )
    market_markup: float = _p(
        1.3, "ratio", 0.5, 4.0,
        "market rent over full cost when utilisation is on target",
        "assumed",
    )
    rent_response: float = _p(
        0.22, "1/month", 0.0, 2.0,
        "market rent's response to utilisation",
        "free; facts 6-015 to 6-025",
    )
    rent_to_cost: float = _p(
        0.07, "1/month", 0.0, 1.0,
        "pull of market rent towards cost",
        "assumed",
    )
    running_cost: float = _p(
        0.45, "$/H100e-hour", 0.05, 2.0,
        "running cost of an H100e-hour, the floor of rents",
        "assumed: energy, staff, space",
    )
    price_sensitivity: float = _p(
        1.5, "1", 0.0, 8.0,
        "sensitivity of host choice to rent (log)",
        "free",
    )
    size_taste: float = _p(
        0.35, "1", 0.0, 2.0,
        "taste for hosts with room (log H100e)",
        "assumed",
    )
    service_taste: float = _p(
        0.8, "1", 0.0, 5.0,
        "taste for hosts that serve what is wanted",
        "assumed",
    )
    breadth_taste: float = _p(
        0.12, "1", 0.0, 1.0,
        "taste for hosts with a broad cloud beside (log M$)",
        "assumed",
    )
    home_taste: float = _p(
        0.6, "1", 0.0, 5.0,
        "taste for a host of one's own region",
        "assumed; row C6",
    )
    smallest_host: float = _p(
        500.0, "H100e", 0.0, 100000.0,
        "room below which a host is not considered",
        "assumed",
    )
    tenure_half: float = _p(
        18.0, "months", 1.0, 120.0,
        "tenure at which half of the tenure part of switching cost is reached",
        "assumed",
    )
    switching_scale: float = _p(
        3.3, "utility", 0.0, 20.0,
        "scale of the switching cost",
        "free; below 1 % of customers a year, facts 8c-007",
    )
    switching_size: float = _p(
        0.1, "1", 0.0, 1.0,
        "how the switching cost grows with compute used (log)",
        "rows C8, S1-007",
    )
    egress_part: float = _p(
        0.25, "ratio", 0.0, 2.0,
        "egress part of the switching cost, relative to refactoring",
        "facts 8c-017",
    )
    egress_bill: float = _p(
        0.04, "k$ per H100e", 0.0, 10.0,
        "egress charge of a move, per H100e in use",
        "facts 8c-017: 0.05-0.09 $/GB",
    )
    taste_months: int = _p(
        36, "months", 1, 120,
        "months after which tastes for hosts are drawn anew",
        "assumed", structural=True,
    )
    shortest_term: float = _p(
        12.0, "months", 1.0, 60.0,
        "shortest contract",
        "economics page: 12-36 months",
    )
    term_spread: float = _p(
        25.0, "months", 1.0, 60.0,
        "spread of contract terms",
        "economics page: 12-36 months",
    )
    negotiation: float = _p(
        4.0, "months", 1.0, 24.0,
        "from talks to a signature",
        "row C11; facts S5-001",
    )
    patience: float = _p(
        0.75, "0-1", 0.0, 1.0,
        "share of wants served below which a tenant looks elsewhere before its term ends",
        "assumed; row C9",
    )
    impatience: float = _p(
        0.05, "1/month", 0.0, 1.0,
        "chance in a month that a badly served tenant does so",
        "assumed",
    )
    preferred_discount: float = _p(
        0.08, "0-1", 0.0, 0.5,
        "discount of exclusive and preferred partners",
        "row C4",
    )
    second_gain: float = _p(
        1.5, "1", 0.0, 10.0,
        "gain from a second host per share of wants not served and log size",
        "Doganoglu & Wright 2006",
    )
    second_taste: float = _p(
        0.25, "1", 0.0, 5.0,
        "gain from a second host per log size alone (bargaining, resilience)",
        "assumed",
    )
    second_cost: float = _p(
        6.0, "utility", 0.0, 20.0,
        "fixed cost of a second host",
        "Katz & Shapiro 1985; row R1",
    )
    second_chance: float = _p(
        0.05, "1/month", 0.0, 1.0,
        "chance in a month that the question comes up",
        "assumed",
    )
    second_end: float = _p(
        0.03, "1/month", 0.0, 1.0,
        "chance in a month that an unneeded second contract ends",
        "assumed",
    )
    second_share: float = _p(
        0.25, "0-1", 0.05, 0.5,
        "share of compute first placed with a second host",
        "assumed",
    )


class ServicesParameters(_Group):
    """AI services: what users look at, how sales turn into compute."""

    quality_weight: float = _p(
        2.2, "1 per log10", 0.0, 10.0,
        "weight of distance to the frontier",
        "row L10",
    )
    distribution_weight: float = _p(
        2.2, "1", 0.0, 6.0,
        "weight of reach (log)",
        "rows L10, L16",
    )
    data_weight: float = _p(
        0.5, "1", 0.0, 12.0,
        "weight of own data",
        "row L10, L16",
    )
    price_sensitivity: float = _p(
        1.5, "1", 0.0, 8.0,
        "sensitivity to price (log)",
        "row L11",
    )
    compute_cost_share: float = _p(
        0.5, "0-1", 0.0, 1.0,
        "share of sales that serving takes at the usual rent",
        "facts 5b-001 over 5a-003",
    )
    markup: float = _p(
        2.0, "ratio", 1.0, 5.0,
        "price of a service over its compute",
        "assumed",
    )
    sold_separately: float = _p(
        0.2, "0-1", 0.0, 1.0,
        "part of the use of a cloud's own models that is sold as such; the rest is bundled",
        "assumed",
    )
    sales_speed: float = _p(
        0.5, "1/month", 0.05, 1.0,
        "smoothing of reported sales",
        "assumed",
    )
    habit: float = _p(
        0.15, "1/month", 0.0, 1.0,
        "growth of reach with market share",
        "assumed",
    )
    forget: float = _p(
        0.01, "1/month", 0.0, 0.5,
        "loss of reach",
        "assumed",
    )


class DemandParameters(_Group):
    """Demand for AI services and its diffusion."""

    visible_success: float = _p(
        0.0, "0-1", 0.0, 1.0,
        "whether a product that anybody can use has been seen (ChatGPT, 30 November 2022)",
        "dated input; facts S2-002",
    )
    innovation_households: float = _p(
        0.004, "1/month", 0.0, 0.1,
        "households: innovators (Bass p)",
        "Bass 1969; demand.csv",
    )
    imitation_households: float = _p(
        0.25, "1/month", 0.0, 1.0,
        "households: imitators (Bass q)",
        "Bass 1969; demand.csv",
    )
    innovation_firms: float = _p(
        0.0009, "1/month", 0.0, 0.1,
        "firms: innovators (Bass p)",
        "demand.csv, bass_innovation 0.012 a year",
    )
    imitation_firms: float = _p(
        0.07, "1/month", 0.0, 1.0,
        "firms: imitators (Bass q)",
        "demand.csv, bass_imitation 0.38 a year",
    )
    useful_midpoint: float = _p(
        27.6, "log10 FLOP", 22.0, 32.0,
        "capability at which half of the tasks are served",
        "assumed",
    )
    useful_width: float = _p(
        0.75, "log10 FLOP", 0.2, 4.0,
        "width of that curve",
        "assumed",
    )
    elasticity: float = _p(
        1.4, "1", 0.5, 3.0,
        "volume elasticity of demand for services",
        "corrections page; row L5",
    )
    intensity: float = _p(
        0.4, "ratio", 0.0, 10.0,
        "spending of an adopter relative to its potential, at reference price and full usefulness",
        "free",
    )
    remarkable_growth: float = _p(
        0.06, "1/month", 0.005, 0.5,
        "growth of use that convinces everybody",
        "free",
    )
    noticed_users: float = _p(
        0.01, "0-1", 0.0001, 0.5,
        "share of households using AI below which growth goes unnoticed",
        "assumed",
    )
    noticed_sales: float = _p(
        200.0, "M$/month", 1.0, 5000.0,
        "spending on AI below which growth goes unnoticed",
        "assumed",
    )
    attention: float = _p(
        0.4, "1/month", 0.02, 1.0,
        "speed at which what is seen sinks in",
        "assumed",
    )
    self_hosting_taste: float = _p(
        -3.0, "utility", -10.0, 10.0,
        "taste of firms for running a model themselves",
        "assumed; row L11",
    )
    sensitivity_weight: float = _p(
        2.0, "1", 0.0, 10.0,
        "weight of data sensitivity",
        "row L11",
    )
    gap_weight: float = _p(
        1.6, "1 per log10", 0.0, 10.0,
        "weight of the quality given up with an open model",
        "row L11",
    )
    cost_weight: float = _p(
        1.0, "1", 0.0, 10.0,
        "weight of relative cost",
        "row L11",
    )
    self_hosting_overhead: float = _p(
        1.3, "ratio", 0.5, 5.0,
        "compute of a self-hosted model relative to a service's",
        "assumed: lower utilisation",
    )
    self_hosting_speed: float = _p(
        0.05, "1/month", 0.0, 1.0,
        "speed at which firms move between service and own model",
        "assumed",
    )


class CapitalParameters(_Group):
    """Capital: venture money, stakes, takeovers."""

    commitments: float = _p(
        1.0, "ratio", 0.0, 5.0,
        "savers' commitments relative to the data",
        "facts 9-001: 47 G$ in 2022, 42.5 G$ in 2023",
    )
    cycle_amplitude: float = _p(
        0.8, "1", 0.0, 4.0,
        "amplitude of the funding cycle",
        "free; row L3",
    )
    dryness: float = _p(
        0.25, "0-1", 0.0, 1.0,
        "dryness of the money market",
        "dated input: 2022-23; row L3",
    )
    mood_speed: float = _p(
        0.12, "1/month", 0.0, 1.0,
        "speed of the venture mood",
        "assumed",
    )
    wave: float = _p(
        1.2, "log per unit", 0.0, 5.0,
        "how calls on savers rise with mood",
        "Gompers & Lerner 2000",
    )
    deployment: float = _p(
        0.035, "1/month", 0.0, 0.5,
        "share of dry powder placed in a month at middling mood",
        "assumed: funds place over two to three years",
    )
    raise_runway: float = _p(
        14.0, "months", 2.0, 48.0,
        "runway below which a start-up goes out for money",
        "assumed",
    )
    round_months: float = _p(
        18.0, "months", 3.0, 48.0,
        "months of spending that a round covers",
        "assumed",
    )
    growth_ask: float = _p(
        6.0, "months", 0.0, 40.0,
        "how asks grow with sales growth",
        "assumed",
    )
    success: float = _p(
        0.06, "1/month", 0.0, 1.0,
        "chance that a round of middling merit closes in a month",
        "assumed: a round takes most of a year",
    )
    merit_capability: float = _p(
        0.45, "1 per log10", 0.0, 3.0,
        "weight of capability in funding",
        "assumed",
    )
    merit_growth: float = _p(
        3.0, "months", 0.0, 20.0,
        "weight of growth in funding",
        "assumed",
    )
    promise: float = _p(
        20000.0, "M$", 0.0, 1000000.0,
        "worth of a frontier model before any sales",
        "OpenAI valued 29 G$ in early 2023 (memory)",
    )
    dilution: float = _p(
        0.2, "0-1", 0.0, 0.9,
        "share of its value that a start-up sells in a round, if that is more than it needs",
        "assumed: rounds sell a fifth",
    )
    stake_share: float = _p(
        0.05, "0-1", 0.0, 0.5,
        "share of free cash flow that a cloud may put into start-ups",
        "row C3; facts S2-005, S2-006",
    )
    stake_gap: float = _p(
        1.2, "log10 FLOP", 0.0, 4.0,
        "distance to the frontier within which clouds buy in",
        "assumed",
    )
    stake_chance: float = _p(
        0.03, "1/month", 0.0, 1.0,
        "chance in a month that talks lead to a deal",
        "row C11",
    )
    stake_runway: float = _p(
        18.0, "months", 0.0, 60.0,
        "runway below which a lab sells a stake",
        "assumed",
    )
    stake_of_value: float = _p(
        0.25, "0-1", 0.0, 0.9,
        "largest deal relative to the lab's value",
        "assumed",
    )
    credit_part: float = _p(
        0.5, "0-1", 0.0, 1.0,
        "part of a stake that is paid as compute",
        "row C3; facts 8c-011",
    )
    credit_months: float = _p(
        12.0, "months", 1.0, 60.0,
        "months over which compute paid ahead is drawn",
        "assumed",
    )
    takeover_gap: float = _p(
        1.5, "log10 FLOP", 0.0, 6.0,
        "distance to the frontier within which a failing lab is bought",
        "assumed",
    )
    takeover_chance: float = _p(
        0.6, "0-1", 0.0, 1.0,
        "chance that such a lab is bought",
        "assumed",
    )
    interest: float = _p(
        0.06, "1/year", 0.0, 0.3,
        "interest on loans",
        "assumed",
    )


class TechnologyParameters(_Group):
    """Technology: efficiency, training, diffusion."""

    efficiency_doubling: float = _p(
        8.0, "months", 3.0, 36.0,
        "time in which the most able double algorithmic efficiency",
        "facts 7f-002: 8 (5-14) months",
    )
    diffusion: float = _p(
        0.03, "1/month", 0.0, 0.3,
        "share of the gap to the frontier of ideas closed in a month",
        "free; rows L9, S4-007",
    )
    open_learning: float = _p(
        0.06, "1/month", 0.0, 0.5,
        "share of the gap to the best open model's methods closed in a month",
        "row L9",
    )
    induced: float = _p(
        0.8, "1", 0.0, 5.0,
        "how want of compute quickens research",
        "row L6; Acemoglu 2002",
    )
    tenant_spillover: float = _p(
        0.02, "1/month", 0.0, 0.3,
        "share of the lead of its best tenant that leaks to the host in a month",
        "row C7; facts S1-011",
    )
    inference_efficiency: float = _p(
        0.45, "log10/year", 0.0, 1.5,
        "yearly fall of the compute that a unit of service takes",
        "below facts 7f-004 (x10 a year at fixed quality), as models grow",
    )
    flop_utilisation: float = _p(
        0.35, "0-1", 0.05, 0.8,
        "model FLOP utilisation in training",
        "assumed: 0.3-0.4 in published runs",
    )
    main_run: float = _p(
        0.25, "0-1", 0.05, 1.0,
        "share of research compute that goes into the one model released",
        "assumed; facts 7f-007, 7c-004",
    )
    release_step: float = _p(
        0.35, "log10 FLOP", 0.05, 2.0,
        "gain at which a model is released",
        "assumed",
    )
    release_months: float = _p(
        12.0, "months", 3.0, 36.0,
        "months after which any gain is released",
        "assumed",
    )
    distillation: float = _p(
        0.01, "1/month", 0.0, 0.3,
        "share of the gap to the frontier that followers close by learning from outputs",
        "row L8",
    )
    openness: float = _p(
        1.0, "ratio", 0.0, 2.0,
        "scale of the propensity to open weights",
        "rows L9, L14",
    )
    fine_tuning: float = _p(
        0.6, "log10 FLOP", 0.0, 2.0,
        "what skill and data add to, or lack of them takes from, an open model",
        "assumed",
    )


class EnergyParameters(_Group):
    """Power for data centres."""

    cap: float = _p(
        1.0, "ratio", 0.05, 20.0,
        "scale of regional power limits",
        "row S11",
    )
    additions: float = _p(
        1.0, "ratio", 0.0, 10.0,
        "scale of yearly additions",
        "power.csv",
    )
    response: float = _p(
        0.45, "1/year", 0.0, 3.0,
        "growth of additions when a region runs at its limit",
        "assumed; facts 7d-022",
    )
    scarcity_response: float = _p(
        1.0, "ratio", 0.0, 10.0,
        "premium on electricity when all additions are refused",
        "assumed",
    )
    load: float = _p(
        0.7, "0-1", 0.1, 1.0,
        "mean load relative to full power",
        "assumed",
    )
    building_cost: float = _p(
        10.0, "M$/MW", 1.0, 50.0,
        "cost of a data centre without chips",
        "facts 7d-017: 1.5 G$ for about 150 MW",
    )


class PolicyParameters(_Group):
    """Levers, each with its legal instrument."""

    interoperability: float = _p(
        0.0, "0-1", 0.0, 1.0,
        "strength of the duty to let customers move: the part of the refactoring cost of a switch that it removes",
        "Digital Markets Act (Regulation 2022/1925) art. 6(6), 6(9), in application 2 May 2023; facts 8c-001",
    )
    compliance: float = _p(
        1.0, "0-1", 0.0, 1.0,
        "how far the duty is complied with",
        "corrections page: in effect = law x compliance",
    )
    remedy_interoperability: float = _p(
        0.6, "0-1", 0.0, 1.0,
        "strength of the interoperability that an authority imposes at the end of an inquiry",
        "Digital Markets Act art. 3, 18; facts 8c-003 to 8c-006",
    )
    egress_fee: float = _p(
        1.0, "ratio", 0.0, 1.0,
        "egress charge of a switch relative to the list price",
        "Data Act (Regulation 2023/2854) art. 29: at cost from 11 January 2024, zero from 12 January 2027; facts 8c-014",
    )
    parallel_egress_fee: float = _p(
        1.0, "ratio", 0.0, 1.0,
        "egress charge of parallel use relative to the list price",
        "Data Act art. 34: may be charged at cost; facts 8c-014",
    )
    exclusivity_ban: float = _p(
        0.0, "0/1", 0.0, 1.0,
        "exclusive cloud contracts are banned",
        "French Autorité 24-A-05; facts 8c-022",
    )
    export_vintage: float = _p(
        0.0, "year", 0.0, 2030.0,
        "vintage of the export rule in force (0: none)",
        "15 CFR 774 Supp. 1, ECCN 3A090; facts 8a-001 to 8a-010",
    )
    export_cap_tpp: float = _p(
        4800.0, "TPP", 0.0, inf,
        "total processing performance at or above which a chip may not be sold to China, in the rule of the vintage in force; infinity = no control",
        "15 CFR 774 Supp. 1, ECCN 3A090, 7 October 2022 and 17 October 2023; facts 8a-002, 8a-003",
    )
    export_interconnect: float = _p(
        600.0, "GB/s", 0.0, 100000.0,
        "interconnect at or above which the rule of 2022 bites",
        "facts 8a-002",
    )
    export_dense_tpp: float = _p(
        1600.0, "TPP", 0.0, 1000000.0,
        "performance above which the density prong of 2023 bites",
        "facts 8a-003",
    )
    export_density: float = _p(
        5.92, "TPP/mm2", 0.0, 1000.0,
        "performance density of that prong",
        "facts 8a-003",
    )
    export_quota: float = _p(
        1000000.0, "ratio", 0.0, 1000000.0,
        "most that a seller may ship to China relative to what it ships to the rest of the world",
        "rule of 13 January 2026: 50 %; facts 8a-010",
    )
    export_duty: float = _p(
        0.0, "0-1", 0.0, 1.0,
        "share of the revenue from China that goes to the state",
        "15 % from August 2025, 25 % from January 2026; facts 8a-008, 8a-011",
    )
    export_licence: float = _p(
        0.0, "0/1", 0.0, 1.0,
        "chips designed to the cap need a licence (none is given)",
        "April to August 2025; facts 8a-007",
    )
    grey_leak: float = _p(
        0.1, "0-1", 0.0, 1.0,
        "share of other western buyers' chips that is resold to China when it pays fully",
        "facts 8b-010",
    )
    grey_penalty: float = _p(
        0.5, "ratio", 0.0, 5.0,
        "premium that the risk of being caught eats up",
        "Becker 1968; facts 8b-008",
    )
    china_subsidy_musd: float = _p(
        60.0, "M$/month", 0.0, 5000.0,
        "industrial policy for Chinese chipmakers",
        "assumed",
    )
    hhi_weight: float = _p(
        1.0, "ratio", 0.0, 10.0,
        "weight of concentration in an authority's evidence",
        "Cowling & Waterson 1976",
    )
    complaint_weight: float = _p(
        0.25, "ratio", 0.0, 10.0,
        "weight of tenants' complaints",
        "rows R2, R3; facts S1-013",
    )
    trigger: float = _p(
        0.5, "ratio", 0.0, 10.0,
        "scale of the evidence at which an inquiry opens",
        "row R2",
    )
    compute_fund_musd: float = _p(
        0.0, "M$/month", 0.0, 5000.0,
        "public money for the compute of European start-ups",
        "row R6",
    )
    tax: float = _p(
        0.17, "0-1", 0.0, 0.6,
        "profit tax",
        "assumed: effective rates of 15-20 %",
    )


class Parameters(BaseModel):
    """All groups."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    startups: StartupsParameters = StartupsParameters()
    chips: ChipsParameters = ChipsParameters()
    clouds: CloudsParameters = CloudsParameters()
    compute: ComputeParameters = ComputeParameters()
    services: ServicesParameters = ServicesParameters()
    demand: DemandParameters = DemandParameters()
    capital: CapitalParameters = CapitalParameters()
    technology: TechnologyParameters = TechnologyParameters()
    energy: EnergyParameters = EnergyParameters()
    policy: PolicyParameters = PolicyParameters()
