"""A start-up's small tables: the compute contracts that it holds, and the stakes that clouds hold in it.

Row ``k`` of a table is a block of columns of the start-ups' own table, one array a field, so that it is copied, reset
and kept with them. Code reads ``startups.contracts[k].lessor``; the first two rows' fields have the names under which
behaviours know them (``startups.host`` is the lessor of row 0). Nobody sets a field: the verbs of
:mod:`kingmaker.environment.ties` write whole rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any, ClassVar, Generic, TypeVar, cast, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.member import AnyColumn, Column, Member
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray

PLAIN, PREFERRED, EXCLUSIVE, FIRST_REFUSAL = 0, 1, 2, 3
CONTRACTS = ("plain", "preferred", "exclusive", "right_of_first_refusal")
NO_STAGE, TALKS, SIGNED = 0, 1, 2
STAGES = ("none", "talks", "signed")
FIXED, LIST = 0, 1
TIED_TO = ("nothing", "list")
NO_MONTH = -9_999  # ``since`` of a row that is empty
MOST_ROWS = 8  # the most that ties.most_contracts and ties.most_owners allow
USUAL = 2  # rows of each table where a population is built without a number of its own
_FEW = 2_000  # firms; rows of so few are written faster as a whole
_RARE = 8  # one firm in so many: from here on it pays to write only theirs

A = TypeVar("A", bound=NDArray[Any])
R = TypeVar("R", bound="Row")


class RowColumn(Column[A]):
    """A column that is a field of a row: read like all others, written by the verbs of ``environment/ties`` alone."""

    def __init__(self, field: RowField[A], rank: int) -> None:
        """The column of one field of one row."""
        doc = field.docs[rank] if rank < len(field.docs) else f"row {rank + 1} of its {field.table}: {field.docs[-1]}"
        cast(Any, super()).__init__(field.default, unit=field.unit, doc=doc, dtype=field.dtype, low=field.low)
        self.name = field.column(rank)
        self.lazy = rank >= len(field.names) or not field.names[rank]
        self.of = field

    def __set__(self, member: Member, value: A | float) -> None:
        """Nobody sets a field by itself.

        Raises:
            KingmakerError: always.
        """
        raise KingmakerError(
            f"'{self.name}' is a field of a row of {self.of.table}: it is written with the whole row, by the verbs of "
            f"kingmaker.environment.ties.{self.of.table} (such as sign, renew, end)."
        )


class RowField(Generic[A]):
    """A field of the rows of a table.

    Args:
        default: what an empty row holds.
        unit: as printed in tables.
        docs: what it means, in row 0, row 1, ...; the last holds for the rows that follow.
        dtype: of the stored array.
        names: of its column in row 0, row 1, ...; elsewhere, or where empty, it is the field's name and the rank.
        ranks: the first and the last row that store it; others reckon it from these (``ContractRow.share``).
        low: the least that a living firm may hold.
    """

    @overload
    def __init__(
        self: RowField[IntArray], default: int, *, unit: str, docs: tuple[str, ...], dtype: type[np.signedinteger[Any]],
        names: tuple[str, ...] = (), ranks: tuple[int, int] = (0, MOST_ROWS), low: float | None = None,
    ) -> None: ...  # fmt: skip
    @overload
    def __init__(
        self: RowField[FloatArray], default: float, *, unit: str, docs: tuple[str, ...],
        names: tuple[str, ...] = (), ranks: tuple[int, int] = (0, MOST_ROWS), low: float | None = None,
    ) -> None: ...  # fmt: skip
    def __init__(
        self, default: float | int, *, unit: str, docs: tuple[str, ...], dtype: DTypeLike = np.float64,
        names: tuple[str, ...] = (), ranks: tuple[int, int] = (0, MOST_ROWS), low: float | None = None,
    ) -> None:  # fmt: skip
        """Declare; name and table follow from the class."""
        self.default, self.unit, self.docs, self.dtype = default, unit, docs, dtype
        self.names, self.ranks, self.low = names, ranks, low
        self.name = self.table = ""
        self._columns: dict[int, RowColumn[A]] = {}

    def __set_name__(self, owner: type[Row], name: str) -> None:
        """Take the attribute's name, and the table's."""
        self.name, self.table = name, owner.table

    def column(self, rank: int) -> str:
        """The name of its column in row ``rank``."""
        return (self.names[rank] if rank < len(self.names) else "") or f"{self.table}_{self.name}_{rank}"

    def at(self, rank: int) -> RowColumn[A]:
        """Its column in row ``rank``."""
        column = self._columns.get(rank)
        if column is None:
            column = self._columns[rank] = RowColumn(self, rank)
        return column

    @overload
    def __get__(self, row: None, owner: type[Row]) -> RowField[A]: ...
    @overload
    def __get__(self, row: Row, owner: type[Row]) -> A: ...
    def __get__(self, row: Row | None, owner: type[Row]) -> Any:
        """The block's array, shape (worlds, n), or a plain number of a registered agent."""
        if row is None:
            return self
        column = self._columns.get(row.rank) or self.at(row.rank)  # read hundreds of times a month: kept short
        return column.__get__(row.member, type(row.member))


class Row:
    """Row ``rank`` of a member's table, as a view."""

    table: ClassVar[str] = ""
    fields: ClassVar[Mapping[str, RowField[Any]]] = {}  # the stored ones, by name

    def __init_subclass__(cls) -> None:
        """Find the fields once: rows are written hundreds of times a month."""
        cls.fields = {name: item for name, item in vars(cls).items() if isinstance(item, RowField)}

    def __init__(self, member: Member, rank: int) -> None:
        """Nothing is copied."""
        self.member, self.rank = member, rank

    def __repr__(self) -> str:
        """Of a registered agent the fields that say something, with their units; of a view what it is."""
        if self.member._slot is None:
            return f"<row {self.rank} of {self.table} of {self.member!r}>"
        held = {name: getattr(self, name) for name, f in self.fields.items() if f.ranks[0] <= self.rank <= f.ranks[1]}
        told = [f"{k} = {v:g} {self.fields[k].unit}" for k, v in held.items() if v != self.fields[k].default]
        return f"<row {self.rank} of {self.table}: {', '.join(told) or 'empty'}>"

    @classmethod
    def columns(cls, rows: int) -> dict[str, AnyColumn]:
        """The columns of the first ``rows`` rows."""
        found = [f.at(k) for k in range(rows) for f in cls.fields.values() if f.ranks[0] <= k <= f.ranks[1]]
        return {column.name: column for column in found}

    @classmethod
    def of(cls: type[R], member: Member, in_use: str = "") -> tuple[R, ...]:
        """The rows of a member: all of them, or those of which some firm of some world uses the field ``in_use``.

        The others hold defaults everywhere, which change no sum; so the rows that are left give the same bits.
        """
        table = member._table
        rows = table.ranks.get(cls.table, USUAL)
        if not in_use:
            return tuple([cls(member, k) for k in range(rows)])
        ranks = table.in_use.get((cls.table, in_use))
        if ranks is None:
            field = cls.fields[in_use]
            first, last = field.ranks
            each = range(first, min(rows, last + 1))
            ranks = table.in_use[cls.table, in_use] = [k for k in each if not table.untouched(field.at(k).name)]
        return tuple([cls(member, k) for k in ranks])


def write_row(row: Row, where: BoolArray, **values: Any) -> None:
    """Set fields of a row of the firms in ``where`` (worlds, n): for the verbs of ``environment/ties`` only.

    Args:
        row: which.
        where: whose; a dead slot keeps its defaults.
        values: by field, (worlds, n) or one for all.
    """
    member, table = row.member, row.member._table
    member._check()
    mask = where & table.alive[..., member._block]
    number = np.count_nonzero(mask)
    if not number:
        return
    few = member._whole and mask.size > _FEW and _RARE * number < mask.size
    firms = np.flatnonzero(mask) if few else None
    fields = type(row).fields
    for name, value in values.items():
        column = fields[name].at(row.rank)
        if table.untouched(column.name):
            if np.ndim(value) == 0 and value == column.default:
                continue  # it holds that already
            table.allocate(column.name)
        target = table.data[column.name][..., member._block]
        if firms is None:
            np.copyto(target, value, casting="same_kind", where=mask)
        else:
            theirs = value if np.ndim(value) == 0 else np.broadcast_to(value, mask.shape).take(firms)
            target.reshape(-1)[firms] = np.asarray(theirs).astype(target.dtype, casting="same_kind", copy=False)


class ContractRow(Row):
    """A compute contract of a start-up with a cloud, or the talks about one."""

    table = "contracts"

    lessor = RowField(NONE, dtype=np.int32, unit="cloud", names=("host", "second"),
                      docs=("the cloud that it trains on", "a second host", "the cloud"))  # fmt: skip
    form = RowField(PLAIN, dtype=np.int8, unit="kind", names=("contract",),
                    docs=("plain, preferred, exclusive, right of first refusal",))  # fmt: skip
    part = RowField(0.0, unit="0-1", names=("", "second_share"), ranks=(1, MOST_ROWS),
                    docs=("", "share of compute wanted from the second host", "share of compute wanted"))  # fmt: skip
    term = RowField(0.0, unit="months", names=("term",), docs=("left of the contract",))
    tenure = RowField(0.0, unit="months", names=("tenure",), ranks=(0, 0), docs=("with the present host",))
    since = RowField(NO_MONTH, dtype=np.int16, unit="months", low=-np.inf,
                     docs=(f"in which it was signed, 0 is January 2022; {NO_MONTH}: no contract",))  # fmt: skip
    talks = RowField(NONE, dtype=np.int32, unit="cloud", names=("talks", "second_talks"),
                     docs=("a host that it negotiates with", "a second host that it negotiates with",
                           "a cloud that it negotiates with"))  # fmt: skip
    talks_left = RowField(0.0, unit="months", names=("talks_left", "second_talks_left"),
                          docs=("until the contract under negotiation is signed",
                                "until the contract with a second host is signed",
                                "until the contract is signed"))  # fmt: skip
    got = RowField(0.0, unit="H100e", names=("", "used_second"), ranks=(1, MOST_ROWS),
                   docs=("", "compute that it got from the second host", "compute that it got there"))  # fmt: skip
    fill = RowField(1.0, unit="0-1", names=("host_fill",), ranks=(0, 0),
                    docs=("share of what it asks of its first host that it gets, smoothed",))  # fmt: skip
    reserved = RowField(0.0, unit="H100e", docs=("compute reserved by the contract",))
    price = RowField(0.0, unit="$/h", docs=("price at signature of an H100e-hour; 0: the lessor's rent of the month",))
    tied_to = RowField(FIXED, dtype=np.int8, unit="kind", docs=("what the price follows: nothing, list",))
    index = RowField(0.0, unit="$/h", docs=("what the price follows, at signature",))
    due = RowField(0.0, unit="0-1", docs=("part of the reserved compute that is paid, used or not",))
    ahead = RowField(0.0, unit="M$", docs=("paid ahead and not yet used",))
    coming = RowField(0.0, unit="H100e", docs=("compute that it will reserve once the lessor has it",))
    coming_in = RowField(0.0, unit="months", docs=("until that is there",))
    late = RowField(0.0, unit="months", docs=("in a row in which what was due was not paid in full",))
    dated = RowField(0, dtype=np.int8, unit="0-1", docs=("1 if the data say that it was signed, 0 if it was decided",))

    @property
    def key(self) -> str:
        """What the log of ties calls this row: the column of its lessor."""
        return type(self).lessor.column(self.rank)

    @property
    def stage(self) -> Any:
        """How far it has come: none, talks or signed (see :data:`STAGES`), shape (worlds, n)."""
        return np.where(self.lessor != NONE, SIGNED, np.where(self.talks != NONE, TALKS, NO_STAGE)).astype(np.int8)

    @property
    def share(self) -> Any:
        """Share of the compute wanted that is asked here, 0-1; of the first contract what the others leave."""
        if self.rank:
            return self.part
        others = [row.part for row in type(self).of(self.member, "part")]
        return 1.0 - (reduce(np.add, others) if others else 0.0)


class StakeRow(Row):
    """A stake that a cloud holds in a start-up; the latest is row 0, and the only one that is paid in instalments."""

    table = "stakes"

    owner = RowField(NONE, dtype=np.int32, unit="cloud", names=("vendor", "vendor_before"),
                     docs=("the cloud that holds a stake (the latest)", "an earlier cloud's stake",
                           "the cloud that holds it"))  # fmt: skip
    share = RowField(0.0, unit="0-1", names=("vendor_share", "vendor_before_share"), docs=("that cloud's stake",))
    paid = RowField(0.0, unit="M$", names=("vendor_paid", "vendor_before_paid"),
                    docs=("what that cloud has paid for it",))  # fmt: skip
    since = RowField(NO_MONTH, dtype=np.int16, unit="months", low=-np.inf,
                     docs=(f"in which shares were last bought, 0 is January 2022; {NO_MONTH}: none",))  # fmt: skip
    pledged = RowField(0.0, unit="M$", names=("pledged",), ranks=(0, 0),
                       docs=("promised for its shares by the latest cloud and not yet paid",))  # fmt: skip
    pledge_rate = RowField(0.0, unit="M$/month", names=("pledge_rate",), ranks=(0, 0),
                           docs=("what of that is paid in a month",))  # fmt: skip
    pledge_credit = RowField(0.0, unit="0-1", names=("pledge_credit",), ranks=(0, 0),
                             docs=("part of it that is paid as compute",))  # fmt: skip
