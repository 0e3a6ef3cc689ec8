"""What the writers of ties need of the economy."""

from __future__ import annotations

from typing import Protocol

from kingmaker.agents.cloud import Cloud
from kingmaker.agents.population import Population
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import BoolArray, Who
from kingmaker.environment.core.ledger import Ledger
from kingmaker.environment.ties.partnerships import Partnerships

Told = tuple[str, str]  # a sentence of the chronicle: its kind and its text


class Scene(Protocol):
    """The month in which a tie is written: :class:`kingmaker.environment.core.economy.Economy` is one."""

    month: int
    ledger: Ledger
    partnerships: Partnerships

    @property
    def startups(self) -> Population[Startup]:
        """AI start-ups."""

    @property
    def clouds(self) -> Population[Cloud]:
        """Who rents out compute."""

    def note_event(self, where: BoolArray, population: Who, kind: str, text: str) -> None:
        """Note an event for the chronicle, for each named firm in ``where`` (worlds, n)."""
