"""The sector's income statement: who earns what on AI, and who pays for it, made of the ledger's own entries."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kingmaker.agents.arithmetic import positive
from kingmaker.agents.calendar import month_label, years_in
from kingmaker.agents.cloud import TYPES
from kingmaker.agents.errors import KingmakerError, nearest, shown
from kingmaker.agents.types import FloatArray
from kingmaker.agents.units import YEAR
from kingmaker.environment.core.entries import Entries, Entry
from kingmaker.environment.core.ledger import Ledger, LedgerError
from kingmaker.environment.record import income_lines as il
from kingmaker.environment.record.income_sector import AI_INCOME, CAPEX, DEFINITIONS, RATIO, consolidated

if TYPE_CHECKING:
    import pandas as pd

PERIODS = ("year", "month")
_CASH = (il.INCOME, il.COST, il.INVESTMENT, il.FINANCE, il.AHEAD)
_SUMS = {il.RESULT: _CASH[:2], il.LEFT: _CASH[:3], il.CHANGE: _CASH}


class Line(NamedTuple):
    """A line of the statement."""

    party: str
    type: str
    section: str
    line: str


Accounts = dict[tuple[str, str, str], FloatArray]  # party, section, line -> M$, (worlds, months, types of clouds or 1)


def statement(ledger: Ledger) -> dict[Line, FloatArray]:
    """All lines, M$ a month, each of shape (worlds, months).

    Raises:
        KingmakerError: the ledger keeps no months.
        LedgerError: a kind of payment that has no place in the statement.
    """
    if not ledger.history:
        raise KingmakerError("income: this stack keeps no flows; build it with keep_ties=True.")
    accounts = _accounts(ledger.book_of_entries.months, ledger.worlds)
    lines: dict[Line, FloatArray] = {}
    for (party, section, line), amount in accounts.items():
        _add(lines, party, section, line, amount)
    for (party, name), amount in _sums(accounts).items():
        _add(lines, party, il.TOTAL, name, amount)
    shape = (ledger.worlds, len(ledger.book_of_entries.months))
    sector = consolidated({key: amount.sum(axis=-1) for key, amount in accounts.items()}, shape)
    return lines | {Line(il.WHOLE, "", *key): amount for key, amount in sector.items()}


def _accounts(months: Sequence[Entries], worlds: int) -> Accounts:
    """Entries of all months by party, section and line; received is positive, paid negative.

    All is added up in one order, so that a world's sums have the same bits alone and in any stack.
    """
    series: dict[Entry, FloatArray] = {}
    for month, entries in enumerate(months):
        for entry, amount in entries.items():
            if entry not in series:
                series[entry] = np.zeros((worlds, len(months), amount.shape[-1]))
            series[entry][:, month] = amount
    accounts: Accounts = {}
    for entry, amounts in sorted(series.items(), key=itemgetter(0)):
        for place, signed in _places(entry, amounts):
            accounts[place] = accounts[place] + signed if place in accounts else signed
    _divide_costs(accounts)
    return dict(sorted(accounts.items()))


def _places(entry: Entry, amount: FloatArray) -> list[tuple[tuple[str, str, str], FloatArray]]:
    """Where an entry stands, with its sign; ``amount`` is of shape (worlds, months, types or 1, or sectors outside)."""
    if entry.kind not in il.BOOKINGS:
        raise LedgerError(
            f"income: payments of the kind '{entry.kind}' have no line.{nearest(entry.kind, il.BOOKINGS)}"
        )
    booking = il.BOOKINGS[entry.kind]
    section, signed = (booking.payer, -amount) if entry.pays else (booking.payee, amount)
    outside = entry.party == "sectors"
    found = []
    for slot in range(amount.shape[-1] if outside else 1):
        mine = signed[..., slot : slot + 1] if outside else signed
        if outside and not mine.any():
            continue
        party = il.role(entry.party, entry.kind, slot)
        found.append(((party, section, booking.line), mine))
        if entry.drawn and booking.ahead:
            found.append(((party, il.AHEAD, booking.ahead), -mine))
    return found


def _divide_costs(accounts: Accounts) -> None:
    """Costs of ordinary cloud, which are as much as its revenue, belong to the other business (il.UNDIVIDED)."""
    revenue = accounts.pop((il.CLOUDS, il.FINANCE, il.CLOUD_REVENUE), None)
    if revenue is None:
        return
    received = accounts.pop((il.OTHER_BUSINESS, il.FINANCE, il.CLOUD_REVENUE))
    costs = accounts.get((il.CLOUDS, il.COST, il.RUNNING), np.zeros_like(revenue))
    beside = np.minimum(-costs, revenue)
    accounts[il.CLOUDS, il.COST, il.RUNNING] = costs + beside
    whole = beside.sum(axis=-1, keepdims=True)
    for key, amount in (
        ((il.CLOUDS, il.FINANCE, il.OTHER_CASH), revenue - beside),
        ((il.OTHER_BUSINESS, il.FINANCE, il.OTHER_CASH), received + whole),
        ((il.SUPPLIERS, il.INCOME, il.RUNNING), -whole),
    ):
        accounts[key] = accounts[key] + amount if key in accounts else amount


def _sums(accounts: Accounts) -> dict[tuple[str, str], FloatArray]:
    """Result, what is left after investment, and change of cash of each party."""
    sums: dict[tuple[str, str], FloatArray] = {}
    for (party, section, _), amount in accounts.items():
        for name, sections in _SUMS.items():
            before = sums.setdefault((party, name), np.zeros_like(amount))
            sums[party, name] = before + amount if section in sections else before
    return sums


def _add(lines: dict[Line, FloatArray], party: str, section: str, line: str, amount: FloatArray) -> None:
    """A line, of clouds by type and for all."""
    if party != il.CLOUDS:
        lines[Line(party, "", section, line)] = np.ascontiguousarray(amount[..., 0])
        return
    lines[Line(party, il.ALL, section, line)] = amount.sum(axis=-1)
    for k, kind in enumerate(TYPES):
        lines[Line(party, kind, section, line)] = np.ascontiguousarray(amount[..., k])


def by_year(amounts: FloatArray) -> FloatArray:
    """Sums over the months of each calendar year; months are the last axis but keep their place: (..., years)."""
    starts = np.arange(0, amounts.shape[-1], YEAR)
    return np.asarray(np.add.reduceat(amounts, starts, axis=-1))


def income_frame(ledger: Ledger, world: int = 0, by: str = "year") -> pd.DataFrame:
    """The statement of one world: year (or month), party, type, section, line, amount, unit.

    Lines in which nothing is paid in any month are left out, but for those of the AI sector.

    Args:
        ledger: that keeps its months.
        world: which world of a stack.
        by: ``year`` or ``month``.

    Raises:
        KingmakerError: the ledger keeps no months, or ``by`` is neither.
    """
    import pandas as pd

    if by not in PERIODS:
        raise KingmakerError(f"income: by is {shown(by)}; allowed are {', '.join(PERIODS)}.{nearest(str(by), PERIODS)}")
    lines = {line: amount[world] for line, amount in statement(ledger).items()}
    kept = {line: amount for line, amount in lines.items() if line.party == il.WHOLE or amount.any()}
    months = len(ledger.book_of_entries.months)
    if by == "year":
        kept = {line: by_year(amount) for line, amount in kept.items()}
        periods: list[int] | list[str] = list(years_in(months))
    else:
        periods = [month_label(month) for month in range(months)]
    units = dict.fromkeys(kept, "M$")
    with_ratio(kept, units)
    ordered = sorted(kept, key=order)
    rows = [(period, *line, float(kept[line][k]), units[line]) for k, period in enumerate(periods) for line in ordered]
    return pd.DataFrame(rows, columns=[by, *Line._fields, "amount", "unit"])


def with_ratio(lines: dict[Line, FloatArray], units: dict[Line, str]) -> None:
    """Add AI capex over AI income of each period to lines that are summed over periods already."""
    capex, income = (lines[Line(il.WHOLE, "", il.CAPITAL, name)] for name in (CAPEX, AI_INCOME))
    ratio = Line(il.WHOLE, "", il.CAPITAL, RATIO)
    lines[ratio] = np.where(income > 0.0, capex / positive(income), np.nan)
    units[ratio] = "ratio"


_PARTIES, _TYPES, _SECTIONS = (il.WHOLE, *il.SECTOR), ("", il.ALL, *TYPES), tuple(il.SECTIONS)
_LINES = (*dict.fromkeys(booking.line for booking in il.BOOKINGS.values()), *_SUMS)
_LINES_OF_SECTOR = tuple(line for _, line in DEFINITIONS)


def order(line: Line) -> tuple[int, str, int, int, int]:
    """The sector first, then its parts, then the others; types, sections and lines as they are declared."""
    rank = _PARTIES.index(line.party) if line.party in _PARTIES else len(_PARTIES)
    lines = _LINES_OF_SECTOR if line.party == il.WHOLE else _LINES
    return rank, line.party, _TYPES.index(line.type), _SECTIONS.index(line.section), lines.index(line.line)
