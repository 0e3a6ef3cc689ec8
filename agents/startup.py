"""An AI start-up ("lab"): raises money, chooses hosts, trains, sells, opens its weights or not, fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from kingmaker.agents.arithmetic import ALL_BUT, EXPONENT, LEAST_AMOUNT, is_on, power
from kingmaker.agents.contract import (  # the forms of contract are known from here, too
    CONTRACTS as CONTRACTS,
)
from kingmaker.agents.contract import EXCLUSIVE as EXCLUSIVE
from kingmaker.agents.contract import FIRST_REFUSAL as FIRST_REFUSAL
from kingmaker.agents.contract import PLAIN as PLAIN
from kingmaker.agents.contract import PREFERRED as PREFERRED
from kingmaker.agents.draws import Draws
from kingmaker.agents.lessee import Lessee
from kingmaker.agents.member import Column
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import NONE, BoolArray, FloatArray


def frugal_chance(p: Parameters, dearness: FloatArray) -> FloatArray:
    """Chance that a founder chooses a design that does with little compute, shape as ``dearness`` (row L4).

    Logit choice between two designs by expected profit (McFadden 1974): the frugal one saves ``frugal_saving`` of the
    compute, which is worth the more the dearer compute is, but serves a smaller market. ``dearness`` is what an hour
    that is really got costs (rent over the share of wants served), relative to the usual; there the chance is
    ``frugal_share``.
    """
    s = p.startups
    saved = s.compute_share * s.frugal_saving * (dearness - 1.0)
    usual = s.frugal_share / (1.0 - np.minimum(s.frugal_share, ALL_BUT))
    odds = usual * np.exp(np.minimum(s.design_choice * saved, EXPONENT))
    return np.asarray(odds / (1.0 + odds))


class Startup(Lessee):
    """An AI start-up that rents compute, trains models and sells what they do.

    Money, compute and staff are those of the slot, which stands for ``weight`` firms.
    """

    share: ClassVar[str] = ""  # of a user's kind: the key of the parameter that says which part of start-ups it is

    age = Column(0.0, unit="months", doc="since entry")
    compute_share = Column(0.0, unit="0-1", doc="share of its budget that it would spend on compute")
    applied = Column(0.0, unit="0-1", doc="1 if it applies AI in products of its own rather than sells models")
    frugality = Column(0.0, unit="0-1", doc="share of compute that its approach does without")
    product = Column(0.0, unit="log10 FLOP", doc="capability of what it sells: its own model or an open one")
    base_model = Column(NONE, dtype=np.int32, unit="developer", doc="whose open model it builds on")
    peak_burn = Column(0.0, unit="M$/month", doc="the most spending beyond sales that it has set up so far")
    burn = Column(0.0, unit="M$/month", doc="level of spending that it has set up, beyond what sales bear")
    staff = Column(0.0, unit="M$/month", doc="wages and other costs without compute")
    growth = Column(0.0, unit="1/month", doc="growth of revenue, smoothed")
    investor = Column(NONE, dtype=np.int32, unit="fund", doc="lead investor")
    vendor_cash = Column(0.0, unit="M$", doc="cash that came from the latest vendor and is not yet spent")
    credit_host = Column(NONE, dtype=np.int32, unit="cloud", doc="the cloud that owes it the compute paid ahead")
    host_known = Column(NONE, dtype=np.int32, unit="cloud", doc="its first host as investors know it: last month's")
    second_known = Column(NONE, dtype=np.int32, unit="cloud", doc="its second host as investors know it")
    value_known = Column(0.0, unit="M$", doc="its value a month ago")
    bound_known = Column(False, dtype=np.bool_, unit="yes/no", doc="whether investors know it as an exclusive tenant")
    royalty = Column(0.0, unit="0-1", doc="revenue share: part of its sales due to its partner under the contract")
    paid_funds = Column(0.0, unit="M$", doc="paid for its shares by funds")
    paid_clouds = Column(0.0, unit="M$", doc="paid for its shares by clouds")
    raised_cash = Column(0.0, unit="M$", doc="cash that was raised and is not yet spent")
    rent_paid = Column(0.0, unit="M$/month", doc="rent of compute, from cash and from credit")
    spending_raised = Column(0.0, unit="M$/month", doc="raised money spent on compute this month")
    public_compute = Column(0.0, unit="H100e", doc="compute that a public programme gives it this month")

    @classmethod
    def born(cls, values: Mapping[str, Any], p: Parameters) -> Mapping[str, Any]:
        """Column values of newcomers of a user's kind, each (worlds, n), given those that any newcomer would have."""
        return values

    def plan_burn(self, p: Parameters) -> FloatArray:
        """Spending that it sets up beyond its sales, M$ a month, shape (..., n).

        New money, and what of promised money comes in the meantime, is spread over ``p.startups.runway`` months
        (satisficing: Cyert & March 1963); once set up, teams and contracts go on until the end is near, and are then
        cut month by month.
        """
        near = self.sees_the_end(p)
        kept = np.where(near, (1.0 - p.startups.cut) * self.burn, self.burn)
        planned = self._money_within(p.startups.runway) / p.startups.runway
        wanted = np.maximum(np.maximum(planned, kept), self._least_spending(p))
        return np.where(self.alive, wanted, 0.0)

    def sees_the_end(self, p: Parameters) -> BoolArray:
        """Whose runway, with what is promised to it in the meantime, is short, shape (..., n)."""
        months = p.startups.cutting_runway
        return np.asarray(self.alive & (self._money_within(months) < months * self.burn))

    def _least_spending(self, p: Parameters) -> FloatArray:
        """What it cannot go below, M$ a month, shape (..., n): a few salaries, or the core of what it has set up."""
        return np.asarray(np.maximum(p.startups.minimum_staff * self.weight, p.startups.core * self.peak_burn))

    def budget(self, p: Parameters, dearness: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Money for compute and for staff this month, M$, each of shape (..., n): never more than there is.

        What is set up beyond sales, and a part of sales; ``compute_share`` of it on compute at the usual rent
        (``dearness`` 1). A team without a cluster trains nothing, so compute and people are complements (constant
        elasticity of ``substitution`` below one: Arrow et al. 1961): when compute gets dearer, more of the money goes
        there (row L2). A frugal approach saves compute and the money for it.
        """
        kept = np.maximum(self.revenue - self.shared, 0.0)
        spendable = np.minimum(self.burn + p.startups.reinvested * kept, p.startups.spending_purse * self.cash)
        weight = self.compute_share * power(np.maximum(dearness, LEAST_AMOUNT), 1.0 - p.startups.substitution)
        share = weight / (weight + 1.0 - self.compute_share)
        return share * self._lean(p) * spendable, (1.0 - share) * spendable

    def serves(self, p: Parameters, rent: FloatArray) -> FloatArray:
        """Compute that serving its users takes, H100e, shape (..., n); a frugal design needs less."""
        return np.asarray(super().serves(p, rent) * self._lean(p))

    def _lean(self, p: Parameters) -> FloatArray:
        """Compute that its design needs, relative to a hungry one, shape (..., n)."""
        return np.asarray(1.0 - p.startups.frugal_saving * self.frugality)

    def design(self, p: Parameters) -> tuple[FloatArray, FloatArray]:
        """What its design means in the market: cost of a unit of service and market within reach, relative, (..., n).

        A frugal design saves on the part of cost that is compute, but does not suit every task (``frugal_ceiling``).
        Who applies AI in products of its own (drugs, robots, accounts) competes with models for few of their users.
        """
        cost = 1.0 - p.services.compute_cost_share * (1.0 - self._lean(p))
        suited = (1.0 - p.startups.frugal_ceiling * self.frugality) * np.where(
            is_on(self.applied), p.startups.applied_market, 1.0
        )
        return np.asarray(cost), np.asarray(suited)

    def pivots(self, p: Parameters, frontier: FloatArray, dearness: FloatArray, draws: Draws) -> BoolArray:
        """Whether it turns to a frugal design this month, shape (..., n): when money is short and the race is lost.

        Nobody turns back: what was learned of doing with little is kept.
        """
        short = self.alive & (self.cash < p.capital.raise_runway * self.burn)
        lost = self.capability < frontier - p.startups.pivot_gap
        chance = p.startups.pivot_chance * frugal_chance(p, dearness)
        return np.asarray(short & lost & ~is_on(self.frugality) & (draws.uniform() < chance))

    def rivals_host(self, p: Parameters, own: FloatArray) -> BoolArray:
        """Whose model competes with its host's ``own`` (log10 FLOP; infinity: the host has none), shape (..., n)."""
        return np.asarray(self.alive & (self.revenue > 0.0) & (self.capability >= own - p.compute.rival_gap))

    def asks(self, p: Parameters, sentiment: FloatArray) -> FloatArray:
        """Money that it asks investors for this month, M$, shape (..., n); zero if its runway is long enough.

        A firm goes out when its runway, what is promised to it and what growing sales will take included, falls below a
        threshold (``raise_runway`` at a neutral mood), earlier in a boom (Gompers & Lerner 2000). It asks for what a
        round must last, or, if more, for what its owners will part with at its value (``dilution``), though for no more
        than it can put to use (``largest_step``), and never for so much that its founders would lose it: a round sells
        ``most_sold`` of the firm at most, its money included.
        """
        boom = 1.0 - p.capital.neutral_mood + sentiment
        horizon = p.capital.raise_runway * boom
        expansion = p.capital.growth_ask * np.clip(self.growth, 0.0, p.capital.growth_valued) * self.revenue
        wants = self._money_within(horizon) < horizon * (self.burn + expansion)
        growth = np.clip(1.0 + p.capital.growth_ask * self.growth, 1.0, p.capital.growth_ask_most)
        need = p.capital.round_months * self.burn * growth * boom
        stake = np.minimum(p.capital.dilution * self.value, p.capital.largest_step * need)
        most = p.capital.most_sold / (1.0 - p.capital.most_sold) * self.value
        return np.where(wants, np.minimum(np.maximum(need, stake), most), 0.0)

    def opens_weights(self, p: Parameters, share: FloatArray, draws: Draws) -> BoolArray:
        """Whether a newly released model comes with open weights, shape (..., n).

        A challenger gains attention and contributors, a leader would give away its margin: the propensity falls with
        the market share that it has to lose.
        """
        chance = np.clip(self.openness * p.technology.openness * np.exp(-share / p.technology.openness_share), 0.0, 1.0)
        return np.asarray(draws.uniform() < chance)

    def fails(self, p: Parameters) -> BoolArray:
        """Whether it can no longer pay its core, shape (..., n) (exit when the runway is gone: Hopenhayn 1992)."""
        kept = np.maximum(self.revenue - self.shared, 0.0)
        gap = self._least_spending(p) - p.startups.reinvested * kept
        months = p.startups.failure_months
        return np.asarray(self.alive & (gap > 0.0) & (self._money_within(months) < months * gap))
