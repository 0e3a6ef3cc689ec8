"""Record: the ledger is audited, measures are taken, the graph is dated."""

from __future__ import annotations

from typing import Any

import numpy as np

from kingmaker.agents.arithmetic import BELOW_ALL, TINY, exp, log, positive, power, ratio
from kingmaker.agents.chipmaker import Chipmaker
from kingmaker.agents.cloud import HYPERSCALER, Cloud
from kingmaker.agents.contract import MOST_ROWS, ContractRow, StakeRow
from kingmaker.agents.sited import PLACED
from kingmaker.agents.startup import EXCLUSIVE, PREFERRED, Startup
from kingmaker.agents.types import CN, NONE, REGIONS, BoolArray, FloatArray
from kingmaker.agents.units import GIGAWATT, KUSD_PER_MUSD, TRAINING_UNIT, WEEKS, YEAR
from kingmaker.environment.capital.valuation import observe_values
from kingmaker.environment.chips import own_needs, supply_contracts
from kingmaker.environment.chips.places import placed
from kingmaker.environment.compute import sites
from kingmaker.environment.compute.compute_market import spending
from kingmaker.environment.compute.sovereignty import hosted_in_europe
from kingmaker.environment.core.definitions import ABLE, FIXED_CAPABILITY, FOLLOWER, NEAR_FRONTIER
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.ledger import TOLERANCE, LedgerError
from kingmaker.environment.core.lookups import by_host
from kingmaker.environment.core.measures import BIG_FOUR, CAPEX_FIRMS
from kingmaker.environment.knowledge.effective_compute import training_flop
from kingmaker.environment.policy.complaints import cloud_shares
from kingmaker.environment.policy.oversight import oversight
from kingmaker.environment.record.last_year import LastYear
from kingmaker.environment.record.record_capital import observe_rounds
from kingmaker.environment.record.record_leases import observe_leases
from kingmaker.environment.record.record_models import observe_models

MANY = 100_000  # firms; of so many a picture does with seven digits


def audit(e: Economy) -> FloatArray:
    """Check money, chips and compute; the largest relative residual, shape (worlds,).

    Raises:
        LedgerError: a residual above 1e-9.
    """
    clouds = e.clouds.view()
    over = np.maximum(e.now.compute.used - clouds.capacity, 0.0) / (1.0 + clouds.capacity)
    startups = e.startups.view()
    housed = e.now.building.site_capacity.sum(axis=-1)
    more = np.maximum(startups.own_used.sum(axis=-1) - housed, 0.0) / (1.0 + housed)
    things = np.maximum(np.maximum(e.chips.residual(), over.max(axis=-1)), more)
    if not np.all(things <= TOLERANCE):
        world = int(np.argmax(np.where(np.isnan(things), np.inf, things)))
        raise LedgerError(f"chips or chip-hours are not conserved in world {world}: {things[world]:.3g}")
    return np.asarray(np.maximum(e.ledger.audit(), things))


def observe(e: Economy, residual: FloatArray, last_year: LastYear) -> dict[str, FloatArray]:
    """All measures of the month, each of shape (worlds,)."""
    values = {"ledger_residual": residual}
    values |= _chips(e) | _clouds(e, last_year) | _startups(e, last_year) | _models(e) | _world(e) | oversight(e)
    values |= observe_values(e) | observe_models(e) | observe_leases(e) | observe_rounds(e, last_year)
    c = e.conditions
    c.hhi_cloud, c.hhi_cloud_all = values["hhi_cloud"][:, np.newaxis], values["hhi_cloud_all"][:, np.newaxis]
    return values


def _hhi(amount: FloatArray, single: BoolArray | bool = True) -> FloatArray:
    """Herfindahl index; rows that are not a ``single`` firm stand for many small ones, whose squares vanish."""
    total = amount.sum(axis=-1, keepdims=True)
    share = amount / positive(total)
    return np.asarray((share * share * single).sum(axis=-1))


def _rival_software(makers: Chipmaker) -> FloatArray:
    """Maturity of the software of the best of the leader's rivals outside China over the leader's own, (worlds,)."""
    rivals = np.where(makers.region[:, 1:] != CN, makers.software[:, 1:], 0.0).max(axis=-1, initial=0.0)
    return ratio(rivals, makers.software[:, 0])


def _chips(e: Economy) -> dict[str, FloatArray]:
    chips = e.chips
    makers = e.chipmakers.view()
    clouds = e.clouds.view()
    revenue = e.now.chips.maker_revenue
    delivered = chips.delivered_now * chips.h100e[:, np.newaxis, :]
    compute = delivered.sum(axis=1)
    ids = [row.id for row in e.tables.clouds]
    line = e.now.chips.line_price[:, 0, 0]
    values = {
        "chip_leader_share": ratio(revenue.max(axis=-1), revenue.sum(axis=-1)),
        "hhi_chips": _hhi(revenue),
        "lead_time_weeks": e.now.chips.lead_time[:, 0] * WEEKS / YEAR,
        "chip_price_kusd": line * KUSD_PER_MUSD,
        "chips_delivered": makers.delivered.sum(axis=-1),
        "leader_chips_delivered": makers.delivered[:, 0],
        "leader_revenue_musd": revenue[:, 0],
        "memory_shortage": chips.memory_tight,
        "memory_capacity_gb": chips.memory_capacity[:, 0],
        "packaging_shortage": chips.packaging_tight[:, 0],
        "rival_software": _rival_software(makers),
        "leader_commitments_musd": supply_contracts.obligations(e)[:, 0],
        "inhouse_share": ratio(np.where(chips.maker_of < 0, compute, 0.0).sum(axis=-1), compute.sum(axis=-1)),
        "hhi_deliveries": _hhi(
            delivered.sum(axis=-1),
            np.concatenate([~clouds.aggregate, np.zeros((e.worlds, len(REGIONS)), dtype=np.bool_)], axis=1),
        ),
        "compute_h100e": clouds.compute.sum(axis=-1) + e.now.building.site_compute.sum(axis=-1),
        "ai_capex_musd": e.now.building.ai_capex.sum(axis=-1) + e.now.building.lab_capex,
        **sites.observe(e),
        **own_needs.observe(e),
    }
    big = np.zeros(e.worlds)
    for firm in CAPEX_FIRMS:
        spent = clouds.capex[:, ids.index(firm)] if firm in ids else np.zeros(e.worlds)
        values[f"capex_{firm}_musd"] = spent
        big = big + (spent if firm in BIG_FOUR else 0.0)
    return values | {"capex_musd": big}


def _clouds(e: Economy, last_year: LastYear) -> dict[str, FloatArray]:
    clouds = e.clouds.view()
    startups = e.startups.view()
    rent = e.now.compute.rent_income
    lists = np.where((clouds.type == HYPERSCALER) & (clouds.region != CN), clouds.compute, 0.0)
    hosted = startups.alive & (startups.host != NONE)
    weight = startups.weight
    rented = startups.used - startups.own_used
    used = rented.sum(axis=-1)
    beside = startups.used_elsewhere
    exclusive = np.where(startups.contract == EXCLUSIVE, rented - beside, 0.0)
    preferred = weight * ((startups.contract == PREFERRED) & (rented > 0.0))
    elsewhere = beside / positive(rented)
    number = (weight * hosted).sum(axis=-1)
    single = ~clouds.aggregate
    return {
        "hhi_cloud": _hhi(rent, single),
        "hhi_cloud_all": _hhi(clouds.cloud_revenue * clouds.alive + rent, single),
        "rent_list_usd_per_hour": ratio((lists * clouds.list_price).sum(axis=-1), lists.sum(axis=-1)),
        "rent_market_usd_per_hour": e.now.compute.rent_market,
        "wholesale_h100e": clouds.rented.sum(axis=-1),
        "utilisation": ratio(
            e.now.compute.used.sum(axis=-1) + startups.own_used.sum(axis=-1),
            clouds.capacity.sum(axis=-1) + e.now.building.site_capacity.sum(axis=-1),
        ),
        "tenant_fill_rate": e.now.compute.tenant_fill_rate,
        **_contracts(e, clouds, startups),
        "switching_rate": e.now.compute.switching_rate,
        "multihoming_share": ratio((weight * (hosted & startups.multihomed)).sum(axis=-1), number),
        "exclusive_share": ratio(exclusive.sum(axis=-1), used),
        "second_host_share": ratio(beside.sum(axis=-1), used),
        "preferred_partner_share": 1.0 - ratio((preferred * elsewhere).sum(axis=-1), preferred.sum(axis=-1)),
        "unmet_h100e": np.maximum(startups.wanted - startups.used, 0.0).sum(axis=-1),
        "rival_penalty": np.maximum(e.now.compute.rival_penalty, 0.0),
        "markup_tenured": e.now.compute.markup_tenured,
        "markup_new": e.now.compute.markup_new,
        **_leading_lab(startups),
        **hosted_in_europe(e),
        "circularity": ratio(
            last_year.circular.add(e.now.compute.circular_musd), last_year.rent.add(e.now.compute.startup_rent)
        ),
    }


def _contracts(e: Economy, clouds: Cloud, startups: Startup) -> dict[str, FloatArray]:
    """What is reserved, how it and the rest are served, and what they cost."""
    now = e.now.compute
    here = (clouds.region != CN) & clouds.alive & clouds.rents_out
    big, renters = here & (clouds.type == HYPERSCALER), here & clouds.lives_by_renting
    waiting = startups.weight * (startups.waits > 0.0)

    def mean(price: FloatArray, who: BoolArray) -> FloatArray:
        weight = np.where(who, clouds.compute + 1.0, 0.0)
        return ratio((weight * price).sum(axis=-1), weight.sum(axis=-1))

    return {
        "fill_reserved": now.fill_reserved,
        "fill_unreserved": now.fill_unreserved,
        "large_fill_rate": now.large_fill_rate,
        "waiting_months": ratio((waiting * startups.waits).sum(axis=-1), waiting.sum(axis=-1)),
        "reserved_part": now.reserved_part,
        "rent_term_usd_per_hour": mean(clouds.rent, renters),
        "spot_over_term": ratio(mean(clouds.spot, renters), mean(clouds.rent, renters)),
        "rent_block_usd_per_hour": mean(clouds.spot, big),
        "backlog_labs_musd": clouds.backlog_labs.sum(axis=-1),
        "unpaid_musd": now.unpaid_musd,
        "sublet_h100e": now.sublet_h100e,
    }


def _leading_lab(startups: Startup) -> dict[str, FloatArray]:
    """How the start-up that wants most compute fares: what it does not get, and its clouds."""
    first = np.argmax(np.where(startups.alive, startups.wanted, -1.0), axis=-1)[:, np.newaxis]

    def its(values: FloatArray) -> FloatArray:
        return np.asarray(np.take_along_axis(values, first, axis=1)[:, 0], dtype=np.float64)

    return {
        "leading_lab_unmet_share": np.maximum(ratio(its(startups.wanted - startups.used), its(startups.wanted)), 0.0),
        "leading_lab_hosts": its(startups.hosts_held),
        "leading_lab_exclusive": its(startups.contract == EXCLUSIVE),
    }


def _startups(e: Economy, last_year: LastYear) -> dict[str, FloatArray]:
    startups = e.startups.view()
    clouds = e.clouds.view()
    near = startups.alive & (startups.capability >= e.conditions.frontier - NEAR_FRONTIER)
    near_clouds = clouds.alive & clouds.develops & (clouds.capability >= e.conditions.frontier - NEAR_FRONTIER)
    spent = last_year.spent.add(startups.spending_raised.sum(axis=-1))
    raised = last_year.raised.add(e.now.capital.funding_musd)
    return {
        "startups_alive": (startups.weight * startups.alive).sum(axis=-1),
        "startups_entered": e.now.turnover.startups_entered,
        "startups_failed": e.now.turnover.startups_failed,
        "startups_acquired": e.now.turnover.startups_acquired,
        "startups_sold": e.now.turnover.startups_sold,
        "hire_aways": e.now.turnover.hire_aways,
        "startup_survival": _survival(e, (startups.weight * startups.alive).sum(axis=-1), last_year),
        "frontier_labs": (startups.weight * near).sum(axis=-1) + near_clouds.sum(axis=-1),
        "funding_musd": e.now.capital.funding_musd,
        "funding_pass_through": np.minimum(ratio(spent, raised), 1.0),
        "leading_lab_revenue_musd": startups.revenue.max(axis=-1),
    }


def _survival(e: Economy, alive: FloatArray, last_year: LastYear) -> FloatArray:
    """Chance of staying open for a year: the monthly chances of the last twelve months, multiplied."""
    closed = e.now.turnover.startups_failed
    at_risk = alive - e.now.turnover.startups_entered + closed + e.now.turnover.startups_acquired
    at_risk = at_risk + e.now.turnover.startups_sold
    open_still = np.clip(1.0 - ratio(closed, at_risk), TINY, 1.0)
    months = min(e.month + 1, YEAR)  # the first year has fewer
    return np.asarray(exp(last_year.surviving.add(log(open_still)) * (YEAR / months)))


def _models(e: Economy) -> dict[str, FloatArray]:
    startups = e.startups.view()
    clouds = e.clouds.view()
    sectors = e.enterprises.view()
    frontier = e.conditions.frontier[:, 0]
    own = np.where(startups.alive, startups.capability, BELOW_ALL)
    big = np.where(clouds.develops & clouds.alive, clouds.capability, BELOW_ALL)
    everyone = np.concatenate([own, big], axis=-1)
    fifth = -np.partition(-everyone, FOLLOWER, axis=-1)[:, FOLLOWER]
    region = np.concatenate([startups.region, clouds.region], axis=-1)
    chinese = np.where(region == CN, everyone, BELOW_ALL).max(axis=-1)
    firms = ~sectors.household
    size = np.where(firms, sectors.output, 0.0)
    market = size * sectors.potential * sectors.adoption
    return {
        "capability_frontier": frontier,
        "gap_open": frontier - e.conditions.open_frontier[:, 0],
        "gap_china": frontier - chinese,
        "gap_follower": frontier - fifth,
        **_advances(e, startups, clouds),
        "model_diversity": 1.0 - _hhi(_by_lineage(startups, clouds)),
        "services_musd": e.conditions.use[:, 0],
        "self_hosted_share": ratio((market * sectors.self_hosting).sum(axis=-1), market.sum(axis=-1)),
        "adoption_share": ratio((size * sectors.adoption).sum(axis=-1), size.sum(axis=-1)),
    }


def _advances(e: Economy, startups: Startup, clouds: Cloud) -> dict[str, FloatArray]:
    """Efficiency by kind of developer, what a fixed capability costs, and who sells."""
    best = e.conditions.best_algorithms[:, 0]
    labs = np.where(startups.alive, startups.algorithms, BELOW_ALL)
    big = np.where(clouds.develops & clouds.alive, clouds.algorithms, BELOW_ALL)
    chinese = np.maximum(
        np.where(startups.region == CN, labs, BELOW_ALL).max(axis=-1),
        np.where(clouds.region == CN, big, BELOW_ALL).max(axis=-1),
    )
    west_labs = np.where(startups.region != CN, labs, BELOW_ALL).max(axis=-1)
    west_big = np.where(clouds.region != CN, big, BELOW_ALL).max(axis=-1)
    month = training_flop(np.ones(e.worlds), e.p.technology.flop_utilisation[:, 0])  # of one H100e, 1e21 FLOP
    months = power(10.0, FIXED_CAPABILITY - TRAINING_UNIT - best) / month
    able = startups.alive & (startups.capability >= ABLE)
    sold = clouds.revenue.sum(axis=-1)
    firms = np.maximum(startups.weight, 1.0)  # a slot of several firms is several vendors
    total = startups.revenue.sum(axis=-1) + sold
    squares = (startups.revenue * startups.revenue / firms).sum(axis=-1) + (clouds.revenue * clouds.revenue).sum(
        axis=-1
    )
    return {
        "algorithms_china": chinese - best,
        "host_lead": west_big - west_labs,
        "fixed_capability_musd": spending(months, e.now.compute.rent_market),
        "able_labs": (startups.weight * able).sum(axis=-1),
        "cloud_service_share": ratio(sold, total),
        "vendor_diversity": 1.0 - ratio(squares, total * total),
    }


def _by_lineage(startups: Startup, clouds: Cloud) -> FloatArray:
    """AI sales by the developer of the model that they rest on, (worlds, clouds + start-ups)."""
    hosts, n = clouds.revenue.shape[-1], startups.revenue.shape[-1]
    own = hosts + np.arange(n)
    code = np.where(startups.base_model != NONE, startups.base_model, own)
    sales = by_host(startups.revenue, code, hosts + n)
    sales[:, :hosts] += clouds.revenue
    return sales


def _world(e: Economy) -> dict[str, FloatArray]:
    clouds = e.clouds.view()
    chips = e.chips
    compute = placed(clouds).sum(axis=1) + e.now.building.site_compute
    by_place = ratio(compute, compute.sum(axis=-1, keepdims=True))
    held = ((chips.running + chips.awaiting) * chips.h100e[:, np.newaxis, :] * chips.in_china[:, np.newaxis]).sum(
        axis=(1, 2)
    )
    grey = (chips.grey * chips.h100e[:, np.newaxis, :]).sum(axis=(1, 2))
    return {
        **{f"{name}_compute_share": by_place[:, place] for place, name in enumerate(("us", "eu", "china", "other"))},
        "grey_market_share": ratio(grey, held),
        "grey_premium": e.now.chips.grey_premium,
        "china_chips_made": np.where(e.chipmakers.view().region == CN, e.now.chips.made, 0.0).sum(axis=-1),
        "power_gw": e.conditions.power_used.sum(axis=-1) * GIGAWATT,
        "remedies_active": e.now.oversight.remedies_active,
    }


_ROWS = (ContractRow.lessor, ContractRow.term, StakeRow.owner, StakeRow.share)
_TERMS = (ContractRow.reserved, ContractRow.coming, ContractRow.price)
_TIES = (
    *(field.column(k) for k in range(1, MOST_ROWS) for field in _ROWS),
    *(field.column(k) for k in range(MOST_ROWS) for field in _TERMS),
)


def sizes(e: Economy) -> dict[str, dict[str, Any]]:
    """Every firm's attributes for the graph's nodes: population -> column -> (worlds, slots)."""
    kept = (
        "region", "cash", "value", "compute", "used", "capability", "weight", "type", "revenue", "host", "term",
        "vendor", "vendor_share", "pledged", "base_model", *PLACED,
    )  # fmt: skip
    found: dict[str, dict[str, Any]] = {}
    for name, population in e.populations.items():
        data = population.table.data
        # seven digits are enough for a picture of a hundred thousand firms, and half the memory
        amounts = np.float64 if population.slots < MANY else np.float32
        columns: dict[str, Any] = {
            key: data[key].astype(amounts if data[key].dtype == np.float64 else data[key].dtype)
            for key in (*kept, *_TIES)
            if key in data and not population.table.untouched(key)
        }
        columns |= {"alive": population.table.alive.copy(), "ids": population.table.ids.copy()}
        found[name] = columns
    return found


def keep_founding(e: Economy) -> None:
    """What stands before the first month: firms, and the orders for chips."""
    e.partnerships.flows.record(-1, chip_orders=e.chips.outstanding[:, :, : e.chips.clouds])
    e.partnerships.snapshot(0, sizes(e))


def keep_flows(e: Economy) -> None:
    """What went over the ties this month, where ties are kept; rents and rounds are kept where they are paid."""
    if not e.partnerships.keep:
        return
    chips = e.chips
    clouds = e.clouds.view()
    mine = slice(0, chips.clouds)
    compute = chips.delivered_now[:, mine] * chips.h100e[:, np.newaxis, :]
    makers = range(e.chipmakers.slots)
    e.partnerships.flows.record(
        e.month,
        chip_bill=e.now.chips.chip_sales[:, :, mine],
        chip_sales=e.now.chips.chip_sales.sum(axis=-1),
        chip_compute=np.stack([compute[:, :, chips.maker_of == maker].sum(axis=-1) for maker in makers], axis=1),
        rent_income=e.now.compute.rent_income,
        cloud_share=cloud_shares(clouds),
    )
