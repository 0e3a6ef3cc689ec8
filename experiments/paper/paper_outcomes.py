"""The outcomes that the paper speaks of, and the runs from which they are taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import numpy as np

from kingmaker.agents.types import FloatArray
from kingmaker.experiments.results import in_force

if TYPE_CHECKING:
    import pandas as pd

MONTHS = 84  # to December 2028
WINDOW = 24  # outcomes are means over the last months
STACK = 32  # worlds that step together

Mean = Callable[[str], FloatArray]


@dataclass(frozen=True)
class Outcome:
    """A number of one run.

    Args:
        name: its column.
        label: in plain words.
        unit: as printed.
        take: from the mean of a measure over the window, (worlds,), to the outcome, (worlds,).
    """

    name: str
    label: str
    unit: str
    take: Callable[[Mean], FloatArray]


OUTCOMES = (
    Outcome("switching", "Start-ups that change their cloud", "% a year", lambda mean: 1200.0 * mean("switching_rate")),
    Outcome("second_cloud", "Start-ups with a second cloud", "%", lambda mean: 100.0 * mean("multihoming_share")),
    Outcome(
        "closures", "Start-ups that close", "% a year",
        lambda mean: 1200.0 * mean("startups_failed") / mean("startups_alive"),
    ),
    Outcome("rent", "Market rent of compute", "$ per H100e-hour", lambda mean: mean("rent_market_usd_per_hour")),
    Outcome("concentration", "Concentration of AI compute rented", "HHI, 0-1", lambda mean: mean("hhi_cloud")),
    Outcome("frontier", "Developers at the frontier", "firms", lambda mean: mean("frontier_labs")),
    Outcome("china_compute", "China's share of compute", "%", lambda mean: 100.0 * mean("china_compute_share")),
    Outcome("china_gap", "China's distance to the frontier", "log10 FLOP", lambda mean: mean("gap_china")),
)  # fmt: skip
BY_NAME = {outcome.name: outcome for outcome in OUTCOMES}
CHANNELS = (  # measures on the way from the two levers to the outcomes
    "interoperability_in_effect", "parallel_fees_musd", "exclusive_share", "markup_tenured", "markup_new",
    "tenant_fill_rate", "utilisation", "vendor_diversity", "grey_market_share", "china_chips_made", "algorithms_china",
    "leader_revenue_musd", "lead_time_weeks", "chip_price_kusd", "capability_frontier", "compute_h100e",
    "rent_list_usd_per_hour", "rent_market_usd_per_hour", "hhi_cloud", "hhi_cloud_all", "leased_h100e", "funding_musd",
    "china_compute_share",
)  # fmt: skip


def run(
    points: Sequence[Mapping[str, Any]], workers: int, tell: Callable[[int], None], channels: Sequence[str] = ()
) -> pd.DataFrame:
    """The outcomes of runs, the channels and what is in force (means of the window), one row a run, in order.

    Args:
        points: each with ``scenario``, ``rng`` and the parameters that are held.
        workers: processes; the numbers do not depend on it.
        tell: is told the number of runs that have just been finished.
        channels: further measures.
    """
    import pandas as pd

    batches = [list(points[start : start + STACK]) for start in range(0, len(points), STACK)]
    rows: list[dict[str, float]] = []
    if workers == 1:
        for batch in batches:
            rows += run_stack(batch, channels)
            tell(len(batch))
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            for found in pool.map(partial(run_stack, channels=tuple(channels)), batches):
                rows += found
                tell(len(found))
    return pd.DataFrame(rows)


def run_stack(worlds: Sequence[Mapping[str, Any]], channels: Sequence[str] = ()) -> list[dict[str, float]]:
    """The outcomes of worlds that step together, the channels and what is in force in them, one a world."""
    from kingmaker.environment.model import ComputeEconomy

    measures = ComputeEconomy.stack(worlds, months=MONTHS).run().measures

    def mean(name: str) -> FloatArray:
        return np.asarray(measures.array(name)[-WINDOW:].mean(axis=0))

    found = {outcome.name: outcome.take(mean) for outcome in OUTCOMES}
    found |= {name: mean(name) for name in (*channels, *in_force.names())}
    return [{name: float(values[world]) for name, values in found.items()} for world in range(len(worlds))]
