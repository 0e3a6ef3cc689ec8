"""A million start-ups fit into the memory of a laptop."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.timing import table

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
MONTHS = 4
LIMIT_GIB = 3.0
_RUN = """
import resource, sys
from kingmaker.environment.model import ComputeEconomy
model = ComputeEconomy(rng=1, months={months}, **{{"startups.number": 1_000_000}}).run()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
alive = int(model.economy.populations["startups"].table.alive.sum())
print(peak * (1 if sys.platform == "darwin" else 1024), alive)
"""


def test_a_million_startups_run_in_under_three_gib(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("resource", reason="peak memory is read with a Unix call")
    done = subprocess.run(
        [sys.executable, "-c", _RUN.format(months=MONTHS)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    peak, alive = (int(word) for word in done.stdout.split())
    with capsys.disabled():
        print(table(
            f"peak memory of a process, {MONTHS} months, start-ups registered as Mesa agents",
            ("start-ups", "alive", "GiB", "limit"),
            [("1,000,000", f"{alive:,}", f"{peak / 2**30:.2f}", f"{LIMIT_GIB:.1f}")],
        ))  # fmt: skip
    assert alive > 500_000
    assert peak < LIMIT_GIB * 2**30
