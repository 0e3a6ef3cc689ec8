"""The arrays behind the firms of a kind, of which a firm is a view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.member import AnyColumn, DeadFirmError, Member
from kingmaker.agents.types import BoolArray, IdArray


class Table:
    """The arrays behind a population: one per column, of shape (worlds, slots), C-contiguous."""

    def __init__(
        self, columns: dict[str, AnyColumn], worlds: int, slots: int, ranks: Mapping[str, int] | None = None
    ) -> None:
        """All slots dead, all columns at their defaults; ``ranks``: how many rows each of a firm's small tables has."""
        self.columns = columns
        self.ranks = dict(ranks or {})
        self.alive: BoolArray = np.zeros((worlds, slots), dtype=np.bool_)
        self.ids: IdArray = np.zeros((worlds, slots), dtype=np.uint64)
        self.data: dict[str, NDArray[Any]] = {
            name: np.broadcast_to(np.array(column.default, column.dtype), (worlds, slots))
            if column.lazy
            else np.full((worlds, slots), column.default, dtype=column.dtype)
            for name, column in columns.items()
        }
        self.names: dict[tuple[int, int], str] = {}  # of the named firms alive, by (world, slot)
        self.known: dict[int, str] = {}  # of all named firms that ever lived, by id
        self.epoch = 0
        self.on_intervention: Callable[[int, str, float], None] | None = None
        self.facts: Callable[[Member], dict[str, str]] | None = None  # of a registered firm, when it is printed
        self.in_use: dict[tuple[str, str], list[int]] = {}  # rows of small tables by table and field, once asked
        self.frozen: dict[str, NDArray[Any]] = {}
        self.freeze()

    def freeze(self) -> None:
        """(Re)make the read-only aliases that views hand out, and forget which rows were in use before."""
        self.in_use = {}
        self.frozen = {name: array.view() for name, array in self.data.items()}
        self.frozen |= {"alive": self.alive.view(), "ids": self.ids.view()}
        for array in self.frozen.values():
            array.flags.writeable = False

    def untouched(self, name: str) -> bool:
        """Whether a lazy column takes no memory yet: it holds its default everywhere."""
        array = self.data[name]
        return self.columns[name].lazy and array.strides == (0, 0)

    def allocate(self, name: str) -> None:
        """Give a lazy column memory of its own, so that it can be written."""
        self.data[name] = self.data[name].copy()
        self.in_use = {}
        self.frozen[name] = self.data[name].view()
        self.frozen[name].flags.writeable = False

    def __getstate__(self) -> dict[str, Any]:
        """All but the aliases, which a copy must make anew on its own arrays."""
        return {key: value for key, value in vars(self).items() if key not in ("frozen", "in_use")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore a copy."""
        vars(self).update(state)
        self.freeze()

    def intervene(self, slot: int, column: str, value: float) -> None:
        """Set a balance-sheet item of one firm from outside; the environment books the other side."""
        if self.on_intervention is None:
            raise DeadFirmError(f"'{column}' is money: only the ledger of a running model may set it")
        self.on_intervention(slot, column, value)
