"""Review of partnerships: how much concern a deal raises, and what an authority makes of it.

Pure functions of arrays, elementwise.
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import exp
from kingmaker.agents.types import BoolArray, FloatArray


def concern(
    host_share: FloatArray,
    behind: FloatArray,
    exclusive: BoolArray,
    *,
    safe_share: FloatArray,
    exclusive_concern: FloatArray,
) -> FloatArray:
    """Concern about a cloud's stake in a lab, 0-1, elementwise.

    A vertical merger forecloses the more, the larger the buyer upstream and the nearer the target to the frontier
    downstream (Ordover, Saloner & Salop 1990); an exclusive contract beside it adds to both.

    Args:
        host_share: the cloud's share of cloud revenue, 0-1.
        behind: orders of magnitude (log10 FLOP) between the frontier and the lab's best model, >= 0.
        exclusive: whether the lab is bound to the cloud.
        safe_share: share of cloud revenue from which on size raises full concern, 0-1, shape (worlds, 1).
        exclusive_concern: factor of an exclusive contract, at least one, shape (worlds, 1).
    """
    upstream = np.minimum(host_share / safe_share, 1.0)
    downstream = exp(-np.maximum(behind, 0.0))
    bound = np.where(exclusive, exclusive_concern, 1.0)
    return np.asarray(np.clip(np.sqrt(upstream * downstream) * bound, 0.0, 1.0))


def verdict(amount: FloatArray, worry: FloatArray, bar: FloatArray, least: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Which deals are blocked, and which are cleared only without ties; elementwise.

    Deals below ``least`` M$ are not looked at (as under the size-of-transaction test of 15 USC 18a). Above the ``bar``
    (1 less the strictness) a deal is unbundled: money for shares is allowed, compute paid ahead and preference or
    exclusivity are not. Above twice the bar it is blocked, so that a strictness up to one half only unbundles (as
    authorities prefer commitments to prohibition: Regulation 139/2004, recital 30).
    """
    seen = (amount > 0.0) & (amount >= least)
    blocked: BoolArray = seen & (worry > 2.0 * bar)
    unbundled: BoolArray = seen & (worry > bar) & ~blocked
    return blocked, unbundled
