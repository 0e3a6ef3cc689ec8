"""What the model says where a fact speaks: for each observed series, a number a world over the fact's period.

Months count from January 2022; a period's first and last month both belong to it. A new statistic goes into the module
of its subject, with :func:`statistic`.
"""

from kingmaker.experiments.measured import (
    chip_patterns,
    cloud_patterns,
    commitment_patterns,
    lab_patterns,
)
from kingmaker.experiments.measured.registry import STATISTICS, Statistic, statistic

__all__ = [
    "STATISTICS",
    "Statistic",
    "chip_patterns",
    "cloud_patterns",
    "commitment_patterns",
    "lab_patterns",
    "statistic",
]
