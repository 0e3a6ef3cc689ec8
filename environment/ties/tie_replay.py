"""Replays the log of ties: which stand after each month, what was signed and ended in it, and the weights of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.calendar import month_label
from kingmaker.agents.startup import CONTRACTS
from kingmaker.agents.types import BoolArray

if TYPE_CHECKING:
    from kingmaker.environment.ties.tie_flows import TieFlows
    from kingmaker.environment.ties.tie_log import Change

HOSTS = {"host": "first", "second": "second"}  # role of the contract, by its row
Firm = tuple[str, int]  # population and slot
Key = tuple[Any, ...]  # kind, slot of the tie, keeper's population and slot, partner's slot and population


@dataclass
class Tie:
    """A tie that stands or stood.

    Attributes:
        key: kind, slot of the tie, keeper's population and slot, partner's slot and population. The keeper is the firm
            in whose columns the tie is held: the start-up of a contract or stake, the chipmaker, the authority.
        ids: of keeper and partner.
        since: first month.
        paid: money to date for shares, M$.
        paid_now: the same in the month ``paid_in``.
        held: a fund's part of the firm.
        agreed: share agreed at the start, which holds until the first month is over.
    """

    key: Key
    ids: tuple[int, int]
    since: int
    subtype: str = ""
    role: str = ""
    why: str = ""
    paid: float = 0.0
    paid_now: float = 0.0
    paid_in: int | None = None
    held: float = 0.0
    agreed: float = 0.0

    @property
    def kind(self) -> str:
        """The kind of tie."""
        return str(self.key[0])

    @property
    def ends(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """Source and target, each as population and id; an equity tie leads from the holder to the firm held."""
        keeper, partner = (self.key[2], self.ids[0]), (self.key[5], self.ids[1])
        return (partner, keeper) if self.kind == "equity" else (keeper, partner)


@dataclass
class Step:
    """A step in the life of a tie: start, change or end, with what the tie was like then."""

    action: str
    month: int
    tie: Tie
    subtype: str
    role: str
    why: str
    deal: float = 0.0


@dataclass
class Replay:
    """Follows one world's log from month to month.

    Args:
        log: changes in the order in which they happened.
        founded: how many of them stood before the first month.
        flows: what went over the ties.
        world: which world.
        ids: population -> ids of its slots, where a slot is never given to another firm.
        chosen: only ties of these slots of start-ups; None is all.
    """

    log: list[Change]
    founded: int
    flows: TieFlows
    world: int
    ids: Mapping[str, Any]
    chosen: BoolArray | None = None
    ties: dict[Key, Tie] = field(default_factory=dict)
    _at: int = 0
    _by_firm: dict[Firm, dict[Key, None]] = field(default_factory=dict)

    def found(self) -> list[Step]:
        """The ties that stand before the first month."""
        steps = [step for change in self.log[: self.founded] for step in self._apply(change)]
        self._at = self.founded
        return steps

    def month(self, month: int) -> list[Step]:
        """Go through one month; months must be taken in order, after :meth:`found`."""
        steps: list[Step] = []
        while self._at < len(self.log) and self.log[self._at].month <= month:
            steps += self._apply(self.log[self._at])
            self._at += 1
        return steps

    def _apply(self, change: Change) -> Iterator[Step]:
        mine = change.world == self.world
        if self.chosen is not None and change.source == "startups":
            mine = mine & self.chosen[change.source_slot]
        for k in np.flatnonzero(mine).tolist():
            keeper = (change.source, int(change.source_slot[k]))
            if change.action == "leave":
                yield from self._leave(keeper, change.month)
            elif change.action == "dilute":
                self._dilute(keeper, float(change.value[k]))
            elif change.action == "round":
                yield from self._round(change, k, keeper)
            else:
                yield from self._one(change, k, keeper)

    def _one(self, change: Change, k: int, keeper: Firm) -> Iterator[Step]:
        """A tie that starts, changes or ends, or over which shares are paid for."""
        slot = int(change.target_slot[k])
        key = (change.kind, change.slot, *keeper, slot, change.target)
        if change.action == "end":
            tie = self.ties.get(key)
            if tie is not None:
                yield self._end(tie, change.month, change.why)
            return
        tie = self.ties.get(key)
        new = tie is None
        if tie is None:
            target = self.ids[change.target][slot] if change.target_id is None else change.target_id[k]
            tie = self._open(key, (int(change.source_id[k]), int(target)), change)
        if change.action == "pay":
            _pay(tie, change.month, float(change.value[k]))
            if not new:
                return
        elif self._at < self.founded and change.kind == "equity":
            tie.paid += float(change.value[k])  # what the data say was paid before the first month
        if change.kind == "cloud_contract":
            tie.subtype = CONTRACTS[int(change.subtype[k])]
            tie.role = HOSTS.get(change.slot, "further")
        elif change.kind == "equity":
            tie.role = "strategic"
        tie.why = change.why
        tie.agreed = float(change.share[k])
        deal = float(change.value[k]) if change.kind == "equity" and change.action != "pay" else 0.0
        yield _step("start" if new else "change", change, tie, deal)

    def _round(self, change: Change, k: int, keeper: Firm) -> Iterator[Step]:
        """Funds buy new shares of a start-up together; one of them may lead."""
        part = self.flows.by_month[change.month][change.slot][self.world, int(change.subtype[k])]
        amount, bought = float(change.value[k]), float(change.share[k])
        self._dilute(keeper, 1.0 - bought)
        lead = int(change.target_slot[k])
        others = [tie for tie in self._of(keeper) if tie.key[1] == "investor"]
        for tie in others if lead >= 0 else ():
            tie.role = "syndicate"
        for fund in np.flatnonzero(part > 0.0).tolist():
            key = ("equity", "investor", *keeper, fund, "investors")
            known = self.ties.get(key)
            tie = known or self._open(key, (int(change.source_id[k]), int(self.ids["investors"][fund])), change)
            _pay(tie, change.month, amount * float(part[fund]))
            tie.held += bought * float(part[fund])
            tie.role = "lead" if fund == lead else "syndicate"
            tie.why = change.why
            yield _step("start" if known is None else "change", change, tie, amount * float(part[fund]))

    def _dilute(self, keeper: Firm, kept: float) -> None:
        for tie in self._of(keeper):
            if tie.key[1] == "investor":
                tie.held *= kept

    def _leave(self, firm: Firm, month: int) -> Iterator[Step]:
        for tie in list(self._of(firm)):
            yield self._end(tie, month, "one of the two has left the market")

    def _of(self, firm: Firm) -> Iterator[Tie]:
        for key in self._by_firm.get(firm, {}):
            yield self.ties[key]

    def _open(self, key: Key, ids: tuple[int, int], change: Change) -> Tie:
        tie = Tie(key, ids, change.month)
        self.ties[key] = tie
        for firm in ((key[2], key[3]), (key[5], key[4])):
            self._by_firm.setdefault(firm, {})[key] = None
        return tie

    def _end(self, tie: Tie, month: int, why: str) -> Step:
        del self.ties[tie.key]
        for firm in ((tie.key[2], tie.key[3]), (tie.key[5], tie.key[4])):
            self._by_firm[firm].pop(tie.key, None)  # once only, if a firm builds on its own model
        return Step("end", month, tie, tie.subtype, tie.role, why)


def _step(action: str, change: Change, tie: Tie, deal: float) -> Step:
    return Step(action, change.month, tie, tie.subtype, tie.role, tie.why, deal)


def _pay(tie: Tie, month: int, amount: float) -> None:
    tie.paid_now = amount + (tie.paid_now if tie.paid_in == month else 0.0)
    tie.paid, tie.paid_in = tie.paid + amount, month


def described(tie: Tie, weights: Mapping[str, float], step: Step | None = None) -> dict[str, Any]:
    """The attributes of an edge, or of a row of the log, in the order of ``tie_kinds.ATTRIBUTES``."""
    return {
        "kind": tie.kind,
        "subtype": tie.subtype if step is None else step.subtype,
        "role": tie.role if step is None else step.role,
        "since": month_label(tie.since),
        "until": "",
        **weights,
        "source": tie.why if step is None else step.why,
    }
