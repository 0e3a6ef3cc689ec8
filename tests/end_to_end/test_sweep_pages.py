"""What the pages on sweeps tell a reader to type does what it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/how-to/sweeps.md").read_text(encoding="utf-8")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}

pytestmark = pytest.mark.slow


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def run(*words: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_page_on_sweeps(tmp_path: Path) -> None:
    commands, growing = blocks("sh")
    (design,) = blocks("toml")
    python, sobol = blocks("python")
    (tmp_path / "cap.toml").write_text(design, encoding="utf-8")
    run("-m", "kingmaker", "sweep", "cap.toml", folder=tmp_path)
    assert (tmp_path / "results/sweep-cap/runs.parquet").is_file()
    for line in commands.splitlines():
        words = shlex.split(line.split("#")[0])
        run("-m", "kingmaker", *words[1:], folder=tmp_path)
    assert (tmp_path / "results/ban/figures/paths.png").is_file()
    first, second = (shlex.split(line.split("#")[0])[1:] for line in growing.splitlines())
    run("-m", "kingmaker", *first, folder=tmp_path)
    (tmp_path / "cap.toml").write_text(design.replace("[1600, 4800, inf]", "[1600, 3200, 4800, inf]"), encoding="utf-8")
    assert "12 runs done" in run("-m", "kingmaker", *second, folder=tmp_path)
    (tmp_path / "page.py").write_text(python + "\nprint(len(frame), len(table), outcomes.shape)\n", encoding="utf-8")
    assert run("page.py", folder=tmp_path).split() == ["10080", "2", "(3,)"]
    pytest.importorskip("SALib")
    (tmp_path / "sobol.py").write_text(sobol, encoding="utf-8")
    assert len(re.findall(r"\d", run("sobol.py", folder=tmp_path))) > 1


def test_the_options_on_the_page_about_clusters_exist() -> None:
    page = (ROOT / "docs/how-to/cluster.md").read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "kingmaker", "sweep", "--help"], env={**ENVIRONMENT, "COLUMNS": "200"}, cwd=ROOT,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    calls = " ".join(line for line in page.replace("\\\n", " ").splitlines() if "kingmaker sweep" in line)
    used = set(re.findall(r"--[a-z-]+", re.sub(r"`?python -m.*", "", calls)))
    assert {"--shard", "--workers", "--engine", "--scheduler", "--out"} <= used
    assert all(option in done.stdout for option in used)
