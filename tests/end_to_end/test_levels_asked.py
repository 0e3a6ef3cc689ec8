"""Through the real command: ``--level`` reaches text, tables, captions and manifest, and is part of the question."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy import stats

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
SMALL = ("--set", "startups.number=20", "--months", "14")
DESIGN = """kind = "{kind}"
{samples}
months = 8
replications = 3
measures = ["hhi_cloud", "lead_time_weeks"]
keep = ["mean"]
set = {{ "startups.number" = 20 }}
[parameters]
"policy.interoperability" = {interoperability}
"chips.capacity_growth" = {growth}
"""
RANGES = {
    "samples": "samples = 4",
    "interoperability": "{ low = 0.0, high = 1.0 }",
    "growth": "{ low = 0.05, high = 0.13 }",
}
LEVELS = {"samples": "", "interoperability": "[0.0, 1.0]", "growth": "[0.05, 0.13]"}

pytestmark = pytest.mark.slow


def kingmaker(*words: str, folder: Path, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "kingmaker", *words], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return " ".join((done.stdout if code in (0, 1) else done.stderr).split())


def captions(folder: Path) -> list[str]:
    found = [str(Image.open(path).info["Description"]).replace("\u00a0", " ") for path in sorted(folder.glob("*.png"))]
    assert found
    return found


def text(path: Path) -> str:
    return " ".join(path.read_text(encoding="utf-8").replace("\u00a0", " ").split())


def manifest(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def test_a_comparison(tmp_path: Path) -> None:
    words = (
        "compare", "--over", "luck", "baseline", "baseline", "--set-b", "startups.runway=12", *SMALL,
        "--replications", "4", "--no-robustness", "--workers", "1",
    )  # fmt: skip
    told = kingmaker(*words, "--level", "0.9", "--out", "c", folder=tmp_path)
    folder = tmp_path / "c"
    assert "All intervals are 90 % intervals." in told
    assert "paired 90 % intervals" in text(folder / "brief.md")
    assert "p value of at most 0.1 after" in text(folder / "brief.md")
    assert "true together with 90 % confidence" in text(folder / "brief.md")
    assert "paired 90 % interval (Student's t)" in text(folder / "data_dictionary.csv")
    assert all("90 % interval" in caption for caption in captions(folder / "figures"))
    for path in (*folder.glob("*.csv"), *folder.glob("brief.*")):
        assert "95 %" not in text(path), path.name
    assert manifest(folder)["level"] == 0.9
    assert str(manifest(folder)["question"]).count("level 0.9") == 1
    paths, table = pd.read_parquet(folder / "paths.parquet"), pd.read_csv(folder / "differences.csv")
    row = table[(table["high"] > table["low"]) & (table["window"] == "final")].iloc[0]
    last = paths[paths["month"] == paths["month"].max()]
    final = last.pivot_table(index="side", columns="seed", values=row["measure"])
    pairs = (final.loc["b"] - final.loc["a"]).to_numpy()
    wanted = stats.t.interval(0.9, 3, pairs.mean(), stats.sem(pairs))
    assert (row["low"], row["high"]) == pytest.approx(wanted, rel=1e-6)

    refusal = kingmaker(*words, "--out", "c", folder=tmp_path, code=2)
    assert "answers another question" in refusal
    assert "level 0.9)" in refusal
    kingmaker(*words, "--level", "0.95", "--no-figures", "--out", "c", "--force", folder=tmp_path)
    assert "paired 95 % intervals" in text(folder / "brief.md")
    kingmaker(*words, "--no-figures", "--out", "c", folder=tmp_path)  # the usual level, said or not, is one question


def test_an_ensemble_and_its_rerun(tmp_path: Path) -> None:
    words = ("run", "baseline", *SMALL, "--replications", "5", "--workers", "1")
    told = kingmaker(*words, "--level", "0.8", "--out", "e", folder=tmp_path)
    folder = tmp_path / "e"
    assert "the middle 80 % of them" in told
    table = pd.read_csv(folder / "summary.csv")
    assert list(table.columns[-5:]) == ["median", "low_50", "high_50", "low_80", "high_80"]
    runs = pd.read_parquet(folder / "measures.parquet")
    first = runs[runs["month"].str.startswith("2022")].groupby("seed")["hhi_cloud"].mean()
    row = table[(table["measure"] == "hhi_cloud") & (table["year"] == 2022)].iloc[0]
    assert (row["low_80"], row["high_80"]) == pytest.approx(tuple(np.quantile(first, (0.1, 0.9))), rel=1e-9)
    assert 'summary,low_80,unit of the measure,"lower end of the middle 80 %' in text(folder / "data_dictionary.csv")
    assert all("wider band: middle 80 %" in caption for caption in captions(folder / "figures"))
    assert manifest(folder)["level"] == 0.8
    assert "answers another question" in kingmaker(*words, "--out", "e", folder=tmp_path, code=2)

    assert kingmaker("rerun", "e", "--out", "again", "--quiet", folder=tmp_path).startswith("identical")
    assert (tmp_path / "again/summary.csv").read_bytes() == (folder / "summary.csv").read_bytes()
    assert manifest(tmp_path / "again")["level"] == 0.8
    old = manifest(folder)
    del old["level"]  # as before there were levels
    (folder / "manifest.json").write_text(json.dumps(old), encoding="utf-8")
    kingmaker("rerun", "e", "--out", "usual", "--quiet", folder=tmp_path)
    assert "low_90" in pd.read_csv(tmp_path / "usual/summary.csv").columns
    (folder / "manifest.json").write_text(json.dumps(old | {"level": 2.0}), encoding="utf-8")
    assert "level: input should be less than or equal to 0.999" in kingmaker("rerun", "e", folder=tmp_path, code=2)


@pytest.mark.parametrize(("kind", "ranges"), [("sobol", RANGES), ("morris", RANGES), ("grid", LEVELS)])
def test_a_study(kind: str, ranges: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "d.toml").write_text(DESIGN.format(kind=kind, **ranges), encoding="utf-8")
    words = ("sensitivity", "d.toml", "--workers", "1")
    told = kingmaker(*words, "--level", "0.9", "--out", "s", folder=tmp_path)
    kingmaker(*words, "--no-figures", "--out", "usual", folder=tmp_path)
    folder = tmp_path / "s"
    assert "All intervals are 90 % intervals." in told
    assert "with 90 % intervals; all are in" in text(folder / "report.md")
    assert "lower end of the 90 % interval" in text(folder / "data_dictionary.csv")
    assert any("lines are 90 % intervals" in caption for caption in captions(folder / "figures"))
    assert manifest(folder)["level"] == 0.9
    found, usual = (pd.read_csv(tmp_path / name / "indices.csv") for name in ("s", "usual"))
    assert found["value"].equals(usual["value"])
    one, other = ((frame["high"] - frame["value"]).to_numpy() for frame in (found, usual))
    known = np.isfinite(other) & (other > 0.0)
    ratio = (
        stats.t.ppf(0.95, 2) / stats.t.ppf(0.975, 2) if kind == "grid" else stats.norm.ppf(0.95) / stats.norm.ppf(0.975)
    )
    assert known.any()
    assert one[known] / other[known] == pytest.approx(ratio, rel=1e-6)
    verdicts = [(tmp_path / name / "convergence.csv").read_bytes() for name in ("s", "usual")]
    assert verdicts[0] == verdicts[1], "whether a sample is large enough does not depend on the level that is stated"
    assert "answers another question" in kingmaker(*words, "--out", "s", folder=tmp_path, code=2)


def test_figures_of_a_sweep(tmp_path: Path) -> None:
    (tmp_path / "d.toml").write_text(DESIGN.format(kind="grid", **LEVELS), encoding="utf-8")
    kingmaker("sweep", "d.toml", "--workers", "1", "--out", "w", folder=tmp_path)
    kingmaker("figures", "w", "--level", "0.9", "--out", "f", folder=tmp_path)
    assert all("90 % interval" in caption and "95 %" not in caption for caption in captions(tmp_path / "f"))
    assert "level 0.9" in text(tmp_path / "f/.kingmaker.json")
    assert "answers another question (the sweep d, level 0.9)" in kingmaker(
        "figures", "w", "--out", "f", folder=tmp_path, code=2
    )
    kingmaker("figures", "w", "--out", "f", "--force", folder=tmp_path)
    assert all("95 % interval" in caption for caption in captions(tmp_path / "f"))


def test_the_validation(tmp_path: Path) -> None:
    told = kingmaker(
        "validate", "--over", "luck", "--replications", "3", "--level", "0.8", "--out", "v", folder=tmp_path
    )
    usual = kingmaker("validate", "--over", "luck", "--replications", "3", folder=tmp_path)
    folder = tmp_path / "v"
    assert "the ensemble's 80 % intervals hold" in told
    assert "80 % of seeds" in text(folder / "validation.md")
    assert "10 % and 90 % quantiles" in text(folder / "validation.md")
    assert {"model_p10", "model_p90"} <= set(pd.read_csv(folder / "validation.csv").columns)
    assert all("10 % to 90 % of seeds" in caption for caption in captions(folder / "figures"))
    assert "level 0.8" in text(folder / ".kingmaker.json")
    for sentence in ("Score ", "Of all "):  # hits and score are of the median
        assert told[told.index(sentence) :][:60] == usual[usual.index(sentence) :][:60]
    again = kingmaker("validate", "--over", "luck", "--replications", "3", "--out", "v", folder=tmp_path, code=2)
    assert "answers another question (the baseline, 3 seeds, level 0.8)" in again


def test_mechanisms_and_the_event_study(tmp_path: Path) -> None:
    told = kingmaker(
        "mechanisms", "--rows", "S1", "--replications", "3", "--level", "0.9", "--out", "m", folder=tmp_path
    )
    usual = kingmaker("mechanisms", "--rows", "S1", "--replications", "3", "--out", "u", folder=tmp_path)
    assert "All intervals are 90 % intervals." in told
    assert "All intervals" not in usual
    assert "with a 90 % interval" in text(tmp_path / "m/mechanisms.md")
    assert "| 90 % interval |" in text(tmp_path / "m/mechanisms.md")
    assert "level 0.9" in text(tmp_path / "m/.kingmaker.json")
    one, other = (pd.read_csv(tmp_path / name / "mechanisms.csv").iloc[0] for name in "mu")
    assert one["level"] == 0.9
    assert other["low"] < one["low"] < one["effect"] == other["effect"] < one["high"] < other["high"]
    words = ("events", "--replications", "4", "--out", "v")
    assert "All intervals are 90 % intervals." in _either(*words, "--level", "0.9", folder=tmp_path)
    assert "| 90 % interval of the mean | 10–90 % of worlds |" in text(tmp_path / "v/event_study.md")
    assert "answers another question (4 seeds, level 0.9)" in kingmaker(*words, folder=tmp_path, code=2)


def _either(*words: str, folder: Path) -> str:
    """What a command says whether its tests hold or, with few seeds, fail."""
    done = subprocess.run(
        [sys.executable, "-m", "kingmaker", *words], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return " ".join(done.stdout.split())
