"""``kingmaker compare`` and ``kingmaker sensitivity`` as real processes: results, mistakes, interruption, orphans."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from kingmaker.experiments.commands.cli import main
from tests.command import ENVIRONMENT, done, refused

SMALL = ("--set", "startups.number=20", "--months", "30", "--replications", "4")
DESIGN = """kind = "morris"
months = 14
samples = 4
replications = 2
measures = ["switching_rate", "lead_time_weeks"]
keep = ["last6"]
set = { "startups.number" = 20 }
[parameters]
"chips.kingmaker" = { low = 0.0, high = 2.0 }
"chips.capacity_growth" = { low = 0.05, high = 0.13 }
"""

pytestmark = pytest.mark.slow


def test_the_baseline_compared_with_itself_is_exactly_zero(tmp_path: Path) -> None:
    told = done(
        "compare", "--over", "luck", "baseline", "baseline", *SMALL, "--no-figures", "--workers", "2", folder=tmp_path
    )
    assert re.search(r"Exactly zero everywhere: all \d+ measures are the same in all pairs", told)
    folder = tmp_path / "results/baseline-vs-baseline"
    table = pd.read_csv(folder / "differences.csv")
    assert len(table) > 80
    assert (table[["difference", "low", "high"]] == 0.0).all(axis=None)
    paths = pd.read_parquet(folder / "paths.parquet")
    a, b = (paths[paths["side"] == side].drop(columns="side").reset_index(drop=True) for side in "ab")
    assert a.equals(b)
    assert "Every difference is exactly zero" in (folder / "brief.md").read_text(encoding="utf-8")
    assert list(folder.glob("figures/*")) == []


def test_a_policy_with_an_effect(tmp_path: Path) -> None:
    """All files are there; one worker and two give the same numbers; a second run replaces the first."""
    words = ("compare", "--over", "luck", "baseline", "interoperability", *SMALL, "--window", "last3", "--out", "out")
    told = done(*words, "--no-robustness", "--workers", "1", folder=tmp_path)
    assert "interoperability with startups.number = 20 compared with baseline with startups.number = 20" in told
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "brief.md", "brief.html", "differences.csv", "paths.parquet", "manifest.json", "data_dictionary.csv", "figures",
        "in_force.csv",
    }  # fmt: skip
    figures = {path.name for path in (tmp_path / "out/figures").iterdir()}
    assert {"overview_last3.png", "overview_last3.pdf", "paths_cloud_1.png", "paths_cloud_1.pdf"} <= figures
    page = (tmp_path / "out/brief.html").read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []
    assert "<h2>What can be said</h2>" in page
    manifest = json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    assert manifest["seeds"] == [1, 2, 3, 4]
    one = (tmp_path / "out/differences.csv").read_bytes()
    # the same numbers would give the same figures again: that they are gone shows that the first run has been replaced
    done(*words, "--workers", "2", "--ends", "half", "--quiet", "--no-figures", "--force", folder=tmp_path)
    assert (tmp_path / "out/differences.csv").read_bytes() == one
    assert list(tmp_path.glob("out/figures/*")) == []
    again = refused("rerun", "out", folder=tmp_path)
    assert "make it again with 'kingmaker compare --over luck baseline" in again
    assert "into another --out, and compare differences.csv" in again


def test_a_study(tmp_path: Path) -> None:
    (tmp_path / "d.toml").write_text(DESIGN, encoding="utf-8")
    told = done("sensitivity", "d.toml", "--workers", "2", folder=tmp_path)
    assert "2 outcomes:" in told
    assert "In force before anything is varied: export rule" in told
    report = (tmp_path / "results/d-morris/report.md").read_text(encoding="utf-8")
    assert "the study varies no lever of policy" in report
    assert "| Export rule | not in force; 2022 | at first; from 2022-10 |" in report
    folder = tmp_path / "results/d-morris"
    indices = pd.read_csv(folder / "indices.csv")
    assert set(indices["parameter"]) == {"chips.kingmaker", "chips.capacity_growth"}
    outcomes = pd.read_parquet(folder / "outcomes.parquet")
    assert len(outcomes) == 4 * 3 * 2
    assert set(pd.read_csv(folder / "convergence.csv")["outcome"]) == {"switching_rate_last6", "lead_time_weeks_last6"}
    dictionary = pd.read_csv(folder / "data_dictionary.csv").set_index(["file", "column"])
    assert set(indices.columns) <= set(dictionary.loc["indices"].index)
    assert (folder / "figures/heatmap.png").is_file()
    assert "Was the sample large enough?" in (folder / "report.html").read_text(encoding="utf-8")
    before = (folder / "indices.csv").read_bytes()
    done("sensitivity", "d.toml", "--workers", "1", "--quiet", "--no-figures", folder=tmp_path)
    assert (folder / "indices.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("compare", "--over", "luck", "baselin", "baseline"),
            "There is no scenario 'baselin'. Did you mean 'baseline'?",
        ),
        (
            ("compare", "--over", "luck", "baseline", "baseline", "--set-b", "policy.tax=9"),
            "--set-b: 'policy.tax' is 9",
        ),
        (("compare", "--over", "luck", "baseline", "baseline", "--replications", "1"), "--replications is 1; allowed"),
        (
            ("compare", "--over", "luck", "baseline", "baseline", "--window", "last500"),
            "--window last500: needs at least 500 months",
        ),
        (
            ("compare", "--over", "luck", "baseline", "baseline", "--ends", "far"),
            "--ends is 'far'; allowed is range or half",
        ),
        (("sensitivity", "d.toml", "--method", "fast"), "--method is 'fast'; allowed methods are"),
        (("sensitivity", "d.toml", "--measure", "rent"), "--outcomes: there is no measure 'rent'"),
        (("sensitivity", "d.toml", "--statistic", "last99"), "'last99' needs at least 99 months"),
        (("sensitivity", "d.toml", "--discover", "x > 1"), "--discover: needs a sample that fills the space"),
        (("sensitivity", "nowhere.toml"), "There is no design file 'nowhere.toml'"),
    ],
)
def test_mistakes(
    tmp_path: Path,
    words: tuple[str, ...],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In this process, to save time: only what is printed and what is left behind counts."""
    (tmp_path / "d.toml").write_text(DESIGN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["kingmaker", *words])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert told in " ".join(capsys.readouterr().err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["d.toml"]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/notes.txt").write_text("mine", encoding="utf-8")
    assert "was not written by kingmaker" in refused(
        "compare", "--over", "luck", "baseline", "baseline", "--out", "out", folder=tmp_path
    )
    assert (tmp_path / "out/notes.txt").read_text(encoding="utf-8") == "mine"


def test_the_brief_says_what_its_sides_are_and_what_is_in_force(tmp_path: Path) -> None:
    """Titles, a dated change that a later event undoes, and the line on what differs in force."""
    for name, text in {
        "calm": 'title = "A calm world"\ndescription = "Nothing happens."\n',
        "short": 'title = "A short duty"\n' + "".join(
            f'[[events]]\nmonth = "{month}"\nwhy = "{why}"\nset = {{ "policy.interoperability" = {value} }}\n'
            for month, why, value in (("2022-06", "a court orders it", 0.7), ("2023-01", "appeal", 0.0))
        ),
    }.items():  # fmt: skip
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    words = ("--set", "startups.number=20", "--months", "18", "--replications", "3", "--no-robustness", "--no-figures")
    windows = ("--window", "2022-10:2022-12", "--window", "last3")
    told = done(
        "compare", "--over", "luck", "calm.toml", "short.toml", *words, *windows, "--out", "out", folder=tmp_path
    )
    assert (
        "What differs in force between A and B: Duty of interoperability: in A not in force; in B 0.7 from 2022-06"
        in (told)
    )
    brief = (tmp_path / "out/brief.md").read_text(encoding="utf-8")
    assert "*A calm world*. Nothing happens." in brief
    assert "*A short duty*.\n" in brief
    assert (
        "0 until 2022-06, then 0.7 from 2022-06 until 2023-01 (a court orders it), then 0 from 2023-01 (appeal)"
        in brief
    )
    assert "What is in force is the same in A and B." in brief.partition("in force, mean of 2023-04")[2]
    rows = pd.read_csv(tmp_path / "out/in_force.csv").set_index(["window", "side", "measure"])
    assert rows.loc[("2022-10:2022-12", "b", "duty_in_force"), "mean"] == pytest.approx(0.7)
    assert rows.loc[("last3", "b", "duty_in_force"), "mean"] == 0.0
    dictionary = pd.read_csv(tmp_path / "out/data_dictionary.csv").set_index(["file", "column"])
    assert set(pd.read_csv(tmp_path / "out/in_force.csv").columns) <= set(dictionary.loc["in_force"].index)
    late = done(
        "compare",
        "--over",
        "luck",
        "calm.toml",
        "short.toml",
        *words[:3],
        "4",
        *words[4:],
        "--out",
        "late",
        folder=tmp_path,
    )
    assert "Exactly zero everywhere" in late
    assert "sets policy.interoperability to 0.7 only after the last month compared, 2022-04" in (
        tmp_path / "late/brief.md"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_world_that_fails_is_named(tmp_path: Path, workers: str) -> None:
    (tmp_path / "fragile.py").write_text(
        "from kingmaker.agents.startup import Startup\n\n\nclass Fragile(Startup):\n"
        "    def budget(self, p, dearness):\n"
        "        if (p.policy.tax > 0.3).any():\n            raise ZeroDivisionError('on purpose')\n"
        "        return super().budget(p, dearness)\n",
        encoding="utf-8",
    )
    text = 'extends = "baseline"\n[classes]\nstartups = "fragile:Fragile"\n'
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    told = refused(
        "compare",
        "--over",
        "luck",
        "mine.toml",
        "mine.toml",
        "--set-b",
        "policy.tax=0.5",
        *SMALL,
        "--workers",
        workers,
        folder=tmp_path,
    )
    assert "seed 1, failed: extensions: fragile:Fragile: budget failed (ZeroDivisionError: on purpose)" in told
    assert "policy.tax = 0.5" in told
    assert not list((tmp_path / "results/mine-vs-mine").glob("[!.]*"))  # only the runs that are kept


# --- stops and kills ----------------------------------------------------------------------------

LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes as Linux shows them")
LONG = ("compare", "--over", "luck", "baseline", "interoperability", "--set", "startups.number=20", "--months", "30",
        "--replications",
        "70", "--workers", "2", "--no-robustness", "--no-figures", "--quiet", "--out", "out")  # fmt: skip


def started(folder: Path, *words: str) -> subprocess.Popen[str]:
    """A command with two workers at work."""
    running = subprocess.Popen(
        [sys.executable, "-m", "kingmaker", *words], cwd=folder, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    until(lambda: len(children(running.pid)) == 2)
    return running


def until(what: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something holds."""
    limit = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < limit
        time.sleep(0.05)


def kept(folder: Path) -> set[Path]:
    """The stacks of runs that are kept of an unfinished command."""
    return set((folder / "out/.kingmaker/unfinished").rglob("part-*.parquet"))


def children(pid: int) -> list[int]:
    """Worker processes of a process."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            command = path.with_name("cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        if parent == pid and b"spawn_main" in command:
            found.append(int(path.parent.name))
    return found


def gone(pids: list[int]) -> bool:
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.2)
    return False


@LINUX
def test_a_comparison_goes_on_after_kills_and_ctrl_c(tmp_path: Path) -> None:
    """Its driver is killed, it is begun again, loses a worker, is stopped, goes on alone: the same numbers."""
    (tmp_path / "calm").mkdir()
    done(*LONG, folder=tmp_path / "calm")
    first = started(tmp_path, *LONG)
    until(lambda: bool(kept(tmp_path)))
    workers = children(first.pid)
    first.kill()
    first.communicate(timeout=60)
    assert gone(workers)
    before = kept(tmp_path)
    assert before
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".kingmaker"]
    second = started(tmp_path, *LONG)
    os.kill(children(second.pid)[0], signal.SIGKILL)
    until(lambda: kept(tmp_path) > before)
    os.killpg(second.pid, signal.SIGINT)
    _, told = second.communicate(timeout=60)
    assert second.returncode == 130, told
    folder = (tmp_path / "out/.kingmaker/unfinished").resolve()
    assert f"runs finished so far are safe in {folder}. To go on: kingmaker {' '.join(LONG)}" in " ".join(told.split())
    assert "Traceback" not in told
    assert kept(tmp_path) > before
    times = {path: path.stat().st_mtime_ns for path in kept(tmp_path)}
    third = started(tmp_path, *LONG)
    assert all(path.stat().st_mtime_ns == written for path, written in times.items())
    third.communicate(timeout=120)
    assert third.returncode == 0
    assert [path.name for path in tmp_path.iterdir() if path.name != "calm"] == ["out"]
    for name in ("differences.csv", "brief.md", "paths.parquet"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "calm/out" / name).read_bytes(), name


@LINUX
def test_a_stop_before_anything_is_done_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "d.toml").write_text(DESIGN.replace("samples = 4", "samples = 400"), encoding="utf-8")
    running = started(tmp_path, "sensitivity", "d.toml", "--workers", "2", "--quiet", "--out", "out")
    workers = children(running.pid)
    os.killpg(running.pid, signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert "stopped the study" in told
    assert "Traceback" not in told
    assert [path.name for path in tmp_path.iterdir() if path.name != "out"] == ["d.toml"]
    assert (tmp_path / "out/.kingmaker/unfinished").exists() == (tmp_path / "out").exists() == ("safe in" in told)
    assert gone(workers)
