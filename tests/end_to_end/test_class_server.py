"""The class page's server as a teacher starts it: greeting, streams, restart, stopping, what it listens to."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
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


def raw(server: ClassServer, text: str, host: str | None = None) -> socket.socket:
    """A connection on which this has been sent."""
    own = server.address.split("/")[2]
    name, port = own.rsplit(":", 1)
    found = socket.create_connection((name, int(port)), timeout=60.0)
    found.sendall(text.format(host=host or own).encode())
    return found


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("HEAD /api/curve HTTP/1.1\r\nHost: {host}\r\n\r\n", 200),
        ("OPTIONS /api/curve HTTP/1.1\r\nHost: {host}\r\n\r\n", 405),
        ("OPTIONS * HTTP/1.1\r\nHost: {host}\r\n\r\n", 404),
        ("GET /static/js/main.js HTTP/1.1\r\nHost: {host}\r\nRange: bytes=0-9\r\n\r\n", 200),
        ("GET / HTTP/1.1\r\n\r\n", 421),
        ("GET / HTTP/1.1\r\nHost: {host}\r\nHost: other\r\n\r\n", 421),
        ("GET /api/curve?x=" + "a" * 9_000 + " HTTP/1.1\r\nHost: {host}\r\n\r\n", 414),
        ("GET /api/curve?x=" + "a" * 200_000 + " HTTP/1.1\r\nHost: {host}\r\n\r\n", 400),
        ("nonsense\r\n\r\n", 400),
    ],
)
def test_odd_requests_are_refused_in_words(server: ClassServer, text: str, status: int) -> None:
    with raw(server, text) as connection:
        assert connection.recv(12).decode() == f"HTTP/1.1 {status}"


def test_the_server_answers_at_once_on_a_connection_that_is_kept(server: ClassServer) -> None:
    listening = server.address.rstrip("/").rpartition(":")[2]
    with socket.create_connection(("127.0.0.1", int(listening))) as connection:
        request = f"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1:{listening}\r\n\r\n".encode()
        taken = []
        for _ in range(60):
            start = time.perf_counter()
            connection.sendall(request)
            while b"at_hand" not in connection.recv(65_536):
                pass
            taken.append(time.perf_counter() - start)
    assert min(taken[-20:]) < 0.03  # with Nagle's algorithm each would wait 40 ms for the receipt of its head


def test_ctrl_c_while_thirty_wait_ends_in_peace_and_keeps_the_class(tmp_path: Path) -> None:
    file = tmp_path / "class.sqlite"
    with serving(file, "--workers", "1") as server, client_of(server) as student:
        assert student.post("/api/class/predictions", json=VOTE).status_code == 201
        stream = raw(server, "GET /api/class/stream HTTP/1.1\r\nHost: {host}\r\n\r\n")
        broken = raw(server, "POST /api/class/group HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
                     "Content-Length: 99\r\n\r\n{{")  # fmt: skip
        broken.close()
        waiting = [
            raw(server, f"GET /api/band?policy.interoperability=0.6{k:02d} HTTP/1.1\r\nHost: {{host}}\r\n\r\n")
            for k in range(30)
        ]
        while student.get("/api/health").json()["waiting"] < 30:
            time.sleep(0.05)
        workers = psutil.Process(server.process.pid).children(recursive=True)
        server.process.send_signal(signal.SIGINT)
        assert all(connection.recv(12) == b"HTTP/1.1 503" for connection in waiting)
        assert server.process.wait(30) == 0
        assert server.process.stdout is not None
        assert server.process.stdout.read().strip() == "The class page is closed. Goodbye."
        assert psutil.wait_procs(workers, timeout=30)[1] == []
        for connection in (stream, *waiting):
            connection.close()
    with serving(file, "--workers", "1") as again, client_of(again, cookies=student.cookies) as student:
        assert student.get("/api/class/me").json()["locked"]["shortage"] == VOTE["answers"]
