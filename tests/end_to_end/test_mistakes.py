"""Mistakes of a user, through the real command: a clear message, exit code 2, no traceback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command import ENVIRONMENT, ROOT, kingmaker

SHORT = ("--months", "2", "--no-figures", "--quiet")

pytestmark = pytest.mark.slow


def refused(folder: Path, *words: str) -> str:
    done = kingmaker(*words, folder=folder)
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    return " ".join(done.stderr.split())


def scenario(folder: Path, text: str) -> str:
    (folder / "mine.toml").write_text(f'extends = "baseline"\n{text}', encoding="utf-8")
    return "mine.toml"


@pytest.mark.parametrize(
    ("classes", "told"),
    [
        ('startup = "own:Frugal"', "there is no population 'startup'. Did you mean 'startups'?"),
        ('startups = "nowhere:Frugal"', "'nowhere:Frugal' cannot be loaded"),
        ('startups = "broken:Frugal"', "SyntaxError"),
        ('startups = "own:NotOne"', "is not a subclass of Startup"),
    ],
)
def test_a_class_that_cannot_be_used(tmp_path: Path, classes: str, told: str) -> None:
    (tmp_path / "own.py").write_text("class NotOne:\n    pass\n", encoding="utf-8")
    (tmp_path / "broken.py").write_text("class Frugal(:\n", encoding="utf-8")
    assert told in refused(tmp_path, "run", scenario(tmp_path, f"[classes]\n{classes}\n"), *SHORT)


def test_a_class_beside_the_scenario_is_used(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "from kingmaker.agents.startup import Startup\n\n\nclass Frugal(Startup):\n"
        "    def budget(self, p, dearness):\n        compute, staff = super().budget(p, dearness)\n"
        "        return 0.5 * compute, staff\n",
        encoding="utf-8",
    )
    text = scenario(tmp_path, '[classes]\nstartups = "own:Frugal"\n')
    assert kingmaker("run", text, *SHORT, "--out", "own", folder=tmp_path).returncode == 0
    assert kingmaker("run", "baseline", *SHORT, "--out", "plain", folder=tmp_path).returncode == 0
    assert (tmp_path / "own/measures.csv").read_text() != (tmp_path / "plain/measures.csv").read_text()
    (tmp_path / "own.py").write_text((tmp_path / "own.py").read_text().replace("0.5", "0.4"), encoding="utf-8")
    assert "code has changed" in refused(tmp_path, "rerun", "own")


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("chips.csv", "h100,Nvidia", "h100,Nvidia", None),
        ("power.csv", "US,", "UX,", "power.csv"),
        ("clouds.csv", "microsoft,", "microsoft,,", "clouds.csv"),
        ("sectors.csv", None, None, "sectors.csv: has no rows"),
    ],
)
def test_a_broken_data_file(tmp_path: Path, file: str, old: str | None, new: str | None, told: str | None) -> None:
    shutil.copytree(ROOT / "environment/data", tmp_path / "data")
    path = tmp_path / "data" / file
    text = path.read_text(encoding="utf-8")
    changed = text.splitlines()[0] + "\n" if old is None else text.replace(old, new or "", 1)
    path.write_text(changed, encoding="utf-8")
    words = ("run", scenario(tmp_path, 'data = "data"\n'), *SHORT, "--out", "out")
    if told is None:
        assert kingmaker(*words, folder=tmp_path).returncode == 0
    else:
        assert told in refused(tmp_path, *words)
        assert not (tmp_path / "out").exists()


def test_a_users_own_file_in_a_result_folder_is_not_deleted(tmp_path: Path) -> None:
    words = ("run", "baseline", *SHORT, "--out", "out")
    assert kingmaker(*words, folder=tmp_path).returncode == 0
    (tmp_path / "out/notes.txt").write_text("mine", encoding="utf-8")
    assert "notes.txt" in refused(tmp_path, *words)
    assert (tmp_path / "out/notes.txt").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_a_terminated_run_leaves_nothing(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "kingmaker", "run", "baseline", "--quiet", "--set", "startups.number=20000",
         "--out", str(tmp_path / "out")],
        env=ENVIRONMENT, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(3.0)
    running.send_signal(signal.SIGTERM)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("source_digest", 5), ("data_digest", None), ("seed", "x"), ("scenario", []), ("months", None)],
)
def test_a_damaged_manifest(tmp_path: Path, key: str, value: object) -> None:
    assert kingmaker("run", "baseline", *SHORT, "--out", "out", folder=tmp_path).returncode == 0
    path = tmp_path / "out/manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {key: value}), encoding="utf-8")
    assert "manifest" in refused(tmp_path, "rerun", "out")
