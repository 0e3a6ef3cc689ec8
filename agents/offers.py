"""What hosts offer their tenants, as a tenant sees it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kingmaker.agents.arithmetic import exp
from kingmaker.agents.types import OTHER, REGIONS, US, FloatArray, IntArray

NEVER = 1e250  # a time in the race of hosts that those who do not serve never beat
LEAST = 1e-300  # the weight of those who do not serve


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
        weights = np.maximum(exp(utility - best), LEAST)
        self.hosts: int = utility.shape[1]
        self.serving = [h for h in range(self.hosts) if (weights[:, h] > LEAST).any()]  # somebody, in some world
        flat = np.ascontiguousarray(np.moveaxis(weights, 1, 0)).reshape(self.hosts, 1, -1)
        present = np.arange(self.hosts + 1) - 1  # of tenants: none, or one of the hosts
        leaves = present != np.arange(self.hosts)[:, np.newaxis]
        self._own = flat.ravel()
        self._elsewhere = np.where(leaves[:, :, np.newaxis], flat, LEAST).reshape(self.hosts, -1)

    def seen(self, region: IntArray, host: IntArray) -> NDArray[np.int64]:
        """Where tenants of the given regions and hosts (worlds, n) find the weights of a host, for :meth:`rate`.

        The United States and the rest of the world see the same; Europe and China are told apart.
        """
        told_apart = np.where(region == OTHER, US, region)
        worlds = np.arange(len(region))[:, np.newaxis]
        return np.asarray(told_apart + len(REGIONS) * (worlds + len(region) * (host.astype(np.int64) + 1)))

    def rate(self, host: int, seen: NDArray[np.int64]) -> FloatArray:
        """The logit weight of ``host`` for tenants ``seen`` (worlds, n), same shape; next to nothing for its own."""
        return np.asarray(self._elsewhere[host][seen])

    def rate_at_home(self, seen: NDArray[np.int64]) -> FloatArray:
        """The logit weight of their own host for tenants ``seen`` (worlds, n), same shape; of no meaning without."""
        return np.asarray(self._own.take(seen - self._own.size // self.hosts, mode="clip"))
