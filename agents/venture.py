"""A firm that lives on money raised: what it spends, on what, what it asks investors for, and when it is at its end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.arithmetic import LEAST_AMOUNT, expm1, power
from kingmaker.agents.member import Column
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.tenant import Tenant
from kingmaker.agents.types import BoolArray, FloatArray


class Venture(Tenant):
    """Spends ahead of its sales what investors have given it, and goes out for more before it runs dry."""

    compute_share = Column(0.0, unit="0-1", doc="share of its budget that it would spend on compute")
    applied = Column(0.0, unit="0-1", doc="1 if it applies AI in products of its own rather than sells models")
    frugality = Column(0.0, unit="0-1", doc="share of compute that its approach does without")
    peak_burn = Column(0.0, unit="M$/month", doc="the most spending beyond sales that it has set up so far")
    plans = Column(0.0, unit="M$", doc="part of its value that is for its team and what that plans")
    burn = Column(0.0, unit="M$/month", doc="level of spending that it has set up, beyond what sales bear")
    staff = Column(0.0, unit="M$/month", doc="wages and other costs without compute")
    growth = Column(0.0, unit="1/month", doc="growth of revenue, smoothed")
    shared = Column(0.0, unit="M$/month", doc="part of its sales that goes to the clouds that sell or host its models")

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

    def _money_within(self, months: FloatArray) -> FloatArray:
        """Cash, and what comes in some months of the cash that clouds have promised, M$, shape (..., n)."""
        to_come = np.minimum(self.pledge_rate * months, self.pledged)
        return np.asarray(self.cash + (1.0 - self.pledge_credit) * to_come)

    def _least_spending(self, p: Parameters) -> FloatArray:
        """What it cannot go below, M$ a month, shape (..., n): a few salaries, or the core of what it has set up."""
        return np.asarray(np.maximum(p.startups.minimum_staff * self.weight, p.startups.core * self.peak_burn))

    def budget(self, p: Parameters, dearness: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Money for compute and for staff this month, M$, each of shape (..., n): never more than there is.

        What is set up beyond sales, and a part of sales. Serving its users comes first and follows them; the rest is a
        budget, of which ``compute_share`` goes into compute to train on at the usual rent (``dearness`` 1). A team
        without a cluster trains nothing, so compute and people are complements (constant elasticity of ``substitution``
        below one: Arrow et al. 1961): when compute gets dearer, more of the money goes there (row L2). A frugal
        approach saves compute and the money for it.
        """
        kept = np.maximum(self.revenue - self.shared, 0.0)
        spendable = np.minimum(self.burn + p.startups.reinvested * kept, p.startups.spending_purse * self.cash)
        serving = np.minimum(self.serving_bill(p), p.startups.serving_first * spendable)
        rest = spendable - serving
        weight = self.compute_share * power(np.maximum(dearness, LEAST_AMOUNT), 1.0 - p.startups.substitution)
        share = weight / (weight + 1.0 - self.compute_share)
        return serving + share * self._lean(p) * rest, (1.0 - share) * rest

    def serving_bill(self, p: Parameters) -> FloatArray:
        """What the compute that serving its users takes costs at the usual rent, M$ a month, shape (..., n)."""
        return np.asarray(self._cost_of_paid_use(p) * self._users_served(p) * self._lean(p))

    def serves(self, p: Parameters, rent: FloatArray) -> FloatArray:
        """Compute that serving its users takes, H100e, shape (..., n); a frugal design needs less."""
        return np.asarray(super().serves(p, rent) * self._users_served(p) * self._lean(p))

    def _users_served(self, p: Parameters) -> FloatArray:
        """Use that it serves over use that is paid for, shape (..., n): the better known, the more try it free."""
        return np.asarray(1.0 + p.startups.free_use * self.distribution)

    def _lean(self, p: Parameters) -> FloatArray:
        """Compute that its design needs, relative to a hungry one, shape (..., n)."""
        return np.asarray(1.0 - p.startups.frugal_saving * self.frugality)

    def asks(self, p: Parameters, sentiment: FloatArray) -> FloatArray:
        """Money that it asks investors for this month, M$, shape (..., n); zero if its runway is long enough.

        A firm goes out when its runway, what is promised to it and what its plan takes included, falls below a
        threshold (``raise_runway`` at a neutral mood), earlier in a boom (Gompers & Lerner 2000). It asks for what its
        plan takes over ``round_months``, or, if more, for what its owners will part with at its value (``dilution``),
        though for no more than it can put to use (``largest_step``), and never for so much that its founders would lose
        it: a round sells ``most_sold`` of the firm at most, its money included.
        """
        boom = 1.0 - p.capital.neutral_mood + sentiment
        horizon = p.capital.raise_runway * boom
        plan = self.burn + self.commits_ahead(p)
        wants = self._money_within(horizon) < horizon * plan
        need = p.capital.round_months * boom * plan
        stake = np.minimum(p.capital.dilution * self.value, p.capital.largest_step * need)
        most = p.capital.most_sold / (1.0 - p.capital.most_sold) * self.value
        return np.where(wants, np.minimum(np.maximum(need, stake), most), 0.0)

    def commits_ahead(self, p: Parameters) -> FloatArray:
        """Spending that it plans beyond what it has set up, M$ a month, shape (..., n).

        Compute is committed before the sales that it serves are there: a part ``ahead_part`` of the sales that it
        expects in ``plan_months`` beyond today's. It extrapolates its growth, of which no more than ``plan_growth`` a
        month is believed (adaptive expectations with a bound).
        """
        believed = np.clip(self.growth, 0.0, p.capital.plan_growth)
        return np.asarray(p.capital.ahead_part * self.revenue * expm1(believed * p.capital.plan_months))

    def fails(self, p: Parameters) -> BoolArray:
        """Whether it can no longer pay its core, shape (..., n) (exit when the runway is gone: Hopenhayn 1992)."""
        kept = np.maximum(self.revenue - self.shared, 0.0)
        gap = self._least_spending(p) - p.startups.reinvested * kept
        months = p.startups.failure_months
        return np.asarray(self.alive & (gap > 0.0) & (self._money_within(months) < months * gap))


def team_worth(
    p: Parameters, world: NDArray[np.int64], staff: FloatArray, talent: FloatArray, eager: FloatArray
) -> FloatArray:
    """What teams are worth to a giant that would have them, M$, shape (firms,).

    Years of what they cost, more for rarer talent and to whom believes in AI: 21 M$ a head at MosaicML, some 9 M$ at
    Inflection (facts 12i-001; memory).

    Args:
        p: parameters.
        world: in which each firm is, (firms,).
        staff: what its people cost, M$ a month.
        talent: of its team, 0-1.
        eager: how far the giant believes in fast growth, 0-1; zero if it makes no models.
    """
    return np.asarray(p.capital.hire_months[world, 0] * staff * talent * eager)
