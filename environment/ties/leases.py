"""Leases between clouds, for years: the verbs that write them, and nobody else does.

A lease is a row of the lessee's table (:class:`kingmaker.agents.lease.LeaseRow`). ``sign`` fills an empty row,
``renew`` gives it a new term, ``cut`` makes it smaller and cheaper as the lessee cannot pay, ``serve`` counts what has
been delivered and uses what was paid ahead, ``end`` empties it, and ``release`` does so when one of the two is gone.
All that a cloud leases from another is one tie of the log. All masks are of shape (worlds, clouds).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kingmaker.agents.arithmetic import ratio
from kingmaker.agents.contract import NO_MONTH, write_row
from kingmaker.agents.lease import NOW, RUNS, LeaseRow
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray
from kingmaker.environment.core.lookups import at_host, by_host
from kingmaker.environment.ties.lease_book import LeaseBook
from kingmaker.environment.ties.scene import Scene

ENDS = ("clouds", "clouds")


@dataclass(frozen=True)
class LeaseTerms:
    """What a lease says; each field is one value for all, or of shape (worlds, clouds).

    Attributes:
        reserved: capacity, H100e.
        price: of an H100e-hour, $.
        due: part of what is delivered that is paid, used or not.
        ahead: paid ahead, M$.
        delivery: months until the first capacity is due.
        term: months of delivery.
    """

    reserved: FloatArray | float = 0.0
    price: FloatArray | float = 0.0
    due: FloatArray | float = 0.0
    ahead: FloatArray | float = 0.0
    delivery: FloatArray | float = 0.0
    term: FloatArray | float = 0.0


_EMPTY = LeaseTerms()


def sign(
    e: Scene,
    where: BoolArray,
    lessor: IntArray,
    terms: LeaseTerms,
    *,
    why: str = "decision",
) -> BoolArray:
    """Clouds in ``where`` lease capacity from ``lessor`` (worlds, clouds), each in its first empty row.

    Returns:
        Who has signed: all of them but those who have no empty row.
    """
    signed = np.zeros_like(where)
    for row in e.clouds.view().lease_rows:
        here = where & ~signed & (row.lessor == NONE)
        if here.any():
            _fill(row, here, lessor, terms, e.month)
            _log(e, "start", row, here, why)
            signed = signed | here
        if not (where & ~signed).any():
            break
    for slot, name in _named(e).items():
        e.note_event(signed & (lessor == slot), "clouds", "deal", f"leases capacity for years from {name}")
    return signed


def _named(e: Scene) -> dict[int, str]:
    """Names of the clouds by slot, where a chronicle is kept; a cloud's slot is never given to another."""
    if not e.partnerships.keep:
        return {}
    return {slot: name for (_, slot), name in e.clouds.table.names.items()}


def has_room(e: Scene) -> BoolArray:
    """Who has an empty row, (worlds, clouds)."""
    rows = e.clouds.view().lease_rows
    return np.asarray(np.any([row.lessor == NONE for row in rows], axis=0))


def renew(e: Scene, row: LeaseRow, where: BoolArray, term: FloatArray | float, price: FloatArray | float) -> None:
    """The lease goes on for another ``term``, months, at ``price``, $ per H100e-hour; nothing is paid ahead."""
    if where.any():
        write_row(row, where, term=term, length=term, price=price)
        _log(e, "change", row, where, "renewed as its term is over")


def cut(e: Scene, row: LeaseRow, where: BoolArray, part: FloatArray, price: FloatArray, *, why: str) -> None:
    """The two agree on ``part`` (0-1) of the capacity, and on a ``price`` that is no higher than before."""
    where = where & (row.lessor != NONE)
    if where.any():
        write_row(row, where, reserved=row.reserved * part, price=np.minimum(row.price, price))
        _log(e, "change", row, where, why)


def serve(book: LeaseBook, part: FloatArray, drawn: FloatArray) -> None:
    """A part of the capacity has been delivered this month.

    The term runs by as much, and what was drawn of the money paid ahead is used; capacity that was due has come.

    Args:
        book: all leases as they stood.
        part: of what is reserved, 0-1, as the fields of the book.
        drawn: M$, same shape.
    """
    term, ahead = np.maximum(book.term - part, 0.0), np.maximum(book.ahead - drawn, 0.0)
    begins = (part > 0.0) & (book.delivery == NOW)
    fields = zip(book.rows, book.split(part), book.split(term), book.split(ahead), book.split(begins), strict=True)
    for row, some, left, unused, new in fields:
        served = some > 0.0
        write_row(row, served, term=left, ahead=unused)
        if new.any():
            write_row(row, new, delivery=RUNS)


def pass_month(e: Scene) -> None:
    """Delivery comes a month nearer."""
    for row in e.clouds.view().leases:
        waits = row.delivery > NOW
        if waits.any():
            write_row(row, waits, delivery=np.maximum(row.delivery - 1.0, NOW))


def end(e: Scene, row: LeaseRow, where: BoolArray, *, why: str) -> None:
    """The lease ends; what is still paid ahead is lost to the lessor."""
    where = where & (row.lessor != NONE)
    if not where.any():
        return
    lost = np.where(where, row.ahead, 0.0)
    if lost.any():
        e.ledger.draw_down("lapsed", "clouds", lost, "clouds", by_host(lost, row.lessor, e.clouds.slots))
    _log(e, "end", row, where, why)
    _fill(row, where, NONE, _EMPTY, NO_MONTH)


def release(e: Scene, gone: BoolArray) -> None:
    """Leases end of which a side is ``gone`` (worlds, clouds): of a lessor as of a lessee."""
    left = gone.astype(np.float64)
    for row in e.clouds.view().leases:
        end(e, row, at_host(left, row.lessor) > 0.0, why="its lessor has failed")
        end(e, row, gone, why="its lessee has failed")


def record(e: Scene, book: LeaseBook, got: FloatArray, paid: FloatArray) -> None:
    """Keep what the month brought under the leases, for the graph: H100e and M$, as the fields of the book."""
    if not e.partnerships.keep:
        return
    clouds = e.clouds.view()

    def between(amount: FloatArray) -> FloatArray:
        """(worlds, lessees, lessors)."""
        to = book.lessor[..., np.newaxis] == np.arange(book.clouds)
        pairs = np.zeros((len(amount), book.clouds, book.clouds))
        for row in book.split((amount[..., np.newaxis] * to).reshape(len(amount), -1, book.clouds)):
            pairs = pairs + row
        return pairs

    reserved, months = between(book.reserved), between(book.reserved * book.term)
    e.partnerships.flows.record(
        e.month, lease_compute=between(got), lease_paid=between(paid), lease_term=ratio(months, reserved),
        lease_whole=clouds.capacity + clouds.leased_in,
    )  # fmt: skip


def _fill(row: LeaseRow, where: BoolArray, lessor: IntArray | int, terms: LeaseTerms, month: int) -> None:
    write_row(
        row, where, lessor=lessor, reserved=terms.reserved, price=terms.price, due=terms.due, ahead=terms.ahead,
        delivery=terms.delivery, term=terms.term, length=terms.term, since=month,
    )  # fmt: skip


def _log(e: Scene, action: str, row: LeaseRow, where: BoolArray, why: str) -> None:
    """All leases of a cloud with one lessor are one tie: it starts with the first and ends with the last of them."""
    if not e.partnerships.keep:
        return
    others = np.zeros_like(where)
    for other in e.clouds.view().leases:
        others = others | ((other.rank != row.rank) & (other.lessor == row.lessor))
    for step, here in ((action, where & ~others), ("change", where & others)):
        e.partnerships.note(e.month, step, "cloud_lease", "lease", here, ENDS, row.lessor, why=why)
