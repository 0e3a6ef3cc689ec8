"""The command ``kingmaker`` for tests from end to end: in a process of its own, or in this one where that will do."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
PATIENCE = 300  # seconds


def kingmaker(
    *words: object, folder: Path, patience: float = PATIENCE, environment: Mapping[str, str] = ENVIRONMENT
) -> subprocess.CompletedProcess[str]:
    """Run it in a folder until it ends; however it ends, no traceback reaches its user."""
    done = subprocess.run(
        [sys.executable, "-m", "kingmaker", *map(str, words)],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=patience,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


def done(*words: object, folder: Path) -> str:
    """What a command prints that ends well, in one line."""
    found = kingmaker(*words, folder=folder)
    assert found.returncode == 0, found.stderr
    return " ".join(found.stdout.split())


def refused(*words: object, folder: Path) -> str:
    """What a command says, in one line, that refuses what it is asked."""
    found = kingmaker(*words, folder=folder)
    assert found.returncode == 2, (found.returncode, found.stdout, found.stderr)
    return " ".join(found.stderr.split())


def done_within(line: str, folder: Path) -> None:
    """A line ``kingmaker …`` of a page, in this process: it ends well."""
    done = within(*shlex.split(line)[1:], folder=folder)
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


def within(*words: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """The same in this process, workers of sweeps among it: for tests of what is said and written, not of processes.

    Not for scenarios with classes of the user's own, whose modules would stay loaded.
    """
    from kingmaker.experiments.commands.cli import main
    from kingmaker.experiments.sweep import estimate, sweeping
    from kingmaker.experiments.sweep.engines import inline_engine

    out, err, given = io.StringIO(), io.StringIO(), ["kingmaker", *map(str, words)]
    with contextlib.ExitStack() as held:
        held.enter_context(contextlib.chdir(folder))
        held.enter_context(contextlib.redirect_stdout(out))
        held.enter_context(contextlib.redirect_stderr(err))
        held.enter_context(mock.patch.object(sys, "argv", given))
        for module in (sweeping, estimate):
            held.enter_context(mock.patch.object(module, "local_engine", side_effect=lambda workers: inline_engine()))
        code: object = None
        try:
            main()
        except SystemExit as left:
            code = left.code
    done = subprocess.CompletedProcess(given, int(str(code or 0)), out.getvalue(), err.getvalue())
    assert "Traceback" not in done.stderr, done.stderr
    return done
