"""A cloud's small table of leases: capacity that it has reserved at other clouds, for years.

Row ``k`` is a block of columns of the clouds' own table, as are the contracts of start-ups
(:mod:`kingmaker.agents.contract`). Nobody sets a field: the verbs of :mod:`kingmaker.environment.ties.leases` do.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.contract import NO_MONTH, Row, RowField
from kingmaker.agents.types import NONE

MOST_LEASES = 16  # the most that ties.most_leases allows
NOW, RUNS = 0.0, -1.0  # ``delivery`` of capacity that is due, and of a contract under which some has been delivered


class LeaseRow(Row):
    """A contract of a cloud with another that lets capacity to it, and will build it first."""

    table = "leases"

    lessor = RowField(
        NONE, ranks=(0, MOST_LEASES), dtype=np.int32, unit="cloud", docs=("the cloud that lets the capacity",)
    )
    reserved = RowField(0.0, ranks=(0, MOST_LEASES), unit="H100e", docs=("capacity reserved by the contract",))
    price = RowField(0.0, ranks=(0, MOST_LEASES), unit="$/h", docs=("price of an H100e-hour, fixed at signature",))
    due = RowField(
        0.0, ranks=(0, MOST_LEASES), unit="0-1", docs=("part of the capacity delivered that is paid, used or not",)
    )
    ahead = RowField(0.0, ranks=(0, MOST_LEASES), unit="M$", docs=("paid ahead and not yet drawn",))
    since = RowField(NO_MONTH, ranks=(0, MOST_LEASES), dtype=np.int16, unit="months", low=-np.inf,
                     docs=(f"in which it was signed, 0 is January 2022; {NO_MONTH}: no contract",))  # fmt: skip
    delivery = RowField(0.0, ranks=(0, MOST_LEASES), unit="months", low=RUNS,
                        docs=("until the first capacity is due; 0: it is, -1: some has been delivered",))  # fmt: skip
    term = RowField(0.0, ranks=(0, MOST_LEASES), unit="months", docs=("of full delivery that are left",))
    length = RowField(0.0, ranks=(0, MOST_LEASES), unit="months", docs=("of delivery for which it was signed",))
