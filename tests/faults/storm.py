"""Sweeps under fire: real processes are killed at random moments; in the end nothing is lost and nothing doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from kingmaker.experiments.sweep.digest import Digest, digest_of
from kingmaker.experiments.sweep.reading import load

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
PATIENCE = 120.0  # seconds that anything may take on a busy machine
DESIGN = """
kind = "grid"
months = 6
replications = 30
keep = ["last3", "final"]
measures = ["switching_rate", "hhi_cloud", "gap_china"]
set = { "startups.number" = 20 }
[parameters]
"policy.interoperability" = [0.0, 0.25, 0.5, 0.75, 1.0]
"policy.export_cap_tpp" = [1600, 4800, inf]
"""
RUNS = 450


def write_design(folder: Path, text: str = DESIGN, name: str = "storm.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def start(*words: object, folder: Path) -> subprocess.Popen[str]:
    """Start ``kingmaker`` in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "kingmaker", *map(str, words)], cwd=folder, env=ENVIRONMENT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code of a process, and what it has said on stderr."""
    _, told = process.communicate(timeout=PATIENCE)
    return process.returncode, told


def workers_of(driver: int) -> list[psutil.Process]:
    """The worker processes of a driver on this machine."""
    try:
        children = psutil.Process(driver).children(recursive=True)
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]
    except psutil.NoSuchProcess:
        return []


def gone(processes: list[psutil.Process], seconds: float = 15.0) -> bool:
    """Whether all processes end within a time (a zombie has ended)."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        alive = [p for p in processes if p.is_running() and _status(p) != psutil.STATUS_ZOMBIE]
        if not alive:
            return True
        time.sleep(0.05)
    return False


def _status(process: psutil.Process) -> str:
    try:
        return str(process.status())
    except psutil.NoSuchProcess:
        return str(psutil.STATUS_ZOMBIE)


def undisturbed(folder: Path, design: Path) -> Digest:
    """The digest of the sweep without a single kill."""
    out = folder / "undisturbed"
    code, told = finish(start("sweep", design, "--out", out, "--workers", 2, "--quiet", folder=folder))
    assert code == 0, f"exit code {code}: {told}"
    return digest_of(out)


def check(out: Path, reference: Digest, runs: int = RUNS) -> None:
    """The sweep in ``out`` is complete, and each of its runs is there once and gives the numbers of the reference."""
    assert digest_of(out) == reference
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of missing or failed runs
        frame = load(out)
    assert len(frame) == runs
    assert not frame.duplicated(["point", "replication"]).any()
    assert not list((out / "failures").iterdir())


@dataclass
class Storm:
    """Kills so many processes at random moments of as many sweeps as it takes."""

    folder: Path
    kills: int
    seed: int = 1
    verbose: bool = False
    killed: Counter[str] = field(default_factory=Counter)
    sweeps: int = 0

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        self.design = write_design(self.folder)
        self.reference = undisturbed(self.folder, self.design)

    def local(self) -> None:
        """Kill workers and drivers of sweeps on this machine."""
        while self._left():
            self._one_sweep(("--workers", 2, "--stack", 8), {"worker": 0.7, "driver": 0.3}, None)

    def dask(self) -> None:
        """Kill Dask workers, whole nodes and drivers."""
        with cluster(self.folder / "dask") as nodes:
            words = ("--engine", "dask", "--scheduler", nodes.file, "--stack", 8)
            while self._left():
                self._one_sweep(words, {"dask worker": 0.45, "dask node": 0.4, "driver": 0.15}, nodes)

    def _left(self) -> bool:
        return sum(self.killed.values()) < self.kills

    def _one_sweep(self, words: tuple[object, ...], odds: dict[str, float], nodes: Nodes | None) -> None:
        """Run a sweep to its end, whatever it takes; check what is left of it."""
        self.sweeps += 1
        out = self.folder / f"sweep-{self.sweeps}"
        command = ("sweep", self.design, "--out", out, "--quiet", *words)
        driver = start(*command, folder=self.folder)
        try:
            while True:
                if self._wait(driver, out):
                    code, told = finish(driver)
                    assert code == 0, self._verdict(out, code, told)
                    break
                victim = str(self.random.choice(list(odds), p=list(odds.values())))
                if self._left() and self._kill(victim, driver, nodes) and victim == "driver":
                    driver = start(*command, folder=self.folder)
        finally:
            driver.kill()
            driver.communicate()
        check(out, self.reference)
        if self.verbose:
            print(f"sweep {self.sweeps}: whole after {dict(self.killed)}", flush=True)

    def _verdict(self, out: Path, code: int, told: str) -> str:
        """All that is known of a sweep that did not end well."""
        records = [path.read_text(encoding="utf-8") for path in sorted((out / "failures").glob("*.json"))]
        failures = "\n".join(records) or "none"
        return (
            f"sweep {self.sweeps} (storm of seed {self.seed}) ended with exit code {code} after {dict(self.killed)}.\n"
            f"Its driver said: {told.strip() or 'nothing'}\nIts failures: {failures}"
        )

    def _wait(self, driver: subprocess.Popen[str], out: Path) -> bool:
        """Let a random time pass; whether the driver has ended by itself."""
        pause = float(self.random.uniform(0.0, 0.5))
        if self.random.integers(4):  # mostly between two results; now and then at any moment, also while starting
            there, until = self._parts(out), time.monotonic() + PATIENCE
            while driver.poll() is None and self._parts(out) == there and time.monotonic() < until:
                time.sleep(0.02)
        if not self._left():
            pause = PATIENCE
        try:
            driver.wait(timeout=pause)
        except subprocess.TimeoutExpired:
            assert self._left(), "the sweep does not come to its end"
            return False
        return True

    def _parts(self, out: Path) -> int:
        return len(list((out / "parts").glob("part-*")))

    def _kill(self, victim: str, driver: subprocess.Popen[str], nodes: Nodes | None) -> bool:
        """Kill -9; whether there was somebody to kill."""
        if victim == "driver":
            workers = workers_of(driver.pid)
            driver.kill()
            driver.communicate()
            assert gone(workers), "workers have outlived their driver"
        elif victim == "worker":
            workers = workers_of(driver.pid)
            if not workers:
                return False
            workers[int(self.random.integers(len(workers)))].kill()
        elif nodes is None or not nodes.kill(victim, self.random):
            return False
        self.killed[victim] += 1
        return True


class Nodes:
    """A Dask cluster of one scheduler and two nodes, started as from a shell; each node is a process group."""

    def __init__(self, folder: Path, exits: ExitStack) -> None:
        folder.mkdir(parents=True)
        self.folder, self.file, self._exits = folder, folder / "scheduler.json", exits
        self.groups: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start(
            "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
            "--scheduler-file", str(self.file), "--idle-timeout", "300 seconds",  # nothing stays if the test is killed
        )  # fmt: skip
        until = time.monotonic() + PATIENCE
        while not self.file.exists():
            assert time.monotonic() < until, "the Dask scheduler does not start"
            time.sleep(0.05)
        for _ in range(2):
            self.add()

    def add(self) -> None:
        """Start a node."""
        self.groups.append(self._start(
            "distributed.cli.dask_worker", "--scheduler-file", str(self.file), "--nthreads", "1", "--no-dashboard",
            "--host", "127.0.0.1", "--local-directory", str(self.folder), "--death-timeout", "60",
        ))  # fmt: skip

    def kill(self, victim: str, random: np.random.Generator) -> bool:
        """Kill a node's worker process (its nanny starts another), or a whole node (another takes its place)."""
        node = self.groups[int(random.integers(len(self.groups)))]
        if victim == "dask worker":
            workers = workers_of(node.pid)
            if not workers:
                return False
            workers[0].kill()
            return True
        os.killpg(node.pid, signal.SIGKILL)
        node.wait()
        self.groups.remove(node)
        self.add()
        return True

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        log = self._exits.enter_context((self.folder / "log.txt").open("ab"))
        process = subprocess.Popen(
            [sys.executable, "-m", *words], env=ENVIRONMENT, cwd=self.folder, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        self._exits.callback(_end_group, process)
        return process


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def cluster(folder: Path) -> Iterator[Nodes]:
    """A Dask cluster on this machine's loopback; nothing of it stays."""
    with ExitStack() as exits:
        yield Nodes(folder, exits)
