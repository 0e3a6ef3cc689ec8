"""Who trains models and sells what they do: start-ups, and clouds with models of their own."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import LEAST_RENT, SMALL, log10, logistic, power
from kingmaker.agents.draws import Draws
from kingmaker.agents.firm import Firm
from kingmaker.agents.member import Column
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.agents.units import HOURS, TRAINING_UNIT, USD


class Developer(Firm):
    """Talent, data, reach, a best model, a training run under way, sales and a price."""

    talent = Column(0.0, unit="0-1", doc="absorptive capacity and research skill")
    data = Column(0.0, unit="0-1", doc="data of its own, relative to the best")
    distribution = Column(0.0, unit="0-1", doc="reach to users: brand, integration")
    openness = Column(0.0, unit="0-1", doc="propensity to release a model with open weights")
    algorithms = Column(0.0, unit="log10", doc="algorithmic efficiency relative to the frontier of January 2022")
    capability = Column(0.0, unit="log10 FLOP", doc="effective training compute of its own best model")
    recipe = Column(0.0, unit="log10", doc="algorithmic efficiency with which its own best model was made")
    rl = Column(0.0, unit="1", doc="intensity of the reinforcement learning that its own best model went through")
    open_weights = Column(False, dtype=np.bool_, unit="yes/no", doc="its best model can be downloaded")
    training = Column(0.0, unit="1e21 FLOP", doc="spent on the run under way")
    run_months = Column(0.0, unit="months", doc="length of the run under way")
    revenue = Column(0.0, unit="M$/month", doc="sales of services")
    price = Column(1.0, unit="relative", doc="price of its services, 1 for a small firm of usual cost")

    def serves(self, p: Parameters, rent: FloatArray) -> FloatArray:
        """Compute that serving its users takes, H100e, shape (..., n), at the usual ``rent`` ($ an hour).

        A part of sales at the usual price pays for compute; who charges more serves fewer users for the same sales.
        """
        return np.asarray(self._cost_of_paid_use(p) / (np.maximum(rent, LEAST_RENT) * HOURS * USD))

    def _cost_of_paid_use(self, p: Parameters) -> FloatArray:
        """What the compute behind its sales costs, M$ a month, shape (..., n)."""
        return np.asarray(p.services.compute_cost_share * self.revenue / self.price)

    def sets_price(self, p: Parameters, unit_cost: FloatArray, share: FloatArray) -> FloatArray:
        """Price of its AI services, relative to that of a small firm of usual cost, shape (..., n).

        Against rivals under logit demand in log price the elasticity is a(1 - s), so the markup grows with the market
        share (Anderson, de Palma & Thisse 1992); elasticities below ``p.services.least_elasticity`` are held there.
        """
        a = p.services.price_sensitivity
        elasticity = np.maximum(a * (1.0 - share), p.services.least_elasticity)
        usual = a / (a - 1.0)
        return np.asarray(unit_cost * elasticity / (elasticity - 1.0) / usual)

    def largest_run(self, p: Parameters, cluster: FloatArray) -> FloatArray:
        """Physical compute of the largest model that a ``cluster`` (H100e) can train, 1e21 FLOP, shape (..., n).

        Parameters grow with the square root of training compute (Hoffmann et al. 2022), and the chips that must hold
        and feed them with the parameters, so the largest run grows with the square of the cluster;
        ``p.technology.least_cluster`` chips train a model of ``threshold_run`` FLOP, any few chips one of
        ``small_run`` (row L13; facts S4-003, 7c-004).
        """
        scale = np.maximum(cluster, 0.0) / p.technology.least_cluster
        large = power(10.0, p.technology.threshold_run - TRAINING_UNIT) * scale * scale
        return np.asarray(power(10.0, p.technology.small_run - TRAINING_UNIT) + large)

    def chooses_rl(
        self, p: Parameters, reasoning: FloatArray, tool_use: FloatArray, safety: FloatArray, draws: Draws
    ) -> FloatArray:
        """Intensity of reinforcement learning of a model released now, shape (..., n) (row L7).

        Reasoning gains with the logarithm of the intensity, tool use and safety lose in proportion to it (the tax on
        alignment and on other tasks: Ouyang et al. 2022). The lab weighs them as its customers do (weights in the
        market, (..., 1)), so marginal gain equals marginal loss; a weak model has nothing to reinforce. Labs differ in
        strategy.
        """
        t = p.technology
        ready = logistic((self.capability - t.rl_midpoint) / t.rl_width)
        loss = tool_use * t.rl_tool_loss + safety * t.rl_safety_loss
        best = np.maximum(reasoning * t.rl_gain * ready / np.maximum(loss, SMALL) - 1.0, 0.0)
        strategy = 1.0 + t.rl_spread * (2.0 * draws.uniform() - 1.0)
        return np.asarray(np.minimum(t.rl_intensity * best * strategy, t.rl_most))

    def finishes_run(self, p: Parameters) -> BoolArray:
        """Whether the training run under way is released now, shape (..., n).

        A model is released when it is a visible step better than the last one, or after a year if it is better at all.
        """
        effective = log10(np.maximum(self.training, SMALL)) + TRAINING_UNIT + self.algorithms
        gain = effective - self.capability
        step = gain >= p.technology.release_step
        late = (self.run_months >= p.technology.release_months) & (gain > p.technology.least_gain)
        return np.asarray((step & (self.run_months >= p.technology.least_run)) | late)
