from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fake_model import FakeEconomy
from typer.testing import CliRunner

from kingmaker.environment.inputs.parameters import DECLARATIONS
from kingmaker.experiments.commands.cli import app, main

ROOT = Path(__file__).resolve().parents[2]


def kingmaker(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "kingmaker", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Exit code of the console entry, in this process."""
    monkeypatch.setattr(sys, "argv", ["kingmaker", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "baselines"], ["'baselines'", "Did you mean 'baseline'?"]),
        (["run", "baseline", "--set", "policy.interop=1"], ["'policy.interop'", "'policy.interoperability'"]),
        (["run", "baseline", "--set", "policy.interoperability=x"], ["'x'", "from 0 to 1"]),
        (["run", "baseline", "--set", "policy.interoperability=2"], ["is 2", "from 0 to 1"]),
        (["run", "baseline", "--months", "-3"], ["-3", "from 1 to"]),
        (["run", "gone.toml"], ["no scenario file 'gone.toml'"]),
        (["run", "broken.toml"], ["broken.toml", "line 1, column"]),
        (["run", "dated.toml"], ["dated.toml", "'2024-31'", "year-month"]),
        (["run", "baseline", "--out", "broken.toml/here"], ["cannot be written"]),
        (["run", "baseline", "--out", "broken.toml"], ["is a file"]),
        (["run", "baseline", "--out", "."], ["not empty", "not written by kingmaker"]),
        (["rerun", "."], ["no manifest.json"]),
        (["params", "--group", "polici"], ["'polici'", "'policy'"]),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    (tmp_path / "broken.toml").write_text("months = = 3\n")
    (tmp_path / "dated.toml").write_text(
        '[[events]]\nmonth = "2024-31"\nwhy = "x"\nset = { policy.interoperability = 1 }\n'
    )
    done = kingmaker(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("kingmaker: ")
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.toml", "dated.toml"]


@pytest.mark.parametrize("arguments", [["run"], ["run", "baseline", "--seed", "-1"], ["fly"]])
def test_wrong_use_of_the_command_is_exit_code_2(tmp_path: Path, arguments: list[str]) -> None:
    assert kingmaker(*arguments, cwd=tmp_path).returncode == 2


def test_ctrl_c_is_exit_code_130_and_leaves_nothing(
    fake: type[FakeEconomy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.fail_at, fake.error = 5, KeyboardInterrupt
    assert call(monkeypatch, "run", "baseline", "--out", str(tmp_path / "out")) == 130
    assert "nothing half-written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_help_is_quick_and_imports_nothing_heavy(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="Windows does not count the CPU time of children")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = kingmaker("--help", cwd=tmp_path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    assert "rerun" in done.stdout
    assert (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime) < 0.5
    heavy = ["numpy", "pandas", "mesa", "matplotlib", "seaborn", "networkx", "pydantic", "scipy"]
    check = f"import sys, kingmaker.experiments.commands.cli; print([name for name in {heavy} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_the_version_is_printed() -> None:
    assert CliRunner().invoke(app, ["--version"]).output.startswith("kingmaker ")


def test_parameters_are_listed_in_three_forms() -> None:
    runner = CliRunner()
    records = json.loads(runner.invoke(app, ["params", "--format", "json"]).output)
    assert [record["parameter"] for record in records] == list(DECLARATIONS)
    cap = next(record for record in records if record["parameter"] == "policy.export_cap_tpp")
    assert cap["high"] == "inf"
    table = runner.invoke(app, ["params", "--group", "policy"]).output
    assert "policy.interoperability" in table
    assert "startups.number" not in table
    markdown = runner.invoke(app, ["params", "--format", "markdown"]).output.splitlines()
    assert len(markdown) == len(DECLARATIONS) + 2
    assert {line.replace("\\|", "").count("|") for line in markdown} == {11}


def test_measures_and_scenarios_are_listed() -> None:
    runner = CliRunner()
    assert "lead_time_weeks" in runner.invoke(app, ["measures"]).output
    names = [record["scenario"] for record in json.loads(runner.invoke(app, ["scenarios", "--format", "json"]).output)]
    assert "baseline" in names
    assert "tight_export_cap" in names
