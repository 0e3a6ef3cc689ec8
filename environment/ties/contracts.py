"""Compute contracts: the verbs that write them, and nobody else does.

A contract is a row of a lab's table (:class:`kingmaker.agents.contract.ContractRow`); row 0 is that of its first host.
``offer`` opens talks and ``break_off`` ends them; ``sign`` fills a row, ``renew`` and ``loosen`` give it a new term or
form, ``amend`` moves its share, ``move`` puts it in another's place, ``end`` empties it, ``release`` does so when the
lessor is gone. Each sets every field, logs the tie and tells the chronicle. ``serve`` and ``pass_month`` keep what a
contract remembers. All masks are of shape (worlds, start-ups).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kingmaker.agents.contract import FIXED, NO_MONTH, PLAIN, ContractRow, write_row
from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray
from kingmaker.environment.core.lookups import at_host
from kingmaker.environment.ties.reservations import lapse_row
from kingmaker.environment.ties.scene import Scene, Told

TENANCY = ("startups", "clouds")


@dataclass(frozen=True)
class Terms:
    """What a contract says; each field is one value for all, or of shape (worlds, start-ups).

    Attributes:
        form: plain, preferred, exclusive, right of first refusal.
        share: of the compute wanted that is asked here; the first contract has what the others leave.
        term: months; 0 is until further notice.
        reserved: compute set aside for the lessee, H100e.
        price: of an H100e-hour at signature, $; 0 is the lessor's rent of the month.
        tied_to: what the price follows.
        due: part of the reserved compute that is paid, used or not.
        ahead: paid ahead, M$.
        dated: 1 if the data say that it was signed.
    """

    form: IntArray | int = PLAIN
    share: FloatArray | float = 0.0
    term: FloatArray | float = 0.0
    reserved: FloatArray | float = 0.0
    price: FloatArray | float = 0.0
    tied_to: IntArray | int = FIXED
    due: FloatArray | float = 0.0
    ahead: FloatArray | float = 0.0
    dated: IntArray | int = 0


_EMPTY = Terms()


def row_of(e: Scene, k: int) -> ContractRow:
    """Row ``k`` of all labs' contracts.

    Raises:
        KingmakerError: there are fewer.
    """
    rows = e.startups.view().contracts
    if not 0 <= k < len(rows):
        raise KingmakerError(
            f"contracts: there is no row {k}; allowed is 0 to {len(rows) - 1} (ties.most_contracts = {len(rows)})."
        )
    return rows[k]


def offer(
    e: Scene, where: BoolArray, k: int, lessor: IntArray, months: FloatArray, *, told: Told | None = None
) -> None:
    """Talks begin: in ``months`` (worlds, start-ups) row ``k`` may be signed with ``lessor``."""
    if where.any():
        write_row(row_of(e, k), where, talks=lessor, talks_left=months)
        _tell(e, where, told)


def break_off(e: Scene, where: BoolArray, k: int) -> None:
    """Talks come to nothing."""
    if where.any():
        write_row(row_of(e, k), where, talks=NONE, talks_left=0.0)


def negotiate(e: Scene, k: int) -> None:
    """Talks about row ``k`` are a month nearer to their end."""
    row = row_of(e, k)
    talking = row.talks != NONE
    if talking.any():
        write_row(row, talking, talks_left=np.maximum(row.talks_left - 1.0, 0.0))


def sign(
    e: Scene,
    where: BoolArray,
    k: int,
    lessor: IntArray,
    terms: Terms = _EMPTY,
    *,
    why: str = "decision",
    since: int | None = None,
    told: Told | None = None,
) -> None:
    """Labs in ``where`` sign a contract with ``lessor`` in row ``k``, in place of what stood there.

    A lab has one contract with a cloud: another row with the same lessor ends, and so do talks with it.

    Args:
        e: the economy.
        where: whose.
        k: which row; 0 makes the lessor its first host.
        lessor: the cloud, (worlds, start-ups).
        terms: what it says.
        why: where it is documented, or the rule that made it.
        since: the month of signature, if not this one (0 = January 2022).
        told: what the chronicle says.
    """
    if not where.any():  # nothing to sign, in any world
        return
    row = row_of(e, k)
    lessor = np.array(np.broadcast_to(lessor, where.shape))  # it may be a view of a row that changes below
    _log_end(e, row, where & (row.lessor != NONE), why="decision")
    for other in e.startups.view().contracts_in_use:
        if other.rank != k:
            end(e, where & (other.lessor == lessor), other.rank)
    month = e.month if since is None else since
    _fill(e, row, where, lessor, terms, month)
    for other in e.startups.view().contracts:  # nobody goes on to negotiate with the host that it has
        break_off(e, where & ((other.talks == lessor) | (other.rank == k and k > 0)), other.rank)
    _log(e, "start", row, where, why, month)
    _tell(e, where, told)


def renew(
    e: Scene,
    where: BoolArray,
    k: int,
    *,
    term: FloatArray | float | None = None,
    form: IntArray | int | None = None,
    why: str = "decision",
    told: Told | None = None,
) -> None:
    """The contract in row ``k`` goes on, for another ``term``, or in another ``form``; only a form is news."""
    if not where.any():
        return
    row = row_of(e, k)
    if term is not None:
        write_row(row, where, term=term)
    if form is not None:
        write_row(row, where, form=form)
        _log(e, "change", row, where, why, e.month)
    _tell(e, where, told)


def loosen(e: Scene, where: BoolArray, k: int, form: int, *, why: str = "decision", told: Told | None = None) -> None:
    """The form of the contract in row ``k`` binds the lab less from now on."""
    renew(e, where, k, form=form, why=why, told=told)


def amend(e: Scene, where: BoolArray, k: int, share: FloatArray | float) -> None:
    """The share of compute that is asked in row ``k`` (1 or more) moves; the first host has what is left."""
    if where.any():
        row = row_of(e, k)
        write_row(row, where, part=_within(row, share))


def note_first(e: Scene, where: BoolArray, why: str = "decision") -> None:
    """Log that the first host's share has changed, as another contract has come or gone."""
    _log(e, "change", row_of(e, 0), where, why, e.month)


def move(e: Scene, where: BoolArray, k: int, to: int, terms: Terms, *, why: str) -> None:
    """The contract in row ``k`` takes the place of the one in row ``to``, on new ``terms``, and its own is empty."""
    if not where.any():
        return
    lessor = row_of(e, k).lessor.copy()
    end(e, where, k)
    sign(e, where, to, lessor, terms, why=why)


def end(e: Scene, where: BoolArray, k: int, *, why: str = "decision", told: Told | None = None) -> None:
    """The contract in row ``k`` ends; talks about another in its place go on."""
    row = row_of(e, k)
    where = where & (row.lessor != NONE)
    if not where.any():
        return
    _log_end(e, row, where, why)
    _fill(e, row, where, NONE, _EMPTY, NO_MONTH)
    _tell(e, where, told)


def release(e: Scene, gone: BoolArray, term: FloatArray) -> BoolArray:
    """Contracts and talks with lessors that are ``gone`` (worlds, clouds) end; another host becomes the first.

    Args:
        e: the economy.
        gone: who has left.
        term: of the contract of who is promoted, months.

    Returns:
        Whose first host is gone.
    """
    startups = e.startups.view()
    left = gone.astype(np.float64)
    lost = {row.rank: at_host(left, row.lessor) > 0.0 for row in startups.contracts_in_use}
    for row in startups.contracts_in_use:
        end(e, lost[row.rank], row.rank)
    waits = lost[0]
    for row in startups.contracts_in_use[1:]:
        heir = waits & (row.lessor != NONE)
        move(e, heir, row.rank, 0, Terms(term=term), why="its first host has failed")
        waits = waits & ~heir
    for row in startups.contracts:
        break_off(e, at_host(left, row.talks) > 0.0, row.rank)
    return lost[0]


def serve(e: Scene, got: Sequence[FloatArray], fill: FloatArray) -> None:
    """What the labs have got this month under their contracts beside the first, and how well the first serves them.

    Args:
        e: the economy.
        got: compute by row in use, H100e, each (worlds, start-ups).
        fill: share of what it asks of its first host that a lab gets, smoothed.
    """
    startups = e.startups.view()
    for row, amount in zip(startups.contracts_in_use, got, strict=True):
        if row.rank:
            write_row(row, startups.alive, got=amount)
    write_row(row_of(e, 0), startups.alive, fill=fill)


def pass_month(e: Scene) -> None:
    """Contracts are a month older; those beside the first that have a term end with it.

    Where compute is reserved the term begins with the first of it; what becomes of it then is for the lab to decide.
    """
    startups = e.startups.view()
    first = row_of(e, 0)
    hosted = first.lessor != NONE
    write_row(
        first, startups.alive, term=np.where(hosted, np.maximum(first.term - 1.0, 0.0), 0.0),
        tenure=np.where(hosted, first.tenure + 1.0, 0.0),
    )  # fmt: skip
    for row in ContractRow.of(startups, "term"):
        if row.rank:
            runs = (row.reserved > 0.0) | (row.coming <= 0.0)
            runs_out = runs & (row.term > 0.0) & (row.term <= 1.0) & (row.reserved <= 0.0)
            write_row(row, startups.alive & runs, term=np.maximum(row.term - 1.0, 0.0))
            end(e, runs_out, row.rank, why="its term is over")


def _fill(e: Scene, row: ContractRow, where: BoolArray, lessor: IntArray | int, terms: Terms, month: int) -> None:
    """Every field of a row but those of talks; what a tenancy remembers is of its host, and goes with it."""
    if not row.member._table.untouched(type(row).ahead.column(row.rank)):
        lapse_row(e, row, where)
    write_row(
        row, where, lessor=lessor, form=terms.form, term=terms.term, since=month, reserved=terms.reserved,
        price=terms.price, tied_to=terms.tied_to, due=terms.due, ahead=terms.ahead, dated=terms.dated,
        index=0.0, coming=0.0, coming_in=0.0, late=0.0,
    )  # fmt: skip
    if row.rank:
        write_row(row, where, part=_within(row, terms.share), got=0.0)
        return
    write_row(row, where, tenure=0.0 if month == NO_MONTH else float(max(e.month - month, 0)), fill=1.0)
    _forget(e.startups.view(), where)


def _within(row: ContractRow, share: FloatArray | float) -> FloatArray | float:
    """A share, or what the other contracts beside the first leave of it if together they would be more than all."""
    others = [other.part for other in ContractRow.of(row.member, "part") if other.rank != row.rank]
    if not others:
        return share
    return np.asarray(np.minimum(share, np.maximum(1.0 - np.sum(others, axis=0), 0.0)))


def _forget(startups: Startup, where: BoolArray) -> None:
    startups.fill = np.where(where, 1.0, startups.fill)
    startups.royalty = np.where(where, 0.0, startups.royalty)
    startups.strain = np.where(where, 0.0, startups.strain)


def _log(e: Scene, action: str, row: ContractRow, where: BoolArray, why: str, month: int) -> None:
    if e.partnerships.keep:
        e.partnerships.note(
            month, action, "cloud_contract", row.key, where, TENANCY, row.lessor, subtype=row.form, share=row.share,
            term=row.term, why=why,
        )  # fmt: skip


def _log_end(e: Scene, row: ContractRow, where: BoolArray, why: str) -> None:
    e.partnerships.note(e.month, "end", "cloud_contract", row.key, where, TENANCY, row.lessor, why=why)


def _tell(e: Scene, where: BoolArray, told: Told | None) -> None:
    if told is not None:
        e.note_event(where, "startups", *told)
