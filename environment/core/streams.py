"""One random stream per decision, a function of seed, month and firm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kingmaker.agents.draws import Draws, LastingDraws, decision_key, mix64, month_key
from kingmaker.agents.types import IdArray

_MOST_KEPT = 500_000  # firms; the numbers of more would take too much memory


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
        self._lasting: dict[str, LastingDraws] = {}  # by decision

    def draws(self, decision: str, month: int, ids: IdArray) -> Draws:
        """The draws of firms ``ids`` (worlds, firms) in ``decision`` in ``month``."""
        return Draws(self._key(decision, month), ids)

    def lasting(self, decision: str, ids: IdArray) -> Draws:
        """The draws of firms ``ids`` (worlds, firms) in a decision that has the same luck in all months."""
        if ids.size > _MOST_KEPT:
            return Draws(self._key(decision, 0), ids)
        before = self._lasting.get(decision)
        self._lasting[decision] = LastingDraws(self._key(decision, 0), ids, before)
        return self._lasting[decision]

    def __getstate__(self) -> dict[str, Any]:
        """All but the lasting draws, which a copy makes anew."""
        return vars(self) | {"_lasting": {}}

    def world(self, decision: str, month: int) -> Draws:
        """Draws of the world as a whole, shape (worlds, 1)."""
        return self.draws(decision, month, np.zeros_like(self._seeds))

    def _key(self, decision: str, month: int) -> IdArray:
        if decision not in self._keys:
            self._keys[decision] = decision_key(self._seeds, decision)
        return month_key(self._keys[decision], month)
