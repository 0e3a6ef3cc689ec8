"""What the numbers in the panel's coded columns stand for, as the data dictionary tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kingmaker.agents.cloud import TYPES
from kingmaker.agents.contract import CONTRACTS, MOST_ROWS, TIED_TO, ContractRow
from kingmaker.agents.population import Population
from kingmaker.agents.regulator import REMEDIES, STAGES
from kingmaker.agents.types import REGIONS

KINDS = {
    ("clouds", "type"): TYPES,
    **{("startups", ContractRow.form.column(k)): CONTRACTS for k in range(MOST_ROWS)},
    **{("startups", ContractRow.tied_to.column(k)): TIED_TO for k in range(MOST_ROWS)},
    ("regulators", "stage"): STAGES,
    ("regulators", "remedy"): REMEDIES,
}
OWNERS = {"cloud": "clouds", "fund": "investors"}  # unit of a column that holds a slot -> whose


def key_of(populations: Mapping[str, Population[Any]], population: str, column: str) -> str:
    """The key to a column of whole numbers, such as ``0 plain, 1 preferred``; empty for what is no code."""
    if column == "region":
        return _numbered(REGIONS)
    if (population, column) in KINDS:
        return _numbered(KINDS[population, column])
    declared = populations[population].table.columns[column]
    if declared.dtype.kind != "i":
        return ""
    if declared.unit in OWNERS:
        return f"-1 none, {_slots(populations[OWNERS[declared.unit]])}"
    if declared.unit == "developer":
        clouds = populations["clouds"]
        return f"-1 none, {_slots(clouds)}, from {clouds.slots} on the start-ups in the order of their slots"
    if declared.unit == "month":
        return "0 is January 2022, -1 none"
    return ""


def _numbered(names: tuple[str, ...]) -> str:
    return ", ".join(f"{number} {name}" for number, name in enumerate(names))


def _slots(population: Population[Any]) -> str:
    """The named firms of a population that never gives a slot to another, by slot."""
    names = {slot: name for (world, slot), name in population.table.names.items() if world == 0}
    return ", ".join(f"{slot} {names[slot]}" for slot in sorted(names))
