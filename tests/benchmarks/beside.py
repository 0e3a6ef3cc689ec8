"""Speed beside another checkout, such as an older state: ``python -m tests.benchmarks.beside PATH [--rounds N]``.

With ``--start``, only what a user waits for beside the model: a run with its files, the start of a worker, the help.

PATH is a checkout with a ``.venv`` of its own (``git worktree add PATH COMMIT && make -C PATH setup``), before or after
the import name became ``kingmaker``. Versions take turns (A B, B A, …), each in processes of its own; CPU time is
compared, and the median of the rounds' ratios printed, as everything else on a busy machine is noise.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tests.benchmarks.timing import median_ratio

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
SIZES = {(64, 200): 2, (1, 100_000): 1, (1, 200): 8}  # worlds and start-ups: months in one measurement
DESIGN = """
kind = "grid"
title = "benchmark"
description = "64 runs of two years"
scenario = "baseline"
months = 24
replications = 16
measures = ["hhi_cloud"]
keep = ["final"]
[parameters]
"policy.compute_fund_musd" = [0, 25, 50, 100]
"""
MONTHS = """
import json, sys, time
try:
    from kingmaker.environment.model import ComputeEconomy
except ImportError:
    from environment.model import ComputeEconomy
models = {}
for line in sys.stdin:
    worlds, firms, months = json.loads(line)
    model = models.get((worlds, firms))
    if model is None or model.month + months > model.months:
        each = [{"rng": seed, "startups.number": firms} for seed in range(worlds)]
        models[worlds, firms] = model = ComputeEconomy.stack(each, months=84).run(4)
    began = time.process_time()
    model.run(months)
    print(time.process_time() - began, flush=True)
"""
WORKER = """
import ctypes, os
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
try:
    from kingmaker.experiments.sweep import local
except ImportError:
    from experiments.sweep import local
local.start_worker(os.getppid(), ctypes.c_uint64(0))
try:
    from kingmaker.experiments.sweep import worker
except ImportError:
    from experiments.sweep import worker
import pyarrow
pyarrow.array([1.0])
"""
NAMED = """
try:
    import kingmaker
except ImportError:
    import agents
"""
RUN = ("kingmaker", "run", "baseline", "--out", "run", "--quiet")
SWEEP = ("kingmaker", "sweep", "design.toml", "--out", "sweep", "--workers", "2", "--quiet")
START = {
    "kingmaker run baseline": RUN,
    "the same, --no-figures": (*RUN, "--no-figures"),
    "start of a sweep's worker": ("python", "-c", WORKER),
    "import mesa as it comes": ("python", "-c", "import mesa"),
    "import kingmaker": ("python", "-c", NAMED),
    "kingmaker --help": ("kingmaker", "--help"),
}
COMMANDS = START | {"sweep of 64 runs": SWEEP}


class Version:
    """A checkout, and a process of it that runs months on request."""

    def __init__(self, folder: Path) -> None:
        """Start the process."""
        self.bin = folder / ".venv" / "bin"
        self.folder = folder
        self.process = subprocess.Popen(
            [self.bin / "python", "-c", MONTHS], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def months(self, worlds: int, firms: int, months: int) -> float:
        """CPU seconds of so many further months of a stack."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps((worlds, firms, months)) + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def command(self, *words: str) -> tuple[float, float]:
        """CPU seconds, of workers too, and wall seconds of a command of this version."""
        with tempfile.TemporaryDirectory() as place:
            (Path(place) / "design.toml").write_text(DESIGN, encoding="utf-8")
            paths = os.pathsep.join((str(self.folder), os.environ.get("PYTHONPATH", "")))
            before, began = os.times(), time.perf_counter()
            subprocess.run(
                [self.bin / words[0], *words[1:]], cwd=place, env={**os.environ, "PYTHONPATH": paths}, check=True,
                capture_output=True,
            )  # fmt: skip
            after, wall = os.times(), time.perf_counter() - began
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        return spent, wall


@contextmanager
def running(*folders: Path) -> Iterator[list[Version]]:
    """The versions, whose processes end with the block."""
    versions = [Version(folder) for folder in folders]
    try:
        yield versions
    finally:
        for version in versions:
            version.process.kill()
            version.process.wait()


def in_turns(versions: Sequence[Version], rounds: int, work: Callable[[Version], T]) -> list[list[T]]:
    """What a piece of work gives, by version and round; every second round in reverse order."""
    found: list[list[T]] = [[] for _ in versions]
    for turn in range(rounds):
        for number in range(len(versions))[:: 1 if turn % 2 == 0 else -1]:
            found[number].append(work(versions[number]))
    return found


Row = tuple[str, str, str, str]


def _row(name: str, other: Sequence[float], this: Sequence[float]) -> Row:
    """Seconds of the other version and of this one, and how often as fast this one is."""
    before, now = (f"{statistics.median(values):.3f}" for values in (other, this))
    return name, before, now, f"{median_ratio(other, this):.2f}"


def rows_of_months(versions: Sequence[Version], rounds: int) -> Iterator[Row]:
    """A row for each size of the model."""
    for (worlds, firms), months in SIZES.items():
        warm = in_turns(versions, 1, lambda v, s=(worlds, firms, months): v.months(*s))
        assert all(warm)
        taken = in_turns(versions, rounds, lambda v, s=(worlds, firms, months): v.months(*s))
        each = [[seconds / months for seconds in values] for values in taken]
        yield _row(f"a month of ({worlds}, {firms:,})", *each)


def rows_of_commands(
    versions: Sequence[Version], rounds: int, commands: Mapping[str, tuple[str, ...]]
) -> Iterator[Row]:
    """A row for each command, after one of each that is not counted: files are then in the system's memory."""
    for name, words in commands.items():
        in_turns(versions, 1, lambda v, w=words: v.command(*w))
        pairs = in_turns(versions, rounds, lambda v, w=words: v.command(*w))
        yield _row(name, *([cpu for cpu, _ in values] for values in pairs))
        if words == SWEEP:
            yield _row(f"{name}, wall time", *([wall for _, wall in values] for values in pairs))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, help="the other checkout")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--start", action="store_true", help="only commands, without the model's months and the sweep")
    given = parser.parse_args()
    with running(given.path.resolve(), ROOT) as versions:
        print(
            f"beside {given.path}: CPU seconds, medians of {given.rounds} rounds in turns: other, this, times as fast"
        )
        months = () if given.start else rows_of_months(versions, given.rounds)
        commands = rows_of_commands(versions, given.rounds, START if given.start else COMMANDS)
        for name, other, this, ratio in itertools.chain(months, commands):
            print(f"{name:36} {other:>8} {this:>8} {ratio:>6}", flush=True)


if __name__ == "__main__":
    main()
