"""What a command and a worker pay beside the model: imports, and the graphs of a run."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.results.outputs import write_graphs
from tests.benchmarks.beside import WORKER
from tests.benchmarks.timing import seconds, table

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

ROUNDS = 5
ROOT = Path(__file__).resolve().parents[2]
# what the parts that are needed come with; 0.35 measured
WHOLE = "import mesa, scipy.special, pandas, pydantic, pyarrow; pyarrow.array([1.0])"
IMPORTS, GRAPHS = 0.8, 1.0  # margins that a loaded machine cannot break; 0.35 and 0.4 measured


def cpu_of(code: str) -> float:
    """CPU seconds of a fresh Python that runs this."""
    timed = f"import time\n{code}\nprint(time.process_time())"
    done = subprocess.run([sys.executable, "-c", timed], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)


def test_a_worker_starts_sooner_than_the_whole_of_its_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    pairs = [(cpu_of(WORKER), cpu_of(WHOLE)) for _ in range(ROUNDS + 1)][1:]  # the first one fills the disk's cache
    ratio = statistics.median(worker / whole for worker, whole in pairs)
    with capsys.disabled():
        print(table(
            "CPU seconds of a start (medians of rounds in turns)", ("worker of a sweep", "all its libraries", "ratio"),
            [(f"{statistics.median(a for a, _ in pairs):.2f}", f"{statistics.median(b for _, b in pairs):.2f}",
              f"{ratio:.2f}")],
        ))  # fmt: skip
    assert ratio <= IMPORTS


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
