"""Arithmetic that gives a world the same bits alone and in any stack."""

from __future__ import annotations

import numpy as np

from kingmaker.agents.types import FloatArray


def power(base: FloatArray, exponent: FloatArray) -> FloatArray:
    """``base`` to the power of a parameter (worlds, 1), elementwise, in the shape of both together.

    Where one exponent serves a whole call, as for a world alone, NumPy squares for 2 and takes the root for 0.5, which
    rounds otherwise than the way it goes in a stack: so each element gets an exponent of its own.
    """
    base, exponent = np.broadcast_arrays(base, exponent)
    return np.asarray(np.power(base, np.array(exponent)))
