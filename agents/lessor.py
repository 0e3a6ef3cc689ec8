"""Leases of years between clouds, as each side decides on them: who lets, who takes, for how much, on whose credit."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import TINY
from kingmaker.agents.lease import LeaseRow
from kingmaker.agents.member import Column
from kingmaker.agents.owner import Owner
from kingmaker.agents.parameter_groups import Parameters
from kingmaker.agents.types import BoolArray, FloatArray

TYPES = ("hyperscaler", "new-generation", "european", "chinese", "consortium", "self-builder", "other")
HYPERSCALER, NEW, EUROPEAN, CHINESE, CONSORTIUM, SELF_BUILDER, OTHER_BUYER = range(len(TYPES))


class Lessor(Owner):
    """An owner of compute that may let it to other clouds for years, or lease what it lacks from them."""

    tables = (LeaseRow,)

    type = Column(OTHER_BUYER, dtype=np.int8, unit="kind", doc="hyperscaler, new-generation, European, Chinese, ...")
    aggregate = Column(False, dtype=np.bool_, unit="yes/no", doc="whether it stands for many firms that act apart")
    rents_out = Column(False, dtype=np.bool_, unit="yes/no", doc="whether it serves tenants")
    wholesale = Column(False, dtype=np.bool_, unit="yes/no", doc="whether it is in the business of letting to clouds")
    wanted_inside = Column(0.0, unit="H100e", doc="compute that it wants for itself")
    demand_outside = Column(0.0, unit="H100e", doc="compute that tenants wanted, smoothed")
    shortage_by_month = Column(
        0.0, unit="0-1", doc="what is asked by the month, without a contract, and not served, smoothed"
    )
    rent = Column(0.0, unit="$/H100e-hour", doc="price of a contract for a term that is signed now")
    committed = Column(0.0, unit="H100e", doc="compute that it delivers to other clouds under leases of years")
    leased_in = Column(0.0, unit="H100e", doc="compute delivered to it under leases of years")
    leased_used = Column(0.0, unit="H100e", doc="the part of that which it uses")
    signed = Column(0.0, unit="H100e", doc="compute that other clouds have reserved at it, delivered or not")
    signed_labs = Column(0.0, unit="H100e", doc="compute that labs have reserved at it, standing or to come")
    labs_coming = Column(0.0, unit="H100e", doc="the part of it that is to come")
    leased = Column(0.0, unit="H100e", doc="compute that it has reserved at other clouds, delivered or not")
    lease_bill = Column(0.0, unit="M$/month", doc="what its leases cost once all is delivered")
    lease_arrears = Column(0.0, unit="months", doc="for how long it has not paid for what it leases in full")
    backlog = Column(0.0, unit="M$", doc="what other clouds still have to take or pay for under their leases")
    pledged_contracts = Column(0.0, unit="M$", doc="what lenders would advance on contracts signed with it")

    @property
    def unleased(self) -> FloatArray:
        """Its capacity less what it delivers to other clouds under leases of years, H100e, shape (..., n)."""
        return np.maximum(self.capacity - self.committed, 0.0)

    @property
    def left_to_tenants(self) -> FloatArray:
        """Its capacity less what it delivers, or builds, for other clouds under leases of years, H100e, (..., n)."""
        return np.maximum(self.capacity - np.maximum(self.signed, self.committed), 0.0)

    @property
    def is_giant(self) -> BoolArray:
        """Whether it is a hyperscaler or a Chinese cloud, shape (..., n)."""
        return np.asarray((self.type == HYPERSCALER) | (self.type == CHINESE))

    @property
    def lives_by_renting(self) -> BoolArray:
        """Whether renting compute is its only business, shape (..., n)."""
        return np.asarray((self.type == NEW) | (self.type == CONSORTIUM))

    @property
    def lets_to_clouds(self) -> BoolArray:
        """Whether it lets compute to other clouds, shape (..., n): who develops models keeps it from its rivals."""
        return np.asarray(self.alive & self.wholesale & ~self.develops)

    @property
    def lease_rows(self) -> tuple[LeaseRow, ...]:
        """Its leases, as many rows as ``ties.most_leases`` says."""
        return LeaseRow.of(self)

    @property
    def leases(self) -> tuple[LeaseRow, ...]:
        """Those of its leases that some cloud holds: what readers sum over."""
        return LeaseRow.of(self, "lessor")

    def offers_leases(self, p: Parameters) -> FloatArray:
        """Capacity that it would sign to build for other clouds, H100e, shape (..., n)."""
        return np.where(self.lets_to_clouds, self.builds_at_most(p), 0.0)

    def builds_at_most(self, p: Parameters) -> FloatArray:
        """Capacity that it would sign to build beside what it is building, H100e, shape (..., n).

        Nobody builds more at a time than a multiple of what it runs, of which the smallest lease is the least.
        """
        building = np.maximum(self.signed - self.committed, 0.0) + self.labs_coming
        return np.maximum(self._reach(p) - building, 0.0)

    def commits_to_one(self, p: Parameters, ahead: FloatArray) -> FloatArray:
        """Compute that it would have reserved by one lab, H100e, shape (..., n).

        A cloud with other business lets no lab have more than ``contracts.most_to_one`` of what it will run for tenants
        (``ahead``, H100e), by the likeness of limits on large exposures (Regulation (EU) 575/2013, art. 395), so that
        the largest outgrow it. One that lives by renting builds for what is signed, as far as it builds at all.
        """
        return np.where(self.lives_by_renting, np.maximum(self._reach(p), ahead), p.contracts.most_to_one * ahead)

    def _reach(self, p: Parameters) -> FloatArray:
        return np.asarray(p.clouds.seller_reach * np.maximum(self.capacity, p.compute.lease_smallest))

    def seeks_leases(self, p: Parameters, lacking: FloatArray) -> FloatArray:
        """Capacity that it would lease for years, H100e, shape (..., n).

        What waits today, of its own work and of its tenants, as far as it will go on waiting: its plans are ``lacking``
        as much beyond all that it has ordered. Only who has another business than renting, which bears its credit, is
        taken on as a tenant for years.
        """
        large = self.alive & (self.outside_cash >= p.clouds.self_financing) & ~self.aggregate
        waits = np.maximum(self.wanted_inside - self.inside, 0.0) + self.shortage * self.demand_outside
        return np.where(large & ~self.lets_to_clouds, np.minimum(waits, lacking), 0.0)

    def affords_leases(self, p: Parameters, hourly: FloatArray, term: FloatArray) -> FloatArray:
        """Capacity that it can pay for beside what it leases already, H100e, shape (..., n).

        Leases take a part of its cash flow at most, and what is paid ahead a part of its cash.

        Args:
            p: parameters.
            hourly: what a unit costs, M$ a month per H100e.
            term: months.
        """
        bill = np.maximum(p.compute.lease_purse * self.outside_cash - self.lease_bill, 0.0)
        ahead = paid_ahead(p, hourly, term)
        cash = p.compute.wholesale_purse * np.maximum(self.cash, 0.0)
        return np.minimum(bill / np.maximum(hourly, TINY), cash / np.maximum(ahead, TINY))

    def accepts_price(self, price: FloatArray, spot: FloatArray, glut: BoolArray) -> BoolArray:
        """Whether capacity at this ``price`` pays, shape (..., n); both in $ per H100e-hour.

        It is worth what tenants pay the cloud under contract, as they would have to wait for it otherwise, or what it
        costs by the month (``spot``). In a ``glut`` nobody has to wait: then it is worth what it costs by the month,
        and where that is less than new capacity costs, nobody signs.
        """
        return np.asarray(price <= np.where(glut, spot, np.maximum(self.rent, spot)))

    def advance_rate(self, p: Parameters) -> FloatArray:
        """Part of what this cloud has to pay for a lease that its lessor's lenders advance, 0-1, shape (..., n)."""
        strong = self.outside_cash >= p.clouds.self_financing
        return np.where(strong, p.clouds.advance_strong, p.clouds.advance_weak)

    def interest(self, p: Parameters) -> FloatArray:
        """Interest on its loans, 1/year, shape (..., n)."""
        return np.where(self.lives_by_renting, p.clouds.contract_interest, p.capital.interest)


def paid_ahead(p: Parameters, bill: FloatArray, term: FloatArray) -> FloatArray:
    """What is paid ahead under a lease of ``term`` months that costs ``bill`` (M$ a month), M$, same shape."""
    return np.asarray(p.compute.lease_prepaid * p.compute.lease_due * term * bill)
