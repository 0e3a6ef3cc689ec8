"""``kingmaker dashboard`` in a process of its own, for the tests of the class page's server and its load test."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class ClassServer:
    """A server that runs."""

    process: subprocess.Popen[str]
    address: str
    key: str
    greeting: list[str]


@contextmanager
def serving(class_file: Path, *options: str) -> Iterator[ClassServer]:
    """Start it on a free port, and end it."""
    command = [sys.executable, "-m", "kingmaker", "dashboard", "--no-browser", "--port", "0",
               "--class-file", str(class_file), *options]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line.strip())
            if line.startswith("Stop it"):
                break
        text = "\n".join(lines)
        address, key = re.search(r"http://\S+?/(?=\s)", text), re.search(r"key: (\S+)", text)
        assert address is not None, text
        assert key is not None, text
        yield ClassServer(process, address[0], key[1], lines)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        process.stdout.close()
