"""The committed calibration is the baseline, and has its score but for rounding, for whoever has a fresh clone."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.studies.calibration import session
from kingmaker.experiments.studies.calibration.calibration_record import read_result

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_score_of_the_calibration_is_computed_again(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "kingmaker", "calibrate", "--check"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f", {read_result().score!r} at {read_result().rescored}" in done.stdout
    assert ": the same" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_score_is_kept_anew_and_rounding_is_told_as_rounding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = replace(read_result(), seeds=(1,), score=9.0)
    record = tmp_path / "baseline.json"
    monkeypatch.setattr(session, "RESULT", record)
    monkeypatch.setattr(session, "read_result", lambda: read_result(record) if record.exists() else right)
    session.rescore()
    kept = read_result(record)
    assert 0.0 < kept.score < 9.0
    assert kept == replace(right, score=kept.score, score_before=kept.score_before, rescored=kept.rescored)
    assert session.check()
    assert capsys.readouterr().out.rstrip().endswith(": the same")
    monkeypatch.setattr(session, "read_result", lambda: replace(kept, score=kept.score * (1.0 + 1e-9)))
    assert session.check()
    assert "the same but for the rounding of another processor" in capsys.readouterr().out
    key, value = next(iter(right.parameters.items()))
    monkeypatch.setattr(session, "read_result", lambda: replace(kept, parameters={**kept.parameters, key: 1.1 * value}))
    with pytest.raises(KingmakerError, match=key):
        session.rescore()
    assert read_result(record) == kept


@pytest.mark.parametrize("part", ["score", "parameters"])
def test_another_result_is_told(part: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    right = read_result()
    key, value = next(iter(right.parameters.items()))
    wrong = {
        "score": replace(right, seeds=(1,), score=right.score * 1.001),
        "parameters": replace(right, seeds=(1,), parameters={**right.parameters, key: 1.01 * value}),
    }[part]
    monkeypatch.setattr(session, "read_result", lambda: wrong)
    assert not session.check()
    said = capsys.readouterr().out
    assert "NOT the same" in said
    assert (f"{key}: " in said) == (part == "parameters")
