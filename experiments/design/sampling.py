"""The points of sampled designs, and the order in which runs are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kingmaker.experiments.design.factors import Factor
from kingmaker.experiments.design.points import Points

if TYPE_CHECKING:
    from kingmaker.agents.types import FloatArray, IntArray


def grid_points(factors: Sequence[Factor]) -> Points:
    """Every combination of the factors' values, those of the last factor fastest."""
    import numpy as np

    axes = np.meshgrid(*(np.array(factor.values, dtype=np.float64) for factor in factors), indexing="ij")
    columns = {factor.key: axis.ravel() for factor, axis in zip(factors, axes, strict=True)}
    return Points(columns, _integers(factors), axes[0].size)


def points_at(factors: Sequence[Factor], unit: FloatArray) -> Points:
    """The points at positions in the unit cube, shape (points, factors)."""
    columns = {factor.key: factor.column(unit[:, k]) for k, factor in enumerate(factors)}
    return Points(columns, _integers(factors), len(unit))


def _integers(factors: Sequence[Factor]) -> list[str]:
    return [factor.key for factor in factors if factor.integer]


def latin_hypercube(k: int, samples: int, seed: int) -> FloatArray:
    """A Latin hypercube in the unit cube, shape (samples, k)."""
    import numpy as np
    from scipy.stats import qmc

    return np.asarray(qmc.LatinHypercube(d=k, rng=np.random.default_rng(seed)).random(samples))


def sobol_sample(problem: dict[str, Any], samples: int, seed: int, second_order: bool) -> FloatArray:
    """The points that SALib's Sobol analysis expects, in its order (Saltelli et al. 2010).

    They are SALib's, bit by bit (a test compares them); its own sampler fills them in number by number, which takes
    seconds for a design of a million runs.
    """
    import numpy as np
    from scipy.stats import qmc

    k = int(problem["num_vars"])
    base = np.asarray(qmc.Sobol(d=2 * k, scramble=True, seed=seed).random(samples))
    one, other = base[:, :k], base[:, k:]
    crossed = [(one, other)] + ([(other, one)] if second_order else [])
    blocks = [one]
    for mine, theirs in crossed:
        blocks += [np.where(np.arange(k) == column, theirs, mine) for column in range(k)]
    return np.stack([*blocks, other], axis=1).reshape(-1, k)


def morris_sample(problem: dict[str, Any], samples: int, seed: int, levels: int) -> FloatArray:
    """The trajectories that SALib's Morris analysis expects, in its order."""
    import numpy as np
    from SALib.sample import morris

    return np.asarray(morris.sample(problem, samples, num_levels=levels, seed=seed), dtype=np.float64)


def balanced_order(count: int, shuffled: bool, seed: int) -> IntArray:
    """The order of points within a replication.

    A Latin hypercube, Sobol or Morris design is balanced in its own order, and SALib's blocks stay whole. The points of
    a grid or list are ``shuffled``, or its first corner would be all that a partial sweep has seen.
    """
    import numpy as np

    if not shuffled:
        return np.arange(count, dtype=np.int32)
    return np.random.default_rng([seed, count]).permutation(count).astype(np.int32)
