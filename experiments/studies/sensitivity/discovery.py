"""Scenario discovery: the box of parameters in which a case of interest mostly happens (PRIM; Friedman & Fisher 1999).

By ema-workbench, an optional extra: ``pip install "kingmaker[discovery]"``.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.errors import KingmakerError, nearest
from kingmaker.experiments.studies.sensitivity.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import BoolArray

_CASE = re.compile(r"\s*(\w+)\s*(<=|>=|<|>)\s*([-+.\w]+)\s*")
FEWEST = 20  # points of interest, and points of no interest
MASS = 0.05  # share of the points that a box holds at least


@dataclass(frozen=True)
class Box:
    """A box.

    Attributes:
        case: what is of interest, such as ``switching_rate_last12 > 0.01``.
        limits: parameter, low, high, low_sampled, high_sampled, p_value; the parameters that the box restricts.
        coverage: share of the cases of interest that lie in the box.
        density: share of the points in the box that are of interest.
        share: share of all points that are of interest: the density of no box at all.
        mass: share of all points that lie in the box.
        points: in the study.
    """

    case: str
    limits: pd.DataFrame
    coverage: float
    density: float
    share: float
    mass: float
    points: int


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
    prim = load_prim()
    chosen = cases_of(case, study)
    x = _frame(study)
    given: dict[str, Any] = {"mass_min": MASS}
    if "threshold" in inspect.signature(prim.Prim.__init__).parameters:  # ema-workbench before 3
        given["threshold"] = float(chosen.mean())
    state = np.random.get_state()  # noqa: NPY002 - the library draws from NumPy's global generator
    np.random.seed(seed)  # noqa: NPY002
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            box = prim.Prim(x, chosen, **given).find_box()
            if box is None:
                raise KingmakerError(f"--discover '{case}': no box was found in which this happens more often.")
            path = box.peeling_trajectory
            fit = path[path["coverage"] >= 0.5]
            box.select(int(fit["density"].idxmax()))
    finally:
        np.random.set_state(state)  # noqa: NPY002
    inside = _inside(x, box)
    return Box(
        case=case,
        limits=_limits(x, chosen, box, study),
        coverage=float(chosen[inside].sum() / chosen.sum()),
        density=float(chosen[inside].mean()),
        share=float(chosen.mean()),
        mass=float(inside.mean()),
        points=len(chosen),
    )


def load_prim() -> Any:
    """The library's module.

    Raises:
        KingmakerError: it is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from ema_workbench.analysis import prim
    except ImportError:
        raise KingmakerError(
            '--discover: needs ema-workbench, which is not installed: pip install "kingmaker[discovery]".'
        ) from None
    return prim


def _frame(study: Study) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([[float(point[name]) for name in study.sample.names] for point in study.points],
                        columns=list(study.sample.names))  # fmt: skip


def _bounds(box: Any) -> pd.DataFrame:
    """The limits of the selected box: index low and high, a column a parameter."""
    return box.box_lims[box._cur_box]  # type: ignore[no-any-return]  # the library's own box, of which it shows no other view


def _inside(x: pd.DataFrame, box: Any) -> BoolArray:
    limits = _bounds(box)
    inside = np.ones(len(x), dtype=np.bool_)
    for name in x.columns:
        low, high = (float(v) for v in limits[name])
        inside &= (x[name].to_numpy() >= low) & (x[name].to_numpy() <= high)
    return inside


def _limits(x: pd.DataFrame, chosen: BoolArray, box: Any, study: Study) -> pd.DataFrame:
    """Restricted parameters; quasi p value: the chance that a box without this limit is as dense (Bryant 2010)."""
    import pandas as pd
    from scipy.stats import binom

    limits, inside = _bounds(box), _inside(x, box)
    rows = []
    for name in x.columns:
        low, high = (float(v) for v in limits[name])
        least, most = float(x[name].min()), float(x[name].max())
        if low <= least and high >= most:
            continue
        wide = limits.copy()
        wide[name] = [least, most]
        without = np.ones(len(x), dtype=np.bool_)
        for other in x.columns:
            without &= (x[other].to_numpy() >= float(wide[other].iloc[0])) & (
                x[other].to_numpy() <= float(wide[other].iloc[1])
            )
        density = float(chosen[without].mean())
        p = float(binom.sf(int(chosen[inside].sum()) - 1, int(inside.sum()), density))
        rows.append((name, low, high, least, most, p))
    return pd.DataFrame(rows, columns=["parameter", "low", "high", "low_sampled", "high_sampled", "p_value"])
