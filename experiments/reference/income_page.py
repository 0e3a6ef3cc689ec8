"""The reference page of the sector's income statement: where each kind of payment stands, and what its lines mean."""

from __future__ import annotations

from collections.abc import Iterator

from kingmaker.environment.core.ledger import KINDS
from kingmaker.environment.record import income_lines as il
from kingmaker.environment.record.income_sector import DEFINITIONS
from kingmaker.experiments.reference.accounts import DRAWN, who


def page() -> str:
    """Sections, allocation, the consolidated sector, and the classification of all kinds of payments."""
    roles = "role of the rest of the economy"
    text = [
        "# Income statement of the sector", "",
        "Who earns what on AI, and who pays for it: `model.income_frame()`, `income.csv` and the figure `income`.",
        "It is made of the entries of the [ledger](ledger.md) alone: a line of all parties adds up to zero, and a",
        "party's lines to its change of cash. Made by `kingmaker reference`; do not edit by hand.", "",
        "## Sections", "", "| section | what it holds |", "|---|---|",
        *(f"| {section} | {meaning} |" for section, meaning in il.SECTIONS.items()), "",
        "## What the ledger cannot tell apart", "", il.UNDIVIDED, "",
        "## The AI sector consolidated", "",
        "Chipmakers, clouds and start-ups as one: what one of them pays another cancels out.", "",
        "| section | line | definition |", "|---|---|---|",
        *(f"| {section} | {line} | {meaning} |" for (section, line), meaning in DEFINITIONS.items()), "",
        "## Where each kind of payment stands", "",
        "The rest of the economy pays and is paid in several roles, which are parties of their own. A claim that is",
        f"drawn stands in its sections as a payment does and, with the sign turned, under *{il.AHEAD}* in the line",
        "named with it: its money has moved before.", "",
        f"| payment | who pays whom | line | section of the payer | of the payee | {roles} |",
        "|---|---|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in _rows()), "",
    ]  # fmt: skip
    return "\n".join(text)


def _rows() -> Iterator[tuple[str, ...]]:
    for kind in (*KINDS, *DRAWN):
        booking = il.BOOKINGS[kind]
        line = booking.line + (f" (drawn: {booking.ahead})" if booking.ahead else "")
        if kind == "cloud_revenue":
            line = f"{il.OTHER_CASH} (with its costs)"
        yield f"`{kind}`", who(kind), line, booking.payer, booking.payee, booking.rest
