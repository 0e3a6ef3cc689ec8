"""The points of sampled designs, and the order in which runs are made."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.factors import Factor

if TYPE_CHECKING:
    from agents.types import FloatArray

Value = float | int


def grid_points(factors: Sequence[Factor]) -> Iterator[Mapping[str, Value]]:
    """Every combination of the factors' values."""
    keys = [factor.key for factor in factors]
    for values in itertools.product(*(factor.values for factor in factors)):
        yield dict(zip(keys, values, strict=True))


def points_at(factors: Sequence[Factor], unit: FloatArray) -> Iterator[Mapping[str, Value]]:
    """The points at positions in the unit cube, shape (points, factors)."""
    keys = [factor.key for factor in factors]
    columns = [factor.at(unit[:, k]) for k, factor in enumerate(factors)]
    for row in zip(*columns, strict=True):
        yield dict(zip(keys, row, strict=True))


def latin_hypercube(k: int, samples: int, seed: int) -> FloatArray:
    """A Latin hypercube in the unit cube, shape (samples, k)."""
    import numpy as np
    from scipy.stats import qmc

    return np.asarray(qmc.LatinHypercube(d=k, rng=np.random.default_rng(seed)).random(samples))


def sobol_sample(problem: dict[str, Any], samples: int, seed: int, second_order: bool) -> FloatArray:
    """The points that SALib's Sobol analysis expects, in its order."""
    import numpy as np
    from SALib.sample import sobol

    return np.asarray(sobol.sample(problem, samples, calc_second_order=second_order, seed=seed), dtype=np.float64)


def morris_sample(problem: dict[str, Any], samples: int, seed: int, levels: int) -> FloatArray:
    """The trajectories that SALib's Morris analysis expects, in its order."""
    import numpy as np
    from SALib.sample import morris

    return np.asarray(morris.sample(problem, samples, num_levels=levels, seed=seed), dtype=np.float64)


def balanced_order(count: int, shuffled: bool, seed: int) -> list[int]:
    """The order of points within a replication.

    A Latin hypercube, Sobol or Morris design is balanced in its own order, and SALib's blocks stay whole. The points of
    a grid or list are ``shuffled``, or its first corner would be all that a partial sweep has seen.
    """
    import numpy as np

    if not shuffled:
        return list(range(count))
    return [int(i) for i in np.random.default_rng([seed, count]).permutation(count)]
