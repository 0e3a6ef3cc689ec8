"""Builds the populations and the state of January 2022 from data files and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from kingmaker.agents.chipmaker import Chipmaker
from kingmaker.agents.cloud import TYPES, Cloud
from kingmaker.agents.enterprise import Enterprise
from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.agents.firm import Firm, Sector
from kingmaker.agents.investor import KINDS, Investor
from kingmaker.agents.member import firm_ids
from kingmaker.agents.population import Population
from kingmaker.agents.regulator import Regulator
from kingmaker.agents.sited import PLACED
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, REGIONS, FloatArray
from kingmaker.agents.units import GUSD, HHI_POINTS, YEAR
from kingmaker.environment.chips.chip_state import Catalogue, Chips, Conditions
from kingmaker.environment.chips.memory import entering
from kingmaker.environment.core.parties import OUTSIDE
from kingmaker.environment.inputs import names
from kingmaker.environment.inputs.own_classes import load_class
from kingmaker.environment.inputs.parameters import StackedParameters
from kingmaker.environment.inputs.scenario import Scenario
from kingmaker.environment.inputs.table_cells import NODES
from kingmaker.environment.inputs.tables import Tables, place_shares, power_rows
from kingmaker.environment.services.dimensions import DIMENSIONS

DEEP, PUBLIC = 1e8, 1e6  # M$ that the rest of the economy and the public sector start with: they never run out
BASES: dict[str, type[Firm]] = {
    "sectors": Sector, "chipmakers": Chipmaker, "clouds": Cloud, "startups": Startup, "enterprises": Enterprise,
    "investors": Investor, "regulators": Regulator,
}  # fmt: skip
KIND_CODES = {name: number for number, name in enumerate(BASES, 1)}


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
    ranks: Mapping[str, int] | None = None,
) -> Any:
    """A population whose firms all come from a table: one slot a row, alive unless ``entry`` lies ahead.

    The last rows are of the classes ``added``, one each. A value is a number, or one a world, (worlds, 1). ``ranks``
    says how many rows each of a firm's small tables has.
    """
    kind = KIND_CODES[name]
    blocks = [(cls or BASES[name], len(rows) - len(added)), *((other, 1) for other in added)]
    population: Population[Any] = Population(blocks, worlds, kind, name, ranks)
    alive = np.array([row.pop("entry", 0) <= 0 for row in rows])
    ids = firm_ids(kind, 0, np.arange(len(rows)))
    for slot, row in enumerate(rows):
        population.name_firm(slot, int(ids[slot]), row["name"])
    columns = [key for key in rows[0] if key != "name"]
    values = {key: np.concatenate([np.broadcast_to(row[key], (worlds, 1)) for row in rows], axis=1) for key in columns}
    population.enter(np.tile(alive, (worlds, 1)), np.tile(ids, (worlds, 1)), values)
    return population


def cloud_rows(tables: Tables, p: StackedParameters) -> list[dict[str, Any]]:
    """Column values of each cloud in January 2022 (or at its entry)."""
    return [
        {
            "name": row.name, "entry": row.entry, "region": region_code(row.region), "type": TYPES.index(row.type),
            "aggregate": row.aggregate, "rents_out": row.rents_out, "wholesale": row.lets_to_clouds,
            "small": row.small_buyer, "resells": row.resells_chips, "relation": row.relation, "develops": row.develops,
            "programme": row.inhouse_chip_programme, "own_aim": row.own_chip_share,
            "own_output": row.own_chip_output_2022, "own_plan": row.own_chip_output_2022,
            "offers_own": row.rents_own_chips,
            "outside_cash": row.outside_cashflow_musd, "outside_revenue": row.outside_revenue_musd,
            "own_worth": p.clouds.own_gain, "own_growth": p.clouds.own_ahead, "return_growth": p.clouds.own_ahead,
            "evidence": np.minimum(p.clouds.own_ahead / p.clouds.return_cap, 1.0),
            "outside_growth": row.outside_growth, "outside_capex": row.outside_capex_musd, "cash": row.cash_musd,
            "cloud_revenue": row.cloud_revenue_musd, "cloud_growth": row.cloud_growth, "value": row.value_musd,
            "capability": row.capability, "distribution": row.distribution, "talent": row.talent, "data": row.data,
            "openness": row.openness,
            "compute": row.compute_h100e_2022,
            **{name: share * row.compute_h100e_2022 for name, share in zip(PLACED, shares, strict=True)},
            "list_price": p.compute.list_2022,
            **dict.fromkeys(
                ("rent", "spot"),
                p.compute.contract_2022 if row.type in ("hyperscaler", "chinese") else p.compute.market_2022,
            ),
            "utilisation": p.compute.utilisation_2022, "sentiment": 0.0,
        }
        for row, shares in zip(tables.clouds, place_shares(tables), strict=True)
    ]  # fmt: skip


def enterprise_rows(tables: Tables) -> list[dict[str, Any]]:
    """Column values of each sector."""
    return [
        {
            "name": row.name, "region": region_code(row.region), "household": row.kind == "consumers",
            "output": row.output_gusd * GUSD / YEAR, "potential": row.ai_share_potential, "readiness": row.readiness,
            "sensitivity": row.data_sensitivity, "adoption": row.adoption_2022,
            "reasoning": row.reasoning, "tool_use": row.tool_use, "safety": row.safety,
        }
        for row in tables.sectors
    ]  # fmt: skip


def regulator_rows(tables: Tables) -> list[dict[str, Any]]:
    """Column values of each authority; the trigger is an HHI in 0-1."""
    return [
        {
            "name": row.name, "region": region_code(row.region), "trigger": row.trigger_hhi / HHI_POINTS,
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
    tables: Tables, p: StackedParameters, classes: dict[str, type[Firm]], makers: Sequence[type[Chipmaker]] = ()
) -> dict[str, Population[Any]]:
    """All populations but the start-ups; ``makers`` are the classes of the last rows of chipmakers."""
    chipmakers = [
        {"name": row.name, "region": region_code(row.region), "cash": row.cash_musd, "value": row.market_value_musd,
         "software": row.software_stock, "capacity": row.wafers_per_month_2022, "markup": 1.0,
         "contracted": row.units_per_month_2022,
         "sales": row.units_per_month_2022 * p.chips.sales_2022,
         "backlog_seen": row.wafers_per_month_2022 * p.chips.backlog_2022}
        for row in tables.chipmakers
    ]  # fmt: skip
    investors = [
        {
            "name": row.name,
            "region": region_code(row.region),
            "kind": KINDS.index(row.kind),
            "cash": row.cash_musd,
            "usual": row.commitments_musd,
            "commitments": row.commitments_musd,
            "horizon": row.horizon_months,
        }
        for row in tables.investors
    ]
    sectors = [{"name": OUTSIDE[0], "cash": DEEP}, {"name": OUTSIDE[1], "cash": PUBLIC}]
    rows = {
        "sectors": sectors, "chipmakers": chipmakers, "clouds": cloud_rows(tables, p),
        "enterprises": enterprise_rows(tables), "investors": investors, "regulators": regulator_rows(tables),
    }  # fmt: skip
    added = {"chipmakers": makers}
    ranks = {"clouds": {"leases": int(p.ties.most_leases[0, 0])}}
    return {
        name: fixed_population(name, given, p.worlds, classes.get(name), added.get(name, ()), ranks.get(name))
        for name, given in rows.items()
    }


def stock_chips(chips: Chips, tables: Tables, p: StackedParameters) -> None:
    """Put the compute of January 2022 on the ground: the leader's chip of the day, and own chips where there are."""
    catalogue = chips.catalogue
    first = chip_of_2022(catalogue)
    for buyer, row in enumerate(tables.clouds):
        if row.entry > 0:
            continue
        own = catalogue.own_blocks.get(buyer)
        ready = [p for p in range(own.start, own.stop) if catalogue.released[p] <= 0] if own else []
        share = p.clouds.own_stock_2022[:, 0] if ready else np.zeros(p.worlds)
        if ready:
            chips.running[:, buyer, ready[-1]] = share * row.compute_h100e_2022 / chips.h100e[:, ready[-1]]
        chips.running[:, buyer, first] = (1.0 - share) * row.compute_h100e_2022 / chips.h100e[:, first]
    chips.founding = chips.running.sum(axis=1)


def chip_of_2022(catalogue: Catalogue) -> int:
    """The leading chipmaker's chip of January 2022: its place among the products."""
    return catalogue.names.index("a100") if "a100" in catalogue.names else catalogue.blocks[0].start


def build_conditions(p: StackedParameters, tables: Tables) -> Conditions:
    """What is seen of December 2021."""
    worlds, t = p.worlds, p.technology

    def flat(value: float | FloatArray) -> FloatArray:
        return np.full((worlds, 1), value)

    by_region = power_rows(tables)
    return Conditions(
        signal=flat(0.0), mood=flat(0.0), use=flat(1.0), users=flat(p.demand.users_2022),
        inference_share=flat(p.compute.inference_2022),
        frontier=flat(t.frontier_2022), open_frontier=flat(t.open_frontier_2022), best_algorithms=flat(0.0),
        open_algorithms=flat(t.open_algorithms_2022), service_cost=flat(1.0), service_price=flat(1.0),
        open_recipe=flat(t.open_algorithms_2022), open_rl=flat(0.0), tastes=np.zeros((worlds, len(DIMENSIONS))),
        open_origin=np.full((worlds, 1), NONE, dtype=np.int32),
        export_gap=flat(0.0), hhi_cloud=flat(p.policy.hhi_rented_2022), hhi_cloud_all=flat(p.policy.hhi_2022),
        energy_price=np.tile(np.array([row.price_usd_per_mwh for row in by_region]), (worlds, 1)),
        connection=np.ones((worlds, len(REGIONS))), power_used=np.zeros((worlds, len(REGIONS))),
        carried=np.zeros((worlds, 2)), proceeds=np.zeros((worlds, 2)),
        power_capacity=np.tile(np.array([row.capacity_mw for row in by_region]), (worlds, 1)),
    )  # fmt: skip


def build_chips(catalogue: Catalogue, tables: Tables, p: StackedParameters) -> Chips:
    """The chips of January 2022."""
    regions = [region_code(row.region) for row in tables.clouds]
    chips = Chips(catalogue, p.worlds, len(tables.chipmakers), regions)
    chips.stood = np.tile(np.array(place_shares(tables)), (p.worlds, 1, 1))
    chips.sites = chips.stood.copy()
    stock_chips(chips, tables, p)
    chips.memory_capacity = chips.memory_capacity + entering(tables.memory, 0)
    chips.memory_seen = chips.memory_capacity.copy()
    return chips


def slots_for(p: StackedParameters, number: int) -> int:
    """Slots for so many start-ups at first: they follow from the parameters and never grow in a run."""
    return int(np.ceil(number * float(p.startups.slots_factor[0, 0])))
