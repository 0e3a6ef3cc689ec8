"""Runs in which the months are watched for what no measure says: plans of owners, one lab, one cloud, authorities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kingmaker.agents.arithmetic import ratio
from kingmaker.agents.regulator import INQUIRY
from kingmaker.agents.startup import EXCLUSIVE
from kingmaker.agents.types import FloatArray
from kingmaker.environment.core.economy import Economy
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.table_rows import ChipmakerRow, CloudRow, StartupRow
from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.studies.measured_points.watched_contracts import LeaseMemory, note_contracts

LAB, NEW_CLOUD, AGGREGATE, CHINESE_MAKER = "openai", "coreweave", "regional_clouds", "huawei"
EVIDENCE = ("concentrated", "short", "foreclosed", "tied")  # what an authority weighs


class WatchedEconomy(ComputeEconomy):
    """The economy with notes of each month, name -> (worlds, ...)."""

    months_seen: list[dict[str, FloatArray]]
    leases_before: LeaseMemory

    def _record(self) -> None:
        e = self.economy
        new, lab = slot_of(NEW_CLOUD, e.tables.clouds), slot_of(LAB, e.tables.startups)
        contracts = note_contracts(e, new, lab, self.leases_before)
        self.months_seen.append({**_clouds(e), **_labs(e), **_others(e), **contracts})
        super()._record()


@dataclass(frozen=True)
class Seen:
    """What the worlds of a case have shown: name -> (months, worlds, ...)."""

    series: Mapping[str, FloatArray]

    def of(self, name: str) -> FloatArray:
        """A series, of a measure or of the notes."""
        return self.series[name]

    def mean(self, name: str, first: int, last: int) -> FloatArray:
        """Its mean over the months ``first`` to ``last``, both included, (worlds,)."""
        return np.asarray(self.series[name][first : last + 1].mean(axis=0))


def watched(worlds: list[dict[str, Any]], months: int) -> list[Seen]:
    """Run worlds in one stack; what each has shown, with an axis of one world."""
    model = WatchedEconomy.stack(worlds, months=months)
    assert isinstance(model, WatchedEconomy)
    model.months_seen, model.leases_before = [], LeaseMemory()
    model.run()
    series = {name: np.array([month[name] for month in model.months_seen]) for name in model.months_seen[0]}
    series |= {name: model.measures.array(name) for name in MEASURES}
    return [Seen({name: values[:, k : k + 1] for name, values in series.items()}) for k in range(len(worlds))]


def joined(parts: list[Seen]) -> Seen:
    """The worlds of several in one."""
    return Seen({name: np.concatenate([part.of(name) for part in parts], axis=1) for name in parts[0].series})


def slot_of(name: str, rows: Sequence[CloudRow | StartupRow | ChipmakerRow]) -> int:
    """Where a firm of the data stands in its population."""
    return [row.id for row in rows].index(name)


def _clouds(e: Economy) -> dict[str, FloatArray]:
    data, alive = e.clouds.table.data, e.clouds.table.alive
    new, rest = (slot_of(name, e.tables.clouds) for name in (NEW_CLOUD, AGGREGATE))
    tenants = np.where(data["rents_out"], data["demand_outside"] + data["chance"], 0.0)
    return {
        "planned_work": (data["workloads"] * alive).sum(axis=-1),
        "planned_training": (data["ambition"] * alive).sum(axis=-1),
        "planned_tenants": (tenants * alive).sum(axis=-1),
        "new_cloud_debt": data["debt"][:, new].copy(),
        "new_cloud_revenue": data["ai_revenue"][:, new].copy(),
        "aggregate_share": ratio(data["compute"][:, rest], data["compute"].sum(axis=-1)),
    }


def _labs(e: Economy) -> dict[str, FloatArray]:
    data, alive = e.startups.table.data, e.startups.table.alive
    lab = slot_of(LAB, e.tables.startups)
    hosts = np.where(alive, e.startups.view().hosts_held, 0.0)
    return {
        "lab_revenue": data["revenue"][:, lab].copy(),
        "lab_compute": data["used"][:, lab].copy(),
        # a lab that is no more is not free
        "lab_bound": (~alive[:, lab] | (data["contract"][:, lab] == EXCLUSIVE)).astype(np.float64),
        "most_hosts": np.asarray(hosts.max(axis=-1), dtype=np.float64),
    }


def _others(e: Economy) -> dict[str, FloatArray]:
    maker, sales = slot_of(CHINESE_MAKER, e.tables.chipmakers), e.now.chips.maker_revenue
    delivered = e.chips.delivered_now.sum(axis=1) * e.chips.h100e  # H100e
    judged = e.regulators.table.data
    opened = (judged["stage"] == INQUIRY) & (judged["months_in_stage"] <= 1.0) & (judged["own_inquiry"] != e.month)
    return {
        "chinese_chips": (delivered * (e.chips.maker_of == maker)).sum(axis=-1),
        "first_maker_share": ratio(sales[:, 0], sales.sum(axis=-1)),
        "opened": opened.astype(np.float64),
        "evidence": np.stack([judged[name] for name in EVIDENCE], axis=-1),
    }
