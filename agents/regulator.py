"""Authorities that watch, open an inquiry, conclude, impose a remedy."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.firm import Firm
from agents.member import Column
from agents.types import BoolArray, FloatArray

WATCHING, INQUIRY, WINDOW, IN_FORCE = 0, 1, 2, 3
STAGES = ("watching", "inquiry", "compliance window", "remedy in force")


class Regulator(Firm):
    """An authority: what it may do, and where its procedure stands. Fines go to the public sector's cash."""

    competition = Column(False, dtype=np.bool_, unit="yes/no", doc="may act on concentration and exclusivity")
    interoperability = Column(False, dtype=np.bool_, unit="yes/no", doc="may impose interoperability")
    export = Column(False, dtype=np.bool_, unit="yes/no", doc="controls exports")
    trigger = Column(1.0, unit="score", doc="evidence at which it opens an inquiry")
    inquiry_months = Column(12.0, unit="months", doc="length of an inquiry")
    window_months = Column(6.0, unit="months", doc="time to comply after a conclusion")
    evidence = Column(0.0, unit="score", doc="concentration and complaints, smoothed")
    stage = Column(WATCHING, dtype=np.int8, unit="kind", doc="watching, inquiry, compliance window, in force")
    months_in_stage = Column(0.0, unit="months", doc="since the stage began")

    def weigh_evidence(self, p: Any, concentration: FloatArray, complaints: FloatArray) -> FloatArray:
        """Evidence, smoothed, shape (..., n): concentration above the unconcentrated, plus complaints of tenants."""
        seen = (
            p.policy.hhi_weight * np.maximum(concentration - p.policy.hhi_floor, 0.0)
            + p.policy.complaint_weight * complaints
        )
        return np.asarray(self.evidence + 0.1 * (seen - self.evidence))

    def opens_inquiry(self, p: Any) -> BoolArray:
        """Whether it opens an inquiry now, shape (..., n)."""
        may = self.competition | self.interoperability
        return np.asarray((self.stage == WATCHING) & may & (self.evidence > self.trigger * p.policy.trigger))

    def finds_harm(self, p: Any) -> BoolArray:
        """Whether the inquiry, at its end, concludes that a remedy is due: the evidence still stands."""
        return np.asarray(self.evidence > 0.8 * self.trigger * p.policy.trigger)
