"""The wheel offers the name kingmaker alone, and lives beside other packages that are called agents."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "-q", "--no-deps", "--no-index", "--no-build-isolation", "-w", str(folder), str(ROOT))
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of another package whose import name is agents."""
    source = tmp_path_factory.mktemp("other")
    (source / "agents").mkdir()
    (source / "agents" / "__init__.py").write_text("OWNER = 'another package'\n", encoding="utf-8")
    (source / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "other-agents"\nversion = "1"\n'
        '[tool.hatch.build.targets.wheel]\npackages = ["agents"]\n',
        encoding="utf-8",
    )
    pip("wheel", "-q", "--no-deps", "--no-index", "--no-build-isolation", "-w", str(source), str(source))
    return next(source.glob("*.whl"))


def python(target: Path, code: str) -> str:
    """What a Python prints that finds ``target`` before all else, outside of the repository."""
    env = {**os.environ, "PYTHONPATH": str(target)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=target, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_everything_in_the_wheel_is_below_kingmaker(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"kingmaker"}
    assert len(names) == len(set(names))
    for needed in ("__init__.py", "py.typed", "agents/startup.py", "environment/parameters.csv",
                   "environment/scenarios/baseline.toml"):  # fmt: skip
        assert f"kingmaker/{needed}" in names


@pytest.mark.parametrize("order", ["kingmaker first", "kingmaker last"])
def test_it_lives_beside_a_package_called_agents(wheel: Path, other: Path, tmp_path: Path, order: str) -> None:
    for each in (wheel, other) if order == "kingmaker first" else (other, wheel):
        pip("install", "-q", "--no-deps", "--no-index", "--target", str(tmp_path), str(each))
    code = (
        "import agents, kingmaker; from kingmaker.agents.startup import Startup; "
        "model = kingmaker.ComputeEconomy(rng=1, months=1, **{'startups.number': 20}).run(); "
        "print(agents.OWNER, kingmaker.__file__, model.month)"
    )
    owner, place, month = python(tmp_path, code).rsplit(" ", 2)
    assert (owner, month) == ("another package", "1")
    assert Path(place).is_relative_to(tmp_path)


@pytest.mark.parametrize("name", ["agents", "environment", "experiments"])
def test_a_development_install_offers_nothing_under_the_bare_names(name: str, tmp_path: Path) -> None:
    code = (
        f"import importlib\ntry:\n    importlib.import_module('{name}')\n"
        "except ModuleNotFoundError as fault:\n    print(fault)"
    )
    assert f"kingmaker.{name}" in python(tmp_path, code) or "No module named" in python(tmp_path, code)


def test_the_import_is_light(tmp_path: Path) -> None:
    """The import alone brings none of the heavy libraries."""
    heavy = "numpy pandas mesa scipy matplotlib networkx pydantic rich typer"
    loaded = python(tmp_path, f"import sys, kingmaker; print(*sorted(set('{heavy}'.split()) & set(sys.modules)))")
    assert loaded == ""


def cpu_of(*command: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_import_and_help_answer_at_once() -> None:
    command = Path(sys.executable).with_name("kingmaker")
    assert min(cpu_of(sys.executable, "-c", "import kingmaker") for _ in range(3)) < 0.15
    assert min(cpu_of(str(command), "--help") for _ in range(3)) < 0.6  # 0.2 on an idle core; noise must not break it
