"""An ensemble of the baseline with all that the facts are held against, month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kingmaker.agents.contract import MOST_ROWS, ContractRow, StakeRow
from kingmaker.agents.types import FloatArray
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.model import ComputeEconomy

HOSTS = tuple(ContractRow.lessor.column(k) for k in range(MOST_ROWS))
STAKES = tuple((StakeRow.owner.column(k), StakeRow.share.column(k)) for k in range(MOST_ROWS))
TIE_COLUMNS = ("contract", *HOSTS, *(column for stake in STAKES for column in stake))
LENGTH = 49  # January 2022 to January 2026, the end of the leader's fiscal year 2026


class Trace:
    """What was seen of each month: name -> array of shape (months, worlds) or (months, worlds, firms)."""

    def __init__(self, buyers: Sequence[str], products: Sequence[str], labs: Sequence[str]) -> None:
        """Nothing seen yet; the names are those along the last axes."""
        self.buyers, self.products, self.labs = list(buyers), list(products), list(labs)
        self._rows: list[dict[str, FloatArray]] = []
        self._largest_run: FloatArray | None = None
        self._best: FloatArray | None = None

    def note(self, e: Economy) -> None:
        """Note a month, before its observations are cleared."""
        clouds, makers = e.clouds.table, e.chipmakers.table.data
        startups, sectors = e.startups.table.data, e.enterprises.table.data
        data, chips = clouds.data, e.chips
        labs = slice(0, len(self.labs))
        row = {
            "revenue": e.now.chips.maker_revenue, "costs": e.now.chips.unit_costs, "wafers": makers["capacity"],
            "markup": makers["markup"], "list_price": chips.price, "unit_cost": chips.cost,
            "delivered": chips.delivered_now.sum(axis=1), "bought": chips.delivered_now[:, : chips.clouds],
            "compute_of": chips.h100e, "awaiting": chips.awaiting.sum(axis=(1, 2)),
            "ai_capex": e.now.building.ai_capex, "leader_accelerators": e.now.chips.leader_accelerators,
            "chip_bill": e.now.building.chip_bill, "host_cost": e.now.compute.host_cost,
            "cloud": data["cloud_revenue"] * clouds.alive + e.now.compute.rent_income,
            "lab_revenue": startups["revenue"][:, labs], "lab_compute": startups["used"][:, labs],
            "lab_bill": startups["rent_paid"][:, labs],
            "adoption": sectors["adoption"], "output": sectors["output"] * ~sectors["household"],
            "sector_region": sectors["region"].astype(np.float64), "largest_run": self._run(e),
            "lab_funding": startups["paid_funds"][:, labs] + startups["paid_clouds"][:, labs],
            "lab_alive": e.startups.table.alive[:, labs],
        }  # fmt: skip
        row |= {f"lab_{name}": startups[name][:, labs] for name in TIE_COLUMNS if name in startups}
        self._rows.append({name: np.array(value, dtype=np.float64) for name, value in row.items()})

    def _run(self, e: Economy) -> FloatArray:
        """Compute of the largest training run so far, log10 FLOP, (worlds,): capability less the algorithms' part."""
        found = []
        for name in ("startups", "clouds"):
            table = e.populations[name].table
            developed = table.alive & (table.data["capability"] > 0.0)
            found.append(np.where(developed, table.data["capability"] - table.data["algorithms"], 0.0))
        # algorithms go on improving after a release, so what counts is the largest value seen so far
        now = np.concatenate(found, axis=-1).max(axis=-1)
        self._largest_run = now if self._largest_run is None else np.maximum(self._largest_run, now)
        return self._largest_run

    def names(self) -> set[str]:
        """What is seen of each month."""
        return set(self._rows[0])

    def of(self, name: str) -> FloatArray:
        """A series, shape (months, worlds, ...)."""
        return np.array([row[name] for row in self._rows])

    def at(self, name: str, month: int) -> FloatArray:
        """A series in one month, shape (worlds, ...)."""
        return self._rows[month][name]


class TracedEconomy(ComputeEconomy):
    """The economy with a trace of what is held against facts."""

    trace: Trace

    def _record(self) -> None:
        self.trace.note(self.economy)
        super()._record()


def run_traced(seeds: Sequence[int], pins: Mapping[str, Any], scenario: str = "baseline") -> TracedEconomy:
    """Run an ensemble over the window of the facts, in one stack."""
    return run_worlds([{"scenario": scenario, "rng": seed, **pins} for seed in seeds])


def run_worlds(worlds: Sequence[Mapping[str, Any]], months: int = LENGTH) -> TracedEconomy:
    """Run worlds, each given as the arguments of a single model, over the window of the facts, or its first months."""
    model = TracedEconomy.stack(worlds, months=months)
    assert isinstance(model, TracedEconomy)
    tables = model.tables
    model.trace = Trace(
        [row.id for row in tables.clouds], model.economy.chips.catalogue.names, [row.id for row in tables.startups]
    )
    model.run()
    return model
