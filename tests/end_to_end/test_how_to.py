"""What the how-to pages on counterfactuals tell a reader to type does what they say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import done_within

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
PAGES = ("compare", "sensitivity", "branching", "ema-workbench")

IN_PROCESS = ("compare", "sensitivity")  # several commands of one kind each: the start of a process is not the point
LESS = {"--members 256": "--members 64", "--samples 128": "--samples 64"}

pytestmark = pytest.mark.slow


def steps(page: str) -> list[tuple[str, str]]:
    """The blocks of a page in order: language and text."""
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(r"^```(sh|toml|python)\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def run(words: list[str], folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES)
def test_everything_on_the_page_runs(page: str, tmp_path: Path) -> None:
    if page in ("ema-workbench", "sensitivity"):
        pytest.importorskip("ema_workbench")
    found = steps(page)
    assert found
    for number, (language, text) in enumerate(found):
        if language == "toml":
            name = text.partition("\n")[0].lstrip("# ").strip()
            assert name.endswith(".toml")
            (tmp_path / name).write_text(text, encoding="utf-8")
        elif language == "python":
            script = tmp_path / f"step{number}.py"
            script.write_text(text, encoding="utf-8")
            run([script.name], tmp_path)
        else:
            for line in text.splitlines():
                assert line.startswith("kingmaker "), line
                # figures and the start of workers take most of the time of these small runs: they are there once a page
                fewer = ["--no-figures", "--workers", "1"] if (tmp_path / "results").exists() else []
                for much, less in LESS.items():
                    line = line.replace(much, less)
                made = shlex.join([*shlex.split(line), *fewer])
                if page in IN_PROCESS:
                    done_within(made, tmp_path)
                else:
                    run(["-m", "kingmaker", *shlex.split(made)[1:]], tmp_path)
