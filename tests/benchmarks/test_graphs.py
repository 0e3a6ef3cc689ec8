"""What a run pays beside the model: its graphs."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.results.outputs import write_graphs
from tests.benchmarks.timing import seconds

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

ROUNDS = 5
ROOT = Path(__file__).resolve().parents[2]
GRAPHS = 1.0  # of the model; a margin that a loaded machine cannot break: 0.3 measured


def test_graphs_cost_less_than_the_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = ComputeEconomy(rng=1, register=False)
    stepping = seconds(model.run)
    taken = []
    for turn in range(ROUNDS):
        folder = tmp_path / str(turn)
        folder.mkdir()
        taken.append(seconds(lambda folder=folder: write_graphs(model, folder)))
    graphs = statistics.median(taken)
    with capsys.disabled():
        print(f"\nbaseline: {stepping:.2f} s of CPU for the model, {graphs:.2f} s for the graphs of its Decembers")
    assert graphs <= GRAPHS * stepping
