"""Where each kind of payment stands in the sector's income statement: its line, and its section on either side.

A payment is the same line for both sides, and stands once in a section of the payer and once in one of the payee.
The form is that of a statement of sources and uses of funds in a stock-flow consistent model (Godley & Lavoie 2007).
"""

from __future__ import annotations

from typing import NamedTuple

from kingmaker.environment.core.parties import ALLOWED, OUTSIDE, PUBLIC, REST

INCOME, COST, INVESTMENT, FINANCE, AHEAD, MEMORANDUM = (
    "income", "cost", "investment", "finance", "paid ahead", "memorandum"
)  # fmt: skip
TOTAL, PAYS, EARNS, CAPITAL = "total", "who pays", "who earns", "capital spending"
RESULT, LEFT, CHANGE = "result", "left after investment", "change of cash"

SECTIONS = {
    INCOME: "what others pay for its goods and services, claims drawn included; positive",
    COST: "what it pays for running; negative",
    INVESTMENT: "chips and data centres it buys; negative, what it sells of them positive",
    FINANCE: "money that is neither income nor cost: shares, loans, other businesses, owners, subsidies",
    AHEAD: "money paid ahead, less what was drawn of it: turns income and cost into money received and paid",
    MEMORANDUM: "claims lost, for which no money moves; in no sum",
    TOTAL: f"sums: '{RESULT}' is income less cost, before depreciation (chips and centres "
    f"stand under {INVESTMENT}), '{LEFT}' the result less investment (negative: a gap that finance "
    f"and the cash at hand fill), '{CHANGE}' all of {INCOME}, {COST}, {INVESTMENT}, {FINANCE} and {AHEAD}",
    PAYS: "of the AI sector (chipmakers, clouds, start-ups) consolidated: who outside it pays for all",
    EARNS: "of the same: where the money goes; adds up to what those pay who pay",
    CAPITAL: "of the same: what it invests beside what it earns on AI",
}  # fmt: skip

CHIPMAKERS, CLOUDS, STARTUPS, USERS, INVESTORS, REGULATORS = (
    "chipmakers", "clouds", "start-ups", "users", "investors", "regulators"
)  # fmt: skip
SECTOR = (CHIPMAKERS, CLOUDS, STARTUPS)
WHOLE = "AI sector"
ALL = "all"  # types of clouds together
OF_POPULATION = {"startups": STARTUPS, "enterprises": USERS}  # others keep their names
SUPPLIERS, LENDERS, OWNERS = "suppliers", "lenders", "savers and owners"
OTHER_BUSINESS, USERS_BUSINESS, NOBODY = "clouds' other business", "users' other income", "outside the model"

# lines that are named below
SERVICES, RENT, OPEN, CHIPS, BUILDING = "services", "rent", "open models", "chips", "construction"
RUNNING, ENERGY, INTEREST, EQUITY, CREDIT = "supplies, wages and other costs", "energy", "interest", "equity", "credit"
DIVIDENDS, SAVINGS, SUBSIDIES, ESTATES, PURCHASES, OTHER_CASH = (
    "dividends", "savers' money", "subsidies", "estates", "takeovers", "other business"
)  # fmt: skip
COMPUTE_AHEAD, CHIPS_AHEAD, SUPPLY_AHEAD, USED_CHIPS, LICENCES, FEES = (
    "compute paid ahead", "chips paid ahead", "supplies paid ahead", "used chips", "licences and revenue shares",
    "switching charges",
)  # fmt: skip
HIRES, SALES = "teams hired away", "start-ups sold"
PUBLIC_COMPUTE, OWN_MONEY, SET = "public compute", "users' own money", "interventions"
OWN_BENEFIT = "own benefit"
CLOUD_REVENUE = "ordinary cloud"  # on the way only: it becomes a part of the other business, with its costs
TAXES = ("tax", "duty", "fines")


class Booking(NamedTuple):
    """How a kind of payment is classified."""

    line: str
    payer: str  # section of the payer
    payee: str  # section of the payee
    rest: str = ""  # in which role the rest of the economy pays or is paid
    ahead: str = ""  # the line of AHEAD out of which it comes when it is drawn, and no money moves


BOOKINGS: dict[str, Booking] = {
    "services": Booking(SERVICES, COST, INCOME),
    "licence": Booking(LICENCES, COST, INCOME),
    "revenue_share": Booking(LICENCES, COST, INCOME),
    "rent": Booking(RENT, COST, INCOME, ahead=COMPUTE_AHEAD),
    "sublet": Booking("sub-let compute", COST, INCOME),
    "wholesale": Booking("wholesale", COST, INCOME),
    "lease": Booking("leases between clouds", COST, INCOME, ahead=COMPUTE_AHEAD),
    "open_models": Booking(OPEN, COST, INCOME),
    "prepayment": Booking(COMPUTE_AHEAD, AHEAD, AHEAD),
    "egress": Booking(FEES, COST, INCOME),
    "parallel_egress": Booking(FEES, COST, INCOME),
    "public_compute": Booking(PUBLIC_COMPUTE, COST, INCOME),
    "deposits": Booking(CHIPS_AHEAD, AHEAD, AHEAD),
    "chips": Booking(CHIPS, INVESTMENT, INCOME),
    "refunds": Booking(CHIPS_AHEAD, AHEAD, AHEAD),
    "resale": Booking(USED_CHIPS, INVESTMENT, INVESTMENT),
    "construction": Booking(BUILDING, INVESTMENT, INCOME, SUPPLIERS),
    "outside_capex": Booking(OTHER_CASH, FINANCE, FINANCE, OTHER_BUSINESS),
    "supply_prepaid": Booking(SUPPLY_AHEAD, AHEAD, AHEAD, SUPPLIERS),
    "costs": Booking(RUNNING, COST, INCOME, SUPPLIERS),
    "energy": Booking(ENERGY, COST, INCOME, SUPPLIERS),
    "equity": Booking(EQUITY, FINANCE, FINANCE),
    "credit": Booking(CREDIT, FINANCE, FINANCE, LENDERS),
    "repayment": Booking(CREDIT, FINANCE, FINANCE, LENDERS),
    "interest": Booking(INTEREST, COST, INCOME, LENDERS),
    "commitments": Booking(SAVINGS, FINANCE, FINANCE, OWNERS),
    "dividends": Booking(DIVIDENDS, FINANCE, FINANCE, OWNERS),
    "outside_profit": Booking(OTHER_CASH, FINANCE, FINANCE, OTHER_BUSINESS),
    "own_benefit": Booking(OWN_BENEFIT, FINANCE, INCOME, OTHER_BUSINESS),
    "cloud_revenue": Booking(CLOUD_REVENUE, FINANCE, FINANCE, OTHER_BUSINESS),
    "acquisitions": Booking(PURCHASES, FINANCE, FINANCE),
    "hire_aways": Booking(HIRES, FINANCE, FINANCE),
    "trade_sales": Booking(SALES, FINANCE, FINANCE, USERS_BUSINESS),
    "estate": Booking(ESTATES, FINANCE, FINANCE, OWNERS),
    "tax": Booking("tax", COST, INCOME),
    "duty": Booking("duty", COST, INCOME),
    "fines": Booking("fines", COST, INCOME),
    "subsidy": Booking(SUBSIDIES, FINANCE, FINANCE),
    "income": Booking(OWN_MONEY, FINANCE, FINANCE, USERS_BUSINESS),
    "intervention": Booking(SET, FINANCE, FINANCE, NOBODY),
    "chips_drawn": Booking(CHIPS, INVESTMENT, INCOME, ahead=CHIPS_AHEAD),
    "forfeits": Booking("forfeited deposits", COST, INCOME, ahead=CHIPS_AHEAD),
    "supply_drawn": Booking(RUNNING, COST, INCOME, SUPPLIERS, ahead=SUPPLY_AHEAD),
    "lapsed": Booking("lapsed credit", COST, INCOME, ahead=COMPUTE_AHEAD),
    "default": Booking("default", MEMORANDUM, MEMORANDUM, LENDERS),
}

UNDIVIDED = (
    "Money has no name, so two things are allocated. (1) The payment `costs` of clouds holds the costs of their "
    "ordinary cloud, which the model sets equal to its revenue, as its margin is part of `outside_profit`: of "
    "each type's `costs` of a month as much as its `cloud_revenue` belongs to the other business, the rest to AI. "
    "(2) What owners of clouds put into AI out of their other business is what AI leaves unpaid: the cash flow of "
    "that business (`outside_profit` and `cloud_revenue` less their costs and `outside_capex`), with founders' "
    "money (`commitments`), less dividends, estates and what is added to cash. Income on AI, credit, equity and "
    "prepayments are thus spent on AI first, and dividends are paid out of the other business, which earns many "
    "times as much. Clouds' `tax` is on AI alone, as `outside_profit` is given after its own. Owners' own benefit "
    "from AI in their other business (better search, advertising, software) is booked as income that this business "
    "hands to the owner of the compute; its customers pay it, so it stands beside what users pay for AI itself."
)


def role(population: str, kind: str, slot: int = 0) -> str:
    """The party that a population is in a payment; ``slot`` tells the two sectors outside apart."""
    if population != "sectors":
        return OF_POPULATION.get(population, population)
    return BOOKINGS[kind].rest if OUTSIDE[slot] == REST else PUBLIC


def possible(kind: str) -> set[tuple[str, str, str]]:
    """Party, section and line that payments of a kind may give."""
    booking, found = BOOKINGS[kind], set()
    for pair in ALLOWED[kind]:
        for name, section in zip(pair, (booking.payer, booking.payee), strict=True):
            party = role("sectors", kind, OUTSIDE.index(name)) if name in OUTSIDE else role(name, kind)
            found.add((party, section, booking.line))
            if booking.ahead:
                found.add((party, AHEAD, booking.ahead))
    return found
