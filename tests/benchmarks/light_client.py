"""A browser that costs next to nothing: raw connections that are kept, bodies that are counted and not decoded.

The load test shares the machine with the server that it measures: a full client takes ten times the server's time.
"""

from __future__ import annotations

import asyncio
import re
from types import TracebackType
from urllib.parse import urlsplit

MOST_CONNECTIONS = 6  # of a browser, to one server
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: *([^;\r]+)", re.IGNORECASE)

Answer = tuple[int, bytes]  # status, and the body as it came: compressed
_Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Browser:
    """One visitor: its cookie, and its connections.

    Args:
        address: of the server.
        codings: that it accepts: a browser takes brotli only from its own computer, or over HTTPS.
    """

    def __init__(self, address: str, codings: str = "gzip, deflate") -> None:
        """Nothing is open yet."""
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._head = f"Host: {parts.netloc}\r\nAccept-Encoding: {codings}\r\n"
        self._cookie = ""
        self._idle: list[_Wire] = []
        self._streams: list[_Wire] = []
        self._free = asyncio.Semaphore(MOST_CONNECTIONS)

    async def __aenter__(self) -> Browser:
        """Come."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None
    ) -> None:
        """Go, and leave nothing open."""
        for _, writer in (*self._idle, *self._streams):
            writer.close()

    async def get(self, path: str) -> Answer:
        """Ask, as soon as a connection is free; a cookie that comes is kept."""
        async with self._free:
            reader, writer = self._idle.pop() if self._idle else await self._opened()
            try:
                head = await self._asked(reader, writer, path)
                if not self._cookie and (given := _COOKIE.search(head)):
                    self._cookie = f"Cookie: {given[1].decode()}\r\n"
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1])) if length else b""
            except BaseException:
                writer.close()
                raise
            self._idle.append((reader, writer))
            return int(head[9:12]), body

    async def listen(self, path: str) -> asyncio.StreamReader:
        """Open a stream of events, on a connection of its own."""
        reader, writer = await self._opened()
        self._streams.append((reader, writer))
        await self._asked(reader, writer, path)
        return reader

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> bytes:
        writer.write(f"GET {path} HTTP/1.1\r\n{self._head}{self._cookie}\r\n".encode())
        return await reader.readuntil(b"\r\n\r\n")

    async def _opened(self) -> _Wire:
        return await asyncio.open_connection(self._host, self._port)
