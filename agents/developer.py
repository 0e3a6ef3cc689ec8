"""Who trains models and sells what they do: start-ups, and clouds with models of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.firm import Firm
from agents.member import Column
from agents.types import BoolArray, FloatArray

HOURS = 730.5  # hours in a month


class Developer(Firm):
    """Talent, data, reach, a best model, a training run under way, sales and a price."""

    talent = Column(0.0, unit="0-1", doc="absorptive capacity and research skill")
    data = Column(0.0, unit="0-1", doc="data of its own, relative to the best")
    distribution = Column(0.0, unit="0-1", doc="reach to users: brand, integration")
    openness = Column(0.0, unit="0-1", doc="propensity to release a model with open weights")
    algorithms = Column(0.0, unit="log10", doc="algorithmic efficiency relative to the frontier of January 2022")
    capability = Column(0.0, unit="log10 FLOP", doc="effective training compute of its own best model")
    open_weights = Column(False, dtype=np.bool_, unit="yes/no", doc="its best model can be downloaded")
    training = Column(0.0, unit="1e21 FLOP", doc="spent on the run under way")
    run_months = Column(0.0, unit="months", doc="length of the run under way")
    revenue = Column(0.0, unit="M$/month", doc="sales of services")
    price = Column(1.0, unit="relative", doc="price of its services, 1 for a small firm of usual cost")

    def serves(self, p: Any, rent: FloatArray) -> FloatArray:
        """Compute that serving its users takes, H100e, shape (..., n), at the usual ``rent`` ($ an hour).

        A part of sales at the usual price pays for compute; who charges more serves fewer users for the same sales.
        """
        cost = p.services.compute_cost_share * self.revenue / self.price
        return np.asarray(cost / (np.maximum(rent, 0.05) * HOURS * 1e-6))

    def sets_price(self, p: Any, unit_cost: FloatArray, share: FloatArray) -> FloatArray:
        """Price of its AI services, relative to that of a small firm of usual cost, shape (..., n).

        Against rivals under logit demand in log price the elasticity is a(1 - s), so the markup grows with the market
        share (Anderson, de Palma & Thisse 1992); elasticities below 1.25 are held there.
        """
        a = p.services.price_sensitivity
        elasticity = np.maximum(a * (1.0 - share), 1.25)
        usual = a / (a - 1.0)
        return np.asarray(unit_cost * elasticity / (elasticity - 1.0) / usual)

    def finishes_run(self, p: Any) -> BoolArray:
        """Whether the training run under way is released now, shape (..., n).

        A model is released when it is a visible step better than the last one, or after a year if it is better at all.
        """
        effective = np.log10(np.maximum(self.training, 1e-9)) + 21.0 + self.algorithms
        gain = effective - self.capability
        step = gain >= p.technology.release_step
        late = (self.run_months >= p.technology.release_months) & (gain > 0.05)
        return np.asarray((step & (self.run_months >= 3.0)) | late)
