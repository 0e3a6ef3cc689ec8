"""All rows that are tested, and what stands against those that are not.

The ids are those of the list of 47 mechanisms drawn from five newspaper articles of 2023-2025: S chip supply, C cloud
and partnerships, L labs and models, R rules. A row with several claims has several tests: R1, R1b. Rows W, of leases
between clouds, stand beside that list.
"""

from __future__ import annotations

from kingmaker.experiments.studies.mechanisms import (
    cloud_rows,
    lab_rows,
    lease_rows,
    rule_rows,
    supply_rows,
    value_rows,
)
from kingmaker.experiments.studies.mechanisms.row import Row

ROWS: tuple[Row, ...] = (
    supply_rows.ROWS + cloud_rows.ROWS + value_rows.ROWS + lab_rows.ROWS + rule_rows.ROWS + lease_rows.ROWS
)
OPEN: dict[str, str] = supply_rows.OPEN | cloud_rows.OPEN | lab_rows.OPEN | rule_rows.OPEN
