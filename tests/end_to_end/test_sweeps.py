"""Sweeps through the real command: the same digest everywhere, stops that lose nothing, mistakes told in a sentence."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from kingmaker.experiments.sweep.digest import digest_of
from kingmaker.experiments.sweep.reading import load, query
from tests.command import ENVIRONMENT, kingmaker, within

UNIX = pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
DESIGN = """
kind = "grid"
months = 5
replications = 4
keep = ["last3", "final"]
measures = ["switching_rate", "hhi_cloud"]
set = { "startups.number" = 20 }
[parameters]
"policy.interoperability" = [0.0, 0.5, 1.0]
"policy.export_cap_tpp" = [1600, inf]
"""
RUNS = 24

pytestmark = pytest.mark.slow


def done(*words: object, folder: Path) -> str:
    finished = kingmaker(*words, folder=folder)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def done_within(*words: object, folder: Path) -> str:
    finished = within(*words, folder=folder)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def refused(*words: object, folder: Path) -> str:
    finished = within(*words, folder=folder)
    assert finished.returncode == 2, (finished.returncode, finished.stdout, finished.stderr)
    assert "Traceback" not in finished.stderr
    return " ".join(finished.stderr.split())


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a design, and its sweep in ``out``."""
    folder = tmp_path_factory.mktemp("swept")
    (folder / "small.toml").write_text(DESIGN, encoding="utf-8")
    done("sweep", "small.toml", "--out", "out", "--workers", 2, folder=folder)
    return folder


# --- the same numbers everywhere ----------------------------------------------------------------


def test_any_stacking_workers_and_shards_give_one_digest(swept: Path, tmp_path: Path) -> None:
    design = swept / "small.toml"
    done_within("sweep", design, "--out", "alone", "--workers", 1, "--stack", 1, folder=tmp_path)
    for shard in ("2/3", "1/3", "3/3"):
        done_within("sweep", design, "--out", "shards", "--workers", 1, "--shard", shard, "--stack", 5, folder=tmp_path)
    reference = digest_of(swept / "out")
    assert reference.runs == reference.of == RUNS
    assert digest_of(tmp_path / "alone") == digest_of(tmp_path / "shards") == reference
    assert f"sha256 {reference.sha256} ({RUNS} of {RUNS} runs)" in done_within("digest", swept / "out", folder=tmp_path)


def test_shards_of_separate_folders_are_merged_by_copying_their_parts(swept: Path, tmp_path: Path) -> None:
    for shard in (1, 2):
        words = ("sweep", swept / "small.toml", "--out", f"s{shard}", "--workers", 1, "--shard", f"{shard}/2")
        done_within(*words, folder=tmp_path)
    for part in (tmp_path / "s2/parts").iterdir():
        shutil.copy(part, tmp_path / "s1/parts")
    assert digest_of(tmp_path / "s1") == digest_of(swept / "out")


def test_what_is_there_is_told_by_dry_runs_and_results(swept: Path, tmp_path: Path) -> None:
    import kingmaker as km

    words = ("sweep", swept / "small.toml", "--out", "half", "--workers", 1)
    done_within(*words, "--shard", "1/2", folder=tmp_path)
    before = sorted(path.name for path in (tmp_path / "half").rglob("*"))
    told = done(*words, "--dry-run", folder=tmp_path)
    assert f"{RUNS} runs: " in told
    assert "12 of them are in half already; 12 are to be made." in told
    assert sorted(path.name for path in (tmp_path / "half").rglob("*")) == before
    assert f"12 of {RUNS} runs of 5 months" in repr(km.load(tmp_path / "half"))
    assert f"{RUNS} of them are in {swept / 'out'} already; 0 are to be made." in done(
        "sweep", swept / "small.toml", "--out", swept / "out", "--dry-run", folder=tmp_path
    )
    band = km.load(swept / "out").band("switching_rate")
    assert (band["low"] >= 0.0).all()


def test_a_dask_cluster_gives_the_same_digest(swept: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    from tests.faults.storm import cluster

    with cluster(tmp_path / "dask") as nodes:
        words = ("--engine", "dask", "--scheduler", nodes.file, "--stack", 3)
        done("sweep", swept / "small.toml", "--out", "out", *words, folder=tmp_path)
    assert digest_of(tmp_path / "out") == digest_of(swept / "out")


def test_the_numbers_are_those_of_single_runs(swept: Path) -> None:
    from kingmaker.environment.model import ComputeEconomy

    frame = load(swept / "out")
    row = frame[(frame["policy.interoperability"] == 0.5) & (frame["policy.export_cap_tpp"] == 1600)].iloc[2]
    pins = {"policy.interoperability": 0.5, "policy.export_cap_tpp": 1600, "startups.number": 20}
    alone = ComputeEconomy(rng=int(row["seed"]), months=5, register=False, **pins).run().measures.array("hhi_cloud")
    assert row["hhi_cloud_final"] == alone[-1, 0]
    assert row["hhi_cloud_last3"] == pytest.approx(alone[-3:, 0].mean(), rel=1e-15)


def test_a_finished_sweep_makes_no_run_twice(swept: Path) -> None:
    before = sorted((swept / "out/parts").iterdir())
    told = done_within("sweep", "small.toml", "--out", "out", folder=swept)
    assert f"0 runs done in 0 s, {RUNS} were there" in told
    assert sorted((swept / "out/parts").iterdir()) == before


def test_more_replications_are_added_to_what_is_there(swept: Path, tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(DESIGN.replace("replications = 4", "replications = 1"), encoding="utf-8")
    done_within("sweep", "small.toml", "--out", "out", folder=tmp_path)
    (tmp_path / "small.toml").write_text(DESIGN, encoding="utf-8")
    assert "18 runs done" in done_within("sweep", "small.toml", "--out", "out", folder=tmp_path)
    assert digest_of(tmp_path / "out") == digest_of(swept / "out")


# --- reading ------------------------------------------------------------------------------------


def test_what_is_written_can_be_read_in_every_way(swept: Path) -> None:
    frame = load(swept / "out")
    assert len(frame) == RUNS
    counted = query(swept / "out", 'select "policy.interoperability" as i, count(*) as n from results group by i')
    assert set(counted["n"]) == {8}
    assert len(query(swept / "out", "select * from runs")) == RUNS
    done_within("export", "out", "--csv", "--out", "all.csv", folder=swept)
    pd.testing.assert_frame_equal(pd.read_csv(swept / "all.csv"), frame, check_dtype=False)
    done_within("export", "out", "--format", "parquet", "--out", "all.parquet", folder=swept)
    pd.testing.assert_frame_equal(pd.read_parquet(swept / "all.parquet"), frame, check_dtype=False)
    described = pd.read_csv(swept / "out/data_dictionary.csv")
    assert set(frame.columns) == set(described["column"])
    assert described["meaning"].notna().all()


def test_the_figures_are_drawn(swept: Path) -> None:
    done_within("figures", "out", "--out", "pictures", folder=swept)
    names = {path.name for path in (swept / "pictures").glob("[!.]*")}  # .kingmaker.json says what they answer
    assert names == {f"heatmaps_{s}.{e}" for s in ("last3", "final") for e in ("png", "pdf")}


@pytest.mark.parametrize(
    ("design", "kinds"),
    [
        ('''kind = "grid"\n[parameters]\n"policy.interoperability" = [0.0, 1.0]\n"policy.export_cap_tpp" = [1600, 4800]
"policy.grey_leak" = [0.0, 0.1]\n''', {"lines", "pair", "facets"}),
        ("kind = 'list'\n" + "".join(
            f"[[points]]\n'policy.interoperability' = {duty}\n'policy.export_cap_tpp' = {cap}\n"
            for duty in (0.0, 1.0) for cap in (1600, 4800)
        ), {"differences"}),
    ],
)  # fmt: skip
def test_every_figure_that_is_announced_is_there(design: str, kinds: set[str], tmp_path: Path) -> None:
    head, _, rest = design.partition("\n")
    common = 'months = 4\nreplications = 3\nmeasures = ["switching_rate", "china_compute_share"]\nkeep = ["final"]\n'
    text = f'{head}\n{common}set = {{ "startups.number" = 20 }}\n{rest}'
    (tmp_path / "d.toml").write_text(text, encoding="utf-8")
    done_within("sweep", "d.toml", "--out", "out", "--workers", "1", "--quiet", folder=tmp_path)
    told = done_within("figures", "out", folder=tmp_path).split()
    announced = sorted(tmp_path / line for line in told)
    assert announced == sorted((tmp_path / "out/figures").glob("[!.]*"))
    assert {path.name.split("_")[0] for path in announced} == kinds
    assert all(path.stat().st_size > 1000 for path in announced)


def test_a_dry_run_says_what_it_would_take_and_writes_nothing(swept: Path, tmp_path: Path) -> None:
    told = done("sweep", swept / "small.toml", "--dry-run", "--shard", "1/2", folder=tmp_path)
    assert "12 runs (shard 1/2): 6 points x 4 replications, 5 months each" in told
    assert "of disk" in told
    assert not list(tmp_path.iterdir())


# --- runs and workers that fail -----------------------------------------------------------------

POISON = """
import os, signal
import numpy as np
from kingmaker.agents.startup import Startup


class Poisoned(Startup):
    def budget(self, p, dearness):
        if np.any(np.isclose(p.policy.interoperability, 0.5)):
            {what}
        return super().budget(p, dearness)
"""


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ('raise RuntimeError("poison")', "RuntimeError: poison"),
        pytest.param("os.kill(os.getpid(), signal.SIGKILL)", "process died", marks=UNIX),
    ],
)
def test_runs_that_raise_or_kill_their_worker_are_isolated(tmp_path: Path, what: str, error: str) -> None:
    (tmp_path / "poison.py").write_text(POISON.replace("{what}", what), encoding="utf-8")
    (tmp_path / "own.toml").write_text(
        'extends = "baseline"\n[classes]\nstartups = "poison:Poisoned"\n', encoding="utf-8"
    )
    text = DESIGN.replace("replications = 4", 'scenario = "own.toml"\nreplications = 1')
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    finished = kingmaker("sweep", "bad.toml", "--out", "out", "--workers", 2, folder=tmp_path)
    assert finished.returncode == 1, finished.stderr
    assert "2 of 6 runs have failed" in finished.stdout
    records = [json.loads(path.read_text()) for path in (tmp_path / "out/failures").iterdir()]
    assert {record["parameters"]["policy.interoperability"] for record in records} == {"0.5"}
    assert all(error in record["error"] for record in records)
    with pytest.warns(UserWarning, match="2 runs have failed"):
        frame = load(tmp_path / "out")
    assert sorted(frame["policy.interoperability"].unique()) == [0.0, 1.0]
    (tmp_path / "good.toml").write_text(text.replace("[0.0, 0.5, 1.0]", "[0.0, 1.0]"), encoding="utf-8")
    done("sweep", "good.toml", "--out", "good", folder=tmp_path)
    assert digest_of(tmp_path / "good").sha256 == digest_of(tmp_path / "out").sha256
    again = kingmaker("sweep", "bad.toml", "--out", "out", folder=tmp_path)
    assert "4 were there" in again.stdout  # and the failed ones are left alone
    assert "0 runs done" in again.stdout


@UNIX
def test_ctrl_c_stops_at_once_and_says_how_to_go_on(tmp_path: Path) -> None:
    from tests.faults.storm import gone, workers_of

    (tmp_path / "long.toml").write_text(DESIGN.replace("replications = 4", "replications = 400"), encoding="utf-8")
    words = ["sweep", "long.toml", "--out", "out", "--workers", "2", "--stack", "4"]
    driver = subprocess.Popen(
        [sys.executable, "-m", "kingmaker", *words], cwd=tmp_path, env=ENVIRONMENT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    until = time.monotonic() + 60
    while not list((tmp_path / "out/parts").glob("part-*")) and time.monotonic() < until:
        time.sleep(0.05)
    workers = workers_of(driver.pid)
    assert workers
    for _ in range(3):  # by an impatient user
        os.killpg(driver.pid, signal.SIGINT)  # as a terminal does: to all processes of the group
        time.sleep(0.05)
    _, told = driver.communicate(timeout=20)
    assert driver.returncode == 130, told
    assert told.strip().endswith(f"To go on: kingmaker {' '.join(words)}")
    assert "Traceback" not in told
    assert gone(workers)
    assert not list((tmp_path / "out").rglob("*.tmp"))
    before = digest_of(tmp_path / "out")
    assert 0 < before.runs < before.of
    exported = kingmaker("export", "out", folder=tmp_path)
    assert exported.returncode == 0
    assert f"{before.runs:,} rows in" in exported.stdout
    missing = before.of - before.runs
    assert exported.stderr == f"kingmaker: out: {missing} runs are still missing; run the sweep again.\n"


@UNIX
def test_a_full_disk_loses_nothing(swept: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: the first part that does not fit ends the sweep."""
    import resource

    text = DESIGN.replace('measures = ["switching_rate", "hhi_cloud"]\n', "")
    (tmp_path / "wide.toml").write_text(text.replace('["last3", "final"]', '"monthly"'), encoding="utf-8")
    words = [sys.executable, "-m", "kingmaker", "sweep", "wide.toml", "--out", "out", "--workers", "1"]
    limit = 20_000  # bytes: manifest and table of runs fit, the results of many runs do not

    def tighten() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    stopped = subprocess.run(
        words, cwd=tmp_path, env={**ENVIRONMENT, "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, text=True,
        timeout=120, preexec_fn=tighten,
    )  # fmt: skip
    assert stopped.returncode == 2, stopped.stderr
    assert "no room for more results" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert not list((tmp_path / "out").rglob("*.tmp"))
    done(*words[3:], folder=tmp_path)
    assert digest_of(tmp_path / "out").runs == RUNS


def test_a_truncated_part_is_never_used(swept: Path, tmp_path: Path) -> None:
    design = swept / "small.toml"
    done_within("sweep", design, "--out", "out", "--stack", 4, folder=tmp_path)
    parts = sorted((tmp_path / "out/parts").iterdir())
    parts[0].write_bytes(parts[0].read_bytes()[:-100])
    flipped = bytearray(parts[1].read_bytes())
    flipped[len(flipped) // 3] ^= 1
    parts[1].write_bytes(flipped)
    for command in (("digest", "out"), ("export", "out", "--csv"), ("figures", "out")):
        assert "is truncated or damaged" in refused(*command, folder=tmp_path)
    told = done_within("sweep", design, "--out", "out", folder=tmp_path)
    assert "8 runs done" in told
    assert all(path.name in told for path in parts[:2])
    assert digest_of(tmp_path / "out") == digest_of(swept / "out")
    assert len(list((tmp_path / "out/damaged").iterdir())) == 2


def test_two_drivers_at_once(swept: Path, tmp_path: Path) -> None:
    """The second of the same shard is refused; shards that overlap double work, but no result."""
    (tmp_path / "long.toml").write_text(DESIGN.replace("replications = 4", "replications = 60"), encoding="utf-8")

    def begin(*words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "kingmaker", "sweep", "long.toml", "--workers", "1", *words], cwd=tmp_path,
            env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    whole, half = begin("--out", "out", "--stack", "7"), begin("--out", "out", "--shard", "1/2", "--stack", "5")
    until = time.monotonic() + 60
    while not list((tmp_path / "out/parts").glob("part-*")) and time.monotonic() < until:
        time.sleep(0.05)
    assert "another sweep is at work" in refused(
        "sweep", "long.toml", "--out", "out", "--shard", "1/2", folder=tmp_path
    )
    for driver in (whole, half):
        _, told = driver.communicate(timeout=180)
        assert driver.returncode == 0, told
    done("sweep", "long.toml", "--out", "once", folder=tmp_path)
    assert digest_of(tmp_path / "out") == digest_of(tmp_path / "once")
    frame = load(tmp_path / "out")
    assert len(frame) == 360
    assert query(tmp_path / "out", "select count(*) as n from results")["n"].item() == 360


# --- mistakes -----------------------------------------------------------------------------------


def test_a_folder_of_another_design_or_model_is_refused(swept: Path, tmp_path: Path) -> None:
    out = swept / "out"
    (tmp_path / "other.toml").write_text(DESIGN.replace("months = 5", "months = 6"), encoding="utf-8")
    told = refused("sweep", "other.toml", "--out", out, folder=tmp_path)
    assert "another design" in told
    assert "months is 5 there and 6 now" in told
    manifest = json.loads((out / "manifest.json").read_text())
    changed = tmp_path / "changed"
    done_within("sweep", swept / "small.toml", "--out", changed, folder=tmp_path)
    (changed / "manifest.json").write_text(json.dumps(manifest | {"source_digest": "0" * 64}))
    assert "another version of the model" in refused("sweep", swept / "small.toml", "--out", changed, folder=tmp_path)
    (changed / "manifest.json").write_text("{")
    assert "not valid JSON" in refused("sweep", swept / "small.toml", "--out", changed, folder=tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("mine")
    assert "not empty" in refused("sweep", swept / "small.toml", "--out", "mine", folder=tmp_path)
    assert (tmp_path / "mine/thesis.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sweep", "nowhere"), "There is no design 'nowhere'"),
        (("sweep", "gone.toml"), "no design file 'gone.toml'"),
        (("sweep", "small.toml", "--shard", "4/3"), "--shard 4/3: write it as I/N"),
        (("sweep", "small.toml", "--engine", "dask"), "name the scheduler with --scheduler"),
        (("sweep", "small.toml", "--scheduler", "x"), "add --engine dask"),
        (("sweep", "small.toml", "--engine", "dask", "--scheduler", "gone.json"), "there is no such file"),
        (("sweep", "small.toml", "--out", "small.toml"), "is a file"),
        (("digest", "."), "is it a folder that 'kingmaker sweep' has written?"),
        (("export", "."), "no manifest.json"),
        (("figures", "."), "no manifest.json"),
        (("figures", "out", "--outcomes", "hhi_clout"), "Did you mean 'hhi_cloud'?"),
        (("export", "out", "--format", "xlsx"), "'xlsx' is not one of"),
    ],
)
def test_a_mistake_is_one_sentence(swept: Path, words: tuple[str, ...], told: str) -> None:
    assert told in refused(*words, folder=swept)


def test_an_unreachable_scheduler(swept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    from kingmaker.experiments.sweep import engines

    monkeypatch.setattr(engines, "CONNECT_SECONDS", 1)
    with (
        pytest.raises(engines.SweepError, match="no Dask scheduler can be reached"),
        engines.dask_engine("tcp://127.0.0.1:9"),
    ):
        pass
