"""Sweeps that grow or change, points given twice, failed runs tried again, estimates, schedulers open to strangers."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from kingmaker.experiments.sweep import opening
from kingmaker.experiments.sweep.digest import digest_of
from kingmaker.experiments.sweep.reading import load
from kingmaker.experiments.sweep.store import Store
from kingmaker.experiments.sweep.trust import exposed
from kingmaker.experiments.sweep.whole_files import write_whole
from tests.benchmarks.million import start
from tests.command import ENVIRONMENT, kingmaker, within

PATIENCE = 240
GRID = """
kind = "grid"
months = 3
replications = 2
keep = ["final"]
measures = ["switching_rate", "hhi_cloud"]
set = { "startups.number" = 20 }
[parameters]
"policy.interoperability" = [0.0, 1.0]
"""

pytestmark = pytest.mark.slow


def sweep(text: str, folder: Path, *words: str, out: str = "out") -> subprocess.CompletedProcess[str]:
    (folder / "d.toml").write_text(text, encoding="utf-8")
    return within("sweep", "d.toml", "--out", out, *words, folder=folder)


def sweep_outside(text: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The same in processes of its own."""
    (folder / "d.toml").write_text(text, encoding="utf-8")
    return kingmaker("sweep", "d.toml", "--out", "out", "--workers", 1, *words, folder=folder)


# --- designs that grow or change ----------------------------------------------------------------


def test_levels_are_added_with_consent_and_nothing_is_run_twice(tmp_path: Path) -> None:
    assert sweep(GRID, tmp_path).returncode == 0
    more = GRID.replace("[0.0, 1.0]", "[0.0, 0.5, 1.0]").replace("replications = 2", "replications = 3")
    asked = sweep(more, tmp_path)
    assert asked.returncode == 2
    assert "replications is 2 there and 3 now; 'policy.interoperability': 0.5 is new" in asked.stderr
    assert "All its 4 runs are runs of the design now as well, and 5 are new" in asked.stderr
    assert "run the same command with --extend" in asked.stderr
    grown = sweep(more, tmp_path, "--extend")
    assert "5 runs done" in grown.stdout
    assert "4 were there" in grown.stdout
    assert sweep(more, tmp_path, out="anew").returncode == 0
    assert digest_of(tmp_path / "out") == digest_of(tmp_path / "anew")
    pd.testing.assert_frame_equal(load(tmp_path / "out"), load(tmp_path / "anew"))
    assert json.loads((tmp_path / "out/manifest.json").read_text())["grown"][0]["changes"]
    assert sweep(GRID, tmp_path).returncode == 2  # the smaller design is another one now


def test_points_of_a_list_and_earlier_seeds_are_added(tmp_path: Path) -> None:
    points = '[[points]]\n"energy.cap" = 1.0\n[[points]]\n"energy.cap" = 0.5\n'
    text = GRID[: GRID.index("[parameters]")].replace("grid", "list").replace("months = 3", "months = 3\nseed = 5")
    assert sweep(text + points, tmp_path).returncode == 0
    more = text.replace("seed = 5", "seed = 4").replace("replications = 2", "replications = 3") + points
    grown = sweep(more + '[[points]]\n"energy.cap" = 0.8\n', tmp_path, "--extend")
    assert "5 runs done" in grown.stdout
    assert digest_of(tmp_path / "out").runs == 9


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[0.0, 1.0]", "[0.0, 0.9]", "'policy.interoperability': 1.0 there is 0.9 now"),
        ("[0.0, 1.0]", "[0.0]", "'policy.interoperability': 1.0 is no longer there"),
        ('"policy.interoperability"', '"policy.compliance"', "'policy.interoperability' is varied there, not now"),
        ("= 20 }", "= 30 }", "parameters of the scenario: 'startups.number' is 20 there and 30 now"),
        ('["final"]', '["mean"]', 'keep is ["final"] there and ["mean"] now'),
    ],
)
def test_a_changed_value_is_named_old_and_new(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert sweep(GRID, tmp_path).returncode == 0
    for words in ((), ("--extend",)):
        asked = sweep(GRID.replace(old, new), tmp_path, *words)
        assert asked.returncode == 2
        assert told in asked.stderr
        assert "name another folder with --out" in asked.stderr.lower()


def test_changed_bounds_and_points_are_named(tmp_path: Path) -> None:
    lhs = GRID.replace('"grid"', '"lhs"\nsamples = 2').replace("[0.0, 1.0]", "{ low = 0.0, high = 0.5 }")
    assert sweep(lhs, tmp_path).returncode == 0
    asked = sweep(lhs.replace("0.5", "0.6"), tmp_path, "--extend")
    assert "'policy.interoperability': 'high' is 0.5 there and 0.6 now" in asked.stderr
    assert "4 of its 4 runs are none of the design now" in asked.stderr


@pytest.mark.parametrize("files", [1, 2])
def test_an_extension_stopped_while_the_folder_is_opened_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    """The table of the runs is there then, and what the manifest says is still the smaller design."""
    more = GRID.replace("[0.0, 1.0]", "[0.0, 0.5, 1.0]").replace("replications = 2", "replications = 3")
    assert sweep(GRID, tmp_path).returncode == 0
    written: list[Path] = []

    def killed(path: Path, content: bytes) -> bool:
        if len(written) == files:
            raise KeyboardInterrupt
        written.append(path)
        return write_whole(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(opening, "write_whole", killed)
        assert sweep(more, tmp_path, "--extend").returncode == 130
    assert len(written) == files
    assert json.loads((tmp_path / "out/manifest.json").read_text())["runs"] == 4
    again = sweep(more, tmp_path)  # consent was given the first time
    assert "5 runs done" in again.stdout, again.stderr
    assert "4 were there" in again.stdout
    assert json.loads((tmp_path / "out/manifest.json").read_text())["runs"] == 9


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_an_extension_that_is_killed_goes_on_and_makes_no_run_twice(tmp_path: Path) -> None:
    small = GRID.replace("months = 3", "months = 12")
    more = small.replace("[0.0, 1.0]", "[0.0, 0.25, 0.5, 0.75, 1.0]").replace("replications = 2", "replications = 4")
    assert sweep(small, tmp_path).returncode == 0
    parts = tmp_path / "out/parts"
    before = {path.name for path in parts.iterdir()}
    (tmp_path / "d.toml").write_text(more, encoding="utf-8")
    words = ("sweep", "d.toml", "--out", "out", "--workers", "1", "--stack", "2", "--extend")
    driver = subprocess.Popen(
        [sys.executable, "-m", "kingmaker", *words], cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + PATIENCE
        while len(list(parts.glob("part-*"))) < len(before) + 2 and time.monotonic() < until:
            assert driver.poll() is None
            time.sleep(0.02)
    finally:
        os.killpg(driver.pid, signal.SIGKILL)
        driver.communicate()
    kept = {path.name: path.stat().st_mtime_ns for path in parts.glob("part-*")}
    assert before < set(kept)
    assert sweep(more, tmp_path, "--extend").returncode == 0  # the same command
    assert {name: (parts / name).stat().st_mtime_ns for name in kept} == kept
    runs = [run for part, _ in Store(tmp_path / "out").parts() for run in part.runs]
    assert len(runs) == len(set(runs)) == 20
    assert sweep(more, tmp_path, out="anew").returncode == 0
    assert digest_of(tmp_path / "out") == digest_of(tmp_path / "anew")


# --- points that are the same -------------------------------------------------------------------


def test_points_equal_but_for_rounding_run_once(tmp_path: Path) -> None:
    done = sweep(GRID.replace("[0.0, 1.0]", "[0.30000000000000004, 0.3, -0.0, 0.0, 1]"), tmp_path)
    assert "6 runs done" in done.stdout
    assert "'policy.interoperability': 0.30000000000000004, 0.0 stands there again" in done.stderr
    points = "".join(f'[[points]]\n"energy.cap" = {value}\n' for value in ("0.3", "0.30000000000000004", "1", "1.0"))
    text = GRID[: GRID.index("[parameters]")].replace("grid", "list") + points
    listed = sweep(text, tmp_path, out="listed")
    assert "4 runs done" in listed.stdout
    assert "points are given twice (2 is 1, 4 is 3)" in listed.stderr
    assert len(load(tmp_path / "listed")) == 8  # each point has its rows


# --- failed runs --------------------------------------------------------------------------------

FLAKY = """
from pathlib import Path
import numpy as np
from kingmaker.agents.startup import Startup


class Flaky(Startup):
    def budget(self, p, dearness):
        if not Path({good!r}).exists() and np.any(p.policy.interoperability > 0.5):
            raise RuntimeError("flaky")
        return super().budget(p, dearness)
"""


def test_retry_failed_is_what_is_advised_and_helps(tmp_path: Path) -> None:
    good = tmp_path / "good"
    (tmp_path / "flaky.py").write_text(FLAKY.format(good=str(good)), encoding="utf-8")
    own = 'extends = "baseline"\n[classes]\nstartups = "flaky:Flaky"\n'
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")
    morris = GRID.replace('"grid"', '"morris"\nscenario = "own.toml"\nsamples = 2').replace("[0.0, 1.0]", "{}")
    morris = morris.replace('"switching_rate", ', "").replace("months = 3", "months = 14")
    morris += '"policy.compliance" = {}\n'
    broken = sweep_outside(morris, tmp_path)
    assert broken.returncode == 1
    study = ("sensitivity", "d.toml", "--from", "out", "--out", "study")
    advised = within(*study, folder=tmp_path)
    assert advised.returncode == 2
    assert re.search(r"holds \d+ of 12 runs; \d+ have failed.*--retry-failed", advised.stderr)
    for command in (("digest", "out"), ("export", "out"), ("figures", "out")):
        assert "--retry-failed" in within(*command, folder=tmp_path).stderr
    assert sweep_outside(morris, tmp_path).returncode == 1  # without the word they are left alone
    good.touch()
    assert sweep_outside(morris, tmp_path, "--retry-failed").returncode == 0
    assert within(*study, folder=tmp_path).returncode == 0
    assert not list((tmp_path / "out/failures").iterdir())


def test_retrying_one_shard_leaves_the_failures_of_another(tmp_path: Path) -> None:
    assert sweep(GRID, tmp_path).returncode == 0
    ids = load(tmp_path / "out")["run"].tolist()
    for part in (tmp_path / "out/parts").iterdir():
        part.unlink()
    for run in ids:
        record = json.dumps({"run": run, "error": "made up"})
        (tmp_path / f"out/failures/{run}.json").write_text(record, encoding="utf-8")
    done = sweep(GRID, tmp_path, "--shard", "1/2", "--retry-failed")
    assert "2 runs done" in done.stdout
    assert len(list((tmp_path / "out/failures").iterdir())) == 2


# --- scripts, estimates, schedulers -------------------------------------------------------------


def test_workers_without_a_main_guard_are_one_sentence(tmp_path: Path) -> None:
    call = "evaluate([[0.5]], ['energy.cap'], 'hhi_cloud', months=2, statistic='final', workers=2)"
    (tmp_path / "script.py").write_text(f"from kingmaker import evaluate\nprint({call})\n", encoding="utf-8")
    words = [sys.executable, "script.py"]
    done = subprocess.run(words, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1
    assert "no main guard" in done.stderr.splitlines()[-1]
    assert "__name__ == '__main__'" in done.stderr
    assert done.stderr.count("Traceback") == 1
    assert len(done.stderr.splitlines()) < 30
    (tmp_path / "script.py").write_text(
        f"from kingmaker import evaluate\nif __name__ == '__main__':\n    print({call})\n", encoding="utf-8"
    )
    done = subprocess.run(words, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr


def test_a_dry_run_gives_a_time_and_its_range(tmp_path: Path) -> None:
    told = sweep_outside(GRID, tmp_path, "--dry-run").stdout
    found = re.search(r"About (\d+) s \((\d+) s to (\d+) s\) on 1 worker of", told)
    assert found, told
    middle, least, most = map(int, found.groups())
    assert 0 < least <= middle <= most


def test_a_design_of_a_million_runs_begins_at_once(tmp_path: Path) -> None:
    """Also when it is begun again: in some seconds (5 on an idle machine), and what is there is not written anew."""
    pytest.importorskip("psutil")
    first = start(tmp_path, 1_000_000)
    table, manifest = tmp_path / "out/runs.parquet", tmp_path / "out/manifest.json"
    assert pq.read_metadata(table).num_rows == 1_000_000
    written = [(path.stat().st_ino, path.stat().st_mtime_ns) for path in (table, manifest)]
    parts = {path.name for path in (tmp_path / "out/parts").glob("part-*")}
    again = start(tmp_path, 1_000_000)
    assert [(path.stat().st_ino, path.stat().st_mtime_ns) for path in (table, manifest)] == written
    assert parts < {path.name for path in (tmp_path / "out/parts").glob("part-*")}
    for found in (first, again):
        assert found.core_seconds < 20  # of the processor, whatever else the machine does
        assert found.peak_bytes < 1.2e9  # 0.4 GB beyond a sweep of a few runs, measured
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file() and not path.name.startswith("part-")]
    assert len(files) < 10  # nothing is kept run by run


@pytest.mark.parametrize(
    ("address", "open_to_strangers"),
    [
        ("tcp://127.0.0.1:8786", False), ("tcp://[::1]:8786", False), ("localhost:8786", False),
        ("tls://10.1.2.3:8786", False), ("inproc://10.1.2.3/1/2", False), ("tcp://127.8.9.1:1", False),
        ("tcp://10.1.2.3:8786", True), ("tcp://0.0.0.0:8786", True), ("10.1.2.3:8786", True),
        ("tcp://[2001:db8::1]:8786", True), ("ws://10.1.2.3:8786", True), ("tcp://no-such-host.invalid:1", True),
    ],
)  # fmt: skip
def test_a_scheduler_that_strangers_can_reach_is_known(address: str, open_to_strangers: bool) -> None:
    assert bool(exposed([address])) == open_to_strangers


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_the_command_warns_of_a_scheduler_that_listens_to_all(tmp_path: Path, host: str) -> None:
    pytest.importorskip("distributed")
    words = ["distributed.cli.dask_scheduler", "--host", host, "--port", "0", "--no-dashboard"]
    scheduler = subprocess.Popen(
        [sys.executable, "-m", *words, "--scheduler-file", str(tmp_path / "s.json"), "--idle-timeout", "120 seconds"],
        env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    worker = None
    try:
        until = time.monotonic() + 60
        while not (tmp_path / "s.json").exists() and time.monotonic() < until:
            time.sleep(0.05)
        words = ["distributed.cli.dask_worker", "--scheduler-file", str(tmp_path / "s.json"), "--no-dashboard"]
        worker = subprocess.Popen(
            [sys.executable, "-m", *words, "--nthreads", "1", "--no-nanny", "--death-timeout", "60"],
            env=ENVIRONMENT, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        done = sweep_outside(GRID, tmp_path, "--engine", "dask", "--scheduler", "s.json")
        assert done.returncode == 0, done.stderr
        address = json.loads((tmp_path / "s.json").read_text())["address"]
        assert ("neither on the loopback nor under TLS" in done.stderr) == bool(exposed([address]))
        if host == "127.0.0.1":
            assert "warning" not in done.stderr
    finally:
        for process in filter(None, (worker, scheduler)):
            process.kill()
            process.wait()
