from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from conftest import build_fake
from fake_model import FakeEconomy

from kingmaker.agents.errors import KingmakerError
from kingmaker.environment.core.measures import MEASURES
from kingmaker.environment.inputs.scenario import load_scenario
from kingmaker.experiments.results.manifest import content_hash, read_manifest, scenario_of, scenario_record
from kingmaker.experiments.results.outputs import staged
from kingmaker.experiments.runs.one_run import RunRequest, run_and_write
from kingmaker.experiments.runs.rerun import rerun_and_compare


def request(out: Path, seed: int = 1, months: int = 30, panel: bool = False, figures: bool = False) -> RunRequest:
    setting = load_scenario("interoperability", {"policy.export_cap_tpp": float("inf")})
    return RunRequest(setting, seed, months, out, panel, figures, True, ("run", "interoperability"))


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("fake")
def test_a_run_writes_everything_it_promises(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    run_and_write(request(out, panel=True, figures=True))
    graphs = {f"graphs/{stem}.{kind}" for stem in ("2022", "2023", "final") for kind in ("graphml", "gexf")}
    titles = ("dashboard", "partnerships", "hosting", "money", "income", "validation")
    figures = {f"figures/{title}.{kind}" for title in titles for kind in ("pdf", "png")}
    tables = {"measures.parquet", "measures.csv", "panel.parquet", "ties.parquet", "flows.parquet", "events.parquet"}
    assert names(out) == graphs | figures | tables | {"manifest.json", "data_dictionary.csv", "income.csv"}
    assert [path.name for path in out.parent.iterdir()] == ["out"]
    measures = pd.read_parquet(out / "measures.parquet")
    assert list(measures.columns) == ["month", *MEASURES]
    assert len(measures) == 30
    with (out / "data_dictionary.csv").open(encoding="utf-8") as file:
        described = {row["column"]: row["unit"] for row in csv.DictReader(file) if row["file"] == "measures"}
    assert described["lead_time_weeks"] == MEASURES["lead_time_weeks"].unit


@pytest.mark.usefixtures("fake")
def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run_and_write(request(tmp_path / name, seed=seed, panel=True, figures=seed == 1))
    for name in names(tmp_path / "a") - {"manifest.json"}:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    hashes = [read_manifest(tmp_path / name)["measures_hash"] for name in "abc"]
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.usefixtures("fake")
def test_the_manifest_is_complete_and_strict_json(tmp_path: Path) -> None:
    run_and_write(request(tmp_path / "out"))
    text = (tmp_path / "out" / "manifest.json").read_text()
    manifest = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert manifest["seed"] == 1
    assert manifest["months"] == 30
    assert manifest["parameters"]["policy.export_cap_tpp"] == "inf"
    assert manifest["command"] == ["kingmaker", "run", "interoperability"]
    assert {"python", "numpy", "mesa"} <= manifest["versions"].keys()
    assert {len(manifest[key]) for key in ("source_digest", "data_digest", "measures_hash")} == {64}
    setting = request(tmp_path).setting
    back = scenario_of(json.loads(json.dumps(scenario_record(setting))))
    assert (back.events, back.parameters, back.pinned) == (setting.events, setting.parameters, setting.pinned)


def test_the_content_hash_sees_numbers_names_and_nothing_else() -> None:
    frame = pd.DataFrame({"month": ["2022-01"], "x": [1.0], "y": [2]})
    assert content_hash(frame) == content_hash(frame.copy())
    assert content_hash(frame) != content_hash(frame.rename(columns={"x": "z"}))
    assert content_hash(frame) != content_hash(frame.assign(x=[1.0 + 2**-52]))


@pytest.mark.usefixtures("fake")
def test_a_rerun_gives_the_same_numbers(tmp_path: Path) -> None:
    run_and_write(request(tmp_path / "out"))
    verdict = rerun_and_compare(tmp_path / "out", tmp_path / "again", force=False, quiet=True, command=())
    assert verdict.identical
    assert names(tmp_path / "again") == names(tmp_path / "out")


def test_a_rerun_says_where_it_differs(
    fake: type[FakeEconomy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_and_write(request(tmp_path / "out"))

    def nudged(asked: RunRequest) -> FakeEconomy:
        model = build_fake(asked)
        plain = model.measures.to_frame

        def frame() -> pd.DataFrame:
            measures = plain()
            measures.loc[4, "power_gw"] += 1.0
            return measures

        model.measures.to_frame = frame
        return model

    monkeypatch.setattr("kingmaker.experiments.runs.rerun.build_model", nudged)
    verdict = rerun_and_compare(tmp_path / "out", None, force=False, quiet=True, command=())
    assert not verdict.identical
    assert "1 of" in verdict.text
    assert "2022-05: power_gw was" in verdict.text


@pytest.mark.usefixtures("fake")
def test_a_rerun_finds_numbers_altered_in_the_folder(tmp_path: Path) -> None:
    run_and_write(request(tmp_path / "out"))
    path = tmp_path / "out/measures.parquet"
    stored = pd.read_parquet(path)
    stored.loc[4, "power_gw"] += 1.0
    stored.to_parquet(path)
    verdict = rerun_and_compare(tmp_path / "out", None, force=False, quiet=True, command=())
    assert not verdict.identical
    assert "measures.parquet has been altered since; 1 of" in verdict.text
    assert "2022-05: power_gw was" in verdict.text
    path.write_bytes(b"x")
    verdict = rerun_and_compare(tmp_path / "out", None, force=False, quiet=True, command=())
    assert not verdict.identical
    assert "cannot be read" in verdict.text
    path.unlink()
    verdict = rerun_and_compare(tmp_path / "out", None, force=False, quiet=True, command=())
    assert verdict.identical
    assert "holds no measures.parquet" in verdict.text


@pytest.mark.usefixtures("fake")
def test_a_rerun_with_other_code_needs_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_and_write(request(tmp_path / "out"))
    monkeypatch.setattr("kingmaker.experiments.runs.rerun.source_digest", lambda *_: "1" * 64)
    with pytest.raises(KingmakerError, match="code has changed"):
        rerun_and_compare(tmp_path / "out", None, force=False, quiet=True, command=())
    assert rerun_and_compare(tmp_path / "out", None, force=True, quiet=True, command=()).identical


@pytest.mark.parametrize(
    "place",
    [
        "kingmaker.experiments.runs.one_run.write_graphs",
        "kingmaker.experiments.runs.one_run.write_manifest",
        "simulation",
    ],
)
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_crash_leaves_the_old_result_whole(
    fake: type[FakeEconomy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, error: type[BaseException]
) -> None:
    out = tmp_path / "out"
    run_and_write(request(out))
    before = {name: (out / name).read_bytes() for name in names(out)}

    def crash(*_: object) -> None:
        raise error("broken on purpose")

    if place == "simulation":
        fake.fail_at, fake.error = 3, error
    else:
        monkeypatch.setattr(place, crash)
    with pytest.raises(error):
        run_and_write(replace(request(out, seed=2), force=True))
    assert {name: (out / name).read_bytes() for name in names(out)} == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_crash_while_swapping_leaves_the_old_result_whole(
    fake: type[FakeEconomy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run_and_write(request(out))
    rename = Path.rename

    def break_the_last_step(path: Path, target: Path) -> Path:
        if path.name == "whole":
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", break_the_last_step)
    with pytest.raises(KeyboardInterrupt):
        run_and_write(replace(request(out, seed=2), force=True))
    assert read_manifest(out)["seed"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.usefixtures("fake")
def test_a_new_run_replaces_an_old_one_but_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    run_and_write(request(out))
    with pytest.raises(KingmakerError, match=r"answers another question .*seed 1.*asked is now: .*seed 2.*--force"):
        run_and_write(request(out, seed=2))
    run_and_write(replace(request(out, seed=2), force=True))
    assert read_manifest(out)["seed"] == 2
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "manifest.json").write_text('{"name": "an extension of a browser"}')
    with pytest.raises(KingmakerError, match="not written by kingmaker"), staged(tmp_path / "thesis"):
        pytest.fail("the block must not be entered")


def test_the_summary_is_in_plain_words(
    fake: type[FakeEconomy], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_and_write(replace(request(tmp_path / "out", months=48), quiet=False))
    text = capsys.readouterr().out
    for words in ("2022", "Dec 2024", "2025", "weeks", "%", "G$", "refused for want of a slot", "start-ups fail",
                  "In force:"):  # fmt: skip
        assert words in text


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"scenario": {"name": 5}}, "scenario.name"),
        ({"scenario": None}, "scenario"),
        ({"seed": "1"}, "seed"),
        ({"seed": -1}, "seed"),
        ({"months": 10**9}, "months"),
        ({"panel": "yes"}, "panel"),
        ({"versions": [1]}, "versions"),
        ({"source_digest": "x"}, "source_digest"),
        ({"kind": "ensemble", "seeds": [3, 1]}, "seeds must be two or more"),
        ({"kind": "ensemble", "seeds": {}}, "seeds"),
        ({"kind": ["run"]}, "is not a single run"),
    ],
)
def test_a_manifest_with_fields_of_another_type_is_told(tmp_path: Path, change: dict[str, object], told: str) -> None:
    run_and_write(request(tmp_path, months=2))
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(KingmakerError, match=told.replace(".", r"\.")):
        rerun_and_compare(tmp_path, None, force=True, quiet=True, command=())


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, "[]", "null", "\ud800", "9" * 5000, '{"kingmaker_version": 1}']
)
def test_what_is_no_manifest_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(KingmakerError, match=r"manifest"):
        rerun_and_compare(tmp_path, None, force=True, quiet=True, command=())
