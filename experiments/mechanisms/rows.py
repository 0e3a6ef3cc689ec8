"""All rows that are tested, and what stands against those that are not.

The ids are those of the list of 47 mechanisms drawn from five newspaper articles of 2023-2025: S chip supply, C cloud
and partnerships, L labs and models, R rules. A row with several claims has several tests: R1, R1b.
"""

from __future__ import annotations

from kingmaker.experiments.mechanisms import clouds, labs, rules, supply, values
from kingmaker.experiments.mechanisms.row import Row

ROWS: tuple[Row, ...] = supply.ROWS + clouds.ROWS + values.ROWS + labs.ROWS + rules.ROWS
OPEN: dict[str, str] = supply.OPEN | clouds.OPEN | labs.OPEN | rules.OPEN
