"""An AI start-up ("lab"): raises money, chooses hosts, trains, sells, opens its weights or not, fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from agents.developer import Developer
from agents.draws import Draws
from agents.member import Column
from agents.offers import NEVER, Offers
from agents.types import NONE, BoolArray, FloatArray, IntArray

PLAIN, PREFERRED, EXCLUSIVE, FIRST_REFUSAL = 0, 1, 2, 3
CONTRACTS = ("plain", "preferred", "exclusive", "right_of_first_refusal")


class Startup(Developer):
    """An AI start-up that rents compute, trains models and sells what they do.

    Money, compute and staff are those of the slot, which stands for ``weight`` firms.
    """

    share: ClassVar[str] = ""  # of a user's kind: the key of the parameter that says which part of start-ups it is

    weight = Column(0.0, unit="firms", doc="how many firms the slot stands for")
    age = Column(0.0, unit="months", doc="since entry")
    compute_share = Column(0.0, unit="0-1", doc="share of its budget that it would spend on compute")
    frugality = Column(0.0, unit="0-1", doc="share of compute that its approach does without")
    product = Column(0.0, unit="log10 FLOP", doc="capability of what it sells: its own model or an open one")
    base_model = Column(NONE, dtype=np.int32, unit="developer", doc="whose open model it builds on")
    host = Column(NONE, dtype=np.int32, unit="cloud", doc="the cloud that it trains on")
    contract = Column(PLAIN, dtype=np.int8, unit="kind", doc="plain, preferred, exclusive, right of first refusal")
    term = Column(0.0, unit="months", doc="left of the contract")
    tenure = Column(0.0, unit="months", doc="with the present host")
    second = Column(NONE, dtype=np.int32, unit="cloud", doc="a second host")
    second_share = Column(0.0, unit="0-1", doc="share of compute wanted from the second host")
    talks = Column(NONE, dtype=np.int32, unit="cloud", doc="a host that it negotiates with")
    talks_left = Column(0.0, unit="months", doc="until the contract under negotiation is signed")
    wanted = Column(0.0, unit="H100e", doc="compute that it wants this month")
    used = Column(0.0, unit="H100e", doc="compute that it got this month")
    fill = Column(1.0, unit="0-1", doc="compute got over compute wanted, smoothed")
    peak_burn = Column(0.0, unit="M$/month", doc="the most spending beyond sales that it has set up so far")
    burn = Column(0.0, unit="M$/month", doc="level of spending that it has set up, beyond what sales bear")
    staff = Column(0.0, unit="M$/month", doc="wages and other costs without compute")
    growth = Column(0.0, unit="1/month", doc="growth of revenue, smoothed")
    investor = Column(NONE, dtype=np.int32, unit="fund", doc="lead investor")
    vendor = Column(NONE, dtype=np.int32, unit="cloud", doc="the cloud that holds a stake (the latest)")
    vendor_share = Column(0.0, unit="0-1", doc="that cloud's stake")
    vendor_before = Column(NONE, dtype=np.int32, unit="cloud", doc="an earlier cloud's stake")
    vendor_before_share = Column(0.0, unit="0-1", doc="that stake")
    vendor_cash = Column(0.0, unit="M$", doc="cash that came from the latest vendor and is not yet spent")
    credit_host = Column(NONE, dtype=np.int32, unit="cloud", doc="the cloud that owes it the compute paid ahead")
    paid_funds = Column(0.0, unit="M$", doc="paid for its shares by funds")
    paid_clouds = Column(0.0, unit="M$", doc="paid for its shares by clouds")
    raised_cash = Column(0.0, unit="M$", doc="cash that was raised and is not yet spent")
    rent_paid = Column(0.0, unit="M$/month", doc="rent of compute, from cash and from credit")
    spending_raised = Column(0.0, unit="M$/month", doc="raised money spent on compute this month")
    public_compute = Column(0.0, unit="H100e", doc="compute that a public programme gives it this month")

    @classmethod
    def born(cls, values: Mapping[str, Any], p: Any) -> Mapping[str, Any]:
        """Column values of newcomers of a user's kind, each (worlds, n), given those that any newcomer would have."""
        return values

    def plan_burn(self, p: Any) -> FloatArray:
        """Spending that it sets up beyond its sales, M$ a month, shape (..., n).

        New money is spread over ``p.startups.runway`` months (satisficing: Cyert & March 1963); once set up, teams and
        contracts go on until the end is near, and are then cut month by month.
        """
        near = self.cash < p.startups.cutting_runway * self.burn
        kept = np.where(near, (1.0 - p.startups.cut) * self.burn, self.burn)
        wanted = np.maximum(np.maximum(self.cash / p.startups.runway, kept), self._least_spending(p))
        return np.where(self.alive, wanted, 0.0)

    def _least_spending(self, p: Any) -> FloatArray:
        """What it cannot go below, M$ a month, shape (..., n): a few salaries, or the core of what it has set up."""
        return np.asarray(np.maximum(p.startups.minimum_staff * self.weight, p.startups.core * self.peak_burn))

    def budget(self, p: Any) -> tuple[FloatArray, FloatArray]:
        """Money for compute and for staff this month, M$, each of shape (..., n): never more than there is.

        What is set up beyond sales, and a part of sales, ``compute_share`` of it all on compute (less by those with a
        frugal approach).
        """
        spendable = np.minimum(self.burn + p.startups.reinvested * self.revenue, 0.9 * self.cash)
        compute = self.compute_share * (1.0 - p.startups.frugal_saving * self.frugality) * spendable
        return compute, spendable - compute

    def switching_cost(self, p: Any, egress: FloatArray, refactoring_kept: FloatArray) -> FloatArray:
        """Disutility of leaving the host, in units of utility, shape (..., n).

        Egress of the data held plus refactoring, which interoperability removes (Klemperer 1987, 1995); both grow with
        tenure and with the size of the models in use.
        """
        tenure = self.tenure / (self.tenure + p.compute.tenure_half)
        size = 1.0 + p.compute.switching_size * np.log1p(self.used / np.maximum(self.weight, 1e-12))
        scale = p.compute.switching_scale * size
        return np.asarray(scale * (p.compute.egress_part * egress + refactoring_kept * (0.4 + 0.6 * tenure)))

    def choose_host(self, offers: Offers, stay: FloatArray, draws: Draws) -> tuple[IntArray, IntArray]:
        """The host each start-up likes best, and the best other than its present one; both of shape (..., n).

        Logit (McFadden 1974) as a race of exponentials: the rate of host h is exp(utility of h), times exp(``stay``)
        at the present host, where ``stay`` is the switching cost saved by staying.
        """
        shape = self.host.shape
        seen = offers.seen(self.region)
        other, soonest = np.full(shape, NONE, dtype=np.int32), np.full(shape, NEVER)
        here, at_home = np.empty(shape, dtype=np.bool_), np.full(shape, np.inf)
        for h in range(offers.hosts):
            time = draws.exponential(h)
            time /= offers.rate(h, seen)
            np.equal(self.host, h, out=here)
            np.copyto(at_home, time, where=here)
            np.copyto(time, np.inf, where=here)
            np.less(time, soonest, out=here)
            np.copyto(other, np.int32(h), where=here)
            np.minimum(soonest, time, out=soonest)
        at_home /= np.exp(np.minimum(stay, 60.0))
        stays = (at_home < soonest) | ((at_home == soonest) & (self.host < other))
        best = np.where(stays, self.host, other)
        return best, other

    def reviews(
        self, p: Any, best: IntArray, room: FloatArray, banned: FloatArray, draws: Draws
    ) -> tuple[BoolArray, BoolArray]:
        """Who begins to talk to ``best``, and whose exclusivity is loosened; both of shape (..., n).

        A tenant compares when its term ends, and sometimes before, if it is served badly. Exclusivity relaxes to a
        right of first refusal when the host stays short of what the lab wants, when at the end of the term the host has
        no ``room`` (H100e) for the growth that the lab plans (facts S5-002), or where the law bans it.
        """
        hosted = self.alive & (self.host != NONE)
        poorly = hosted & (self.fill < p.compute.patience)
        luck = draws.uniform()
        short = poorly & (luck < p.compute.impatience)
        exclusive = self.contract == EXCLUSIVE
        due = hosted & (self.term <= 0.0)
        outgrown = due & (p.compute.planned_growth * self.wanted > room)
        renegotiated = poorly & (luck < p.compute.loosening)
        loosens = exclusive & (renegotiated | outgrown | (hosted & (banned > 0.5)))
        bound = exclusive & ~loosens
        likes = (best != self.host) & (best != NONE) & (self.talks == NONE)
        return (due | short) & ~bound & likes, loosens

    def weighs_second_host(
        self, p: Any, other: IntArray, kept: FloatArray, draws: Draws
    ) -> tuple[BoolArray, BoolArray]:
        """Who takes ``other`` as a second host, and who gives its second host up; both of shape (..., n).

        A second host pays if what it adds exceeds its cost, which is work and the charge on data moved between the two
        (``kept``: what the law leaves of it; Katz & Shapiro 1985). What it adds: compute that the first host does not
        serve, and bargaining; it matters more to large tenants. A lab under a right of first refusal may go elsewhere
        only while its host is short.
        """
        size = np.log1p(self.used / np.maximum(self.weight, 1e-12))
        gain = (p.compute.second_gain * (1.0 - self.fill) + p.compute.second_taste) * size
        worth = 1.0 / (1.0 + np.exp(-np.clip(gain - p.compute.second_cost * kept, -40.0, 40.0)))
        luck = draws.uniform()
        refused = (self.contract == FIRST_REFUSAL) & (self.fill > p.compute.patience)
        may = self.alive & (self.host != NONE) & (self.contract != EXCLUSIVE) & ~refused
        free = (self.second == NONE) & (other != NONE) & (other != self.host)
        adds = may & free & (luck < p.compute.second_chance * worth)
        drops = (self.second != NONE) & (luck > 1.0 - p.compute.second_end * (1.0 - worth))
        return adds, drops

    def asks(self, p: Any, sentiment: FloatArray) -> FloatArray:
        """Money that it asks investors for this month, M$, shape (..., n); zero if its runway is long enough.

        A firm goes out when its runway falls below a threshold, earlier in a boom (Gompers & Lerner 2000). It asks for
        what a round must last, or, if more, for what its owners will part with at its value (``dilution``), though for
        no more than it can put to use (``largest_step``).
        """
        wants = self.cash < p.capital.raise_runway * (0.5 + sentiment) * self.burn
        growth = np.clip(1.0 + p.capital.growth_ask * self.growth, 1.0, 4.0)
        need = p.capital.round_months * self.burn * growth * (0.5 + sentiment)
        stake = np.minimum(p.capital.dilution * self.value, p.capital.largest_step * need)
        return np.where(wants, np.maximum(need, stake), 0.0)

    def opens_weights(self, p: Any, share: FloatArray, draws: Draws) -> BoolArray:
        """Whether a newly released model comes with open weights, shape (..., n).

        A challenger gains attention and contributors, a leader would give away its margin: the propensity falls with
        the market share that it has to lose.
        """
        chance = np.clip(self.openness * p.technology.openness * np.exp(-share / 0.05), 0.0, 1.0)
        return np.asarray(draws.uniform() < chance)

    def fails(self, p: Any) -> BoolArray:
        """Whether it can no longer pay its core, shape (..., n) (exit when the runway is gone: Hopenhayn 1992)."""
        gap = self._least_spending(p) - p.startups.reinvested * self.revenue
        return np.asarray(self.alive & (gap > 0.0) & (self.cash < p.startups.failure_months * gap))
