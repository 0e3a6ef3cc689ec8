"""All rows that are tested, and what stands against those that are not.

The ids are those of the list of 47 mechanisms drawn from five newspaper articles of 2023-2025: S chip supply, C cloud
and partnerships, L labs and models, R rules. Beside it stand P, on commitments, W, on leases between clouds, and G, on
places. A row with several claims has several tests: R1, R1b.
"""

from __future__ import annotations

from kingmaker.experiments.studies.mechanisms import (
    cloud_rows,
    commitment_rows,
    lab_rows,
    lease_rows,
    place_rows,
    rule_rows,
    supply_rows,
    value_rows,
)
from kingmaker.experiments.studies.mechanisms.row import Row

_MODULES = (
    supply_rows, cloud_rows, value_rows, lab_rows, rule_rows, commitment_rows, lease_rows, place_rows,
)  # fmt: skip
ROWS: tuple[Row, ...] = tuple(row for module in _MODULES for row in module.ROWS)
OPEN: dict[str, str] = supply_rows.OPEN | cloud_rows.OPEN | lab_rows.OPEN | rule_rows.OPEN
