"""``kingmaker dashboard`` as tests start it: its address, its port, the teacher's key."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """``kingmaker dashboard`` in a process of its own, its class in a file of its own."""

    def __init__(self, file: Path, port: int = 0) -> None:
        """Start it and wait until it says where it is."""
        self.file = file
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kingmaker", "dashboard", "--no-browser", "--port", str(port),
             "--class-file", str(file)],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, start_new_session=True,
        )  # fmt: skip
        told = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told += line
            if "Stop it" in line:
                break
        self.url = re.findall(r"http://\S+?:\d+/", told)[0]
        self.port = urlsplit(self.url).port or 0
        self.key = re.findall(r"key: (\S+)", told)[0]

    def again(self) -> None:
        """Start it anew where it was."""
        self.__init__(self.file, self.port)  # type: ignore[misc]

    def stop(self) -> None:
        """Press Ctrl-C."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
