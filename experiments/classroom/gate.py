"""What every request and answer passes: only our own hosts, no odd paths, no pages of others, no failure shown."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kingmaker.experiments.classroom.faults import RefusedError, response_of

LONGEST = 8_000  # characters of path and query; a link of the page has at most half of it
ODD = re.compile(r"(?:^|/|%2f|%5c|\\)(?:\.|%2e){2}(?:/|%2f|%5c|\\|$)|%00|%2f|%5c|\\|[\x00-\x1f]", re.IGNORECASE)
VISITOR, TEACHER = "km_visitor", "km_teacher"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
EMBED = "/embed"


class Gate:
    """Wraps the application.

    Args:
        app: what is behind it.
        hosts: names under which the server is reached, with the port where it is not HTTP's own.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        """Take both."""
        self.app, self.hosts = app, {host.casefold() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or hand on; whatever fails behind is told in a sentence."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _protect(scope["path"], MutableHeaders(scope=message))
            await send(message)

        refused = self.refusal(scope)
        if refused is not None:
            await response_of(refused)(scope, receive, guarded)
            return
        try:
            await self.app(scope, receive, guarded)
        except Exception as fault:
            if begun:
                raise
            await response_of(fault)(scope, receive, guarded)

    def refusal(self, scope: Scope) -> RefusedError | None:
        """Why a request is refused; None if it is not."""
        headers = Headers(scope=scope)
        asked = headers.getlist("host")
        if len(asked) != 1 or asked[0].casefold() not in self.hosts:
            # another site's name that points here would read what only this class should (DNS rebinding)
            return RefusedError(
                "foreign_host", "This server does not go by that name. Use the address that it printed."
            )
        raw = scope.get("raw_path") or scope["path"].encode()
        path = raw.decode("latin-1")
        if len(path) + len(scope.get("query_string", b"")) > LONGEST:
            return RefusedError("too_long", f"This address is too long: at most {LONGEST} characters.")
        if ODD.search(path):
            return RefusedError("not_found", "There is no such page.")
        return self._stranger(scope["method"], headers)

    def _stranger(self, method: str, headers: Headers) -> RefusedError | None:
        """A page of another site may not make this one's browser ask for changes."""
        if method in ("GET", "HEAD", "OPTIONS"):
            return None
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.casefold() not in self.hosts:
            return RefusedError("stranger", "Pages of other sites cannot speak to this server.")
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return RefusedError("stranger", "Pages of other sites cannot speak to this server.")
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return RefusedError("not_json", "Send application/json.")
        return None


def _protect(path: str, headers: MutableHeaders) -> None:
    framed = path == EMBED
    headers["Content-Security-Policy"] = POLICY.format(ancestors="*" if framed else "'none'")
    if not framed:
        headers["X-Frame-Options"] = "DENY"
    for name, value in HEADERS.items():
        headers[name] = value
    if framed:
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def new_visitor() -> str:
    """A name for a browser, that nobody can guess."""
    return secrets.token_urlsafe(16)


def is_visitor(name: str) -> bool:
    """Whether a cookie may be a visitor's name."""
    return re.fullmatch(r"[A-Za-z0-9_-]{16,64}", name) is not None


def give_cookie(response: Any, name: str, value: str) -> None:
    """Set a cookie that scripts do not see and other sites do not send."""
    response.set_cookie(name, value, max_age=60 * 60 * 24 * 60, httponly=True, samesite="strict", path="/")
