"""What contracts reserve: the verbs that write it, and nobody else does.

``reserve`` adds compute to a contract, to come or at once, and takes what is paid ahead; ``deliver`` moves what has
come; ``sign_again`` renews it at the price of the day; ``cut_back`` takes less, where a lab cannot pay; ``use_ahead``
draws down what was paid; ``run_late`` counts months in arrears; ``lapse`` and ``lapse_row`` give up what was paid. All
masks are of shape (worlds, start-ups).
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import positive
from kingmaker.agents.contract import FIXED, ContractRow, write_row
from kingmaker.agents.types import NONE, BoolArray, FloatArray, IntArray
from kingmaker.environment.core.lookups import Hosted, Listed, by_host
from kingmaker.environment.ties.scene import Scene, Told


def reserve(
    e: Scene, where: BoolArray, row: ContractRow, amount: FloatArray, *, price: FloatArray, index: FloatArray,
    tied_to: IntArray, due: FloatArray, ahead: FloatArray, at_once: FloatArray, delivery: FloatArray,
) -> None:  # fmt: skip
    """Labs in ``where``, all of which have a lessor in ``row``, reserve more there.

    Price and part due become the means of old and new.

    Args:
        e: the economy.
        where: whose.
        row: of which contract.
        amount: H100e, (worlds, start-ups).
        price: of the day, $ an hour.
        index: the list as it stands now, $ an hour.
        tied_to: nothing or the list.
        due: part that is paid, used or not.
        ahead: paid ahead, M$; the lessor owes compute for it.
        at_once: part of the amount that is there, 0-1.
        delivery: months until the rest is.
    """
    theirs = Listed(np.where(where, row.lessor, NONE), e.clouds.slots)  # few do so in a month
    if not len(theirs):
        return
    held, added, fresh, now = map(theirs.of, (row.reserved + row.coming, amount, price, index))
    whole = held + added
    mean = np.where(whole > 0.0, (held * price_now(row, now, theirs) + added * fresh) / positive(whole), fresh)
    part_due = theirs.of(due)
    part_due = part_due + (theirs.of(row.due) - part_due) * held / positive(whole)
    paid = theirs.of(ahead)
    e.ledger.pay("prepayment", "startups", theirs.table(paid), "clouds", theirs.sum(paid))
    here, wait = theirs.of(at_once), theirs.of(delivery)
    coming = np.where((here < 1.0) & (wait > 0.0), (1.0 - here) * added, 0.0)
    values = {
        "reserved": theirs.of(row.reserved) + (added - coming), "coming": theirs.of(row.coming) + coming,
        "coming_in": np.where(coming > 0.0, wait, theirs.of(row.coming_in)), "price": mean, "index": now,
        "tied_to": theirs.of(tied_to), "due": part_due, "ahead": theirs.of(row.ahead) + paid,
    }  # fmt: skip
    write_row(row, where, **{name: theirs.table(value) for name, value in values.items()})


def price_now(row: ContractRow, index: FloatArray, holders: Hosted | None = None) -> FloatArray:
    """Price of what a contract reserves this month, $ an hour: as signed, or moved with the list (``index``).

    Args:
        row: the contract.
        index: the list as it stands now, $ an hour.
        holders: those whose contract is asked for, in the shape of ``index``; all labs if it is left out.
    """
    tied_to, before, price = row.tied_to, row.index, row.price
    if holders is not None:
        tied_to, before, price = holders.of(tied_to), holders.of(before), holders.of(price)
    return np.asarray(price * np.where((tied_to != FIXED) & (before > 0.0), index / positive(before), 1.0))


def deliver(e: Scene) -> None:
    """What is to come is a month nearer; what is there is reserved from now on."""
    startups = e.startups.view()
    for row in ContractRow.of(startups, "coming"):
        waits = row.coming > 0.0
        if not waits.any():
            continue
        left = np.maximum(row.coming_in - 1.0, 0.0)
        here = waits & (left <= 0.0)
        write_row(row, waits, coming_in=left)
        write_row(row, here, reserved=row.reserved + row.coming, coming=0.0)


def sign_again(
    where: BoolArray, row: ContractRow, most: FloatArray, price: FloatArray, index: FloatArray, due: FloatArray
) -> None:
    """What ``row`` reserves is signed again on the terms of the day, and no more than ``most`` (H100e) of it.

    Args:
        where: whose.
        row: of which contract.
        most: H100e, (worlds, start-ups).
        price: $ an hour.
        index: the list as it stands now, $ an hour.
        due: part that is paid, used or not.
    """
    where = where & (row.reserved > 0.0)
    if where.any():
        write_row(row, where, reserved=np.minimum(row.reserved, most), price=price, index=index, due=due, late=0.0)


def cut_back(e: Scene, where: BoolArray, row: ContractRow, part: FloatArray, told: Told) -> None:
    """Labs in ``where`` are held to ``part`` (0-1) of what they had reserved; nothing more is to come.

    Who is cut off leaves behind what it had paid ahead.
    """
    if where.any():
        lapse_row(e, row, where & (part <= 0.0))
        write_row(row, where, reserved=row.reserved * part, coming=0.0, coming_in=0.0, late=0.0)
        e.note_event(where, "startups", *told)


def run_late(row: ContractRow, late: FloatArray) -> None:
    """Count ``late`` (worlds, start-ups), the months in a row in which what was due was not paid in full."""
    if late.any() or not row.member._table.untouched(type(row).late.column(row.rank)):
        write_row(row, row.member.alive, late=late)


def use_ahead(e: Scene, row: ContractRow, drawn: FloatArray) -> None:
    """M$ of what was paid ahead that are used up this month; the ledger has booked them."""
    if drawn.any():
        write_row(row, e.startups.view().alive, ahead=np.maximum(row.ahead - drawn, 0.0))


def lapse(e: Scene, where: BoolArray) -> None:
    """What the labs in ``where`` have paid ahead under contracts is the lessors' now: they leave it behind."""
    for row in ContractRow.of(e.startups.view(), "ahead"):
        lapse_row(e, row, where)


def lapse_row(e: Scene, row: ContractRow, where: BoolArray) -> None:
    """The same of one contract, as it ends."""
    lost = np.where(where, row.ahead, 0.0)
    if lost.any():
        e.ledger.draw_down("lapsed", "startups", lost, "clouds", by_host(lost, row.lessor, e.clouds.slots))
        write_row(row, where, ahead=0.0)
