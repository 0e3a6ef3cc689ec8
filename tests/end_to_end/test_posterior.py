"""``kingmaker posterior`` and ``kingmaker forecast`` through the command line, on small worlds."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from kingmaker.experiments.posterior.members import load_members
from kingmaker.experiments.studies.forecast.contest_page import ALL
from tests.command import ROOT, kingmaker

TINY = ("--quick", "--members", "16", "--steps", "1", "--quiet")


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fit by one worker."""
    place = tmp_path_factory.mktemp("fit")
    out = place / "out"
    done = kingmaker("posterior", "fit", *TINY, "--workers", "1", "--out", out, folder=place)
    assert done.returncode == 0, done.stderr
    assert "16 members over" in done.stdout
    assert "kept out: 90 % intervals hold" in done.stdout
    return out


@pytest.mark.slow
def test_a_fit_writes_members_and_its_tables_and_nothing_else(fitted: Path) -> None:
    members = load_members(fitted / "members.parquet")
    assert len(members) == 16
    assert members.source["command"].startswith("kingmaker posterior fit --quick")
    names = {path.name for path in fitted.iterdir() if not path.name.startswith(".")}
    assert names == {"members.parquet", "lines.csv", "learned.csv", "discrepancy.csv"}
    assert not (fitted / ".kingmaker").exists()
    with (fitted / "lines.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["role"] for row in rows} == {"fitted", "kept out"}
    for row in rows:
        assert float(row["posterior_low"]) <= float(row["posterior_median"]) <= float(row["posterior_high"]), row


@pytest.mark.slow
def test_two_workers_give_the_same_digest_and_the_check_finds_it(fitted: Path, tmp_path: Path) -> None:
    done = kingmaker("posterior", "check", "--members", str(fitted / "members.parquet"), "--workers", "2", "--quiet",
                     "--out", tmp_path / "check", folder=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert ": the same" in done.stdout


@pytest.mark.slow
def test_a_stopped_fit_goes_on_to_the_same_digest(fitted: Path, tmp_path: Path) -> None:
    """What is kept is taken, and what is damaged is made anew."""
    from kingmaker.experiments.posterior import fitting, priors
    from kingmaker.experiments.posterior.ensemble_runs import EnsembleRuns
    from kingmaker.experiments.posterior.lines import read_lines, window

    plan = fitting.plan_for(16, 1, 1, True)
    keep = tmp_path / "runs"

    def made() -> bytes:
        found = fitting.fitter_of(plan, priors.read_priors(), window(read_lines()), keep, 1, lambda done: None).fit()
        return found.values.tobytes()

    first = made()
    parts = sorted(keep.glob("part-*"))
    parts[0].unlink()
    parts[1].write_bytes(parts[1].read_bytes()[:100])
    assert made() == first
    assert load_members(fitted / "members.parquet").values.tobytes() == first
    seen: list[int] = []
    runs = EnsembleRuns(window(read_lines()), plan.months, keep, 1, plan.pins, seen.append)
    fitter = fitting.Fitter(plan, priors.read_priors(), runs)
    fitter.says(fitter.places, fitter.seeds)
    assert seen == [16]


@pytest.mark.slow
def test_known_truths_and_the_page(fitted: Path, tmp_path: Path) -> None:
    file = str(fitted / "members.parquet")
    out = tmp_path / "shown"
    done = kingmaker("posterior", "check", "--members", file, "--no-refit", "--truths", "1", "--quiet", "--workers",
                     "1", "--out", out, folder=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lines that were kept out" in (out / "known_truth.csv").read_text(encoding="utf-8")
    done = kingmaker("posterior", "show", "--members", file, "--workers", "1", "--out", out, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (out / "posterior.md").read_text(encoding="utf-8")
    for figure in ("learned.png", "shrinkage.png", "paths.png"):
        assert figure in page
        assert (out / figure).stat().st_size > 10_000


@pytest.mark.slow
def test_the_contest_from_one_origin(tmp_path: Path) -> None:
    out = tmp_path / "forecast"
    done = kingmaker("forecast", *TINY, "--origin", "2023-12", "--workers", "1", "--out", out, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    with (out / "forecast.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["forecaster"] for row in rows} == set(ALL)
    assert {row["origin"] for row in rows} == {"2023-12"}
    assert all(row["period"].startswith("2024") for row in rows)
    assert "| to 6 months |" in (out / "forecast.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_another_question_does_not_replace_the_answer(fitted: Path, tmp_path: Path) -> None:
    out = tmp_path / "copy"
    shutil.copytree(fitted, out)
    done = kingmaker("posterior", "fit", "--quick", "--members", "17", "--steps", "1", "--out", out, folder=tmp_path)
    assert done.returncode == 2
    assert "answers another question" in done.stderr
    assert (out / "members.parquet").read_bytes() == (fitted / "members.parquet").read_bytes()


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("posterior", "fit", "--members", "3"), ["--members", "16"]),
        (("posterior", "check", "--members", "nowhere.parquet"), ["nowhere.parquet", "no such file", "posterior fit"]),
        (("posterior", "show", "--members", "README.md"), ["README.md", "cannot be read as a file of members"]),
        (("forecast", "--origin", "2025-06"), ["2025-06", "2022-06 to 2024-11"]),
        (("posterior", "fitt"), ["fitt"]),
    ],
)
def test_mistakes_are_told_in_words(words: tuple[str, ...], parts: list[str]) -> None:
    done = kingmaker(*words, folder=ROOT)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert all(part in done.stderr for part in parts), done.stderr
