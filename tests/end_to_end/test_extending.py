"""Follows the how-to pages for additions to the model, word for word, in an empty folder."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PAGES = Path(__file__).resolve().parents[2] / "docs" / "how-to"
FILE = re.compile(r"^`([\w.]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"-?\d+\.?\d*")


def follow(page: str, folder: Path) -> list[float]:
    """Write the page's files, give its commands, run its last file; the number at the end of each line printed."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    for name, content in FILE.findall(text):
        (folder / name).write_text(content, encoding="utf-8")
    kingmaker = Path(sys.executable).with_name("kingmaker")
    start = [str(kingmaker)] if kingmaker.exists() else [sys.executable, "-m", "kingmaker"]
    for line in "".join(COMMANDS.findall(text)).splitlines():
        command = shlex.split(line)
        assert command[0] == "kingmaker"
        done = subprocess.run([*start, *command[1:], "--quiet"], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    done = subprocess.run([sys.executable, "look.py"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [float(NUMBER.findall(line)[-1]) for line in done.stdout.splitlines()]


def test_every_page_that_the_overview_names_is_there() -> None:
    linked = re.findall(r"\((add-[\w-]+)\.md\)", (PAGES / "extend.md").read_text(encoding="utf-8"))
    assert sorted(linked) == sorted(path.stem for path in PAGES.glob("add-*.md"))


@pytest.mark.slow
def test_a_policy_instrument(tmp_path: Path) -> None:
    baseline, law, no_bite = follow("add-a-policy-instrument", tmp_path)
    assert law > 1.2 * baseline
    assert no_bite == baseline


@pytest.mark.slow
def test_a_kind_of_startup(tmp_path: Path) -> None:
    without, patient = follow("add-a-kind-of-startup", tmp_path)
    assert patient < 0.9 * without


@pytest.mark.slow
def test_a_chipmaker(tmp_path: Path) -> None:
    alone, rival, dear = follow("add-a-chipmaker", tmp_path)
    assert rival < alone - 0.002
    assert rival < dear


@pytest.mark.slow
def test_an_allocation_rule(tmp_path: Path) -> None:
    standing, equal = follow("add-an-allocation-rule", tmp_path)
    assert equal < 0.95 * standing


@pytest.mark.slow
def test_a_measure(tmp_path: Path) -> None:
    *recorded, three, twelve = follow("add-a-measure", tmp_path)
    assert len(recorded) == 3
    assert all(0.0 <= value <= 1.0 for value in recorded)
    assert three < twelve
