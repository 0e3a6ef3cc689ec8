"""Firms of one kind, stored as columns of shape (worlds, slots); a member is a view of slots.

The same method body serves one firm or all of them, in one world or in a thousand: a :class:`Member` is a *view* of a
contiguous block of slots, whose attributes are arrays of shape (worlds, n). In a model of one world each living firm
is also a real ``mesa.Agent``, whose attributes are plain numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import mesa
import numpy as np
from numpy.typing import DTypeLike, NDArray

from agents.types import BoolArray, IdArray

_RANK_BITS, _MONTH_BITS = 36, 16
_CACHED = 16_384  # numbers; three or four arrays of so many fit into a second-level cache


def firm_ids(kind: int, month: int, rank: NDArray[np.integer[Any]]) -> IdArray:
    """Ids from (kind, month of entry, rank among that month's arrivals); ``month`` 0 is the founding population."""
    prefix = (kind << (_RANK_BITS + _MONTH_BITS)) | (month << _RANK_BITS)
    return rank.astype(np.uint64) + np.uint64(prefix)


def firm_label(kind: str, firm: int) -> str:
    """What a firm without a name is called: kind, month of entry, and number among that month's arrivals."""
    month, rank = (firm >> _RANK_BITS) & ((1 << _MONTH_BITS) - 1), firm & ((1 << _RANK_BITS) - 1)
    entry = "founder" if month == 0 else f"{2022 + (month - 1) // 12}-{(month - 1) % 12 + 1:02d}"
    return f"{kind} {entry} #{rank + 1}"


class DeadFirmError(AttributeError):
    """A firm that has left was asked for an attribute, or a bulk view was used after its phase."""


class Column:
    """A state variable of a firm: default, dtype, unit and meaning.

    Args:
        default: what a dead slot holds.
        dtype: of the stored array.
        unit: as printed in tables, such as ``M$``.
        doc: one line.
        money: a balance-sheet item; only the ledger moves it, and setting it on an agent is booked as an intervention.
    """

    def __init__(
        self, default: float | int | bool, *, unit: str, doc: str, dtype: DTypeLike = np.float64, money: bool = False
    ) -> None:
        """Declare; the name follows from the attribute."""
        self.default, self.dtype, self.unit, self.doc, self.money = default, np.dtype(dtype), unit, doc, money
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the attribute's name."""
        self.name = name

    def __get__(self, member: Member | None, owner: type) -> Any:
        """The block's array, shape (worlds, n), or a plain number of a registered agent."""
        if member is None:
            return self
        return member._read(self.name)

    def __set__(self, member: Member, value: Any) -> None:
        """Write where firms live; a dead slot keeps its default."""
        member._write(self, value)


class Member(mesa.Agent):
    """A view of slots of a population: all of a block, or one registered firm."""

    _table: Table
    _slot: int | None  # the slot of a registered agent; None for a view
    _id: int
    _block: slice
    _epoch: int

    @classmethod
    def over(cls, table: Table, block: slice) -> Any:
        """A bulk view of the slots ``block``, valid until the phase ends."""
        view = cls.__new__(cls)
        view._table, view._slot, view._block, view._epoch = table, None, block, table.epoch
        return view

    @classmethod
    def registered(cls, table: Table, slot: int, model: mesa.Model, number: int) -> Any:
        """A Mesa agent on one slot of a one-world model.

        ``mesa.Agent.__init__`` is not called: on Mesa 3.3 it keeps every model alive in ``Agent._ids`` (mesa#3179).
        """
        agent = cls.__new__(cls)
        agent._table, agent._slot, agent._id = table, slot, int(table.ids[0, slot])
        agent.model, agent.unique_id, agent.pos = model, number, None
        model.register_agent(agent)
        return agent

    @property
    def alive(self) -> Any:
        """Which slots hold a living firm, shape (worlds, n); true for a registered agent."""
        self._check()
        return True if self._slot is not None else self._table.frozen["alive"][..., self._block]

    @property
    def ids(self) -> Any:
        """The firms' ids, shape (worlds, n), or one whole number."""
        self._check()
        return self._id if self._slot is not None else self._table.frozen["ids"][..., self._block]

    @property
    def name(self) -> str:
        """The firm's name, or its kind and id."""
        if self._slot is None:
            raise DeadFirmError("a bulk view has no single name")
        self._check()
        return self._table.names.get((0, self._slot), firm_label(type(self).__name__.lower(), self._id))

    def view(self) -> Any:
        """This firm as a view of shape (1, 1), on which behaviours run."""
        if self._slot is None:
            return self
        self._check()
        return type(self).over(self._table, slice(self._slot, self._slot + 1))

    def _check(self) -> None:
        table = self._table
        if self._slot is None:
            if self._epoch != table.epoch:
                raise DeadFirmError("this bulk view was taken in an earlier phase; take a new one from the population")
        elif not table.alive[0, self._slot] or int(table.ids[0, self._slot]) != self._id:
            raise DeadFirmError(f"{type(self).__name__} {self._id:x} has left the model")

    def _read(self, name: str) -> Any:
        self._check()
        if self._slot is not None:
            return self._table.data[name][0, self._slot].item()
        return self._table.frozen[name][..., self._block]

    def _write(self, column: Column, value: Any) -> None:
        self._check()
        table = self._table
        if self._slot is None:
            target = table.data[column.name][..., self._block]
            np.copyto(target, value, casting="same_kind", where=table.alive[..., self._block])
        elif column.money:
            table.intervene(self._slot, column.name, float(value))
        else:
            table.data[column.name][0, self._slot] = value


def columns_of(cls: type[Member]) -> dict[str, Column]:
    """All columns of a class, inherited ones first."""
    found: dict[str, Column] = {}
    for base in reversed(cls.__mro__):
        found.update({name: item for name, item in vars(base).items() if isinstance(item, Column)})
    return found


class Table:
    """The arrays behind a population: one per column, of shape (worlds, slots), C-contiguous."""

    def __init__(self, columns: dict[str, Column], worlds: int, slots: int) -> None:
        """All slots dead, all columns at their defaults."""
        self.columns = columns
        self.alive: BoolArray = np.zeros((worlds, slots), dtype=np.bool_)
        self.ids: IdArray = np.zeros((worlds, slots), dtype=np.uint64)
        self.data: dict[str, NDArray[Any]] = {
            name: np.full((worlds, slots), column.default, dtype=column.dtype) for name, column in columns.items()
        }
        self.names: dict[tuple[int, int], str] = {}  # of the named firms alive, by (world, slot)
        self.known: dict[int, str] = {}  # of all named firms that ever lived, by id
        self.epoch = 0
        self.on_intervention: Callable[[int, str, float], None] | None = None
        self.frozen: dict[str, NDArray[Any]] = {}
        self.freeze()

    def freeze(self) -> None:
        """(Re)make the read-only aliases that views hand out."""
        self.frozen = {name: array.view() for name, array in self.data.items()}
        self.frozen |= {"alive": self.alive.view(), "ids": self.ids.view()}
        for array in self.frozen.values():
            array.flags.writeable = False

    def intervene(self, slot: int, column: str, value: float) -> None:
        """Set a balance-sheet item of one firm from outside; the environment books the other side."""
        if self.on_intervention is None:
            raise DeadFirmError(f"'{column}' is money: only the ledger of a running model may set it")
        self.on_intervention(slot, column, value)


M = TypeVar("M", bound=Member)


class Population(Generic[M]):
    """All firms of one kind: a table, and for each class of the family a fixed contiguous block of it.

    Args:
        blocks: (class, number of slots) in order; the first class is the family's base.
        worlds: the number of worlds.
        kind: the code that opens the firms' ids.
        name: such as ``startups``.
    """

    def __init__(self, blocks: Sequence[tuple[type[M], int]], worlds: int, kind: int, name: str) -> None:
        """An empty population."""
        self.name, self.kind, self.worlds = name, kind, worlds
        self.base: type[M] = blocks[0][0]
        self.blocks: list[tuple[type[M], slice]] = []
        columns: dict[str, Column] = {}
        start = 0
        for cls, size in blocks:
            columns |= columns_of(cls)
            self.blocks.append((cls, slice(start, start + size)))
            start += size
        self.slots = start
        self.table = Table(columns, worlds, start)
        self.agents: dict[int, M] = {}
        self._model: mesa.Model | None = None
        self._numbers: Iterator[int] = iter(())

    def view(self) -> M:
        """All slots of all worlds as one bulk view; behaviours that subclasses override go through :meth:`act`."""
        view: M = self.base.over(self.table, slice(0, self.slots))
        return view

    def act(self, behaviour: str, *given: Any) -> Any:
        """Call a behaviour once per class, each on its block, and join the results along the firm axis.

        Arguments with a method ``block(start, stop)`` are cut to the block; the others are passed as they are.
        A behaviour returns one array of shape (..., firms), or a tuple of them.
        """
        parts = []
        for cls, block in self.blocks:
            for piece in _pieces(block, self.worlds):
                cut = [g.block(piece.start, piece.stop) if hasattr(g, "block") else g for g in given]
                parts.append(getattr(cls.over(self.table, piece), behaviour)(*cut))
        if len(parts) == 1:
            return parts[0]
        if isinstance(parts[0], tuple):
            return tuple(np.concatenate(part, axis=-1) for part in zip(*parts, strict=True))
        return np.concatenate(parts, axis=-1)

    def end_phase(self) -> None:
        """Make the bulk views that were handed out unusable."""
        self.table.epoch += 1

    def enter(self, where: BoolArray, ids: IdArray, values: dict[str, Any]) -> None:
        """Bring firms to life in the slots ``where`` (worlds, slots), with the given column values."""
        table = self.table
        if np.any(where & table.alive):
            raise ValueError(f"{self.name}: a newcomer was given a slot that is taken")
        table.alive |= where
        np.copyto(table.ids, ids, where=where)
        for name, value in values.items():
            np.copyto(table.data[name], value, casting="same_kind", where=where)
        if self._model is not None:
            for slot in np.flatnonzero(where[0]):
                self._register(int(slot))

    def name_firm(self, slot: int, firm: int, name: str) -> None:
        """Give the firm in ``slot`` (of every world) a name, under which figures and the graph show it."""
        self.table.known[firm] = name
        for world in range(self.worlds):
            self.table.names[(world, slot)] = name

    def leave(self, where: BoolArray) -> None:
        """Remove the firms in the slots ``where``; their columns return to the defaults."""
        table = self.table
        for name, column in table.columns.items():
            np.copyto(table.data[name], column.default, casting="same_kind", where=where)
        table.alive &= ~where
        np.copyto(table.ids, np.uint64(0), where=where)
        if table.names:
            table.names = {key: name for key, name in table.names.items() if not where[key]}
        if self._model is not None:
            for slot in np.flatnonzero(where[0]):
                self.agents.pop(int(slot)).remove()

    def register(self, model: mesa.Model, numbers: Iterator[int]) -> None:
        """Make every living firm of a one-world model a Mesa agent, now and at each entry."""
        self._model, self._numbers = model, numbers
        for slot in np.flatnonzero(self.table.alive[0]):
            self._register(int(slot))

    def class_of(self, slot: int) -> type[M]:
        """The class whose block holds ``slot``."""
        return next(cls for cls, block in self.blocks if block.start <= slot < block.stop)

    def _register(self, slot: int) -> None:
        assert self._model is not None
        self.agents[slot] = self.class_of(slot).registered(self.table, slot, self._model, next(self._numbers))


def _pieces(block: slice, worlds: int) -> list[slice]:
    """A block cut so that a behaviour's scratch arrays stay in the processor's cache; behaviours are elementwise."""
    size = _CACHED // worlds
    if size < _CACHED // 16 or block.stop - block.start <= size:
        return [block]
    return [slice(start, min(start + size, block.stop)) for start in range(block.start, block.stop, size)]


class PerFirm:
    """An argument of :meth:`Population.act` with one value a firm, shape (..., firms)."""

    __slots__ = ("values",)

    def __init__(self, values: NDArray[Any]) -> None:
        """Wrap the array."""
        self.values = values

    def block(self, start: int, stop: int) -> Any:
        """The values of the slots ``start`` to ``stop``."""
        return self.values[..., start:stop]
