"""``--over`` through the real command line, on a few members: every table, page and manifest says over what."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from kingmaker.experiments.posterior.members import load_members
from tests.command import kingmaker
from tests.some_members import KEYS, members_file, some_members

pytestmark = pytest.mark.slow
SMALL = ("--set", "startups.number=20")
OVER = "luck and parameters, {} members"


def done(*words: object, folder: Path, code: int = 0) -> str:
    found = kingmaker(*words, folder=folder)
    assert found.returncode == code, found.stderr + found.stdout
    return found.stdout + found.stderr


@pytest.fixture
def place(tmp_path: Path) -> Path:
    members_file(tmp_path, 24)
    return tmp_path


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def captions(folder: Path) -> list[str]:
    found = [" ".join(str(Image.open(path).info["Description"]).split()) for path in sorted(folder.glob("*.png"))]
    assert found
    return found


def manifest(folder: Path) -> dict[str, object]:
    return dict(json.loads(text(folder / "manifest.json")))


def test_a_comparison_and_the_same_again_from_the_members_that_it_used(place: Path) -> None:
    words = ("compare", "no_new_law", "no_new_law", "--set-b", "policy.interoperability=1", *SMALL, "--months", "16",
             "--outcomes", "switching_rate,hhi_cloud", "--workers", "1")  # fmt: skip
    told = done(*words, "--over", "members.parquet", "--members", "20", "--out", "a", folder=place)
    assert OVER.format(20) in " ".join(told.split())
    brief = text(place / "a/brief.md")
    assert f"![Effects with their 90 % intervals over {OVER.format(20)}]" in brief
    assert brief.index("![") < brief.index("## What can be said") < brief.index("## The question")
    assert manifest(place / "a")["over"]["words"] == OVER.format(20)  # type: ignore[index]
    assert manifest(place / "a")["lucks"] == {"seeds": 4, "members": 16}
    assert all(OVER.format(20) in caption for caption in captions(place / "a/figures"))
    done(*words, "--over", "a/members.parquet", "--out", "b", "--no-figures", folder=place)
    assert text(place / "a/differences.csv") == text(place / "b/differences.csv")
    paths = pd.read_parquet(place / "a/paths.parquet")
    assert paths["member"].nunique() == 20
    luck = done(*words, "--over", "luck", "--replications", "3", "--no-robustness", "--out", "l", folder=place)
    assert "3 pairs" in " ".join(luck.split())
    assert all("over luck at one point" in caption for caption in captions(place / "l/figures"))
    assert "over luck at one point, 3 seeds" in " ".join(text(place / "l/brief.md").split())
    assert manifest(place / "l")["over"] == {"words": "luck at one point, 3 seeds"}
    assert "members.parquet" not in {path.name for path in (place / "l").iterdir()}


def test_an_ensemble_is_run_again_to_the_same_bits(place: Path) -> None:
    words = ("run", "baseline", *SMALL, "--over", "members.parquet", "--members", "3", "--months", "4", "--out", "e")
    assert OVER.format(3) in " ".join(done(*words, folder=place).split())
    assert all(OVER.format(3) in caption for caption in captions(place / "e/figures"))
    assert manifest(place / "e")["over"] == OVER.format(3)
    assert "over luck and parameters" in text(place / "e/data_dictionary.csv")
    assert done("rerun", "e", folder=place).startswith("identical")
    found = load_members(place / "e/members.parquet")
    assert set(found.keys) == set(KEYS)
    frame = pd.read_parquet(place / "e/measures.parquet")
    assert sorted(frame["seed"].unique()) == sorted(some_members(3).seeds)


def test_a_factorial_and_a_sweep_of_one_design(place: Path) -> None:
    (place / "d.toml").write_text(
        'kind = "grid"\nover = "members.parquet"\nmonths = 6\nreplications = 3\nmeasures = ["hhi_cloud"]\n'
        'keep = ["final"]\nset = { "startups.number" = 20 }\n[parameters]\n"policy.interoperability" = [0.0, 1.0]\n'
        '"policy.export_cap_tpp" = [4800.0, 1600.0]\n',
        encoding="utf-8",
    )
    told = done("factorial", "d.toml", "--out", "f", "--workers", "1", folder=place)
    assert OVER.format(3) in " ".join(told.split())
    assert "3 members are too few" in text(place / "f/brief.md")
    assert set(pd.read_csv(place / "f/effects.csv")["kind"]) == {"against the reference", "main effect", "interaction"}
    done("sweep", "d.toml", "--out", "s", "--workers", "1", "--quiet", folder=place)
    assert manifest(place / "s")["over"] == OVER.format(3)
    done("figures", "s", folder=place)
    assert all(OVER.format(3) in caption for caption in captions(place / "s/figures"))
    assert all(OVER.format(3) in caption for caption in captions(place / "f/figures"))
    luck = done("factorial", "d.toml", "--over", "luck", "--replications", "3", "--out", "g", "--workers", "1",
                "--no-figures", folder=place)  # fmt: skip
    assert "luck at one point, 3 seeds" in " ".join(luck.split())


def test_the_studies(place: Path) -> None:
    over = ("--over", "members.parquet")
    told = done("mechanisms", "--rows", "S1", *over, "--members", "4", "--out", "m", folder=place)
    assert f"over {OVER.format(4)}" in told
    rows = pd.read_csv(place / "m/mechanisms.csv")
    assert rows.loc[0, "share"] == 1.0
    assert OVER.format(4) in text(place / "m/mechanisms.md")
    validated = done("validate", *over, "--members", "3", "--out", "m", folder=place)
    assert f"over {OVER.format(3)}" in " ".join(validated.split())
    table = pd.read_csv(place / "m/validation.csv")
    assert {"members_median", "members_low", "seeds_median", "hit", "hit_by_seeds"} <= set(table.columns)
    assert "40 fresh seeds" in text(place / "m/validation.md")
    found = kingmaker("events", *over, "--members", "6", "--out", "m", folder=place)
    assert OVER.format(6) in found.stdout
    assert OVER.format(6) in text(place / "m/event_study.md")


def test_a_study_of_sensitivity_takes_the_members(place: Path) -> None:
    told = done("sensitivity", "baseline", "--over", "members.parquet", "--members", "12", "--months", "6",
                "--statistic", "final", "--outcomes", "hhi_cloud", "--out", "s", "--workers", "1",
                folder=place)  # fmt: skip
    assert OVER.format(12) in told
    table = pd.read_csv(place / "s/indices.csv")
    assert set(table["parameter"]) == set(KEYS)
    assert set(table["index"]) == {"rho", "S1"}
    assert OVER.format(12) in text(place / "s/report.md")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("compare", "baseline", "data_act", "--over", "posteror"), "Did you mean 'posterior'?"),
        (("compare", "baseline", "data_act", "--over", "members.parquet", "--members", "99"), "from 2 to 24"),
        (("compare", "baseline", "data_act", "--over", "members.parquet", "--robustness"), "--robustness moves one"),
        (("compare", "baseline", "data_act", "--over", "members.parquet", "--ends", "half"), "--ends moves one"),
        (("compare", "baseline", "data_act", "--over", "damaged.parquet"), "cannot be read as a file of members"),
        (("run", "baseline", "--over", "members.parquet", "--seed", "3"), "each member brings its own seed"),
        (("run", "baseline", "--members", "3"), "add --over posterior"),
        (("sensitivity", "screening", "--over", "members.parquet", "--samples", "9"), "--samples is for samples"),
        (("sensitivity", "baseline", "--over", "members.parquet", "--members", "4"), "needs at least 10"),
        (("factorial", "screening", "--over", "luck"), "a factorial crosses levels"),
        (("claims", "--over", "luck"), "the probability of a claim is one over a posterior"),
        (("mechanisms", "--over", "luck", "--members", "4"), "a member is a draw from a posterior"),
        (("validate", "--over", "members.parquet", "--level", "2"), "--level is '2'"),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_a_sentence(words: tuple[str, ...], told: str, place: Path) -> None:
    (place / "damaged.parquet").write_bytes(b"PAR1 no more")
    assert told in " ".join(done(*words, folder=place, code=2).split())
