"""The committed calibration is the baseline, to the last digit of its score, for whoever has a fresh clone."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kingmaker.experiments.studies.calibration import session
from kingmaker.experiments.studies.calibration.calibration_record import read_result

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_score_of_the_calibration_is_computed_again_exactly(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "kingmaker", "calibrate", "--check"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"score {read_result().score!r} now" in done.stdout
    assert done.stdout.rstrip().endswith(": the same")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("part", ["score", "parameters"])
def test_another_result_is_told(part: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    right = read_result()
    key, value = next(iter(right.parameters.items()))
    wrong = {
        "score": replace(right, seeds=(1,), score=right.score * (1.0 + 1e-12)),
        "parameters": replace(right, seeds=(1,), parameters={**right.parameters, key: 1.01 * value}),
    }[part]
    monkeypatch.setattr(session, "read_result", lambda: wrong)
    assert not session.check()
    said = capsys.readouterr().out
    assert "NOT the same" in said
    assert (f"{key}: " in said) == (part == "parameters")
