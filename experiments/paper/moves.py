"""Which parameters the results hang on, over the posterior: rank correlations with levels and effects, all members.

The members are the sample, not boxes around the fitted parameters; the effect of each lever is taken by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kingmaker.experiments.design.replicates import Replicates
from kingmaker.experiments.paper import flagship
from kingmaker.experiments.paper.paper_outcomes import BY_NAME
from kingmaker.experiments.stats.levels import LEVEL, Level
from kingmaker.experiments.stats.member_effects import difference
from kingmaker.experiments.stats.rank_indices import ends_of, least_named, rank_indices

if TYPE_CHECKING:
    import pandas as pd

    from kingmaker.agents.types import FloatArray

KINDS = {"level": "level without either policy", "duty": "change by the duty", "cap": "change by the cap"}
OF = ("switching", "concentration", "rent", "china_compute")
KEPT = 8  # parameters of each, in the table
COLUMNS = ("outcome", "kind", "parameter", "rho", "p_holm", "members", "parameters")


def correlations(frame: pd.DataFrame, over: Replicates, drawn: tuple[str, ...]) -> pd.DataFrame:
    """The strongest of each outcome and kind, with the columns :data:`COLUMNS`."""
    import pandas as pd

    columns = {key: values for key, values in over.columns().items() if key in set(drawn)}
    rows = []
    for outcome in OF:
        for kind in KINDS:
            ranked = rank_indices(_values(frame, outcome, kind), columns)[:KEPT]
            rows += [(outcome, kind, key, rho, p, len(over), len(columns)) for key, rho, _, _, p in ranked]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _values(frame: pd.DataFrame, outcome: str, kind: str) -> FloatArray:
    without = flagship.values(frame, flagship.REFERENCE, outcome)
    if kind == "level":
        return without
    return difference(without, flagship.values(frame, dict(flagship.POLICIES)[kind], outcome))


def with_ends(table: pd.DataFrame, level: Level) -> pd.DataFrame:
    """The table with the ends of the intervals, and whether a correlation stands after Holm's correction."""
    pairs = zip(table["rho"].tolist(), table["members"].tolist(), strict=True)
    ends = np.array([ends_of(rho, members, level) for rho, members in pairs]).reshape(-1, 2)
    return table.assign(low=ends[:, 0], high=ends[:, 1], stands=table["p_holm"] <= LEVEL.alpha)


def told(table: pd.DataFrame, level: Level) -> dict[str, str]:
    """What the paper says of it."""
    full = with_ends(table, level)
    said, silent = [], []
    for (outcome, kind), rows in full.groupby(["outcome", "kind"], sort=False):
        named = [
            f"`{row.parameter}` ({row.rho:+.2f}, {row.low:+.2f} to {row.high:+.2f})".replace("-", "−")
            for row in rows[rows["stands"]].head(3).itertuples()
        ]
        what = f"{BY_NAME[str(outcome)].label}, {KINDS[str(kind)]}"
        if named:
            said.append(f"- {what}: {'; '.join(named)}.")
        else:
            silent.append(f"{what[0].lower() if not what.startswith('Chin') else what[0]}{what[1:]}")
    if silent:
        said.append(f"- None can be named for: {'; '.join(silent)}.")
    first = table.iloc[0]
    least = least_named(int(first["members"]), int(first["parameters"]))
    return {"moves_least": f"{least:.2f}", "moves": "\n".join(said), "moves_members": str(int(first["members"])),
            "moves_parameters": str(int(first["parameters"]))}  # fmt: skip
