"""A firm that rents compute and sells stakes in itself: its contracts and its owners, as it and others read them.

Nothing here writes: rows are written by the verbs of :mod:`kingmaker.environment.ties`.
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from kingmaker.agents.arithmetic import SMALL
from kingmaker.agents.builder import Builder
from kingmaker.agents.contract import ContractRow, StakeRow
from kingmaker.agents.types import NONE, BoolArray, FloatArray


class Tenant(Builder):
    """Contracts with clouds, the first host's first, and clouds' stakes, the latest first."""

    tables = (ContractRow, StakeRow)

    host, second = ContractRow.lessor.at(0), ContractRow.lessor.at(1)
    contract, term, tenure = ContractRow.form.at(0), ContractRow.term.at(0), ContractRow.tenure.at(0)
    talks, second_talks = ContractRow.talks.at(0), ContractRow.talks.at(1)
    talks_left, second_talks_left = ContractRow.talks_left.at(0), ContractRow.talks_left.at(1)
    second_share, used_second = ContractRow.part.at(1), ContractRow.got.at(1)
    host_fill = ContractRow.fill.at(0)
    vendor, vendor_before = StakeRow.owner.at(0), StakeRow.owner.at(1)
    vendor_share, vendor_before_share = StakeRow.share.at(0), StakeRow.share.at(1)
    vendor_paid, vendor_before_paid = StakeRow.paid.at(0), StakeRow.paid.at(1)
    pledged, pledge_rate = StakeRow.pledged.at(0), StakeRow.pledge_rate.at(0)
    pledge_credit = StakeRow.pledge_credit.at(0)

    @property
    def contracts(self) -> tuple[ContractRow, ...]:
        """Its contracts, as many rows as ``ties.most_contracts`` says."""
        return ContractRow.of(self)

    @property
    def contracts_in_use(self) -> tuple[ContractRow, ...]:
        """Those of its contracts that some firm holds: what readers sum over; the first is always there."""
        return ContractRow.of(self, "lessor")

    @property
    def owners(self) -> tuple[StakeRow, ...]:
        """Clouds' stakes in it, the latest first, as many rows as ``ties.most_owners`` says."""
        return StakeRow.of(self)

    @property
    def owners_held(self) -> tuple[StakeRow, ...]:
        """Those of them that some firm has: what readers sum over; the first is always there."""
        return StakeRow.of(self, "owner")

    @property
    def credit(self) -> FloatArray:
        """Compute that its vendor owes it, M$, shape (..., n): what is paid ahead beside the contracts' prepayments."""
        ahead = [row.ahead for row in ContractRow.of(self, "ahead")]
        if not ahead:
            return self.prepaid
        left = self.prepaid - reduce(np.add, ahead)
        return np.where(left > SMALL, left, 0.0)  # what is less is rounding

    @property
    def first_share(self) -> FloatArray:
        """Share of the compute wanted that its other hosts leave to the first, 0-1, shape (..., n)."""
        return np.asarray(self.contracts[0].share)

    @property
    def used_elsewhere(self) -> FloatArray:
        """Compute that it got from hosts other than the first, H100e, shape (..., n)."""
        first, *others = self.contracts_in_use
        got: FloatArray = np.zeros(np.shape(first.lessor)) if not others else others[0].got
        for row in others[1:]:
            got = got + row.got
        return np.asarray(got)

    @property
    def multihomed(self) -> BoolArray:
        """Whether it has a host beside the first, shape (..., n)."""
        others = (row.lessor != NONE for row in self.contracts_in_use[1:])
        return np.asarray(reduce(np.logical_or, others, np.zeros(np.shape(self.host), dtype=np.bool_)))

    @property
    def hosts_held(self) -> FloatArray:
        """How many hosts it has, shape (..., n)."""
        number = reduce(np.add, (np.asarray(row.lessor != NONE, dtype=np.int8) for row in self.contracts_in_use))
        return np.asarray(number, dtype=np.float64)
