"""In what the replications of a question differ: their luck alone, or luck and parameters together.

A replicate has a seed and, over a posterior, a value for each parameter that is not known. It is what a comparison
pairs by, and what a design repeats its points over.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from kingmaker.agents.checks import whole
from kingmaker.agents.errors import WrongValueError
from kingmaker.environment.inputs.parameters import DECLARATIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kingmaker.agents.types import FloatArray
    from kingmaker.environment.inputs.scenario import Scenario

LUCK, POSTERIOR = "luck", "posterior"
Value = float | int


class Drawn(Protocol):
    """An ensemble of parameters and seeds, such as :class:`kingmaker.experiments.posterior.members.Members`."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The parameters."""

    @property
    def values(self) -> FloatArray:
        """Their values, shape (members, keys)."""

    @property
    def seeds(self) -> NDArray[np.int64]:
        """Each member's own seed, shape (members,)."""

    @property
    def weights(self) -> FloatArray:
        """Shape (members,)."""


def _nothing() -> FloatArray:
    return np.empty((0, 0))


@dataclass(frozen=True, eq=False)
class Replicates:
    """An ensemble of replicates.

    Attributes:
        seeds: one each.
        keys: the parameters that are drawn; none over luck.
        values: their values, shape (replicates, keys).
        weights: shape (replicates,), sum 1.
        digest: of the whole posterior, of which these are the first members; empty over luck.
    """

    seeds: tuple[int, ...]
    keys: tuple[str, ...] = ()
    values: FloatArray = field(default_factory=_nothing)
    weights: FloatArray = field(default_factory=lambda: np.empty(0))
    digest: str = ""

    @classmethod
    def luck(cls, first: int, number: int) -> Replicates:
        """So many seeds in a row, at one point of the parameters."""
        return cls(tuple(range(first, first + number)), (), np.empty((number, 0)), np.full(number, 1.0 / number))

    @classmethod
    def of(cls, members: Drawn, number: int | None = None, digest: str = "") -> Replicates:
        """The first members of a posterior, all if no number is given.

        Raises:
            WrongValueError: there are not so many.
        """
        there = len(members.seeds)
        n = there if number is None else whole(number, "members", 1)
        if n > there:
            raise WrongValueError(
                f"members: {n} are asked for; allowed are 1 to {there}, as many as the posterior has."
            )
        weights = np.asarray(members.weights[:n], dtype=np.float64)
        if weights.sum() <= 0.0:
            raise WrongValueError(f"members: the first {n} have no weight; ask for more of the {there}.")
        seeds = tuple(int(seed) for seed in members.seeds[:n])
        return cls(seeds, tuple(members.keys), np.array(members.values[:n]), weights / weights.sum(), digest)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.seeds)

    @property
    def over(self) -> str:
        """``luck`` or ``posterior``."""
        return POSTERIOR if self.keys else LUCK

    @property
    def words(self) -> str:
        """Over what an interval is: ``luck and parameters, 64 members`` or ``luck at one point, 20 seeds``."""
        return f"luck and parameters, {len(self)} members" if self.keys else f"luck at one point, {len(self)} seeds"

    @property
    def counted(self) -> str:
        """Such as ``64 members``, or ``seeds 1-20``."""
        if self.keys:
            return f"{len(self)} members"
        return f"seed {self.seeds[0]}" if len(self) == 1 else f"seeds {self.seeds[0]}-{self.seeds[-1]}"

    @property
    def equal(self) -> bool:
        """Whether all weigh the same."""
        return bool(np.allclose(self.weights, 1.0 / len(self), rtol=1e-9))

    @property
    def record(self) -> dict[str, Any]:
        """What a question says of it: nothing over luck, which earlier results did not name."""
        return {"over": {"posterior": self.digest, "members": len(self)}} if self.keys else {}

    def first(self, number: int) -> Replicates:
        """The first so many."""
        weights = self.weights[:number]
        return Replicates(self.seeds[:number], self.keys, self.values[:number], weights / weights.sum(), self.digest)

    def drawn_under(self, *settings: Scenario, but: Collection[str] = ()) -> tuple[str, ...]:
        """The parameters that are drawn under all of these scenarios.

        What a scenario gives another value than the declared one, pins or sets on a date is the question's, not drawn.
        """
        taken = {key for one in settings for key in (*one.parameters, *one.pinned)} | set(but)
        taken |= {key for one in settings for event in one.events for key in event.set}
        return tuple(key for key in self.keys if key not in taken)

    def held(self, place: int, drawn: Collection[str]) -> dict[str, Value]:
        """The values that a replicate brings, of the parameters that are ``drawn``."""
        row = self.values[place]
        chosen = set(drawn)
        return {key: _whole(key, float(row[k])) for k, key in enumerate(self.keys) if key in chosen}

    def columns(self) -> Mapping[str, FloatArray]:
        """Each parameter's values, shape (replicates,)."""
        return {key: self.values[:, k] for k, key in enumerate(self.keys)}


def _whole(key: str, value: float) -> Value:
    declared = DECLARATIONS.get(key)
    return round(value) if declared is not None and declared.integer else value
