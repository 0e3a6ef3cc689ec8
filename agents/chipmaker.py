"""A maker of accelerators: sets price, allocates a scarce output, expands capacity, designs to the export cap."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from kingmaker.agents.arithmetic import SMALL, tanh
from kingmaker.agents.firm import Firm
from kingmaker.agents.member import Column
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import CN, BoolArray, FloatArray
from kingmaker.agents.units import USD


class Chipmaker(Firm):
    """Sells accelerators through a chain of packagers whose capacity answers the backlog with delay."""

    row: ClassVar[Any] = None  # of a user's maker: its row of the table of chipmakers
    chips: ClassVar[tuple[Any, ...]] = ()  # and those of its chips

    capacity = Column(0.0, unit="units/month", doc="what it can have packaged, in units of its current product")
    backlog_seen = Column(0.0, unit="units", doc="backlog as the capacity plan sees it: smoothed, months late")
    contracted = Column(0.0, unit="units/month", doc="packaging and memory under contract with its suppliers")
    software = Column(0.0, unit="0-1", doc="maturity of its software, and of the skills that buyers are bound to")
    quality = Column(0.0, unit="log", doc="hardware quality relative to the leader at equal price")
    markup = Column(0.0, unit="ratio", doc="price over unscarce price")
    scarcity = Column(0.0, unit="ratio", doc="lead time above the shortest possible one, relative to it, smoothed")
    design = Column(-1.0, unit="months", doc="left until an export design is ready; -1: none under way", low=-1.0)
    delivered = Column(0.0, unit="units", doc="delivered this month")
    sales = Column(0.0, unit="M$/month", doc="revenue of accelerators and their networking, smoothed over a quarter")

    def set_markup(self, p: Parameters) -> FloatArray:
        """Price over the unscarce price, shape (..., n).

        An adaptive markup inside a band (Dosi, Fagiolo & Roventini 2010): it follows scarcity, but only part of the way
        (H100: 34.6 k$ in the shortage of 2023, 26.3 k$ in 2024; facts 2b-003, 2b-005).
        """
        aim = 1.0 + p.chips.scarcity_premium * tanh(self.scarcity)
        return np.asarray(self.markup + p.chips.markup_speed * (aim - self.markup))

    def plan_capacity(self, p: Parameters) -> FloatArray:
        """Packaging capacity of the next month, units a month, shape (..., n).

        It moves towards what would clear the backlog seen some months ago within the shortest lead time, by at most a
        tenth or so a month: wafers, substrates and tools are slow (facts 2g-001 to 2g-003). Chinese makers may use the
        foundries of their own country only, which grow in their own time.
        """
        target = self.backlog_seen / p.chips.shortest_lead
        growth = p.chips.capacity_response * (target / np.maximum(self.capacity, SMALL) - 1.0)
        fastest = np.where(self.region == CN, p.chips.foundry_growth, p.chips.capacity_growth)
        return np.asarray(self.capacity * (1.0 + np.clip(growth, -p.chips.capacity_fall, fastest)))

    def contracts_ahead(self, p: Parameters, packed: FloatArray) -> FloatArray:
        """Units a month that it wants under contract with its suppliers, shape (..., n).

        Contracts follow what it can have ``packed`` as fast as wafers started now leave the package (facts 12g-020).
        """
        return np.asarray(self.contracted + (packed - self.contracted) / p.chips.memory_months)

    def improves_software(self, p: Parameters, used: FloatArray, spillover: FloatArray) -> FloatArray:
        """Maturity of its software next month, 0-1, shape (..., n).

        S' = (1 - d) S + d E / (E + H): work on it, E, has diminishing returns, so that who is far ahead gains little by
        more and whoever is used catches up (Arthur 1989; Church & Gandal 1992; absorptive spillovers: Jaffe 1986).
        E is the maker's own spending and its users' work on ``used`` compute (H100e), and ``spillover`` of others' work
        (open compilers), M$ a month.
        """
        c = p.chips
        work = c.software_budget * self.research_budget(p) + USD * c.software_use * used + spillover
        return np.asarray((1.0 - c.software_fade) * self.software + c.software_fade * work / (work + c.software_half))

    def starts_design(self, sells_to_china: BoolArray, restricted: BoolArray) -> BoolArray:
        """Whether it begins to design a chip to the export cap: its chips are banned and China was a market."""
        return np.asarray(self.alive & restricted & sells_to_china & (self.design < 0.0))

    def research_budget(self, p: Parameters) -> FloatArray:
        """Research and other fixed costs, M$ a month, shape (..., n): a share of sales."""
        return np.asarray(p.chips.research_share * self.sales)
