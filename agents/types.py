"""The small types that pass between the floors: arrays, the code for 'no firm', what a decision is handed."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int32]
IdArray: TypeAlias = NDArray[np.uint64]
BoolArray: TypeAlias = NDArray[np.bool_]

NONE = -1  # no firm, no host, no owner

REGIONS = ("US", "EU", "CN", "OTHER")
US, EU, CN, OTHER = range(len(REGIONS))
