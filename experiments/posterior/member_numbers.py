"""Whether members still belong to the model: the first of them must give the numbers that they gave when fitted.

The text of the model's source changes more often than its numbers do: a docstring or a faster sum asks for no new fit.
"""

from __future__ import annotations

import hashlib

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.experiments.posterior.ensemble_runs import EnsembleRuns
from kingmaker.experiments.posterior.fitting import FitPlan
from kingmaker.experiments.posterior.lines import read_lines, window
from kingmaker.experiments.posterior.members import Members

RUN_AGAIN = 8  # members: each moves all parameters that have a prior
DIGITS = 9  # significant ones, of what the lines say
NOTHING = 1e-9  # in the unit of a line: less is what rounding leaves of two sums that cancel


def numbers_digest(members: Members, plan: FitPlan) -> str:
    """A digest of what the first members say of all lines of the window, run with their own seeds.

    Args:
        members: the members.
        plan: what they were fitted with: how long they run, and what is the same in all worlds.
    """
    first = members.first(min(RUN_AGAIN, len(members)))
    said = EnsembleRuns(window(read_lines()), plan.months, pins=plan.pins).run(first.keys, first.values, first.seeds)
    return digest_of(said)


def digest_of(said: FloatArray) -> str:
    """A digest of numbers that is the same where they differ by rounding alone."""
    settled = np.where(np.abs(said) < NOTHING, 0.0, said)
    return hashlib.sha256(" ".join(f"{number:.{DIGITS}g}" for number in settled.ravel()).encode()).hexdigest()
