"""A firm's state variables, and a firm as a view of slots: one registered firm, or a block of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeAlias, TypeVar, overload

import numpy as np
from mesa import Agent, Model
from numpy.typing import DTypeLike, NDArray

from kingmaker.agents.calendar import month_label
from kingmaker.agents.cards import card
from kingmaker.agents.checks import flag, number, whole
from kingmaker.agents.errors import KingmakerError, UnknownNameError, WrongValueError, shown
from kingmaker.agents.plain_values import Reading
from kingmaker.agents.types import BoolArray, FloatArray, IdArray, IntArray

if TYPE_CHECKING:  # Mesa has no types: with its Any as a base, every misspelt attribute would pass
    from kingmaker.agents.table import Table

    class _Agent:
        model: Model
        unique_id: int
        pos: Any

        def remove(self) -> None: ...

else:
    _Agent = Agent

_RANK_BITS, _MONTH_BITS = 36, 16
A = TypeVar("A", bound=NDArray[Any])
MESAS = ("model", "unique_id", "pos", "random", "rng", "cell")  # what Mesa and its spaces set on an agent


def firm_ids(kind: int, month: int, rank: NDArray[np.integer[Any]]) -> IdArray:
    """Ids from (kind, month of entry, rank among that month's arrivals); ``month`` 0 is the founding population."""
    prefix = (kind << (_RANK_BITS + _MONTH_BITS)) | (month << _RANK_BITS)
    return rank.astype(np.uint64) + np.uint64(prefix)


def firm_label(kind: str, firm: int) -> str:
    """What a firm without a name is called: kind, month of entry, and number among that month's arrivals."""
    month, rank = (firm >> _RANK_BITS) & ((1 << _MONTH_BITS) - 1), firm & ((1 << _RANK_BITS) - 1)
    entry = "founder" if month == 0 else month_label(month - 1)
    return f"{kind} {entry} #{rank + 1}"


class DeadFirmError(AttributeError):
    """A firm that has left was asked for an attribute, or a bulk view was used after its phase."""


# units in which an amount may have either sign: a logarithm, a rate of growth
SIGNED_UNITS = frozenset({"log", "log10", "log10 FLOP", "1/month", "1/year"})


class Column(Generic[A]):
    """A state variable of a firm: default, dtype, unit and meaning.

    A number is a stock, a flow or a share unless it says otherwise: a new column may not be negative, and one with the
    unit ``0-1`` may not exceed one, in any month of any run (``python -m tests.invariants.search`` looks at all).

    Args:
        default: what a dead slot holds.
        dtype: of the stored array.
        unit: as printed in tables, such as ``M$``.
        doc: one line.
        money: a balance-sheet item; only the ledger moves it, and setting it on an agent is booked as an intervention.
        low: the least that a living firm may hold; None is 0, or no bound in a unit of either sign.
    """

    @overload
    def __init__(
        self: Column[BoolArray],
        default: bool,
        *,
        unit: str,
        doc: str,
        dtype: type[np.bool_],
        money: bool = False,
        low: float | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self: Column[IntArray],
        default: int,
        *,
        unit: str,
        doc: str,
        dtype: type[np.signedinteger[Any]],
        money: bool = False,
        low: float | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self: Column[FloatArray],
        default: float,
        *,
        unit: str,
        doc: str,
        money: bool = False,
        low: float | None = None,
    ) -> None: ...
    def __init__(
        self,
        default: float | int | bool,
        *,
        unit: str,
        doc: str,
        dtype: DTypeLike = np.float64,
        money: bool = False,
        low: float | None = None,
    ) -> None:
        """Declare; the name follows from the attribute."""
        self.default, self.dtype, self.unit, self.doc, self.money = default, np.dtype(dtype), unit, doc, money
        self.low = low if low is not None else -np.inf if unit in SIGNED_UNITS else 0.0
        self.high = 1.0 if unit == "0-1" else np.inf
        self.name = ""
        self.lazy = False  # no memory is taken until somebody holds something else than the default

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the attribute's name."""
        self.name = name

    @overload
    def __get__(self, member: None, owner: type) -> Column[A]: ...
    @overload
    def __get__(self, member: Member, owner: type) -> A: ...
    def __get__(self, member: Member | None, owner: type) -> Any:
        """The block's array, shape (worlds, n), or a plain number of a registered agent."""
        if member is None:
            return self
        table = member._table
        if member._slot is None and member._epoch == table.epoch:  # the common case, kept short: a view in its phase
            array = table.frozen[self.name]
            return array if member._whole else array[..., member._block]
        return member._read(self.name)

    def __set__(self, member: Member, value: A | float) -> None:
        """Write where firms live; a dead slot keeps its default."""
        member._write(self, value)


AnyColumn: TypeAlias = Column[Any]


class Member(_Agent):
    """A view of slots of a population: all of a block, or one registered firm."""

    tables: ClassVar[tuple[Any, ...]] = ()  # row types of the small tables that each firm has

    _table: Table
    _slot: int | None  # the slot of a registered agent; None for a view
    _id: int
    _block: slice
    _whole: bool  # whether the block is all of the table
    _epoch: int

    def __init_subclass__(cls) -> None:
        """Its properties are read like its columns."""
        super().__init_subclass__()
        for name, item in list(vars(cls).items()):
            if type(item) is property:
                setattr(cls, name, Reading(item.fget, item.fset, item.fdel, item.__doc__))

    @classmethod
    def over(cls, table: Table, block: slice) -> Self:
        """A bulk view of the slots ``block``, valid until the phase ends."""
        view = cls.__new__(cls)
        whole = block.start == 0 and block.stop == table.alive.shape[1]
        # past __setattr__, which is for the user's names: views are made many times a month
        view.__dict__.update(_table=table, _slot=None, _block=block, _epoch=table.epoch, _whole=whole)
        return view

    @classmethod
    def registered(cls, table: Table, slot: int, firm: int, model: Model, number: int) -> Self:
        """A Mesa agent, its ``unique_id`` the ``number``, on the slot of a one-world model that the id ``firm`` has.

        ``mesa.Agent.__init__`` is not called: on Mesa 3.3 it keeps every model alive in ``Agent._ids`` (mesa#3179).
        """
        agent = cls.__new__(cls)
        # past __setattr__, which is for the user's names: many enter in a month
        agent.__dict__.update(_table=table, _slot=slot, _id=firm, model=model, unique_id=number, pos=None)
        model.register_agent(agent)
        return agent

    if not TYPE_CHECKING:  # a misspelt column is found before it runs

        def __getattr__(self, name: str) -> Any:
            """Called for what is not there: the error names the nearest column."""
            if name.startswith("_"):
                raise AttributeError(name)
            if hasattr(type(self), name):  # it is there, but its own look-up has failed (a dead firm): say that again
                return object.__getattribute__(self, name)
            if name in self._table.columns:  # of a row of a small table, which the class does not name
                return self._table.columns[name].__get__(self, type(self))
            raise UnknownNameError(name, names_of(type(self)), "column", type(self).__name__)

        def __setattr__(self, name: str, value: Any) -> None:
            """A firm has the columns and attributes that its class declares: a name misspelt would do nothing.

            Raises:
                UnknownNameError: there is no such column. One of your own is declared in a subclass.
            """
            known = getattr(type(self), name, None)
            if isinstance(known, Column):  # the common case, kept short
                return known.__set__(self, value)
            if known is None and not name.startswith("_") and name not in MESAS and not hasattr(type(self), name):
                if name in self._table.columns:
                    return self._table.columns[name].__set__(self, value)
                raise UnknownNameError(name, names_of(type(self)), "column", type(self).__name__)
            if isinstance(known, property) and known.fset is None:
                raise KingmakerError(f"{type(self).__name__}: '{name}' can be read, not set.")
            super().__setattr__(name, value)

    def __repr__(self) -> str:
        """What it is, and of a registered firm its name."""
        if self._slot is None:
            return f"<view of {self._block.stop - self._block.start} slots of {type(self).__name__}>"
        gone = not self._table.alive[0, self._slot] or int(self._table.ids[0, self._slot]) != self._id
        if gone:
            return f"<{type(self).__name__} {self._id:x}, has left>"
        told = "".join(f"; {name}: {fact}" for name, fact in self._facts().items())
        return f"<{type(self).__name__} {self.name}{told}>"

    def _repr_html_(self) -> str | None:
        """What a notebook shows of a registered firm that is alive; of the others the line of their ``repr``."""
        if self._slot is None or not self._facts():
            return None
        return card(f"{self.name} ({type(self).__name__})", self._facts(), "any column by its name, such as .cash")

    def _facts(self) -> dict[str, str]:
        """Who hosts and owns it, its compute, its rank: what the environment tells of a living registered firm."""
        tell = self._table.facts
        alive = self._slot is not None and int(self._table.ids[0, self._slot]) == self._id
        return tell(self) if tell is not None and alive else {}

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

    def view(self) -> Self:
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
        """A plain number of a registered agent; a view gets here only when it is stale, which the check tells."""
        self._check()
        return self._table.data[name][0, self._slot].item()

    def _write(self, column: AnyColumn, value: Any) -> None:
        self._check()
        table = self._table
        if self._slot is None:
            target = table.data[column.name][..., self._block]
            np.copyto(target, value, casting="same_kind", where=table.alive[..., self._block])
        elif column.money:
            table.intervene(self._slot, column.name, float(_single(column, value)))
        else:
            table.data[column.name][0, self._slot] = _single(column, value)


def _single(column: AnyColumn, value: Any) -> Any:
    """A value for one firm, checked: a finite number of the column's kind.

    Raises:
        KingmakerError: anything else.
    """
    kind = column.dtype.kind
    try:
        if kind == "b":
            return flag(value, column.name)
        if kind == "f":
            found = number(value, column.name)
            if np.isfinite(found):
                return found
        else:
            bounds = np.iinfo(column.dtype)
            return whole(value, column.name, int(bounds.min), int(bounds.max))
    except WrongValueError:
        pass
    allowed = {"f": "a finite number", "b": "true or false"}.get(kind, "a whole number")
    raise KingmakerError(f"'{column.name}' is {shown(value)}; allowed is {allowed} ({column.unit}).")


def columns_of(cls: type[Member]) -> dict[str, AnyColumn]:
    """All columns of a class, inherited ones first."""
    found: dict[str, AnyColumn] = {}
    for base in reversed(cls.__mro__):
        found.update({name: item for name, item in vars(base).items() if isinstance(item, Column)})
    return found


def names_of(cls: type[Member]) -> list[str]:
    """What can be asked of a firm: its columns, then what is neither column nor behaviour, such as its name."""
    columns = columns_of(cls)
    told = (name for name in dir(cls) if isinstance(getattr(cls, name, None), property) and not name.startswith("_"))
    return [*columns, *(name for name in told if name not in columns)]
