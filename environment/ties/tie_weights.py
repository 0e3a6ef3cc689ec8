"""The weights of a tie at the end of a month: what part of a firm's supply, compute or shares it is, and its money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kingmaker.agents.contract import MOST_ROWS, ContractRow, StakeRow
from kingmaker.agents.types import NONE
from kingmaker.agents.units import YEAR
from kingmaker.environment.ties.tie_flows import TieFlows, place
from kingmaker.environment.ties.tie_kinds import NUMBERS
from kingmaker.environment.ties.tie_replay import Tie

TERMS = ("term", "reserved", "coming", "price")  # what is told of a contract

Sizes = Mapping[str, Mapping[str, Any]]  # population -> column -> (slots,)


class TieWeights:
    """All weights at the end of one month in one world.

    Args:
        flows: what went over the ties.
        sizes: firms' attributes at the month's end.
        month: the month, 0 = January 2022; -1: before the first.
        world: which world.
    """

    def __init__(self, flows: TieFlows, sizes: Sizes, month: int, world: int) -> None:
        """Gather what is shared by all ties."""
        self.flows, self.sizes, self.month, self.world = flows, sizes, month, world
        self._of: dict[str, Callable[[Tie], dict[str, float]]] = {
            "cloud_contract": self._contract, "cloud_lease": self._lease, "equity": self._equity,
            "chip_supply": self._supply, "open_weights": self._lineage, "inquiry": self._case, "remedy": self._case,
        }  # fmt: skip
        self._arrays: dict[str, Any] = {}
        self._used: dict[int, list[int]] = {}  # month -> rows of contracts

    def of(self, tie: Tie) -> dict[str, float]:
        """The numbers of a tie, by the names of :data:`kingmaker.environment.ties.tie_kinds.NUMBERS`."""
        found = dict.fromkeys(NUMBERS, 0.0)
        for name, value in self._of[tie.kind](tie).items():
            found[name] = float(value)
        return found

    def _latest(self, name: str) -> Any:
        """This month's array in this world (of many start-ups that of the December before); None if there is none."""
        if name not in self._arrays:
            found = self.flows.latest(self.month, name)
            self._arrays[name] = None if found is None else found[self.world]
        return self._arrays[name]

    def _contract(self, tie: Tie) -> dict[str, float]:
        """Compute and rent of a tenant at a host; all of its hosts are looked at, as a second may become the first."""
        slot, cloud = int(tie.key[3]), int(tie.key[4])
        if self._latest(place("lessor", 0)) is None:
            return {"share": tie.agreed, **self._terms(tie)}
        row = next((k for k in self._rows(self.month) if self._latest(place("lessor", k))[slot] == cloud), None)
        if row is None:  # it ended before rent was paid: what has been paid until the month before
            return {"value_musd": self._before(tie)}
        rent, took = float(self._latest(place("rent", row))[slot]), self._latest("rent_income")
        used, at_host = float(self._latest("used")[slot]), float(self._latest(place("at", row))[slot])
        return {
            "share": _ratio(at_host, used), "seller_share": _ratio(rent, 0.0 if took is None else float(took[cloud])),
            "compute_h100e": at_host, "month_musd": rent, "value_musd": self._latest(place("total", row))[slot],
            **self._terms(tie),
        }  # fmt: skip

    def _lease(self, tie: Tie) -> dict[str, float]:
        """Compute and money of the leases of one cloud with another; what has begun to be delivered has both."""
        lessee, lessor = int(tie.key[3]), int(tie.key[4])
        to_date = self._sum("lease_paid", tie.since)
        found = {"value_musd": float(to_date[lessee, lessor]) if to_date.shape else 0.0}
        got, paid, term, whole = (self._latest(f"lease_{name}") for name in ("compute", "paid", "term", "whole"))
        if got is None:
            return found
        took, money = self._latest("rent_income"), float(paid[lessee, lessor])
        return found | {
            "share": _ratio(got[lessee, lessor], whole[lessee]), "compute_h100e": float(got[lessee, lessor]),
            "seller_share": _ratio(money, 0.0 if took is None else float(took[lessor])), "month_musd": money,
            "term_months": float(term[lessee, lessor]),
        }  # fmt: skip

    def _rows(self, month: int) -> list[int]:
        """The rows of contracts that were in use up to ``month``."""
        if month not in self._used:
            rows = range(MOST_ROWS)
            self._used[month] = [k for k in rows if self.flows.latest(month, place("lessor", k)) is not None]
        return self._used[month]

    def _before(self, tie: Tie) -> float:
        slot, cloud = int(tie.key[3]), int(tie.key[4])
        for k in self._rows(self.month - 1):
            host, total = (self.flows.latest(self.month - 1, place(name, k)) for name in ("lessor", "total"))
            if host is not None and total is not None and host[self.world, slot] == cloud and tie.since < self.month:
                return float(total[self.world, slot])
        return 0.0

    def _terms(self, tie: Tie) -> dict[str, float]:
        """What the contract says at the month's end: months left, compute reserved, and its price."""
        labs, slot, row = self.sizes["startups"], int(tie.key[3]), tie.key[1]
        if not (row in labs and int(labs["ids"][slot]) == tie.ids[0] and int(labs[row][slot]) == tie.key[4]):
            return {}

        def its(field: str) -> float:
            column = _FIELDS[row][field]
            return float(labs[column][slot]) if column in labs else 0.0

        reserved = its("reserved") + its("coming")
        price = its("price") if reserved > 0.0 else 0.0
        return {"term_months": its("term"), "reserved_h100e": reserved, "price_usd": price}

    def _equity(self, tie: Tie) -> dict[str, float]:
        now = tie.paid_now if tie.paid_in == self.month else 0.0
        money = {"month_musd": now, "value_musd": tie.paid}
        if tie.key[1] == "investor":
            return money | {"share": tie.held}
        labs, slot, cloud = self.sizes["startups"], int(tie.key[3]), int(tie.key[4])
        if int(labs["ids"][slot]) != tie.ids[0]:
            return money
        held = 0.0
        for owner, share in _STAKES.items():
            if owner in labs and int(labs[owner][slot]) == cloud:
                held += float(labs[share][slot])
        owed = float(labs["pledged"][slot]) if int(labs["vendor"][slot]) == cloud else 0.0
        return money | {"share": held, "pledged_musd": owed}

    def _supply(self, tie: Tie) -> dict[str, float]:
        maker, buyer = int(tie.key[3]), int(tie.key[4])
        if self.month < 0:
            orders = self._latest("chip_orders")
            return {"share": 0.0 if orders is None else _ratio(orders[maker, buyer], orders[:, buyer].sum())}
        year = self._sum("chip_bill", self.month - YEAR + 1)
        return {
            "share": _ratio(year[maker, buyer], year[:, buyer].sum()),
            "seller_share": _ratio(year[maker, buyer], self._sum("chip_sales", self.month - YEAR + 1)[maker]),
            "compute_h100e": self._latest("chip_compute")[maker, buyer],
            "month_musd": self._latest("chip_bill")[maker, buyer],
            "value_musd": self._sum("chip_bill", tie.since)[maker, buyer],
        }

    def _sum(self, name: str, first: int) -> Any:
        first = max(first, 0)
        key = f"{name} from {first}"
        if key not in self._arrays:
            self._arrays[key] = self.flows.total(name, first, self.month, self.world)
        return self._arrays[key]

    def _lineage(self, tie: Tie) -> dict[str, float]:
        """Builders' part in the sales that rest on the models of one developer."""
        labs = self.sizes["startups"]
        if "lineage" not in self._arrays:
            builds = labs["alive"] & (labs["base_model"] != NONE)
            codes = np.where(builds, labs["base_model"], 0)
            sales = np.bincount(codes, np.where(builds, labs["revenue"], 0.0), minlength=1)
            self._arrays["lineage"] = sales[codes] * builds
        slot = int(tie.key[3])
        same = int(labs["ids"][slot]) == tie.ids[0]
        return {"share": _ratio(float(labs["revenue"][slot]), float(self._arrays["lineage"][slot])) if same else 0.0}

    def _case(self, tie: Tie) -> dict[str, float]:
        shares = self._latest("cloud_share")
        return {} if shares is None else {"share": shares[int(tie.key[4])]}


_STAKES = {StakeRow.owner.column(k): StakeRow.share.column(k) for k in range(MOST_ROWS)}
_FIELDS = {  # by the column of a row's lessor: the columns of its fields
    ContractRow.lessor.column(k): {name: ContractRow.fields[name].column(k) for name in TERMS} for k in range(MOST_ROWS)
}


def _ratio(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole > 0.0 else 0.0
