"""One random stream per decision, a function of seed, month and firm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kingmaker.agents.draws import Draws, decision_key, mix64, month_key
from kingmaker.agents.types import IdArray


class Streams:
    """The luck of all worlds.

    Args:
        seeds: one whole number a world, 0 <= seed < 2**64.
    """

    def __init__(self, seeds: Sequence[int]) -> None:
        """Scramble the seeds, so that neighbours such as 1 and 2 share nothing."""
        self.seeds = list(seeds)
        self._seeds: IdArray = mix64(np.array(seeds, dtype=np.uint64)[:, np.newaxis] + np.uint64(1))
        self._keys: dict[str, IdArray] = {}  # of each decision

    def draws(self, decision: str, month: int, ids: IdArray) -> Draws:
        """The draws of firms ``ids`` (worlds, firms) in ``decision`` in ``month``."""
        if decision not in self._keys:
            self._keys[decision] = decision_key(self._seeds, decision)
        return Draws(month_key(self._keys[decision], month), ids)

    def world(self, decision: str, month: int) -> Draws:
        """Draws of the world as a whole, shape (worlds, 1)."""
        return self.draws(decision, month, np.zeros_like(self._seeds))
