"""Through the real command: every figure's caption says what is in force, and so does every summary that is printed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
SMALL = ("--set", "startups.number=20")
SCENARIO = """extends = "baseline"
title = "Markup [x] and [/y]"
[[events]]
month = "2022-03"
why = "a [bold]duty[/bold]"
set = { "policy.interoperability" = 0.5 }
"""
MORRIS = """kind = "morris"
samples = 2
months = 4
replications = 2
measures = ["switching_rate"]
keep = ["mean"]
set = { "startups.number" = 20 }
[parameters]
"policy.interoperability" = { low = 0.0, high = 1.0 }
"policy.grey_leak" = { low = 0.0, high = 1.0 }
"""

pytestmark = pytest.mark.slow


def kingmaker(*words: str, folder: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "kingmaker", *words], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done


def captions(folder: Path) -> dict[str, str]:
    """The captions of all figures, by name."""
    found = {path.name: str(Image.open(path).info["Description"]) for path in sorted(folder.glob("*.png"))}
    assert found
    return found


@pytest.mark.parametrize("more", [(), ("--replications", "2")])
def test_a_run_and_an_ensemble_say_what_is_in_force(more: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(SCENARIO, encoding="utf-8")
    done = kingmaker("run", "mine.toml", "--months", "6", *SMALL, *more, "--out", "o[/z]", folder=tmp_path)
    assert "In force: duty of interoperability 0.5 from 2022-03; " in done.stdout
    assert "Markup [x] and [/y]" in done.stdout
    assert "o[/z]" in done.stdout
    for name, caption in captions(tmp_path / "o[/z]" / "figures").items():
        assert "In force: duty of interoperability 0.5 from 2022-03; " in caption, name


def test_a_comparison_says_what_is_in_force_on_each_side(tmp_path: Path) -> None:
    words = ("compare", "--over", "luck", "no_new_law", "no_new_law", "--set-b", "policy.interoperability=1",
             "--months", "4", "--replications", "2", "--no-robustness", *SMALL)  # fmt: skip
    kingmaker(*words, "--out", "o", folder=tmp_path)
    for name, caption in captions(tmp_path / "o/figures").items():
        assert "In force in A and B: nothing." in caption, name
        assert "Only in A: nothing. Only in B: duty of interoperability 1 throughout; " in caption, name


def test_a_study_and_the_figures_of_a_sweep_say_it_and_warnings_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MORRIS, encoding="utf-8")
    kingmaker("sweep", "m.toml", "--out", "s", folder=tmp_path)
    kingmaker("figures", "s", folder=tmp_path)
    for name, caption in captions(tmp_path / "s/figures").items():
        assert "In force over the runs: duty of interoperability 0 to 1" in caption, name
    done = kingmaker("sensitivity", "m.toml", "--from", "s", "--out", "t", folder=tmp_path)
    assert "constant" in done.stdout  # nothing moves in four months
    assert "Nothing can be ranked" in (tmp_path / "t/report.md").read_text(encoding="utf-8")
    next((tmp_path / "s/parts").iterdir()).unlink()
    done = kingmaker("sensitivity", "m.toml", "--from", "s", "--out", "u", folder=tmp_path, code=2)
    assert all(line.startswith("kingmaker: ") for line in done.stderr.splitlines()), done.stderr
    assert "Warning" not in done.stderr
