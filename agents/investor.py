"""Funds that call savers' money and put it into start-ups, in waves."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.firm import Firm
from kingmaker.agents.member import Column
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import FloatArray


class Investor(Firm):
    """Venture capital, corporate, public and sovereign funds of one region."""

    commitments = Column(0.0, unit="M$/month", doc="money that savers commit in a normal month of 2022")
    sentiment = Column(0.5, unit="0-1", doc="mood of the wave")
    invested = Column(0.0, unit="M$/month", doc="put into start-ups this month")

    def update_sentiment(self, p: Parameters, excitement: FloatArray, dryness: FloatArray) -> FloatArray:
        """Mood of the venture wave, 0-1, shape (..., n) (Gompers & Lerner 2000).

        It moves towards what growth of use and peers' belief suggest, less the dryness of the money market (2022-23),
        scaled by the amplitude of the funding cycle.
        """
        aim = np.clip(p.capital.neutral_mood + p.capital.cycle_amplitude * (excitement - dryness), 0.0, 1.0)
        return np.asarray(self.sentiment + p.capital.mood_speed * (aim - self.sentiment))

    def calls(self, p: Parameters) -> FloatArray:
        """Savers' money called this month, M$, shape (..., n): more in a good mood, none while plenty lies idle."""
        swing = np.exp(p.capital.wave * (self.sentiment - p.capital.neutral_mood))
        call = self.commitments * p.capital.commitments * swing
        return np.where(self.cash < p.capital.dry_powder * self.commitments, call, 0.0)

    def accepts(self, p: Parameters) -> FloatArray:
        """Chance that a round of middling merit closes in a month, shape (..., n).

        In a cold market funds are choosy and a round takes longer (Gompers & Lerner 2000; Nanda & Rhodes-Kropf 2013).
        """
        warmth = np.exp(p.capital.choosiness * (self.sentiment - p.capital.warm_mood))
        return np.asarray(np.minimum(p.capital.success * warmth, 1.0))

    def invests(self, p: Parameters) -> FloatArray:
        """Money put into start-ups this month, M$, shape (..., n): part of the dry powder."""
        warmth = p.capital.deployment_cold + p.capital.deployment_mood * self.sentiment
        return np.asarray(np.minimum(p.capital.deployment * warmth * self.cash, self.cash))
