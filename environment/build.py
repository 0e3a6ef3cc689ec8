"""Builds the populations and the state of January 2022 from data files and parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from kingmaker.agents.chipmaker import Chipmaker
from kingmaker.agents.cloud import TYPES, Cloud
from kingmaker.agents.enterprise import Enterprise
from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.agents.firm import Firm, Sector
from kingmaker.agents.investor import Investor
from kingmaker.agents.member import firm_ids
from kingmaker.agents.population import Population
from kingmaker.agents.regulator import Regulator
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, REGIONS, FloatArray
from kingmaker.environment import names
from kingmaker.environment.extensions import load_class
from kingmaker.environment.parameters import StackedParameters
from kingmaker.environment.parties import OUTSIDE
from kingmaker.environment.scenario import Scenario
from kingmaker.environment.state import Catalogue, Chips, Conditions
from kingmaker.environment.table_rows import NODES, PowerRow
from kingmaker.environment.tables import Tables

KIND_CODES = {"sectors": 1, "chipmakers": 2, "clouds": 3, "startups": 4, "enterprises": 5, "investors": 6,
              "regulators": 7}  # fmt: skip
BASES: dict[str, type[Firm]] = {
    "sectors": Sector, "chipmakers": Chipmaker, "clouds": Cloud, "startups": Startup, "enterprises": Enterprise,
    "investors": Investor, "regulators": Regulator,
}  # fmt: skip


def load_classes(setting: Scenario) -> dict[str, type[Firm]]:
    """The user's classes that a scenario names as population = ``module:Class``.

    Modules are looked for beside the scenario file and in the working folder as well.

    Raises:
        KingmakerError: no such population, the class cannot be loaded, or it is not a subclass of the kind's own.
    """
    for name in setting.classes:
        if name not in BASES:
            raise KingmakerError(
                f"classes: there is no population '{name}'.{nearest(name, BASES)} Known are {', '.join(BASES)}."
            )
    found: dict[str, type[Firm]] = {}
    for name, path in setting.classes.items():
        cls = load_class(path, "classes", setting.folders)
        if not issubclass(cls, BASES[name]):
            raise KingmakerError(f"classes: '{path}' is not a subclass of {BASES[name].__name__}.")
        found[name] = cls
    return found


def region_code(name: str) -> int:
    """The number of a region."""
    return REGIONS.index(name)


def fixed_population(
    name: str,
    rows: list[dict[str, Any]],
    worlds: int,
    cls: type[Firm] | None = None,
    added: Sequence[type[Firm]] = (),
) -> Any:
    """A population whose firms all come from a table: one slot a row, alive unless ``entry`` lies ahead.

    The last rows are of the classes ``added``, one each.
    """
    kind = KIND_CODES[name]
    blocks = [(cls or BASES[name], len(rows) - len(added)), *((other, 1) for other in added)]
    population: Population[Any] = Population(blocks, worlds, kind, name)
    alive = np.array([row.pop("entry", 0) <= 0 for row in rows])
    ids = firm_ids(kind, 0, np.arange(len(rows)))
    for slot, row in enumerate(rows):
        population.name_firm(slot, int(ids[slot]), row["name"])
    columns = [key for key in rows[0] if key != "name"]
    values = {key: np.tile(np.array([row[key] for row in rows]), (worlds, 1)) for key in columns}
    population.enter(np.tile(alive, (worlds, 1)), np.tile(ids, (worlds, 1)), values)
    return population


def cloud_rows(tables: Tables) -> list[dict[str, Any]]:
    """Column values of each cloud in January 2022 (or at its entry)."""
    return [
        {
            "name": row.name, "entry": row.entry, "region": region_code(row.region), "type": TYPES.index(row.type),
            "rents_out": row.rents_out, "small": row.small_buyer, "relation": row.relation,
            "develops": row.capability > 21.0 or row.id in ("microsoft", "amazon"),
            "programme": row.inhouse_chip_programme, "own_aim": row.own_chip_share,
            "own_output": row.own_chip_output_2022, "offers_own": row.rents_own_chips,
            "outside_cash": row.outside_cashflow_musd,
            "outside_growth": row.outside_growth, "outside_capex": row.outside_capex_musd, "cash": row.cash_musd,
            "cloud_revenue": row.cloud_revenue_musd, "cloud_growth": row.cloud_growth, "value": row.value_musd,
            "capability": row.capability, "distribution": row.distribution, "talent": row.talent, "data": row.data,
            "openness": 0.9 if row.id == "meta" else 0.0,
            "compute": row.compute_h100e_2022,
            "list_price": 10.0, "rent": 4.0 if row.type in ("hyperscaler", "chinese") else 3.6,
            "utilisation": 0.7, "sentiment": 0.0,
        }
        for row in tables.clouds
    ]  # fmt: skip


def enterprise_rows(tables: Tables) -> list[dict[str, Any]]:
    """Column values of each sector."""
    return [
        {
            "name": row.name, "region": region_code(row.region), "household": row.kind == "consumers",
            "output": row.output_gusd * 1e3 / 12.0, "potential": row.ai_share_potential, "readiness": row.readiness,
            "sensitivity": row.data_sensitivity, "adoption": row.adoption_2022,
            "reasoning": row.reasoning, "tool_use": row.tool_use, "safety": row.safety,
        }
        for row in tables.sectors
    ]  # fmt: skip


def regulator_rows(tables: Tables) -> list[dict[str, Any]]:
    """Column values of each authority; the trigger is an HHI in 0-1."""
    return [
        {
            "name": row.name, "region": region_code(row.region), "trigger": row.trigger_hhi / 1e4,
            "competition": "competition" in row.powers, "interoperability": "interoperability" in row.powers,
            "export": "export" in row.powers, "inquiry_months": row.inquiry_months,
            "window_months": row.compliance_months, "fine_share": row.fine_share_of_turnover,
            "partnership_review": "partnership_review" in row.powers, "advises": "advice" in row.powers,
            "own_inquiry": NONE if row.own_inquiry is None else row.own_inquiry,
        }
        for row in tables.regulators
    ]  # fmt: skip


def add_chipmakers(tables: Tables, added: Sequence[type[Chipmaker]]) -> Tables:
    """The tables with the makers and chips that a scenario's extensions bring along.

    Raises:
        KingmakerError: a maker, a name or a chip that there is already, or a chip of another maker.
    """
    for cls in added:
        where = f"extensions: {cls.__module__}:{cls.__qualname__}"
        known = {row.id for name in NODES for row in getattr(tables, name)} | {chip.id for chip in tables.chips}
        called = {names.plain(row.name): row.name for table in NODES for row in getattr(tables, table)}
        if names.plain(cls.row.name) in called:
            raise KingmakerError(
                f"{where}: there is a firm '{called[names.plain(cls.row.name)]}' already ({names.RULE})."
            )
        if fault := names.fault(cls.row.name):
            raise KingmakerError(f"{where}: the name {cls.row.name!r} is not allowed: {fault}.")
        for row in (cls.row, *cls.chips):
            if row.id in known:
                raise KingmakerError(f"{where}: there is an actor or chip '{row.id}' already; give it another id.")
        stray = [chip.id for chip in cls.chips if chip.maker != cls.row.id]
        if stray or not cls.chips:
            raise KingmakerError(
                f"{where}: it needs chips, all with maker '{cls.row.id}'; wrong: {', '.join(stray) or 'no chips'}."
            )
        tables = replace(tables, chipmakers=(*tables.chipmakers, cls.row), chips=(*tables.chips, *cls.chips))
    return tables


def build_fixed(
    tables: Tables, worlds: int, classes: dict[str, type[Firm]], makers: Sequence[type[Chipmaker]] = ()
) -> dict[str, Population[Any]]:
    """All populations but the start-ups; ``makers`` are the classes of the last rows of chipmakers."""
    chipmakers = [
        {"name": row.name, "region": region_code(row.region), "cash": row.cash_musd, "value": row.market_value_musd,
         "software": row.software_stock, "capacity": row.wafers_per_month_2022, "markup": 1.0,
         "sales": row.units_per_month_2022 * 0.016,
         "backlog_seen": row.wafers_per_month_2022 * 2.0}
        for row in tables.chipmakers
    ]  # fmt: skip
    investors = [
        {
            "name": row.name,
            "region": region_code(row.region),
            "cash": row.cash_musd,
            "commitments": row.commitments_musd,
        }
        for row in tables.investors
    ]
    sectors = [{"name": OUTSIDE[0], "cash": 1e8}, {"name": OUTSIDE[1], "cash": 1e6}]
    rows = {
        "sectors": sectors, "chipmakers": chipmakers, "clouds": cloud_rows(tables),
        "enterprises": enterprise_rows(tables), "investors": investors, "regulators": regulator_rows(tables),
    }  # fmt: skip
    added = {"chipmakers": makers}
    return {
        name: fixed_population(name, given, worlds, classes.get(name), added.get(name, ()))
        for name, given in rows.items()
    }


def stock_chips(chips: Chips, tables: Tables) -> None:
    """Put the compute of January 2022 on the ground: the leader's chip of the day, and own chips where there are."""
    catalogue = chips.catalogue
    first = catalogue.names.index("a100") if "a100" in catalogue.names else catalogue.blocks[0].start
    for buyer, row in enumerate(tables.clouds):
        if row.entry > 0:
            continue
        own = catalogue.own_blocks.get(buyer)
        ready = [p for p in range(own.start, own.stop) if catalogue.released[p] <= 0] if own else []
        compute = row.compute_h100e_2022
        if ready:
            chips.running[:, buyer, ready[-1]] = 0.6 * compute / chips.h100e[:, ready[-1]]
            compute *= 0.4
        chips.running[:, buyer, first] = compute / chips.h100e[:, first]
    chips.founding = chips.running.sum(axis=1)


def power_rows(tables: Tables) -> list[PowerRow]:
    """Power for data centres, by region in the order of :data:`kingmaker.agents.types.REGIONS`."""
    rows = {row.region: row for row in tables.power}
    return [rows[name] for name in REGIONS]


def build_conditions(worlds: int, tables: Tables) -> Conditions:
    """What is seen of December 2021."""

    def flat(value: float) -> FloatArray:
        return np.full((worlds, 1), value)

    by_region = power_rows(tables)
    return Conditions(
        signal=flat(0.0), mood=flat(0.0), use=flat(1.0), users=flat(0.001), inference_share=flat(0.4),
        frontier=flat(24.0), open_frontier=flat(22.0), best_algorithms=flat(0.0),
        open_algorithms=flat(-0.5), service_cost=flat(1.0), service_price=flat(1.0),
        open_recipe=flat(-0.5), open_rl=flat(0.0), tastes=np.zeros((worlds, 3)),
        open_origin=np.full((worlds, 1), NONE, dtype=np.int32),
        export_gap=flat(0.0), hhi_cloud=flat(0.2), hhi_cloud_all=flat(0.18),
        energy_price=np.tile(np.array([row.price_usd_per_mwh for row in by_region]), (worlds, 1)),
        power_used=np.zeros((worlds, 4)),
        power_capacity=np.tile(np.array([row.capacity_mw for row in by_region]), (worlds, 1)),
    )  # fmt: skip


def build_chips(catalogue: Catalogue, tables: Tables, worlds: int, months: int) -> Chips:
    """The chips of January 2022."""
    regions = [region_code(row.region) for row in tables.clouds]
    chips = Chips(catalogue, worlds, len(tables.chipmakers), regions, months)
    stock_chips(chips, tables)
    return chips


def slots_for(p: StackedParameters, number: int) -> int:
    """Slots for so many start-ups at first: they follow from the parameters and never grow in a run."""
    return int(np.ceil(number * float(p.startups.slots_factor[0, 0])))
