"""Which of the fitted parameters the results hang on: Sobol total indices over their ranges (Saltelli et al. 2010)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.types import BoolArray, FloatArray
from kingmaker.experiments.paper.flagship import BOTH, REFERENCE, world
from kingmaker.experiments.paper.paper_outcomes import OUTCOMES, run
from kingmaker.experiments.stats.levels import LEVEL, Level

if TYPE_CHECKING:
    import pandas as pd

FITTED = Path(__file__).resolve().parent.parent / "studies/calibration/fitted.csv"
FULL, QUICK = 128, 2  # base points: powers of two
SEED, RESAMPLES = 1, 500
LEVELS = ("switching", "concentration", "rent", "china_compute")


def problem() -> tuple[dict[str, Any], BoolArray]:
    """The parameters with their bounds in the unit of the search, in SALib's form, and which are searched in logs."""
    import pandas as pd

    table = pd.read_csv(FITTED)
    logs: BoolArray = (table["scale"] == "log").to_numpy(dtype=np.bool_)
    low, high = table["low"].to_numpy(dtype=float), table["high"].to_numpy(dtype=float)
    low, high = (np.where(logs, np.log(np.where(logs, bound, 1.0)), bound) for bound in (low, high))
    names = [str(key) for key in table["key"]]
    return {"num_vars": len(names), "names": names, "bounds": np.stack([low, high], axis=1).tolist()}, logs


def samples(base: int) -> tuple[list[str], FloatArray]:
    """Names of the parameters and the points, (base * (k + 2), k); fewer base points are the first of more."""
    import warnings

    from SALib.sample import sobol

    asked, logs = problem()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # on balance, which --quick does not need
        points = sobol.sample(asked, base, calc_second_order=False, scramble=True, seed=SEED)
    return asked["names"], np.where(logs, np.exp(np.where(logs, points, 0.0)), points)


def count(base: int) -> int:
    """The number of runs."""
    return 2 * base * (len(problem()[0]["names"]) + 2)


def runs(base: int, workers: int, tell: Callable[[int], None]) -> pd.DataFrame:
    """One row a point and policy: point, policy (reference, both), outcomes; all with one seed."""
    import pandas as pd

    names, points = samples(base)
    policies = (("reference", REFERENCE), ("both", BOTH))
    keys = [(k, name) for k in range(len(points)) for name, _ in policies]
    worlds = [
        world(SEED, *policy) | dict(zip(names, map(float, point), strict=True))
        for point in points
        for _, policy in policies
    ]
    found = run(worlds, workers, tell)
    return pd.concat([pd.DataFrame(keys, columns=["point", "policy"]), found], axis=1)


def indices(frame: pd.DataFrame, level: Level = LEVEL) -> pd.DataFrame:
    """Total indices: outcome, kind (level, effect), parameter, total, half (of the bootstrap interval at ``level``)."""
    import pandas as pd

    asked, _ = problem()
    wide = frame.pivot(index="point", columns="policy", values=[outcome.name for outcome in OUTCOMES])
    rows: list[tuple[str, str, str, float, float]] = []
    for outcome in LEVELS:
        without = wide[(outcome, "reference")].to_numpy(dtype=float)
        effect = wide[(outcome, "both")].to_numpy(dtype=float) - without
        for kind, values in (("level", without), ("effect", effect)):
            total, half = _total(asked, values, level)
            rows += [
                (outcome, kind, name, float(t), float(h))
                for name, t, h in zip(asked["names"], total, half, strict=True)
            ]
    return pd.DataFrame(rows, columns=["outcome", "kind", "parameter", "total", "half"])


def _total(asked: dict[str, Any], values: FloatArray, level: Level) -> tuple[FloatArray, FloatArray]:
    """Total indices and the half width of their intervals, each (k,); zero where nothing varies."""
    from SALib.analyze import sobol

    spread = values.std()
    if spread == 0.0:
        return np.zeros(asked["num_vars"]), np.zeros(asked["num_vars"])
    found = sobol.analyze(
        asked, (values - values.mean()) / spread, calc_second_order=False, num_resamples=RESAMPLES,
        conf_level=level.share, seed=SEED,
    )  # fmt: skip
    return np.asarray(found["ST"]), np.asarray(found["ST_conf"])
