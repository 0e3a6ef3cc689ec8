"""The box of parameters in which a case mostly happens (PRIM; Friedman & Fisher 1999).

By ema-workbench, an optional extra: ``pip install "kingmaker[discovery]"``.
"""

from __future__ import annotations

import inspect
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.errors import KingmakerError

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import BoolArray

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


def box_of(x: pd.DataFrame, chosen: BoolArray, case: str, seed: int = 1) -> Box:
    """The box of the parameters ``x`` (points by parameters) in which the ``chosen`` points mostly lie.

    Raises:
        KingmakerError: the extra is not installed, or no box was found.
    """
    prim = load_prim()
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
        limits=_limits(x, chosen, box),
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


def _limits(x: pd.DataFrame, chosen: BoolArray, box: Any) -> pd.DataFrame:
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
