"""An owner of compute beside a business: what the business gains from AI, what it expects of it, what it wants to run.

The compute that a firm keeps for itself is planned by its return. Belief is about returns: it is fed by news, and by
what own compute brings against what had been expected of it, so that it can be disappointed.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import LEAST_AMOUNT, TINY, exp, log, positive, ratio
from kingmaker.agents.member import Column
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.sited import Sited
from kingmaker.agents.types import FloatArray


class Owner(Sited):
    """Runs compute for a business of its own, and may train models of its own."""

    develops = Column(False, dtype=np.bool_, unit="yes/no", doc="whether it trains models of its own")
    capacity = Column(0.0, unit="H100e", doc="compute running, inference and training weighed as they are used")
    workloads = Column(
        0.0, unit="H100e", doc="compute that its business outside AI wants: ranking, advertising, own work"
    )
    ambition = Column(0.0, unit="H100e", doc="compute that it wants for training its own models")
    inside = Column(0.0, unit="H100e", doc="compute used for its own work and models this month")
    shortage = Column(0.0, unit="0-1", doc="tenants' wants that it could not serve, smoothed")
    utilisation = Column(0.0, unit="0-1", doc="compute used over compute running")
    outside_cash = Column(0.0, unit="M$/month", doc="operating cash flow of the business outside AI")
    outside_revenue = Column(0.0, unit="M$/month", doc="revenue of the business outside AI and cloud that AI may serve")
    ai_revenue = Column(0.0, unit="M$/month", doc="rent of AI compute and own AI services")
    own_benefit = Column(0.0, unit="M$/month", doc="what AI for its own work earns or saves in its business")
    own_worth = Column(0.0, unit="0-1", doc="gain that it has found AI to bring at most, share of the revenue reached")
    own_cost = Column(0.0, unit="M$/H100e-month", doc="full cost of own compute that it reckons with")
    reach = Column(0.0, unit="0-1", doc="part of its business in which it uses AI")
    own_growth = Column(0.0, unit="1/month", doc="growth of own compute wanted, smoothed", low=-np.inf)
    returns = Column(0.0, unit="M$/month", doc="what AI brought last month: AI revenue and own benefit")
    return_growth = Column(0.0, unit="1/month", doc="growth of these returns, smoothed", low=-np.inf)
    expected_returns = Column(0.0, unit="M$/month", doc="returns that it had expected for this month")
    evidence = Column(0.0, unit="0-1", doc="how far its own returns and use of chips bear out fast growth, smoothed")
    sentiment = Column(0.0, unit="0-1", doc="how far it believes in fast growth of AI's returns")

    # --- what compute brings -------------------------------------------------------------------

    def served(self, p: Parameters, work: FloatArray) -> FloatArray:
        """Revenue of its business, M$ a month, as far as ``work`` (H100e) serves it, shape (..., n).

        Of the part of the business reached, x / (1 + x) with x = work over what half of the gain takes: the best uses
        come first, so each further unit brings less, and no amount brings more than the business bears.
        """
        reached = self.reach * self.outside_revenue
        half = p.clouds.own_half * reached
        return np.asarray(reached * work / np.maximum(half + work, TINY))

    def gains(self, p: Parameters) -> FloatArray:
        """What the compute that its own work got this month earned or saved, M$, shape (..., n)."""
        return np.asarray(p.clouds.own_gain * self.served(p, np.minimum(self.workloads, self.inside)))

    def learns_worth(self, p: Parameters) -> FloatArray:
        """Largest gain that it reckons with, share of the revenue reached, shape (..., n): revised by what came.

        All know it at the start; where an event changes what AI brings (``clouds.own_gain``), owners find out slowly.
        """
        served = self.served(p, np.minimum(self.workloads, self.inside))
        found = self.own_benefit / positive(served)
        step = p.clouds.evidence_speed * (found - self.own_worth)
        return np.where(served > 0.0, self.own_worth + step, self.own_worth)

    # --- belief --------------------------------------------------------------------------------

    def surprise(self, p: Parameters) -> FloatArray:
        """Returns that came over those expected, log points over ``p.clouds.shortfall``, within -1 and 1, (..., n).

        Who expected none, as it had none to go by, is not surprised.
        """
        came = np.maximum(self.ai_revenue + self.own_benefit, LEAST_AMOUNT)
        expected = np.where(self.expected_returns > LEAST_AMOUNT, self.expected_returns, came)
        return np.asarray(np.clip(log(came / expected) / p.clouds.shortfall, -1.0, 1.0))

    def weighs_evidence(self, p: Parameters) -> FloatArray:
        """How far its own business bears out fast growth of returns, 0-1, smoothed, shape (..., n).

        Returns against what it had expected (a shortfall sobers), how fast they grow beside the fastest growth that it
        would extrapolate, and as far as its chips are used: hype reverts to realised returns. Who has had no returns
        yet has not been disappointed.
        """
        met = np.clip(1.0 + self.surprise(p), 0.0, 1.0)
        growing = np.clip(self.return_growth / p.clouds.return_cap, 0.0, 1.0)
        borne_out = self._busy(p) * met * np.where(self.returns > LEAST_AMOUNT, growing, 1.0)
        return np.asarray(self.evidence + p.clouds.evidence_speed * (borne_out - self.evidence))

    def _busy(self, p: Parameters) -> FloatArray:
        """How far its chips are used, and missed, on the way from idle to what it aims at, 0-1, shape (..., n)."""
        low = p.clouds.idle_utilisation
        return np.clip((self.utilisation + self.shortage - low) / (p.clouds.target_utilisation - low), 0.0, 1.0)

    def update_sentiment(self, p: Parameters, signal: FloatArray, mood: FloatArray) -> FloatArray:
        """Belief in fast growth of returns, 0-1, shape (..., n).

        It is caught from news (``signal``, growth of use), from peers (``mood``, the mean belief) while there is news
        and as far as its own business bears them out, and from returns beyond what was expected; it wears off where
        realised growth does not bear it out, that of the world and its own (epidemic of expectations: Shiller 2017;
        Bass 1969; extrapolation of returns that came: Greenwood & Shleifer 2014).
        """
        news = (p.clouds.signal_weight + p.clouds.contagion * mood * self.evidence) * signal
        returns = p.clouds.own_disappointment * np.maximum(self.surprise(p), 0.0)
        caught = (news + returns) * (1.0 - self.sentiment)
        lost = p.clouds.disappointment * np.maximum(self.sentiment - signal, 0.0)
        lost = lost + p.clouds.own_disappointment * np.maximum(self.sentiment - self.evidence, 0.0)
        return np.asarray(np.clip(self.sentiment + caught - lost, 0.0, 1.0))

    def sees_returns(self, p: Parameters) -> tuple[FloatArray, FloatArray]:
        """Returns of last month, M$, and their growth, 1/month, smoothed; both of shape (..., n)."""
        came = np.asarray(self.ai_revenue + self.own_benefit)
        both = (came > LEAST_AMOUNT) & (self.returns > LEAST_AMOUNT)
        change = log(np.where(both, came, 1.0) / np.where(both, self.returns, 1.0))
        bound = p.compute.growth_bound
        step = p.clouds.return_memory * (np.clip(change, -bound, bound) - self.return_growth)
        return came, np.where(both, self.return_growth + step, self.return_growth)

    def expects_returns(self, p: Parameters) -> FloatArray:
        """Returns that it expects next month, M$, shape (..., n).

        Adaptive: what it expected is corrected by what came, and goes on growing as it has, up to ``return_cap``.
        """
        first = np.where(self.expected_returns > LEAST_AMOUNT, self.expected_returns, self.returns)
        corrected = first + p.clouds.evidence_speed * (self.returns - first)
        return np.asarray(corrected * exp(np.minimum(self.return_growth, p.clouds.return_cap)))

    def looks_ahead(self, p: Parameters) -> FloatArray:
        """Returns at the horizon of its plans over today's, >= 1, shape (..., n).

        Growth seen is extrapolated, at most at ``return_cap``, as far as it believes in it.
        """
        growth = np.clip(self.return_growth, 0.0, p.clouds.return_cap)
        return np.asarray(exp(growth * p.clouds.return_horizon * self.sentiment))

    # --- plans ---------------------------------------------------------------------------------

    def depth(self, p: Parameters) -> FloatArray:
        """Own work per unit of business reached that pays, over what half of the gain takes, shape (..., n), >= 0.

        The marginal return of compute is the largest gain over half · (1 + x)^2; expected returns are those at the
        horizon of its plans. It buys up to where this covers the full cost of an hour, and nothing where no unit does.
        """
        worth = self.own_worth * self.looks_ahead(p)
        cost = p.clouds.own_half * self.own_cost
        most = np.sqrt(ratio(worth, cost))
        return np.asarray(np.maximum(most - 1.0, 0.0))

    def spreads_ai(self, p: Parameters, useful: FloatArray, leader: FloatArray) -> FloatArray:
        """Part of its business in which it uses AI, 0-1, shape (..., n).

        Within a firm AI spreads from use to use (absorptive capacity: Cohen & Levinthal 1990), the faster the more it
        believes, up to what models can do (``useful``, 0-1), and is drawn to the furthest rival (``leader``, 0-1); it
        is given up where no unit of compute pays. Who has no reach yet has that which its work of today tells.
        """
        depth = self.depth(p)
        work = p.clouds.own_half * self.outside_revenue * depth
        told = np.clip(ratio(self.workloads, work), p.clouds.own_least, 1.0)
        reach = np.where(self.reach > 0.0, self.reach, told)
        speed = p.clouds.own_calm + (p.clouds.own_boom - p.clouds.own_calm) * self.sentiment
        pull = p.clouds.arms_race * self.sentiment * np.maximum(np.minimum(leader, useful) - reach, 0.0)
        step = speed * reach * (1.0 - reach / useful) + pull * p.clouds.reaction_speed
        step = np.where(depth > 0.0, np.maximum(step, -p.clouds.own_cut * reach), -p.clouds.own_cut * reach)
        started = (self.outside_revenue > 0.0) & self.alive & (self.own_cost > 0.0)
        return np.where(started, np.clip(reach + step, p.clouds.own_least, 1.0), self.reach)

    def plans_work(self, p: Parameters) -> FloatArray:
        """Compute that it wants for its own work, H100e, shape (..., n): moves towards what pays at the margin."""
        aim = p.clouds.own_half * self.outside_revenue * self.reach * self.depth(p)
        aim = np.where(self.own_cost > 0.0, aim, self.workloads)
        return np.asarray(self.workloads + p.clouds.own_adjustment * (aim - self.workloads))

    def raise_ambition(self, p: Parameters, largest_rival: FloatArray) -> FloatArray:
        """Compute that it wants for training its own models, H100e, shape (..., n).

        A share of what models are expected to bring, in its business and sold (research over sales at the elasticity of
        sales to research: Dorfman & Steiner 1954), and what backers pay in beyond the revenue of any business, as far
        as it believes. Plans grow and shrink within bounds; a reaction pulls towards the largest rival (an arms race
        with reaction below one: Richardson 1960); nobody plans for more than a multiple of what it runs.
        """
        brought = (self.own_benefit + self.revenue) * self.looks_ahead(p)
        backed = self.sentiment * np.maximum(self.outside_cash - self.outside_revenue, 0.0)
        budget = p.clouds.research_share * brought + backed
        aim = ratio(budget, self.own_cost)
        start = np.where(self.ambition > 0.0, self.ambition, p.clouds.own_adjustment * aim)
        change = log(np.maximum(aim, TINY) / np.maximum(start, TINY))
        plan = start * exp(np.clip(change, -p.clouds.own_cut, p.clouds.boom_growth))
        pull = p.clouds.arms_race * self.sentiment * np.maximum(largest_rival - plan, 0.0)
        ceiling = np.maximum(p.clouds.reach * self.capacity, self.ambition)
        return np.where(self.develops, np.minimum(plan + pull * p.clouds.reaction_speed, ceiling), 0.0)

    def sees_own_growth(self, p: Parameters, before: FloatArray) -> FloatArray:
        """Growth of what it wants for itself since ``before`` (H100e, a month ago), 1/month, smoothed, (..., n)."""
        now = self.workloads + self.ambition
        both = (now > LEAST_AMOUNT) & (before > LEAST_AMOUNT)
        change = log(np.where(both, now, 1.0) / np.where(both, before, 1.0))
        bound = p.compute.growth_bound
        return np.asarray(self.own_growth + p.clouds.return_memory * (np.clip(change, -bound, bound) - self.own_growth))

    def own_needs(self, p: Parameters, ahead: FloatArray) -> FloatArray:
        """Compute that it will want for itself ``ahead`` months from now, H100e, shape (..., n).

        Growth of late goes on, at most at ``own_ahead``: orders run ahead of needs, but not without end.
        """
        growth = np.clip(self.own_growth, 0.0, p.clouds.own_ahead)
        return np.asarray((self.workloads + self.ambition) * exp(growth * ahead))
