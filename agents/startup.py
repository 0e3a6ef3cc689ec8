"""An AI start-up ("lab"): raises money, chooses hosts, trains, sells, opens its weights or not, fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from kingmaker.agents.arithmetic import ALL_BUT, EXPONENT, exp, is_on
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
    odds = usual * exp(np.minimum(s.design_choice * saved, EXPONENT))
    return np.asarray(odds / (1.0 + odds))


class Startup(Lessee):
    """An AI start-up that rents compute, trains models and sells what they do.

    Money, compute and staff are those of the slot, which stands for ``weight`` firms.
    """

    share: ClassVar[str] = ""  # of a user's kind: the key of the parameter that says which part of start-ups it is

    age = Column(0.0, unit="months", doc="since entry")
    product = Column(0.0, unit="log10 FLOP", doc="capability of what it sells: its own model or an open one")
    base_model = Column(NONE, dtype=np.int32, unit="developer", doc="whose open model it builds on")
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

    def opens_weights(self, p: Parameters, share: FloatArray, draws: Draws) -> BoolArray:
        """Whether a newly released model comes with open weights, shape (..., n).

        A challenger gains attention and contributors, a leader would give away its margin: the propensity falls with
        the market share that it has to lose.
        """
        chance = np.clip(self.openness * p.technology.openness * exp(-share / p.technology.openness_share), 0.0, 1.0)
        return np.asarray(draws.uniform() < chance)
