"""The memory of a sweep's driver and workers stays flat, however many runs it makes.

``python -m tests.benchmarks.test_sweep_memory 10000`` does it for as many runs as given.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

psutil = pytest.importorskip("psutil")
pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
RUNS = 4_000
MARGIN = 6 * 2**20  # bytes: what an allocator may keep in scattered pieces
DESIGN = """
kind = "grid"
months = 2
replications = {replications}
keep = ["final"]
measures = ["hhi_cloud"]
set = {{ "startups.number" = 10 }}
[parameters]
"policy.interoperability" = [0.0, 0.25, 0.5, 0.75, 1.0]
"""


def memory_of_a_sweep(runs: int) -> dict[str, list[float]]:
    """Resident memory, sampled while a sweep of so many tiny runs goes on: of the driver, and of all its workers."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "many.toml").write_text(DESIGN.format(replications=runs // 5), encoding="utf-8")
        driver = subprocess.Popen(
            [sys.executable, "-m", "kingmaker", "sweep", "many.toml", "--out", "out", "--workers", "2", "--quiet",
             "--stack", "32"], cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        found: dict[str, list[float]] = {"driver": [], "workers": []}
        process = psutil.Process(driver.pid)
        while driver.poll() is None:
            try:
                workers = [w.memory_info().rss for w in process.children() if "spawn_main" in " ".join(w.cmdline())]
                if len(workers) == 2 and any((Path(folder) / "out/parts").glob("part-*")):
                    found["driver"].append(process.memory_info().rss)
                    found["workers"].append(sum(workers))
            except psutil.Error:
                pass  # one of them has just ended
            time.sleep(0.05)
        assert driver.returncode == 0
    return found


def growth(samples: list[float]) -> tuple[float, float]:
    """Median of the second and of the last quarter of the samples, in bytes."""
    quarter = len(samples) // 4
    assert quarter >= 3, "too few samples: more runs are needed"
    return statistics.median(samples[quarter : 2 * quarter]), statistics.median(samples[-quarter:])


def report(runs: int) -> dict[str, tuple[float, float]]:
    quarters = {who: growth(samples) for who, samples in memory_of_a_sweep(runs).items()}
    for who, (early, late) in quarters.items():
        print(f"{who}: {early / 2**20:.1f} MiB in the second quarter of {runs} runs, {late / 2**20:.1f} in the last")
    return quarters


def test_memory_stays_flat(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print()
        quarters = report(RUNS)
    for who, (early, late) in quarters.items():
        assert late <= early + MARGIN * (2 if who == "workers" else 1), who


if __name__ == "__main__":
    report(int(sys.argv[1]))
