"""A firm with sites: where its compute stands, and where it builds."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import exp, power
from kingmaker.agents.member import Column
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import FloatArray
from kingmaker.agents.undertaking import Undertaking

PLACED = ("compute_us", "compute_eu", "compute_cn", "compute_other")  # its columns, in the order of the regions


class Sited(Undertaking):
    """An undertaking whose compute stands in several regions."""

    compute_us = Column(0.0, unit="H100e", doc="compute running that stands in the United States")
    compute_eu = Column(0.0, unit="H100e", doc="compute running that stands in the European Union")
    compute_cn = Column(0.0, unit="H100e", doc="compute running that stands in China")
    compute_other = Column(0.0, unit="H100e", doc="compute running that stands elsewhere")
    bound = Column(0.0, unit="H100e", doc="compute asked of it that must stand in the Union, smoothed")
    held = Column(0.0, unit="0-1", doc="part of what European customers get of it that stands in the Union by law")
    lawful = Column(1.0, unit="0-1", doc="part of what European customers ask of it that it may and can serve by law")

    def weighs_site(self, p: Parameters, stood: FloatArray, dearer: FloatArray, wait: FloatArray) -> FloatArray:
        """Pull of a region as a place to build in, relative to other regions, shape (..., n).

        What drew it there by January 2022 (``stood``, its share then: land, law, staff, home) goes on doing so, and
        moves with what building and power cost there relative to then (``dearer``, a ratio) and with the months that
        chips wait for power (changes relative to an observed start: Dekle, Eaton & Kortum 2008).
        """
        pull = np.maximum(stood, p.places.foothold) * power(dearer, -p.places.cost_sensitivity)
        return np.asarray(pull * exp(-p.places.impatience * (wait - 1.0)))
