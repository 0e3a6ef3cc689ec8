"""The parameters in force, by group: one number a world, shape (worlds, 1).

Made from ``environment/parameters.csv`` by ``python -m kingmaker.experiments.reference.parameter_stub``; do not edit by
hand. The table has each one's unit, range, meaning and source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kingmaker.agents.types import Declared, FloatArray


class StartupsParameters:
    """Start-ups: how many, how they enter, spend and fail."""

    number: FloatArray
    mass: FloatArray
    slots_factor: FloatArray
    first_round: FloatArray
    founding_round: FloatArray
    round_sigma: FloatArray
    runway: FloatArray
    cutting_runway: FloatArray
    cut: FloatArray
    core: FloatArray
    reinvested: FloatArray
    spending_purse: FloatArray
    serving_first: FloatArray
    free_use: FloatArray
    compute_share: FloatArray
    makers: FloatArray
    makers_boom: FloatArray
    applied_compute: FloatArray
    applied_market: FloatArray
    frugal_share: FloatArray
    frugal_saving: FloatArray
    frugal_ceiling: FloatArray
    design_choice: FloatArray
    usual_rent: FloatArray
    substitution: FloatArray
    pivot_chance: FloatArray
    pivot_gap: FloatArray
    open_share: FloatArray
    minimum_staff: FloatArray
    failure_months: FloatArray
    entry_rate: FloatArray
    entry_crowding: FloatArray
    entry_response: FloatArray
    least_crowd: FloatArray
    most_entry: FloatArray
    us_share: FloatArray
    eu_share: FloatArray
    cn_share: FloatArray
    talent_mean: FloatArray
    talent_spread: FloatArray
    talent_least: FloatArray
    talent_most: FloatArray
    round_bound: FloatArray
    first_data: FloatArray
    first_reach: FloatArray
    reach_spread: FloatArray
    openness_open: FloatArray
    openness_closed: FloatArray
    algorithms_behind: FloatArray
    first_capability: FloatArray
    capability_of_talent: FloatArray
    compute_least: FloatArray
    compute_spread: FloatArray
    first_value: FloatArray
    oldest: FloatArray
    named_openness: FloatArray
    named_compute: FloatArray
    named_runway: FloatArray


class ChipsParameters:
    """Chips: price, capacity, orders, export designs."""

    scarcity_premium: FloatArray
    markup_speed: FloatArray
    shortest_lead: FloatArray
    packaging_yield: FloatArray
    capacity_response: FloatArray
    capacity_growth: FloatArray
    capacity_fall: FloatArray
    capacity_delay: FloatArray
    foundry_growth: FloatArray
    foundry_yield: FloatArray
    memory_supply: FloatArray
    memory_growth: FloatArray
    china_memory_growth: FloatArray
    memory_months: FloatArray
    memory_price: FloatArray
    stockpile_months: FloatArray
    stock_spread: FloatArray
    supply_months: FloatArray
    supply_prepaid: FloatArray
    supply_purse: FloatArray
    take_or_pay: FloatArray
    capacity_cost: FloatArray
    learning: FloatArray
    learning_from: FloatArray
    other_costs: FloatArray
    research_share: FloatArray
    design_months: FloatArray
    design_gain: FloatArray
    duty_pass_through: FloatArray
    export_margin: FloatArray
    serving_price: FloatArray
    interconnect_margin: FloatArray
    price_sensitivity: FloatArray
    moat: FloatArray
    wait_aversion: FloatArray
    software_fade: FloatArray
    software_budget: FloatArray
    software_use: FloatArray
    software_spillover: FloatArray
    software_half: FloatArray
    hoarding: FloatArray
    longest_line: FloatArray
    order_speed: FloatArray
    order_slack: FloatArray
    cancel_speed: FloatArray
    deposit: FloatArray
    forfeit: FloatArray
    building: FloatArray
    install_months: FloatArray
    kingmaker: FloatArray
    small_buyer_weight: FloatArray
    favour_new: FloatArray
    european_access: FloatArray
    startup_standing: FloatArray
    retirement: FloatArray
    cash_months: FloatArray
    asset_life: FloatArray
    lead_ceiling: FloatArray
    delivery_purse: FloatArray
    sales_months: FloatArray
    scarcity_memory: FloatArray
    phased_out: FloatArray
    generation_choice: FloatArray
    least_life: FloatArray
    margin_choice: FloatArray
    mix_speed: FloatArray
    vintage_decay: FloatArray
    scarcity_elasticity: FloatArray
    design_power: FloatArray
    deposit_purse: FloatArray
    young_months: FloatArray
    payout: FloatArray
    sales_2022: FloatArray
    backlog_2022: FloatArray
    installed_2022: FloatArray
    book_2022: FloatArray


class CloudsParameters:
    """Clouds: belief, ambition, planning, own chips, money."""

    signal_weight: FloatArray
    contagion: FloatArray
    disappointment: FloatArray
    own_disappointment: FloatArray
    shortfall: FloatArray
    evidence_speed: FloatArray
    calm_growth: FloatArray
    boom_growth: FloatArray
    extrapolation: FloatArray
    arms_race: FloatArray
    reaction_speed: FloatArray
    reach: FloatArray
    planning_horizon: FloatArray
    idle_utilisation: FloatArray
    target_utilisation: FloatArray
    capex_share_calm: FloatArray
    capex_share_boom: FloatArray
    cash_share: FloatArray
    cash_share_new: FloatArray
    appetite: FloatArray
    spot_threshold: FloatArray
    ai_margin: FloatArray
    plan_speed: FloatArray
    own_gain: FloatArray
    own_half: FloatArray
    own_calm: FloatArray
    own_boom: FloatArray
    own_least: FloatArray
    own_ahead: FloatArray
    own_adjustment: FloatArray
    own_cut: FloatArray
    hurdle: FloatArray
    research_share: FloatArray
    return_cap: FloatArray
    return_horizon: FloatArray
    return_memory: FloatArray
    internal_priority: FloatArray
    demand_speed: FloatArray
    own_share: FloatArray
    own_advantage: FloatArray
    own_design: FloatArray
    external_offering: FloatArray
    own_discount: FloatArray
    own_seed: FloatArray
    own_ramp: FloatArray
    own_retreat: FloatArray
    own_overhead: FloatArray
    operating_share: FloatArray
    mature_growth: FloatArray
    mature_fade: FloatArray
    cloud_maturity: FloatArray
    cloud_fade: FloatArray
    trough: FloatArray
    ai_pull: FloatArray
    cash_target: FloatArray
    payout: FloatArray
    loan_to_value: FloatArray
    loan_months: FloatArray
    advance_strong: FloatArray
    advance_weak: FloatArray
    contract_interest: FloatArray
    seller_reach: FloatArray
    lease_patience: FloatArray
    lease_cut_off: FloatArray
    loan_cover: FloatArray
    self_financing: FloatArray
    stake_credit: FloatArray
    wealth: FloatArray
    reserve_months: FloatArray
    rollover: FloatArray
    repayment_purse: FloatArray
    default_months: FloatArray
    estate_price: FloatArray
    resale_purse: FloatArray
    loan_months_ahead: FloatArray
    foreclosure: FloatArray
    outage: FloatArray
    outage_at: FloatArray
    capex_purse: FloatArray
    loan_step: FloatArray
    building_purse: FloatArray
    outside_purse: FloatArray
    ai_pull_most: FloatArray
    trough_month: FloatArray
    trough_width: FloatArray
    cloud_luck: FloatArray
    cloud_decline: FloatArray
    entry_lag: FloatArray
    entry_ambition: FloatArray
    own_stock_2022: FloatArray
    algorithms_2022: FloatArray
    need_2022: FloatArray


class TiesParameters:
    """Ties between firms: how many each may have."""

    most_contracts: FloatArray
    most_leases: FloatArray
    most_owners: FloatArray


class SitesParameters:
    """Own compute of start-ups: chips bought directly, data centres, chips of their own design."""

    smallest_purchase: FloatArray
    colocated_share: FloatArray
    centre_share: FloatArray
    cost_weight: FloatArray
    hurdle: FloatArray
    shortage_weight: FloatArray
    purse: FloatArray
    colocation: FloatArray
    operations: FloatArray
    fixed_cost: FloatArray
    centre_months: FloatArray
    building_purse: FloatArray
    threshold: FloatArray
    saving: FloatArray
    payback: FloatArray
    chip_cost: FloatArray
    chip_months: FloatArray
    chip_quality: FloatArray
    chip_cost_ratio: FloatArray
    chip_seed: FloatArray
    chip_share: FloatArray
    own_ahead: FloatArray
    generation_months: FloatArray
    commitment: FloatArray
    commitment_chance: FloatArray
    reserved_share: FloatArray
    used_value: FloatArray
    chip_retreat: FloatArray
    chip_purse: FloatArray
    deposit_purse: FloatArray
    delivery_purse: FloatArray


class ComputeParameters:
    """Rented compute: prices, hosts, switching."""

    list_markup: FloatArray
    list_speed: FloatArray
    contract_discount: FloatArray
    market_markup: FloatArray
    wholesale: FloatArray
    rent_elasticity: FloatArray
    running_cost: FloatArray
    price_sensitivity: FloatArray
    size_taste: FloatArray
    service_taste: FloatArray
    breadth_taste: FloatArray
    home_taste: FloatArray
    smallest_host: FloatArray
    tenure_half: FloatArray
    refactoring_fixed: FloatArray
    switching_scale: FloatArray
    switching_size: FloatArray
    egress_part: FloatArray
    egress_bill: FloatArray
    parallel_bill: FloatArray
    taste_months: FloatArray
    shortest_term: FloatArray
    term_spread: FloatArray
    negotiation: FloatArray
    patience: FloatArray
    credit_bond: FloatArray
    impatience: FloatArray
    memory: FloatArray
    preferred_discount: FloatArray
    exclusive_discount: FloatArray
    exclusive_stake: FloatArray
    enough_fill: FloatArray
    look_ahead: FloatArray
    growth_memory: FloatArray
    rival_gap: FloatArray
    self_service: FloatArray
    split_elasticity: FloatArray
    second_gain: FloatArray
    second_taste: FloatArray
    second_cost: FloatArray
    second_chance: FloatArray
    second_urgency: FloatArray
    second_end: FloatArray
    second_drift: FloatArray
    second_share: FloatArray
    second_least: FloatArray
    second_most: FloatArray
    cost_utilisation: FloatArray
    rent_purse: FloatArray
    egress_purse: FloatArray
    growth_bound: FloatArray
    mix_memory: FloatArray
    parallel_purse: FloatArray
    wholesale_purse: FloatArray
    lease_shortest: FloatArray
    lease_longest: FloatArray
    lease_prepaid: FloatArray
    lease_drawn: FloatArray
    lease_due: FloatArray
    lease_margin: FloatArray
    lease_spot: FloatArray
    lease_purse: FloatArray
    lease_smallest: FloatArray
    list_2022: FloatArray
    contract_2022: FloatArray
    market_2022: FloatArray
    utilisation_2022: FloatArray
    inference_2022: FloatArray
    term_2022: FloatArray


class ContractsParameters:
    """Commitments: what is reserved, at which price, what is due and paid ahead; the price by the month."""

    scarcity_weight: FloatArray
    binding_cost: FloatArray
    most_reserved: FloatArray
    least_step: FloatArray
    cover: FloatArray
    due: FloatArray
    prepaid: FloatArray
    prepay_purse: FloatArray
    grace: FloatArray
    sublet: FloatArray
    quote_up: FloatArray
    quote_down: FloatArray
    spot_elasticity: FloatArray
    own_elasticity: FloatArray
    spot_blend: FloatArray
    release: FloatArray
    most_to_one: FloatArray
    strain_memory: FloatArray


class ServicesParameters:
    """AI services: what users look at, how sales turn into compute."""

    quality_weight: FloatArray
    compute_weight: FloatArray
    algorithm_weight: FloatArray
    distribution_weight: FloatArray
    data_weight: FloatArray
    price_sensitivity: FloatArray
    compute_cost_share: FloatArray
    markup: FloatArray
    efficiency_cost: FloatArray
    serving_gain: FloatArray
    resale_margin: FloatArray
    price_speed: FloatArray
    sold_separately: FloatArray
    sales_speed: FloatArray
    habit: FloatArray
    forget: FloatArray
    partner_reach: FloatArray
    fashion: FloatArray
    fashion_for: FloatArray
    least_elasticity: FloatArray
    behind_most: FloatArray
    serving_most: FloatArray
    growth_bound: FloatArray
    growth_memory: FloatArray
    least_reach: FloatArray


class DemandParameters:
    """Demand for AI services and its diffusion."""

    visible_success: FloatArray
    innovation_households: FloatArray
    imitation_households: FloatArray
    innovation_firms: FloatArray
    imitation_firms: FloatArray
    useful_midpoint: FloatArray
    useful_width: FloatArray
    elasticity: FloatArray
    reference_rent: FloatArray
    intensity: FloatArray
    aware_users: FloatArray
    remarkable_growth: FloatArray
    noticed_users: FloatArray
    noticed_sales: FloatArray
    attention: FloatArray
    self_hosting_taste: FloatArray
    sensitivity_weight: FloatArray
    gap_weight: FloatArray
    cost_weight: FloatArray
    self_hosting_overhead: FloatArray
    self_hosting_speed: FloatArray
    managed_taste: FloatArray
    skill_weight: FloatArray
    early_use: FloatArray
    unready_use: FloatArray
    usual_skill: FloatArray
    users_2022: FloatArray


class CapitalParameters:
    """Capital: venture money, stakes, takeovers."""

    commitments: FloatArray
    cycle_amplitude: FloatArray
    dryness: FloatArray
    mood_2022: FloatArray
    mood_speed: FloatArray
    mood_luck: FloatArray
    outlook_2022: FloatArray
    hurdle: FloatArray
    return_response: FloatArray
    mood_return: FloatArray
    flow_step: FloatArray
    return_most: FloatArray
    corporate_part: FloatArray
    chipmaker_part: FloatArray
    sovereign_part: FloatArray
    parent_purse: FloatArray
    strategic_ticket: FloatArray
    deployment: FloatArray
    funding_purse: FloatArray
    dry_powder: FloatArray
    raise_runway: FloatArray
    round_months: FloatArray
    plan_months: FloatArray
    plan_growth: FloatArray
    ahead_part: FloatArray
    success: FloatArray
    crowding: FloatArray
    choosiness: FloatArray
    warm_mood: FloatArray
    merit_capability: FloatArray
    merit_growth: FloatArray
    merit_bill: FloatArray
    growth_valued: FloatArray
    decline_valued: FloatArray
    base_multiple: FloatArray
    growth_multiple: FloatArray
    value_mood: FloatArray
    promise: FloatArray
    promise_capability: FloatArray
    dilution: FloatArray
    largest_step: FloatArray
    most_sold: FloatArray
    team_months: FloatArray
    concentration: FloatArray
    concentration_strategic: FloatArray
    syndicate: FloatArray
    syndicate_most: FloatArray
    tranche_months: FloatArray
    stake_share: FloatArray
    stake_gap: FloatArray
    stake_chance: FloatArray
    stake_fill: FloatArray
    stake_of_value: FloatArray
    stake_terms: FloatArray
    credit_part: FloatArray
    credit_months: FloatArray
    takeover_gap: FloatArray
    takeover_chance: FloatArray
    interest: FloatArray
    sales_value: FloatArray
    news_response: FloatArray
    news_margin: FloatArray
    news_years: FloatArray
    news_growth: FloatArray
    news_signal: FloatArray
    news_foreseen: FloatArray
    news_least: FloatArray
    discount: FloatArray
    volatility: FloatArray
    earnings_multiple: FloatArray
    earnings_pull: FloatArray
    revenue_share: FloatArray
    royalty_purse: FloatArray
    licence_margin: FloatArray
    stake_memory: FloatArray
    stake_purse: FloatArray
    dated_purse: FloatArray
    pledge_purse: FloatArray
    neutral_mood: FloatArray
    deployment_cold: FloatArray
    deployment_mood: FloatArray
    holdings_most: FloatArray
    option_value: FloatArray
    business_least: FloatArray
    comovement_months: FloatArray
    comovement_least: FloatArray
    comovement_bound: FloatArray
    payout: FloatArray
    recycled: FloatArray
    takeover_cash: FloatArray
    takeover_early: FloatArray
    takeover_price: FloatArray
    takeover_purse: FloatArray
    takeover_learning: FloatArray
    trade_sales: FloatArray
    trade_sale_most: FloatArray
    hire_chance: FloatArray
    hire_months: FloatArray
    hire_fee: FloatArray
    founders_part: FloatArray
    hired_part: FloatArray
    newcomer_purse: FloatArray


class TechnologyParameters:
    """Technology: efficiency, training, diffusion."""

    efficiency_doubling: FloatArray
    diffusion: FloatArray
    open_learning: FloatArray
    induced: FloatArray
    tenant_spillover: FloatArray
    flop_utilisation: FloatArray
    main_run: FloatArray
    release_step: FloatArray
    release_months: FloatArray
    distillation: FloatArray
    openness: FloatArray
    openness_share: FloatArray
    fine_tuning: FloatArray
    least_cluster: FloatArray
    threshold_run: FloatArray
    small_run: FloatArray
    rl_intensity: FloatArray
    rl_gain: FloatArray
    rl_tool_loss: FloatArray
    rl_safety_loss: FloatArray
    rl_midpoint: FloatArray
    rl_width: FloatArray
    rl_spread: FloatArray
    rl_most: FloatArray
    least_gain: FloatArray
    least_run: FloatArray
    distil_gap: FloatArray
    frontier_2022: FloatArray
    open_frontier_2022: FloatArray
    open_algorithms_2022: FloatArray


class EnergyParameters:
    """Power for data centres."""

    cap: FloatArray
    additions: FloatArray
    response: FloatArray
    scarcity_response: FloatArray
    load: FloatArray
    mwh_per_hour: FloatArray
    europe_price: FloatArray
    building_cost: FloatArray


class PlacesParameters:
    """Where owners build: cost, power, customers near."""

    near: FloatArray
    cost_sensitivity: FloatArray
    impatience: FloatArray
    speed: FloatArray
    foothold: FloatArray
    wait_memory: FloatArray
    building_life: FloatArray


class PolicyParameters:
    """Levers, each with its legal instrument."""

    interoperability: FloatArray
    compliance: FloatArray
    remedy_interoperability: FloatArray
    egress_fee: FloatArray
    parallel_egress_fee: FloatArray
    exclusivity_ban: FloatArray
    export_vintage: FloatArray
    export_cap_tpp: FloatArray
    export_interconnect: FloatArray
    export_dense_tpp: FloatArray
    export_density: FloatArray
    export_quota: FloatArray
    export_duty: FloatArray
    export_licence: FloatArray
    memory_control: FloatArray
    import_block: FloatArray
    import_block_reach: FloatArray
    grey_leak: FloatArray
    grey_penalty: FloatArray
    china_subsidy_musd: FloatArray
    hhi_weight: FloatArray
    hhi_floor: FloatArray
    complaint_weight: FloatArray
    trigger: FloatArray
    compute_fund_musd: FloatArray
    sovereign_place: FloatArray
    sovereign_owner: FloatArray
    site_grant: FloatArray
    tax: FloatArray
    evidence_speed: FloatArray
    complaint_chance: FloatArray
    complaint_fill: FloatArray
    foreclosure_weight: FloatArray
    tied_weight: FloatArray
    opinion_weight: FloatArray
    hysteresis: FloatArray
    review_months: FloatArray
    gatekeeper_designation: FloatArray
    remedies: FloatArray
    dma_decision: FloatArray
    designation_months: FloatArray
    gatekeeper_years: FloatArray
    gatekeeper_business_users: FloatArray
    gatekeeper_turnover_musd: FloatArray
    gatekeeper_value_musd: FloatArray
    gatekeeper_users: FloatArray
    gateway_share: FloatArray
    end_user_part: FloatArray
    business_user_spending: FloatArray
    eu_people: FloatArray
    eu_turnover_share: FloatArray
    detection: FloatArray
    fine_scale: FloatArray
    lock_in_gain: FloatArray
    partnership_review: FloatArray
    merger_control: FloatArray
    hire_review: FloatArray
    remedy_review: FloatArray
    safe_share: FloatArray
    exclusive_concern: FloatArray
    review_threshold_musd: FloatArray
    reserved_capacity: FloatArray
    remedy_reserve: FloatArray
    small_tenant: FloatArray
    fund_startup_share: FloatArray
    size_weight: FloatArray
    fine_purse: FloatArray
    grey_width: FloatArray
    grey_purse: FloatArray
    hhi_rented_2022: FloatArray
    hhi_2022: FloatArray


class Parameters:
    """All groups."""

    startups: StartupsParameters
    chips: ChipsParameters
    clouds: CloudsParameters
    ties: TiesParameters
    sites: SitesParameters
    compute: ComputeParameters
    contracts: ContractsParameters
    services: ServicesParameters
    demand: DemandParameters
    capital: CapitalParameters
    technology: TechnologyParameters
    energy: EnergyParameters
    places: PlacesParameters
    policy: PolicyParameters

    if TYPE_CHECKING:  # its values are the environment's

        def __getitem__(self, declared: Declared | str) -> FloatArray:
            """A parameter by its declaration: so those are read that an extension declares."""
