"""Stakes that clouds hold in labs: the verbs that write them, and nobody else does.

A stake is a row of a lab's table (:class:`kingmaker.agents.contract.StakeRow`), the latest first. ``sign`` puts a
buyer's stake in row 0 and moves the others down, ``amend`` sets its share, ``dilute`` makes all smaller as new shares
are sold to others, ``promise`` and ``pay`` keep what is still to be paid for it, ``release`` ends the stakes of clouds
that are gone. Each logs the tie. All masks are of shape (worlds, start-ups).
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import SMALL
from kingmaker.agents.contract import NO_MONTH, StakeRow, write_row
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray
from kingmaker.environment.core.lookups import at_host, by_host
from kingmaker.environment.ties.contracts import TENANCY
from kingmaker.environment.ties.scene import Scene

MOST_HELD = 0.95  # of a lab by clouds together: a guard, as its founders and funds hold something


def sign(
    e: Scene,
    where: BoolArray,
    owner: IntArray,
    stake: FloatArray,
    kept: FloatArray,
    amount: FloatArray,
    *,
    why: str,
    since: int | None = None,
) -> None:
    """Clouds buy new shares of the labs in ``where``.

    Args:
        e: the economy.
        where: whose.
        owner: the buyer, (worlds, start-ups).
        stake: part of the firm that the new shares are, 0-1; it adds to what the buyer holds already.
        kept: what is left of every old share as there are new ones, 0-1.
        amount: price agreed, M$.
        why: where it is documented, or the rule that made it.
        since: the month of signature, if not this one (0 = January 2022).
    """
    if not where.any():  # nothing is bought, in any world
        return
    startups = e.startups.view()
    stop, dropped = _place(startups, where, owner)
    last = startups.owners[-1]
    before = held_by_clouds(startups) - np.where(dropped, last.share, 0.0)
    dilute(e, where, kept)
    _write_off(e, last, dropped)
    _make_room(startups, where, owner, stop)
    first, month = startups.owners_held[0], e.month if since is None else since
    share = np.minimum(first.share + stake, MOST_HELD - _others(startups))
    write_row(first, where, owner=owner, share=share, since=month)
    _dilute_funds(e, where, before)
    e.partnerships.note(
        month, "start", "equity", "vendor", where, TENANCY, first.owner, share=first.share, value=amount, why=why
    )


def amend(e: Scene, where: BoolArray, share: FloatArray) -> None:
    """The latest stake in the labs in ``where`` is ``share`` of the firm."""
    if not where.any():
        return
    startups = e.startups.view()
    before = held_by_clouds(startups)
    write_row(startups.owners_held[0], where, share=np.minimum(share, MOST_HELD - _others(startups)))
    _dilute_funds(e, where, before)


def dilute(e: Scene, where: BoolArray, kept: FloatArray) -> None:
    """Of every cloud's stake in the labs in ``where`` the part ``kept`` is left, as new shares are sold."""
    for row in e.startups.view().owners_held:
        write_row(row, where, share=row.share * kept)


def promise(
    e: Scene, where: BoolArray, amount: FloatArray, credit: FloatArray, months: FloatArray, anew: BoolArray
) -> None:
    """The latest holder owes ``amount`` more for its shares, to be paid over some ``months``.

    Args:
        e: the economy.
        where: whose holder.
        amount: M$, (worlds, start-ups).
        credit: part of it that is paid as compute, 0-1.
        months: over which it is paid.
        anew: where what was promised before does not count any more; elsewhere promises add up.
    """
    if not where.any():
        return
    row = e.startups.view().owners_held[0]
    still = np.where(anew, 0.0, row.pledged)
    rate = np.where(anew, 0.0, row.pledge_rate)
    mixed = (still * row.pledge_credit + amount * credit) / np.maximum(still + amount, SMALL)
    write_row(row, where, pledge_credit=mixed, pledged=still + amount, pledge_rate=rate + amount / months)


def carry_over(e: Scene, where: BoolArray, left: FloatArray, rate: FloatArray, credit: FloatArray) -> None:
    """The latest holder has ``left`` M$ to pay of a purchase before January 2022, at ``rate`` M$ a month."""
    row = e.startups.view().owners_held[0]
    write_row(row, where, pledged=row.pledged + left, pledge_rate=row.pledge_rate + rate, pledge_credit=credit)


def pay(e: Scene, amount: FloatArray) -> None:
    """The latest holder has paid ``amount`` M$ (worlds, start-ups) of what it had promised."""
    row = e.startups.view().owners_held[0]
    where = amount > 0.0
    e.partnerships.note(e.month, "pay", "equity", "vendor", where, TENANCY, row.owner, value=amount)
    write_row(row, where, pledged=row.pledged - amount, paid=row.paid + amount)


def stop_paying(e: Scene) -> None:
    """Who has paid all that was promised pays no more."""
    startups = e.startups.view()
    row = startups.owners_held[0]
    write_row(row, row.pledged <= SMALL, pledge_rate=0.0)


def release(e: Scene, gone: BoolArray, why: str) -> BoolArray:
    """Stakes of clouds that are ``gone`` (worlds, clouds) end, and what these have promised is not paid.

    Returns:
        Whose latest holder is gone.
    """
    left = gone.astype(np.float64)
    rows = e.startups.view().owners_held
    lost = {row.rank: at_host(left, row.owner) > 0.0 for row in rows}
    for row in rows:
        where = lost[row.rank]
        e.partnerships.note(e.month, "end", "equity", "vendor", where, TENANCY, row.owner, why=why)
        write_row(row, where, owner=NONE, share=0.0, paid=0.0, since=NO_MONTH)
    write_row(rows[0], lost[0], pledged=0.0, pledge_rate=0.0, pledge_credit=0.0)
    return lost[0]


def held_by_clouds(startups: Startup) -> FloatArray:
    """Part of each lab that clouds hold together, 0-1, (worlds, start-ups)."""
    first, *others = startups.owners_held
    held = first.share
    for row in others:
        held = held + row.share
    return held


def _others(startups: Startup) -> FloatArray:
    """Part of each lab that clouds hold beside the latest."""
    held = np.zeros(startups.vendor.shape)
    for row in startups.owners_held[1:]:
        held = held + row.share
    return held


def _place(startups: Startup, where: BoolArray, owner: IntArray) -> tuple[IntArray, BoolArray]:
    """How far down a new stake pushes the others, and where the earliest falls out of the table.

    They move as far as the first row that is empty, or that the buyer itself held (its shares are one stake). Where
    neither is found, as many stakes are held as are followed, and the earliest goes.
    """
    rows = startups.owners
    held = rows[0].owner
    stop: IntArray = np.full(held.shape, NONE, dtype=np.int32)
    for row in reversed(rows[1:]):
        free = (row.owner == owner) | ((row.owner == NONE) & (held != NONE))
        stop = np.where(free, np.int32(row.rank), stop)
    for row in rows[1:]:  # the buyer's own row comes before an empty one
        stop = np.where(row.owner == owner, np.int32(row.rank), stop)
    moves = where & (held != owner)
    full = moves & (held != NONE) & (stop == NONE)
    stop = np.where(full, np.int32(len(rows) - 1), stop)
    return np.where(moves, stop, NONE).astype(np.int32), np.asarray(full)


def _make_room(startups: Startup, where: BoolArray, owner: IntArray, stop: IntArray) -> None:
    """Move stakes a row down as far as row ``stop`` (NONE: not at all), and what the buyer held there to the first."""
    rows = startups.owners
    moves = where & (stop != NONE)
    if not moves.any():
        return
    own_share, own_paid = np.zeros(where.shape), np.zeros(where.shape)
    for row in rows[1:]:
        mine = moves & (row.rank == stop) & (row.owner == owner)
        own_share, own_paid = np.where(mine, row.share, own_share), np.where(mine, row.paid, own_paid)
    for row in reversed(rows[1:]):
        above = rows[row.rank - 1]
        down = moves & (row.rank <= stop)
        if down.any():
            write_row(row, down, owner=above.owner, share=above.share, paid=above.paid, since=above.since)
    write_row(rows[0], moves, share=own_share, paid=own_paid)


def _write_off(e: Scene, row: StakeRow, dropped: BoolArray) -> None:
    """What a holder paid for a stake that is not followed any more is written off."""
    if not dropped.any():
        return
    e.ledger.book("clouds", "net_worth", "stakes", by_host(np.where(dropped, row.paid, 0.0), row.owner, e.clouds.slots))
    rows = row.rank + 1
    why = f"stakes of {rows} clouds are followed; this was the earliest of {rows + 1}"
    e.partnerships.note(e.month, "end", "equity", "vendor", dropped, TENANCY, row.owner, why=why)


def _dilute_funds(e: Scene, where: BoolArray, before: FloatArray) -> None:
    """What clouds did not hold ``before`` and do not hold now is split among the other owners as it was."""
    now = held_by_clouds(e.startups.view())
    e.partnerships.dilute(e.month, where, np.maximum(1.0 - now, 0.0) / np.maximum(1.0 - before, SMALL))
