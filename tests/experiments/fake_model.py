"""A stand-in for ComputeEconomy: the interface that experiments read, filled with smooth curves and a few firms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from kingmaker.agents.calendar import month_label
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.parameters import resolve
from kingmaker.environment.inputs.scenario import Scenario, load_scenario
from kingmaker.environment.inputs.tables import read_tables
from kingmaker.environment.record.income_lines import WHOLE
from kingmaker.environment.record.income_sector import DEFINITIONS, RATIO

CHIPMAKERS = ("Nvidia", "AMD", "Intel (Habana)", "Huawei (Ascend)")
CLOUDS = (
    "Microsoft Azure", "Amazon AWS", "Google Cloud and DeepMind", "Meta", "Oracle Cloud", "CoreWeave", "xAI",
    "Applied Digital", "Stargate consortium", "European clouds (OVH, Scaleway, T-Systems)", "ByteDance",
    "Tencent Cloud", "Alibaba Cloud", "Other western buyers and new clouds", "Other Chinese buyers",
)  # fmt: skip
LABS = (
    "OpenAI", "Anthropic", "Cohere", "Stability AI", "C3.ai", "Safe Superintelligence", "LightOn", "NukkAI",
    "Mindverse.AI", "IBM Research (Granite)", "Mistral AI", "AI21 Labs", "Inflection", "DeepSeek", "Zhipu AI",
    "Moonshot AI",
)  # fmt: skip
INVESTORS = ("US venture capital", "European venture capital", "Chinese funds", "Sovereign funds")
SECTORS = ("chipmakers", "clouds", "start-ups", "enterprises", "investors", "households", "energy")


class FakeEconomy:
    """Runs in no time; ``fail_at`` makes it raise in that month."""

    fail_at: int | None = None
    error: type[BaseException] = RuntimeError

    def __init__(
        self, scenario: str | Scenario = "baseline", rng: int | None = None, months: int | None = None,
        panel: bool = False, register: bool = True, **pins: object,
    ) -> None:  # fmt: skip
        self.setting = load_scenario(scenario, pins)
        self.seed = 0 if rng is None else rng
        self.months = months or self.setting.months
        self.month = 0
        self.initial_parameters = [resolve(self.setting.parameters)]
        self.tables = SimpleNamespace(digest=read_tables(None).digest)
        self.measures = SimpleNamespace(to_frame=self._measures)
        self.partnerships = SimpleNamespace(
            graph=self._graph, graphs=self._graphs, to_frame=lambda: _events("kind", "share")
        )
        self.ledger = SimpleNamespace(to_frame=lambda: _events("payer", "musd"), matrix=self._matrix)
        self.events_frame = lambda: _events("who", "text")
        self.income_frame = lambda: income_of(self.month, self.seed)
        self.panel_frame = lambda: _events("name", "cash")

    def run(self, months: int | None = None, progress: Any = None) -> None:
        while self.month < self.months:
            self.month += 1
            if self.month == self.fail_at:
                raise self.error("broken on purpose")
            if progress is not None:
                progress(self.month)

    def notes(self) -> list[str]:
        return ["3 entries were refused for want of a slot"]

    def _measures(self) -> pd.DataFrame:
        random = np.random.default_rng(self.seed)
        t = np.arange(self.month)
        columns: dict[str, Any] = {"month": [month_label(i) for i in t]}
        for i, (name, measure) in enumerate(MEASURES.items()):
            noise = 1 + 0.02 * random.standard_normal(len(t))
            wave = 0.5 + 0.35 * np.sin(t / (9 + i % 7) + i)
            grown = 300 * np.exp(t / 28) if "musd" in name else 20 * wave + t / 10
            columns[name] = (wave if measure.unit in {"0-1", "1/month"} else grown) * noise
        return pd.DataFrame(columns)

    def _graph(self, world: int = 0, month: int | None = None, largest: int | None = None) -> nx.MultiDiGraph:
        random = np.random.default_rng([self.seed, self.month if month is None else month])
        graph = nx.MultiDiGraph()
        others = tuple(f"start-up {i}" for i in range(min(largest or 60, 60)))
        for kind, names in (
            ("chipmaker", CHIPMAKERS), ("cloud", CLOUDS), ("startup", LABS + others), ("investor", INVESTORS),
        ):  # fmt: skip
            for name in names:
                _add_firm(graph, name, kind, random, named=name not in others)
        for cloud in CLOUDS:
            for maker in random.choice(CHIPMAKERS, 3, replace=False):
                _tie(graph, str(maker), cloud, "chip_supply", random)
        for lab in LABS + others:
            for i, host in enumerate(random.choice(CLOUDS, random.integers(1, 4), replace=False)):
                subtype = "exclusive" if i == 0 and random.random() < 0.2 else "plain"
                _tie(graph, lab, str(host), "cloud_contract", random, subtype, 0.7 if i == 0 else 0.2)
            if random.random() < 0.5:
                owner = str(random.choice(CLOUDS[:5] + INVESTORS + CHIPMAKERS[:1]))
                _tie(graph, owner, lab, "equity", random, share=0.1)
        for lab in ("DeepSeek", "Mistral AI", "Cohere"):
            _tie(graph, "Meta", lab, "open_weights", random)
        return graph

    def _graphs(self, months: Sequence[int], world: int = 0, largest: int | None = None) -> Iterator[nx.MultiDiGraph]:
        return (self._graph(world, month, largest) for month in months)

    def _matrix(self, last: int = 12) -> pd.DataFrame:
        values = np.random.default_rng(self.seed).lognormal(8, 2, (len(SECTORS), len(SECTORS)))
        values[values < 800] = 0.0
        return pd.DataFrame(values, index=list(SECTORS), columns=list(SECTORS))


def income_of(months: int, seed: int = 0) -> pd.DataFrame:
    """The sector's part of an income statement by year, with a payer and an earner that change sides."""
    random = np.random.default_rng(seed)
    rows = []
    for year in range(-(-months // 12)):
        for k, (section, line) in enumerate(DEFINITIONS):
            amount = 1e3 * np.exp(0.4 * year) * random.uniform(1, 9) * (-0.1 if (k + year) % 5 == 0 else 1.0)
            ratio = line == RATIO
            row = (2022 + year, WHOLE, "", section, line, 4.0 if ratio else amount, "ratio" if ratio else "M$")
            rows.append(row)
    return pd.DataFrame(rows, columns=["year", "party", "type", "section", "line", "amount", "unit"])


def _add_firm(graph: nx.MultiDiGraph, name: str, kind: str, random: np.random.Generator, named: bool) -> None:
    region = "CN" if name in CLOUDS[10:13] + LABS[-3:] + CHIPMAKERS[-1:] else "EU" if name in CLOUDS[9:10] else "US"
    graph.add_node(
        name, name=name, kind=kind, type=kind, region=region, named=np.int8(named),
        compute_h100e=np.float64(random.lognormal(9 if named else 5, 1)), value_musd=random.lognormal(8, 1),
        cash_musd=100.0, capability=25.0, weight=1.0,
    )  # fmt: skip


def _tie(
    graph: nx.MultiDiGraph, source: str, target: str, kind: str, random: np.random.Generator, subtype: str = "",
    share: float | None = None,
) -> None:  # fmt: skip
    graph.add_edge(
        source, target, kind=kind, subtype=subtype, since="2022-01", until="",
        share=float(random.random()) if share is None else share, value_musd=100.0, source="made up",
    )  # fmt: skip


def _events(text: str, number: str) -> pd.DataFrame:
    return pd.DataFrame({"world": [0, 0], "month": ["2022-01", "2022-02"], text: ["a", "b"], number: ["1", "2"]})
