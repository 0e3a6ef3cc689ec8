"""What hosts offer their tenants, as a tenant sees it."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.types import CN, EU, FloatArray, IntArray


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
        self.weights = np.maximum(np.exp(utility - best), 1e-300)
        self.hosts: int = utility.shape[1]

    def rate(self, host: int, region: IntArray) -> Any:
        """The logit weight of ``host`` for tenants of the given regions (worlds, n), shape (worlds, n).

        The United States and the rest of the world see the same; Europe and China are told apart.
        """
        of = self.weights[:, host, :]
        plain = np.where(region == EU, of[:, EU : EU + 1], of[:, 0:1])
        return np.where(region == CN, of[:, CN : CN + 1], plain)
