"""Bodies of answers: encoded and compressed once, kept within bounds, and sent with their digest (ETag)."""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import math
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import brotli
from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"
SMALL = 600  # bytes that are not worth compressing
QUALITY = 5  # of brotli: as good as gzip's best, in a tenth of the time
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
KEEP_NOT = "no-store"


@dataclass(frozen=True)
class Encoded:
    """One body.

    Attributes:
        raw: its bytes.
        media: its type.
        lasting: whether the same question will always have it; a first band gives way to the whole one.
    """

    raw: bytes
    media: str = JSON
    lasting: bool = True

    @functools.cached_property
    def etag(self) -> str:
        """Its digest, as HTTP writes it."""
        return f'"{hashlib.sha256(self.raw).hexdigest()[:20]}"'

    @functools.cached_property
    def brotli(self) -> bytes:
        """Compressed for browsers of today."""
        return bytes(brotli.compress(self.raw, quality=QUALITY))

    @functools.cached_property
    def gzip(self) -> bytes:
        """Compressed for all others."""
        return gzip.compress(self.raw, 6, mtime=0)

    @property
    def small(self) -> bool:
        """Whether compressing it is not worth it: it is short, or is compressed already."""
        return len(self.raw) <= SMALL or self.media.startswith(("image/png", "font/"))

    def prepare(self) -> None:
        """Do now what the first reader would wait for."""
        _ = self.etag if self.small else (self.etag, self.gzip, self.brotli)

    @property
    def nbytes(self) -> int:
        """Memory, roughly: as it is, and compressed twice."""
        return len(self.raw) + len(self.raw) // 2


def encode(body: Any, lasting: bool = True) -> Encoded:
    """A body as JSON; a number that JSON does not know is null."""
    try:
        text = _dumped(body)
    except (TypeError, ValueError):  # rare, and to look for it in each number would take as long as all the rest
        text = _dumped(_plain(body))
    return Encoded(text.encode(), lasting=lasting)


def _dumped(body: Any) -> str:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    """JSON has no infinity: a lever's is the text ``inf``, as in links."""
    if isinstance(value, float) and not math.isfinite(value):
        return "inf" if value > 0 else None
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


class Bodies:
    """Bodies that are at hand, the longest unused forgotten first.

    Args:
        most: bytes.
    """

    def __init__(self, most: int = 48 * 2**20) -> None:
        """Empty."""
        self._most, self._held = most, 0
        self._kept: OrderedDict[Hashable, Encoded] = OrderedDict()

    def get(self, key: Hashable) -> Encoded | None:
        """The body kept under a key."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def put(self, key: Hashable, body: Encoded) -> Encoded:
        """Keep a body."""
        self._kept[key] = body
        self._held += body.nbytes
        while self._held > self._most and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._held -= old.nbytes
        return body

    def once(self, key: Hashable, make: Callable[[], Any]) -> Encoded:
        """The body under a key; made if it is not at hand."""
        found = self.get(key)
        return self.put(key, encode(make())) if found is None else found


def send(
    request: Request,
    body: Encoded,
    caching: str = ASK_AGAIN,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A response in the best coding that the client takes; 304 if it has the body already."""
    given = {"Cache-Control": caching, "Vary": "Accept-Encoding", **(headers or {})}
    if caching != KEEP_NOT:
        given["ETag"] = body.etag
        if status == 200 and body.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=given)
    accepted = {part.partition(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
    content = body.raw
    if not body.small:
        if "br" in accepted:
            content, given["Content-Encoding"] = body.brotli, "br"
        elif "gzip" in accepted:
            content, given["Content-Encoding"] = body.gzip, "gzip"
    return Response(content, status_code=status, headers=given, media_type=body.media)


def caching_of(request: Request, version: str) -> str:
    """An answer asked under the version of the model that gave it never changes."""
    return FOR_EVER if request.query_params.get("v") == version else ASK_AGAIN
