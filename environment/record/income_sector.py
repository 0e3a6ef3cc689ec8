"""The AI sector consolidated: who outside it pays for all, where the money goes, and capital spending beside income."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.environment.record import income_lines as il

BY_USERS, BY_STATE, BY_OWNERS, BY_BUSINESS, BY_FUNDS, BY_LENDERS, BY_HAND = (
    "users", "public sector", "clouds' owners", "owners' gain", "investors", "lenders", "outside the model"
)  # fmt: skip
TO_CHIPMAKERS, TO_SUPPLIERS, TO_BUILDERS, TO_ENERGY, TO_STAFF, TO_STATE, TO_LENDERS, TO_LABS = (
    "chipmakers' profit", "chipmakers' supplies and wages", "data centres and own chips", "energy",
    "running clouds and start-ups", "tax, duty and fines", "interest", "start-ups' cash",
)  # fmt: skip
CAPEX, AI_INCOME, OWN_BENEFIT, RATIO = "AI capex", "AI income", il.OWN_BENEFIT, "AI capex over AI income"

DEFINITIONS = {
    (il.PAYS, BY_USERS): "services, rent and open models that enterprises and households pay for",
    (il.PAYS, BY_BUSINESS): "owners' own benefit: what AI earns or saves in their other business",
    (il.PAYS, BY_OWNERS): "what owners of clouds put into AI out of their other business: its cash flow, founders' "
    "money and what shares in start-ups sold outside AI bring, less dividends, estates and what is added to cash; "
    "negative where AI pays them",
    (il.PAYS, BY_FUNDS): "new shares of start-ups bought by funds, less what takeovers, teams hired away and "
    "estates bring them (what firms outside AI pay them for start-ups is not the sector's)",
    (il.PAYS, BY_LENDERS): "loans to clouds less repayment",
    (il.PAYS, BY_STATE): "public compute and subsidies",
    (il.PAYS, BY_HAND): "money set from outside the model at chipmakers, clouds and start-ups",
    (il.EARNS, TO_CHIPMAKERS): "chipmakers' income less cost, with subsidies: after tax, before dividends",
    (il.EARNS, TO_SUPPLIERS): "wafers, packaging, memory, research and wages of chipmakers",
    (il.EARNS, TO_BUILDERS): "construction: data centres, and own chips of clouds and start-ups",
    (il.EARNS, TO_ENERGY): "electricity",
    (il.EARNS, TO_STAFF): "wages and other costs of clouds (on AI) and start-ups",
    (il.EARNS, TO_STATE): "taxes, export duty and fines of the sector",
    (il.EARNS, TO_LENDERS): "interest of clouds",
    (il.EARNS, TO_LABS): "what start-ups add to their cash and to what they have paid ahead; negative: they draw on it",
    (il.CAPITAL, CAPEX): "chips and construction bought by clouds and start-ups, own chips included, used chips not",
    (il.CAPITAL, AI_INCOME): "services (of start-ups and clouds), rent (paid by start-ups, enterprises and the public "
    "sector; what start-ups pay out of their sales counts twice), open models, own benefit",
    (il.CAPITAL, OWN_BENEFIT): "what owners earn or save with AI in their other business",
    (il.CAPITAL, RATIO): "AI capex over AI income of the period; missing where there is no income",
}  # fmt: skip

Amounts = Mapping[tuple[str, str, str], FloatArray]


class _Reader:
    """Sums of lines, (worlds, months); a line that no payment gave is zero."""

    def __init__(self, amounts: Amounts, shape: tuple[int, int]) -> None:
        self._amounts, self._shape = amounts, shape

    def sum(self, parties: Iterable[str], section: str, lines: Iterable[str]) -> FloatArray:
        """Of these lines of a section over these parties."""
        total = np.zeros(self._shape)
        wanted = set(lines)
        for (party, mine, line), amount in self._amounts.items():
            if party in parties and mine == section and line in wanted:
                total = total + amount
        return total

    def all(self, party: str, *sections: str) -> FloatArray:
        """All lines of these sections of a party."""
        total = np.zeros(self._shape)
        for (mine, section, _), amount in self._amounts.items():
            if mine == party and section in sections:
                total = total + amount
        return total


def consolidated(amounts: Amounts, shape: tuple[int, int]) -> dict[tuple[str, str], FloatArray]:
    """Section and line -> M$ a month, of shape (worlds, months) as ``shape`` says."""
    read = _Reader(amounts, shape)
    pays, earns = _pays(read), _earns(read)
    return (
        {(il.PAYS, line): amount for line, amount in pays.items()}
        | {(il.EARNS, line): amount for line, amount in earns.items()}
        | {(il.CAPITAL, line): amount for line, amount in _capital(read).items()}
    )


def _kept(read: _Reader, party: str) -> FloatArray:
    """What a party adds to its cash and to what it has paid ahead, less what it owes of what it was paid ahead."""
    change = read.all(party, il.INCOME, il.COST, il.INVESTMENT, il.FINANCE, il.AHEAD)
    return np.asarray(change - read.all(party, il.AHEAD))


def _pays(read: _Reader) -> dict[str, FloatArray]:
    clouds, labs = (il.CLOUDS,), (il.STARTUPS,)
    owners = read.sum(clouds, il.FINANCE, (il.OTHER_CASH, il.SAVINGS, il.SALES, il.DIVIDENDS))
    owners = owners - read.sum((il.OWNERS,), il.FINANCE, (il.ESTATES,)) - _kept(read, il.CLOUDS)
    funds = (il.INVESTORS,)
    return {
        BY_USERS: -read.sum((il.USERS,), il.COST, (il.SERVICES, il.RENT, il.OPEN)),
        BY_BUSINESS: read.sum(clouds, il.INCOME, (il.OWN_BENEFIT,)),
        BY_OWNERS: owners,
        BY_FUNDS: -read.sum(funds, il.FINANCE, (il.EQUITY, il.PURCHASES, il.HIRES, il.ESTATES)),
        BY_LENDERS: read.sum(clouds, il.FINANCE, (il.CREDIT,)),
        BY_STATE: read.sum(clouds, il.INCOME, (il.PUBLIC_COMPUTE,)) + read.sum(il.SECTOR, il.FINANCE, (il.SUBSIDIES,)),
        BY_HAND: read.sum((*clouds, *labs, il.CHIPMAKERS), il.FINANCE, (il.SET,)),
    }


def _earns(read: _Reader) -> dict[str, FloatArray]:
    chips, users = (il.CHIPMAKERS,), (il.CLOUDS, il.STARTUPS)
    return {
        TO_CHIPMAKERS: read.all(il.CHIPMAKERS, il.INCOME, il.COST, il.INVESTMENT)
        + read.sum(chips, il.FINANCE, (il.SUBSIDIES, il.SET)),
        TO_SUPPLIERS: -read.sum(chips, il.COST, (il.RUNNING,)),
        TO_BUILDERS: -read.sum(users, il.INVESTMENT, (il.BUILDING,)),
        TO_ENERGY: -read.sum(users, il.COST, (il.ENERGY,)),
        TO_STAFF: -read.sum(users, il.COST, (il.RUNNING,)),
        TO_STATE: -read.sum(il.SECTOR, il.COST, il.TAXES),
        TO_LENDERS: -read.sum(users, il.COST, (il.INTEREST,)),
        TO_LABS: _kept(read, il.STARTUPS),
    }


def _capital(read: _Reader) -> dict[str, FloatArray]:
    others = read.sum((il.CLOUDS, il.STARTUPS), il.INCOME, (il.SERVICES, il.RENT, il.OPEN, il.PUBLIC_COMPUTE))
    benefit = read.sum((il.CLOUDS,), il.INCOME, (il.OWN_BENEFIT,))
    capex = -read.sum((il.CLOUDS, il.STARTUPS), il.INVESTMENT, (il.CHIPS, il.BUILDING))
    return {CAPEX: capex, AI_INCOME: others + benefit, OWN_BENEFIT: benefit}
