"""Sectors of enterprises, and households, that adopt AI: buy a service, or run an open model themselves."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import SMALL, log, logistic
from kingmaker.agents.firm import Firm
from kingmaker.agents.member import Column
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import FloatArray


class Enterprise(Firm):
    """A sector of one region, or its households (``household``)."""

    household = Column(False, dtype=np.bool_, unit="yes/no", doc="consumers rather than firms")
    output = Column(0.0, unit="M$/month", doc="value added, or households' spending")
    potential = Column(0.0, unit="0-1", doc="share of output that AI services could cost at most")
    readiness = Column(0.0, unit="0-1", doc="skills and digitisation")
    sensitivity = Column(0.0, unit="0-1", doc="reluctance to hand its data to a service")
    adoption = Column(0.0, unit="0-1", doc="share of the sector that uses AI")
    self_hosting = Column(0.0, unit="0-1", doc="share of the adopters that run an open model themselves")
    reasoning = Column(0.0, unit="0-1", doc="weight that it gives to a model's reasoning beside general capability")
    tool_use = Column(0.0, unit="0-1", doc="weight that it gives to tool use (function calling, agents)")
    safety = Column(0.0, unit="0-1", doc="weight that it gives to safety and alignment")
    managed = Column(0.0, unit="0-1", doc="share of those with an open model that use it as a service of a cloud")
    spending = Column(0.0, unit="M$/month", doc="on AI services")
    compute = Column(0.0, unit="H100e", doc="compute rented to run open models")

    def adopt(self, p: Parameters, usefulness: FloatArray, visible: FloatArray) -> FloatArray:
        """Share of the sector that uses AI next month, shape (..., n) (Bass 1969).

        Innovators come with readiness, imitators with what they see others do; both only as far as today's models are
        useful to the sector. Households need a product that anybody can use (``visible``).
        """
        d = p.demand
        reach = np.clip(d.early_use + (1.0 - d.early_use) * usefulness, 0.0, 1.0)
        ceiling = reach * (d.unready_use + (1.0 - d.unready_use) * self.readiness)
        innovation = np.where(self.household, p.demand.innovation_households * visible, p.demand.innovation_firms)
        imitation = np.where(self.household, p.demand.imitation_households * visible, p.demand.imitation_firms)
        room = np.maximum(ceiling - self.adoption, 0.0)
        return np.asarray(
            np.clip(self.adoption + (innovation + imitation * self.adoption) * self.readiness * room, 0.0, 1.0)
        )

    def wants_self_hosting(
        self, p: Parameters, gap: FloatArray, service_price: FloatArray, own_cost: FloatArray
    ) -> FloatArray:
        """Share of adopters that would run an open model rather than buy a service, shape (..., n).

        Binary logit: the quality given up (``gap``, log10) against data kept at home and cost (Berry 1994).
        """
        utility = (
            p.demand.self_hosting_taste
            + p.demand.sensitivity_weight * self.sensitivity
            - p.demand.gap_weight * gap
            + p.demand.cost_weight * log(np.maximum(service_price, SMALL) / np.maximum(own_cost, SMALL))
        )
        return np.where(self.household, 0.0, logistic(utility))

    def chooses_managed(self, p: Parameters) -> FloatArray:
        """Share of the users of open models that take them as a service of a cloud, 0-1, shape (..., n) (row L12).

        Binary logit: the cloud pools demand and so needs less compute than a machine of one's own that often idles, but
        takes a margin; sectors with little skill of their own prefer it.
        """
        cheaper = log(p.demand.self_hosting_overhead / (1.0 + p.services.resale_margin))
        skill = p.demand.skill_weight * (p.demand.usual_skill - self.readiness)
        utility = p.demand.managed_taste + skill + p.demand.cost_weight * cheaper
        return np.asarray(logistic(utility))
