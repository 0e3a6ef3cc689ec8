"""The command ``kingmaker`` as a process of its own, for tests from end to end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
PATIENCE = 300  # seconds


def kingmaker(*words: object, folder: Path, patience: float = PATIENCE) -> subprocess.CompletedProcess[str]:
    """Run it in a folder until it ends; however it ends, no traceback reaches its user."""
    done = subprocess.run(
        [sys.executable, "-m", "kingmaker", *map(str, words)],
        cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=patience,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done
