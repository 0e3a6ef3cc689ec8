"""What the pages that the README sends a reader to tell them to type does what they say; the README itself is short."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.test_docs_commands import commands, steps

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMAND_LINE, PYTHON = (ROOT / "docs" / "how-to" / f"{name}.md" for name in ("command-line", "python"))
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "kingmaker", *shlex.split(command)[1:]]
    return subprocess.run(words, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=600)


def test_the_readme_is_a_picture_two_commands_a_question_and_where_to_go() -> None:
    assert re.findall(r"^## (.*)$", README, re.MULTILINE) == ["Begin", "A question and its answer", "Where to go next"]
    (picture,) = re.findall(r"!\[.*\]\((.*)\)", README)
    assert (ROOT / picture).is_file()
    made = [line.split("#")[0].strip() for line in README.splitlines() if line.startswith("make ")]
    assert made == ["make demo", "make test"]
    for target in re.findall(r"\]\(([^):]+)\)", README):
        assert (ROOT / target).is_file(), target


def test_the_readmes_answer_is_that_of_the_paper() -> None:
    rows = [
        [cell.strip() for cell in line.strip("| ").split("|")]
        for line in (ROOT / "docs/paper/paper.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    effects, shares = ({row[0]: row for row in rows if len(row) == n} for n in (7, 5))
    words = re.sub(r"\s+", " ", README)
    _, unit, reference, alone, *_ = effects["Start-ups that change their cloud"]
    found = re.fullmatch(r"\+(\S+) \(\+(\S+) to \+(\S+)\)\*", alone)  # claimed, and above zero at both ends
    assert found is not None
    assert unit == "% a year"
    assert f"rises by {found[1]} percentage points (90 % interval {found[2]} to {found[3]} over luck" in words
    assert f"from {reference} %, and it rises in every member" in words
    assert shares["Start-ups that change their cloud"][1].startswith("+ 100 %")
    up, down = re.findall(r"(\d+) %", shares["Market rent of compute"][1])
    assert not effects["Market rent of compute"][3].endswith("*")
    assert f"rises in {up} % of the members and falls in {down} %" in words


@pytest.mark.slow
def test_the_commands_run_one_after_the_other(tmp_path: Path) -> None:
    lines = [line for language, text in steps(COMMAND_LINE) if language == "sh" for line in commands(text)]
    assert len(lines) > 15
    for line in lines:
        done = run(line, tmp_path)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    assert (tmp_path / "results/panel/panel.parquet").is_file()


@pytest.mark.slow
def test_the_scenario_runs(tmp_path: Path) -> None:
    (text,) = (text for language, text in steps(COMMAND_LINE) if language == "toml")
    (tmp_path / "my_scenario.toml").write_text(text, encoding="utf-8")
    done = run("kingmaker run my_scenario.toml --months 40 --no-figures --out own", tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "own/measures.csv").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("number", range(4))
def test_the_python_runs(number: int, tmp_path: Path) -> None:
    blocks = [text for language, text in steps(PYTHON) if language == "python"]
    assert len(blocks) == 4
    script = tmp_path / "block.py"
    script.write_text(blocks[number], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
