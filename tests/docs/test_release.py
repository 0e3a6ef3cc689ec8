"""Metadata agree, the reviewers' lists point at what is there, and a release can be made, checked and reproduced."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.command import ENVIRONMENT, kingmaker

ROOT = Path(__file__).resolve().parents[2]
META: dict[str, Any] = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITED = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
REVIEWERS = (ROOT / "docs" / "reviewers.md").read_text(encoding="utf-8")


def cited(key: str) -> str:
    found = re.search(rf'^{key}: "?(.*?)"?$', CITED, re.MULTILINE)
    assert found is not None
    return found[1]


def test_codemeta_agrees_with_the_project() -> None:
    assert META["version"] == PROJECT["version"]
    assert META["description"] == PROJECT["description"]
    assert META["license"].endswith(f"/{PROJECT['license']}")
    assert META["keywords"] == PROJECT["keywords"]
    assert META["softwareRequirements"] == PROJECT["dependencies"]
    assert META["programmingLanguage"]["version"] == PROJECT["requires-python"]
    assert [author["name"] for author in META["author"]] == [author["name"] for author in PROJECT["authors"]]
    urls = PROJECT.get("urls", {})
    assert META.get("codeRepository") == urls.get("Repository")


def test_codemeta_agrees_with_the_citation() -> None:
    assert META["version"] == cited("version")
    assert META["datePublished"] == cited("date-released")
    assert META["license"].endswith(f"/{cited('license')}")
    assert cited("title").startswith(META["name"])
    listed = re.findall(r"^  - (?:name: )?(.+)$", CITED, re.MULTILINE)
    assert listed == [*(author["name"] for author in META["author"]), *META["keywords"]]


def test_files_that_the_metadata_name_are_there() -> None:
    for key in ("readme", "softwareHelp", "referencePublication"):
        assert (ROOT / META[key]).is_file()


def test_what_the_reviewers_page_points_at_is_there() -> None:
    files = {name for name in re.findall(r"`([\w./]+(?:\.\w+|/))`", REVIEWERS) if "/" in name or name[0].isupper()}
    files -= {"dist/"}
    assert len(files) >= 12
    made = {"manifest.json", "data_dictionary.csv", "SHA256SUMS", "paper.bib"}
    assert [name for name in files - made if not (ROOT / name).exists()] == []
    links = re.findall(r"\]\(([^)#]+)", REVIEWERS)
    assert [link for link in links if not (ROOT / "docs" / link).is_file()] == []


@pytest.mark.parametrize(("title", "points"), [("JOSS", 17), ("CoMSES", 11), ("FAIR4RS", 15)])
def test_no_point_of_a_list_is_left_out(title: str, points: int) -> None:
    part = REVIEWERS.split(f"## {title}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| **")]
    assert len(rows) == points
    assert all(len(row) == 2 and row[1] for row in rows)


def test_fair_principles_are_all_there() -> None:
    part = REVIEWERS.split("## FAIR4RS\n")[1]
    told = {
        name.strip() for heads in re.findall(r"^\| \*\*([^*]+)\*\*", part, re.MULTILINE) for name in heads.split(",")
    }
    assert " ".join(sorted(told)) == "A1 A1.1 A1.2 A2 F1 F1.1 F1.2 F2 F3 F4 I1 I2 R1 R1.1 R1.2 R2 R3"


def test_slots_are_there_for_the_authors() -> None:
    text = (ROOT / "AUTHORS.md").read_text(encoding="utf-8")
    assert set(re.findall(r"<!-- slot: ([\w-]+)", text)) == {"authors", "funding", "ai-use"}


def release(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "release.py", *words]
    return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("release") / "dist"
    done = release("--out", str(out), "--months", "2", "--no-docs")
    assert done.returncode == 0, done.stderr
    assert "still to be filled: the authors" in done.stderr
    return out


@pytest.mark.slow
def test_a_release_holds_what_it_says(made: Path) -> None:
    stem = f"kingmaker-{PROJECT['version']}"
    names = {f"{stem}.tar.gz", f"{stem}-py3-none-any.whl", f"{stem}-capsule.zip", "SHA256SUMS"}
    assert {path.name for path in made.iterdir()} == names
    inside = set(zipfile.ZipFile(made / f"{stem}-capsule.zip").namelist())
    assert {"STEPS.txt", "SHA256SUMS", "requirements.lock", "reference/manifest.json", f"{stem}.tar.gz"} <= inside
    assert str(made) not in zipfile.ZipFile(made / f"{stem}-capsule.zip").read("reference/manifest.json").decode()


@pytest.mark.slow
def test_the_capsule_is_that_of_its_checksums_and_reruns(made: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(next(made.glob("*-capsule.zip"))).extractall(tmp_path)
    assert release("--check", str(tmp_path)).stdout.startswith(
        f"{len([p for p in tmp_path.rglob('*') if p.is_file()]) - 1} files"
    )
    assert kingmaker("rerun", "reference", folder=tmp_path).stdout.startswith("identical")


@pytest.mark.slow
def test_a_changed_file_is_found(made: Path, tmp_path: Path) -> None:
    for path in made.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert release("--check", str(tmp_path)).returncode == 0
    wheel = next(tmp_path.glob("*.whl"))
    wheel.write_bytes(wheel.read_bytes()[:-1] + b"x")
    assert f"{wheel.name} is not the file" in release("--check", str(tmp_path)).stderr
    wheel.unlink()
    assert f"{wheel.name} is missing" in release("--check", str(tmp_path)).stderr
    (tmp_path / "SHA256SUMS").unlink()
    assert "there is no SHA256SUMS" in release("--check", str(tmp_path)).stderr


@pytest.mark.slow
def test_the_same_sources_give_the_same_archives(made: Path, tmp_path: Path) -> None:
    assert release("--out", str(tmp_path / "again"), "--months", "2", "--no-docs").returncode == 0
    for name in (path.name for path in made.iterdir() if path.suffix in (".whl", ".gz")):
        assert (made / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_others_files_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x", encoding="utf-8")
    done = release("--out", str(tmp_path), "--no-docs")
    assert done.returncode == 1
    assert "holds thesis.tex; name another folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_release_with_open_places_is_not_final(tmp_path: Path) -> None:
    done = release("--out", str(tmp_path / "dist"), "--final")
    assert done.returncode == 1
    assert "not final" in done.stderr
    assert not (tmp_path / "dist").exists()
