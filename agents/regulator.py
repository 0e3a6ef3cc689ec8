"""Authorities that hear complaints, open an inquiry, conclude, choose a remedy, see it complied with and review it.

The form is that of rule-based enforcement on evidence: an authority acts when a score passes a threshold, with delay
and hysteresis (Cowling & Waterson 1976 for the score; Becker 1968 for compliance). Conclusions are not appealed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.arithmetic import is_on
from kingmaker.agents.firm import Firm
from kingmaker.agents.member import Column
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import NONE, BoolArray, FloatArray

STAGES = ("watching", "inquiry", "compliance window", "remedy in force")
WATCHING, INQUIRY, WINDOW, IN_FORCE = range(len(STAGES))
REMEDIES = ("none", "interoperability", "a ban of exclusive contracts", "reserved capacity", "review of partnerships")
NO_REMEDY, INTEROPERABILITY, EXCLUSIVITY_BAN, RESERVED_CAPACITY, PARTNERSHIP_REVIEW = range(len(REMEDIES))

Evidence = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


class Regulator(Firm):
    """An authority: what it may do, and where its procedure stands. Fines go to the public sector's cash."""

    competition = Column(False, dtype=np.bool_, unit="yes/no", doc="may act on concentration and exclusivity")
    interoperability = Column(False, dtype=np.bool_, unit="yes/no", doc="may impose interoperability")
    export = Column(False, dtype=np.bool_, unit="yes/no", doc="controls exports")
    partnership_review = Column(False, dtype=np.bool_, unit="yes/no", doc="may review stakes and exclusive ties")
    advises = Column(False, dtype=np.bool_, unit="yes/no", doc="its inquiries end in an opinion, not in a remedy")
    trigger = Column(1.0, unit="score", doc="evidence at which it opens an inquiry")
    inquiry_months = Column(12.0, unit="months", doc="length of an inquiry")
    window_months = Column(6.0, unit="months", doc="time to comply after a conclusion")
    fine_share = Column(0.0, unit="0-1", doc="highest fine, share of yearly turnover")
    own_inquiry = Column(NONE, dtype=np.int32, unit="month", doc="an inquiry that it opens of its own motion (dated)")
    concentrated = Column(0.0, unit="score", doc="evidence of concentration, smoothed")
    short = Column(0.0, unit="score", doc="evidence of tenants that are not served, smoothed")
    foreclosed = Column(0.0, unit="score", doc="evidence of labs bound and rivals shut out, smoothed")
    tied = Column(0.0, unit="score", doc="evidence of labs that rent from their shareholder, smoothed")
    stage = Column(WATCHING, dtype=np.int8, unit="kind", doc="watching, inquiry, compliance window, in force")
    months_in_stage = Column(0.0, unit="months", doc="since the stage began, the first month included")
    remedy = Column(NO_REMEDY, dtype=np.int8, unit="kind", doc="what it has imposed, or last imposed")
    target = Column(NONE, dtype=np.int32, unit="cloud", doc="the cloud that its latest inquiry names first")

    def _evidence(self) -> FloatArray:
        """All evidence, shape (..., n)."""
        return np.asarray(self.concentrated + self.short + self.foreclosed + self.tied)

    def weigh_evidence(
        self, p: Parameters, concentration: FloatArray, short: FloatArray, foreclosed: FloatArray, tied: FloatArray
    ) -> Evidence:
        """Evidence of each sort, smoothed, each of shape (..., n), >= 0.

        Args:
            p: parameters.
            concentration: Herfindahl index of all cloud revenue, 0-1; counts above the unconcentrated.
            short: complaints a month of tenants that are not served, per tenant of the authority's region.
            foreclosed: complaints a month of labs bound to a host that fails them, and of rivals shut out, per firm.
            tied: share of start-ups' compute at a host that owns a part of them.
        """
        speed, w = p.policy.evidence_speed, p.policy
        seen = (
            self.judges_concentration(p, concentration),
            w.complaint_weight * short,
            w.foreclosure_weight * foreclosed,
            w.tied_weight * tied,
        )
        a, b, c, d = (
            np.asarray(old + speed * (new - old))
            for old, new in zip((self.concentrated, self.short, self.foreclosed, self.tied), seen, strict=True)
        )
        return a, b, c, d

    def judges_concentration(self, p: Parameters, concentration: FloatArray) -> FloatArray:
        """What a Herfindahl index (0-1) is worth as evidence, shape (..., n)."""
        worth = p.policy.hhi_weight * np.maximum(concentration - p.policy.hhi_floor, 0.0)
        return np.broadcast_to(worth, self.stage.shape)

    def opens_inquiry(self, p: Parameters, dated: BoolArray) -> BoolArray:
        """Whether it opens an inquiry now, shape (..., n): on evidence, or of its own motion (``dated`` input).

        A dated inquiry takes the place of one that is under way; evidence opens none while another step is.
        """
        may = self.competition | self.interoperability
        enough = self._evidence() > self.trigger * p.policy.trigger
        watching = self.stage == WATCHING
        return np.asarray(may & ((watching & enough) | ((watching | (self.stage == INQUIRY)) & dated)))

    def finds_harm(self, p: Parameters) -> BoolArray:
        """Whether the evidence still stands, shape (..., n); below ``p.policy.hysteresis`` of the trigger it does not.

        Asked at the end of an inquiry, which may so end without remedy, and at each review of a remedy in force.
        """
        return np.asarray(self._evidence() > p.policy.hysteresis * self.trigger * p.policy.trigger)

    def chooses_remedy(self, p: Parameters, gatekeepers: FloatArray) -> NDArray[np.int8]:
        """The remedy that fits the strongest evidence that it may act on, shape (..., n), int8; 0 is none.

        Concentration calls for interoperability (Digital Markets Act art. 6, if there are ``gatekeepers``, a number),
        tenants not served for reserved capacity, foreclosure for a ban of exclusive contracts (both: TFEU art. 102,
        Regulation 1/2003 art. 7 and 9; FTC Act s. 5), stakes for a review of partnerships (Regulation 139/2004; Clayton
        Act s. 7). An authority that advises has no remedy of its own, and without ``p.policy.remedies`` none has.
        """
        rules = self.competition & ~self.advises
        worth = (
            (INTEROPERABILITY, self.interoperability & (gatekeepers > 0.0), self.concentrated),
            (EXCLUSIVITY_BAN, rules, self.foreclosed),
            (RESERVED_CAPACITY, rules, self.short),
            (PARTNERSHIP_REVIEW, self.partnership_review & ~self.advises, self.tied),
        )
        best, chosen = np.zeros_like(self.tied), np.full(self.tied.shape, NO_REMEDY, dtype=np.int8)
        for remedy, may, evidence in worth:
            better = may & (evidence > best)
            chosen = np.where(better, np.int8(remedy), chosen)
            best = np.where(better, evidence, best)
        return np.where(is_on(p.policy.remedies), chosen, np.int8(NO_REMEDY))

    def fines(self, p: Parameters) -> FloatArray:
        """Fine for a full breach of a duty, share of yearly turnover, shape (..., n) (DMA art. 30: at most 10 %)."""
        return np.where(self.advises, 0.0, p.policy.fine_scale * self.fine_share)

    def tolerates(self, p: Parameters) -> FloatArray:
        """The highest concern about a partnership that it lets pass, 0-1, shape (..., n); infinite without review.

        The law's strictness, or that of the remedy that the authority has in force, the stricter.
        """
        imposed = (self.stage == IN_FORCE) & (self.remedy == PARTNERSHIP_REVIEW)
        strictness = np.maximum(p.policy.partnership_review, np.where(imposed, p.policy.remedy_review, 0.0))
        return np.where(self.partnership_review & (strictness > 0.0), 1.0 - strictness, np.inf)
