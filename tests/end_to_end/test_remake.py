"""One command remakes all that is stated; in small it does so from nothing, and goes on where it was stopped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.commands import remaking
from kingmaker.experiments.commands.cli import app
from kingmaker.experiments.commands.remake_steps import RemakeStep, steps_of

ROOT = Path(__file__).resolve().parents[2]
STATED = (
    "posterior/members.parquet", "posterior/lines.csv", "posterior/known_truth.csv", "posterior/posterior.md",
    "validation.csv", "validation_lines.csv", "validation.md", "mechanisms.csv", "mutants.csv", "mechanisms.md",
    "posterior/mechanisms.csv", "posterior/mechanisms.md",
    "event_study.md", "docking.md", "measured-points.md", "measured-points.csv",
    "forecast/forecast.md", "paper/paper.md", "paper/figures/flagship.png",
    "income.csv", "figures/interoperability_export_cap.png", "reference/parameters.md",
)  # fmt: skip


@pytest.mark.slow
def test_all_that_is_stated_is_made_from_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [
        sys.executable,
        "-m",
        "kingmaker",
        "remake",
        "--quick",
        "--out",
        "docs",
        "--runs",
        "runs",
        "--workers",
        "2",
    ]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [name for name in STATED if not (tmp_path / "docs" / name).is_file()] == []
    again = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert again.returncode == 0
    assert again.stdout.count(": stands (") == len(steps_of(tmp_path, tmp_path, quick=True, ship=False, workers=1))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The commands that are run, none of which is."""
    found: list[tuple[str, ...]] = []

    def run(words: list[str], **_: Any) -> Any:
        found.append(tuple(words[3:]))
        return subprocess.CompletedProcess(words, CODES.get(words[3], 0))

    CODES.clear()
    monkeypatch.setattr(remaking.subprocess, "run", run)
    return found


CODES: dict[str, int] = {}
STEPS = [RemakeStep("one", (("a",), ("b",)), "first"), RemakeStep("two", (("c",),), "second")]


def make(folder: Path, again: bool = False) -> list[str]:
    return remaking.make_steps(STEPS, folder, folder, again=again)


def test_a_step_that_stands_is_not_made_again(told: list[tuple[str, ...]], tmp_path: Path) -> None:
    CODES["b"] = 2
    with pytest.raises(KingmakerError, match="'kingmaker b' ended with code 2"):
        make(tmp_path)
    CODES.clear()
    told.clear()
    CODES["c"] = 1  # done, and the answer is no
    assert make(tmp_path) == ["two"]
    assert told == [("a",), ("b",), ("c",)]
    assert make(tmp_path) == ["two"]  # it is still no
    assert len(told) == 3
    (tmp_path / remaking.RECORD).write_text("[1, 2", encoding="utf-8")  # a damaged record: all is made again
    make(tmp_path)
    assert len(told) == 6
    record = json.loads((tmp_path / remaking.RECORD).read_text(encoding="utf-8"))
    record["one"]["digest"] = "of another model"
    (tmp_path / remaking.RECORD).write_text(json.dumps(record), encoding="utf-8")
    make(tmp_path)
    assert told[6:] == [("a",), ("b",)]
    make(tmp_path, again=True)
    assert len(told) == 11


def test_all_is_stated_over_the_posterior_that_was_just_made(tmp_path: Path) -> None:
    for ship, over in ((True, "posterior"), (False, str(tmp_path / "posterior" / "members.parquet"))):
        for step in steps_of(tmp_path, tmp_path / "runs", quick=False, ship=ship, workers=2):
            for words in step.commands:
                assert "luck" not in words
                if "--over" in words:
                    assert words[words.index("--over") + 1] == over


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("ship", [True, False])
def test_every_command_and_option_of_the_steps_exists(quick: bool, ship: bool, tmp_path: Path) -> None:
    known: dict[str, Any] = getattr(typer.main.get_command(app), "commands")  # noqa: B009
    for step in steps_of(tmp_path, tmp_path / "runs", quick=quick, ship=ship, workers=2):
        for words in step.commands:
            command = known[words[0]]
            if words[1] in getattr(command, "commands", {}):
                command = command.commands[words[1]]
            options = {name for parameter in command.params for name in parameter.opts + parameter.secondary_opts}
            assert [word for word in words if word.startswith("--") and word not in options] == [], words


def test_an_unknown_step_is_named(tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["remake", "--only", "papr", "--out", str(tmp_path / "d")])
    assert found.exit_code != 0
    assert "Did you mean 'paper'" in str(found.exception)
