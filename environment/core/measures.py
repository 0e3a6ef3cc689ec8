"""What is observed each month: names, units, definitions; and the table that a run fills."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kingmaker.agents.calendar import month_label
from kingmaker.agents.cards import amount, grid
from kingmaker.agents.checks import known
from kingmaker.agents.checks import world as world_number
from kingmaker.agents.errors import KingmakerError

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray


@dataclass(frozen=True)
class Measure:
    """One monthly series: its unit, what it is exactly, a label for figures, and the group that it is shown in."""

    name: str
    unit: str
    definition: str
    label: str
    group: str


def _table(group: str, *rows: tuple[str, str, str, str]) -> list[Measure]:
    return [Measure(name, unit, definition, label, group) for name, unit, label, definition in rows]


CAPEX_FIRMS = ("microsoft", "amazon", "google", "meta", "oracle")

_ALL = [
    *_table(
        "chips",
        ("chip_leader_share", "0-1", "Leader's share of chips",
         "the largest seller's share of chipmakers' accelerator revenue this month"),
        ("hhi_chips", "0-1", "Concentration of chips", "Herfindahl index of chipmakers' accelerator revenue"),
        ("lead_time_weeks", "weeks", "Lead time",
         "orders before shipping over shipments in the small buyers' queue at the leader, times 52/12"),
        ("chip_price_kusd", "k$ per unit", "Price of a leader's chip",
         "mean price of the leader's world product line this month, accelerator only"),
        ("chips_delivered", "units per month", "Chips delivered", "accelerators delivered by all chipmakers"),
        ("leader_chips_delivered", "units per month", "Leader's chips delivered",
         "accelerators delivered by the leader"),
        ("leader_revenue_musd", "M$ per month", "Leader's revenue",
         "the leader's revenue from accelerators and their networking"),
        ("inhouse_share", "0-1", "Own chips' share",
         "share of delivered compute (H100e) that comes from own programmes"),
        ("memory_shortage", "0-1", "Memory short",
         "share of what chipmakers, chip programmes and start-ups ask of high-bandwidth memory outside China that they "
         "do not get"),
        ("memory_capacity_gb", "GB per month", "Memory capacity",
         "high-bandwidth memory that its makers outside China can make"),
        ("packaging_shortage", "0-1", "Packaging short",
         "share of the leader's orders due for which its packaging does not suffice"),
        ("rival_software", "ratio", "Rivals' software",
         "maturity of the software of the leader's best rival outside China, relative to the leader's"),
        ("leader_commitments_musd", "M$", "Leader's purchase commitments",
         "what the leader is bound to buy of its suppliers of packaging and memory"),
        ("hhi_deliveries", "0-1", "Concentration of deliveries", "Herfindahl index of compute delivered, over buyers"),
        ("compute_h100e", "H100e", "Compute installed", "compute running at all owners, dense 16-bit throughput"),
        ("own_work_h100e", "H100e", "Compute for own work",
         "compute that owners of clouds want for their business outside AI: advertising, search, software"),
        ("own_training_h100e", "H100e", "Compute for own models", "compute that clouds want for training own models"),
        ("own_benefit_musd", "M$ per month", "Owners' own benefit",
         "what AI earns or saves in the business outside AI of clouds' owners"),
        ("own_yield", "$ per H100e-hour", "Yield of own work", "owners' own benefit over the compute that brought it"),
        ("own_return", "ratio", "Return on own work",
         "owners' own benefit over the full cost of the compute that brought it"),
        ("belief", "0-1", "Belief", "belief of clouds in fast growth of AI's returns, mean weighted by compute"),
        ("capex_musd", "M$ per month", "Capital spending",
         "capital spending of Microsoft, Amazon, Google and Meta, inside and outside AI"),
        *(
            (f"capex_{firm}_musd", "M$ per month", f"Capital spending, {firm.title()}",
             f"capital spending of {firm.title()}, inside and outside AI")
            for firm in CAPEX_FIRMS
        ),
        ("direct_deliveries_h100e", "H100e per month", "Chips delivered to start-ups",
         "compute of the chips that start-ups bought themselves (or had made) and that were delivered this month"),
        ("direct_fill", "0-1", "Start-ups' orders served",
         "chips shipped to start-ups that buy themselves over those due, by value in use"),
        ("ai_capex_musd", "M$ per month", "Capital spending on AI", "chips, own chips and data centres, all owners"),
    ),
    *_table(
        "cloud",
        ("hhi_cloud", "0-1", "Concentration, AI compute", "Herfindahl index of rent of AI compute, over clouds"),
        ("hhi_cloud_all", "0-1", "Concentration, all cloud",
         "Herfindahl index of all cloud revenue (ordinary and AI rent)"),
        ("chip_owners_rent_musd", "M$ per month", "External AI revenue of chip owners",
         "rent of AI compute, on own and bought chips, at the clouds that rent out chips of their own design"),
        ("rent_list_usd_per_hour", "$ per H100e-hour", "List price",
         "list price on demand of the hyperscalers outside China, weighted by compute"),
        ("rent_market_usd_per_hour", "$ per H100e-hour", "Market rent",
         "rent at all western clouds but hyperscalers, weighted by compute not leased for years"),
        ("wholesale_h100e", "H100e", "Compute let between clouds",
         "idle compute that clouds rent from one another for their own work"),
        ("leased_h100e", "H100e", "Compute leased between clouds",
         "compute that clouds deliver to one another under leases of years"),
        ("backlog_musd", "M$", "Backlog of leases",
         "what clouds still have to take or pay for under leases of years at other clouds, at the price signed"),
        ("lease_term_months", "months", "Term of leases",
         "term for which the leases between clouds that stand were signed, weighted by what they reserve"),
        ("new_cloud_committed_share", "0-1", "Committed revenue of new clouds",
         "share of the AI revenue of clouds that live by renting which is paid under leases of years"),
        ("new_cloud_debt_musd", "M$", "Debt of new clouds", "debt of the clouds that live by renting"),
        ("new_cloud_compute_share", "0-1", "New clouds' share of compute",
         "share of all clouds' compute that runs at those that live by renting"),
        ("utilisation", "0-1", "Utilisation", "compute used over compute running, all owners"),
        ("tenant_fill_rate", "0-1", "Tenants served", "compute that start-ups got over compute that they wanted"),
        ("fill_reserved", "0-1", "Contracts served", "compute got over compute wanted out of what is reserved"),
        ("fill_unreserved", "0-1", "Unreserved wants served",
         "compute got over compute wanted by the month, beyond what is reserved"),
        ("large_fill_rate", "0-1", "Large tenants served",
         "compute got over compute wanted by start-ups that want more than policy.small_tenant"),
        ("waiting_months", "months", "Waiting of who is not served",
         "months for which start-ups have got less than compute.enough_fill of what they want, mean of those who wait"),
        ("reserved_part", "0-1", "Reserved compute", "share of what start-ups rent that is reserved"),
        ("rent_term_usd_per_hour", "$ per H100e-hour", "Price of contracts",
         "price of a contract signed now at clouds that live by renting compute, weighted by compute"),
        ("spot_over_term", "ratio", "Price by the month against contracts",
         "price by the month over that of a contract signed now, at clouds that live by renting compute"),
        ("rent_block_usd_per_hour", "$ per H100e-hour", "Big clouds' price by the month",
         "price by the month of what is not reserved, hyperscalers outside China, weighted by compute"),
        ("backlog_labs_musd", "M$", "Labs' backlog",
         "what labs owe clouds under contracts, used or not, over what is left of the terms"),
        ("unpaid_musd", "M$ per month", "Rent not paid", "rent that was due and that start-ups had no money for"),
        ("sublet_h100e", "H100e", "Compute sub-let", "compute that labs have reserved, leave idle and that is let"),
        ("switching_rate", "share per month", "Switching", "share of hosted start-ups that changed their first cloud"),
        ("multihoming_share", "0-1", "Multi-homing", "share of hosted start-ups with a second cloud"),
        ("exclusive_share", "0-1", "Exclusive contracts",
         "share of the compute that start-ups rent which is under an exclusive contract"),
        ("second_host_share", "0-1", "Compute from second clouds",
         "share of start-ups' compute that comes from their second cloud"),
        ("preferred_partner_share", "0-1", "Compute from preferred partners",
         "share of its compute that a start-up with a preferred, non-exclusive partner has from this partner, mean; "
         "1 where there is none"),
        ("leading_lab_hosts", "clouds", "Leading lab's clouds",
         "clouds under contract to the start-up that wants most compute"),
        ("leading_lab_exclusive", "0/1", "Leading lab is exclusive",
         "whether the start-up that wants most compute is bound to one cloud by an exclusive contract"),
        ("leading_lab_unmet_share", "0-1", "Leading lab's unmet need",
         "share of the compute wanted by the start-up that wants most which it does not get"),
        ("unmet_h100e", "H100e", "Unmet need", "compute that start-ups wanted this month and did not get"),
        ("rival_penalty", "0-1", "Rivals' penalty",
         "share of wants served by clouds with own models to tenants who do not rival them, less the share served to "
         "those who do, weighted by the rivals' wants; partners, who are served first, left out"),
        ("markup_tenured", "ratio", "Markup on old tenants",
         "rent over full cost at the first cloud, weighted by compute, tenure from compute.tenure_half on"),
        ("markup_new", "ratio", "Markup on new tenants",
         "rent over full cost at the first cloud, weighted by compute, tenure below compute.tenure_half"),
        ("eu_hosted_at_home_share", "0-1", "European start-ups at home",
         "share of the compute rented by European start-ups that stands in the Union, whosever it is"),
        ("eu_hosted_by_europeans_share", "0-1", "European start-ups at European clouds",
         "share of the compute rented by European start-ups that stands in the Union at a cloud whose home it is"),
        ("circularity", "0-1", "Circular revenue",
         "share of start-ups' rent that their landlord had itself paid in as equity or credit, last 12 months"),
    ),
    *_table(
        "start-ups",
        ("startups_alive", "firms", "Start-ups alive", "start-ups alive, weighted by the firms that they stand for"),
        ("startups_entered", "firms per month", "Entries", "new start-ups"),
        ("startups_failed", "firms per month", "Failures", "start-ups that closed"),
        ("startups_acquired", "firms per month", "Takeovers",
         "start-ups that clouds took over, mostly when their money ran out"),
        ("startups_sold", "firms per month", "Trade sales", "start-ups that were sold to firms outside AI"),
        ("hire_aways", "firms per month", "Teams hired away",
         "labs whose team a giant hired away, with a licence for their model, while they were solvent"),
        ("startup_survival", "0-1", "Survival of start-ups",
         "chance of staying open for twelve months at the closures of the last 12 months; firms taken over or sold do "
         "not close"),
        ("frontier_labs", "firms", "Frontier developers",
         "start-ups and clouds whose own model lies within 0.7 orders of magnitude of the frontier"),
        ("own_compute_share", "0-1", "Own compute", "share of start-ups' compute that runs on chips of their own"),
        ("self_hosted_labs", "firms", "Self-hosted labs", "start-ups with a data centre of their own"),
        ("chip_designers", "firms", "Labs with own chips", "start-ups whose own chip design is made"),
        ("big_cloud_dependence", "0-1", "Dependence on big clouds",
         "share of start-ups' compute that hyperscalers and Chinese clouds provide"),
        ("funding_musd", "M$ per month", "Funding", "equity that start-ups raised from funds and clouds"),
        ("venture_musd", "M$ per month", "Rounds agreed",
         "equity of start-ups agreed this month: rounds, and stakes of clouds when they are signed, however they are "
         "paid"),
        ("venture_funds_musd", "M$ per month", "Rounds of funds", "the part of venture and public funds"),
        ("venture_corporate_musd", "M$ per month", "Rounds of companies", "the part of companies that buy AI"),
        ("venture_chipmakers_musd", "M$ per month", "Rounds of chipmakers", "the part of chipmakers' arms"),
        ("venture_clouds_musd", "M$ per month", "Rounds of clouds", "the part of clouds: stakes signed"),
        ("venture_sovereigns_musd", "M$ per month", "Rounds of sovereigns", "the part of sovereign funds"),
        ("lending_musd", "M$ per month", "Loans to clouds", "new loans to clouds"),
        ("largest_round_musd", "M$", "Largest round", "largest round or stake of one firm agreed this month"),
        ("mega_round_share", "0-1", "Mega-rounds' share",
         "share of the equity agreed in the last 12 months that went into rounds of 100 M$ and more of one firm"),
        ("cloud_funding_share", "0-1", "Clouds' part of labs' money",
         "share of the equity agreed in the last 12 months with start-ups that make models which clouds bought"),
        ("venture_promised_musd", "M$ per month", "Money promised to funds",
         "money that savers promise to venture and public funds now"),
        ("investor_outlook", "1/year", "Investors' outlook",
         "return on start-ups that investors have seen over their horizon, weighted by what they are promised"),
        ("funding_pass_through", "0-1", "Funding passed on",
         "raised money spent on compute over money raised, last 12 months"),
        ("raised_for_compute", "0-1", "Compute's part of raised money",
         "share of the raised money spent this month that goes to compute, the rest to staff"),
        ("leading_lab_revenue_musd", "M$ per month", "Leading lab's revenue", "sales of the start-up that sells most"),
    ),
    *_table(
        "models",
        ("capability_frontier", "log10 FLOP", "Frontier", "effective training compute of the best model"),
        ("gap_open", "log10 FLOP", "Gap of open models", "frontier less the best model with open weights"),
        ("gap_china", "log10 FLOP", "Gap of China", "frontier less the best model of a Chinese developer"),
        ("gap_follower", "log10 FLOP", "Gap of followers", "frontier less the fifth-best developer"),
        ("algorithms_china", "log10", "China's algorithms",
         "best algorithmic efficiency of a Chinese developer less the best of all"),
        ("host_lead", "log10", "Hosts' lead",
         "best algorithmic efficiency of the clouds outside China less that of the start-ups outside China"),
        ("fixed_capability_musd", "M$", "Cost of a fixed capability",
         "rent of training a model of 1e25 effective FLOP with the best algorithms at the market rent"),
        ("able_labs", "firms", "Able start-ups", "start-ups whose own model has at least 10^25.8 effective FLOP"),
        ("cloud_service_share", "0-1", "Clouds' share of AI services",
         "share of AI services sold by clouds themselves"),
        ("vendor_diversity", "0-1", "Diversity of vendors", "1 less the Herfindahl index of AI sales by firm"),
        ("model_diversity", "0-1", "Diversity of models",
         "1 less the Herfindahl index of AI sales by lineage of model"),
        ("services_musd", "M$ per month", "AI services", "spending on AI services"),
        ("self_hosted_share", "0-1", "Self-hosting", "share of adopting firms (by spending) that run an open model"),
        ("adoption_share", "0-1", "Adoption by firms", "share of firms that use AI, weighted by value added"),
    ),
    *_table(
        "rules",
        ("complaints", "firms per month", "Complaints",
         "complaints about clouds filed with authorities: tenants not served, labs bound, rivals shut out"),
        ("inquiries_opened", "inquiries per month", "Inquiries opened", "inquiries that authorities open"),
        ("inquiries_open", "inquiries", "Inquiries under way", "inquiries that authorities have open"),
        ("remedies_active", "remedies", "Remedies in force", "remedies that authorities have in force"),
        ("gatekeepers", "number", "Gatekeepers", "clouds designated under the Digital Markets Act"),
        ("interoperability_in_effect", "0-1", "Interoperability in effect",
         "law times compliance, weighted by compute rented out, outside China"),
        ("fines_musd", "M$ per month", "Fines", "fines on clouds that do not comply"),
        ("switching_fees_musd", "M$ per month", "Switching charges", "fees that start-ups pay to the host they leave"),
        ("parallel_fees_musd", "M$ per month", "Fees of parallel use",
         "fees that start-ups pay on data moved between two hosts used side by side"),
        ("small_fill_rate", "0-1", "Small tenants served",
         "compute got over compute wanted by start-ups that want less than policy.small_tenant, partners left out"),
        ("reserved_used_h100e", "H100e", "Reserved capacity used",
         "compute used out of what is reserved for small tenants"),
        ("stakes_signed", "firms per month", "Stakes signed", "start-ups in which a cloud buys a stake"),
        ("stakes_blocked", "firms per month", "Stakes blocked", "start-ups whose deal the partnership review blocks"),
        ("stakes_unbundled", "firms per month", "Stakes unbundled",
         "start-ups whose deal the partnership review clears without ties"),
        ("public_compute_h100e", "H100e", "Public compute", "compute that the public fund rents for public users"),
    ),
    *_table(
        "in force",
        ("duty_in_force", "0-1", "Duty of interoperability",
         "interoperability that law and designations demand, compliance left aside, weighted by compute rented out, "
         "outside China"),
        ("exclusivity_ban_in_force", "0/1", "Ban of exclusive contracts", "whether a law or a remedy bans them"),
        ("reserved_in_force", "0-1", "Capacity reserved for small tenants",
         "share of each cloud's compute that law or remedy reserves"),
        ("review_in_force", "0-1", "Review of stakes", "strictness of the partnership review, law or remedy"),
        ("switching_fee_in_force", "ratio", "Switching charge allowed", "charge of a move relative to the list price"),
        ("parallel_fee_in_force", "ratio", "Fee of parallel use allowed",
         "egress fee of a second host relative to the list price"),
        ("sovereign_place_in_force", "0-1", "Sovereignty: place",
         "part of European customers' compute that must stand in the Union"),
        ("sovereign_owner_in_force", "0-1", "Sovereignty: owner",
         "part of European customers' compute that must stand in the Union at a European cloud"),
        ("site_grant_in_force", "0-1", "Aid for sites", "part of data centres in the Union that public money pays"),
        ("compute_fund_in_force", "M$ per month", "Public compute fund", "public money that rents compute"),
        ("export_rule_in_force", "year", "Export rule",
         "vintage of the rule that keeps chips from China: 0 none, 2022, 2023 with the density prong"),
        ("export_cap_in_force", "TPP", "Export cap",
         "total processing performance from which a chip may not be sold to China; 0 also where there is no rule"),
        ("export_quota_in_force", "ratio", "Export quota",
         "most units that may go to China for each unit sold elsewhere; a million where there is no quota"),
        ("export_duty_in_force", "0-1", "Export duty", "share of the revenue from China that goes to the state"),
        ("export_licence_in_force", "0/1", "Export licence", "whether chips designed to the cap need a licence"),
        ("memory_control_in_force", "0/1", "Memory control",
         "whether memory of foreign makers is kept from Chinese chipmakers"),
        ("import_block_in_force", "0-1", "China's import block",
         "share of foreign accelerators that the Chinese authorities keep out"),
    ),
    *_table(
        "values",
        ("listed_value_musd", "M$", "Value of the hyperscalers",
         "what investors think that the hyperscalers are worth together, their stakes in labs included"),
        ("holdings_share", "0-1", "Labs in clouds' value",
         "worth of clouds' stakes and revenue shares in labs over the value of the clouds that rent out"),
        ("announced_musd", "M$ per month", "Contracts announced",
         "present value of the margin on the contracts that were announced, moved or lost"),
        ("winner_return", "0-1", "Winner's reaction", "largest rise of a cloud's value on announcements this month"),
        ("loser_return", "0-1", "Loser's reaction",
         "largest fall of a cloud's value on announcements this month, as a positive number"),
        ("fate_correlation", "correlation", "Fates of hosts and labs",
         "correlation of monthly changes of a cloud's value with those of the labs that it is invested in, over about "
         "three years, mean of clouds"),
        ("licence_musd", "M$ per month", "Licences", "paid by clouds for their partners' models that they sold"),
        ("revenue_share_musd", "M$ per month", "Revenue shares", "paid by labs to hosts that hold a stake in them"),
        ("host_tenant_gap", "log10", "Hosts against their tenants",
         "algorithmic efficiency of clouds with models of their own less that of their best tenant, mean of clouds"),
        ("belief_spread", "0-1", "Spread of belief",
         "highest less lowest belief in fast growth among the clouds that rent out"),
        ("clouds_failed", "firms per month", "Clouds failed", "clouds wound up as they could not meet their debts"),
        ("default_loss_musd", "M$ per month", "Losses of clouds' creditors",
         "debt of failed clouds that their estates did not cover"),
    ),
    *_table(
        "models",
        ("capability_per_dollar", "log10 FLOP per $", "Capability per dollar",
         "effective FLOP of training that a dollar of market rent buys with the best algorithms"),
        ("serving_cost", "relative", "Compute of a unit of service",
         "compute that a unit of service takes with the best algorithms, relative to January 2022"),
        ("serving_h100e", "H100e", "Compute for serving",
         "compute that serving users takes: services of start-ups and clouds, open models, older workloads of clouds"),
        ("reasoning_sold", "log10 FLOP", "Reasoning sold", "mean reasoning of the models sold, by sales"),
        ("tool_use_sold", "log10 FLOP", "Tool use sold", "mean tool use of the models sold, by sales"),
        ("safety_sold", "log10 FLOP", "Safety sold", "mean safety of the models sold, by sales"),
        ("reasoning_sorting", "log10 FLOP", "Sorting by reasoning",
         "reasoning beyond general capability in what the sectors keenest on it buy, less that in what the sectors "
         "keenest on safety buy, outside China"),
        ("incumbent_share", "0-1", "Incumbents' share",
         "share of AI services sold by clouds and by the start-ups that had a model of 10^23 FLOP in January 2022"),
        ("closed_share", "0-1", "Closed models' share",
         "share of AI services that rests on the seller's own model with closed weights"),
        ("frugal_share", "0-1", "Frugal start-ups", "share of start-ups whose design does with little compute"),
        ("frontier_startups", "firms", "Start-ups at the frontier",
         "start-ups whose own model lies within 0.7 orders of magnitude of the frontier"),
        ("cloud_compute_musd", "M$ per month", "Clouds' compute revenue",
         "rent of AI compute, and the margin on open models that clouds run for enterprises"),
        ("resale_musd", "M$ per month", "Resale of open models",
         "margin that clouds earn on open models that they run for enterprises"),
    ),
    *_table(
        "world",
        ("us_compute_share", "0-1", "Compute in the US", "share of running compute (H100e) that stands in the US"),
        ("eu_compute_share", "0-1", "Compute in Europe",
         "share of running compute (H100e) that stands in the European Union"),
        ("china_compute_share", "0-1", "China's compute", "share of running compute (H100e) that stands in China"),
        ("other_compute_share", "0-1", "Compute elsewhere",
         "share of running compute (H100e) that stands outside the US, the European Union and China"),
        ("grey_market_share", "0-1", "Grey market", "share of China's compute that came by the grey market"),
        ("grey_premium", "ratio", "Grey premium",
         "price of compute on foreign chips in China over that elsewhere, less one; below zero where it is cheaper"),
        ("china_chips_made", "units per month", "Chinese chips", "accelerators made by Chinese chipmakers"),
        ("power_gw", "GW", "Power", "power drawn by AI chips at full load, cooling included"),
        ("ledger_residual", "relative", "Ledger residual",
         "largest relative gap in the accounts of money, chips and compute"),
    ),
]  # fmt: skip

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}


class Measures:
    """The measures of all worlds, month by month."""

    def __init__(self, worlds: int, known: Mapping[str, Measure] = MEASURES) -> None:
        """Nothing observed yet of the measures ``known``."""
        self.worlds, self.known = worlds, known
        self._rows: list[dict[str, FloatArray]] = []

    def record(self, values: dict[str, FloatArray]) -> None:
        """Add a month: every measure, of shape (worlds,)."""
        missing = set(self.known) - set(values)
        if missing:
            raise KeyError(f"not measured this month: {sorted(missing)}")
        self._rows.append({name: values[name].copy() for name in self.known})

    def __len__(self) -> int:
        """Months recorded."""
        return len(self._rows)

    def __repr__(self) -> str:
        """How much there is."""
        worlds = f" of {self.worlds} worlds" if self.worlds > 1 else ""
        return f"<{len(self.known)} measures{worlds}, {len(self)} months: measures[name], latest(name), to_frame()>"

    def _repr_html_(self) -> str:
        """A table for each group of measures, which opens by a click."""
        groups: dict[str, list[Measure]] = {}
        for measure in self.known.values():
            groups.setdefault(measure.group, []).append(measure)
        last = f"{month_label(len(self) - 1)}{', world 0' * (self.worlds > 1)}" if self._rows else "no month yet"
        head = ("name", last, "unit", "measure", "definition")
        return "".join(
            grid(f"{g}: {len(found)} measures", head, map(self._row, found), True) for g, found in groups.items()
        )

    def _row(self, measure: Measure) -> tuple[str, ...]:
        told = amount(self.latest(measure.name)) if self._rows else ""
        return measure.name, told, measure.unit, measure.label, measure.definition

    def __getitem__(self, name: str) -> pd.Series[float] | pd.DataFrame:
        """A series by month; of a stack a frame with a column a world.

        Raises:
            KingmakerError: there is no such measure.
        """
        import pandas as pd

        values = self.array(name)
        months = pd.Index([month_label(month) for month in range(len(self))], name="month")
        if self.worlds == 1:
            return pd.Series(values[:, 0], index=months, name=name)
        return pd.DataFrame(values, index=months, columns=pd.RangeIndex(self.worlds, name="world"))

    def __iter__(self) -> Iterator[str]:
        """The names of the measures."""
        return iter(self.known)

    def __contains__(self, name: object) -> bool:
        """Whether there is a measure of that name."""
        return name in self.known

    def __dir__(self) -> list[str]:
        """The names of the measures too, so that they can be completed."""
        return [*super().__dir__(), *self.known]

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.known)

    if not TYPE_CHECKING:  # a misspelt method is found before it runs

        def __getattr__(self, name: str) -> Any:
            """A measure by its name, as :meth:`__getitem__`."""
            if name.startswith("_") or "known" not in vars(self):
                raise AttributeError(name)
            return self[name]

    def latest(self, name: str, world: int = 0) -> float:
        """The last month's value in one world.

        Raises:
            KingmakerError: there is no such measure or world, or no month has been completed.
        """
        known(name, self.known, "measure", "measures")
        quick = type(world) is int and 0 <= world < self.worlds  # asked of every measure every month by the collector
        place = world if quick else world_number(world, self.worlds, "measures")
        if not self._rows:
            raise KingmakerError("measures: no month has been completed yet; step the model first.")
        return float(self._rows[-1][name][place])

    def array(self, name: str) -> FloatArray:
        """A series of all worlds, shape (months, worlds).

        Raises:
            KingmakerError: there is no such measure.
        """
        import numpy as np

        known(name, self.known, "measure", "measures")
        return np.array([row[name] for row in self._rows]).reshape(len(self._rows), self.worlds)

    def to_frame(self) -> pd.DataFrame:
        """One row a month (and world, in a stack): ``month`` (such as 2022-01), ``world``, then the measures."""
        import numpy as np
        import pandas as pd

        months = [month_label(month) for month in range(len(self._rows))]
        columns: dict[str, object] = {"month": np.repeat(months, self.worlds)}
        if self.worlds > 1:
            columns["world"] = np.tile(np.arange(self.worlds), len(months))
        columns |= {name: self.array(name).ravel() for name in self.known}
        frame = pd.DataFrame(columns)
        added = {name: measure for name, measure in self.known.items() if name not in MEASURES}
        if added:
            frame.attrs["columns"] = {name: (measure.unit, measure.definition) for name, measure in added.items()}
        return frame
