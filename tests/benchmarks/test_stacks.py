"""Runs per second in stacks of worlds, beside one world after the other; whole runs, building included."""

from __future__ import annotations

import statistics

import pytest

from kingmaker.environment.model import ComputeEconomy
from tests.benchmarks.timing import interleaved, table

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

ROUNDS = 3  # twice the targets are reached, so that more would tell nothing more
MONTHS = 24
STACKS = (64, 128, 256)
TARGETS = {"registered, with DataCollector": 10.0, "bare": 8.0}


def test_stacks_run_many_times_as_many_worlds_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    def single(register: bool) -> object:
        model = ComputeEconomy(rng=1, months=MONTHS, register=register).run()
        return model.datacollector.get_model_vars_dataframe() if register else model.measures.to_frame()

    def stack(worlds: int) -> object:
        return ComputeEconomy.stack([{"rng": seed} for seed in range(worlds)], months=MONTHS).run().measures.to_frame()

    single(True)  # what the first run of a process pays once
    works = {
        "registered, with DataCollector": lambda: single(True),
        "bare": lambda: single(False),
        **{str(worlds): (lambda worlds=worlds: stack(worlds)) for worlds in STACKS},
    }
    taken = interleaved(ROUNDS, **works)
    speedup = {
        (way, worlds): statistics.median(
            alone * worlds / together for alone, together in zip(taken[way], taken[str(worlds)], strict=True)
        )
        for way in TARGETS
        for worlds in STACKS
    }
    rows = [(f"one by one, {way}", f"{1.0 / statistics.median(taken[way]):.1f}", "", "") for way in TARGETS]
    rows += [
        (f"stack of {worlds}", f"{worlds / statistics.median(taken[str(worlds)]):.1f}",
         *(f"{speedup[way, worlds]:.1f}" for way in TARGETS))
        for worlds in STACKS
    ]  # fmt: skip
    with capsys.disabled():
        print(table(
            f"runs of {MONTHS} months per second of CPU, 200 start-ups (median of interleaved rounds)",
            ("", "runs/s", "x registered", "x bare"), rows,
        ))  # fmt: skip
    for way, target in TARGETS.items():
        for worlds in STACKS:
            assert speedup[way, worlds] >= target, f"stack of {worlds} against {way}"
