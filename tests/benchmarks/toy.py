"""Mesa's own idiom, as its tutorials teach it: one Python object a firm, and ``AgentSet.do``.

The toy month is far less than Kingmaker's: a firm chooses one of ten hosts by logit, pays rent, updates its cash, and
is replaced when it is bankrupt. It is written as a careful modeller would write it: no lookup that is not needed.
"""

from __future__ import annotations

import math

import mesa

HOSTS = 10
_exp = math.exp


class ToyFirm(mesa.Agent):
    """One firm."""

    def __init__(self, model: ToyMarket) -> None:
        super().__init__(model)
        self.cash = 5.0 + 20.0 * model.random.random()
        self.income = 0.8 + 0.4 * model.random.random()
        self.host = model.random.randrange(HOSTS)

    def step(self) -> None:
        """Choose a host by logit with a switching cost, pay, update, exit and be replaced."""
        model = self.model
        utility = model.utility[:]
        utility[self.host] += 2.0
        weights = [_exp(u) for u in utility]
        self.host = host = model.random.choices(range(HOSTS), weights)[0]
        rent = model.rents[host]
        self.cash += self.income * (0.5 + model.random.random()) - rent
        if self.cash < 0.0:
            self.remove()
            ToyFirm(model)


class ToyMarket(mesa.Model):
    """Hosts with rents; nothing else happens."""

    def __init__(self, firms: int, rng: int = 1) -> None:
        super().__init__(rng=rng)
        self.rents = [0.9 + 0.04 * h for h in range(HOSTS)]
        self.utility = [-rent for rent in self.rents]
        for _ in range(firms):
            ToyFirm(self)

    def step(self) -> None:
        """One toy month."""
        self.agents.do("step")
