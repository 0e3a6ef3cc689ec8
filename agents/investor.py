"""Investors: funds, companies, a chipmaker's arm, public and sovereign funds, each with a motive of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.arithmetic import LEAST_MUSD, exp, power
from kingmaker.agents.firm import Firm
from kingmaker.agents.member import Column
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import FloatArray

KINDS = ("venture", "public_fund", "corporate", "chipmaker", "sovereign")
VENTURE, PUBLIC_FUND, CORPORATE, CHIPMAKER, SOVEREIGN = range(len(KINDS))
FUNDS = (VENTURE, PUBLIC_FUND)  # they manage others' money and lead rounds of any size


class Investor(Firm):
    """A pool of money for start-ups: of one kind, and of one region."""

    kind = Column(VENTURE, dtype=np.int8, unit="kind", doc="venture, public fund, corporate, chipmaker, sovereign")
    horizon = Column(24.0, unit="months", doc="over which it looks back on returns and brings its money to its aim")
    usual = Column(0.0, unit="M$/month", doc="money that was committed in a normal month of 2022")
    commitments = Column(0.0, unit="M$/month", doc="money that it is promised in a month now")
    outlook = Column(0.0, unit="1/year", doc="return on start-ups that it has seen and expects to go on", low=-np.inf)
    sentiment = Column(0.5, unit="0-1", doc="mood of the wave")
    invested = Column(0.0, unit="M$/month", doc="put into start-ups this month")

    def update_sentiment(self, p: Parameters, excitement: FloatArray, dryness: FloatArray) -> FloatArray:
        """Mood of the venture wave, 0-1, shape (..., n) (Gompers & Lerner 2000).

        It moves towards what growth of use and peers' belief suggest, less the dryness of the money market (2022-23),
        scaled by the amplitude of the funding cycle.
        """
        aim = np.clip(p.capital.neutral_mood + p.capital.cycle_amplitude * (excitement - dryness), 0.0, 1.0)
        return np.asarray(self.sentiment + p.capital.mood_speed * (aim - self.sentiment))

    def expects(self, seen: FloatArray) -> FloatArray:
        """Return that it expects of start-ups, a year, shape (..., n): what it has ``seen`` over its horizon.

        Returns are extrapolated (Greenwood & Shleifer 2014), and those of a fund are known late.
        """
        return np.asarray(self.outlook + (seen - self.outlook) / self.horizon)

    def commits(self, p: Parameters, use: FloatArray, chips: FloatArray, worth: FloatArray) -> FloatArray:
        """Money promised in a month from now on, M$, shape (..., n); it has no ceiling, and can fall again.

        Each kind has its motive. Savers give **funds** more as the returns that they have seen, and hope for in a good
        mood, exceed what they ask for, and less as they disappoint (flows follow performance: Kaplan & Schoar 2005),
        though not faster than ``flow_step``, and no more while plenty lies idle. **Companies**
        buy access to suppliers in proportion to what is spent on AI. A **chipmaker** finances its buyers out of its
        sales. **Sovereign** funds diversify: they aim at a part of what all start-ups are worth.

        Args:
            p: parameters.
            use: spending on AI services, M$ a month.
            chips: sales of the chipmaker that the pool belongs to, M$ a month.
            worth: of all start-ups on its side, M$.
        """
        expected = self.outlook + p.capital.mood_return * (self.sentiment - p.capital.neutral_mood)
        step = p.capital.return_response * (expected - p.capital.hurdle) / self.horizon
        idle = self.cash >= p.capital.dry_powder * p.capital.commitments * self.commitments
        most = np.where(idle, 0.0, p.capital.flow_step)
        followed = self.commitments * exp(np.clip(step, -p.capital.flow_step, most))
        held = np.maximum(p.capital.sovereign_part * worth - self.stakes, 0.0) / self.horizon
        aim = np.where(self.kind == CORPORATE, p.capital.corporate_part * use, p.capital.chipmaker_part * chips)
        aim = np.where(self.kind == SOVEREIGN, held, aim)
        moved = self.commitments + (self.usual + aim - self.commitments) / self.horizon
        return np.where((self.kind == VENTURE) | (self.kind == PUBLIC_FUND), followed, moved)

    def calls(self, p: Parameters) -> FloatArray:
        """Money called this month, M$, shape (..., n): what is committed, and none while plenty lies idle."""
        call = p.capital.commitments * self.commitments
        return np.where(self.cash < p.capital.dry_powder * call, call, 0.0)

    def spare(self, p: Parameters) -> FloatArray:
        """Money that it hands back this month, M$, shape (..., n): a part of what lies idle beyond its dry powder."""
        idle = np.maximum(self.cash - p.capital.dry_powder * p.capital.commitments * self.commitments, 0.0)
        return np.asarray(p.capital.payout * idle)

    def accepts(self, p: Parameters) -> FloatArray:
        """Chance that a round of middling merit closes in a month, shape (..., n).

        In a cold market funds are choosy and a round takes longer (Gompers & Lerner 2000; Nanda & Rhodes-Kropf 2013).
        """
        warmth = exp(p.capital.choosiness * (self.sentiment - p.capital.warm_mood))
        return np.asarray(np.minimum(p.capital.success * warmth, 1.0))

    def invests(self, p: Parameters) -> FloatArray:
        """Money put into start-ups this month, M$, shape (..., n): part of the dry powder."""
        warmth = p.capital.deployment_cold + p.capital.deployment_mood * self.sentiment
        return np.asarray(np.minimum(p.capital.deployment * warmth * self.cash, self.cash))


def merit(
    kind: int, p: Parameters, world: NDArray[np.int64], behind: FloatArray, growth: FloatArray, bill: FloatArray
) -> FloatArray:
    """How attractive start-ups are to investors of a kind, relative to one another and above zero, shape (rounds,).

    Funds look for returns: able models and growing sales. Companies look for access to the best models, whatever they
    sell. A chipmaker looks for who buys compute. Sovereign funds spread what they have.

    Args:
        kind: of investor, an index of :data:`KINDS`.
        p: parameters.
        world: in which each start-up is, (rounds,).
        behind: distance of its model to the frontier, log10 FLOP, same shape.
        growth: of sales, 1/month.
        bill: what one firm pays for compute, M$ a month.
    """
    if kind == SOVEREIGN:
        return np.ones_like(behind)
    if kind == CHIPMAKER:
        return np.asarray(power(np.maximum(bill, LEAST_MUSD), p.capital.merit_bill[world, 0]))
    able = exp(-p.capital.merit_capability[:, 0].take(world) * behind)
    if kind == CORPORATE:
        return np.asarray(able)
    least, most = p.capital.decline_valued[:, 0].take(world), p.capital.growth_valued[:, 0].take(world)
    bounded = np.clip(growth, -least, most)
    return np.asarray(able * exp(p.capital.merit_growth[:, 0].take(world) * bounded))
