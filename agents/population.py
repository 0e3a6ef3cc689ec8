"""Firms of one kind, stored as columns of shape (worlds, slots); a member is a view of slots.

The same method body serves one firm or all of them, in one world or in a thousand: a :class:`Member` is a *view* of a
contiguous block of slots, whose attributes are arrays of shape (worlds, n). In a model of one world each living firm
is also a real ``mesa.Agent``, whose attributes are plain numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

import numpy as np
from mesa import Model
from numpy.typing import NDArray

from kingmaker.agents.contract import USUAL
from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.member import AnyColumn, Member, columns_of
from kingmaker.agents.own_code import behave, is_own
from kingmaker.agents.table import Table
from kingmaker.agents.types import BoolArray, IdArray

_CACHED = 16_384  # numbers; three or four arrays of so many fit into a second-level cache
_LEAST_PIECE = _CACHED // 16  # smaller pieces cost more in calls than they save
M = TypeVar("M", bound=Member)
K = TypeVar("K", bound=Member)
A = TypeVar("A", bound=NDArray[Any])
P = ParamSpec("P")
_NAMES: dict[Callable[..., Any], str] = {}  # of behaviours, looked up once
R = TypeVar("R")


class Population(Generic[M]):
    """All firms of one kind: a table, and for each class of the family a fixed contiguous block of it.

    Args:
        blocks: (class, number of slots) in order; the first class is the family's base.
        worlds: the number of worlds.
        kind: the code that opens the firms' ids.
        name: such as ``startups``.
        ranks: how many rows each of a firm's small tables has, by table.
    """

    def __init__(
        self,
        blocks: Sequence[tuple[type[M], int]],
        worlds: int,
        kind: int,
        name: str,
        ranks: Mapping[str, int] | None = None,
    ) -> None:
        """An empty population."""
        self.name, self.kind, self.worlds = name, kind, worlds
        self.base: type[M] = blocks[0][0]
        self.blocks: list[tuple[type[M], slice]] = []
        columns: dict[str, AnyColumn] = {}
        start = 0
        for cls, size in blocks:
            columns |= columns_of(cls)
            self.blocks.append((cls, slice(start, start + size)))
            start += size
        self.slots = start
        self.own = tuple(cls for cls, _ in blocks if is_own(cls))
        ranks = ranks or {}
        for rows in self.base.tables:
            columns |= rows.columns(ranks.get(rows.table, USUAL))
        self.table = Table(columns, worlds, start, ranks)
        self.agents: dict[int, M] = {}
        self._view: M | None = None  # of this phase
        self._model: Model | None = None
        self._numbers: Iterator[int] = iter(())

    def __repr__(self) -> str:
        """How many firms of which kind."""
        alive = int(self.table.alive[0].sum())
        worlds = f" in world 0 of {self.worlds}" if self.worlds > 1 else ""
        return f"<{self.name}: {alive} alive{worlds}, {self.slots} slots, {len(self.table.columns)} columns>"

    def view(self) -> M:
        """All slots of all worlds as one bulk view; behaviours that subclasses override go through :meth:`act`."""
        if self._view is None or self._view._epoch != self.table.epoch:
            self._view = self.base.over(self.table, slice(0, self.slots))
        return self._view

    def of(self, kind: type[K]) -> K:
        """The slots of one class of the family as a bulk view, with the columns that a user's own class adds.

        Raises:
            KingmakerError: no slots are of that class.
        """
        for cls, block in self.blocks:
            if cls is kind:
                return kind.over(self.table, block)
        known = ", ".join(cls.__name__ for cls, _ in self.blocks)
        raise KingmakerError(f"{self.name}: no slots are of the class {kind.__name__}; there are those of {known}.")

    def act(self, behaviour: Callable[Concatenate[M, P], R], *given: P.args, **named: P.kwargs) -> R:
        """Call a behaviour once per class, each on its block, and join the results along the firm axis.

        Args:
            behaviour: a method of the family's base class, such as ``Startup.choose_host``; a class that overrides it
                is asked its own.
            given: its arguments. Those with a method ``block(start, stop)`` (:func:`by_slot`, draws, offers) are cut
                to the block; the others are passed as they are.
            named: arguments by name, likewise.

        Returns:
            What the behaviour returns: one array of shape (..., firms), or a tuple of them.
        """
        name = _NAMES.get(behaviour) or _name_in(self.base, behaviour)
        parts = []
        for cls, block in self.blocks:
            for piece in _pieces(block, self.worlds):
                cut = [_cut(g, piece) for g in given]
                more = {key: _cut(g, piece) for key, g in named.items()}
                size = piece.stop - piece.start
                method = getattr(self.view() if size == self.slots else cls.over(self.table, piece), name)
                parts.append(behave(cls, method, cut, more, size) if cls in self.own else method(*cut, **more))
        if len(parts) == 1:
            return cast(R, parts[0])
        if isinstance(parts[0], tuple):
            return cast(R, tuple(np.concatenate(part, axis=-1) for part in zip(*parts, strict=True)))
        return cast(R, np.concatenate(parts, axis=-1))

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
            if table.untouched(name):
                table.allocate(name)
            np.copyto(table.data[name], value, casting="same_kind", where=where)
        if self._model is not None:
            self._register(np.flatnonzero(where[0]))

    def name_firm(self, slot: int, firm: int, name: str) -> None:
        """Give the firm in ``slot`` (of every world) a name, under which figures and the graph show it."""
        self.table.known[firm] = name
        for world in range(self.worlds):
            self.table.names[(world, slot)] = name

    def leave(self, where: BoolArray) -> None:
        """Remove the firms in the slots ``where``, if any; their columns return to the defaults."""
        table = self.table
        if not where.any():
            return
        leaving = np.flatnonzero(where)
        for name, column in table.columns.items():
            if not table.untouched(name):
                table.data[name].reshape(-1)[leaving] = column.default
        table.alive.reshape(-1)[leaving] = False
        table.ids.reshape(-1)[leaving] = 0
        if table.names:
            table.names = {key: name for key, name in table.names.items() if not where[key]}
        if self._model is not None:
            for slot in leaving.tolist():
                self.agents.pop(slot).remove()

    def register(self, model: Model, numbers: Iterator[int]) -> None:
        """Make every living firm of a one-world model a Mesa agent, now and at each entry."""
        self._model, self._numbers = model, numbers
        self._register(np.flatnonzero(self.table.alive[0]))

    def class_of(self, slot: int) -> type[M]:
        """The class whose block holds ``slot``."""
        return next(cls for cls, block in self.blocks if block.start <= slot < block.stop)

    def _register(self, slots: NDArray[np.int64]) -> None:
        assert self._model is not None
        single = self.blocks[0][0] if len(self.blocks) == 1 else None
        for slot, firm in zip(slots.tolist(), self.table.ids[0, slots].tolist(), strict=True):
            cls = single or self.class_of(slot)
            self.agents[slot] = cls.registered(self.table, slot, firm, self._model, next(self._numbers))


def _pieces(block: slice, worlds: int) -> list[slice]:
    """A block cut so that a behaviour's scratch arrays stay in the processor's cache; behaviours are elementwise."""
    size = _CACHED // worlds
    if size < _LEAST_PIECE or block.stop - block.start <= size:
        return [block]
    return [slice(start, min(start + size, block.stop)) for start in range(block.start, block.stop, size)]


def _name_in(base: type[Member], behaviour: Callable[..., Any]) -> str:
    """The name under which a class or one of its bases has a behaviour, whatever it calls itself.

    Raises:
        TypeError: none of them has it.
    """
    for cls in base.__mro__:
        for name, item in vars(cls).items():
            if item is behaviour:
                _NAMES[behaviour] = name
                return name
    raise TypeError(f"{behaviour!r} is no behaviour of {base.__name__}")


def _cut(given: Any, piece: slice) -> Any:
    # asked of the class: parameters tell what they lack in a sentence, which takes longer than a small behaviour
    return given.block(piece.start, piece.stop) if hasattr(type(given), "block") else given


def by_slot(values: A) -> A:
    """Mark an argument of :meth:`Population.act` as having one value a firm, (..., firms): it is cut to blocks."""
    return cast(A, _PerFirm(values))


class _PerFirm:
    """What :func:`by_slot` hands to :meth:`Population.act`; the behaviour sees the array."""

    __slots__ = ("values",)

    def __init__(self, values: NDArray[Any]) -> None:
        """Wrap the array."""
        self.values = values

    def block(self, start: int, stop: int) -> Any:
        """The values of the slots ``start`` to ``stop``."""
        return self.values[..., start:stop]
