"""Scenario discovery: the box of parameters in which a case of interest mostly happens (PRIM; Friedman & Fisher 1999).

By ema-workbench, an optional extra: ``pip install "kingmaker[discovery]"``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.experiments.stats.prim_box import Box, box_of, load_prim
from kingmaker.experiments.studies.sensitivity.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import BoolArray

_CASE = re.compile(r"\s*(\w+)\s*(<=|>=|<|>)\s*([-+.\w]+)\s*")
FEWEST = 20  # points of interest, and points of no interest


def read_case(text: str, outcomes: Sequence[str]) -> tuple[str, str, float]:
    """Outcome, comparison and bound of a case such as ``switching_rate_last12 > 0.01``.

    Raises:
        KingmakerError: not of that form, or an unknown outcome.
    """
    found = _CASE.fullmatch(text)
    try:
        bound = float(found[3]) if found else np.nan
    except ValueError:
        bound = np.nan
    if found is None or np.isnan(bound):
        raise KingmakerError(f"--discover '{text}': write it as outcome > number, such as '{outcomes[0]} > 0.01'.")
    if found[1] not in outcomes:
        raise KingmakerError(
            f"--discover '{text}': there is no outcome '{found[1]}'.{nearest(found[1], outcomes)} "
            f"Known are {', '.join(outcomes[:8])}{', …' if len(outcomes) > 8 else ''}."
        )
    return found[1], found[2], bound


def cases_of(text: str, study: Study) -> BoolArray:
    """Which points are cases; outcomes are means over replications.

    Raises:
        KingmakerError: an unfit text, or too few points on either side.
    """
    outcome, relation, bound = read_case(text, study.outcomes)
    values = study.y[:, :, study.outcomes.index(outcome)].mean(axis=1)
    compare = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal}[relation]
    chosen: BoolArray = compare(values, bound)
    if min(chosen.sum(), (~chosen).sum()) < FEWEST:
        raise KingmakerError(
            f"--discover '{text}': holds at {int(chosen.sum())} of {len(chosen)} points; at least {FEWEST} must be on "
            f"either side. The outcome runs from {values.min():.4g} to {values.max():.4g}."
        )
    return chosen


def check_case(case: str, kind: str, outcomes: Sequence[str]) -> None:
    """Whatever can be known before the runs.

    Raises:
        KingmakerError: the extra is not installed, a sample that does not fill the space, an unfit text.
    """
    if kind not in ("lhs", "sobol"):
        raise KingmakerError("--discover: needs a sample that fills the space: --method lhs or --method sobol.")
    read_case(case, outcomes)
    load_prim()


def discover(study: Study, case: str, seed: int = 1) -> Box:
    """The first box that PRIM finds, cut back to the most dense one that still covers half of the cases.

    Raises:
        KingmakerError: see :func:`check_case` and :func:`cases_of`; or no box was found.
    """
    check_case(case, study.sample.kind, study.outcomes)
    return box_of(_frame(study), cases_of(case, study), case, seed)


def _frame(study: Study) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([[float(point[name]) for name in study.sample.names] for point in study.points],
                        columns=list(study.sample.names))  # fmt: skip
