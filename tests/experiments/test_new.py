"""``kingmaker new``: what it writes runs as it is and nothing is replaced; names that cannot be used are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.commands.cli import app
from kingmaker.experiments.design.sweep_design import load_design
from kingmaker.experiments.sweep.evaluate import evaluate

RUNNER = CliRunner()
SMALL = {"startups.number": 20}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def new(*words: str) -> list[str]:
    done = RUNNER.invoke(app, ["new", *words])
    assert done.exit_code == 0, done.exception
    return done.output.splitlines()


def refused(*words: str) -> str:
    done = RUNNER.invoke(app, ["new", *words])
    assert done.exit_code
    return str(done.exception)


def test_a_new_scenario_runs_and_does_what_it_says(folder: Path) -> None:
    assert new("scenario", "open-clouds")[-1].endswith("Try: kingmaker run open-clouds.toml")
    own = ComputeEconomy("open-clouds.toml", rng=1, months=40, **SMALL).run()
    usual = ComputeEconomy("baseline", rng=1, months=40, **SMALL).run()
    duty = own.measures.array("interoperability_in_effect")[:, 0]
    assert duty[36:].min() >= 0.8 * 0.5  # what is in effect is the duty times compliance
    assert duty[36] > usual.measures.array("interoperability_in_effect")[36, 0]
    assert (duty[:36] == usual.measures.array("interoperability_in_effect")[:36, 0]).all()


def test_a_new_design_can_be_swept(folder: Path) -> None:
    assert new("design", "grid_of_mine")[-1].endswith("kingmaker sweep grid_of_mine.toml")
    design = load_design("grid_of_mine.toml")
    assert (design.size, design.kind) == (24, "grid")
    done = RUNNER.invoke(app, ["sweep", "grid_of_mine.toml", "--months", "12", "--replications", "1", "--quiet"])
    assert done.exit_code == 0, done.exception
    assert (folder / "results/sweep-grid_of_mine/runs.parquet").is_file()


def test_a_new_extension_runs_and_its_law_bites(folder: Path) -> None:
    assert new("extension", "law_of_mine")[:2] == ["law_of_mine.py written.", "law_of_mine.toml written."]
    keys, worlds = ["law_of_mine.hhi", "startups.number"], [[0.0, 20], [1.0, 20]]
    bites, idles = evaluate(
        worlds, keys, "interoperability_in_effect", scenario="law_of_mine.toml", months=12, statistic="final"
    )
    assert bites > idles


def test_every_line_of_a_new_file_that_names_a_command_is_one(folder: Path) -> None:
    for kind in ("scenario", "design", "extension"):
        new(kind, f"mine_{kind}")
    known = set(RUNNER.invoke(app, ["--help"]).output.split())
    for path in folder.iterdir():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip(" #").startswith("kingmaker "):
                assert line.strip(" #").split()[1] in known, line


@pytest.mark.parametrize("kind", ["scenario", "design", "extension"])
def test_what_is_there_is_left_as_it_is(kind: str, folder: Path) -> None:
    (folder / "mine.toml").write_text("mine", encoding="utf-8")
    assert "mine.toml: is there already and is left as it is" in refused(kind, "mine")
    assert [path.name for path in folder.iterdir()] == ["mine.toml"]  # not half of an extension either
    assert (folder / "mine.toml").read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_a_link_is_not_written_through(folder: Path) -> None:
    (folder / "mine.toml").symlink_to(folder / "elsewhere.toml")
    assert "is there already" in refused("scenario", "mine")
    assert not (folder / "elsewhere.toml").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("scenario", "../mine"), "'../mine' cannot be the name of a scenario"),
        (("scenario", ""), "allowed are up to 60 letters"),
        (("design", "mine[/x]"), "cannot be the name of a design"),
        (("design", "a" * 61), "cannot be the name of a design"),
        (("scenario", "1st"), "a letter first"),
        (("extension", "my-law"), "as of a Python module"),
        (("extension", "MyLaw"), "small letters"),
        (("scenario", "baseline"), "'baseline' is shipped with Kingmaker"),
        (("design", "screening"), "'screening' is shipped with Kingmaker"),
        (("extension", "class"), "a word or a module of Python already"),
        (("extension", "json"), "a word or a module of Python already"),
        (("extension", "kingmaker"), "a word or a module of Python already"),
        (("extension", "policy"), "a group of parameters of the model"),
        (("scenario", "mine", "--out", "nowhere"), "there is no such folder; make it first"),
    ],
)
def test_names_that_cannot_be_used(words: tuple[str, ...], told: str, folder: Path) -> None:
    assert told in refused(*words)
    assert not list(folder.iterdir())


def test_an_ending_is_no_part_of_the_name_and_a_folder_can_be_chosen(folder: Path) -> None:
    (folder / "there").mkdir()
    new("scenario", "mine.toml", "--out", "there")
    new("extension", "law.py", "--out", "there")
    assert sorted(path.name for path in (folder / "there").iterdir()) == ["law.py", "law.toml", "mine.toml"]
