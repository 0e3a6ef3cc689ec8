"""The plan of the month, made from the code: each phase, what must come before it, what it reads and what it fills.

A small economy runs for a year, and each access to the month's entries and to the columns of the firms is noted with
the phase in which it happens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kingmaker.environment.core.month import BLOCKS, entries
from kingmaker.environment.core.phases import PHASES
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.terminal.safe_text import for_markdown

SETTING: dict[str, Any] = {
    "startups.number": 40, "policy.partnership_review": 0.5, "policy.compute_fund_musd": 50.0,
    "policy.reserved_capacity": 0.1, "policy.interoperability": 0.3,
}  # fmt: skip  # so that no phase has nothing to do


@dataclass
class Row:
    """One phase: entries of the month that it reads and fills, columns of firms that it changes."""

    phase: str
    after: tuple[str, ...]
    reads: list[str] = field(default_factory=list)
    fills: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)


class _Noted(dict[str, Any]):
    """The values of a block that note who reads and fills them."""

    def __init__(self, values: dict[str, Any], block: str, watch: _Watch) -> None:
        super().__init__(values)
        self.block, self.watch = block, watch

    def __getitem__(self, name: str) -> Any:
        self.watch.row.reads.append(f"{self.block}.{name}")
        return super().__getitem__(name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.watch.row.fills.append(f"{self.block}.{name}")
        super().__setitem__(name, value)


class _Watch:
    """Follows one economy through its months."""

    def __init__(self, model: ComputeEconomy) -> None:
        self.model, self.rows = model, {name: Row(name, after) for name, after in PHASES.items()}
        self.rows["record"] = Row("record", ())
        self.before: dict[str, Any] = {}

    @property
    def row(self) -> Row:
        """The phase that is running."""
        return self.rows[self.model.economy.now.current or "record"]

    def begin(self) -> None:
        """Watch a new month."""
        month = self.model.economy.now
        for block in BLOCKS:
            values = getattr(month, block.name)
            values.values = _Noted(values.values, block.name, self)
        self.before = self._columns()
        month.on_end = self.end

    def end(self, phase: str) -> None:
        """A phase has ended: note which columns it has changed."""
        after = self._columns()
        changed = (key for key, value in after.items() if not np.array_equal(value, self.before[key], equal_nan=False))
        self.rows[phase].changes += changed
        self.before = after

    def _columns(self) -> dict[str, Any]:
        populations = self.model.economy.populations.items()
        return {f"{name}.{key}": array.copy() for name, p in populations for key, array in p.table.data.items()}


def plan(months: int = 13) -> list[Row]:
    """The phases of the month in the order in which they ran, and last what is recorded."""
    model = ComputeEconomy(rng=3, months=months, register=False, **SETTING)
    watch = _Watch(model)
    economy, begin = model.economy, model.economy.begin_month

    def begin_watched() -> None:
        begin()
        watch.begin()

    vars(economy)["begin_month"] = begin_watched
    model.run()
    order = [*economy.now.done, "record"]
    for name in order:
        row = watch.rows[name]
        row.reads, row.fills, row.changes = (sorted(set(x)) for x in (row.reads, row.fills, row.changes))
    return [watch.rows[name] for name in order]


def page() -> str:
    """The plan as a page of the reference."""
    rows = plan()
    text = [
        "# The plan of the month", "",
        "Each phase of `ComputeEconomy.step`, in order: phases that must come before it (called too early, it is",
        "refused), entries of the month that it reads and fills, and columns of firms that it changed in a year of a",
        "small economy. Made by `kingmaker reference` from the code; do not edit by hand.", "",
        "| phase | after | reads | fills | changes |", "|---|---|---|---|---|",
    ]  # fmt: skip
    text += [
        f"| `{r.phase}` | {_cell(r.after)} | {_cell(r.reads)} | {_cell(r.fills)} | {_cell(r.changes)} |" for r in rows
    ]
    text += ["", "## Entries of the month", "",
             "Read them as attributes of `e.now`, such as `e.now.compute.rent_market`.", "",
             "| entry | filled by | shape | what it is |", "|---|---|---|---|"]  # fmt: skip
    text += [f"| `{name}` | `{entry.by}` | {entry.shape} | {for_markdown(entry.doc)} |" for name, entry in entries()]
    return "\n".join(text) + "\n"


def _cell(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
