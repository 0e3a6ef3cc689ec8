"""All that a month works on: populations, markets' state, ledger, luck and the policy in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.chipmaker import Chipmaker
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.draws import Draws
from kingmaker.agents.enterprise import Enterprise
from kingmaker.agents.firm import Sector
from kingmaker.agents.investor import Investor
from kingmaker.agents.population import Population
from kingmaker.agents.regulator import Regulator
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import BoolArray, FloatArray, Who
from kingmaker.environment.core.ledger import Ledger
from kingmaker.environment.core.month import InForce, Month
from kingmaker.environment.core.streams import Streams

if TYPE_CHECKING:
    from kingmaker.environment.capital.capital_market import Comovement
    from kingmaker.environment.capital.news import News
    from kingmaker.environment.chips.chip_state import Chips, Conditions
    from kingmaker.environment.inputs.extensions import Extensions
    from kingmaker.environment.inputs.parameters import StackedParameters
    from kingmaker.environment.inputs.tables import Tables
    from kingmaker.environment.ties.partnerships import Partnerships


@dataclass(repr=False)
class Economy:
    """One world or a stack of worlds, in the month that is being worked on (0 = January 2022)."""

    worlds: int
    month: int
    tables: Tables
    p: StackedParameters
    streams: Streams
    populations: Mapping[Who, Population[Any]]
    chips: Chips
    conditions: Conditions
    ledger: Ledger
    partnerships: Partnerships
    extensions: Extensions
    news: News
    comovement: Comovement
    refused_entries: FloatArray  # start-ups for which there was no slot, (worlds,)
    refused_contracts: FloatArray  # dated ones for which there was no row, (worlds,)
    now: Month = field(init=False)  # what this month's phases have left for those that follow
    events: list[tuple[int, int, str, str, str]] = field(default_factory=list)  # world, month, kind, who, text

    def __repr__(self) -> str:
        """How many worlds, and the month; what it holds would fill pages."""
        return f"<Economy: {self.worlds} world{'s' * (self.worlds > 1)}, month {self.month}>"

    @property
    def chipmakers(self) -> Population[Chipmaker]:
        """Who sells chips."""
        return self.populations["chipmakers"]

    @property
    def clouds(self) -> Population[Cloud]:
        """Who rents out compute, or owns it for itself."""
        return self.populations["clouds"]

    @property
    def startups(self) -> Population[Startup]:
        """AI start-ups."""
        return self.populations["startups"]

    @property
    def enterprises(self) -> Population[Enterprise]:
        """Sectors of users: firms and households."""
        return self.populations["enterprises"]

    @property
    def investors(self) -> Population[Investor]:
        """Funds."""
        return self.populations["investors"]

    @property
    def regulators(self) -> Population[Regulator]:
        """Authorities."""
        return self.populations["regulators"]

    @property
    def sectors(self) -> Population[Sector]:
        """The rest of the economy, and the public sector."""
        return self.populations["sectors"]

    @property
    def in_force(self) -> InForce:
        """The policy of this month."""
        return self.now.in_force

    def begin_month(self) -> None:
        """Forget what last month's phases had left."""
        self.now = Month(self.worlds, self.clouds.slots, self.startups.slots)

    def draws(self, decision: str, population: Who) -> Draws:
        """The luck of all slots of a population in one decision of this month."""
        return self.streams.draws(decision, self.month, self.populations[population].table.ids)

    def to_sectors(self, *, rest: FloatArray | None = None, public: FloatArray | None = None) -> FloatArray:
        """Amounts of the rest of the economy and of the public sector, each (worlds,), as shape (worlds, 2)."""
        amounts = np.zeros((self.worlds, 2))
        if rest is not None:
            amounts[:, 0] = rest
        if public is not None:
            amounts[:, 1] = public
        return amounts

    def pay_rest(self, kind: str, payer: Who, amount: FloatArray) -> None:
        """Firms pay the rest of the economy."""
        self.ledger.pay(kind, payer, amount, "sectors", self.to_sectors(rest=amount.sum(axis=-1)))

    def pay_public(self, kind: str, payer: Who, amount: FloatArray) -> None:
        """Firms pay the public sector."""
        self.ledger.pay(kind, payer, amount, "sectors", self.to_sectors(public=amount.sum(axis=-1)))

    def from_rest(self, kind: str, payee: Who, amount: FloatArray) -> None:
        """The rest of the economy pays firms."""
        self.ledger.pay(kind, "sectors", self.to_sectors(rest=amount.sum(axis=-1)), payee, amount)

    def note_event(self, where: BoolArray, population: Who, kind: str, text: str) -> None:
        """Note an event for the chronicle, for each named firm in ``where`` (worlds, n); only where ties are kept."""
        if not self.partnerships.keep or not where.any():
            return
        names = self.populations[population].table.names
        for world, slot in zip(*np.nonzero(where), strict=True):
            who = names.get((int(world), int(slot)))
            if who is not None:
                self.events.append((int(world), self.month, kind, who, text))

    def end_phase(self) -> None:
        """Make the bulk views of the phase unusable."""
        for population in self.populations.values():
            population.end_phase()
