"""What a sweep of a million runs takes to begin and to go on: ``python -m tests.benchmarks.million``.

A number after it is another count of runs. Times are of the driver's processor, from the start of the command to the
first part on the disk, so that they do not depend on what else the machine does; on an idle machine the clock says
little more.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 600
DESIGN = """
kind = "grid"
months = 2
replications = 1
keep = ["final"]
measures = ["hhi_cloud"]
set = {{ "startups.number" = 10 }}
[parameters]
"policy.interoperability" = {{ low = 0.0, high = 1.0, steps = {steps} }}
"policy.compliance" = {{ low = 0.0, high = 1.0, steps = {steps} }}
"""


@dataclass(frozen=True)
class Start:
    """What it took until a further part was there: seconds of the driver's processor, and of the clock; memory."""

    core_seconds: float
    seconds: float
    peak_bytes: int
    parts: int


def start(folder: Path, runs: int) -> Start:
    """Begin a sweep of about so many runs, or go on with it, until one more part is there; then it is killed."""
    import psutil

    steps = math.isqrt(runs)
    (folder / "many.toml").write_text(DESIGN.format(steps=steps), encoding="utf-8")
    before = _parts(folder)
    began = time.monotonic()
    driver = subprocess.Popen(
        [sys.executable, "-m", "kingmaker", "sweep", "many.toml", "--out", "out", "--workers", "1"], cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        process, peak = psutil.Process(driver.pid), 0
        while _parts(folder) <= before:
            assert driver.poll() is None, "the sweep has ended"
            assert time.monotonic() < began + PATIENCE, "it does not begin"
            peak = max(peak, process.memory_info().rss)
            time.sleep(0.02)
        times = process.cpu_times()
        return Start(times.user + times.system, time.monotonic() - began, peak, _parts(folder))
    finally:
        driver.kill()
        driver.wait()


def _parts(folder: Path) -> int:
    return sum(1 for _ in (folder / "out" / "parts").glob("part-*"))


def main(runs: int = 1_000_000) -> None:
    """Print both."""
    with tempfile.TemporaryDirectory() as place:
        for what in ("begins", "goes on"):
            found = start(Path(place), runs)
            print(
                f"a sweep of {math.isqrt(runs) ** 2:,} runs {what}: {found.core_seconds:.1f} s of the processor, "
                f"{found.seconds:.1f} s by the clock, {found.peak_bytes / 2**20:.0f} MiB"
            )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
