"""What a hook of a user's must leave alone, looked at as soon as it has run, so that a fault is told where it is made.

What the model itself does is audited once a month; this is for code that nobody has tested but its author.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kingmaker.agents.errors import nearest
from kingmaker.agents.member import AnyColumn
from kingmaker.agents.population import Population
from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.environment.core.ledger import TOLERANCE, LedgerError

if TYPE_CHECKING:
    from kingmaker.environment.core.economy import Economy

FIXED = (
    "month", "worlds", "tables", "p", "streams", "populations", "chips", "conditions", "ledger", "partnerships",
    "extensions", "now",
)  # fmt: skip
SHIPPING = ("chip_supply.produce_and_ship",)  # while chips are on their way, what was delivered is not yet there
Before: TypeAlias = tuple[dict[str, Any], list[tuple[str, Any]], dict[str, set[str]]]


def before(e: Economy) -> Before:
    """What the hook must leave as it is: parts of the economy, and the names that its parts have."""
    parts, names = {name: getattr(e, name) for name in FIXED}, {name: set(vars(part)) for name, part in _parts(e)}
    return parts, [*e.populations.items()], names


def trespasses(e: Economy, then: Before) -> Iterator[str]:
    """What a hook has done that it must not, in words that follow its name."""
    parts, firms, names = then
    yield from (f"sets e.{name}, which is the model's own" for name in FIXED if getattr(e, name) is not parts[name])
    for place, part in _parts(e):
        for name in sorted(set(vars(part)) - names[place]):
            yield f"sets {place}.{name}; there is no such name.{nearest(name, names[place])}"
    if [*e.populations.items()] != firms:
        yield "changes e.populations, which are the model's own"
        return
    yield from _money(e)
    if e.now.current not in SHIPPING and not (e.chips.residual() <= TOLERANCE).all():
        yield "makes chips appear or vanish in e.chips"
    yield from _columns(e)


def _parts(e: Economy) -> Iterable[tuple[str, object]]:
    return ("e", e), ("e.now", e.now), ("e.conditions", e.conditions)


def _money(e: Economy) -> Iterator[str]:
    """Cash that was not paid, balance sheets that do not balance, firms that paid more than they had."""
    for name in e.populations:
        try:
            gap = e.ledger.gap(name)
        except LedgerError as fault:
            yield f"leaves accounts that cannot be: {fault}"
            continue
        if not (gap <= TOLERANCE).all():
            yield (
                f"changes money of the {name} past the accounts; money moves by e.pay_public, e.pay_rest, e.from_rest "
                "and e.ledger.pay"
            )


def _columns(e: Economy) -> Iterator[str]:
    """Columns in which a living firm has a number that is none, or outside the bounds of their declaration."""
    for name, population in e.populations.items():
        table = population.table
        for key, column in table.columns.items():
            if column.dtype.kind != "f" or table.untouched(key) or _within(column, table.data[key]):
                continue
            held = table.data[key][_living(population, key)]
            if _within(column, held):
                continue
            most = f" to {column.high:g}" if np.isfinite(column.high) else " on"
            least = f"from {column.low:g}{most}" if np.isfinite(column.low) else "that are finite"
            yield (
                f"leaves e.{name}.view().{key} at {held.min():g} to {held.max():g}; allowed are numbers {least} "
                f"({column.unit})"
            )


def _living(population: Population[Any], key: str) -> BoolArray:
    """Where there is a firm of a class that has the column, (worlds, slots); other slots hold its default."""
    living = population.table.alive.copy()
    for cls, block in population.blocks:
        living[:, block] &= hasattr(cls, key)
    return living


def _within(column: AnyColumn, values: FloatArray) -> bool:
    """Whether all are finite and within the column's bounds, rounding apart."""
    if not values.size:
        return True
    low, high = float(values.min()), float(values.max())
    slack = TOLERANCE * (1.0 + max(-low, high))
    return low >= column.low - slack and high <= column.high + slack and bool(np.isfinite(high - low))
