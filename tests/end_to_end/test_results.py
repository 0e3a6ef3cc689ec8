"""Results through the real command: other questions, full disks, closed pipes, kills, little memory, code of others."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
KINGMAKER = [sys.executable, "-m", "kingmaker"]
SHORT = ("--no-figures", "--quiet", "--set", "startups.number=20")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="signals, limits and devices of Unix")]


def kingmaker(*words: str, folder: Path, shell: str = "") -> subprocess.CompletedProcess[str]:
    command = ["sh", "-c", f'{shell} exec "$@"', "sh", *KINGMAKER, *words] if shell else [*KINGMAKER, *words]
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)


def refused(*words: str, folder: Path, shell: str = "") -> str:
    done = kingmaker(*words, folder=folder, shell=shell)
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("kingmaker: ")
    return " ".join(done.stderr.split())


def test_another_question_goes_into_another_folder(tmp_path: Path) -> None:
    for words in (("--months", "2"), ("--months", "3", "--set", "policy.interoperability=0.9"), ("--months", "2")):
        assert kingmaker("run", "baseline", "--no-figures", "--quiet", *words, folder=tmp_path).returncode == 0
    for where in ("a", "b"):  # two files of one name
        (tmp_path / where).mkdir()
        text = f'extends = "baseline"\n[parameters]\n"policy.tax" = 0.{"ab".index(where) + 1}\n'
        (tmp_path / where / "mine.toml").write_text(text, encoding="utf-8")
        assert kingmaker("run", f"{where}/mine.toml", *SHORT, "--months", "2", folder=tmp_path).returncode == 0
    names = sorted(path.name for path in (tmp_path / "results").iterdir())
    assert names[:2] == ["baseline-seed1-months2", "baseline-seed1-months3-policy.interoperability=0.9"]
    assert len(names) == 4
    assert names[3].startswith(f"{names[2]}-")


def test_a_longer_brief_is_not_replaced(tmp_path: Path) -> None:
    words = (
        "compare",
        "--over",
        "luck",
        "baseline",
        "baseline",
        *SHORT,
        "--months",
        "6",
        "--window",
        "mean",
        "--out",
        "out",
    )
    assert kingmaker(*words, "--replications", "4", folder=tmp_path).returncode == 0
    before = (tmp_path / "out/brief.md").read_bytes()
    assert "seeds 1-4" in refused(*words, "--replications", "2", folder=tmp_path)
    assert (tmp_path / "out/brief.md").read_bytes() == before
    assert kingmaker(*words, "--replications", "2", "--force", folder=tmp_path).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_full_disk_is_told_and_leaves_the_old_result(tmp_path: Path) -> None:
    words = ("run", "baseline", "--set", "startups.number=20", "--months", "12", "--out", "out")
    assert kingmaker(*words, "--no-figures", "--quiet", folder=tmp_path).returncode == 0
    before = (tmp_path / "out/manifest.json").read_bytes()
    assert "larger than is allowed" in refused(*words, folder=tmp_path, shell="ulimit -f 100;")
    assert "larger than is allowed" in refused(*words, "--seed", "2", "--out", "new", folder=tmp_path,
                                               shell="ulimit -f 100;")  # fmt: skip
    assert (tmp_path / "out/manifest.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("words", [("params",), ("run", "baseline", "--months", "2", "--no-figures", "--out", "out")])
def test_output_that_cannot_be_written(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert "No space left" in refused(*words, folder=tmp_path, shell="exec >/dev/full;")


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_reader_that_goes_is_no_fault(tmp_path: Path, form: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*KINGMAKER, "params", "--format", form], cwd=tmp_path, env=ENVIRONMENT, stdout=writing,
                          stderr=subprocess.PIPE, text=True, timeout=120)  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_killed_run_is_cleared_by_the_next_and_a_living_one_is_not_disturbed(tmp_path: Path) -> None:
    long = [*KINGMAKER, "run", "baseline", "--quiet", "--set", "startups.number=20000", "--out", "out"]
    running = subprocess.Popen(long, cwd=tmp_path, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    limit = time.monotonic() + 60
    while not (tmp_path / "out/.kingmaker/part").is_dir():
        assert time.monotonic() < limit
        time.sleep(0.05)
    again = ("run", "baseline", *SHORT, "--months", "2", "--out", "out")
    assert "another kingmaker is writing" in refused(*again, folder=tmp_path)
    running.kill()
    running.communicate(timeout=60)
    assert kingmaker(*again, folder=tmp_path).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


def test_little_memory_is_one_sentence(tmp_path: Path) -> None:
    told = refused("run", "baseline", "--quiet", "--out", "out", folder=tmp_path, shell="ulimit -v 400000;")
    assert told.startswith("kingmaker: there is not enough memory (this process may take 410 MB")
    assert list(tmp_path.iterdir()) == []


INTERRUPTED = """
import os, signal, sys
from kingmaker.experiments.commands import entry
from kingmaker.experiments.commands import ending
import kingmaker.experiments.commands.cli

def app():
    from kingmaker.experiments.commands.stopping import stoppable
    with stoppable("the run"):
        {what}

kingmaker.experiments.commands.cli.app = app
entry.main()
"""


@pytest.mark.parametrize(
    "what",
    [
        # CPython remembers an interrupted exec of a text, and would end the process by the signal
        "exec('import os, signal; os.kill(os.getpid(), signal.SIGINT)')",
        # lost in a finaliser: asked for once more
        "type('Lost', (), {'__del__': lambda self: os.kill(os.getpid(), signal.SIGINT)})(); "
        "__import__('time').sleep(30)",
        # a library makes another error of it
        "exec('try:\\n    os.kill(os.getpid(), signal.SIGINT)\\nexcept KeyboardInterrupt:\\n    raise ImportError')",
        "os.kill(os.getpid(), signal.SIGTERM); __import__('time').sleep(30)",
    ],
)
def test_ctrl_c_is_130_and_a_sentence_however_it_comes(tmp_path: Path, what: str) -> None:
    script = tmp_path / "interrupted.py"
    script.write_text(INTERRUPTED.replace("{what}", what), encoding="utf-8")
    done = subprocess.run([sys.executable, str(script)], env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 130, done.stderr
    assert done.stderr.endswith("kingmaker: stopped the run, nothing half-written.\n")


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at processes as Linux shows them")
@pytest.mark.parametrize("patience", [0.15, 0.4, 0.8, 1.2])
def test_ctrl_c_during_imports_twice(tmp_path: Path, patience: float) -> None:
    running = subprocess.Popen(
        [*KINGMAKER, "run", "baseline", "--quiet", "--set", "startups.number=20000", "--out", "out"], cwd=tmp_path,
        env=ENVIRONMENT, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    limit = time.monotonic() + 30
    while b"kingmaker" not in Path(f"/proc/{running.pid}/cmdline").read_bytes() and time.monotonic() < limit:
        time.sleep(0.01)
    time.sleep(patience)
    for _ in range(2):
        os.killpg(running.pid, signal.SIGINT)
        time.sleep(0.02)
        if running.poll() is not None:
            break
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert "Traceback" not in told
    assert told.startswith("kingmaker: stopped")
    assert list(tmp_path.iterdir()) == []


OWN = """from kingmaker.agents.startup import Startup
from pathlib import Path
Path("was-here").touch()


class Own(Startup):
    pass
"""


def test_a_rerun_says_which_code_it_would_run_and_compares_first(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    (tmp_path / "mine.toml").write_text('extends = "baseline"\n[classes]\nstartups = "own:Own"\n', encoding="utf-8")
    assert kingmaker("run", "mine.toml", *SHORT, "--months", "2", "--out", "out", folder=tmp_path).returncode == 0
    (tmp_path / "was-here").unlink()
    same = kingmaker("rerun", "out", "--quiet", folder=tmp_path)
    assert same.returncode == 0, same.stderr
    assert f"runs code of its own: own:Own, from {tmp_path / 'own.py'}" in " ".join(same.stderr.split())
    (tmp_path / "was-here").unlink()
    (tmp_path / "own.py").write_text(OWN + "\n# changed\n", encoding="utf-8")
    assert "code has changed" in refused("rerun", "out", folder=tmp_path)
    assert not (tmp_path / "was-here").exists()
    assert kingmaker("rerun", "out", "--force", folder=tmp_path).returncode == 0
    assert (tmp_path / "was-here").exists()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_ensemble(tmp_path: Path, workers: str) -> None:
    words = ("run", "baseline", "--set", "startups.number=20", "--months", "14", "--replications", "4", "--seed", "3",
             "--workers", workers, "--out", "out")  # fmt: skip
    done = kingmaker(*words, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "over luck" in done.stdout
    runs = pd.read_parquet(tmp_path / "out/measures.parquet")
    assert sorted(set(runs["seed"])) == [3, 4, 5, 6]
    assert len(runs) == 4 * 14
    table = pd.read_csv(tmp_path / "out/summary.csv").set_index(["measure", "year"])
    year = runs[(runs["seed"] == 5) & runs["month"].str.startswith("2022")]["power_gw"].mean()
    row = table.loc[("power_gw", 2022)]
    assert row["low_90"] <= row["low_50"] <= row["median"] <= row["high_50"] <= row["high_90"]
    assert row["low_90"] * 0.9 < year < row["high_90"] * 1.1
    assert (row["n"], row["months"]) == (4, 12)
    assert {path.suffix for path in (tmp_path / "out/figures").iterdir()} == {".pdf", ".png"}
    assert kingmaker("rerun", "out", folder=tmp_path).stdout.startswith("identical: ")
    assert "answers another question" in refused(*words, "--replications", "5", folder=tmp_path)
    single = ("run", "baseline", *SHORT, "--months", "14", "--seed", "5", "--out", "single")
    assert kingmaker(*single, folder=tmp_path).returncode == 0
    alone = pd.read_parquet(tmp_path / "single/measures.parquet")
    pd.testing.assert_frame_equal(
        runs[runs["seed"] == 5][alone.columns].reset_index(drop=True), alone, check_exact=True
    )


def test_an_ensemble_goes_on_after_a_stop(tmp_path: Path) -> None:
    words = ["run", "baseline", *SHORT, "--months", "30", "--replications", "150", "--workers", "1", "--out", "out"]
    running = subprocess.Popen([*KINGMAKER, *words], cwd=tmp_path, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    limit = time.monotonic() + 120
    while not list(tmp_path.glob("out/.kingmaker/unfinished/*/parts/part-*")):
        assert time.monotonic() < limit
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert "stopped the ensemble; the runs finished so far are safe in" in " ".join(told.split())
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("out/.kingmaker/unfinished/*/parts/part-*")}
    assert kept
    done = kingmaker(*words, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))["seeds"] == list(range(1, 151))
    assert not (tmp_path / "out/.kingmaker").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--replications", "0"), "--replications is 0; allowed is a whole number from 1 to"),
        (("--replications", "3", "--panel"), "--panel writes the firms of a single run"),
        (("--replications", "2", "--seed", str(2**63 - 1)), "the last of 2 seeds would be"),
    ],
)
def test_ensembles_that_are_refused(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    assert told in refused("run", "baseline", *words, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []
