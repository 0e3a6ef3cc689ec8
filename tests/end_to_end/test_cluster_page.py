"""The page on clusters as it stands: Dask under TLS, by the page's own commands, in processes on the loopback."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kingmaker.experiments.sweep.digest import digest_of
from tests.command import ENVIRONMENT, PATIENCE, kingmaker, within

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/how-to/cluster.md").read_text(encoding="utf-8")
DESIGN = """
kind = "grid"
months = 3
replications = 2
keep = ["final"]
measures = ["hhi_cloud"]
set = { "startups.number" = 20 }
[parameters]
"policy.interoperability" = [0.0, 1.0]
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="the page is for a Unix shell"),
    pytest.mark.skipif(not (shutil.which("bash") and shutil.which("openssl")), reason="needs bash and openssl"),
]


def block(having: str) -> str:
    """The only block of shell commands on the page that has this."""
    (found,) = (text for text in re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE) if having in text)
    return found


def commands() -> tuple[str, str, str]:
    """The page's block on TLS: what makes key and variables, the scheduler, the worker; as typed, without the rest."""
    text = re.sub(r"\s+#.*$", "", block("--protocol tls"), flags=re.MULTILINE)
    setting_up, _, running = text.partition("dask scheduler")
    scheduler, worker, sweep = f"dask scheduler{running}".strip().splitlines()
    assert sweep.startswith("kingmaker sweep interoperability_export_cap --engine dask --scheduler scheduler.json")
    assert scheduler.endswith("&")
    assert worker.endswith("&")
    return setting_up, scheduler.rstrip(" &"), worker.rstrip(" &")


@contextmanager
def cluster(folder: Path) -> Iterator[dict[str, str]]:
    """A scheduler and a worker as on the page, but on the loopback and free ports; gives the page's variables."""
    setting_up, scheduler, worker = commands()
    shell = f"set -e\n{setting_up}\nenv -0 > variables"
    words = ["bash", "-c", shell]
    subprocess.run(words, cwd=folder, env=ENVIRONMENT, check=True, capture_output=True, timeout=PATIENCE)
    variables = dict(pair.split("=", 1) for pair in (folder / "variables").read_text().split("\0") if "=" in pair)
    near = "--host 127.0.0.1 --no-dashboard"
    lines = {
        "scheduler": f"{scheduler} {near} --port 0 --idle-timeout '120 seconds'",
        "worker": f"{worker} {near} --no-nanny --death-timeout 60",
    }
    started = []
    try:
        for who, line in lines.items():
            line = line.replace(f"dask {who}", f"exec {sys.executable} -m distributed.cli.dask_{who}")
            started.append(
                subprocess.Popen(
                    ["bash", "-c", line], cwd=folder, env=variables, stdout=subprocess.DEVNULL,
                    stderr=(folder / f"{who}.log").open("w"), start_new_session=True,
                )
            )  # fmt: skip
            until = time.monotonic() + PATIENCE
            while not (folder / "scheduler.json").exists() and time.monotonic() < until:
                assert started[0].poll() is None, (folder / "scheduler.log").read_text()
                time.sleep(0.05)
        yield variables
    finally:
        for process in started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answers(address: str, certificate: Path, key: Path | None) -> bool:
    """Whether the scheduler says a word to a client that has its certificate, and its key or none."""
    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = False
    if key is not None:
        context.load_cert_chain(certificate, key)
    host, _, port = address.removeprefix("tls://").rpartition(":")
    try:
        with (
            socket.create_connection((host, int(port)), timeout=30) as plain,
            context.wrap_socket(plain) as secret,
        ):
            return bool(secret.recv(1))
    except (ssl.SSLError, ConnectionError):
        return False


def test_dask_under_tls_as_on_the_page(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    (tmp_path / "small.toml").write_text(DESIGN, encoding="utf-8")
    sweep = ("sweep", "small.toml", "--engine", "dask", "--scheduler", "scheduler.json", "--out")
    with cluster(tmp_path) as variables:
        assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0  # the key is nobody else's
        address = json.loads((tmp_path / "scheduler.json").read_text())["address"]
        assert address.startswith("tls://127.0.0.1:")
        done = kingmaker(*sweep, "out", folder=tmp_path, environment=variables)
        assert done.returncode == 0, done.stderr
        assert "warning" not in done.stderr.lower()
        assert "4 runs done" in done.stdout
        stranger = kingmaker(*sweep, "none", folder=tmp_path)  # without the key
        assert stranger.returncode == 2
        assert f"{address} is under TLS, and no key is set" in stranger.stderr
        assert not list((tmp_path / "none").glob("parts/part-*"))
        assert not answers(address, tmp_path / "cert.pem", key=None)
        assert answers(address, tmp_path / "cert.pem", key=tmp_path / "key.pem")
    assert within("sweep", "small.toml", "--out", "alone", folder=tmp_path).returncode == 0
    assert digest_of(tmp_path / "out") == digest_of(tmp_path / "alone")
