"""Sweeps whose folder is meddled with: second drivers, damaged tables, odd files, workers killed, other versions."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kingmaker.experiments.sweep.digest import digest_of
from kingmaker.experiments.sweep.reading import load
from kingmaker.experiments.sweep.store import part_name
from tests.command import ENVIRONMENT, kingmaker, within

UNIX = pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
PATIENCE = 240
DESIGN = """
kind = "grid"
months = 4
replications = 3
keep = ["last3", "final"]
measures = ["switching_rate", "hhi_cloud"]
set = { "startups.number" = 20 }
[parameters]
"policy.interoperability" = [0.0, 0.5, 1.0]
"policy.export_cap_tpp" = [1600, inf]
"""
RUNS = 18

pytestmark = pytest.mark.slow


def begin(*words: object, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "kingmaker", *map(str, words)], cwd=folder, env=ENVIRONMENT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def wait_for(found: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not found():
        assert time.monotonic() < until, "it does not come"
        time.sleep(0.002)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a design and its sweep in ``out``, made in stacks of four."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "small.toml").write_text(DESIGN, encoding="utf-8")
    assert within("sweep", "small.toml", "--out", "out", "--stack", 4, folder=folder).returncode == 0
    return folder


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, to be meddled with."""
    shutil.copytree(whole, tmp_path / "copy")
    return tmp_path / "copy"


# --- two drivers --------------------------------------------------------------------------------


@UNIX
@pytest.mark.parametrize("change", ["", "replications = 5", "months = 5"])
def test_who_is_refused_writes_nothing(tmp_path: Path, whole: Path, change: str) -> None:
    """The first driver is stopped when it has just made its folders; the second, of whatever design, comes then."""
    (tmp_path / "small.toml").write_text(DESIGN, encoding="utf-8")
    key = change.partition(" ")[0] or "months"
    lines = [change if change and line.startswith(key) else line for line in DESIGN.splitlines()]
    (tmp_path / "second.toml").write_text("\n".join(lines), encoding="utf-8")
    first = begin("sweep", "small.toml", "--out", "out", "--workers", 1, folder=tmp_path)
    try:
        wait_for((tmp_path / "out/parts").exists)
        os.kill(first.pid, signal.SIGSTOP)
        before = content(tmp_path / "out")
        refused = kingmaker("sweep", "second.toml", "--out", "out", folder=tmp_path)
        assert refused.returncode == 2, refused.stderr
        assert content(tmp_path / "out") == before
        os.kill(first.pid, signal.SIGCONT)
        _, told = first.communicate(timeout=PATIENCE)
        assert first.returncode == 0, told
    finally:
        first.kill()
        first.communicate()
    assert digest_of(tmp_path / "out") == digest_of(whole / "out")


@UNIX
def test_a_shard_that_comes_while_the_folder_is_set_up_waits_and_writes_nothing(tmp_path: Path, whole: Path) -> None:
    (tmp_path / "small.toml").write_text(DESIGN, encoding="utf-8")
    first = begin("sweep", "small.toml", "--out", "out", "--shard", "1/2", "--workers", 1, folder=tmp_path)
    second = None
    try:
        wait_for((tmp_path / "out/parts").exists)
        os.kill(first.pid, signal.SIGSTOP)
        before = content(tmp_path / "out")
        second = begin("sweep", "small.toml", "--out", "out", "--shard", "2/2", "--workers", 1, folder=tmp_path)
        time.sleep(4)
        if "manifest.json" not in before:  # it was stopped in the midst: the second must wait
            assert content(tmp_path / "out") == before
        os.kill(first.pid, signal.SIGCONT)
        for driver in (first, second):
            _, told = driver.communicate(timeout=PATIENCE)
            assert driver.returncode == 0, told
    finally:
        for driver in filter(None, (first, second)):
            driver.kill()
            driver.communicate()
    assert digest_of(tmp_path / "out") == digest_of(whole / "out")


# --- the table of runs --------------------------------------------------------------------------


def _other_design(table: pa.Table) -> pa.Table:
    ids = [name[::-1] for name in table["run"].to_pylist()]
    return table.set_column(table.column_names.index("run"), "run", pa.array(ids))


DAMAGE: dict[str, Callable[[pa.Table], pa.Table]] = {
    "rows dropped": lambda t: t.slice(0, 11),
    "rows doubled": lambda t: pa.concat_tables([t, t.slice(0, 6)]),
    "no rows": lambda t: t.slice(0, 0),
    "a column dropped": lambda t: t.drop_columns(["seed"]),
    "another column": lambda t: t.append_column("more", pa.array(["x"] * len(t))),
    "rows in another order": lambda t: pa.concat_tables([t.slice(9), t.slice(0, 9)]),
    "another design's": _other_design,
}


@pytest.mark.parametrize("damage", ["truncated", "empty", "missing", *DAMAGE])
def test_a_damaged_table_of_runs_is_named_and_made_anew(copy: Path, whole: Path, damage: str) -> None:
    path = copy / "out/runs.parquet"
    if damage == "missing":
        path.unlink()
    elif damage in ("truncated", "empty"):
        os.truncate(path, 100 if damage == "truncated" else 0)
    else:
        pq.write_table(DAMAGE[damage](pq.read_table(path)), path)
    for command in ("digest", "export"):
        told = within(command, "out", folder=copy)
        assert told.returncode == 2, told.stdout
        assert "runs.parquet" in told.stderr
        assert "run the sweep again to make it anew" in told.stderr
    again = within("sweep", "small.toml", "--out", "out", folder=copy)  # what the message says
    assert again.returncode == 0
    assert "it is made anew" in again.stderr
    assert f"0 runs done in 0 s, {RUNS} were there" in again.stdout
    assert digest_of(copy / "out") == digest_of(whole / "out")
    assert within("export", "out", folder=copy).stdout.startswith(f"{RUNS} rows in")


# --- odd files ----------------------------------------------------------------------------------


@UNIX
def test_odd_files_are_named_and_left_alone_and_damaged_ones_made_anew(copy: Path, whole: Path) -> None:
    parts, failures = copy / "out/parts", copy / "out/failures"
    foreign = (copy / "out/runs.parquet").read_bytes()
    other = pq.read_table(next(iter(parts.iterdir()))).drop_columns(["hhi_cloud_final"])  # kept other columns
    pq.write_table(other, copy / "other.parquet")
    strangers = {
        "notes.txt": b"mine",
        "part-zero.parquet": b"",
        f"part-{part_name(foreign)}.parquet": foreign,
        f"part-{part_name((copy / 'other.parquet').read_bytes())}.parquet": (copy / "other.parquet").read_bytes(),
        f"part-{part_name(b'garbage')}.parquet": b"garbage",
    }
    damaged = sorted(parts.iterdir())[0]
    for name, given in strangers.items():
        (parts / name).write_bytes(given)
    (parts / f"part-{'1' * 32}.parquet").mkdir()
    (parts / f"part-{'2' * 32}.parquet").symlink_to(copy / "nowhere")
    (parts / f"part-{'3' * 32}.parquet").write_bytes(b"")
    damaged.write_bytes(damaged.read_bytes()[:-7])
    run = pq.read_table(copy / "out/runs.parquet")["run"][0].as_py()
    (failures / f"{run}.json").write_text('{"run": "')
    (failures / "folder.json").mkdir()
    (failures / "foreign.json").write_text("{}")
    for command in (("digest", "out"), ("export", "out"), ("figures", "out")):
        assert "is truncated or damaged" in within(*command, folder=copy).stderr
    again = within("sweep", "small.toml", "--out", "out", folder=copy)
    assert again.returncode == 0, again.stderr
    names = [*strangers, f"part-{'1' * 32}.parquet", f"part-{'2' * 32}.parquet", "folder.json", "foreign.json"]
    for name in names:
        assert f"{name} is " in again.stderr, name
    for name, given in strangers.items():
        assert (parts / name).read_bytes() == given
    aside = {path.name for path in (copy / "out/damaged").iterdir()}
    assert aside == {damaged.name, f"part-{'3' * 32}.parquet", f"{run}.json"}
    assert all(name in again.stdout for name in aside)
    assert digest_of(copy / "out") == digest_of(whole / "out")
    with pytest.warns(UserWarning, match="is no part of this sweep"):
        assert len(load(copy / "out")) == RUNS


def test_parts_of_another_sweep_do_not_count(copy: Path, whole: Path) -> None:
    (copy / "more.toml").write_text(DESIGN.replace("0.5", "0.25"), encoding="utf-8")
    assert within("sweep", "more.toml", "--out", "other", "--stack", 5, folder=copy).returncode == 0
    for path in (copy / "other/parts").iterdir():
        shutil.copy(path, copy / "out/parts")
    assert digest_of(copy / "out").runs == digest_of(copy / "out").of == RUNS
    assert digest_of(copy / "out") == digest_of(whole / "out")
    shutil.rmtree(copy / "out/parts")
    (copy / "out/parts").mkdir()
    assert "18 runs are still missing" in within("digest", "out", folder=copy).stderr


@UNIX
def test_parts_taken_away_while_the_sweep_is_at_work_are_made_anew(tmp_path: Path) -> None:
    (tmp_path / "long.toml").write_text(DESIGN.replace("replications = 3", "replications = 30"), encoding="utf-8")
    driver = begin("sweep", "long.toml", "--out", "out", "--workers", 1, "--stack", 8, folder=tmp_path)
    wait_for(lambda: len(list((tmp_path / "out/parts").glob("part-*"))) >= 3)
    os.kill(driver.pid, signal.SIGSTOP)
    for path in sorted((tmp_path / "out/parts").glob("part-*"))[:2]:
        path.unlink()
    os.kill(driver.pid, signal.SIGCONT)
    said, told = driver.communicate(timeout=PATIENCE)
    assert driver.returncode == 0, told
    assert "taken away while the sweep was at work; made anew" in told
    assert "Traceback" not in said + told
    assert digest_of(tmp_path / "out").runs == 180


# --- workers, versions --------------------------------------------------------------------------


@UNIX
def test_workers_killed_while_they_start_blame_no_run(tmp_path: Path, whole: Path) -> None:
    from tests.faults.storm import workers_of

    (tmp_path / "small.toml").write_text(DESIGN, encoding="utf-8")
    driver = begin("sweep", "small.toml", "--out", "out", "--workers", 1, "--stack", 1, folder=tmp_path)
    killed: set[int] = set()
    while len(killed) < 8 and driver.poll() is None:
        for worker in workers_of(driver.pid):
            if worker.pid not in killed:
                time.sleep(0.25)
                worker.kill()
                killed.add(worker.pid)
        time.sleep(0.01)
    _, told = driver.communicate(timeout=PATIENCE)
    assert driver.returncode == 0, told
    assert len(killed) == 8
    assert digest_of(tmp_path / "out") == digest_of(whole / "out")


def test_other_versions_are_told_and_recorded_part_by_part(copy: Path, whole: Path) -> None:
    """The first part is one of NumPy 1.0, as its footer says, and so is the manifest."""
    path = sorted((copy / "out/parts").iterdir())[0]
    table = pq.read_table(path)
    metadata = table.schema.metadata
    versions = json.loads(metadata[b"kingmaker.versions"])
    old = {**metadata, b"kingmaker.versions": json.dumps({**versions, "numpy": "1.0"}).encode()}
    path.unlink()
    pq.write_table(table.replace_schema_metadata(old), copy / "part")
    (copy / "part").rename(path.with_name(f"part-{part_name((copy / 'part').read_bytes())}.parquet"))
    manifest = json.loads((copy / "out/manifest.json").read_text())
    manifest["made_with"][0]["numpy"] = "1.0"
    (copy / "out/manifest.json").write_text(json.dumps(manifest))
    again = within("sweep", "small.toml", "--out", "out", folder=copy)
    assert f"begun with other versions (numpy 1.0 then, {versions['numpy']} now)" in again.stderr
    noted = json.loads((copy / "out/manifest.json").read_text())["made_with"]
    assert [one["numpy"] for one in noted] == ["1.0", versions["numpy"]]
    assert within("sweep", "small.toml", "--out", "out", folder=copy).stderr == ""  # said once
    summed = within("digest", "out", folder=copy).stdout
    assert "numpy 1.0" in summed
    assert f"numpy {versions['numpy']}" in summed
    assert digest_of(copy / "out") == digest_of(whole / "out")
