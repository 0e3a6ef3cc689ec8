"""Real processes: the same numbers in two of them, and a run that is interrupted leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
COMMAND = [sys.executable, "-m", "kingmaker", "run", "baseline", "--quiet"]


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        done = subprocess.run(
            [*COMMAND, "--months", "18", "--seed", "5", "--no-figures", "--out", str(tmp_path / name)],
            env=ENVIRONMENT, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    for file in ("measures.parquet", "measures.csv", "graphs/final.graphml"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file
    hashes = [json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("one", "two")]
    assert hashes[0]["seed"] == hashes[1]["seed"] == 5


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is a signal on Unix")
@pytest.mark.parametrize("patience", [1.5, 3.0, 5.0])
def test_ctrl_c_leaves_no_half_written_file(tmp_path: Path, patience: float) -> None:
    out = tmp_path / "out"
    running = subprocess.Popen(
        [*COMMAND, "--set", "startups.number=20000", "--out", str(out)],
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    time.sleep(patience)
    os.killpg(running.pid, signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []
