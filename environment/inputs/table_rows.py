"""The rows of the data tables: one frozen dataclass a file, each column with its unit and what is allowed in it.

What a cell may hold is said in :mod:`kingmaker.environment.inputs.table_cells`.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Annotated, ClassVar

from kingmaker.agents.calendar import month_of
from kingmaker.agents.contract import CONTRACTS
from kingmaker.agents.investor import KINDS
from kingmaker.agents.lessor import TYPES
from kingmaker.environment.inputs.table_cells import (
    POWERS,
    TIE_KINDS,
    Actor,
    Capability,
    Cell,
    Flag,
    Growth,
    Id,
    KiloDollars,
    Money,
    MoneyOrNone,
    Month,
    MonthlyMoney,
    MonthOrNone,
    Name,
    Region,
    Share,
    ShareOrNone,
    SourcedRow,
    Text,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipRow(SourcedRow):
    """A generation of accelerators."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    id: Id
    name: Name
    maker: Annotated[str, Cell("id", refers=("chipmakers", "clouds"))]
    inhouse: Flag
    released: Month
    h100e: Annotated[float, Cell("H100-equivalents of dense throughput (Epoch units)", low=1e-9)]
    memory_h100e: Annotated[float, Cell("H100-equivalents of memory bandwidth", low=1e-9)]
    tpp: Annotated[float, Cell("total processing performance, TOPS x bits", low=1e-9)]
    die_mm2: Annotated[float, Cell("mm2", low=1e-9)]
    interconnect_gbps: Annotated[float, Cell("GB/s", low=0)]
    tdp_w: Annotated[float, Cell("W", low=1e-9)]
    price_kusd: KiloDollars
    price_2024_kusd: KiloDollars
    unit_cost_kusd: KiloDollars
    chips_per_wafer: Annotated[float, Cell("chips a packaging wafer", low=1e-9)]
    hbm_gb: Annotated[float, Cell("GB of high-bandwidth memory", low=0)] = 0.0
    export_design: Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryRow(SourcedRow):
    """A maker of high-bandwidth memory: what it can make a month when it enters."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    id: Id
    name: Name
    region: Region
    entry: Month
    gb_per_month: Annotated[float, Cell("GB a month", low=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipmakerRow(SourcedRow):
    """A seller of accelerators: its data-centre segment in January 2022."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    id: Id
    name: Name
    region: Region
    cash_musd: Money
    rnd_musd: MonthlyMoney
    units_per_month_2022: Annotated[float, Cell("chips a month", low=0)]
    wafers_per_month_2022: Annotated[float, Cell("packaging wafers a month", low=0)]
    software_stock: Annotated[float, Cell("leader = 1", low=0)]
    gpu_share_of_revenue: Share
    market_value_musd: Money
    other_sales_musd: Annotated[float, Cell("M$ a month that the value stands for too, beside AI chips", low=0)] = 0.0
    export_designs: Annotated[int, Cell("chips", low=0, high=20)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkingRow(SourcedRow):
    """Share of accelerators in the leader's data-centre revenue from a month on (the rest is networking)."""

    key: ClassVar[tuple[str, ...]] = ("month",)
    month: Month
    share: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudRow(SourcedRow):
    """A firm, or an aggregate of firms, that buys or builds accelerators; state in January 2022 or at entry."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    id: Id
    name: Name
    region: Region
    type: Annotated[str, Cell("type", choices=TYPES)]
    aggregate: Flag
    rents_out: Flag
    lets_to_clouds: Flag
    small_buyer: Flag
    resells_chips: Flag
    entry: Month
    compute_h100e_2022: Annotated[float, Cell("H100-equivalents", low=0)]
    own_work_2022: Share
    own_training_2022: Share
    tenants_2022: Share
    inhouse_chip_programme: Flag
    own_chip_share: Share
    own_chip_output_2022: Annotated[float, Cell("H100-equivalents a month", low=0)]
    rents_own_chips: Flag
    outside_revenue_musd: MonthlyMoney
    outside_cashflow_musd: MonthlyMoney
    outside_growth: Growth
    outside_capex_musd: MonthlyMoney
    outside_capex_2023_musd: MonthlyMoney
    outside_capex_2024_musd: MonthlyMoney
    cash_musd: Money
    debt_musd: Money
    cloud_revenue_musd: MonthlyMoney
    cloud_growth: Growth
    value_musd: Money
    capability: Capability
    develops: Flag
    openness: Share
    distribution: Share
    talent: Share
    data: Share
    relation: Annotated[float, Cell("weight, average = 1", low=0, high=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartupRow(SourcedRow):
    """A named laboratory, in January 2022 or at its entry."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    id: Id
    name: Name
    region: Region
    entry: Month
    cash_musd: Money
    revenue_musd: MonthlyMoney
    capability: Capability
    talent: Share
    algorithms: Share
    data: Share
    distribution: Share
    open_weights: Flag
    frugal: Flag
    applied: Flag
    value_musd: Money
    staff_cost_musd: MonthlyMoney


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorRow(SourcedRow):
    """A sector of enterprises in a region, or the region's consumers."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    id: Id
    name: Name
    region: Region
    kind: Annotated[str, Cell("kind", choices=("enterprise", "consumers"))]
    output_gusd: Annotated[float, Cell("G$ a year", low=0)]
    ai_share_potential: Share
    readiness: Share
    data_sensitivity: Share
    adoption_2022: Share
    reasoning: Share
    tool_use: Share
    safety: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestorRow(SourcedRow):
    """A pool of money for AI firms."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    id: Id
    name: Name
    region: Region
    kind: Annotated[str, Cell("kind", choices=KINDS)]
    parent: Annotated[str, Cell("id", refers=("chipmakers",), blank=True)]
    cash_musd: Money
    commitments_musd: MonthlyMoney
    horizon_months: Annotated[float, Cell("months", low=1, high=240)]
    startup_region_bias: Share

    def __post_init__(self) -> None:
        """Raise ValueError unless a chipmaker's arm, and nobody else, has a chipmaker behind it."""
        if (self.kind == "chipmaker") != bool(self.parent):
            wants = "needs an id of chipmakers.csv" if self.kind == "chipmaker" else "must be empty"
            raise ValueError(
                f"column 'parent': {self.parent!r} beside the kind {self.kind!r}; for this kind it {wants}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulatorRow(SourcedRow):
    """An authority, what it may do and how long it takes."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    id: Id
    name: Name
    region: Region
    powers: Annotated[tuple[str, ...], Cell("list parted by ;", choices=POWERS)]
    trigger_hhi: Annotated[float, Cell("HHI, 0-10000", low=0, high=10000)]
    inquiry_months: Annotated[int, Cell("months", low=0, high=240)]
    compliance_months: Annotated[int, Cell("months", low=0, high=240)]
    fine_share_of_turnover: Share
    own_inquiry: MonthOrNone


@dataclass(frozen=True, slots=True, kw_only=True)
class TieRow(SourcedRow):
    """A dated tie between two actors.

    From lab to cloud (cloud_contract, distribution, open_weights), from holder to firm held (equity), from seller to
    buyer (chip_supply).
    """

    key: ClassVar[tuple[str, ...]] = ("kind", "source_node", "target_node", "start")
    kind: Annotated[str, Cell("kind", choices=TIE_KINDS)]
    subtype: Annotated[str, Cell("subtype", choices=CONTRACTS, blank=True)]
    source_node: Actor
    target_node: Actor
    start: Month
    end: MonthOrNone
    share: ShareOrNone
    value_musd: MoneyOrNone

    def __post_init__(self) -> None:
        """Raise ValueError for a tie to oneself or one that ends before it starts."""
        if self.end is not None and self.end < self.start:
            raise ValueError(f"column 'end': {self.end} (month) is not allowed: the tie starts in month {self.start}")
        if self.source_node == self.target_node:
            raise ValueError(f"column 'target_node': {self.target_node!r} is not an actor other than the source_node")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRuleRow(SourcedRow):
    """The export rule in force from a month on; an empty threshold is not part of the rule."""

    key: ClassVar[tuple[str, ...]] = ("in_force",)
    vintage: Annotated[int, Cell("year", low=2000, high=2100)]
    in_force: Month
    tpp_cap: Annotated[float, Cell("total processing performance", low=1e-9)]
    interconnect_gbps: Annotated[float | None, Cell("GB/s", low=0)]
    dense_tpp: Annotated[float | None, Cell("total processing performance", low=0)]
    density: Annotated[float | None, Cell("total processing performance a mm2", low=0)]
    quota_units: Annotated[float | None, Cell("share of the sales in the US", low=0, high=10)]
    duty: Annotated[float, Cell("share of the price", low=0, high=10)]
    licence_required: Flag
    instrument: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow(SourcedRow):
    """An act of policy on its day."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    date: Annotated[datetime.date, Cell("day")]
    id: Id
    actor: Annotated[str, Cell("id", refers=("regulators",), blank=True)]
    instrument: Name
    what: Name
    lever: Text
    value: Annotated[float | None, Cell("the lever's unit")]
    concerns: Annotated[tuple[str, ...], Cell("ids of clouds parted by ;", refers=("clouds",), blank=True)]

    @property
    def month(self) -> int:
        """Months after January 2022."""
        return month_of(self.date.year, self.date.month)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandRow(SourcedRow):
    """A number on demand, prices, or the population of start-ups, with the range it may lie in."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    id: Id
    what: Name
    value: Annotated[float, Cell("the row's unit")]
    low: Annotated[float | None, Cell("the row's unit")]
    high: Annotated[float | None, Cell("the row's unit")]
    unit: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRow(SourcedRow):
    """Electricity for AI data centres in a region in January 2022, overhead (PUE) included, and how it grows."""

    key: ClassVar[tuple[str, ...]] = ("region",)
    region: Region
    capacity_mw: Annotated[float, Cell("MW at the meter", low=0)]
    additions_mw_per_month: Annotated[float, Cell("MW a month", low=0)]
    additions_growth: Growth
    pue: Annotated[float, Cell("facility power over IT power", low=1, high=3)]
    price_usd_per_mwh: Annotated[float, Cell("$/MWh", low=1e-9)]
    connection_months: Annotated[float, Cell("months", low=1, high=240)]
    building_ratio: Annotated[float, Cell("cost of building over that of the US", low=0.1, high=10)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow(SourcedRow):
    """Part of its compute that a cloud has in a region in January 2022, or where it begins to build."""

    key: ClassVar[tuple[str, ...]] = ("cloud", "region")
    cloud: Annotated[str, Cell("id", refers=("clouds",))]
    region: Region
    share: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """A fact as collected; ``value`` is text, as some facts are ranges."""

    key: ClassVar[tuple[str, ...]] = ("id",)
    id: Id
    category: Text
    entity: Text
    metric: Text
    value: Text
    unit: Text
    period: Text
    source_title: Text
    publisher: Text
    source_date: Text
    confidence: Annotated[str, Cell("trust", choices=("seed", "page", "memory"))]
    note: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRow(SourcedRow):
    """An observed value over a period of whole months, to be held against the model's monthly series."""

    key: ClassVar[tuple[str, ...]] = ("series", "period_start", "period_end")
    series: Name
    period_start: Month
    period_end: Month
    value: Annotated[float, Cell("the row's unit")]
    low: Annotated[float | None, Cell("the row's unit")]
    high: Annotated[float | None, Cell("the row's unit")]
    unit: Name
    use: Annotated[str, Cell("use", choices=("calibration", "validation", "input", "display"))]
    fact_id: Annotated[tuple[str, ...], Cell("list parted by ;", refers=("facts",), blank=True)]

    def __post_init__(self) -> None:
        """Raise ValueError for a period or a band that is the wrong way round."""
        if self.period_end < self.period_start:
            raise ValueError(
                f"column 'period_end': {self.period_end} (month) lies before the start, {self.period_start}"
            )
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise ValueError(
                f"column 'value': {self.value:g} lies outside the row's low to high, {self.low:g} to {self.high:g}"
            )
