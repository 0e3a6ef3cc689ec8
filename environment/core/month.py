"""What a phase of the month leaves for later phases, typed, in a block for each market.

Each entry says which phase fills it. To read an entry that no phase has filled yet is an error that names both. Sums to
which several phases add start the month at zero. What lasts beyond the month lives in the columns of the firms, in
:mod:`kingmaker.environment.chips.chip_state` and in the ledger, not here.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from kingmaker.agents.types import FloatArray
from kingmaker.environment.core.phases import Block, Filled, Lever, Summed


class InForce(Block):
    """The policy in force this month: of dated event (or pin) and remedy the stricter, times compliance."""

    name = "in_force"
    duty = Lever("procedures.fix_policy", "(worlds, clouds)", "interoperability that law and remedy demand, 0-1")
    interoperability = Lever("procedures.fix_policy", "(worlds, clouds)", "the same times compliance, 0-1")
    reserve = Lever(
        "procedures.fix_policy", "(worlds, 1)", "share of compute that law or remedy reserves for small tenants, 0-1"
    )
    reserved = Lever("procedures.fix_policy", "(worlds, clouds)", "share that each cloud reserves, 0-1")
    egress = Lever("procedures.fix_policy", "(worlds, 1)", "switching charge relative to the list price")
    parallel_egress = Lever("procedures.fix_policy", "(worlds, 1)", "fee of parallel use relative to the list price")
    exclusivity = Lever("procedures.fix_policy", "(worlds, 1)", "1 where exclusive contracts may be made")
    review_bar = Lever(
        "procedures.fix_policy",
        "(worlds, 1)",
        "highest concern about a stake that is let pass; infinite without a review",
    )
    export_vintage = Lever("procedures.fix_policy", "(worlds, 1)", "vintage of the export rule, year")
    export_cap = Lever("procedures.fix_policy", "(worlds, 1)", "performance from which chips are kept, TPP")
    memory_control = Lever("procedures.fix_policy", "(worlds, 1)", "1 where memory is kept from Chinese chipmakers")
    import_block = Lever("procedures.fix_policy", "(worlds, 1)", "share of foreign chips that China keeps out, 0-1")

    bounds: ClassVar[Mapping[str, tuple[float, float]]] = {
        **dict.fromkeys(
            ("duty", "interoperability", "reserve", "reserved", "exclusivity", "memory_control", "import_block"),
            (0.0, 1.0),
        ),
        **dict.fromkeys(("egress", "parallel_egress", "export_vintage"), (0.0, sys.float_info.max)),
        **dict.fromkeys(("review_bar", "export_cap"), (0.0, math.inf)),
    }

    def __getitem__(self, name: str) -> FloatArray:
        """The same by name, as a user's instrument may have it from data."""
        if name not in self.entries:
            raise self.unknown(name)
        found: FloatArray = getattr(self, name)
        return found

    def __setitem__(self, name: str, value: FloatArray | float) -> None:
        """Change one by name."""
        if name not in self.entries:
            raise self.unknown(name)
        setattr(self, name, value)


class Oversight(Block):
    """What authorities hear and do."""

    name = "oversight"
    complaints = Filled[FloatArray]("procedures.move_inquiries", "(worlds,)", "complaints filed, firms")
    inquiries_opened = Filled[FloatArray]("procedures.move_inquiries", "(worlds,)", "inquiries opened")
    inquiries_open = Filled[FloatArray]("procedures.move_inquiries", "(worlds,)", "inquiries under way")
    remedies_active = Filled[FloatArray]("procedures.move_inquiries", "(worlds,)", "remedies in force")
    gatekeepers = Filled[FloatArray]("procedures.move_inquiries", "(worlds,)", "clouds designated")
    fines_musd = Filled[FloatArray]("procedures.fix_policy", "(worlds,)", "fines, M$")


class Capital(Block):
    """Funding, stakes, and how values move."""

    name = "capital"
    funding_musd = Summed("finance.fund_startups", "(worlds,)", "equity raised by start-ups, M$")
    asks = Filled[FloatArray]("finance.fund_startups", "(worlds, start-ups)", "asked of investors this month, M$")
    paid_in = Summed("pledges.pay_pledges", "(worlds, 2)", "paid for stakes after this month's values were set, M$")
    written_off = Summed("turnover.fail_and_merge", "(worlds, 2)", "worth of the start-ups that leave, M$")
    proceeds = Summed("turnover.fail_and_merge", "(worlds, 2)", "what their owners get for them, M$")
    from_funds = Summed("finance.fund_startups", "(worlds,)", "rounds: from venture and public funds, M$")
    from_companies = Summed("finance.fund_startups", "(worlds,)", "from companies that buy AI, M$")
    from_chipmakers = Summed("finance.fund_startups", "(worlds,)", "from chipmakers' arms, M$")
    from_sovereigns = Summed("finance.fund_startups", "(worlds,)", "from sovereign funds, M$")
    from_clouds = Summed("finance.sign_stakes", "(worlds,)", "stakes agreed with clouds, M$")
    lent = Summed("settlement.pay_costs", "(worlds,)", "new loans to clouds, M$")
    largest_round = Summed("finance.fund_startups", "(worlds,)", "largest round of one firm, M$")
    in_mega_rounds = Summed("finance.fund_startups", "(worlds,)", "agreed in rounds of 100 M$ and more, M$")
    in_labs = Summed("finance.fund_startups", "(worlds,)", "agreed with start-ups that make models, M$")
    stakes_signed = Summed("finance.sign_stakes", "(worlds,)", "stakes that clouds buy, firms")
    stakes_blocked = Summed("finance.sign_stakes", "(worlds,)", "deals that the review blocks, firms")
    stakes_unbundled = Summed("finance.sign_stakes", "(worlds,)", "deals cleared without ties, firms")
    announced_musd = Filled[FloatArray]("announcements.announce", "(worlds,)", "worth of contracts announced, M$")
    reaction = Filled[FloatArray]("announcements.announce", "(worlds, clouds)", "relative change of value on news")


class ChipMarket(Block):
    """What chipmakers offer, sell and bill."""

    name = "chips"
    value = Filled[FloatArray]("orders.design_products", "(worlds, products)", "worth of a unit in use, H100e")
    may_ship = Filled[FloatArray]("orders.design_products", "(worlds, 2, products)", "1 where it may go: world, China")
    mix = Filled[FloatArray]("orders.design_products", "(worlds, 2, products)", "part of a maker's line: world, China")
    line_price = Filled[FloatArray]("orders.plan_compute", "(worlds, 2, makers)", "price of a unit, k$")
    line_value = Filled[FloatArray]("orders.plan_compute", "(worlds, 2, makers)", "worth of a unit in use, H100e")
    line_age = Filled[FloatArray]("orders.plan_compute", "(worlds, 2, makers)", "full life of a unit over life left")
    offer_price = Filled[FloatArray]("orders.plan_compute", "(worlds, makers, buyers)", "price of a unit, k$")
    offer_value = Filled[FloatArray]("orders.plan_compute", "(worlds, makers, buyers)", "worth of a unit in use, H100e")
    offered = Filled[FloatArray]("orders.plan_compute", "(worlds, makers, buyers)", "1 where a maker serves a buyer")
    planned_spending = Filled[FloatArray]("orders.plan_compute", "(worlds, clouds)", "planned spending on chips, M$")
    unmet = Filled[FloatArray]("orders.plan_compute", "(worlds, clouds)", "compute planned and not installed, H100e")
    wanted = Filled[FloatArray]("orders.plan_compute", "(worlds, clouds)", "compute wanted and within means, H100e")
    called = Filled[FloatArray]("chip_supply.produce_and_ship", "(worlds, makers)", "units called of suppliers")
    made = Filled[FloatArray]("chip_supply.produce_and_ship", "(worlds, makers)", "units made")
    packed = Filled[FloatArray]("chip_supply.produce_and_ship", "(worlds, makers)", "units with packaging")
    memory_drawn = Filled[FloatArray]("chip_supply.produce_and_ship", "(worlds, makers)", "laid-in memory used, M$")
    memory_used = Filled[FloatArray]("chip_supply.produce_and_ship", "(worlds,)", "foreign memory sold, GB")
    own_memory = Filled[FloatArray]("chip_supply.produce_and_ship", "(worlds, clouds)", "memory of programmes, GB")
    lab_memory = Filled[FloatArray]("chip_supply.produce_and_ship", "(worlds, 1)", "start-ups' chips with memory, 0-1")
    grey_premium = Filled[FloatArray]("grey_prices.quote_premium", "(worlds,)", "price in China over elsewhere, less 1")
    direct_due = Filled[FloatArray]("chip_supply.produce_and_ship", "(worlds, start-ups)", "start-ups' orders due, M$")
    direct_take = Filled[FloatArray](
        "chip_supply.produce_and_ship", "(worlds, start-ups)", "of these what they can pay, M$"
    )
    direct_drawn = Filled[FloatArray](
        "chip_supply.produce_and_ship", "(worlds, start-ups)", "of these what their deposits pay, M$"
    )
    direct_got = Filled[FloatArray]("chip_supply.produce_and_ship", "(worlds, start-ups)", "compute delivered, H100e")
    direct_fill = Filled[FloatArray]("chip_supply.produce_and_ship", "(worlds,)", "start-ups' orders served, 0-1")
    lead_time = Filled[FloatArray](
        "chip_supply.produce_and_ship", "(worlds, makers)", "lead time of small buyers, months"
    )
    leader_accelerators = Filled[FloatArray](
        "chip_supply.produce_and_ship", "(worlds, clouds)", "spent on the leader's accelerators, M$"
    )
    chip_sales = Filled[FloatArray]("chip_supply.produce_and_ship", "(worlds, makers, buyers)", "chips sold, M$")
    maker_revenue = Filled[FloatArray]("chip_supply.produce_and_ship", "(worlds, makers)", "revenue of makers, M$")
    unit_cost = Filled[FloatArray]("chip_supply.produce_and_ship", "(worlds, 2, makers)", "cost of a unit, M$")
    unit_costs = Filled[FloatArray]("chip_supply.produce_and_ship", "(worlds, makers)", "cost of what was made, M$")
    unit_price = Filled[FloatArray](
        "chip_supply.produce_and_ship", "(worlds, makers, buyers)", "price paid for a unit, M$"
    )


class Building(Block):
    """What is bought, built, connected and written off."""

    name = "building"
    lab_capex = Summed("direct.order_directly", "(worlds,)", "capital spending of labs, M$")
    raised_on_chips = Summed("direct.order_directly", "(worlds, start-ups)", "raised money spent on own compute, M$")
    chip_bill = Filled[FloatArray]("chip_supply.produce_and_ship", "(worlds, clouds)", "chips delivered, M$")
    own_bill = Filled[FloatArray]("chip_supply.build_own_chips", "(worlds, clouds)", "own chips made, M$")
    grey_added = Summed("installation.smuggle", "(worlds, clouds)", "grey chips: paid less cost of those sold, M$")
    resale_gain = Summed("installation.smuggle", "(worlds, clouds)", "gain on chips resold, M$")
    power_mw = Filled[FloatArray]("installation.install", "(worlds, clouds)", "power drawn, MW")
    site_capacity = Filled[FloatArray]("installation.install", "(worlds, regions)", "labs' own sites, H100e in use")
    site_compute = Filled[FloatArray]("installation.install", "(worlds, regions)", "labs' own sites, dense H100e")
    site_mw = Filled[FloatArray]("installation.install", "(worlds, regions)", "power drawn by labs' sites, MW")
    power_price = Filled[FloatArray]("installation.install", "(worlds, clouds)", "price where it stands, $/MWh")
    ai_capex = Filled[FloatArray]("installation.build_centres", "(worlds, clouds)", "capital spending on AI, M$")
    depreciation = Filled[FloatArray]("installation.build_centres", "(worlds, clouds)", "depreciation, M$")


class ComputeMarket(Block):
    """Rents, rationing and who moved."""

    name = "compute"
    host_cost = Filled[FloatArray]("renting.post_prices", "(worlds, clouds)", "full cost of an H100e-hour, $")
    rent_market = Filled[FloatArray]("renting.post_prices", "(worlds,)", "rent at clouds whose rent moves, $ an hour")
    switching_rate = Filled[FloatArray]("hosts.choose_hosts", "(worlds,)", "start-ups that changed their cloud, 0-1")
    switching_fees_musd = Filled[FloatArray]("hosts.choose_hosts", "(worlds,)", "fees paid to the host left, M$")
    owed_by_labs = Filled[FloatArray](
        "commitments.commit_compute", "(worlds, clouds)", "what labs have still to pay, used or not, M$"
    )
    contract_prices = Filled[list[FloatArray]](
        "commitments.commit_compute", "(worlds, start-ups) by contract", "price of what each in use reserves, $ an hour"
    )
    fill_reserved = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "what is reserved served, 0-1")
    fill_unreserved = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "wants by the month served, 0-1")
    large_fill_rate = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "large tenants served, 0-1")
    reserved_part = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "rented compute that was reserved, 0-1")
    unpaid_musd = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "rent due and not paid, M$")
    sublet_h100e = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "reserved, idle and let, H100e")
    sublet_musd = Filled[FloatArray]("renting.rent_compute", "(worlds, clouds)", "rent handed on to lessees, M$")
    business = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "compute that enterprises rent, H100e")
    circular_musd = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "rent paid with the host's own money, M$")
    dearness = Filled[FloatArray]("renting.rent_compute", "(worlds, start-ups)", "rent against what is usual, ratio")
    markup_new = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "rent over cost, new tenants")
    markup_tenured = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "rent over cost, old tenants")
    own_total = Filled[FloatArray]("renting.rent_compute", "(worlds, regions)", "labs' claims on own sites, H100e")
    parallel_fees_musd = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "fees of parallel use, M$")
    public_compute_h100e = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "rented by the public, H100e")
    rent_income = Filled[FloatArray]("renting.rent_compute", "(worlds, clouds)", "rent received, M$")
    rented_dense = Filled[FloatArray](
        "renting.rent_compute", "(worlds, clouds)", "rented from other clouds, dense H100e"
    )
    reserved_used_h100e = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "reserved capacity used, H100e")
    small_fill_rate = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "small tenants served, 0-1")
    rival_penalty = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "others served less rivals served, 0-1")
    serving_clouds = Filled[FloatArray]("renting.rent_compute", "(worlds, clouds)", "clouds' own services, H100e")
    serving_startups = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "start-ups' services, H100e")
    startup_rent = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "rent that start-ups pay, M$")
    tenant_fill_rate = Filled[FloatArray]("renting.rent_compute", "(worlds,)", "compute got over compute wanted, 0-1")
    used = Filled[FloatArray]("renting.rent_compute", "(worlds, clouds)", "compute used, H100e")
    wholesale_bill = Filled[FloatArray]("renting.rent_compute", "(worlds, clouds)", "rent between clouds, M$")
    lease_running = Filled[FloatArray]("term_leases.run_leases", "(worlds, clouds)", "leased for years and used, H100e")
    lease_income = Filled[FloatArray]("term_leases.run_leases", "(worlds, clouds)", "earned by leases of years, M$")
    lease_cost = Filled[FloatArray]("term_leases.run_leases", "(worlds, clouds)", "paid for leases of years, M$")


class Services(Block):
    """What users buy and what models earn."""

    name = "services"
    resale = Filled[FloatArray]("renting.rent_compute", "(worlds, clouds)", "margin on open models run for firms, M$")
    lab_sales = Filled[FloatArray]("model_use.sell_services", "(worlds, start-ups)", "sales of start-ups, M$")
    resold = Filled[FloatArray]("model_use.sell_services", "(worlds, start-ups)", "of these sold by a shareholder, M$")
    reasoning_sold = Filled[FloatArray]("model_use.sell_services", "(worlds,)", "mean reasoning sold, log10 FLOP")
    tool_use_sold = Filled[FloatArray]("model_use.sell_services", "(worlds,)", "mean tool use sold, log10 FLOP")
    safety_sold = Filled[FloatArray]("model_use.sell_services", "(worlds,)", "mean safety sold, log10 FLOP")
    reasoning_sorting = Filled[FloatArray]("model_use.sell_services", "(worlds,)", "sorting by reasoning, log10 FLOP")
    licence_musd = Filled[FloatArray]("licences.share_revenue", "(worlds,)", "licences, M$")
    revenue_share_musd = Filled[FloatArray]("licences.share_revenue", "(worlds,)", "revenue shares, M$")


class Turnover(Block):
    """Costs, failures and entry."""

    name = "turnover"
    raised_for_staff = Filled[FloatArray]("settlement.pay_costs", "(worlds,)", "raised money spent on staff, M$")
    startups_failed = Filled[FloatArray]("turnover.fail_and_merge", "(worlds,)", "start-ups that closed, firms")
    hire_aways = Filled[FloatArray]("turnover.fail_and_merge", "(worlds,)", "labs whose team is hired away, firms")
    startups_sold = Filled[FloatArray]("turnover.fail_and_merge", "(worlds,)", "sold to firms outside AI, firms")
    startups_acquired = Filled[FloatArray]("turnover.fail_and_merge", "(worlds,)", "start-ups taken over, firms")
    startups_entered = Filled[FloatArray]("turnover.enter", "(worlds,)", "new start-ups, firms")
    clouds_failed = Filled[FloatArray]("debts.wind_up_clouds", "(worlds,)", "clouds wound up")
    default_loss_musd = Filled[FloatArray]("debts.wind_up_clouds", "(worlds,)", "losses of their creditors, M$")


BLOCKS: tuple[type[Block], ...] = (
    InForce, Oversight, Capital, ChipMarket, Building, ComputeMarket, Services, Turnover
)  # fmt: skip


class Month:
    """All blocks of one month.

    Args:
        worlds: number of worlds.
        clouds: slots of clouds.
        startups: slots of start-ups.
    """

    def __init__(self, worlds: int, clouds: int, startups: int) -> None:
        """A month in which nothing has happened."""
        self.current = ""  # the phase that is running
        self.done: list[str] = []  # phases that have run, in order
        self.on_end: Callable[[str], None] | None = None  # told each phase that ends
        sizes = {
            "(worlds,)": (worlds,),
            "(worlds, 2)": (worlds, 2),
            "(worlds, clouds)": (worlds, clouds),
            "(worlds, start-ups)": (worlds, startups),
        }
        self.in_force, self.oversight, self.capital = InForce(sizes), Oversight(sizes), Capital(sizes)
        self.chips, self.building, self.compute = ChipMarket(sizes), Building(sizes), ComputeMarket(sizes)
        self.services, self.turnover = Services(sizes), Turnover(sizes)

    def filled(self) -> Iterator[tuple[str, Any]]:
        """What has been filled so far, with its name, such as ``compute.rent_market``."""
        for block in BLOCKS:
            for name, value in getattr(self, block.name).values.items():
                yield f"{block.name}.{name}", value


def entries() -> Iterator[tuple[str, Filled[Any]]]:
    """Every entry of the month with its name, such as ``compute.rent_market``."""
    for block in BLOCKS:
        for name, entry in block.entries.items():
            yield f"{block.name}.{name}", entry
