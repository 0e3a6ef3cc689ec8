"""What an extension may read and set: the economy as its hooks are handed it, part by part."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from kingmaker.environment.chips.chip_state import Chips, Conditions
from kingmaker.environment.core.month import InForce

HEAD = ("name", "what it is", "shape, unit", "an extension may")
READ, CALL, LEAVE = "read", "call", "leave alone"
FIRMS = "(worlds, slots); units: [state variables](state.md)"
# every public name of Economy; a test holds that none is missing
PARTS: dict[str, tuple[str, str, str]] = {
    "month": ("months since January 2022", "a whole number", READ),
    "worlds": ("number of worlds", "a whole number", READ),
    "p": (
        "parameters: `e.p.policy.tax`; one of your own by its declaration, `e.p[LIMIT]`",
        "(worlds, 1); units: [parameters](parameters.md)",
        "read; a dated event, a pin or a branch sets them",
    ),
    "chipmakers": ("who sells chips", FIRMS, "read and set columns that are no money and no contract, by `.view()`"),
    "clouds": ("who rents out compute, or owns it for itself", FIRMS, "as above"),
    "startups": ("AI start-ups; `e.startups.of(Patient)` are those of one kind", FIRMS, "as above"),
    "enterprises": ("sectors of users: firms and households", FIRMS, "as above"),
    "investors": ("funds", FIRMS, "as above"),
    "regulators": ("authorities", FIRMS, "as above"),
    "sectors": ("the rest of the economy (slot 0) and the public sector (slot 1)", FIRMS, READ),
    "populations": ("all of these by name, where the name is data", "", READ),
    "in_force": ("the policy of the month", "[below](#the-policy-in-force)", "read; set in `fix` and `price`"),
    "now": ("what phases have left this month", "[entries of the month](month.md#entries-of-the-month)", READ),
    "conditions": ("what everybody knows of last month", "[below](#what-everybody-knows-of-last-month)", READ),
    "chips": ("products, orders, stocks", "[below](#chips)", READ),
    "tables": ("the data files as read, a tuple of rows each", "[tables of data](data.md)", READ),
    "partnerships": (
        "the ties: `e.partnerships.graph()`, `to_frame()`, where they are kept (a run of one world)",
        "[ties](ties.md)",
        "read; write contracts and stakes by the verbs of `kingmaker.environment.ties.contracts` and `.stakes`",
    ),
    "ledger": (
        "the accounts: `e.ledger.pay(kind, payer, amount, payee, received)`, `e.ledger.flow(kind)`",
        "amounts (worlds, slots), M$; [who may pay whom](ledger.md)",
        "pay, at most what a firm has",
    ),
    "pay_public": ("`e.pay_public(kind, payer, amount)`: firms pay the public sector", "(worlds, slots), M$", CALL),
    "pay_rest": ("the same, to the rest of the economy", "(worlds, slots), M$", CALL),
    "from_rest": ("`e.from_rest(kind, payee, amount)`: the rest of the economy pays", "(worlds, slots), M$", CALL),
    "to_sectors": (
        "amounts for `e.ledger.pay` to or from `sectors`: `e.to_sectors(public=amount)`", "(worlds, 2), M$", CALL
    ),
    "draws": (
        "luck: `e.draws(\"my decision\", \"startups\").uniform()`, the same in every run of the seed", FIRMS[:15], CALL
    ),
    "note_event": (
        "`e.note_event(where, population, kind, text)`: a line of the chronicle a named firm", "(worlds, slots)", CALL,
    ),
    "news": ("announcements of contracts, as `model.news_frame()` gives them", "", READ),
    "events": ("the chronicle so far, as `model.events_frame()` gives it", "", "read; add to it by `e.note_event`"),
    "extensions": ("the extensions of the scenario", "", READ),
    "refused_entries": ("start-ups for which there was no slot", "(worlds,), firms", READ),
    "refused_contracts": ("contracts that the data date and that no row was free for", "(worlds,)", READ),
    "streams": ("where `e.draws` takes the luck from", "", LEAVE),
    "comovement": ("how values have moved together", "", LEAVE),
    "begin_month": ("opens the month", "", LEAVE),
    "end_phase": ("ends a phase", "", LEAVE),
}  # fmt: skip


def rows() -> Iterator[tuple[str, ...]]:
    """The parts of the economy."""
    for name, cells in PARTS.items():
        yield (f"`e.{name}`", *cells)


def conditions() -> Iterator[tuple[str, str]]:
    """What is known of last month: name and meaning, as its class says beside each."""
    for line in inspect.getsource(Conditions).splitlines():
        found = re.match(r"    (\w+): (?:Float|Int)Array  # (.+)", line)
        if found:
            yield found[1], found[2]


def chips() -> Iterator[tuple[str, str, str]]:
    """The arrays of :class:`Chips`: name, shape, meaning, as its docstring lists them."""
    for found in re.finditer(r"^ +(\w+): (\([^)]*\)); (.+)$", inspect.getdoc(Chips) or "", re.MULTILINE):
        yield found[1], found[2], found[3]


def in_force() -> Iterator[tuple[str, str, str, str]]:
    """The policy in force: name, shape, bounds, meaning."""
    for name, entry in InForce.entries.items():
        low, high = InForce.bounds[name]
        yield name, entry.shape, f"{low:g} to {high:g}" if high <= 1.0 else f"{low:g} on", entry.doc
