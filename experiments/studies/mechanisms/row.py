"""What a row is: a lever low and high, an outcome, the sign of the difference, and what switches the mechanism off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kingmaker.agents.types import FloatArray
from kingmaker.environment.model import ComputeEconomy

Statistic = Callable[[ComputeEconomy, tuple[int, int]], FloatArray]


@dataclass(frozen=True)
class Mutant:
    """A part of the model replaced, so that a mechanism no longer works.

    Attributes:
        target: what is replaced, where it is looked up below ``kingmaker``: ``"agents.cloud:Cloud.kept_inside"``.
        neutral: what stands in its place.
        means: in words, what is then missing.
    """

    target: str
    neutral: Any
    means: str


@dataclass(frozen=True)
class Row:
    """One claim.

    Attributes:
        id: of the mechanism; a letter behind the number tells several claims of one row apart.
        claim: in words.
        lives_in: module and function that carry it.
        low: parameters pinned in the low worlds.
        high: parameters pinned in the high worlds.
        outcome: name of a measure, or of what ``of`` computes.
        window: first and last month (excluded) over which the outcome is averaged.
        sign: +1 or -1, of high less low.
        mutants: each switches the mechanism off; all at once, the row must no longer hold.
        both: parameters pinned in all worlds (the regime in which the claim is made).
        of: from model and window to the outcome of each world, shape (worlds,); None is the measure's mean.
        seeds: pairs of worlds, as many as make the sign certain.
        margin: the claim is that the difference is no worse than this (non-inferiority); 0 is a claim of sign.
        residue: what of the difference may be left once the mechanism is switched off, as the lever has other channels.
    """

    id: str
    claim: str
    lives_in: str
    low: Mapping[str, float]
    high: Mapping[str, float]
    outcome: str
    window: tuple[int, int]
    sign: int
    mutants: tuple[Mutant, ...] = ()
    both: Mapping[str, float] = field(default_factory=dict)
    of: Statistic | None = None
    margin: float = 0.0
    residue: float = 0.0
    seeds: int = 12


def lever(key: str, low: float, high: float) -> tuple[dict[str, float], dict[str, float]]:
    """The two settings of a row with one lever."""
    return {key: low}, {key: high}
