"""What a registered firm tells of itself when it is printed: who hosts and owns it, money, compute, its rank."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kingmaker.agents.cards import amount
from kingmaker.agents.cloud import Cloud
from kingmaker.agents.contract import CONTRACTS
from kingmaker.agents.member import Member, columns_of
from kingmaker.agents.startup import Startup
from kingmaker.agents.types import NONE, REGIONS, FloatArray, Who
from kingmaker.environment.core.economy import Economy

LEAST_SHARE = 0.0005  # of a stake that is named: less would be written as 0.0 %
MOST_NAMED = 5  # tenants or holdings
MONEY = ("revenue", "sales", "ai_revenue", "outlays", "spending", "value", "debt")  # shown where a firm has them


class FirmFacts:
    """Tells the facts of the firm in a slot of one population; can be pickled with the model."""

    def __init__(self, economy: Economy, population: Who) -> None:
        """Nothing is read yet."""
        self.economy, self.population = economy, population

    def __call__(self, firm: Member) -> dict[str, str]:
        """By name, the facts of a firm, the most telling first."""
        names = columns_of(type(firm))
        facts = self._ties(firm) | self._size(firm)
        for name in ("cash", *(money for money in MONEY if money in names)):
            if (held := float(getattr(firm, name))) != 0.0 or name == "cash":
                facts[name.replace("_", " ")] = f"{amount(held)} {names[name].unit}"
        region = getattr(firm, "region", NONE)
        return facts | ({"region": REGIONS[region]} if region != NONE else {})

    def _ties(self, firm: Any) -> dict[str, str]:
        if isinstance(firm, Startup):
            hosts = [self._hosted(row) for row in firm.contracts if row.lessor != NONE]
            owners = [
                f"{self._cloud(int(row.owner))} {_per_cent(float(row.share))}"
                for row in firm.owners
                if row.owner != NONE and row.share >= LEAST_SHARE
            ]
            return {"host": "; ".join(hosts) or "none", "clouds' stakes": "; ".join(owners) or "none"}
        if isinstance(firm, Cloud):
            return self._tenants(firm)
        return {}

    def _hosted(self, row: Any) -> str:
        reserved = f", {amount(row.reserved)} H100e reserved" if row.reserved > 0.0 else ""
        return f"{self._cloud(row.lessor)} ({CONTRACTS[row.form].replace('_', ' ')}{reserved})"

    def _cloud(self, slot: int) -> str:
        return self._named("clouds", slot)

    def _named(self, population: Who, slot: int) -> str:
        agent = self.economy.populations[population].agents.get(slot)
        return f"{population} {slot}" if agent is None else str(agent.name)

    def _tenants(self, cloud: Cloud) -> dict[str, str]:
        """Its largest tenants, and the labs in which it holds the largest stakes."""
        labs, slot = self.economy.startups.view(), cloud._slot
        rented = np.any([row.lessor[0] == slot for row in labs.contracts_in_use], axis=0)
        held = np.sum([np.where(row.owner[0] == slot, row.share[0], 0.0) for row in labs.owners_held], axis=0)
        tenants, _ = self._largest(np.where(rented, labs.used[0], -1.0), 0.0)
        names, shares = self._largest(held, LEAST_SHARE)
        stakes = [f"{name} {_per_cent(share)}" for name, share in zip(names, shares, strict=True)]
        return {"tenants": _listed(tenants, int(rented.sum())), "stakes in": _listed(stakes, len(stakes))}

    def _largest(self, sizes: FloatArray, least: float) -> tuple[list[str], list[float]]:
        """Names and sizes of the few largest labs of at least a size, the largest first."""
        order = [int(place) for place in np.argsort(-sizes, kind="stable")[:MOST_NAMED] if sizes[place] >= least]
        return [self._named("startups", place) for place in order], [float(sizes[place]) for place in order]

    def _size(self, firm: Any) -> dict[str, str]:
        measure = next((size for kind, size in SIZES.items() if isinstance(firm, kind)), None)
        if measure is None:
            return {}
        view = self.economy.populations[self.population].view()
        sizes, alive = measure(view)[0], view.alive[0]
        mine = float(sizes[firm._slot])
        rank = 1 + int(np.sum(alive & (sizes > mine)))
        return {"compute": f"{amount(mine)} H100e, rank {rank} of {int(np.sum(alive))}"}


def _per_cent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def _listed(names: list[str], of: int) -> str:
    more = f" and {of - len(names)} more" if of > len(names) else ""
    return ", ".join(names) + more or "none"


def _used(labs: Any) -> FloatArray:
    return np.asarray(labs.used + labs.own_used)


SIZES: Mapping[type[Member], Callable[[Any], FloatArray]] = {Startup: _used, Cloud: lambda clouds: clouds.capacity}
