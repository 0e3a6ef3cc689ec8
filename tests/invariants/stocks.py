"""What may be wrong with the state after a month: a stock below zero, a share above one, a number that is none.

Nothing is listed here that must hold: every column of every population is looked at, and its declaration
(:class:`kingmaker.agents.member.Column`) says what it may be. Of the arrays of chips and conditions, those that may be
negative are named, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from kingmaker.agents.contract import StakeRow
from kingmaker.agents.firm import ASSETS, LIABILITIES
from kingmaker.agents.lease import LeaseRow
from kingmaker.agents.types import CN, NONE
from kingmaker.environment.core.ledger import TOLERANCE
from kingmaker.environment.core.lookups import by_host
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.core.regions import over_region
from kingmaker.environment.model import ComputeEconomy
from tests.helpers import states

ROUNDING, OF_LARGEST = 1e-8, 1e-12  # an absolute error (a cent, in M$; chips), one relative to the largest of its world
ACCOUNTS = (*ASSETS, *LIABILITIES)
EITHER_SIGN = {
    "chips.born": "month of a release: before January 2022 for what was on sale then",
    "conditions.frontier": "a logarithm",
    "conditions.open_frontier": "a logarithm",
    "conditions.best_algorithms": "a logarithm",
    "conditions.open_algorithms": "a logarithm",
    "conditions.open_recipe": "a logarithm",
}


@dataclass(frozen=True)
class Fault:
    """What is wrong, where (indices: world first) and how."""

    what: str
    world: int
    place: tuple[int, ...]
    text: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.what} {self.text} at {list(self.place)} of world {self.world}"


def faults(model: ComputeEconomy) -> Iterator[Fault]:
    """All that is wrong with the state, one fault an array."""
    arrays = {name: array for name, array in states(model).items() if array.dtype.kind == "f"}
    for name, array in arrays.items():
        low, high = bounds(model, name)
        yield from _outside(name, array, low, high, balance_sheets(model, name))
    clouds = model.populations["clouds"].table.data
    own = clouds["inside"] - clouds["rented"] - clouds["leased_used"]
    over = own + clouds["sold"] + clouds["leased_out"] + clouds["committed"] - clouds["capacity"]
    yield from _outside("compute used above capacity", np.maximum(over, 0.0), 0.0, 0.0, 1.0 + clouds["capacity"])
    for name, (held, recorded) in claims(model).items():
        yield from _outside(name, held - recorded, 0.0, 0.0, 1.0 + OF_LARGEST / ROUNDING * np.abs(recorded).max())
    for name, array in model.economy.now.filled():
        if name.startswith("in_force."):  # infinity there means that there is no limit
            continue
        yield from _outside(f"now.{name}", array, -np.inf, np.inf)
    for name in MEASURES:
        yield from _outside(f"measure {name}", model.measures.array(name)[-1], -np.inf, np.inf)
    yield from _outside("ledger_residual", model.measures.array("ledger_residual")[-1], 0.0, TOLERANCE)


def balance_sheets(model: ComputeEconomy, name: str) -> Any:
    """What rounding errors of an account are set against: the largest account of its sector, (worlds, 1)."""
    owner, column = name.split(".", 1)
    if owner not in model.populations or column not in ACCOUNTS:
        return None
    data = model.populations[owner].table.data
    largest = np.max([np.abs(data[account]).max(axis=-1, keepdims=True) for account in ACCOUNTS], axis=0)
    return 1.0 + OF_LARGEST / ROUNDING * largest


def bounds(model: ComputeEconomy, name: str) -> tuple[float, float]:
    """The least and the most that the numbers of an array of the state may be."""
    owner, column = name.split(".", 1)
    if owner in model.populations:
        declared = model.populations[owner].table.columns[column]
        return declared.low, declared.high
    return (-np.inf if name in EITHER_SIGN else 0.0), np.inf


def claims(model: ComputeEconomy) -> dict[str, tuple[Any, Any]]:
    """Accounts of firms, and what the contracts behind them say, both (worlds, firms): the same thing twice."""
    chips = model.economy.chips
    firms = {name: population.table.data for name, population in model.populations.items()}
    labs, clouds, funds = firms["startups"], firms["clouds"], firms["investors"]
    hosts = clouds["cash"].shape[1]
    held = [
        (StakeRow.paid.column(k), StakeRow.owner.column(k))
        for k in range(model.populations["startups"].table.ranks["stakes"])
    ]
    stakes = sum(by_host(labs[paid], labs[owner], hosts) for paid, owner in held)
    startups = model.populations["startups"].view()
    leases = [
        (clouds[LeaseRow.ahead.column(k)], clouds[LeaseRow.lessor.column(k)])
        for k in range(model.populations["clouds"].table.ranks["leases"])
    ]
    owed = sum((by_host(ahead, lessor, hosts) for ahead, lessor in leases), np.zeros_like(clouds["cash"]))
    owed = owed + by_host(startups.credit, labs["credit_host"], hosts)
    owed = owed + sum(by_host(row.ahead, row.lessor, hosts) for row in startups.contracts)
    at_home = [(labs["region"] == CN, funds["region"] == CN), (labs["region"] != CN, funds["region"] != CN)]
    return {
        "stakes of clouds": (clouds["stakes"], stakes),
        "stakes of funds": (
            np.stack([np.where(there, funds["stakes"], 0.0).sum(axis=-1) for _, there in at_home], axis=-1),
            np.stack([np.where(here, labs["paid_funds"], 0.0).sum(axis=-1) for here, _ in at_home], axis=-1),
        ),
        "compute that clouds owe": (clouds["deferred"], owed),
        "leases paid ahead": (clouds["prepaid"], sum((ahead for ahead, _ in leases), np.zeros_like(owed))),
        "deposits of clouds": (clouds["deposits"], chips.deposits[:, :, : chips.clouds].sum(axis=1)),
        "deposits of labs": (
            over_region(labs["deposits"], labs["region"]), chips.deposits[:, :, chips.pools].sum(axis=1)
        ),
        "chips that makers owe": (firms["chipmakers"]["deferred"], chips.deposits.sum(axis=2)),
        "promises for stakes": (
            labs["pledged"], np.where(labs["vendor"] != NONE, labs["pledged"], 0.0)
        ),
    }  # fmt: skip


def _outside(name: str, array: Any, low: float, high: float, scale: Any = None) -> Iterator[Fault]:
    """The worst number of an array that is not finite or lies outside its bounds by more than rounding."""
    array = np.atleast_1d(array)
    finite = np.isfinite(array)
    if not finite.all():
        yield _fault(name, "is not finite", array, ~finite)
        return
    if scale is None:  # rounding errors are those of the sums of a world
        largest = np.abs(array).max(axis=tuple(range(1, array.ndim)), keepdims=True, initial=0.0)
        scale = 1.0 + OF_LARGEST / ROUNDING * largest
    for bound, beyond, text in ((low, low - array, "is below"), (high, array - high, "is above")):
        if np.isfinite(bound) and (beyond > ROUNDING * scale).any():
            yield _fault(name, f"{text} {bound:g}", array, beyond / scale == (beyond / scale).max())


def _fault(name: str, text: str, array: Any, where: Any) -> Fault:
    place = tuple(int(k) for k in np.argwhere(where)[0])
    return Fault(name, place[0], place[1:], f"{text}: {array[place]!r}")
