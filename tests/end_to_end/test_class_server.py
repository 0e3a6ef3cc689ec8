"""The class page's server as a teacher starts it: greeting, streams, restart, stopping, what it listens to."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from kingmaker.experiments.classroom.lesson import lessons
from tests.end_to_end.class_server import ClassServer, serving

VOTE = {"lesson": "shortage", "answers": dict.fromkeys(lessons()["shortage"].measures, "down"), "name": "Ada"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClassServer]:
    with serving(tmp_path_factory.mktemp("class") / "class.sqlite", "--workers", "1") as found:
        yield found


def client_of(server: ClassServer, **options: Any) -> httpx2.Client:
    return httpx2.Client(base_url=server.address, timeout=120.0, **options)


def test_the_greeting_has_the_key_and_no_address_has_it(server: ClassServer) -> None:
    (line,) = [line for line in server.greeting if "key:" in line]
    assert line.startswith("The teacher's screen: http://127.0.0.1:")
    assert server.key not in line.partition("key:")[0]


def test_the_class_is_told_as_it_changes(server: ClassServer) -> None:
    with client_of(server) as teacher, client_of(server) as student:
        assert teacher.post("/api/class/teacher", json={"key": server.key}).status_code == 200
        with teacher.stream("GET", "/api/class/stream") as stream:
            lines = stream.iter_lines()
            assert next_event(lines) == ("class", {"open": None, "revealed": [], "groups": 0, "locked": 0})
            teacher_client = client_of(server, cookies=teacher.cookies)
            teacher_client.post("/api/class/open", json={"lesson": "shortage"})
            assert next_event(lines)[1]["open"] == "shortage"
            assert next_event(lines)[0] == "board"
            assert student.post("/api/class/predictions", json=VOTE).status_code == 201
            seen = [next_event(lines) for _ in range(2)]
            while seen[-1][1].get("locked") != 1 or seen[-1][0] != "board":
                seen.append(next_event(lines))
            assert seen[-1][1]["rows"][0]["group"] == "Ada"
            teacher_client.post("/api/class/open", json={"lesson": None})


def next_event(lines: Iterator[str]) -> tuple[str, Any]:
    name = next(line for line in lines if line.startswith("event: "))
    return name.removeprefix("event: "), json.loads(next(lines).removeprefix("data: "))


def test_it_listens_on_loopback_unless_told(server: ClassServer) -> None:
    (port,) = {c.laddr.port for c in psutil.Process(server.process.pid).net_connections() if c.status == "LISTEN"}
    assert server.address == f"http://127.0.0.1:{port}/"
    own = socket.gethostbyname(socket.gethostname())
    if not own.startswith("127."):  # else this computer has no other name
        with socket.socket() as other:
            other.settimeout(1.0)
            assert other.connect_ex((own, port)) != 0


def test_a_taken_port_is_told_in_a_sentence(server: ClassServer, tmp_path: Path) -> None:
    port = server.address.rstrip("/").rpartition(":")[2]
    command = [sys.executable, "-m", "kingmaker", "dashboard", "--no-browser", "--port", port,
               "--class-file", str(tmp_path / "x.sqlite")]  # fmt: skip
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert found.returncode != 0
    assert f"port {port}" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_restart_keeps_votes_key_and_cookies_and_leaves_no_worker(tmp_path: Path) -> None:
    file = tmp_path / "class.sqlite"
    with serving(file) as first, client_of(first) as student:
        assert student.post("/api/class/predictions", json=VOTE).status_code == 201
        workers = psutil.Process(first.process.pid).children(recursive=True)
        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(30) == 0
        _, alive = psutil.wait_procs(workers, timeout=30)
        assert alive == []
    with serving(file) as second, client_of(second, cookies=student.cookies) as student:
        assert second.key == first.key
        me = student.get("/api/class/me").json()
        assert me["group"] == {"name": "Ada"}
        assert me["locked"]["shortage"] == VOTE["answers"]


def test_idle_connections_do_not_keep_others_out(server: ClassServer) -> None:
    host, port = "127.0.0.1", int(server.address.rstrip("/").rpartition(":")[2])
    idle = [socket.create_connection((host, port)) for _ in range(150)]
    try:
        with client_of(server) as one:
            assert one.get("/api/health").json()["ok"]
    finally:
        for connection in idle:
            connection.close()
