"""What hosts offer their tenants, as a tenant sees it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.types import OTHER, US, FloatArray, IntArray

NEVER = 1e250  # a time in the race of hosts that those who do not serve never beat


class Offers:
    """The attraction of each host to tenants of each region.

    Args:
        utility: of shape (worlds, hosts, 4): utility for tenants at home in the US, EU, China, elsewhere; minus
            infinity where a host does not serve.
    """

    def __init__(self, utility: FloatArray) -> None:
        """Keep the logit weights exp(utility - best)."""
        best = utility.max(axis=1, keepdims=True)
        best = np.where(np.isfinite(best), best, 0.0)
        weights = np.maximum(np.exp(utility - best), 1e-300)
        self._flat = np.ascontiguousarray(np.moveaxis(weights, 1, 0)).reshape(utility.shape[1], -1)
        self.hosts: int = utility.shape[1]

    @staticmethod
    def seen(region: IntArray) -> NDArray[np.int64]:
        """Where tenants of the given regions (worlds, n) find the weights of a host, for :meth:`rate`.

        The United States and the rest of the world see the same; Europe and China are told apart.
        """
        told_apart = np.where(region == OTHER, US, region)
        return told_apart + 4 * np.arange(region.shape[0])[:, np.newaxis]

    def rate(self, host: int, seen: NDArray[np.int64]) -> FloatArray:
        """The logit weight of ``host`` for tenants ``seen`` (worlds, n), shape (worlds, n)."""
        return np.asarray(self._flat[host].take(seen))
