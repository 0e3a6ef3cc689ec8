"""What the server refuses, and what every answer of it carries, over a real connection."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from kingmaker.experiments.page.gate import HEADERS, LONGEST, Stranger, guard
from kingmaker.experiments.page.setting import make, read_link, write_query
from kingmaker.experiments.page.wording import words_in

ODD = (
    "/components/..%2f",
    "/components/%2e%2e/x",
    "/static/../x",
    "/static/js/%00",
    "/a/..%5cb",
    "/download/..",
    "/a%5Cb",
)


class Echo(RequestHandler):
    def get(self, _path: str) -> None:
        self.write("here")

    post = get


def fetch(path: str, **how: Any) -> HTTPResponse:
    async def run() -> HTTPResponse:
        socket, port = bind_unused_port()
        application = Application([(r"(.*)", Echo)])
        guard(application, [f"127.0.0.1:{port}", f"localhost:{port}"])
        server = HTTPServer(application)
        server.add_socket(socket)
        headers = {key: value.format(port=port) for key, value in how.pop("headers", {}).items()}
        try:
            return await AsyncHTTPClient(force_instance=True).fetch(
                f"http://127.0.0.1:{port}{path}", raise_error=False, headers=headers, **how
            )
        finally:
            server.stop()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:{port}", 200), ("LOCALHOST:{port}", 200), ("evil.example", 421), ("127.0.0.1:1", 421),
     ("127.0.0.1:{port}.evil.example", 421), ("evil.example:{port}", 421)],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/download/scenario.toml", "/ws"])
def test_only_its_own_names_are_answered(host: str, status: int, path: str) -> None:
    answer = fetch(path, headers={"Host": host})
    assert answer.code == status
    assert (answer.body == b"here") == (status == 200)


def test_other_methods_of_strangers_are_refused_too() -> None:
    assert fetch("/", method="POST", body="x", headers={"Host": "evil.example"}).code == 421


@pytest.mark.parametrize("path", ["/", "/nope", *ODD])
def test_every_answer_forbids_frames_and_guessing(path: str) -> None:
    answer = fetch(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ODD)
def test_odd_paths_are_not_there(path: str) -> None:
    assert fetch(path).code == 404


def test_a_long_address_is_refused_and_the_longest_link_is_not() -> None:
    assert fetch("/?x=" + "a" * LONGEST).code == 414
    assert fetch("/" + "a" * (LONGEST + 1)).code == 414
    assert fetch("/?x=" + "a" * 4000).code == 200


def test_ordinary_paths_pass() -> None:
    gate = Stranger(["h:1"])
    for path in (
        "/",
        "/static/js/bokeh.min.js",
        "/download/figure.png",
        "/static/extensions/panel/a..b.js",
        "/x.y-z_1",
    ):
        assert gate.refusal("H:1", path, "policy.interoperability=0.5@2026-03") is None


@pytest.mark.parametrize("value", [1 / 3, 0.1 + 0.2, 0.12345678901234567, 0.5])
def test_a_shared_link_gives_every_digit(value: float) -> None:
    setting = make("baseline", 1, 24, 8, {"policy.interoperability": value})
    pairs = dict(part.split("=") for part in write_query(setting).split("&"))
    again, place = read_link({key: [text] for key, text in pairs.items()})
    assert again == setting
    assert not place.faults
    assert float(words_in("en").plain(value)) == value
