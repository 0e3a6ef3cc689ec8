"""The small types that pass between the floors: arrays, the code for 'no firm', what a decision is handed."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int32]
IdArray: TypeAlias = NDArray[np.uint64]
BoolArray: TypeAlias = NDArray[np.bool_]

# the populations by name: payers, payees, whose luck
Who: TypeAlias = Literal["chipmakers", "clouds", "startups", "enterprises", "investors", "regulators", "sectors"]

NONE = -1  # no firm, no host, no owner

REGIONS = ("US", "EU", "CN", "OTHER")
US, EU, CN, OTHER = range(len(REGIONS))


class Declared(Protocol):
    """The declaration of a parameter, the model's own or a user's."""

    @property
    def key(self) -> str:
        """Such as ``policy.tax``."""
