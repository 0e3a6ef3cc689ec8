"""What a dry run says that a sweep takes, against what it takes, by a clock that only the model's work moves on."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kingmaker.environment import model as economy
from kingmaker.experiments.design.sweep_design import load_design
from kingmaker.experiments.sweep import estimate as estimating
from kingmaker.experiments.sweep import sweeping, worker
from kingmaker.experiments.sweep.engines import inline_engine
from kingmaker.experiments.sweep.plan import WHOLE, Shard
from kingmaker.experiments.sweep.sweeping import SweepRequest, run_sweep

HEAD = """kind = "grid"
months = {months}
replications = {replications}
measures = ["{measure}"]
keep = ["{keep}"]
[parameters]
"""
# What a month of a stack costs, in seconds: a price of its own and one for each world, which grows with its firms, as
# measured; that months become dearer by so much is more than was ever seen.
MONTH, WORLD, FIRM, DEARER = 0.028, 0.0006, 4e-6, 1.3


class Clock:
    """Stands for the module ``time``: it moves on with each month of a stack, and with nothing else."""

    def __init__(self, slow: float) -> None:
        self.now, self.slow = 0.0, slow

    def perf_counter(self) -> float:
        return self.now

    process_time = perf_counter


class Stack:
    """Stands for a stack of the model, of which only the time that it takes is wanted."""

    clock: Clock

    def __init__(self, worlds: list[dict[str, Any]], months: int) -> None:
        self.given, self.worlds, self.months, self.month = worlds, len(worlds), months, 0
        self.ledger = SimpleNamespace(history=False)
        self.measures = SimpleNamespace(array=lambda name: np.zeros((self.month, len(worlds))))

    @classmethod
    def stack(cls, worlds: list[dict[str, Any]], months: int) -> Stack:
        return cls(worlds, months)

    def step(self) -> None:
        firms = sum(world.get("startups.number", 200) for world in self.given)
        dearer = 1.0 + (DEARER - 1.0) * self.month / 84
        self.clock.now += self.clock.slow * dearer * (MONTH + self.worlds * WORLD + firms * FIRM)
        self.month += 1

    def run(self) -> Stack:
        while self.month < self.months:
            self.step()
        return self


CASES = {
    "all months are tried": ({"months": 6}, '"policy.tax" = [0.0, 0.2]\n', WHOLE, 1.0),
    "most months are not": ({"months": 84, "replications": 3}, '"policy.tax" = [0.0, 0.2]\n', WHOLE, 20.0),
    "two structures": ({"months": 24, "replications": 3}, '"startups.number" = [20, 60]\n"policy.tax" = [0.0, 0.2]\n',
                       WHOLE, 10.0),
    "more structures than are tried": (
        {"months": 12, "replications": 2}, '"startups.number" = [20, 25, 30, 35, 40, 45, 50, 55]\n', WHOLE, 5.0,
    ),
    "a part": ({"months": 12, "replications": 5}, '"policy.tax" = [0.0, 0.1, 0.2]\n', Shard(2, 3), 5.0),
    "a small last stack": ({"months": 12, "replications": 67}, '"startups.number" = [10]\n', WHOLE, 1.0),
    "all of a large stack": ({"months": 108, "replications": 64}, '"policy.tax" = [0.0, 0.2]\n', WHOLE, 1.0),
    "a large world": ({"months": 84}, '"startups.number" = [100000]\n', WHOLE, 3.0),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_estimate_is_within_a_fifth(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries, parameters, shard, slow = CASES[case]
    usual = {"months": 6, "replications": 2, "measure": "hhi_cloud", "keep": "final"}
    (tmp_path / "d.toml").write_text(HEAD.format(**usual | entries) + parameters, encoding="utf-8")
    clock = Clock(slow)
    monkeypatch.setattr(Stack, "clock", clock, raising=False)
    monkeypatch.setattr(economy, "ComputeEconomy", Stack)
    for module in (estimating, worker):
        monkeypatch.setattr(module, "time", clock)
    for module in (estimating, sweeping):
        monkeypatch.setattr(module, "local_engine", lambda workers: inline_engine())
    design = load_design(str(tmp_path / "d.toml"))
    told, tried = estimating.estimate(design, shard, 1), clock.now
    true = run_sweep(SweepRequest(design=design, out=tmp_path / "out", workers=1, shard=shard, quiet=True))
    assert (told.runs, true.failed) == (true.done, 0)
    assert told.core_seconds == pytest.approx(true.model_seconds, rel=0.2)
    assert told.range[0] < true.model_seconds < told.range[1]
    assert tried < 4 * estimating.TRIAL_SECONDS  # it is a short look, however large the worlds are
