"""What the README tells a reader to type does what it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}

pytestmark = pytest.mark.slow


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def commands() -> list[str]:
    lines = [line.split("#")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith("kingmaker")]


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "kingmaker", *shlex.split(command)[1:]]
    return subprocess.run(words, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)


def test_the_commands_run_one_after_the_other(tmp_path: Path) -> None:
    assert len(commands()) >= 6
    for command in commands():
        done = run(command, tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
    assert (tmp_path / "results/panel/panel.parquet").is_file()


def test_the_scenario_runs(tmp_path: Path) -> None:
    (text,) = blocks("toml")
    (tmp_path / "my_scenario.toml").write_text(text, encoding="utf-8")
    done = run("kingmaker run my_scenario.toml --months 40 --no-figures --out own", tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "own/measures.csv").is_file()


@pytest.mark.parametrize("number", range(4))
def test_the_python_runs(number: int, tmp_path: Path) -> None:
    earlier = "from kingmaker import ComputeEconomy\n" if number else ""
    text = earlier + blocks("python")[number]
    script = tmp_path / "readme.py"
    script.write_text(f"if True:\n    {text.replace(chr(10), chr(10) + '    ')}", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
