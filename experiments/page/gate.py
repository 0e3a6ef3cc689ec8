"""What every answer of the server passes: only our own hosts, no odd paths, no frames of others, no failure shown."""

from __future__ import annotations

import re
from typing import Any

from tornado.routing import Matcher, Rule
from tornado.web import OutputTransform, RequestHandler

LONGEST = 8_000  # characters of path and query; a link of the page has at most half of it
ODD = re.compile(r"(?:^|/|%2f|%5c|\\)(?:\.|%2e){2}(?:/|%2f|%5c|\\|$)|%00|%2f|%5c|\\|[\x00-\x1f]", re.IGNORECASE)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": "frame-ancestors 'self'",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Protect(OutputTransform):
    """Adds headers to every answer: no guessing of types, no page around ours, no address (teacher's key) handed on."""

    def transform_first_chunk(
        self, status_code: int, headers: Any, chunk: bytes, finishing: bool
    ) -> tuple[int, Any, bytes]:
        """Called by tornado with the head of each answer."""
        for name, value in HEADERS.items():
            headers[name] = value
        return status_code, headers, chunk


class Stranger(Matcher):
    """Matches requests that the page never makes; each is told why it is refused."""

    def __init__(self, hosts: list[str]) -> None:
        """``hosts`` are those under which the page is reached, with the port."""
        self.hosts = {host.casefold() for host in hosts}

    def match(self, request: Any) -> dict[str, Any] | None:
        """Status and sentence for a stranger, None for all others."""
        found = self.refusal(str(request.host), str(request.path), str(request.query))
        if found is None:
            return None
        return {"target_kwargs": {"status": found[0], "why": found[1]}}

    def refusal(self, host: str, path: str, query: str) -> tuple[int, str] | None:
        """Why a request is refused, with the status of HTTP; None if it is not."""
        if host.casefold() not in self.hosts:
            # another site's name that points here would read what only this class should (DNS rebinding)
            return 421, "This server does not go by that name. Use the address that it printed at its start."
        if len(path) + len(query) > LONGEST:
            return 414, f"This address is too long: at most {LONGEST} characters."
        if ODD.search(path):
            return 404, "There is no such page."
        return None


class Refuse(RequestHandler):
    """Answers strangers in plain text, whatever they ask for."""

    def initialize(self, status: int, why: str) -> None:
        """Take what :class:`Stranger` has found."""
        self.status, self.why = status, why

    def get(self) -> None:
        """Refuse."""
        self.set_status(self.status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Connection", "close")
        self.finish(self.why)

    head = post = put = delete = patch = options = get

    def check_xsrf_cookie(self) -> None:
        """Nothing is done here, so nothing is to be protected."""


def guard(application: Any, hosts: list[str]) -> None:
    """Put the gate before all pages of a server.

    Args:
        application: tornado's, of the server.
        hosts: names under which the page is reached, with the port.
    """
    application.default_router.rules.insert(0, Rule(Stranger(hosts), Refuse))
    application.add_transform(Protect)
