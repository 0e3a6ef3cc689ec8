"""Where in the posterior a case happens: PRIM over the parameters that go with it, not over all that are drawn.

Of some hundreds of parameters a box of a few hundred members would restrict some by chance; so it is looked for only
along those whose rank correlation with the case stands after Holm's correction over all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kingmaker.agents.errors import KingmakerError
from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.experiments.stats.levels import LEVEL
from kingmaker.experiments.stats.prim_box import Box, box_of, load_prim
from kingmaker.experiments.stats.turning import MOST, rank_correlations
from kingmaker.experiments.studies.sensitivity.discovery import read_case

FEWEST = 8  # members on either side
BOX_COLUMNS = {
    ("boxes", "parameter"): "parameter that the box restricts",
    ("boxes", "low"): "lower limit of the box",
    ("boxes", "high"): "upper limit",
    ("boxes", "low_sampled"): "smallest value among the members",
    ("boxes", "high_sampled"): "largest value among them",
    ("boxes", "p_value"): "quasi p value of the limit",
    ("boxes", "case"): "what is of interest",
    ("boxes", "coverage"): "share of the cases that lie in the box",
    ("boxes", "density"): "share of the box's members that are cases",
    ("boxes", "share"): "share of all members that are cases",
}
COMPARE = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal}


def check_member_case(case: str, outcomes: Sequence[str]) -> None:
    """Whatever can be known before the runs.

    Raises:
        KingmakerError: an unfit text, or PRIM is not installed.
    """
    read_case(case, outcomes)
    load_prim()


def discover_members(case: str, outcomes: Sequence[str], y: FloatArray, columns: Mapping[str, FloatArray]) -> Box | str:
    """The box in which the case mostly happens, or why there is none, in a sentence: the runs have been made.

    Args:
        case: such as ``switching_rate_last12 > 0.01``.
        outcomes: their names.
        y: their values, shape (outcomes, members).
        columns: the parameters that members bring, each of shape (members,).
    """
    import pandas as pd

    outcome, relation, bound = read_case(case, outcomes)
    values = y[list(outcomes).index(outcome)]
    chosen: BoolArray = COMPARE[relation](values, bound)
    if min(chosen.sum(), (~chosen).sum()) < FEWEST:
        return (
            f"--discover '{case}': holds in {int(chosen.sum())} of {len(chosen)} members; at least {FEWEST} must be on "
            f"either side. The outcome runs from {values.min():.4g} to {values.max():.4g}."
        )
    found = sorted(rank_correlations(values, columns).items(), key=lambda item: -abs(item[1][0]))
    named = [key for key, (_, p) in found if p <= LEVEL.alpha][:MOST]
    if not named:
        return f"--discover '{case}': none of the {len(columns)} parameters drawn goes with it beyond chance."
    try:
        return box_of(pd.DataFrame({key: columns[key] for key in named}), chosen, case)
    except KingmakerError as fault:
        return str(fault)


def write_box(box: Box, path: Path) -> None:
    """The limits of a box, a row a parameter that it restricts."""
    box.limits.assign(case=box.case, coverage=box.coverage, density=box.density, share=box.share).to_csv(
        path, index=False
    )
