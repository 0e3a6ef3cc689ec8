"""Mesa's view of a model: every firm an agent of its own, every measure a reporter of the data collector."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from mesa import DataCollector, Model

from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.types import Who
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.measure_table import Measures
from kingmaker.environment.worlds.firm_facts import FirmFacts


def register(model: Model, economy: Economy, measures: Measures) -> None:
    """Give each firm of a single world an agent, and the model a data collector."""
    numbers = _Numbers()
    for name, population in economy.populations.items():
        population.register(model, numbers)
        population.table.on_intervention = _Intervention(economy, name)
        population.table.facts = FirmFacts(economy, name)
    reporters = {name: functools.partial(_latest, name) for name in measures.known}
    model.datacollector = DataCollector(model_reporters=reporters)


def _latest(name: str, model: Any) -> float:
    """A model reporter of Mesa's DataCollector: the latest value of one measure."""
    return float(model.measures.latest(name))


class _Numbers:
    """1, 2, 3, … for agents' unique ids; unlike itertools' count, it can be pickled in every version of Python."""

    def __init__(self) -> None:
        self.last = 0

    def __iter__(self) -> _Numbers:
        return self

    def __next__(self) -> int:
        self.last += 1
        return self.last


class _Intervention:
    """Books money set from outside against the rest of the economy, so that the ledger still closes."""

    def __init__(self, economy: Economy, population: Who) -> None:
        self.economy, self.population = economy, population

    def __call__(self, slot: int, column: str, value: float) -> None:
        if column != "cash":
            raise KingmakerError(
                f"{self.population}: '{column}' cannot be set, as it follows from contracts; "
                "only cash can be given or taken."
            )
        if self.population == "sectors" and slot == 0:
            raise KingmakerError(
                "the cash of the rest of the economy cannot be set: it is the other side of all that is given or taken."
            )
        if not (np.isfinite(value) and value >= 0.0):
            raise KingmakerError(f"{self.population}: cash is {value!r}; allowed is a number from 0 on (M$).")
        cash = self.economy.populations[self.population].table.data["cash"]
        change = np.zeros_like(cash)
        change[0, slot] = value - cash[0, slot]
        given, taken = np.maximum(change, 0.0), np.maximum(-change, 0.0)
        self.economy.from_rest("intervention", self.population, given)
        self.economy.pay_rest("intervention", self.population, taken)
